/* SPDX-License-Identifier: MIT */
/* shared/ops/pages.c over real connections: what is answered, to whom, and that nobody can be in
 * the way. */
#include "shared/ops/pages.h"

#include "shared/base/clock.h"
#include "shared/base/compiler.h"
#include "shared/io/http.h"
#include "shared/ops/health_ask.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#define TOKEN  "reading-0123456789"
#define CHANGE "changes-0123456789"

enum { PATIENCE_MS = 20000, ANSWER_SIZE = 4096, CONNECTIONS = 16, REDIS = 0, TELEGRAM = 1 };

static const struct health_check CHECKS[] = {
    {.name = "redis", .awaited = true, .help = "Redis answers"},
    {.name = "telegram", .alive_ms = 600000, .help = "Telegram answers"},
};

static struct {
    struct health *health;
    struct pages *pages;
    int port;
    int changes; /* asked of the route that changes something */
} world;

static void answer_state(void *context, const struct httpd_request *request,
                         struct httpd_response *response)
{
    (void)context;
    (void)request;
    response->content_type = "application/json";
    buf_addf(&response->body, "{\"state\":1}");
}

static void answer_change(void *context, const struct httpd_request *request,
                          struct httpd_response *response)
{
    int *changes = context;

    (*changes)++;
    buf_addf(&response->body, "%s\n", request->body);
}

static const struct page_route ROUTES[] = {
    {"GET", "/api/state", PAGE_READ, answer_state, NULL},
    {"POST", "/api/change", PAGE_CHANGE, answer_change, &world.changes},
};

static void open_pages(const char *listen, const char *token, const char *change_token)
{
    struct err err = ERR_INIT;

    world.pages = pages_new(&(struct pages_options){.listen = listen,
                                                    .token = token,
                                                    .change_token = change_token,
                                                    .health = world.health,
                                                    .routes = ROUTES,
                                                    .route_count = ARRAY_LEN(ROUTES)});
    assert_true(pages_are_due(world.pages));
    if (!pages_open(world.pages, &world.port, &err)) {
        fail_msg("%s", err.message);
    }
    assert_false(pages_are_due(world.pages));
}

static int set_up(void **state)
{
    (void)state;
    (void)signal(SIGPIPE, SIG_IGN);
    world.changes = 0;
    world.pages = NULL;
    world.health = health_new(CHECKS, ARRAY_LEN(CHECKS));
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    pages_free(world.pages);
    health_free(world.health);
    return 0;
}

/* ---- a client that can be odd ---- */

static int connect_to(int port)
{
    struct sockaddr_in where = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
    int fd = socket(AF_INET, SOCK_STREAM, 0);

    where.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    assert_true(fd >= 0);
    assert_int_equal(connect(fd, (struct sockaddr *)&where, sizeof(where)), 0);
    return fd;
}

static void say(int fd, const char *text)
{
    assert_int_equal(write(fd, text, strlen(text)), strlen(text));
}

/* What comes until the connection ends; valid until the next call. */
static const char *hear(int fd)
{
    static char answer[ANSWER_SIZE];
    size_t len = 0;
    ssize_t got = 1;

    while (got > 0 && len + 1 < sizeof(answer)) {
        struct pollfd readable = {.fd = fd, .events = POLLIN};

        assert_int_equal(poll(&readable, 1, PATIENCE_MS), 1);
        got = read(fd, answer + len, sizeof(answer) - 1 - len);
        len += got > 0 ? (size_t)got : 0;
    }
    answer[len] = '\0';
    (void)close(fd);
    return answer;
}

/* `headers`: lines with their ends, "" for none. */
static const char *ask_with(const char *method, const char *path, const char *headers)
{
    char request[1024];
    int fd = connect_to(world.port);

    (void)snprintf(request, sizeof(request), "%s %s HTTP/1.1\r\nConnection: close\r\n%s\r\n",
                   method, path, headers);
    say(fd, request);
    return hear(fd);
}

static const char *get(const char *path)
{
    return ask_with("GET", path, "Host: 127.0.0.1\r\n");
}

