/* SPDX-License-Identifier: MIT */
/* shared/io/http and shared/io/httpd against each other on loopback. */
#include "shared/base/clock.h"
#include "shared/base/stop.h"
#include "shared/io/http.h"
#include "shared/io/httpd.h"
#include "tests/integration/http_peer.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

enum {
    URL_SIZE = 256,
    PATIENCE_MS = 20000,  /* a wait that should end soon fails after this      */
    FOREVER_MS = 2000000, /* a wait that something else must end               */
    AT_ONCE_MS = 5000,    /* curl's next timer, that of connecting, is at 10000 */
    SERVER_BODY_MAX = 1200000,
};

/* Part of every URL: no error may repeat it. */
#define SECRET "bot123:SECRET"
#define BOT    "bot123" /* its harmless looking part */

/* A server whose /hold requests wait until they are let go, and a client. */
struct world {
    struct httpd *httpd;
    struct http_client *client;
    pthread_mutex_t lock;
    pthread_cond_t change;
    int holding; /* requests that wait now */
    bool let_go; /* and may return         */
};

static struct world world;

/* ---- the server ---- */

static struct timespec soon(int64_t ms)
{
    struct timespec when;

    (void)clock_gettime(CLOCK_REALTIME, &when);
    when.tv_nsec += (long)(ms % 1000) * 1000000;
    when.tv_sec += (time_t)(ms / 1000) + when.tv_nsec / 1000000000;
    when.tv_nsec %= 1000000000;
    return when;
}

static void hold(void)
{
    (void)pthread_mutex_lock(&world.lock);
    world.holding++;
    (void)pthread_cond_broadcast(&world.change);
    while (!world.let_go && !httpd_stopping(world.httpd)) {
        struct timespec when = soon(20);

        (void)pthread_cond_timedwait(&world.change, &world.lock, &when);
    }
    world.holding--;
    (void)pthread_cond_broadcast(&world.change);
    (void)pthread_mutex_unlock(&world.lock);
}

static void echo(const struct httpd_request *request, struct httpd_response *response)
{
    const char *query = httpd_query(request, "q");
    const char *header = httpd_header(request, "user-agent");
    const char *expect = httpd_header(request, "expect");

    buf_addf(&response->body, "%s %s [%s] q=%s ua=%s%s %zu:", request->method, request->path,
             request->content_type, query ? query : "none", header ? header : "none",
             expect ? " expect" : "", request->body_len);
    buf_add(&response->body, request->body, request->body_len);
}

static void set_status(const struct httpd_request *request, struct httpd_response *response)
{
    const char *after = httpd_query(request, "after");

    response->status = (int)strtol(strrchr(request->path, '/') + 1, NULL, 10);
    response->content_type = "text/plain";
    buf_addf(&response->body, "status %d", response->status);
    if (after) {
        response->header = "Retry-After";
        (void)snprintf(response->header_value, sizeof(response->header_value), "%s", after);
    }
}

static void send_many(const struct httpd_request *request, struct httpd_response *response)
{
    for (long i = strtol(httpd_query(request, "bytes"), NULL, 10); i > 0; i--) {
        buf_add(&response->body, "x", 1);
    }
}

/* Paths are /<SECRET>/<what>. */
static void serve(void *context, const struct httpd_request *request,
                  struct httpd_response *response)
{
    const char *what = strstr(request->path, SECRET "/");

    assert_ptr_equal(context, &world);
    what = what ? what + sizeof(SECRET) : "";
    if (strncmp(what, "status/", 7) == 0) {
        set_status(request, response);
    } else if (strcmp(what, "bytes") == 0) {
        send_many(request, response);
    } else if (strcmp(what, "hold") == 0) {
        hold();
    } else if (strcmp(what, "drop") == 0) {
        response->fate = HTTPD_DROP;
    } else if (strcmp(what, "cut") == 0) {
        buf_addf(&response->body, "0123456789");
        response->fate = HTTPD_CUT;
    } else if (strcmp(what, "cut-nothing") == 0) {
        response->fate = HTTPD_CUT;
    } else {
        echo(request, response);
    }
}

/* ---- helpers ---- */

static int set_up(void **state)
{
    struct err err = ERR_INIT;

    (void)state;
    world = (struct world){.holding = 0};
    (void)pthread_mutex_init(&world.lock, NULL);
    (void)pthread_cond_init(&world.change, NULL);
    world.httpd = httpd_start("127.0.0.1:0", SERVER_BODY_MAX, serve, &world, &err);
    world.client = http_client_new(&err);
    return world.httpd && world.client ? 0 : -1;
}

static int tear_down(void **state)
{
    (void)state;
    http_client_free(world.client);
    httpd_stop(world.httpd);
    (void)pthread_cond_destroy(&world.change);
    (void)pthread_mutex_destroy(&world.lock);
    return 0;
}

/* "http://127.0.0.1:<port>/<SECRET>/<what>", until the next call. */
static const char *url_at(int port, const char *what)
{
    static char url[URL_SIZE];

    (void)snprintf(url, sizeof(url), "http://127.0.0.1:%d/" SECRET "/%s", port, what);
    return url;
}

