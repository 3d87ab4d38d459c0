/* SPDX-License-Identifier: MIT */
/*
 * One change at a time for each name, over all workers.
 *
 * The hosting API replaces all records of a name at once and knows no lock: of
 * two changes that read, think and write at the same time one is lost. So an
 * update holds the name from before it reads until it has ended.
 *
 * Nobody lets go: a hold is good as long as its update is worked on or waits to
 * be, also with another worker after a crash, and at most for the time given. It
 * outlives an update whose outcome nobody knows, which `unknown` names: what was
 * called may be carried out late, with the records of then.
 */
#ifndef SHARED_QUEUE_HOLD_H
#define SHARED_QUEUE_HOLD_H

#include "shared/queue/queue.h"

#include <stdint.h>

enum { HOLD_DOUBT_S = 120 /* longer than an API goes on with what it was asked */ };

enum queue_hold {
    QUEUE_HOLD_OURS,   /* the name is this update's                       */
    QUEUE_HOLD_OTHERS, /* another update has it: ask again, or give up    */
    QUEUE_HOLD_LOST,   /* another worker has the update: stop             */
};

/*
 * Takes the name for `ttl_ms`, or for as long again when it is ours. The time has to be longer
 * than what is done under the hold can take: it is for what dies without an end.
 * Safe to repeat. Fails as any function of the queue.
 */
MUST_CHECK bool queue_hold(struct queue *queue, const char *consumer, const char *job_id,
                           const char *name, int64_t ttl_ms, enum queue_hold *out, struct err *err);

#endif
