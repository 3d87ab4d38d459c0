/* SPDX-License-Identifier: MIT */
/*
 * Reads {prefix}:trace: what became of each update, step by step. docs/protocol.md lists the steps
 * and their fields. The stream is capped: what is long ago is gone, from the oldest on.
 *
 * Nothing is written, not even the library of a server that has none or an older one.
 *
 * All fail as redis_run(): ERR_REJECT also when something else is in the stream's place, ERR_RETRY
 * when the library does not know how: a service that starts brings it.
 */
#ifndef SHARED_QUEUE_TRACE_H
#define SHARED_QUEUE_TRACE_H

#include "shared/base/err.h"
#include "shared/io/redis.h"
#include "shared/queue/queue.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * A part of the steps of one update, oldest first; often an empty one. `cursor` is "" for the first
 * part, and "" again after the last: between them it is passed on as it is. Redis does nothing else
 * for a few milliseconds per part; an update whose arrival is not known any more is looked for in
 * all of the trace, which takes a hundred parts.
 */
MUST_CHECK bool queue_trace_part(struct queue *queue, int64_t update_id, char cursor[REDIS_ID_SIZE],
                                 struct queue_batch **out, struct err *err);

/* The last `most` steps of all updates, newest first; those before `before_id`, "+" for the newest.
 */
MUST_CHECK bool queue_trace_last(struct queue *queue, const char *before_id, size_t most,
                                 struct queue_batch **out, struct err *err);

/*
 * Steps of all updates after `after_id` ("0-0" for all of them), oldest first, waiting up to
 * `block_ms` for one; an empty batch when none came. ERR_STOPPED on shutdown.
 */
MUST_CHECK bool queue_trace_tail(struct queue *queue, const char *after_id, size_t most,
                                 int64_t block_ms, struct queue_batch **out, struct err *err);

#endif
