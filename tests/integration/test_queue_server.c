/* SPDX-License-Identifier: MIT */
/* The queue refuses a Redis that would lose it, goes on once it is set right, and keeps its file
 * whole. */
#include "shared/base/buf.h"
#include "shared/base/clock.h"
#include "shared/base/compiler.h"
#include "shared/base/mem.h"
#include "shared/queue/state.h"
#include "tests/integration/queue_world.h"
#include "tests/integration/tempdir.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <glob.h>
#include <poll.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

enum { WAIT_MS = 10000 };

static const char *const KEEPING[] = {
    "--appendonly", "yes", "--appendfsync", "no", "--auto-aof-rewrite-percentage", "0", NULL};

/* A server, an operator and what the process was told. */
static int notes;
static char last_event[64];
static char last_why[256];

static void note(enum log_level level, const char *event, const struct log_field *fields)
{
    assert_int_equal(level, LOG_LEVEL_WARN);
    assert_string_equal(fields[0].name, "address");
    assert_string_equal(fields[1].name, "why");
    notes++;
    (void)snprintf(last_event, sizeof(last_event), "%s", event);
    (void)snprintf(last_why, sizeof(last_why), "%s", fields[1].text);
}

static struct queue_watch watch;
static int64_t recheck_ms; /* of the queues opened; 0 after every test */

static void start(const char *const extra[])
{
    struct err err = ERR_INIT;

    notes = 0;
    watch = (struct queue_watch)QUEUE_WATCH_INIT(note);
    world = (struct queue_world){.server = redis_server_start(extra)};
    world.raw = redis_new(redis_server_unix_url(world.server), "operator", WAIT_MS, &err);
    assert_non_null(world.raw);
}

static int start_keeping(void **state)
{
    (void)state;
    start(KEEPING);
    return 0;
}

static int start_forgetting(void **state)
{
    (void)state;
    start(NULL);
    return 0;
}

/* The number in a line "name:n" of INFO; the line must be there. */
static int64_t info_number(const char *section, const char *name)
{
    struct redis_reply *reply = RAW(&world, "INFO", section);
    const char *text = redis_reply_text(reply, NULL);
    const char *at = text ? strstr(text, name) : NULL;
    int64_t number;

    assert_non_null(at);
    number = strtoll(at + strlen(name) + 1, NULL, 10);
    redis_reply_free(reply);
    return number;
}

/* A child that still writes would disturb who kills its server, or removes its folder. */
static void wait_for_quiet(void)
{
    int64_t deadline = clock_monotonic_ms() + WAIT_MS;

    while (info_number("persistence", "aof_rewrite_in_progress") != 0 ||
           info_number("persistence", "aof_rewrite_scheduled") != 0) {
        assert_true(clock_monotonic_ms() < deadline);
        (void)poll(NULL, 0, 5); /* between looks */
    }
}

static void restart(void)
{
    wait_for_quiet();
    redis_server_restart(world.server);
    redis_disconnect(world.raw);
}

static int end(void **state)
{
    (void)state;
    recheck_ms = 0;
    wait_for_quiet();
    world_close(&world);
    return 0;
}

static struct queue *open_as(const char *url, bool accept_unsafe)
{
    const struct queue_options options = {.recheck_ms = recheck_ms,
                                          .redis_url = url,
                                          .prefix = WORLD_PREFIX,
                                          .name = "test",
                                          .timeout_ms = WAIT_MS,
                                          .accept_unsafe = accept_unsafe,
                                          .watch = &watch};
    struct err err = ERR_INIT;
    struct queue *queue = queue_new(&options, &err);

    assert_non_null(queue);
    return queue;
}

static struct queue *open_queue(bool accept_unsafe)
{
    return open_as(redis_server_unix_url(world.server), accept_unsafe);
}

static void assert_prepares(struct queue *queue)
{
    struct err err = ERR_INIT;

    if (!queue_prepare(queue, &err)) {
        fail_msg("%s", err.message);
    }
}

