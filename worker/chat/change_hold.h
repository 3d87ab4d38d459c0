/* SPDX-License-Identifier: MIT */
/* A name held by the step that is going to change it: see shared/queue/hold.h. */
#ifndef WORKER_CHAT_CHANGE_HOLD_H
#define WORKER_CHAT_CHANGE_HOLD_H

#include "worker/chat/step_parts.h"

#include <stdbool.h>

/*
 * Takes the name, or waits for it for 10 s at most; the chat learns that it takes a while.
 * *out_held false: another change of it is still under way.
 * Fails: ERR_RETRY Redis; ERR_STOPPED shutdown, or another worker has the update
 */
MUST_CHECK bool change_hold(struct step *step, const char *name, bool *out_held, struct err *err);

/* Takes a name that is ours for as long again. Fails: also ERR_RETRY it is ours no more. */
MUST_CHECK bool change_hold_on(struct step *step, const char *name, struct err *err);

#endif
