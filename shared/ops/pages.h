/* SPDX-License-Identifier: MIT */
/*
 * The pages of a service, on HTTP_LISTEN: /livez, /readyz, and what else the
 * service gives. Threads of the server answer; nothing of the service waits
 * for them, and a port that is in use only means that there are none yet.
 *
 *   /livez   200 or 503; a line for each check that liveness depends on; no token
 *   /readyz  200 or 503; a line for each check, with its reason
 *
 * A line is health_line()'s: "ok redis 0.2 s ago", "failed telegram 35 s: 401 ...".
 */
#ifndef SHARED_OPS_PAGES_H
#define SHARED_OPS_PAGES_H

#include "shared/base/err.h"
#include "shared/base/health.h"
#include "shared/io/httpd.h"
#include "shared/ops/page_access.h"

#include <stdbool.h>
#include <stddef.h>

/*
 * What answers one path. Called from many threads at once; `context` is the
 * row's. The response is 200, text/plain, and not kept by anybody, unless it is
 * set otherwise; a body of another type says so in content_type, and a page with a style or a
 * script brings the Content-Security-Policy that lets them be.
 */
typedef void page_answer(void *context, const struct httpd_request *request,
                         struct httpd_response *response);

struct page_route {
    const char *method; /* "GET" (which answers HEAD as well) or "POST"                         */
    const char *path;   /* "/api/state"; exact                                                  */
    enum page_need need;
    page_answer *answer;
    void *context; /* for answer()                                                              */
};

/* All borrowed as long as the pages live. */
struct pages_options {
    const char *listen;       /* HTTP_LISTEN; "" for no pages                                   */
    const char *token;        /* HTTP_TOKEN, or ""                                              */
    const char *change_token; /* HTTP_CHANGES_TOKEN, or ""                                      */
    struct health *health;
    const struct page_route *routes; /* besides those above */
    size_t route_count;
};

struct pages; /* opaque */

/* Does not listen yet. */
struct pages *pages_new(const struct pages_options *options);

/* Waits for the answers under way. NULL is a no-op. */
void pages_free(struct pages *pages);

/* HTTP_LISTEN. */
const char *pages_listen(const struct pages *pages);

/* True when there is something to listen on, and it is not listened on yet. */
bool pages_are_due(const struct pages *pages);

/*
 * Listens. *out_port is the one that it is. Fails: ERR_RETRY, for instance while another program
 * has the port
 */
MUST_CHECK bool pages_open(struct pages *pages, int *out_port, struct err *err);

/* ---- pure ---- */

/* The row for a request, or NULL; *out_status is then 404, or 405 when another method is there. */
const struct page_route *page_find(const struct page_route routes[], size_t count,
                                   const char *method, const char *path, int *out_status);

#endif
