/* SPDX-License-Identifier: MIT */
#include "shared/io/http.h"

#include "shared/base/clock.h"
#include "shared/base/mem.h"
#include "shared/base/stop.h"
#include "shared/io/http_exchange.h"

#include <assert.h>
#include <curl/curl.h>
#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>

enum { CONNECTIONS_KEPT = 32 }; /* idle ones of one client */

bool http_library_init(struct err *err)
{
    CURLcode code = curl_global_init(CURL_GLOBAL_DEFAULT);
    const char *file = getenv("SSL_CERT_FILE"); /* NOLINT(concurrency-mt-unsafe): no thread yet */

    http_exchange_trust(file && *file != '\0' ? file : NULL);
    return code == CURLE_OK ||
           err_set(err, ERR_FATAL, "http: cannot start curl: %s", curl_easy_strerror(code));
}

void http_library_free(void)
{
    curl_global_cleanup();
}

struct http_client *http_client_new(struct err *err)
{
    struct http_client *client = xcalloc(1, sizeof(*client));

    client->last = &client->ended;
    client->multi = curl_multi_init();
    if (!client->multi || curl_multi_setopt(client->multi, CURLMOPT_MAXCONNECTS,
                                            (long)CONNECTIONS_KEPT) != CURLM_OK) {
        (void)err_set(err, ERR_FATAL, "http: cannot create a client");
        http_client_free(client);
        return NULL;
    }
    return client;
}

void http_client_free(struct http_client *client)
{
    if (!client) {
        return;
    }
    assert(client->exchange_count == 0);
    while (client->spare_count > 0) {
        curl_easy_cleanup(client->spare[--client->spare_count]);
    }
    (void)curl_multi_cleanup(client->multi);
    free(client);
}

void http_response_free(struct http_response *response)
{
    buf_free(&response->body);
}

/* ---- an exchange begins and ends ---- */

static CURL *take_easy(struct http_client *client)
{
    return client->spare_count > 0 ? client->spare[--client->spare_count] : curl_easy_init();
}

static void give_easy_back(struct http_client *client, CURL *easy, bool clean)
{
    if (clean && client->spare_count < HTTP_SPARE_MAX) {
        curl_easy_reset(easy); /* forgets every option and pointer of the exchange */
        client->spare[client->spare_count++] = easy;
    } else {
        curl_easy_cleanup(easy);
    }
}

/* ---- an exchange goes on ---- */

/* Retry-After is seconds or a date. CURLINFO_RETRY_AFTER would cut long delays short. */
static int64_t retry_after_ms(CURL *easy)
{
    struct curl_header *header = NULL;
    char *end;
    intmax_t seconds;

    if (curl_easy_header(easy, "Retry-After", 0, CURLH_HEADER, -1, &header) != CURLHE_OK) {
        return 0;
    }
    seconds = strtoimax(header->value, &end, 10);
    if (end == header->value || *end != '\0') {
        seconds = (intmax_t)curl_getdate(header->value, NULL) - clock_unix_ms() / 1000;
    }
    if (seconds < 0) {
        return 0;
    }
    return seconds < INT64_MAX / 1000 ? seconds * 1000 : INT64_MAX / 1000 * 1000;
}

/* Everything about the response except its body, as far as it is known now. */
static void read_outcome(struct http_exchange *exchange)
{
    long status = 0;
    long sent_bytes = 0;

    (void)curl_easy_getinfo(exchange->easy, CURLINFO_RESPONSE_CODE, &status);
    (void)curl_easy_getinfo(exchange->easy, CURLINFO_REQUEST_SIZE, &sent_bytes);
    exchange->response.status = (int)status;
    exchange->response.retry_after_ms = retry_after_ms(exchange->easy);
    /* The count alone would include a CONNECT to a proxy; a second attempt is doubt enough. */
    exchange->response.sent = exchange->attempts > 1 || (exchange->attempts == 1 && sent_bytes > 0);
}

