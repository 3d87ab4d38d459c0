/* SPDX-License-Identifier: MIT */
/* shared/io/redis against a real redis-server that dies, hangs, refuses and comes back. */
#include "shared/base/clock.h"
#include "shared/base/mem.h"
#include "shared/base/stop.h"
#include "shared/io/redis.h"
#include "tests/integration/redis_server.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

enum { TIMEOUT_MS = 10000, SHORT_MS = 150, WAIT_MS = 10000 };

/* One server for all tests that need nothing special. */
static struct redis_server *server;

static int start_server(void **state)
{
    (void)state;
    server = redis_server_start(NULL);
    return 0;
}

static int stop_server(void **state)
{
    (void)state;
    redis_server_stop(server);
    return 0;
}

/* ---- helpers ---- */

static struct redis *connect_to(const char *url, int64_t timeout_ms)
{
    struct err err = ERR_INIT;
    struct redis *redis = redis_new(url, "test", timeout_ms, &err);

    if (!redis) {
        fail_msg("%s", err.message);
    }
    return redis;
}

/* "redis://" + login + "127.0.0.1:port" + tail, in a buffer that the next call reuses. */
static const char *url_with(const struct redis_server *to, const char *login, const char *tail)
{
    static char url[128];

    (void)snprintf(url, sizeof(url), "redis://%s127.0.0.1:%d%s", login, redis_server_port(to),
                   tail);
    return url;
}

/* A command of words, the list ending with NULL. */
static struct redis_command *command_of(const char *const words[])
{
    struct redis_command *command = redis_command_new(words[0]);

    for (size_t i = 1; words[i]; i++) {
        redis_add_text(command, words[i]);
    }
    return command;
}

#define COMMAND(...) command_of((const char *const[]){__VA_ARGS__, NULL})

/* Runs what must succeed; the caller frees the reply. */
static struct redis_reply *must(struct redis *redis, struct redis_command *command)
{
    struct redis_reply *reply = NULL;
    struct err err = ERR_INIT;

    if (!redis_run(redis, command, &reply, &err)) {
        fail_msg("%s", err.message);
    }
    return reply;
}

static void must_do(struct redis *redis, struct redis_command *command)
{
    redis_reply_free(must(redis, command));
}

/* Runs what must fail; the error is returned. */
static struct err must_fail(struct redis *redis, struct redis_command *command)
{
    struct redis_reply *reply = NULL;
    struct err err = ERR_INIT;

    assert_false(redis_run(redis, command, &reply, &err));
    assert_null(reply);
    return err;
}

static void assert_says(const struct err *err, enum err_kind kind, const char *words)
{
    if (err->kind != kind || !strstr(err->message, words)) {
        fail_msg("%s \"%s\", expected %s \"%s\"", err_kind_name(err->kind), err->message,
                 err_kind_name(kind), words);
    }
}

/* Waits until INFO holds `line`. */
static void wait_for_info(struct redis *redis, const char *section, const char *line)
{
    int64_t deadline = clock_monotonic_ms() + WAIT_MS;

    while (clock_monotonic_ms() < deadline) {
        struct redis_reply *reply = must(redis, COMMAND("INFO", section));
        bool found = strstr(redis_reply_text(reply, NULL), line) != NULL;

        redis_reply_free(reply);
        if (found) {
            return;
        }
        (void)poll(NULL, 0, 5);
    }
    fail_msg("INFO never said %s", line);
}

/* ---- connecting ---- */

static void connects_on_first_use(void **state)
{
    struct redis *redis = connect_to(redis_server_tcp_url(server), TIMEOUT_MS);

    (void)state;
    assert_int_equal(redis_connections(redis), 0);
    assert_int_equal(redis_fd(redis), -1);
    must_do(redis, COMMAND("PING"));
    must_do(redis, COMMAND("PING"));
    assert_int_equal(redis_connections(redis), 1);
    assert_true(redis_fd(redis) >= 0);
    redis_free(redis);
}

static void connects_to_a_socket(void **state)
{
    struct redis *redis = connect_to(redis_server_unix_url(server), TIMEOUT_MS);

    (void)state;
    must_do(redis, COMMAND("PING"));
    assert_int_equal(strncmp(redis_address(redis), "unix:///", 8), 0);
    redis_free(redis);
}

