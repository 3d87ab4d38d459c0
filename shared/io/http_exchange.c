/* SPDX-License-Identifier: MIT */
#include "shared/io/http_exchange.h"

#include "shared/base/compiler.h"
#include "shared/base/plain_url.h"

#include <string.h>

enum {
    CONNECT_TIMEOUT_MS = 10000,
    KEEPALIVE_IDLE_S = 30,     /* a dead peer is noticed during a long poll           */
    KEEPALIVE_INTERVAL_S = 10, /* and a NAT box on the way keeps the connection       */
    REUSE_WITHIN_S = 30,       /* an older idle connection may be closing at its peer */
};

/* Of SSL_CERT_FILE, before threads start; NULL for the system's. */
static const char *authorities;

void http_exchange_trust(const char *file)
{
    authorities = file;
}

/* Returning fewer bytes than given makes curl fail with CURLE_WRITE_ERROR. */
static size_t on_body(char *bytes, size_t size, size_t count, void *context)
{
    struct buf *body = context;

    buf_add(body, bytes, size * count);
    return buf_ok(body) ? size * count : 0;
}

/*
 * Sees the end of the head: curl takes a connection that ends within the
 * headers for a complete response without a body. Interim responses (1xx)
 * have heads of their own; trailers come without a status line.
 */
static size_t on_header(char *line, size_t size, size_t count, void *context)
{
    struct http_exchange *exchange = context;
    size_t len = size * count;

    if (len >= 5 && memcmp(line, "HTTP/", 5) == 0) {
        exchange->head_complete = false;
    } else if (len <= 2) { /* only the line's end */
        exchange->head_complete = true;
    }
    return len;
}

/*
 * curl calls this when a connection is ready, before the first byte of the
 * request. It does so once more when it is about to repeat the request by
 * itself: a kept-alive connection that breaks before a byte of the response
 * makes curl send the request again on a fresh one, POST as well as GET
 * (Curl_retry_request() in curl 7.88 to 8.14; an option against it,
 * CURLOPT_FORBID_RETRY_ON_REUSE, comes with 8.16). The peer may have acted on
 * the first one. Whether to repeat is the caller's decision, not curl's.
 */
/* NOLINTNEXTLINE(readability-non-const-parameter): the type is the library's choice */
static int on_ready(void *context, char *peer_ip, char *own_ip, int peer_port, int own_port)
{
    struct http_exchange *exchange = context;

    (void)peer_ip, (void)own_ip, (void)peer_port, (void)own_port;
    exchange->attempts++;
    return exchange->attempts > 1 ? CURL_PREREQFUNC_ABORT : CURL_PREREQFUNC_OK;
}

static bool set_connection_options(CURL *easy)
{
    static const struct {
        CURLoption option;
        long value;
    } OPTIONS[] = {
        {CURLOPT_NOSIGNAL, 1},
        {CURLOPT_QUICK_EXIT, 1}, /* an abort does not wait for the name resolver's thread */
        {CURLOPT_HTTP_VERSION, CURL_HTTP_VERSION_1_1},
        {CURLOPT_FOLLOWLOCATION, 0},
        {CURLOPT_SSLVERSION, CURL_SSLVERSION_TLSv1_2},
        {CURLOPT_SSL_VERIFYPEER, 1},
        {CURLOPT_SSL_VERIFYHOST, 2},
        {CURLOPT_CONNECTTIMEOUT_MS, CONNECT_TIMEOUT_MS},
        {CURLOPT_TCP_KEEPALIVE, 1},
        {CURLOPT_TCP_KEEPIDLE, KEEPALIVE_IDLE_S},
        {CURLOPT_TCP_KEEPINTVL, KEEPALIVE_INTERVAL_S},
        {CURLOPT_MAXAGE_CONN, REUSE_WITHIN_S},
    };

    for (size_t i = 0; i < ARRAY_LEN(OPTIONS); i++) {
        if (curl_easy_setopt(easy, OPTIONS[i].option, OPTIONS[i].value) != CURLE_OK) {
            return false;
        }
    }
    return curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https") == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_USERAGENT, "beget-manager") == CURLE_OK;
}