static struct http_request get(const char *what)
{
    return (struct http_request){
        .label = "getIt",
        .url = url_at(httpd_port(world.httpd), what),
        .timeout_ms = PATIENCE_MS,
        .max_body_bytes = 100000,
    };
}

static struct http_request post(const char *what, const char *body)
{
    struct http_request request = get(what);

    request.content_type = "application/json";
    request.body = body;
    request.body_len = strlen(body);
    return request;
}

static void assert_holds(const char *text, const char *part)
{
    if (!strstr(text, part)) {
        fail_msg("\"%s\" does not hold \"%s\"", text, part);
    }
}

/* The request must fail so; the message names the label and nothing of the URL. */
static void assert_fails(const struct http_request *request, enum err_kind kind, const char *why,
                         bool sent)
{
    struct http_response response;
    struct err err = ERR_INIT;

    assert_false(http_perform(world.client, request, &response, &err));
    assert_holds(err.message, "getIt: ");
    assert_holds(err.message, why);
    assert_null(strstr(err.message, BOT));
    assert_null(strstr(err.message, "SECRET"));
    assert_null(strstr(err.message, "q="));
    assert_int_equal(err.kind, kind);
    assert_int_equal(response.sent, sent);
    http_response_free(&response);
}

/* The request must succeed with `body`. */
static void assert_answers(const struct http_request *request, const char *body)
{
    struct http_response response;
    struct err err = ERR_INIT;

    if (!http_perform(world.client, request, &response, &err)) {
        fail_msg("%s", err.message);
    }
    assert_int_equal(response.status, 200);
    assert_true(response.sent);
    assert_string_equal(buf_text(&response.body), body);
    http_response_free(&response);
}

static struct http_exchange *start(const struct http_request *request, void *context)
{
    struct err err = ERR_INIT;
    struct http_exchange *exchange = http_start(world.client, request, context, &err);

    if (!exchange) {
        fail_msg("%s", err.message);
    }
    return exchange;
}

/* Returns when `count` requests are being held by the server. */
static void wait_until_held(int count)
{
    struct timespec when = soon(PATIENCE_MS);
    int code = 0;

    (void)pthread_mutex_lock(&world.lock);
    while (world.holding != count && code == 0) {
        code = pthread_cond_timedwait(&world.change, &world.lock, &when);
    }
    (void)pthread_mutex_unlock(&world.lock);
    assert_int_equal(code, 0);
}

static void let_go(void)
{
    (void)pthread_mutex_lock(&world.lock);
    world.let_go = true;
    (void)pthread_cond_broadcast(&world.change);
    (void)pthread_mutex_unlock(&world.lock);
}

/* Drives the client until the server holds `count` of its requests. */
static void drive_until_held(int count)
{
    int64_t deadline = clock_monotonic_ms() + PATIENCE_MS;
    bool held = false;

    while (!held) {
        assert_true(clock_monotonic_ms() < deadline);
        assert_null(http_wait(world.client, 5, -1, false));
        (void)pthread_mutex_lock(&world.lock);
        held = world.holding == count;
        (void)pthread_mutex_unlock(&world.lock);
    }
}

/* ---- what is said ---- */

static void a_get_has_no_body_and_no_type(void **state)
{
    struct http_request request = get("echo?q=a%20b%2Bc");

    (void)state;
    assert_answers(&request, "GET /" SECRET "/echo [] q=a b+c ua=beget-manager 0:");
}

static void a_post_carries_body_and_type(void **state)
{
    struct http_request request = post("echo", "{\"text\":\"привет\"}");

    (void)state;
    assert_answers(&request, "POST /" SECRET
                             "/echo [application/json] q=none ua=beget-manager "
                             "23:{\"text\":\"привет\"}");
}

static const struct http_part FORM[] = {
    {.name = "chat_id", .data = "-1002000000001", .len = 14},
    {.name = "caption", .data = "", .len = 0},
    {.name = "document",
     .file_name = "лог \"1\".csv",
     .content_type = "text/csv",
     .data = "a\0b\r\nя",
     .len = 7},
};

static void a_form_carries_fields_and_files(void **state)
{
    struct http_request request = get("echo");
    struct http_response response;
    struct err err = ERR_INIT;
    static const char FILE_PART[] = "\r\nContent-Type: text/csv\r\n\r\na\0b\r\nя\r\n--";
    const char *file;

    (void)state;
    request.parts = FORM;
    request.part_count = ARRAY_LEN(FORM);
    assert_true(http_perform(world.client, &request, &response, &err));
    assert_holds(buf_text(&response.body), "POST /" SECRET "/echo [multipart/form-data; boundary=");
    assert_null(strstr(buf_text(&response.body), " expect "));
    assert_holds(buf_text(&response.body), "; name=\"chat_id\"\r\n\r\n-1002000000001\r\n--");
    assert_holds(buf_text(&response.body), "; name=\"caption\"\r\n\r\n\r\n--");
    assert_holds(buf_text(&response.body),
                 "; name=\"document\"; filename=\"лог %221%22.csv\"\r\nContent-Type: text/csv\r\n");
    file = strstr(buf_text(&response.body), "\r\nContent-Type: text/csv");
    assert_memory_equal(file, FILE_PART, sizeof(FILE_PART) - 1);
    http_response_free(&response);
}

