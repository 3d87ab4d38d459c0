/* SPDX-License-Identifier: MIT */
/*
 * Answers of the hosting API kept in Redis for a while, for all workers.
 *
 * The key is "cache:<section>/<method>:<input_data>", the value the JSON text
 * of `result`. What cannot be read is deleted and counts as not there.
 */
#ifndef WORKER_BEGET_CACHE_H
#define WORKER_BEGET_CACHE_H

#include "shared/base/err.h"
#include "shared/io/json.h"
#include "shared/queue/queue.h"
#include "worker/beget/methods.h"

#include <stdbool.h>

/*
 * Sets *out_result to the kept result, owned by the caller, or to NULL. A
 * method whose row has no cache time is never found.
 * Fails: as redis_run()
 */
MUST_CHECK bool beget_cache_find(struct queue *queue, const struct beget_method_row *row,
                                 const char *input, struct json **out_result, struct err *err);

/*
 * Keeps a result, when its method is cached and it is a list or an object of
 * a size worth keeping. Never fails: without a cache the next screen asks again.
 */
void beget_cache_save(struct queue *queue, const struct beget_method_row *row, const char *input,
                      const struct json *result);

/* Adds to `outcome` that the kept answer to a method, which has no parameters if it is cached at
 * all, is forgotten. */
void beget_cache_forget(enum beget_method method, struct queue_outcome *outcome);

#endif