static void selects_the_database_of_the_url(void **state)
{
    struct redis *in_3 = connect_to(url_with(server, "", "/3"), TIMEOUT_MS);
    struct redis *in_0 = connect_to(url_with(server, "", ""), TIMEOUT_MS);
    struct redis_reply *reply;

    (void)state;
    must_do(in_3, COMMAND("SET", "only_in_3", "x"));
    reply = must(in_0, COMMAND("GET", "only_in_3"));
    assert_true(redis_reply_is_nil(reply));
    redis_reply_free(reply);
    redis_free(in_3);
    redis_free(in_0);
}

static void refuses_a_database_that_is_not_there(void **state)
{
    struct redis *redis = connect_to(url_with(server, "", "/9999"), TIMEOUT_MS);
    struct err err = must_fail(redis, COMMAND("PING"));

    (void)state;
    assert_says(&err, ERR_FATAL, "SELECT");
    redis_free(redis);
}

static void shows_its_name_to_operators(void **state)
{
    struct redis *redis = connect_to(redis_server_tcp_url(server), TIMEOUT_MS);
    struct redis_reply *reply = must(redis, COMMAND("CLIENT", "GETNAME"));

    (void)state;
    assert_string_equal(redis_reply_text(reply, NULL), "test");
    redis_reply_free(reply);
    redis_free(redis);
}

static void its_address_holds_no_password(void **state)
{
    struct redis *redis = connect_to("redis://bot:s3cret@[::1]:7/2", TIMEOUT_MS);

    (void)state;
    assert_string_equal(redis_address(redis), "[::1]:7/2");
    redis_free(redis);
}

static void asks_whether_the_server_runs(void **state)
{
    struct redis_server *gone = redis_server_start(NULL);
    struct redis *tcp = connect_to(redis_server_tcp_url(gone), TIMEOUT_MS);
    struct redis *local = connect_to(redis_server_unix_url(gone), TIMEOUT_MS);
    struct redis *nowhere = connect_to("unix:///nonexistent/redis.sock", TIMEOUT_MS);
    struct err err;

    (void)state;
    redis_server_kill(gone);
    err = must_fail(tcp, COMMAND("PING"));
    assert_says(&err, ERR_RETRY, "connection refused: is redis-server running?");
    assert_non_null(strstr(err.message, redis_address(tcp)));
    err = must_fail(local, COMMAND("PING")); /* the socket's file is still there */
    assert_says(&err, ERR_RETRY, "is redis-server running?");
    err = must_fail(nowhere, COMMAND("PING"));
    assert_says(&err, ERR_RETRY, "no such socket");
    assert_int_equal(redis_connections(tcp), 0);
    redis_free(tcp);
    redis_free(local);
    redis_free(nowhere);
    redis_server_stop(gone);
}

static void serves_tls_or_says_what_it_needs(void **state)
{
    static const char *const URLS[] = {"rediss://:s3cret@127.0.0.1",
                                       "sentinels://:s3cret@127.0.0.1/main"};

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(URLS); i++) {
        struct err err = ERR_INIT;
        struct redis *redis = redis_new(URLS[i], "test", TIMEOUT_MS, &err);

        if (!redis) {
            assert_says(&err, ERR_FATAL, "sentinels:// need a build with hiredis");
            assert_null(strstr(err.message, "s3cret"));
        }
        redis_free(redis);
    }
}

static void refuses_a_bad_url(void **state)
{
    struct err err = ERR_INIT;

    (void)state;
    assert_null(redis_new("redis://:s3cret@h:0", "test", TIMEOUT_MS, &err));
    assert_says(&err, ERR_FATAL, "port");
    assert_null(strstr(err.message, "s3cret"));
}

/* ---- passwords ---- */

struct login_row {
    const char *name;
    const char *login;
    enum err_kind kind; /* ERR_NONE: lets in */
    const char *why;
};

