/* SPDX-License-Identifier: MIT */
/*
 * What /metrics answers: what this process counts (shared/base/metrics.h) and,
 * for a service that is given a queue, how that stands (queue_metrics.h).
 */
#ifndef SHARED_OPS_METRICS_PAGE_H
#define SHARED_OPS_METRICS_PAGE_H

#include "shared/base/err.h"
#include "shared/io/httpd.h"
#include "shared/queue/queue.h"

struct metrics_page; /* opaque */

/*
 * `queue` says how Redis is reached; NULL: the process alone is told of. Its
 * texts are borrowed as long as the page lives. Does not connect yet.
 * Fails: ERR_FATAL as queue_new()
 */
MUST_CHECK struct metrics_page *metrics_page_new(const struct queue_options *queue,
                                                 struct err *err);
void metrics_page_free(struct metrics_page *page); /* NULL is a no-op */

/*
 * Answers, from any thread: `context` is the page. Redis is asked once a second
 * at most, and waited for as long as its options say; without an answer
 * beget_manager_queue_up is 0 and nothing else of the queue is told.
 */
void metrics_page_answer(void *context, const struct httpd_request *request,
                         struct httpd_response *response);

#endif
