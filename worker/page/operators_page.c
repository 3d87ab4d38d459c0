/* SPDX-License-Identifier: MIT */
#include "worker/page/operators_page.h"

#include "shared/base/compiler.h"
#include "shared/base/mem.h"
#include "worker/page/lookout.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

enum {
    ROUTE_COUNT = 4,
    NONCE_BYTES = 16,
    STATUS_BAD = 400,
    STATUS_NOT_FOUND = 404,
    STATUS_REFUSED = 409,
    STATUS_UNAVAILABLE = 503,
    SENTENCE_MAX_BYTES = 64 * 1024,
};

static const char JSON_TYPE[] = "application/json";
static const char HOLE[] = "@NONCE@";

/* page.html. */
extern const char page_html[]; /* NOLINT(readability-identifier-naming): named after the file */

struct operators_page {
    struct lookout *lookout; /* owned */
    struct page_route routes[ROUTE_COUNT];
};

/* ---- the page ---- */

static bool make_nonce(char out[2 * NONCE_BYTES + 1])
{
    unsigned char bytes[NONCE_BYTES];

    if (getrandom(bytes, sizeof(bytes), 0) != (ssize_t)sizeof(bytes)) {
        return false;
    }
    for (size_t i = 0; i < sizeof(bytes); i++) {
        (void)snprintf(out + 2 * i, 3, "%02x", bytes[i]);
    }
    return true;
}

/* The page's own style and script carry the nonce of this answer; a browser runs nothing else. */
static void answer_page(void *context, const struct httpd_request *request,
                        struct httpd_response *response)
{
    const char *at = page_html;
    char nonce[2 * NONCE_BYTES + 1];

    (void)context;
    (void)request;
    if (!make_nonce(nonce)) {
        response->status = STATUS_UNAVAILABLE;
        return;
    }
    for (const char *hole = strstr(at, HOLE); hole; hole = strstr(at, HOLE)) {
        buf_add(&response->body, at, (size_t)(hole - at));
        buf_addf(&response->body, "%s", nonce);
        at = hole + sizeof(HOLE) - 1;
    }
    buf_addf(&response->body, "%s", at);
    response->content_type = "text/html; charset=utf-8";
    response->header = "Content-Security-Policy";
    (void)snprintf(
        response->header_value, sizeof(response->header_value),
        "default-src 'none'; connect-src 'self'; img-src data:; style-src 'nonce-%s'; "
        "script-src 'nonce-%s'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
        nonce, nonce);
}

/* ---- JSON ---- */

static void say(struct httpd_response *response, int status, bool ok, const char *text)
{
    struct json *object = json_object();

    json_set_bool(object, "ok", ok);
    json_set_text(object, "text", text);
    buf_free(&response->body); /* of an answer that was begun */
    json_print(object, &response->body);
    json_free(object);
    response->status = status;
    response->content_type = JSON_TYPE;
}

static void say_failure(struct httpd_response *response, const struct err *err)
{
    say(response, err->kind == ERR_REJECT ? STATUS_BAD : STATUS_UNAVAILABLE, false, err->message);
}

static void answer_state(void *context, const struct httpd_request *request,
                         struct httpd_response *response)
{
    struct operators_page *page = context;
    struct err err = ERR_INIT;

    (void)request;
    response->content_type = JSON_TYPE;
    if (!lookout_state(page->lookout, &response->body, &err)) {
        say_failure(response, &err);
    }
}

static void answer_trace(void *context, const struct httpd_request *request,
                         struct httpd_response *response)
{
    struct operators_page *page = context;
    const char *after_id = httpd_query(request, "after");
    struct err err = ERR_INIT;

    response->content_type = JSON_TYPE;
    if (!lookout_trace(page->lookout, after_id ? after_id : "", &response->body, &err)) {
        say_failure(response, &err);
    }
}

static const int STATUS_OF[] = {
    [OPERATOR_DONE] = 200,
    [OPERATOR_NOT_FOUND] = STATUS_NOT_FOUND,
    [OPERATOR_REFUSED] = STATUS_REFUSED,
};

static void carry_out(struct operators_page *page, const struct act *act,
                      struct httpd_response *response)
{
    enum operator_end end = OPERATOR_REFUSED;
    struct err err = ERR_INIT;
    struct buf sentence;

    buf_init(&sentence, SENTENCE_MAX_BYTES);
    if (lookout_act(page->lookout, act, &end, &sentence, &err)) {
        say(response, STATUS_OF[end], end == OPERATOR_DONE, buf_text(&sentence));
    } else {
        say_failure(response, &err);
    }
    buf_free(&sentence);
}

static void answer_act(void *context, const struct httpd_request *request,
                       struct httpd_response *response)
{
    struct err err = ERR_INIT;
    struct act act;

    if (!act_read(request->body, request->body_len, &act, &err)) {
        say_failure(response, &err);
        return;
    }
    if (act.function) {
        carry_out(context, &act, response);
    } else {
        say(response, STATUS_OF[OPERATOR_DONE], true, "the token is right");
    }
    act_free(&act);
}

/* ---- all of them ---- */

struct operators_page *operators_page_new(const struct queue_options *queue, struct err *err)
{
    struct lookout *lookout = lookout_new(queue, err);
    struct operators_page *page;

    if (!lookout) {
        return NULL;
    }
    page = xcalloc(1, sizeof(*page));
    *page = (struct operators_page){
        .lookout = lookout,
        .routes = {{"GET", "/", PAGE_READ, answer_page, page},
                   {"GET", "/api/state", PAGE_READ, answer_state, page},
                   {"GET", "/api/trace", PAGE_READ, answer_trace, page},
                   {"POST", "/api/act", PAGE_CHANGE, answer_act, page}},
    };
    return page;
}

void operators_page_free(struct operators_page *page)
{
    if (page) {
        lookout_free(page->lookout);
        free(page);
    }
}

const struct page_route *operators_page_routes(const struct operators_page *page, size_t *out_count)
{
    *out_count = ROUTE_COUNT;
    return page->routes;
}