static void end_exchange(struct http_client *client, CURL *easy, CURLcode code)
{
    struct http_exchange *exchange = NULL;

    (void)curl_easy_getinfo(easy, CURLINFO_PRIVATE, (char **)(void *)&exchange);
    assert(exchange && exchange->easy == easy);
    exchange->code = code;
    exchange->ended = true;
    read_outcome(exchange);
    (void)curl_multi_remove_handle(client->multi, easy);
    *client->last = exchange;
    client->last = &exchange->next;
}

/* Does what can be done without waiting. */
static void drive(struct http_client *client)
{
    int ignored;
    CURLMcode code = curl_multi_perform(client->multi, &ignored);
    CURLMsg *message = curl_multi_info_read(client->multi, &ignored);

    assert(code == CURLM_OK);
    (void)code;
    while (message) {
        if (message->msg == CURLMSG_DONE) {
            end_exchange(client, message->easy_handle, message->data.result);
        }
        message = curl_multi_info_read(client->multi, &ignored);
    }
}

/* Sleeps until a connection of the client, `fd` or the latch has something, at most `ms`. */
static void wait_for_activity(struct http_client *client, int64_t ms, int fd, bool until_stop)
{
    struct curl_waitfd others[2];
    unsigned count = 0;
    CURLMcode code;

    if (fd >= 0) {
        others[count++] = (struct curl_waitfd){.fd = fd, .events = CURL_WAIT_POLLIN};
    }
    if (until_stop && stop_fd() >= 0) {
        others[count++] = (struct curl_waitfd){.fd = stop_fd(), .events = CURL_WAIT_POLLIN};
    }
    code = curl_multi_poll(client->multi, others, count, ms < INT_MAX ? (int)ms : INT_MAX, NULL);
    assert(code == CURLM_OK);
    (void)code;
}

/* Asked of poll() itself: curl does not pass on that the other end has hung up. */
static bool is_readable(int fd)
{
    struct pollfd one = {.fd = fd, .events = POLLIN};

    return fd >= 0 && poll(&one, 1, 0) > 0;
}

/* Takes an ended exchange out of the list of those to be handed out. */
static void unlink_ended(struct http_exchange *exchange)
{
    struct http_client *client = exchange->client;
    struct http_exchange **link = &client->ended;

    while (*link && *link != exchange) {
        link = &(*link)->next;
    }
    if (!*link) {
        return; /* handed out already */
    }
    *link = exchange->next;
    exchange->next = NULL;
    if (!*link) {
        client->last = link;
    }
}

/* ---- public ---- */

struct http_exchange *http_start(struct http_client *client, const struct http_request *request,
                                 void *context, struct err *err)
{
    struct http_exchange *exchange = xcalloc(1, sizeof(*exchange));

    assert(request->timeout_ms > 0 && request->timeout_ms <= INT_MAX);
    buf_init(&exchange->response.body, request->max_body_bytes);
    exchange->client = client;
    exchange->label = request->label;
    exchange->context = context;
    exchange->easy = take_easy(client);
    client->exchange_count++;
    if (!http_exchange_configure(exchange, request) ||
        curl_multi_add_handle(client->multi, exchange->easy) != CURLM_OK) {
        (void)err_set(err, ERR_FATAL, "%s: curl refuses the request", request->label);
        http_exchange_free(exchange);
        return NULL;
    }
    drive(client); /* the connection is under way when the caller goes on */
    return exchange;
}

struct http_exchange *http_wait(struct http_client *client, int64_t ms, int fd, bool until_stop)
{
    int64_t deadline = clock_monotonic_ms() + (ms < INT_MAX ? ms : INT_MAX);

    for (;;) {
        int64_t left;

        drive(client);
        if (client->ended) {
            struct http_exchange *exchange = client->ended;

            unlink_ended(exchange);
            return exchange;
        }
        left = deadline - clock_monotonic_ms();
        if (left <= 0 || is_readable(fd) || (until_stop && stop_requested())) {
            return NULL;
        }
        wait_for_activity(client, left, fd, until_stop);
    }
}