/* clang-format off */
static struct login_row login_rows[] = {
    /* what it shows                              login                kind       message */
    {"the default user's password lets in",       ":s3cret@",          ERR_NONE,  ""},
    {"a user's escaped password lets in",         "bot:p%40ss%2F@",    ERR_NONE,  ""},
    {"a wrong password is a matter of settings",  ":s3cretx@",         ERR_FATAL, "AUTH refused"},
    {"an unknown user is a matter of settings",   "nobody:s3cret@",    ERR_FATAL, "AUTH refused"},
    {"no password is a matter of settings",       "",                  ERR_FATAL, "give user and password in the URL"},
    {"a missing right is a matter of settings",   "reader:s3cret@",    ERR_FATAL, "ACL lacks this right"},
};
/* clang-format on */

static int start_guarded(void **state)
{
    static const char *const ARGS[] = {
        "--requirepass",   "s3cret", "--user", "bot", "on",      ">p@ss/", "~*",
        "+@all",           "--user", "reader", "on",  ">s3cret", "~*",     "+get",
        "+client|setname", NULL,
    };

    (void)state;
    server = redis_server_start(ARGS);
    return 0;
}

static void logs_in(void **state)
{
    const struct login_row *row = *state;
    struct redis *redis = connect_to(url_with(server, row->login, ""), TIMEOUT_MS);
    struct redis_reply *reply = NULL;
    struct err err = ERR_INIT;
    bool ok = redis_run(redis, COMMAND("SET", "a", "b"), &reply, &err);

    assert_int_equal(ok, row->kind == ERR_NONE);
    if (!ok) {
        assert_says(&err, row->kind, row->why);
        assert_null(strstr(err.message, "s3cret"));
    }
    redis_reply_free(reply);
    redis_free(redis);
}

/* ---- error replies ---- */

struct refusal_row {
    const char *name;
    const char *text; /* what the server answers */
    enum err_kind kind;
};

/* clang-format off */
static struct refusal_row refusal_rows[] = {
    /* what it shows                              answer                                   kind */
    {"loading: try again",                        "LOADING Redis is loading",              ERR_RETRY},
    {"busy: try again",                           "BUSY Redis is busy",                    ERR_RETRY},
    {"out of memory: try again",                  "OOM command not allowed",               ERR_RETRY},
    {"read-only: try again, elsewhere",                    "READONLY You can't write",              ERR_RETRY},
    {"master down: try again",                    "MASTERDOWN Link is down",               ERR_RETRY},
    {"slot moving: try again",                    "TRYAGAIN Multiple keys",                ERR_RETRY},
    {"no replicas: try again",                    "NOREPLICAS Not enough",                 ERR_RETRY},
    {"cluster down: try again",                   "CLUSTERDOWN not served",                ERR_RETRY},
    {"cannot persist: try again",                 "MISCONF Errors writing",                ERR_RETRY},
    {"key gone while waiting: try again",         "UNBLOCKED the key is gone",             ERR_RETRY},
    {"group gone: try again",                     "NOGROUP No such group",                 ERR_RETRY},
    {"no password: settings",                     "NOAUTH Authentication required.",       ERR_FATAL},
    {"wrong password: settings",                  "WRONGPASS invalid",                     ERR_FATAL},
    {"no right: settings",                        "NOPERM no permissions",                 ERR_FATAL},
    {"wrong type: never",                         "WRONGTYPE Operation",                   ERR_REJECT},
    {"anything else: never",                      "ERR syntax error",                      ERR_REJECT},
};
/* clang-format on */

static void classifies_an_error_reply(void **state)
{
    const struct refusal_row *row = *state;
    bool leaves = strncmp(row->text, "READONLY ", 9) == 0;
    struct redis *redis = connect_to(redis_server_tcp_url(server), TIMEOUT_MS);
    struct err err =
        must_fail(redis, COMMAND("EVAL", "return redis.error_reply(ARGV[1])", "0", row->text));

    assert_says(&err, row->kind, row->text);
    assert_says(&err, row->kind, "EVAL");
    must_do(redis, COMMAND("PING")); /* the connection is as good as before, or a new one */
    assert_int_equal(redis_connections(redis), leaves ? 2 : 1);
    redis_free(redis);
}

