/* SPDX-License-Identifier: MIT */
/*
 * Tells each administrator of the others' changes: one message for what has
 * gathered, at most one in NOTICE_EVERY_S. Every host looks, and Redis lets
 * one of them tell (queue_notice()): each change is told once, whatever dies
 * when. What is not told yet stays in {prefix}:events, and nowhere else. So does,
 * for a few seconds, what nobody has to be told of.
 */
#ifndef WORKER_NOTICES_H
#define WORKER_NOTICES_H

#include "shared/base/settings.h"
#include "shared/queue/queue.h"

#include <stdint.h>

struct notices; /* opaque; belongs to one thread */

struct notices *notices_new(const struct setting_ids *admins, int64_t gap_ms);
void notices_free(struct notices *notices); /* NULL is a no-op */

/*
 * `context` is a struct notices. Tells what is there to be told: at once of what is in `batch`,
 * which may be NULL. Returns after how many ms to look again, events or not. What fails is written
 * to the log, and tried again then.
 */
int64_t notices_look(void *context, struct queue *queue, const struct queue_batch *batch);

#endif
