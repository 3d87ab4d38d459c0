/* SPDX-License-Identifier: MIT */
/*
 * The operators' page: what a worker serves on HTTP_LISTEN beside its health.
 *
 *   GET  /                    the page, one HTML file that works without any other
 *   GET  /api/state           how everything stands: shared/ops/state_json.h
 *   GET  /api/trace?after=ID  the steps since, or the last ones: shared/ops/trace_json.h
 *   POST /api/act             a change, with HTTP_CHANGES_TOKEN: worker/page/act.h; answers
 *                             {"ok":true,"text":"..."}: 200, 404 there is no such thing, 409 it
 *                             cannot be done, 400 that is no request
 *
 * While Redis does not answer all but the first are 503 with {"ok":false,"text":"why"}.
 */
#ifndef WORKER_PAGE_OPERATORS_PAGE_H
#define WORKER_PAGE_OPERATORS_PAGE_H

#include "shared/base/err.h"
#include "shared/ops/pages.h"
#include "shared/queue/queue.h"

#include <stddef.h>

struct operators_page; /* opaque */

/* `queue` is for a connection of its own; its texts are copied. Fails: ERR_FATAL. */
MUST_CHECK struct operators_page *operators_page_new(const struct queue_options *queue,
                                                     struct err *err);
void operators_page_free(struct operators_page *page); /* NULL is a no-op */

/* For struct pages_options; live as long as the page. */
const struct page_route *operators_page_routes(const struct operators_page *page,
                                               size_t *out_count);

#endif