static void waits_out_a_full_server(void **state)
{
    struct redis_server *small =
        redis_server_start((const char *const[]){"--maxclients", "1", NULL});
    struct redis *first = connect_to(redis_server_tcp_url(small), TIMEOUT_MS);
    struct redis *second = connect_to(redis_server_tcp_url(small), TIMEOUT_MS);
    struct err err;

    (void)state;
    must_do(first, COMMAND("PING"));
    err = must_fail(second, COMMAND("PING"));
    assert_int_equal(err.kind, ERR_RETRY);
    redis_disconnect(first);
    redis_free(first);
    redis_free(second);
    redis_server_stop(small);
}

/* ---- losing the server ---- */

static void comes_back_after_a_restart(void **state)
{
    struct redis_server *own = redis_server_start(NULL);
    struct redis *redis = connect_to(redis_server_tcp_url(own), TIMEOUT_MS);
    struct err err;

    (void)state;
    must_do(redis, COMMAND("PING"));
    redis_server_kill(own);
    err = must_fail(redis, COMMAND("PING"));
    assert_says(&err, ERR_RETRY, "connection lost");
    assert_int_equal(redis_fd(redis), -1);
    err = must_fail(redis, COMMAND("PING"));
    assert_says(&err, ERR_RETRY, "refused");
    assert_int_equal(redis_connections(redis), 1);
    redis_server_restart(own);
    must_do(redis, COMMAND("PING"));
    assert_int_equal(redis_connections(redis), 2);
    redis_free(redis);
    redis_server_stop(own);
}

static void does_not_wait_for_a_frozen_server(void **state)
{
    struct redis_server *own = redis_server_start(NULL);
    struct redis *redis = connect_to(redis_server_tcp_url(own), SHORT_MS);
    struct redis_reply *reply;
    struct err err;

    (void)state;
    must_do(redis, COMMAND("PING"));
    redis_server_freeze(own);
    err = must_fail(redis, COMMAND("SET", "late", "1"));
    assert_says(&err, ERR_RETRY, "no answer within 150 ms");
    err = must_fail(redis, COMMAND("PING")); /* connecting to it does not hang either */
    assert_int_equal(err.kind, ERR_RETRY);
    redis_server_thaw(own);
    reply = must(redis, COMMAND("ECHO", "mine")); /* not the answer that came late */
    assert_string_equal(redis_reply_text(reply, NULL), "mine");
    redis_reply_free(reply);
    redis_free(redis);
    redis_server_stop(own);
}

/* ---- pipelines ---- */

static void answers_a_pipeline_in_order(void **state)
{
    struct redis *redis = connect_to(redis_server_tcp_url(server), TIMEOUT_MS);
    struct redis_command *commands[] = {COMMAND("SET", "p", "7"), COMMAND("LPUSH", "p", "x"),
                                        COMMAND("INCR", "p")};
    struct redis_reply *replies[3] = {NULL};
    struct err err = ERR_INIT;
    int64_t number = 0;

    (void)state;
    assert_true(redis_run_pipeline(redis, commands, 3, replies, &err));
    assert_true(redis_reply_check(redis, replies[0], "SET", &err));
    assert_non_null(redis_reply_error(replies[1]));
    assert_false(redis_reply_check(redis, replies[1], "LPUSH", &err));
    assert_says(&err, ERR_REJECT, "LPUSH: WRONGTYPE");
    assert_true(redis_reply_int(replies[2], &number));
    assert_int_equal(number, 8);
    for (size_t i = 0; i < ARRAY_LEN(replies); i++) {
        redis_reply_free(replies[i]);
    }
    redis_free(redis);
}

static void a_pipeline_fails_as_a_whole(void **state)
{
    struct redis_server *own = redis_server_start(NULL);
    struct redis *redis = connect_to(redis_server_tcp_url(own), TIMEOUT_MS);
    struct redis_command *commands[] = {COMMAND("PING"), COMMAND("TIME"), COMMAND("PING")};
    struct redis_reply *replies[3] = {NULL};
    struct err err = ERR_INIT;

    (void)state;
    must_do(redis, COMMAND("PING"));
    redis_server_kill(own);
    assert_false(redis_run_pipeline(redis, commands, 3, replies, &err));
    assert_int_equal(err.kind, ERR_RETRY);
    redis_free(redis);
    redis_server_stop(own);
}

