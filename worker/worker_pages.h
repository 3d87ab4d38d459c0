/* SPDX-License-Identifier: MIT */
/*
 * All that a worker serves on HTTP_LISTEN: its health, the metrics and the operators' page, the
 * latter two with a connection to Redis of their own each.
 */
#ifndef WORKER_WORKER_PAGES_H
#define WORKER_WORKER_PAGES_H

#include "shared/base/err.h"
#include "shared/base/health.h"
#include "shared/ops/pages.h"
#include "shared/queue/queue.h"
#include "worker/worker_settings.h"

struct worker_pages; /* opaque */

/*
 * All but `queue` is borrowed as long as the pages live; its name and its timeout are set here.
 * `process` begins the names of the connections. Does not listen yet. Fails: ERR_FATAL.
 */
MUST_CHECK struct worker_pages *worker_pages_new(const struct worker_settings *settings,
                                                 struct health *health,
                                                 const struct queue_options *queue,
                                                 const char *process, struct err *err);
void worker_pages_free(struct worker_pages *pages); /* NULL is a no-op */

/* What is to be opened. Borrowed. */
struct pages *worker_pages_listener(const struct worker_pages *pages);

#endif