static bool set_callbacks(struct http_exchange *exchange)
{
    CURL *easy = exchange->easy;

    return curl_easy_setopt(easy, CURLOPT_PRIVATE, (void *)exchange) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, exchange->detail) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, on_body) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_WRITEDATA, (void *)&exchange->response.body) ==
               CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, on_header) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_HEADERDATA, (void *)exchange) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_PREREQFUNCTION, on_ready) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_PREREQDATA, (void *)exchange) == CURLE_OK;
}

static bool add_header(struct http_exchange *exchange, const char *line)
{
    struct curl_slist *longer = curl_slist_append(exchange->headers, line);

    if (!longer) {
        return false;
    }
    exchange->headers = longer;
    return true;
}

static bool set_body(struct http_exchange *exchange, const struct http_request *request)
{
    struct buf type;
    bool ok;

    buf_init(&type, 1024);
    /* Without a type curl would claim a form. Waiting for "100 Continue" costs a round trip. */
    buf_addf(&type, "Content-Type:%s%s", request->content_type ? " " : "",
             request->content_type ? request->content_type : "");
    ok = buf_ok(&type) && add_header(exchange, buf_text(&type)) &&
         add_header(exchange, "Expect:") &&
         curl_easy_setopt(exchange->easy, CURLOPT_POSTFIELDSIZE_LARGE,
                          (curl_off_t)request->body_len) == CURLE_OK &&
         curl_easy_setopt(exchange->easy, CURLOPT_COPYPOSTFIELDS, request->body) == CURLE_OK &&
         curl_easy_setopt(exchange->easy, CURLOPT_HTTPHEADER, exchange->headers) == CURLE_OK;
    buf_free(&type);
    return ok;
}

static bool add_part(curl_mime *form, const struct http_part *part)
{
    curl_mimepart *added = curl_mime_addpart(form);

    return added && curl_mime_name(added, part->name) == CURLE_OK &&
           curl_mime_data(added, part->data, part->len) == CURLE_OK &&
           (!part->file_name || curl_mime_filename(added, part->file_name) == CURLE_OK) &&
           (!part->content_type || curl_mime_type(added, part->content_type) == CURLE_OK);
}

/* curl says the type, with the boundary that it makes. */
static bool set_form(struct http_exchange *exchange, const struct http_request *request)
{
    bool ok;

    exchange->form = curl_mime_init(exchange->easy);
    ok = exchange->form && add_header(exchange, "Expect:") &&
         curl_easy_setopt(exchange->easy, CURLOPT_HTTPHEADER, exchange->headers) == CURLE_OK;
    for (size_t i = 0; i < request->part_count && ok; i++) {
        ok = add_part(exchange->form, &request->parts[i]);
    }
    return ok && curl_easy_setopt(exchange->easy, CURLOPT_MIMEPOST, exchange->form) == CURLE_OK;
}

static bool set_bearer(CURL *easy, const char *bearer)
{
    return curl_easy_setopt(easy, CURLOPT_HTTPAUTH, (long)CURLAUTH_BEARER) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_XOAUTH2_BEARER, bearer) == CURLE_OK;
}

/* In place of the system's, not beside them. */
static bool set_authorities(CURL *easy)
{
    return !authorities || (curl_easy_setopt(easy, CURLOPT_CAINFO, authorities) == CURLE_OK &&
                            curl_easy_setopt(easy, CURLOPT_CAPATH, NULL) == CURLE_OK);
}

/*
 * A proxy is shown all that is sent in plain text, the token in a path as well.
 * To https:// it makes a tunnel, of which it knows the host alone.
 */
static bool set_proxy(CURL *easy, const struct http_request *request)
{
    return !(request->direct || url_is_plain(request->url)) ||
           curl_easy_setopt(easy, CURLOPT_PROXY, "") == CURLE_OK;
}

bool http_exchange_configure(struct http_exchange *exchange, const struct http_request *request)
{
    CURL *easy = exchange->easy;

    return easy && set_connection_options(easy) && set_callbacks(exchange) &&
           curl_easy_setopt(easy, CURLOPT_URL, request->url) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, (long)request->timeout_ms) == CURLE_OK &&
           set_authorities(easy) && set_proxy(easy, request) &&
           (!request->bearer || set_bearer(easy, request->bearer)) &&
           (!request->body || set_body(exchange, request)) &&
           (!request->parts || set_form(exchange, request));
}
