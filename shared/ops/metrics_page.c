/* SPDX-License-Identifier: MIT */
#include "shared/ops/metrics_page.h"

#include "shared/base/clock.h"
#include "shared/base/mem.h"
#include "shared/base/metrics.h"
#include "shared/ops/queue_metrics.h"
#include "shared/ops/stuck.h"
#include "shared/queue/survey.h"

#include <pthread.h>
#include <stdlib.h>

enum { FRESH_MS = 1000, TEXT_MAX_BYTES = 256 * 1024 };

struct metrics_page {
    pthread_mutex_t lock; /* of everything below                               */
    struct queue *queue;  /* owned; NULL: none                                 */
    const char *prefix;   /* borrowed                                          */
    struct buf text;      /* of the queue, as it was when Redis was last asked */
    int64_t asked_ms;     /* monotonic; 0: never                               */
    struct stuck_findings found;
};

struct metrics_page *metrics_page_new(const struct queue_options *queue, struct err *err)
{
    struct metrics_page *page = xcalloc(1, sizeof(*page));

    (void)pthread_mutex_init(&page->lock, NULL);
    buf_init(&page->text, TEXT_MAX_BYTES);
    if (queue) {
        page->prefix = queue->prefix;
        page->queue = queue_new(queue, err);
        if (!page->queue) {
            metrics_page_free(page);
            return NULL;
        }
    }
    return page;
}

void metrics_page_free(struct metrics_page *page)
{
    if (!page) {
        return;
    }
    queue_free(page->queue);
    buf_free(&page->text);
    (void)pthread_mutex_destroy(&page->lock);
    free(page);
}

/* Asks Redis anew. Whoever waited for that meanwhile is told the same. */
static void ask(struct metrics_page *page)
{
    const struct stuck_options options = {
        .patience_ms = STUCK_PATIENCE_MS, .prefix = page->prefix, .host = ""};
    struct survey survey = {.tree = NULL};
    struct err err = ERR_INIT; /* why not is told by those who work with Redis */
    bool up = queue_survey(page->queue, &survey, &err);

    buf_free(&page->text);
    if (up) {
        stuck_find(&survey, &options, &page->found);
    }
    queue_metrics_print(up ? &survey : NULL, &page->found, &page->text);
    survey_free(&survey);
    page->asked_ms = clock_monotonic_ms();
}

void metrics_page_answer(void *context, const struct httpd_request *request,
                         struct httpd_response *response)
{
    struct metrics_page *page = context;

    (void)request;
    response->content_type = "text/plain; version=0.0.4; charset=utf-8";
    metrics_print(&response->body);
    if (!page->queue) {
        return;
    }
    (void)pthread_mutex_lock(&page->lock);
    if (page->asked_ms == 0 || clock_monotonic_ms() - page->asked_ms >= FRESH_MS) {
        ask(page);
    }
    buf_add(&response->body, buf_text(&page->text), page->text.len);
    (void)pthread_mutex_unlock(&page->lock);
}
