/* SPDX-License-Identifier: MIT */
/*
 * A person is asked to type something, and does.
 *
 * What was asked is kept as dialog:<chat>:<user>, the prompt's target, for a
 * quarter of an hour. Any command and any button of the person's own leaves it
 * (prompt_leave), so what is typed later is nothing but text again.
 */
#ifndef WORKER_CHAT_PROMPT_STEP_H
#define WORKER_CHAT_PROMPT_STEP_H

#include "shared/base/err.h"
#include "worker/chat/step_parts.h"
#include "worker/chat/target.h"

#include <stdbool.h>

enum { PROMPT_TTL_S = 900 };

/* TARGET_TYPE: asks, and waits for what the person types. Fails as answer_page(). */
MUST_CHECK bool prompt_show(struct step *step, const struct target *target, struct err *err);

/* What the person is being asked; *out_asked false: nothing. Fails as state_get(). */
MUST_CHECK bool prompt_read(struct step *step, bool *out_asked, struct target *out,
                            struct err *err);

/*
 * Takes the step's text as the answer. *out_leads false: it was not one, and the person is asked
 * again; else *out is where to go on. Fails as answer_page().
 */
MUST_CHECK bool prompt_answer(struct step *step, const struct target *asked, bool *out_leads,
                              struct target *out, struct err *err);

/* Adds that the person is asked nothing any more. */
void prompt_leave(struct step *step);

#endif
