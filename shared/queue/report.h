/* SPDX-License-Identifier: MIT */
/*
 * What each process says of itself in {prefix}:services, every few seconds and
 * at its end: so that whoever looks at Redis sees who is there, who should be
 * and is not, and what each is doing. shared/ops/report_text.h has the JSON.
 *
 * Nothing depends on it. A process that was killed is known by the age of its
 * last report, which others remove after a day.
 */
#ifndef SHARED_QUEUE_REPORT_H
#define SHARED_QUEUE_REPORT_H

#include "shared/queue/queue.h"

/*
 * Writes the report of `process` ("web1-5"), in place of the one before. `json` is an object
 * without secrets, of 32 KiB at most. Fails as any function of the queue.
 */
MUST_CHECK bool queue_report(struct queue *queue, const char *process, const char *json,
                             struct err *err);

#endif