static void a_form_leaves_nothing_to_the_next_request(void **state)
{
    struct http_request request = get("echo");
    struct http_response response;
    struct err err = ERR_INIT;

    (void)state;
    request.parts = FORM;
    request.part_count = ARRAY_LEN(FORM);
    assert_true(http_perform(world.client, &request, &response, &err));
    http_response_free(&response);
    request = get("echo");
    assert_answers(&request, "GET /" SECRET "/echo [] q=none ua=beget-manager 0:");
    request = post("echo", "{}");
    assert_answers(&request,
                   "POST /" SECRET "/echo [application/json] q=none ua=beget-manager 2:{}");
}

static void a_form_that_is_given_up_is_released(void **state)
{
    struct http_request request = get("hold");
    struct http_exchange *exchange;

    (void)state;
    request.parts = FORM;
    request.part_count = ARRAY_LEN(FORM);
    exchange = start(&request, NULL);
    drive_until_held(1);
    http_exchange_free(exchange);
    let_go();
}

static void a_post_without_a_type_claims_none(void **state)
{
    struct http_request request = post("echo", "x");

    (void)state;
    request.content_type = NULL;
    assert_answers(&request, "POST /" SECRET "/echo [] q=none ua=beget-manager 1:x");
}

static void an_empty_body_is_a_post(void **state)
{
    struct http_request request = post("echo", "");

    (void)state;
    assert_answers(&request, "POST /" SECRET "/echo [application/json] q=none ua=beget-manager 0:");
}

static void a_body_may_hold_any_byte(void **state)
{
    struct http_request request = post("echo", "");
    struct http_response response;
    struct err err = ERR_INIT;

    (void)state;
    request.body = "a\0b";
    request.body_len = 3;
    assert_true(http_perform(world.client, &request, &response, &err));
    assert_memory_equal(response.body.data + response.body.len - 5, "3:a\0b", 5);
    http_response_free(&response);
}

/* curl would ask first, and wait a second for a server that does not know the question. */
static void a_long_body_is_not_held_back(void **state)
{
    static char body[SERVER_BODY_MAX + 1];
    struct http_request request;
    struct http_response response;
    struct err err = ERR_INIT;

    (void)state;
    memset(body, 'x', SERVER_BODY_MAX);
    body[SERVER_BODY_MAX] = '\0';
    request = post("echo", body);
    request.max_body_bytes = (size_t)2 * SERVER_BODY_MAX;
    assert_true(http_perform(world.client, &request, &response, &err));
    assert_non_null(strstr(buf_text(&response.body), " 1200000:xxx"));
    assert_null(strstr(buf_text(&response.body), "expect"));
    http_response_free(&response);
}

static void a_long_form_is_not_held_back(void **state)
{
    static char content[SERVER_BODY_MAX - 1000]; /* the rest of the form has less */
    const struct http_part part = {.name = "document",
                                   .file_name = "x",
                                   .content_type = "text/plain",
                                   .data = content,
                                   .len = sizeof(content)};
    struct http_request request = get("echo");
    struct http_response response;
    struct err err = ERR_INIT;

    (void)state;
    memset(content, 'x', sizeof(content));
    request.parts = &part;
    request.part_count = 1;
    request.max_body_bytes = (size_t)2 * SERVER_BODY_MAX;
    assert_true(http_perform(world.client, &request, &response, &err));
    assert_true(response.body.len > sizeof(content));
    assert_null(strstr(buf_text(&response.body), "expect"));
    http_response_free(&response);
}

static void what_was_given_may_change_after_the_start(void **state)
{
    char url[URL_SIZE];
    char body[] = "before";
    char type[] = "text/plain";
    struct http_request request = post("echo", body);
    struct http_exchange *exchange;
    const struct http_response *response;
    struct err err = ERR_INIT;

    (void)state;
    (void)snprintf(url, sizeof(url), "%s", request.url);
    request.url = url;
    request.content_type = type;
    exchange = start(&request, NULL);
    memset(url, 'u', strlen(url));
    memset(body, 'b', strlen(body));
    memset(type, 't', strlen(type));
    assert_ptr_equal(http_wait(world.client, PATIENCE_MS, -1, false), exchange);
    assert_true(http_exchange_result(exchange, &response, &err));
    assert_string_equal(buf_text(&response->body),
                        "POST /" SECRET "/echo [text/plain] q=none ua=beget-manager 6:before");
    http_exchange_free(exchange);
}

/* ---- statuses ---- */

struct status_row {
    const char *name;
    const char *what;
    int status;
    int64_t retry_after_ms;
};