static void assert_refuses(struct queue *queue, const char *words)
{
    struct err err = ERR_INIT;

    assert_false(queue_prepare(queue, &err));
    assert_error(&err, ERR_RETRY, words);
}

/* ---- what is refused ---- */

static void no_file_is_refused_until_there_is_one(void **state)
{
    struct queue *queue = open_queue(false);
    int64_t connections;

    (void)state;
    assert_refuses(queue,
                   "AOF is off: a crash would lose updates that Telegram has forgotten;"
                   " set appendonly yes");
    assert_refuses(queue, "set appendonly yes");
    connections = redis_connections(queue_redis(queue));
    RAW_DO(&world, "CONFIG", "SET", "appendonly", "yes");
    assert_prepares(queue);
    assert_int_equal(redis_connections(queue_redis(queue)), connections); /* on the same one */
    assert_int_equal(notes, 0);
    queue_free(queue);
}

static void eviction_is_refused_until_it_is_off(void **state)
{
    struct queue *queue = open_queue(false);

    (void)state;
    RAW_DO(&world, "CONFIG", "SET", "maxmemory-policy", "allkeys-lru");
    assert_refuses(queue,
                   "maxmemory-policy is allkeys-lru: Redis would throw queued updates away;"
                   " set noeviction");
    RAW_DO(&world, "CONFIG", "SET", "maxmemory-policy", "noeviction");
    assert_prepares(queue);
    queue_free(queue);
}

static void nothing_gets_through_to_an_unfit_server(void **state)
{
    const struct queue_push_options options = world_push_options();
    const struct update update = world_update(10, ANN);
    struct queue_push_result result;
    struct queue *queue = open_queue(false);
    struct queue_job *job = NULL;
    struct queue_batch *batch = NULL;
    struct state_hash *hash = NULL;
    struct err err = ERR_INIT;

    (void)state;
    assert_false(queue_push(queue, &options, &update, 1, &result, &err));
    assert_error(&err, ERR_RETRY, "AOF is off");
    assert_false(queue_take(queue, "w1", 0, &job, &err));
    assert_false(queue_replies_ask(queue, 10, 50, &err));
    assert_false(queue_replies_pending(queue, "0-0", 10, &batch, &err));
    assert_false(state_hset(queue, KEY_META, "", "bot_id", "1", &err));
    assert_false(state_set(queue, KEY_SLOT, "1", "2", 60, &err));
    assert_false(state_hgetall(queue, KEY_META, "", &hash, &err));
    assert_int_equal(RAW_INT(&world, "DBSIZE"), 0);
    RAW_DO(&world, "CONFIG", "SET", "appendonly", "yes");
    assert_true(queue_push(queue, &options, &update, 1, &result, &err));
    assert_int_equal(result.added, 1);
    queue_free(queue);
}

static void a_server_that_comes_back_unfit_is_refused(void **state)
{
    struct queue *queue = open_queue(false);
    struct err err = ERR_INIT;

    (void)state;
    RAW_DO(&world, "CONFIG", "SET", "appendonly", "yes");
    assert_prepares(queue);
    restart(); /* its command line says: no file */
    assert_false(state_hset(queue, KEY_META, "", "bot_id", "1", &err)); /* finds the line cut */
    assert_false(state_hset(queue, KEY_META, "", "bot_id", "1", &err));
    assert_error(&err, ERR_RETRY, "AOF is off");
    queue_free(queue);
}