static void assert_status(const char *answer, int status)
{
    char line[32];

    (void)snprintf(line, sizeof(line), "HTTP/1.1 %d ", status);
    if (strncmp(answer, line, strlen(line)) != 0) {
        fail_msg("not %d: %s", status, answer);
    }
}

static void assert_holds(const char *answer, const char *part)
{
    if (!strstr(answer, part)) {
        fail_msg("\"%s\" does not hold \"%s\"", answer, part);
    }
}

/* ---- what is answered ---- */

static void readiness_gives_the_reason_of_each_check(void **state)
{
    const char *answer;

    (void)state;
    open_pages("127.0.0.1:0", "", "");
    assert_status(get("/readyz"), 503);
    health_ok(world.health, REDIS);
    answer = get("/readyz");
    assert_status(answer, 200);
    assert_holds(answer, "\r\n\r\nok redis 0.");
    assert_holds(answer, "\nok telegram\n");
    health_failed(world.health, TELEGRAM, "getUpdates: 401 Unauthorized");
    answer = get("/readyz");
    assert_status(answer, 503);
    assert_holds(answer, "failed telegram 0.");
    assert_holds(answer, ": getUpdates: 401 Unauthorized\n");
}

static void liveness_leaves_out_what_no_restart_would_help(void **state)
{
    const char *answer;

    (void)state;
    open_pages("127.0.0.1:0", "", "");
    health_failed(world.health, REDIS, "away");
    health_failed(world.health, TELEGRAM, "401");
    answer = get("/livez");
    assert_status(answer, 200);
    assert_holds(answer, "ok telegram");
    assert_null(strstr(answer, "redis"));
}

static void what_was_long_ago_is_not_live(void **state)
{
    static const struct health_check SHORT = {
        .name = "polls", .alive_ms = 1, .awaited = true, .help = "polls are answered"};
    int64_t deadline_ms = clock_monotonic_ms() + PATIENCE_MS;
    const char *answer = "";

    (void)state;
    health_free(world.health);
    world.health = health_new(&SHORT, 1);
    open_pages("127.0.0.1:0", "", "");
    health_ok(world.health, 0);
    while (!strstr(answer, " 503 ") && clock_monotonic_ms() < deadline_ms) {
        answer = get("/livez");
    }
    assert_status(answer, 503);
    assert_holds(answer, "failed polls ");
    assert_holds(answer, "polls are answered");
}

static void routes_of_the_service_are_answered(void **state)
{
    const char *answer;

    (void)state;
    open_pages("127.0.0.1:0", "", "");
    answer = get("/api/state");
    assert_status(answer, 200);
    assert_holds(answer, "Content-Type: application/json");
    assert_holds(answer, "\r\n\r\n{\"state\":1}");
    assert_status(get("/api/else"), 404);
    assert_status(ask_with("POST", "/api/state", "Host: 127.0.0.1\r\nContent-Length: 0\r\n"), 405);
    assert_holds(ask_with("DELETE", "/readyz", "Host: 127.0.0.1\r\n"), "\nAllow: GET, HEAD\r\n");
    assert_holds(get("/api/change"), "\nAllow: POST\r\n");
}

static void a_head_request_has_no_body(void **state)
{
    const char *answer;

    (void)state;
    open_pages("127.0.0.1:0", "", "");
    answer = ask_with("HEAD", "/api/state", "Host: 127.0.0.1\r\n");
    assert_status(answer, 200);
    assert_null(strstr(answer, "state"));
}

static void no_answer_is_kept_or_shown_within_another_page(void **state)
{
    static const char *const HEADERS[] = {"X-Content-Type-Options: nosniff",
                                          "Cache-Control: no-store", "X-Frame-Options: DENY",
                                          "Content-Security-Policy: default-src 'none'"};

    (void)state;
    open_pages("127.0.0.1:0", "", "");
    for (size_t i = 0; i < ARRAY_LEN(HEADERS); i++) {
        assert_holds(get("/api/state"), HEADERS[i]);
        assert_holds(get("/api/else"), HEADERS[i]);
    }
}