static void a_pipeline_that_is_cut_short_leaves_no_reply(void **state)
{
    struct redis *redis = connect_to(redis_server_tcp_url(server), TIMEOUT_MS);
    struct redis_command *commands[] = {COMMAND("PING"), COMMAND("QUIT"), COMMAND("PING")};
    struct redis_reply *replies[3] = {NULL};
    struct err err = ERR_INIT;

    (void)state;
    assert_false(redis_run_pipeline(redis, commands, 3, replies, &err));
    assert_int_equal(err.kind, ERR_RETRY);
    for (size_t i = 0; i < ARRAY_LEN(replies); i++) {
        assert_null(replies[i]);
    }
    redis_free(redis);
}

static void runs_an_empty_pipeline(void **state)
{
    struct redis *redis = connect_to(redis_server_tcp_url(server), TIMEOUT_MS);
    struct err err = ERR_INIT;

    (void)state;
    assert_true(redis_run_pipeline(redis, NULL, 0, NULL, &err));
    redis_free(redis);
}

/* ---- values ---- */

static void carries_any_bytes(void **state)
{
    static const char BYTES[] = "a\0b\r\n%s%n\xff\xfe";
    struct redis *redis = connect_to(redis_server_tcp_url(server), TIMEOUT_MS);
    struct redis_command *command = COMMAND("SET", "bytes");
    struct redis_reply *reply;
    const char *text;
    size_t len = 0;

    (void)state;
    redis_add_bytes(command, BYTES, sizeof(BYTES));
    must_do(redis, command);
    reply = must(redis, COMMAND("GET", "bytes"));
    text = redis_reply_text(reply, &len);
    assert_int_equal(len, sizeof(BYTES));
    assert_memory_equal(text, BYTES, sizeof(BYTES));
    redis_reply_free(reply);
    redis_free(redis);
}

/* More than a socket's buffer takes at once, in both directions. */
static void carries_big_values(void **state)
{
    enum { BIG = 16 * 1024 * 1024 };

    struct redis *redis = connect_to(redis_server_tcp_url(server), TIMEOUT_MS);
    struct redis_command *command = COMMAND("SET", "big");
    char *big = xcalloc(BIG, 1);
    struct redis_reply *reply;
    size_t len = 0;

    (void)state;
    memset(big, 'x', BIG);
    big[BIG / 2] = 'y';
    redis_add_bytes(command, big, BIG);
    must_do(redis, command);
    reply = must(redis, COMMAND("GET", "big"));
    assert_memory_equal(redis_reply_text(reply, &len), big, BIG);
    assert_int_equal(len, BIG);
    redis_reply_free(reply);
    must_do(redis, COMMAND("DEL", "big"));
    free(big);
    redis_free(redis);
}

static void refuses_a_command_that_is_too_big(void **state)
{
    enum { TOO_BIG = 65 * 1024 * 1024 };

    struct redis *redis = connect_to(redis_server_tcp_url(server), TIMEOUT_MS);
    struct redis_command *command = COMMAND("SET", "big");
    char *big = xcalloc(TOO_BIG, 1);
    struct err err;

    (void)state;
    redis_add_bytes(command, big, TOO_BIG);
    err = must_fail(redis, command);
    assert_says(&err, ERR_REJECT, "a command above");
    free(big);
    redis_free(redis);
}

static void takes_many_arguments(void **state)
{
    struct redis *redis = connect_to(redis_server_tcp_url(server), TIMEOUT_MS);
    struct redis_command *command = COMMAND("RPUSH", "many");
    struct redis_reply *reply;
    int64_t number = 0;

    (void)state;
    for (int64_t i = 0; i < 5000; i++) {
        redis_add_int(command, i - 2500);
    }
    must_do(redis, command);
    reply = must(redis, COMMAND("LRANGE", "many", "0", "-1"));
    assert_int_equal(redis_reply_count(reply), 5000);
    assert_true(redis_reply_int(redis_reply_item(reply, 0), &number));
    assert_int_equal(number, -2500);
    redis_reply_free(reply);
    redis_free(redis);
}

struct number_row {
    const char *name;
    const char *text;
    bool ok;
    int64_t number;
};

