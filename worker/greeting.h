/* SPDX-License-Identifier: MIT */
/*
 * The worker's own look at the hosting account: when it starts, so that a wrong password is said
 * then and not at the first request of a person, and again after a call that failed. Requests do
 * not wait for it.
 */
#ifndef WORKER_GREETING_H
#define WORKER_GREETING_H

#include "shared/base/err.h"
#include "shared/base/health.h"
#include "shared/queue/queue.h"
#include "worker/worker_settings.h"

#include <stdbool.h>

/* Asks the hosting API who we are, until it answers, or shutdown. Fails: ERR_FATAL. */
MUST_CHECK bool greeting_say(const struct worker_settings *settings, struct health *health,
                             struct queue *queue, struct err *err);

/*
 * Until shutdown: says it again when a call has failed. That may be the last one for hours, and
 * what it says of the API would call people for what has passed long ago. Fails: ERR_FATAL.
 */
MUST_CHECK bool greeting_repeat(const struct worker_settings *settings, struct health *health,
                                struct queue *queue, struct err *err);

#endif