/* ---- to whom ---- */

static void a_name_of_a_stranger_is_refused(void **state)
{
    (void)state;
    open_pages("127.0.0.1:0", "", "");
    assert_status(ask_with("GET", "/livez", "Host: evil.example\r\n"), 403);
    assert_status(ask_with("GET", "/api/state", "Host: evil.example\r\n"), 403);
    assert_status(ask_with("GET", "/api/state", "Host: localhost:1\r\n"), 200);
}

static void a_token_is_asked_for_and_nothing_is_told_without(void **state)
{
    const char *answer;

    (void)state;
    open_pages("0.0.0.0:0", TOKEN, "");
    answer = get("/readyz");
    assert_status(answer, 401);
    assert_holds(answer, "WWW-Authenticate: Basic");
    assert_null(strstr(answer, "telegram"));
    assert_null(strstr(answer, TOKEN));
    assert_status(get("/api/else"), 401);
    assert_status(get("/livez"), 200);
    assert_status(ask_with("GET", "/api/state", "Host: a\r\nAuthorization: Bearer wrong\r\n"), 401);
    assert_status(ask_with("GET", "/api/state", "Host: a\r\nAuthorization: Bearer " TOKEN "\r\n"),
                  200);
}

#define CHANGE_HEADERS(authorization) \
    "Host: 127.0.0.1\r\nContent-Length: 0\r\nAuthorization: " authorization "\r\n"

static void only_the_token_for_changes_changes(void **state)
{
    (void)state;
    open_pages("127.0.0.1:0", TOKEN, CHANGE);
    assert_status(ask_with("POST", "/api/change", CHANGE_HEADERS("Bearer " TOKEN)), 401);
    assert_int_equal(world.changes, 0);
    assert_status(ask_with("POST", "/api/change", CHANGE_HEADERS("Bearer " CHANGE)), 200);
    assert_int_equal(world.changes, 1);
}

static void without_that_token_the_pages_are_read_only(void **state)
{
    (void)state;
    open_pages("127.0.0.1:0", "", "");
    assert_status(ask_with("POST", "/api/change", CHANGE_HEADERS("Bearer x")), 403);
    assert_int_equal(world.changes, 0);
}

/* ---- who is in the way ---- */

static void who_says_nothing_keeps_nobody_from_an_answer(void **state)
{
    int silent[CONNECTIONS * 3];

    (void)state;
    open_pages("127.0.0.1:0", "", "");
    for (size_t i = 0; i < ARRAY_LEN(silent); i++) {
        silent[i] = connect_to(world.port);
        say(silent[i], "GET /livez HTT");
    }
    assert_status(get("/livez"), 200);
    assert_string_equal(hear(silent[0]), ""); /* the oldest had to go */
    for (size_t i = 1; i < ARRAY_LEN(silent); i++) {
        (void)close(silent[i]);
    }
    assert_status(get("/livez"), 200);
}

static void a_port_in_use_is_taken_once_it_is_free(void **state)
{
    struct pages *first;
    struct err err = ERR_INIT;
    char listen[32];
    int port = 0;

    (void)state;
    open_pages("127.0.0.1:0", "", "");
    first = world.pages;
    (void)snprintf(listen, sizeof(listen), "127.0.0.1:%d", world.port);
    world.pages = pages_new(&(struct pages_options){
        .listen = listen, .token = "", .change_token = "", .health = world.health});
    assert_false(pages_open(world.pages, &port, &err));
    assert_int_equal(err.kind, ERR_RETRY);
    assert_holds(err.message, listen);
    assert_true(pages_are_due(world.pages));
    pages_free(first);
    assert_true(pages_open(world.pages, &port, &err));
    assert_int_equal(port, world.port);
    assert_status(get("/livez"), 200);
}

static void without_an_address_nothing_is_due(void **state)
{
    (void)state;
    world.pages = pages_new(&(struct pages_options){
        .listen = "", .token = "", .change_token = "", .health = world.health});
    assert_false(pages_are_due(world.pages));
}

/* ---- --health ---- */