/* clang-format off */
static struct number_row number_rows[] = {
    /* what it shows                     text                    reads  as */
    {"a number reads as a number",       "12",                   true,  12},
    {"a negative number too",            "-12",                  true,  -12},
    {"the largest number",               "9223372036854775807",  true,  INT64_MAX},
    {"the smallest number",              "-9223372036854775808", true,  INT64_MIN},
    {"above the largest is none",        "9223372036854775808",  false, 0},
    {"an empty text is none",            "",                     false, 0},
    {"a fraction is none",               "1.5",                  false, 0},
    {"a number and more is none",        "12x",                  false, 0},
    {"a blank before it is none",        " 12",                  false, 0},
    {"a plus before it is none",         "+12",                  false, 0},
};
/* clang-format on */

static void reads_a_number(void **state)
{
    const struct number_row *row = *state;
    struct redis *redis = connect_to(redis_server_tcp_url(server), TIMEOUT_MS);
    struct redis_reply *reply = must(redis, COMMAND("ECHO", row->text));
    int64_t number = 0;

    assert_int_equal(redis_reply_int(reply, &number), row->ok);
    assert_int_equal(number, row->number);
    redis_reply_free(reply);
    redis_free(redis);
}

static void readers_accept_nothing_and_other_types(void **state)
{
    static const char SCRIPT[] = "return {1, 'two', false, {4, '5'}}";
    struct redis *redis = connect_to(redis_server_tcp_url(server), TIMEOUT_MS);
    struct redis_reply *reply = must(redis, COMMAND("EVAL", SCRIPT, "0"));
    size_t len = 77;
    int64_t number = 77;

    (void)state;
    assert_true(redis_reply_is_nil(NULL));
    assert_null(redis_reply_error(NULL));
    assert_null(redis_reply_text(NULL, &len));
    assert_false(redis_reply_int(NULL, &number));
    assert_int_equal(redis_reply_count(NULL), 0);
    assert_null(redis_reply_item(NULL, 0));
    assert_int_equal(redis_reply_count(reply), 4);
    assert_false(redis_reply_is_nil(reply));
    assert_null(redis_reply_text(reply, &len));
    assert_false(redis_reply_int(reply, &number));
    assert_null(redis_reply_text(redis_reply_item(reply, 0), &len));
    assert_int_equal(len, 77); /* outputs are left alone */
    assert_int_equal(number, 77);
    assert_true(redis_reply_is_nil(redis_reply_item(reply, 2)));
    assert_int_equal(redis_reply_count(redis_reply_item(reply, 1)), 0);
    assert_null(redis_reply_item(redis_reply_item(reply, 1), 0));
    assert_null(redis_reply_item(reply, 4));
    assert_true(redis_reply_int(redis_reply_item(redis_reply_item(reply, 3), 1), &number));
    assert_int_equal(number, 5);
    redis_reply_free(reply);
    redis_reply_free(NULL);
    redis_command_free(NULL);
    redis_free(NULL);
    redis_free(redis);
}

/* ---- blocking ---- */

static void a_blocking_command_may_outlast_the_timeout(void **state)
{
    struct redis *redis = connect_to(redis_server_tcp_url(server), SHORT_MS);
    struct redis_reply *reply = NULL;
    struct err err = ERR_INIT;

    (void)state;
    assert_true(redis_run_blocking(redis, COMMAND("BLPOP", "nothing", "0.5"), 500, &reply, &err));
    assert_true(redis_reply_is_nil(reply));
    redis_reply_free(reply);
    redis_free(redis);
}

static void a_blocking_command_has_a_deadline_too(void **state)
{
    struct redis *redis = connect_to(redis_server_tcp_url(server), SHORT_MS);
    struct redis_reply *reply = NULL;
    struct err err = ERR_INIT;

    (void)state;
    assert_false(redis_run_blocking(redis, COMMAND("BLPOP", "nothing", "0"), 50, &reply, &err));
    assert_says(&err, ERR_RETRY, "no answer within 200 ms");
    redis_free(redis);
}

