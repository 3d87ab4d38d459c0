/* SPDX-License-Identifier: MIT */
#include "shared/ops/pages.h"

#include "shared/base/clock.h"
#include "shared/base/compiler.h"
#include "shared/base/listen_address.h"
#include "shared/base/mem.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    BODY_MAX_BYTES = 64 * 1024,
    CONNECTIONS_MAX = 16,
    IDLE_S = 10, /* a request is a line and a few headers */
    STATUS_OK = 200,
    STATUS_NO_TOKEN = 401,
    STATUS_FORBIDDEN = 403,
    STATUS_NOT_FOUND = 404,
    STATUS_OTHER_METHOD = 405,
    STATUS_UNAVAILABLE = 503,
    BUILT_IN_COUNT = 2,
};

struct pages {
    struct pages_options options;
    struct page_rules rules;
    struct page_route built_in[BUILT_IN_COUNT];
    struct httpd *httpd; /* owned; NULL: not listening */
};

static const char POLICY[] = "Content-Security-Policy";

/*
 * A page shows what only some may see, is never part of another one, and runs nothing: one that has
 * a script brings a policy of its own. The policy is last, so that it can be left out then.
 */
static const struct field HEADERS[] = {
    {.name = "X-Content-Type-Options", .value = "nosniff"},
    {.name = "Cache-Control", .value = "no-store"},
    {.name = "Referrer-Policy", .value = "no-referrer"},
    {.name = "X-Frame-Options", .value = "DENY"},
    {.name = POLICY,
     .value = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"},
};

/* ---- /livez, /readyz ---- */

/* A line for each check that counts: `livez` leaves out what liveness does not depend on. */
static void answer_health(struct pages *pages, bool livez, struct httpd_response *response)
{
    struct health *health = pages->options.health;
    int64_t now_ms = clock_monotonic_ms();
    struct health_state state;
    bool good = true;

    for (size_t i = 0; i < health_count(health); i++) {
        const struct health_check *row = health_row(health, i);
        bool fine;

        if (livez && row->alive_ms == 0) {
            continue;
        }
        health_read(health, i, &state);
        fine = livez ? health_is_live(row, &state, now_ms) : health_is_ready(row, &state, now_ms);
        good = good && fine;
        health_line(row, &state, fine, now_ms, &response->body);
    }
    response->status = good ? STATUS_OK : STATUS_UNAVAILABLE;
}

static void answer_livez(void *context, const struct httpd_request *request,
                         struct httpd_response *response)
{
    (void)request;
    answer_health(context, true, response);
}

static void answer_readyz(void *context, const struct httpd_request *request,
                          struct httpd_response *response)
{
    (void)request;
    answer_health(context, false, response);
}

/* ---- one request ---- */

static bool takes_method(const struct page_route *route, const char *method)
{
    return strcmp(route->method, method) == 0 ||
           (strcmp(route->method, "GET") == 0 && strcmp(method, "HEAD") == 0);
}

const struct page_route *page_find(const struct page_route routes[], size_t count,
                                   const char *method, const char *path, int *out_status)
{
    *out_status = STATUS_NOT_FOUND;
    for (size_t i = 0; i < count; i++) {
        if (strcmp(routes[i].path, path) != 0) {
            continue;
        }
        if (takes_method(&routes[i], method)) {
            *out_status = STATUS_OK;
            return &routes[i];
        }
        *out_status = STATUS_OTHER_METHOD;
    }
    return NULL;
}

static const struct page_route *find(const struct pages *pages, const struct httpd_request *request,
                                     int *out_status)
{
    int other = STATUS_NOT_FOUND;
    const struct page_route *route =
        page_find(pages->built_in, BUILT_IN_COUNT, request->method, request->path, out_status);

    if (!route) {
        route = page_find(pages->options.routes, pages->options.route_count, request->method,
                          request->path, &other);
        *out_status = *out_status == STATUS_NOT_FOUND ? other : *out_status;
    }
    return route;
}

static bool takes_get(const struct pages *pages, const struct httpd_request *request)
{
    struct httpd_request get = *request;
    int ignored;

    get.method = "GET";
    return find(pages, &get, &ignored) != NULL;
}

/* Says no: a status, a line, and the header that HTTP wants with it. */
static void refuse(struct httpd_response *response, int status, const char *why,
                   const char *header_value)
{
    response->status = status;
    buf_addf(&response->body, "%s\n", why);
    if (status == STATUS_NO_TOKEN || status == STATUS_OTHER_METHOD) {
        response->header = status == STATUS_NO_TOKEN ? "WWW-Authenticate" : "Allow";
        (void)snprintf(response->header_value, sizeof(response->header_value), "%s", header_value);
    }
}

/* A browser that gets it asks its user for the token. */
static const char ASK_FOR_TOKEN[] =
    "Basic realm=\"beget-manager: any name, HTTP_TOKEN as the password\"";

static const struct {
    int status;
    const char *why;
} REFUSALS[] = {
    [PAGE_WRONG_HOST] = {STATUS_FORBIDDEN, "ask by a name of this machine: 127.0.0.1 or localhost"},
    [PAGE_NO_TOKEN] = {STATUS_NO_TOKEN, "a token is needed: Authorization: Bearer TOKEN"},
    [PAGE_READ_ONLY] = {STATUS_FORBIDDEN, "read-only: HTTP_CHANGES_TOKEN is not set"},
};

static void serve(void *context, const struct httpd_request *request,
                  struct httpd_response *response)
{
    struct pages *pages = context;
    int status = STATUS_OK;
    const struct page_route *route = find(pages, request, &status);
    /* What is not there is told to those only who may know what is. */
    enum page_access access =
        page_access_of(&pages->rules, route ? route->need : PAGE_READ,
                       httpd_header(request, "Host"), httpd_header(request, "Authorization"));

    response->content_type = "text/plain; charset=utf-8";
    response->more = HEADERS;
    response->more_count = ARRAY_LEN(HEADERS);
    if (access != PAGE_ALLOWED) {
        refuse(response, REFUSALS[access].status, REFUSALS[access].why, ASK_FOR_TOKEN);
    } else if (route) {
        route->answer(route->context, request, response);
        if (response->header && strcmp(response->header, POLICY) == 0) {
            response->more_count--; /* of two policies a browser would obey both */
        }
    } else if (status == STATUS_NOT_FOUND) {
        refuse(response, status, "no such page", "");
    } else {
        refuse(response, status, "not this method",
               takes_get(pages, request) ? "GET, HEAD" : "POST");
    }
}

/* ---- all of them ---- */

struct pages *pages_new(const struct pages_options *options)
{
    struct pages *pages = xcalloc(1, sizeof(*pages));
    struct listen_address address;

    *pages = (struct pages){
        .options = *options,
        .rules = {.loopback = listen_address_read(options->listen, &address) &&
                              listen_host_is_loopback(address.host),
                  .token = options->token,
                  .change_token = options->change_token},
        .built_in = {{"GET", "/livez", PAGE_OPEN, answer_livez, pages},
                     {"GET", "/readyz", PAGE_READ, answer_readyz, pages}},
    };
    return pages;
}

void pages_free(struct pages *pages)
{
    if (pages) {
        httpd_stop(pages->httpd);
        free(pages);
    }
}

const char *pages_listen(const struct pages *pages)
{
    return pages->options.listen;
}

bool pages_are_due(const struct pages *pages)
{
    return pages->options.listen[0] != '\0' && !pages->httpd;
}

bool pages_open(struct pages *pages, int *out_port, struct err *err)
{
    const struct httpd_limits limits = {
        .max_body_bytes = BODY_MAX_BYTES, .connections = CONNECTIONS_MAX, .idle_s = IDLE_S};

    pages->httpd = httpd_start_limited(pages->options.listen, &limits, serve, pages, err);
    if (!pages->httpd) {
        err->kind = ERR_RETRY; /* the bot works without */
        return false;
    }
    *out_port = httpd_port(pages->httpd);
    return true;
}