/* clang-format off */
static struct status_row status_rows[] = {
    /* what it shows                               path                            status  after */
    {"200",                                        "status/200",                   200,    0},
    {"201",                                        "status/201",                   201,    0},
    {"301 is not followed",                        "status/301",                   301,    0},
    {"404",                                        "status/404",                   404,    0},
    {"a delay comes with any status",              "status/400?after=3",           400,    3000},
    {"429 without a delay",                        "status/429",                   429,    0},
    {"429 brings its delay",                       "status/429?after=3",           429,    3000},
    {"a delay of a day is not cut",                "status/429?after=86400",       429,    86400000},
    {"a delay of nonsense is none",                "status/429?after=soon",        429,    0},
    {"a negative delay is none",                   "status/429?after=-5",          429,    0},
    {"a date in the past is no delay",             "status/503?after=Sun,%2006%20Nov%201994%2008:49:37%20GMT", 503, 0},
    {"503 brings its delay",                       "status/503?after=120",         503,    120000},
    {"599",                                        "status/599",                   599,    0},
};
/* clang-format on */

static void reads_status(void **state)
{
    const struct status_row *row = *state;
    void *ignored = NULL;
    struct http_request request;
    struct http_response response;
    struct err err = ERR_INIT;

    assert_int_equal(set_up(&ignored), 0);
    request = get(row->what);
    assert_true(http_perform(world.client, &request, &response, &err));
    assert_int_equal(response.status, row->status);
    assert_true(response.sent);
    assert_true(response.retry_after_ms == row->retry_after_ms);
    http_response_free(&response);
    (void)tear_down(&ignored);
}

static void a_date_in_the_future_is_a_delay(void **state)
{
    time_t when = (time_t)(clock_unix_ms() / 1000) + 3600;
    char what[URL_SIZE];
    struct tm utc;
    struct http_request request;
    struct http_response response;
    struct err err = ERR_INIT;

    (void)state;
    (void)gmtime_r(&when, &utc);
    (void)strftime(what, sizeof(what), "status/503?after=%a,%%20%d%%20%b%%20%Y%%20%H:%M:%S%%20GMT",
                   &utc);
    request = get(what);
    assert_true(http_perform(world.client, &request, &response, &err));
    assert_in_range(response.retry_after_ms, 3600000 - PATIENCE_MS, 3600000);
    http_response_free(&response);
}

/* ---- failures ---- */

static void a_body_at_the_ceiling_passes(void **state)
{
    struct http_request request = get("bytes?bytes=1000");
    struct http_response response;
    struct err err = ERR_INIT;

    (void)state;
    request.max_body_bytes = 1000;
    assert_true(http_perform(world.client, &request, &response, &err));
    assert_int_equal(response.body.len, 1000);
    http_response_free(&response);
}

static void a_body_over_the_ceiling_is_rejected(void **state)
{
    struct http_request request = get("bytes?bytes=1001&q=1");

    (void)state;
    request.max_body_bytes = 1000;
    assert_fails(&request, ERR_REJECT, "over 1000 bytes", true);
}

static void an_answer_that_does_not_come_is_given_up(void **state)
{
    struct http_request request = get("hold?q=1");

    (void)state;
    request.timeout_ms = 100;
    assert_fails(&request, ERR_RETRY, "timed out", true);
}

static void a_dropped_request_has_been_sent(void **state)
{
    struct http_request request = get("drop?q=1");

    (void)state;
    assert_fails(&request, ERR_RETRY, "Empty reply", true);
}

static void a_cut_body_is_no_answer(void **state)
{
    struct http_request request = get("cut");
    struct http_response response;
    struct err err = ERR_INIT;

    (void)state;
    assert_false(http_perform(world.client, &request, &response, &err));
    assert_int_equal(err.kind, ERR_RETRY);
    assert_int_equal(response.status, 200);
    assert_string_equal(buf_text(&response.body), "01234");
    assert_true(response.sent);
    http_response_free(&response);
}

static void a_body_of_which_nothing_comes_is_no_answer(void **state)
{
    struct http_request request = get("cut-nothing");

    (void)state;
    assert_fails(&request, ERR_RETRY, "", true);
}

static void a_refused_connection_has_sent_nothing(void **state)
{
    struct sockaddr_in where = {.sin_family = AF_INET};
    socklen_t size = sizeof(where);
    int fd = socket(AF_INET, SOCK_STREAM, 0); /* bound, so that nobody takes the port */
    struct http_request request = get("x");

    (void)state;
    where.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    assert_int_equal(bind(fd, (struct sockaddr *)&where, sizeof(where)), 0);
    assert_int_equal(getsockname(fd, (struct sockaddr *)&where, &size), 0);
    request.url = url_at(ntohs(where.sin_port), "x?q=1");
    assert_fails(&request, ERR_RETRY, "connect", false);
    (void)close(fd);
}

static void a_failed_handshake_has_sent_nothing(void **state)
{
    char url[URL_SIZE];
    struct http_request request = get("x");

    (void)state;
    (void)snprintf(url, sizeof(url), "https://127.0.0.1:%d/" SECRET "/x?q=1",
                   httpd_port(world.httpd));
    request.url = url;
    assert_fails(&request, ERR_RETRY, "", false);
}