/* The same connection all the time: nothing but the time that has passed tells it. */
static void settings_spoiled_meanwhile_are_noticed(void **state)
{
    static const struct {
        const char *name, *bad, *good, *said;
    } ROWS[] = {
        {"appendonly", "no", "yes", "set appendonly yes"},
        {"maxmemory-policy", "allkeys-lru", "noeviction", "set noeviction"},
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(ROWS); i++) {
        struct queue *queue;
        struct err err = ERR_INIT;
        int64_t deadline = clock_monotonic_ms() + WAIT_MS;

        recheck_ms = 20;
        queue = open_queue(false);
        assert_true(state_hset(queue, KEY_META, "", "bot_id", "1", &err));
        RAW_DO(&world, "CONFIG", "SET", ROWS[i].name, ROWS[i].bad);
        while (state_hset(queue, KEY_META, "", "bot_id", "2", &err)) {
            assert_true(clock_monotonic_ms() < deadline);
            (void)poll(NULL, 0, 5); /* between looks */
        }
        assert_error(&err, ERR_RETRY, ROWS[i].said);
        assert_false(state_hset(queue, KEY_META, "", "bot_id", "3", &err)); /* nor the next one */
        RAW_DO(&world, "CONFIG", "SET", ROWS[i].name, ROWS[i].good);
        assert_true(state_hset(queue, KEY_META, "", "bot_id", "4", &err));
        assert_int_equal(redis_connections(queue_redis(queue)), 1);
        queue_free(queue);
        wait_for_quiet();
    }
}

/* A user who may do what the services do, but not ask the server about itself. */
static struct queue *open_limited(const char *right, const char *further, bool accept_unsafe)
{
    char url[256];

    RAW_DO(&world, "ACL", "SETUSER", "limited", "on", ">pw", "~*", "+@all", "-info", "-config",
           right, further);
    (void)snprintf(url, sizeof(url), "redis://limited:pw@127.0.0.1:%d",
                   redis_server_port(world.server));
    return open_as(url, accept_unsafe);
}

static void a_server_that_may_not_be_asked_is_refused(void **state)
{
    struct queue *queue = open_limited("+ping", "+ping", false);

    (void)state;
    assert_refuses(queue, "let this user run INFO");
    RAW_DO(&world, "ACL", "SETUSER", "limited", "+info");
    assert_prepares(queue);
    queue_free(queue);
}

static void the_right_to_read_the_configuration_is_enough(void **state)
{
    struct queue *queue = open_limited("+config|get", "+ping", false);

    (void)state;
    assert_prepares(queue);
    RAW_DO(&world, "CONFIG", "SET", "maxmemory-policy", "volatile-lru");
    assert_refuses(queue, "volatile-lru");
    queue_free(queue);
}

/* ---- what is accepted ---- */

static void an_unfit_server_can_be_accepted(void **state)
{
    struct queue *queue = open_queue(true);
    struct queue *second = open_queue(true);

    (void)state;
    RAW_DO(&world, "CONFIG", "SET", "maxmemory-policy", "allkeys-lru");
    assert_prepares(queue);
    assert_prepares(second);
    assert_prepares(queue);
    assert_int_equal(notes, 1); /* a process says it once */
    assert_string_equal(last_event, "redis.unsafe");
    assert_non_null(strstr(last_why, "allkeys-lru"));
    assert_non_null(strstr(last_why, "AOF is off"));
    restart();
    redis_disconnect(queue_redis(queue)); /* the line is cut */
    assert_prepares(queue);
    assert_int_equal(notes, 2); /* and again when the server was started anew */
    queue_free(second);
    queue_free(queue);
}

static void a_fit_server_is_not_spoken_of(void **state)
{
    struct queue *queue = open_queue(true);

    (void)state;
    assert_prepares(queue);
    assert_int_equal(notes, 0);
    queue_free(queue);
}

/* ---- the file ---- */

/* How often this server has rewritten its file. */
static int64_t rewrites(void)
{
    wait_for_quiet();
    return info_number("persistence", "aof_rewrites");
}