/* What the child of the next test does: 0 when all is as it should be. */
static int wait_and_be_stopped(void)
{
    struct redis *redis = connect_to(redis_server_tcp_url(server), TIMEOUT_MS);
    struct redis_reply *reply = NULL;
    struct err err = ERR_INIT;
    int wrong = 0;

    if (!stop_install(&err)) {
        return 10;
    }
    wrong |= redis_run_blocking(redis, COMMAND("BLPOP", "nothing", "0"), 600000, &reply, &err);
    wrong |= (err.kind != ERR_STOPPED) << 1;
    wrong |= (redis_fd(redis) != -1) << 2;
    /* Once stopped, it does not begin to wait, but ordinary commands go on. */
    wrong |= redis_run_blocking(redis, COMMAND("BLPOP", "nothing", "0"), 600000, &reply, &err) << 3;
    wrong |= (err.kind != ERR_STOPPED) << 4;
    wrong |= !redis_run(redis, COMMAND("PING"), &reply, &err) << 5;
    redis_reply_free(reply);
    redis_free(redis);
    return wrong;
}

static void a_blocking_command_ends_with_shutdown(void **state)
{
    struct redis *redis = connect_to(redis_server_tcp_url(server), TIMEOUT_MS);
    int64_t began_ms;
    int status = 0;
    pid_t child;

    (void)state;
    must_do(redis, COMMAND("PING"));
    child = fork(); /* the latch cannot be reset, so it is set in a process of its own */
    assert_true(child >= 0);
    if (child == 0) {
        _exit(wait_and_be_stopped());
    }
    wait_for_info(redis, "clients", "blocked_clients:1");
    began_ms = clock_monotonic_ms();
    assert_int_equal(kill(child, SIGTERM), 0);
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 0);
    assert_true(clock_monotonic_ms() - began_ms < WAIT_MS);
    redis_free(redis);
}

/* ---- send and receive ---- */

static void sends_and_receives_apart(void **state)
{
    struct redis *waiting = connect_to(redis_server_tcp_url(server), TIMEOUT_MS);
    struct redis *pushing = connect_to(redis_server_tcp_url(server), TIMEOUT_MS);
    struct redis_reply *reply = NULL;
    struct err err = ERR_INIT;
    struct pollfd readable = {.events = POLLIN};

    (void)state;
    assert_true(redis_send(waiting, COMMAND("BLPOP", "half", "0"), &err));
    readable.fd = redis_fd(waiting);
    assert_true(redis_receive(waiting, &reply, &err));
    assert_null(reply);
    must_do(pushing, COMMAND("RPUSH", "half", "here"));
    while (!reply) {
        assert_int_equal(poll(&readable, 1, WAIT_MS), 1);
        assert_true(redis_receive(waiting, &reply, &err));
    }
    assert_string_equal(redis_reply_text(redis_reply_item(reply, 1), NULL), "here");
    redis_reply_free(reply);
    must_do(waiting, COMMAND("PING")); /* the connection is free for commands again */
    redis_free(waiting);
    redis_free(pushing);
}

static void receives_the_loss_of_the_server(void **state)
{
    struct redis_server *own = redis_server_start(NULL);
    struct redis *redis = connect_to(redis_server_tcp_url(own), TIMEOUT_MS);
    struct redis_reply *reply = NULL;
    struct err err = ERR_INIT;
    struct pollfd readable = {.events = POLLIN};

    (void)state;
    assert_true(redis_send(redis, COMMAND("BLPOP", "half", "0"), &err));
    readable.fd = redis_fd(redis);
    redis_server_kill(own);
    assert_int_equal(poll(&readable, 1, WAIT_MS), 1);
    assert_false(redis_receive(redis, &reply, &err));
    assert_says(&err, ERR_RETRY, "connection lost");
    assert_int_equal(redis_fd(redis), -1);
    assert_false(redis_receive(redis, &reply, &err));
    assert_says(&err, ERR_RETRY, "nothing was asked");
    redis_free(redis);
    redis_server_stop(own);
}

static void receives_an_error_reply_as_a_failure(void **state)
{
    struct redis *redis = connect_to(redis_server_tcp_url(server), TIMEOUT_MS);
    struct redis_reply *reply = NULL;
    struct err err = ERR_INIT;
    struct pollfd readable = {.events = POLLIN};

    (void)state;
    assert_true(redis_send(redis, COMMAND("NONSENSE"), &err));
    readable.fd = redis_fd(redis);
    assert_int_equal(poll(&readable, 1, WAIT_MS), 1);
    assert_false(redis_receive(redis, &reply, &err));
    assert_says(&err, ERR_REJECT, "unknown command");
    must_do(redis, COMMAND("PING"));
    assert_int_equal(redis_connections(redis), 1);
    redis_free(redis);
}

