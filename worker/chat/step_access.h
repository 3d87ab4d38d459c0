/* SPDX-License-Identifier: MIT */
/*
 * Whether an update may be answered at all, and whose rights it has.
 *
 * The gateway takes in what allowed chats send; who has been shut out since
 * then gets nothing done and hears nothing: a press just ends. A chat's rights
 * are those of all who write in it; in a group whose members act for
 * themselves, each person has the rights of the private chat with them instead.
 */
#ifndef WORKER_CHAT_STEP_ACCESS_H
#define WORKER_CHAT_STEP_ACCESS_H

#include "shared/base/err.h"
#include "worker/chat/step_parts.h"

#include <stdbool.h>
#include <stdint.h>

/* Whose rights count: of the chat, or of a person in it. Pure. */
int64_t subject_of(const struct incoming *incoming, const struct setting_ids *admins,
                   bool members_act);

/*
 * The language that a person has chosen; *out stays as it is for who has not. Fails as state_get().
 */
MUST_CHECK bool step_read_language(const struct step *step, const char *person, enum language *out,
                                   struct err *err);

/*
 * Reads what the answer will need in one round trip: access, rights, the lists of `needs` (of enum
 * screen_needs), what a button means (`token`, or NULL). Sets the step's subject and language.
 * *out_admitted false: nothing is to be done. `action` is what was tried, for the log. Fails:
 * ERR_RETRY Redis; ERR_REJECT a key of another type
 */
MUST_CHECK bool step_admit(struct step *step, const char *action, unsigned needs, const char *token,
                           bool *out_admitted, struct err *err);

#endif