struct url_row {
    const char *name;
    const char *url;
};

static struct url_row url_rows[] = {
    {"an empty URL is fatal", ""},
    {"a URL without a host is fatal", "http://"},
    {"a URL with a blank is fatal", "http://127.0.0.1/ " SECRET "?q=1"},
    {"a port that is none is fatal", "http://127.0.0.1:" SECRET "/?q=1"},
    {"a file is fatal", "file:///etc/" SECRET "?q=1"},
    {"another protocol is fatal", "gopher://127.0.0.1/" SECRET "?q=1"},
    {"a secret in place of the protocol is fatal", BOT "://127.0.0.1/?q=1"},
};

static void refuses_url(void **state)
{
    const struct url_row *row = *state;
    void *ignored = NULL;
    struct http_request request;

    assert_int_equal(set_up(&ignored), 0);
    request = get("");
    request.url = row->url;
    assert_fails(&request, ERR_FATAL, "", false);
    (void)tear_down(&ignored);
}

/* ---- connections ---- */

static struct http_request get_from(const struct http_peer *peer)
{
    struct http_request request = get("");

    request.url = url_at(http_peer_port(peer), "x?q=1");
    return request;
}

static void a_connection_is_used_again(void **state)
{
    struct http_peer *peer = http_peer_start(NULL, 0);
    struct http_request request = get_from(peer);

    (void)state;
    assert_answers(&request, "ok");
    assert_answers(&request, "ok");
    assert_int_equal(http_peer_client_port(peer, 0), http_peer_client_port(peer, 1));
    http_peer_stop(peer);
}

struct break_row {
    const char *name;
    enum peer_act act;
    const char *body; /* to POST, or NULL */
    const struct http_part *parts;
};

static struct break_row break_rows[] = {
    {"a GET is not repeated after a reset", PEER_RESET, NULL, NULL},
    {"a POST is not repeated after a reset", PEER_RESET, "{}", NULL},
    {"an empty POST is not repeated after a reset", PEER_RESET, "", NULL},
    {"a GET is not repeated after an end", PEER_CLOSE, NULL, NULL},
    {"a POST is not repeated after an end", PEER_CLOSE, "{}", NULL},
    {"a POST is not repeated after half a head", PEER_CUT_HEAD, "{}", NULL},
    {"a form is not repeated after a reset", PEER_RESET, NULL, FORM},
    {"a form is not repeated after an end", PEER_CLOSE, NULL, FORM},
};

/* A kept-alive connection breaks before an answer: the peer may have acted on the request. */
static void sends_once(void **state)
{
    const struct break_row *row = *state;
    const enum peer_act script[] = {PEER_ANSWER, row->act};
    void *ignored = NULL;
    struct http_peer *peer = http_peer_start(script, ARRAY_LEN(script));
    struct http_request request;

    assert_int_equal(set_up(&ignored), 0);
    request = get_from(peer);
    assert_answers(&request, "ok");
    request.body = row->body;
    request.body_len = row->body ? strlen(row->body) : 0;
    request.parts = row->parts;
    request.part_count = row->parts ? ARRAY_LEN(FORM) : 0;
    assert_fails(&request, ERR_RETRY, "", true);
    assert_int_equal(http_peer_client_port(peer, 0), http_peer_client_port(peer, 1));
    assert_int_equal(http_peer_requests(peer), 2);
    assert_answers(&request, "ok");
    assert_int_equal(http_peer_requests(peer), 3);
    (void)tear_down(&ignored);
    http_peer_stop(peer);
}

static void a_fresh_connection_that_is_reset_has_sent(void **state)
{
    const enum peer_act script[] = {PEER_RESET};
    struct http_peer *peer = http_peer_start(script, ARRAY_LEN(script));
    struct http_request request = get_from(peer);

    (void)state;
    assert_fails(&request, ERR_RETRY, "", true);
    assert_int_equal(http_peer_requests(peer), 1);
    http_peer_stop(peer);
}

static void an_aborted_exchange_does_not_spoil_the_next(void **state)
{
    struct http_request request = get("hold");
    struct http_exchange *exchange = start(&request, NULL);

    (void)state;
    drive_until_held(1);
    http_exchange_free(exchange);
    request = get("status/200");
    assert_answers(&request, "status 200");
    let_go();
}

/* ---- many at once ---- */

