/* SPDX-License-Identifier: MIT */
/*
 * A change on its way: the question, the answer no, the answer yes.
 *
 * The way of a confirmed change: the rights of the moment, fresh lists, "is it
 * so already?", the turn within the account's limit, the intent made durable,
 * the call, the judgement, and in doubt a look. What comes of it is added to
 * the step's outcome: the reply, the event, the state it changes, the end of
 * the question. A step that finds an intent of its own update goes on behind
 * it: what an earlier attempt began is never called again.
 */
#ifndef WORKER_CHAT_CHANGE_STEP_H
#define WORKER_CHAT_CHANGE_STEP_H

#include "shared/base/err.h"
#include "worker/chat/step_parts.h"
#include "worker/chat/target.h"

#include <stdbool.h>

/*
 * All fail: ERR_RETRY   Redis
 *           ERR_STOPPED shutdown, or another worker has the update
 * What was begun by then is looked at by whoever has the update next.
 */

/* Whether an earlier attempt at the step's update has begun to call. */
MUST_CHECK bool change_is_begun(struct step *step, bool *out, struct err *err);

/* TARGET_ASK: says what would change and asks, or why it cannot be. */
MUST_CHECK bool change_ask(struct step *step, const struct target *target, struct err *err);

/* TARGET_DO, by a press; of a local change that needs no question also by a command. */
MUST_CHECK bool change_do(struct step *step, const struct target *target, struct err *err);

/* TARGET_DROP, by a press. */
MUST_CHECK bool change_drop(struct step *step, const struct target *target, struct err *err);

#endif