void *http_exchange_context(const struct http_exchange *exchange)
{
    return exchange->context;
}

/* Failures that repeating cannot cure. The text for the first two could quote the URL. */
static const struct {
    CURLcode code;
    bool own_text;
} FATAL_CODES[] = {
    {CURLE_URL_MALFORMAT, true},
    {CURLE_UNSUPPORTED_PROTOCOL, true},
    {CURLE_PEER_FAILED_VERIFICATION, false},
    {CURLE_SSL_CACERT_BADFILE, false},
};

static bool fail_with_code(const struct http_exchange *exchange, struct err *err)
{
    const char *text = exchange->detail;
    enum err_kind kind = ERR_RETRY;

    for (size_t i = 0; i < ARRAY_LEN(FATAL_CODES); i++) {
        if (exchange->code == FATAL_CODES[i].code) {
            kind = ERR_FATAL;
            text = FATAL_CODES[i].own_text ? "" : text;
        }
    }
    return err_set(err, kind, "%s: %s", exchange->label,
                   *text != '\0' ? text : curl_easy_strerror(exchange->code));
}

bool http_exchange_result(const struct http_exchange *exchange,
                          const struct http_response **response, struct err *err)
{
    assert(exchange->ended);
    *response = &exchange->response;
    if (!buf_ok(&exchange->response.body)) {
        return err_set(err, ERR_REJECT, "%s: response body over %zu bytes", exchange->label,
                       exchange->response.body.max);
    }
    if (exchange->attempts > 1) {
        return err_set(err, ERR_RETRY, "%s: connection lost before an answer", exchange->label);
    }
    if (exchange->code != CURLE_OK) {
        return fail_with_code(exchange, err);
    }
    return exchange->head_complete ||
           err_set(err, ERR_RETRY, "%s: the response's head is cut short", exchange->label);
}

void http_exchange_free(struct http_exchange *exchange)
{
    struct http_client *client;

    if (!exchange) {
        return;
    }
    client = exchange->client;
    if (exchange->ended) {
        unlink_ended(exchange);
    } else if (exchange->easy) {
        (void)curl_multi_remove_handle(client->multi, exchange->easy);
    }
    give_easy_back(client, exchange->easy, exchange->ended);
    curl_slist_free_all(exchange->headers);
    curl_mime_free(exchange->form);
    http_response_free(&exchange->response);
    client->exchange_count--;
    free(exchange);
}

bool http_perform(struct http_client *client, const struct http_request *request,
                  struct http_response *response, struct err *err)
{
    struct http_exchange *exchange = NULL;
    const struct http_response *ignored;
    bool ok;

    *response = (struct http_response){.status = 0};
    buf_init(&response->body, request->max_body_bytes);
    if (stop_requested()) {
        return err_set(err, ERR_STOPPED, "%s: shutting down", request->label);
    }
    exchange = http_start(client, request, NULL, err);
    if (!exchange) {
        return false;
    }
    while (!exchange->ended && !stop_requested()) {
        wait_for_activity(client, INT_MAX, -1, true);
        drive(client);
    }
    if (exchange->ended) {
        ok = http_exchange_result(exchange, &ignored, err);
    } else {
        read_outcome(exchange);
        ok = err_set(err, ERR_STOPPED, "%s: shutting down", request->label);
    }
    *response = exchange->response; /* the body changes hands */
    buf_init(&exchange->response.body, request->max_body_bytes);
    http_exchange_free(exchange);
    return ok;
}

void http_add_escaped(struct buf *out, const char *text)
{
    static const char PLAIN[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";

    for (const char *c = text; *c != '\0'; c++) {
        if (strchr(PLAIN, *c)) {
            buf_add(out, c, 1);
        } else {
            buf_addf(out, "%%%02X", (unsigned)(unsigned char)*c);
        }
    }
}