static void a_slow_exchange_does_not_delay_the_others(void **state)
{
    enum { QUICK = 50 };
    struct http_request request = get("hold");
    struct http_exchange *slow = start(&request, &world);
    bool seen[QUICK] = {false};
    size_t numbers[QUICK];
    struct err err = ERR_INIT;
    const struct http_response *response;

    (void)state;
    drive_until_held(1);
    for (size_t i = 0; i < QUICK; i++) {
        numbers[i] = i;
        request = get("status/200");
        (void)start(&request, &numbers[i]);
    }
    for (size_t i = 0; i < QUICK; i++) {
        struct http_exchange *ended = http_wait(world.client, PATIENCE_MS, -1, false);
        const size_t *number;

        assert_non_null(ended);
        assert_ptr_not_equal(ended, slow);
        assert_true(http_exchange_result(ended, &response, &err));
        assert_string_equal(buf_text(&response->body), "status 200");
        number = http_exchange_context(ended);
        assert_false(seen[*number]);
        seen[*number] = true;
        http_exchange_free(ended);
    }
    let_go();
    assert_ptr_equal(http_wait(world.client, PATIENCE_MS, -1, false), slow);
    assert_ptr_equal(http_exchange_context(slow), &world);
    assert_true(http_exchange_result(slow, &response, &err));
    http_exchange_free(slow);
}

static void waiting_and_performing_do_not_mix_up(void **state)
{
    struct http_request request = get("status/201");
    struct http_exchange *exchange = start(&request, NULL);
    const struct http_response *response;
    struct err err = ERR_INIT;

    (void)state;
    request = get("status/200");
    assert_answers(&request, "status 200");
    assert_ptr_equal(http_wait(world.client, PATIENCE_MS, -1, false), exchange);
    assert_true(http_exchange_result(exchange, &response, &err));
    assert_int_equal(response->status, 201);
    http_exchange_free(exchange);
}

static void ended_exchanges_are_collected_one_by_one(void **state)
{
    struct http_exchange *exchanges[3];
    struct http_request request;

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(exchanges); i++) {
        request = get("status/200");
        exchanges[i] = start(&request, NULL);
    }
    request = get("hold"); /* held only after the others had their turn */
    (void)start(&request, &world);
    for (size_t i = 0; i < ARRAY_LEN(exchanges); i++) {
        struct http_exchange *ended = http_wait(world.client, PATIENCE_MS, -1, false);

        assert_non_null(ended);
        assert_null(http_exchange_context(ended));
        http_exchange_free(ended);
    }
    assert_null(http_wait(world.client, 0, -1, false));
    let_go();
    http_exchange_free(http_wait(world.client, PATIENCE_MS, -1, false));
    assert_null(http_wait(world.client, 0, -1, false));
}

static void an_ended_exchange_may_be_freed_uncollected(void **state)
{
    struct http_request request = get("status/200");
    struct http_exchange *first = start(&request, NULL);
    struct http_exchange *second = start(&request, NULL);
    struct http_exchange *ended = http_wait(world.client, PATIENCE_MS, -1, false);
    struct http_exchange *other = ended == first ? second : first;

    (void)state;
    http_exchange_free(ended);
    request = get("status/200");
    assert_answers(&request, "status 200"); /* the other one may end meanwhile */
    http_exchange_free(other);
    assert_null(http_wait(world.client, 0, -1, false));
}

static void a_readable_descriptor_ends_the_wait(void **state)
{
    struct http_request request = get("hold");
    struct http_exchange *exchange = start(&request, NULL);
    int ends[2];

    (void)state;
    drive_until_held(1);
    assert_int_equal(pipe(ends), 0);
    assert_int_equal(write(ends[1], "x", 1), 1);
    assert_null(http_wait(world.client, FOREVER_MS, ends[0], false));
    (void)close(ends[0]);
    (void)close(ends[1]);
    http_exchange_free(exchange);
}

static void a_descriptor_whose_other_end_closed_ends_the_wait(void **state)
{
    int ends[2];

    (void)state;
    assert_int_equal(pipe(ends), 0);
    (void)close(ends[1]);
    assert_null(http_wait(world.client, FOREVER_MS, ends[0], false));
    (void)close(ends[0]);
}

static void *write_later(void *context)
{
    const int *fd = context;

    wait_until_held(1);
    (void)!write(*fd, "x", 1);
    return NULL;
}

static void a_descriptor_that_turns_readable_ends_the_wait(void **state)
{
    struct http_request request = get("hold");
    struct http_exchange *exchange = start(&request, NULL);
    pthread_t thread;
    int ends[2];

    (void)state;
    assert_int_equal(pipe(ends), 0);
    assert_int_equal(pthread_create(&thread, NULL, write_later, &ends[1]), 0);
    assert_null(http_wait(world.client, FOREVER_MS, ends[0], false));
    (void)pthread_join(thread, NULL);
    (void)close(ends[0]);
    (void)close(ends[1]);
    http_exchange_free(exchange);
}

static void the_wait_ends_by_itself(void **state)
{
    int64_t before = clock_monotonic_ms();

    (void)state;
    assert_null(http_wait(world.client, 30, -1, true));
    assert_true(clock_monotonic_ms() - before >= 30);
}

/* ---- the server by itself ---- */

static void a_request_body_over_the_ceiling_is_413(void **state)
{
    static char body[SERVER_BODY_MAX + 2];
    struct http_request request;
    struct http_response response;
    struct err err = ERR_INIT;

    (void)state;
    memset(body, 'x', SERVER_BODY_MAX + 1);
    body[SERVER_BODY_MAX + 1] = '\0';
    request = post("echo", body);
    assert_true(http_perform(world.client, &request, &response, &err));
    assert_int_equal(response.status, 413);
    assert_int_equal(response.body.len, 0);
    http_response_free(&response);
}