static void the_file_is_rewritten_once_per_start(void **state)
{
    struct queue *queue = open_queue(false);
    struct queue *second = open_queue(false);
    char *first_run;

    (void)state;
    assert_prepares(queue);
    assert_int_equal(rewrites(), 1);
    assert_prepares(queue);
    assert_prepares(second);
    assert_int_equal(rewrites(), 1);
    first_run = xstrdup(RAW_TEXT(&world, "HGET", WORLD_KEY("meta"), "rewritten"));
    restart();
    redis_disconnect(queue_redis(queue)); /* the line is cut */
    assert_prepares(queue);
    assert_int_equal(rewrites(), 1); /* the counter begins anew with the server */
    assert_string_not_equal(RAW_TEXT(&world, "HGET", WORLD_KEY("meta"), "rewritten"), first_run);
    assert_int_equal(notes, 0);
    free(first_run);
    queue_free(second);
    queue_free(queue);
}

static void without_the_right_to_rewrite_it_works_and_says_so(void **state)
{
    struct queue *queue = open_limited("-bgrewriteaof", "+info", false);

    (void)state;
    assert_prepares(queue);
    assert_prepares(queue);
    assert_int_equal(notes, 1);
    assert_string_equal(last_event, "redis.not_rewritten");
    assert_non_null(strstr(last_why, "NOPERM"));
    assert_int_equal(RAW_INT(&world, "HEXISTS", WORLD_KEY("meta"), "rewritten"), 0);
    queue_free(queue);
}

/* The file that the server appends to. */
static void find_tail(char out[TEMPDIR_PATH_SIZE])
{
    char pattern[TEMPDIR_PATH_SIZE + 64];
    glob_t found;

    (void)snprintf(pattern, sizeof(pattern), "%s/appendonlydir/*.incr.aof",
                   redis_server_folder(world.server));
    /* NOLINTNEXTLINE(concurrency-mt-unsafe): a test has one thread */
    assert_int_equal(glob(pattern, 0, NULL, &found), 0);
    assert_int_equal(found.gl_pathc, 1);
    (void)snprintf(out, TEMPDIR_PATH_SIZE, "%s", found.gl_pathv[0]);
    globfree(&found);
}

/*
 * As after a power cut: the server is down, and its file ends inside the last
 * transaction, a few bytes short.
 */
static void tear_the_tail(off_t bytes)
{
    char path[TEMPDIR_PATH_SIZE];
    struct stat before;

    redis_server_kill(world.server);
    find_tail(path);
    assert_int_equal(stat(path, &before), 0);
    assert_true(before.st_size > bytes);
    assert_int_equal(truncate(path, before.st_size - bytes), 0);
    redis_server_restart(world.server);
    redis_disconnect(world.raw);
}

static void write_in_a_transaction(void)
{
    RAW_DO(&world, "EVAL",
           "redis.call('SET', 'torn-1', 'x') redis.call('SET', 'torn-2', 'yyyyyyyyyyyyyyyyyyyy')",
           "0");
}

/* Asserts that what is acknowledged after a start from a torn file outlives the next start. */
static void assert_keeps_after_a_tear(off_t bytes)
{
    struct err err = ERR_INIT;
    struct queue *queue = open_queue(false);

    assert_prepares(queue);
    wait_for_quiet();
    write_in_a_transaction();
    tear_the_tail(bytes);
    queue_free(queue);
    queue = open_queue(false);
    assert_prepares(queue);
    wait_for_quiet();
    assert_true(state_hset(queue, KEY_META, "", "bot_id", "7", &err));
    queue_free(queue);
    restart();
    assert_int_equal(RAW_INT(&world, "HGET", WORLD_KEY("meta"), "bot_id"), 7);
    RAW_DO(&world, "DEL", WORLD_KEY("meta"), "torn-1", "torn-2");
}

/* What the transaction of write_in_a_transaction() takes in the file. */
static off_t transaction_bytes(void)
{
    char path[TEMPDIR_PATH_SIZE];
    struct stat before;
    struct stat after;

    find_tail(path);
    assert_int_equal(stat(path, &before), 0);
    write_in_a_transaction();
    assert_int_equal(stat(path, &after), 0);
    return after.st_size - before.st_size;
}