static int ask_health(const char *host, const char *token, struct buf *out)
{
    char listen[32];

    (void)snprintf(listen, sizeof(listen), "%s:%d", host, world.port);
    return health_ask(listen, token, out);
}

static void the_program_itself_says_whether_it_is_ready(void **state)
{
    struct buf out;

    (void)state;
    buf_init(&out, ANSWER_SIZE);
    (void)setenv("http_proxy", "http://127.0.0.1:1",
                 1); /* what is on this machine is asked without */
    open_pages("0.0.0.0:0", TOKEN, "");
    assert_int_equal(ask_health("0.0.0.0", TOKEN, &out), HEALTH_ASK_NOT_READY);
    assert_holds(buf_text(&out), "failed redis");
    buf_free(&out);
    health_ok(world.health, REDIS);
    assert_int_equal(ask_health("0.0.0.0", TOKEN, &out), HEALTH_ASK_READY);
    assert_holds(buf_text(&out), "ok redis");
    buf_free(&out);
    assert_int_equal(ask_health("0.0.0.0", "", &out), HEALTH_ASK_NOT_READY);
    buf_free(&out);
    (void)unsetenv("http_proxy");
}

static void who_does_not_answer_is_not_ready(void **state)
{
    struct sockaddr_in where = {.sin_family = AF_INET};
    socklen_t len = sizeof(where);
    int64_t began_ms = clock_monotonic_ms();
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    struct buf out;

    (void)state;
    buf_init(&out, ANSWER_SIZE);
    where.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    assert_int_equal(bind(fd, (struct sockaddr *)&where, sizeof(where)), 0);
    assert_int_equal(listen(fd, 1), 0); /* and accepts nothing */
    assert_int_equal(getsockname(fd, (struct sockaddr *)&where, &len), 0);
    world.port = ntohs(where.sin_port);
    assert_int_equal(ask_health("127.0.0.1", "", &out), HEALTH_ASK_NOT_READY);
    assert_holds(buf_text(&out), "no answer");
    assert_in_range(clock_monotonic_ms() - began_ms, 2000, PATIENCE_MS);
    buf_free(&out);
    (void)close(fd);
}

#define BEHAVIOUR(sentence, function)                                      \
    {                                                                      \
        .name = (sentence), .test_func = (function), .setup_func = set_up, \
        .teardown_func = tear_down                                         \
    }

int main(void)
{
    const struct CMUnitTest tests[] = {
        BEHAVIOUR("readiness gives the reason of each check",
                  readiness_gives_the_reason_of_each_check),
        BEHAVIOUR("liveness leaves out what no restart would help",
                  liveness_leaves_out_what_no_restart_would_help),
        BEHAVIOUR("what was long ago is not live", what_was_long_ago_is_not_live),
        BEHAVIOUR("routes of the service are answered", routes_of_the_service_are_answered),
        BEHAVIOUR("a HEAD request has no body", a_head_request_has_no_body),
        BEHAVIOUR("no answer is kept, or shown within another page",
                  no_answer_is_kept_or_shown_within_another_page),
        BEHAVIOUR("a name of a stranger is refused", a_name_of_a_stranger_is_refused),
        BEHAVIOUR("a token is asked for, and nothing is told without",
                  a_token_is_asked_for_and_nothing_is_told_without),
        BEHAVIOUR("only the token for changes changes", only_the_token_for_changes_changes),
        BEHAVIOUR("without that token the pages are read-only",
                  without_that_token_the_pages_are_read_only),
        BEHAVIOUR("who says nothing keeps nobody from an answer",
                  who_says_nothing_keeps_nobody_from_an_answer),
        BEHAVIOUR("a port in use is taken once it is free", a_port_in_use_is_taken_once_it_is_free),
        BEHAVIOUR("without an address nothing is due", without_an_address_nothing_is_due),
        BEHAVIOUR("the program itself says whether it is ready",
                  the_program_itself_says_whether_it_is_ready),
        BEHAVIOUR("who does not answer is not ready", who_does_not_answer_is_not_ready),
    };

    return cmocka_run_group_tests_name("pages", tests, NULL, NULL);
}