static void it_listens_on_ipv6(void **state)
{
    char url[URL_SIZE];
    struct err err = ERR_INIT;
    struct httpd *httpd = httpd_start("[::1]:0", 100, serve, &world, &err);
    struct http_request request = get("");

    (void)state;
    if (!httpd) {
        fail_msg("%s", err.message);
    }
    (void)snprintf(url, sizeof(url), "http://[::1]:%d/" SECRET "/status/200", httpd_port(httpd));
    request.url = url;
    assert_answers(&request, "status 200");
    httpd_stop(httpd);
}

static void a_port_in_use_is_fatal(void **state)
{
    char address[64];
    struct err err = ERR_INIT;

    (void)state;
    (void)snprintf(address, sizeof(address), "127.0.0.1:%d", httpd_port(world.httpd));
    assert_null(httpd_start(address, 100, serve, &world, &err));
    assert_int_equal(err.kind, ERR_FATAL);
    assert_holds(err.message, address);
    assert_holds(err.message, "in use");
}

struct address_row {
    const char *name;
    const char *address;
};

static struct address_row address_rows[] = {
    {"no address is fatal", ""},
    {"a port alone is fatal", "8081"},
    {"an empty host is fatal", ":8081"},
    {"an address without a port is fatal", "127.0.0.1"},
    {"an empty port is fatal", "127.0.0.1:"},
    {"a port that is none is fatal", "127.0.0.1:http"},
    {"a port above 65535 is fatal", "127.0.0.1:65536"},
    {"a host name is fatal", "localhost:0"},
    {"IPv6 without brackets is fatal", "::1:0"},
    {"empty brackets are fatal", "[]:0"},
    {"a very long host is fatal",
     "1111111111111111111111111111111111111111111111111111111111111111111111111:0"},
};

static void refuses_address(void **state)
{
    const struct address_row *row = *state;
    struct err err = ERR_INIT;

    assert_null(httpd_start(row->address, 100, serve, &world, &err));
    assert_int_equal(err.kind, ERR_FATAL);
    assert_holds(err.message, "an IP address and a port");
}

static void stopping_lets_waiting_handlers_return(void **state)
{
    struct http_request request = get("hold");
    struct http_exchange *exchange = start(&request, NULL);

    (void)state;
    drive_until_held(1);
    httpd_stop(world.httpd);
    world.httpd = NULL;
    assert_int_equal(world.holding, 0);
    assert_ptr_equal(http_wait(world.client, PATIENCE_MS, -1, false), exchange);
    http_exchange_free(exchange);
}

static void escaping_leaves_only_unreserved_characters(void **state)
{
    struct buf out;

    (void)state;
    buf_init(&out, 1000);
    http_add_escaped(&out, "aZ09-._~ +&=?/%\"{}\n\x7fя");
    assert_string_equal(buf_text(&out), "aZ09-._~%20%2B%26%3D%3F%2F%25%22%7B%7D%0A%7F%D1%8F");
    buf_free(&out);
}

static void freeing_nothing_is_allowed(void **state)
{
    (void)state;
    http_client_free(NULL);
    http_exchange_free(NULL);
    httpd_stop(NULL);
}

/* ---- shutdown: the latch stays set, so these come last and in this order ---- */

static void *stop_later(void *context)
{
    (void)context;
    wait_until_held(1);
    stop_request();
    return NULL;
}

static void shutdown_ends_a_running_request_at_once(void **state)
{
    struct http_request request = get("status/200");
    struct err err = ERR_INIT;
    int64_t before;
    pthread_t thread;

    (void)state;
    assert_answers(&request, "status 200"); /* a fresh connection has more timers */
    before = clock_monotonic_ms();
    request = get("hold?q=1");
    request.timeout_ms = FOREVER_MS;
    assert_int_equal(stop_fd(), -1);
    assert_true(stop_install(&err));
    assert_true(stop_fd() >= 0);
    assert_int_equal(pthread_create(&thread, NULL, stop_later, NULL), 0);
    assert_fails(&request, ERR_STOPPED, "shutting down", true);
    assert_true(clock_monotonic_ms() - before < AT_ONCE_MS);
    (void)pthread_join(thread, NULL);
}

static void after_shutdown_nothing_is_sent(void **state)
{
    struct http_request request = get("echo?q=1");

    (void)state;
    assert_true(stop_requested());
    assert_fails(&request, ERR_STOPPED, "shutting down", false);
}

static void after_shutdown_a_wait_for_it_ends_at_once(void **state)
{
    (void)state;
    assert_null(http_wait(world.client, FOREVER_MS, -1, true));
}

static void after_shutdown_a_started_exchange_still_ends(void **state)
{
    struct http_request request = get("status/200");
    struct http_exchange *exchange = start(&request, NULL);

    (void)state;
    assert_ptr_equal(http_wait(world.client, PATIENCE_MS, -1, false), exchange);
    http_exchange_free(exchange);
}