static void wherever_the_file_is_torn_later_writes_are_kept(void **state)
{
    struct queue *queue = open_queue(false);
    off_t size;

    (void)state;
    assert_prepares(queue);
    queue_free(queue);
    wait_for_quiet();
    size = transaction_bytes();
    assert_true(size > 100 && size < 400);
    for (off_t bytes = 1; bytes <= size; bytes++) {
        assert_keeps_after_a_tear(bytes);
    }
}

/* A prepared server whose file was torn inside a transaction, prepared again after that. */
static struct queue *recover_from_a_torn_file(void)
{
    struct queue *queue = open_queue(false);

    assert_prepares(queue);
    wait_for_quiet();
    queue_free(queue);
    write_in_a_transaction();
    tear_the_tail(20);
    assert_int_equal(RAW_INT(&world, "EXISTS", "torn-1", "torn-2"), 0);
    queue = open_queue(false);
    assert_prepares(queue);
    wait_for_quiet();
    return queue;
}

static void a_torn_file_does_not_swallow_what_is_written_later(void **state)
{
    struct queue *queue = recover_from_a_torn_file();
    struct err err = ERR_INIT;

    (void)state;
    assert_true(state_hset(queue, KEY_META, "", "bot_id", "7", &err));
    queue_free(queue);
    restart();
    assert_int_equal(RAW_INT(&world, "HGET", WORLD_KEY("meta"), "bot_id"), 7);
}

static void half_a_transaction_does_not_come_back(void **state)
{
    (void)state;
    world.gateway = recover_from_a_torn_file();
    world_push(&world, 10, ANN); /* in a transaction, whose end could be taken for that of both */
    restart();
    assert_int_equal(RAW_INT(&world, "EXISTS", "torn-1", "torn-2"), 0);
    assert_int_equal(RAW_INT(&world, "XLEN", WORLD_KEY("updates")), 1);
}

#define KEEPS(name, function)                    \
    {                                            \
        name, function, start_keeping, end, NULL \
    }
#define FORGETS(name, function)                     \
    {                                               \
        name, function, start_forgetting, end, NULL \
    }

int main(void)
{
    const struct sigaction ignore = {.sa_handler = SIG_IGN};
    const struct CMUnitTest tests[] = {
        FORGETS("no file is refused until there is one", no_file_is_refused_until_there_is_one),
        KEEPS("eviction is refused until it is off", eviction_is_refused_until_it_is_off),
        FORGETS("nothing gets through to an unfit server", nothing_gets_through_to_an_unfit_server),
        FORGETS("a server that comes back unfit is refused",
                a_server_that_comes_back_unfit_is_refused),
        KEEPS("settings spoiled meanwhile are noticed", settings_spoiled_meanwhile_are_noticed),
        KEEPS("a server that may not be asked is refused",
              a_server_that_may_not_be_asked_is_refused),
        KEEPS("the right to read the configuration is enough",
              the_right_to_read_the_configuration_is_enough),
        FORGETS("an unfit server can be accepted, aloud", an_unfit_server_can_be_accepted),
        KEEPS("a fit server is not spoken of", a_fit_server_is_not_spoken_of),
        KEEPS("the file is rewritten once per start", the_file_is_rewritten_once_per_start),
        KEEPS("without the right to rewrite it works and says so",
              without_the_right_to_rewrite_it_works_and_says_so),
        KEEPS("a torn file does not swallow what is written later",
              a_torn_file_does_not_swallow_what_is_written_later),
        KEEPS("wherever the file is torn later writes are kept",
              wherever_the_file_is_torn_later_writes_are_kept),
        KEEPS("half a transaction does not come back", half_a_transaction_does_not_come_back),
    };

    (void)sigaction(SIGPIPE, &ignore, NULL); /* as stop_install() does in the services */
    return cmocka_run_group_tests_name("queue_server", tests, NULL, NULL);
}
