/* SPDX-License-Identifier: MIT */
#include "worker/worker_pages.h"

#include "shared/base/mem.h"
#include "shared/ops/metrics_page.h"
#include "worker/page/operators_page.h"
#include "worker/runner.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    TIMEOUT_MS = 2000, /* whoever asks does not wait for long */
    ROUTES_MOST = 8,
};

struct worker_pages {
    struct metrics_page *metrics;     /* owned */
    struct operators_page *operators; /* owned */
    struct page_route routes[ROUTES_MOST];
    struct pages *listener; /* owned */
};

static struct queue_options queue_for(const struct queue_options *queue, const char *process,
                                      const char *what, char name[RUNNER_NAME_SIZE])
{
    struct queue_options options = *queue;

    (void)snprintf(name, RUNNER_NAME_SIZE, "%s-%s", process, what);
    options.name = name;
    options.timeout_ms = TIMEOUT_MS;
    return options;
}

static struct pages *make_listener(struct worker_pages *pages,
                                   const struct worker_settings *settings, struct health *health)
{
    size_t count;
    const struct page_route *routes = operators_page_routes(pages->operators, &count);

    memcpy(pages->routes, routes, count * sizeof(*routes));
    pages->routes[count++] =
        (struct page_route){"GET", "/metrics", PAGE_READ, metrics_page_answer, pages->metrics};
    return pages_new(&(struct pages_options){.listen = settings->http_listen,
                                             .token = settings->http_token,
                                             .change_token = settings->http_changes_token,
                                             .health = health,
                                             .routes = pages->routes,
                                             .route_count = count});
}

struct worker_pages *worker_pages_new(const struct worker_settings *settings, struct health *health,
                                      const struct queue_options *queue, const char *process,
                                      struct err *err)
{
    struct worker_pages *pages = xcalloc(1, sizeof(*pages));
    char name[RUNNER_NAME_SIZE];
    struct queue_options options = queue_for(queue, process, "metrics", name);

    pages->metrics = metrics_page_new(&options, err);
    options = queue_for(queue, process, "page", name);
    pages->operators = pages->metrics ? operators_page_new(&options, err) : NULL;
    if (!pages->operators) {
        worker_pages_free(pages);
        return NULL;
    }
    pages->listener = make_listener(pages, settings, health);
    return pages;
}

void worker_pages_free(struct worker_pages *pages)
{
    if (pages) {
        pages_free(pages->listener); /* before what it calls */
        operators_page_free(pages->operators);
        metrics_page_free(pages->metrics);
        free(pages);
    }
}

struct pages *worker_pages_listener(const struct worker_pages *pages)
{
    return pages->listener;
}