/* ---- main ---- */

static const struct CMUnitTest TESTS[] = {
    {.name = "connects on first use, once", .test_func = connects_on_first_use},
    {.name = "connects to a socket", .test_func = connects_to_a_socket},
    {.name = "selects the URL's database", .test_func = selects_the_database_of_the_url},
    {.name = "a database that is not there is a matter of settings",
     .test_func = refuses_a_database_that_is_not_there},
    {.name = "shows its name to operators", .test_func = shows_its_name_to_operators},
    {.name = "its address holds no password", .test_func = its_address_holds_no_password},
    {.name = "asks whether the server runs", .test_func = asks_whether_the_server_runs},
    {.name = "serves TLS or says what it needs", .test_func = serves_tls_or_says_what_it_needs},
    {.name = "refuses a bad URL", .test_func = refuses_a_bad_url},
    {.name = "waits out a full server", .test_func = waits_out_a_full_server},
    {.name = "comes back after a restart", .test_func = comes_back_after_a_restart},
    {.name = "does not wait for a frozen server", .test_func = does_not_wait_for_a_frozen_server},
    {.name = "answers a pipeline in order", .test_func = answers_a_pipeline_in_order},
    {.name = "a pipeline fails as a whole", .test_func = a_pipeline_fails_as_a_whole},
    {.name = "a pipeline that is cut short leaves no reply",
     .test_func = a_pipeline_that_is_cut_short_leaves_no_reply},
    {.name = "an empty pipeline succeeds", .test_func = runs_an_empty_pipeline},
    {.name = "carries any bytes", .test_func = carries_any_bytes},
    {.name = "carries big values", .test_func = carries_big_values},
    {.name = "refuses a command that is too big", .test_func = refuses_a_command_that_is_too_big},
    {.name = "takes many arguments", .test_func = takes_many_arguments},
    {.name = "readers accept nothing and other types",
     .test_func = readers_accept_nothing_and_other_types},
    {.name = "a blocking command may outlast the timeout",
     .test_func = a_blocking_command_may_outlast_the_timeout},
    {.name = "a blocking command has a deadline too",
     .test_func = a_blocking_command_has_a_deadline_too},
    {.name = "a blocking command ends with shutdown",
     .test_func = a_blocking_command_ends_with_shutdown},
    {.name = "sends and receives apart", .test_func = sends_and_receives_apart},
    {.name = "receives the loss of the server", .test_func = receives_the_loss_of_the_server},
    {.name = "receives an error reply as a failure",
     .test_func = receives_an_error_reply_as_a_failure},
};

int main(void)
{
    struct CMUnitTest tests[ARRAY_LEN(TESTS) + ARRAY_LEN(refusal_rows) + ARRAY_LEN(number_rows)];
    struct CMUnitTest logins[ARRAY_LEN(login_rows)];
    struct sigaction ignore = {.sa_handler = SIG_IGN};
    size_t count = ARRAY_LEN(TESTS);
    int failed;

    (void)sigaction(SIGPIPE, &ignore, NULL); /* as stop_install() does in the services */
    memcpy(tests, TESTS, sizeof(TESTS));
    for (size_t i = 0; i < ARRAY_LEN(refusal_rows); i++) {
        tests[count++] = (struct CMUnitTest){refusal_rows[i].name, classifies_an_error_reply, NULL,
                                             NULL, &refusal_rows[i]};
    }
    for (size_t i = 0; i < ARRAY_LEN(number_rows); i++) {
        tests[count++] =
            (struct CMUnitTest){number_rows[i].name, reads_a_number, NULL, NULL, &number_rows[i]};
    }
    for (size_t i = 0; i < ARRAY_LEN(login_rows); i++) {
        logins[i] = (struct CMUnitTest){login_rows[i].name, logs_in, NULL, NULL, &login_rows[i]};
    }
    failed = cmocka_run_group_tests_name("redis", tests, start_server, stop_server);
    return failed +
           cmocka_run_group_tests_name("redis passwords", logins, start_guarded, stop_server);
}