/* ---- the report ---- */

#define WITH_WORLD(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

static const struct CMUnitTest PLAIN_TESTS[] = {
    WITH_WORLD(a_get_has_no_body_and_no_type),
    WITH_WORLD(a_post_carries_body_and_type),
    WITH_WORLD(a_form_carries_fields_and_files),
    WITH_WORLD(a_form_leaves_nothing_to_the_next_request),
    WITH_WORLD(a_form_that_is_given_up_is_released),
    WITH_WORLD(a_post_without_a_type_claims_none),
    WITH_WORLD(an_empty_body_is_a_post),
    WITH_WORLD(a_body_may_hold_any_byte),
    WITH_WORLD(a_long_body_is_not_held_back),
    WITH_WORLD(a_long_form_is_not_held_back),
    WITH_WORLD(what_was_given_may_change_after_the_start),
    WITH_WORLD(a_date_in_the_future_is_a_delay),
    WITH_WORLD(a_body_at_the_ceiling_passes),
    WITH_WORLD(a_body_over_the_ceiling_is_rejected),
    WITH_WORLD(an_answer_that_does_not_come_is_given_up),
    WITH_WORLD(a_dropped_request_has_been_sent),
    WITH_WORLD(a_cut_body_is_no_answer),
    WITH_WORLD(a_body_of_which_nothing_comes_is_no_answer),
    WITH_WORLD(a_refused_connection_has_sent_nothing),
    WITH_WORLD(a_failed_handshake_has_sent_nothing),
    WITH_WORLD(a_connection_is_used_again),
    WITH_WORLD(a_fresh_connection_that_is_reset_has_sent),
    WITH_WORLD(an_aborted_exchange_does_not_spoil_the_next),
    WITH_WORLD(a_slow_exchange_does_not_delay_the_others),
    WITH_WORLD(waiting_and_performing_do_not_mix_up),
    WITH_WORLD(ended_exchanges_are_collected_one_by_one),
    WITH_WORLD(an_ended_exchange_may_be_freed_uncollected),
    WITH_WORLD(a_readable_descriptor_ends_the_wait),
    WITH_WORLD(a_descriptor_whose_other_end_closed_ends_the_wait),
    WITH_WORLD(a_descriptor_that_turns_readable_ends_the_wait),
    WITH_WORLD(the_wait_ends_by_itself),
    WITH_WORLD(a_request_body_over_the_ceiling_is_413),
    WITH_WORLD(it_listens_on_ipv6),
    WITH_WORLD(a_port_in_use_is_fatal),
    WITH_WORLD(stopping_lets_waiting_handlers_return),
    cmocka_unit_test(escaping_leaves_only_unreserved_characters),
    cmocka_unit_test(freeing_nothing_is_allowed),
};

static const struct CMUnitTest SHUTDOWN_TESTS[] = {
    WITH_WORLD(shutdown_ends_a_running_request_at_once),
    WITH_WORLD(after_shutdown_nothing_is_sent),
    WITH_WORLD(after_shutdown_a_wait_for_it_ends_at_once),
    WITH_WORLD(after_shutdown_a_started_exchange_still_ends),
};

/* Registers each row as a test of its own. Every row starts with its name. */
static void add_rows(struct CMUnitTest *tests, size_t *count, CMUnitTestFunction test, void *rows,
                     size_t row_size, size_t row_count)
{
    for (size_t i = 0; i < row_count; i++) {
        struct CMUnitTest *added = &tests[(*count)++];

        *added =
            (struct CMUnitTest){.test_func = test, .initial_state = (char *)rows + i * row_size};
        memcpy(&added->name, added->initial_state, sizeof(added->name));
    }
}

#define ADD_ROWS(tests, count, test, rows) \
    add_rows((tests), (count), (test), (rows), sizeof((rows)[0]), ARRAY_LEN(rows))

int main(void)
{
    struct CMUnitTest tests[ARRAY_LEN(PLAIN_TESTS) + ARRAY_LEN(status_rows) + ARRAY_LEN(url_rows) +
                            ARRAY_LEN(break_rows) + ARRAY_LEN(address_rows) +
                            ARRAY_LEN(SHUTDOWN_TESTS)];
    size_t count = ARRAY_LEN(PLAIN_TESTS);
    struct err err = ERR_INIT;
    int failed;

    if (!http_library_init(&err)) {
        return EXIT_FAILURE;
    }
    memcpy(tests, PLAIN_TESTS, sizeof(PLAIN_TESTS));
    ADD_ROWS(tests, &count, reads_status, status_rows);
    ADD_ROWS(tests, &count, refuses_url, url_rows);
    ADD_ROWS(tests, &count, sends_once, break_rows);
    ADD_ROWS(tests, &count, refuses_address, address_rows);
    memcpy(tests + count, SHUTDOWN_TESTS, sizeof(SHUTDOWN_TESTS));
    failed = cmocka_run_group_tests_name("http", tests, NULL, NULL);
    http_library_free();
    return failed;
}
