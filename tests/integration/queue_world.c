/* SPDX-License-Identifier: MIT */
#include "tests/integration/queue_world.h"

#include "shared/base/clock.h"
#include "shared/base/mem.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <inttypes.h>
#include <poll.h>
#include <signal.h>

struct queue_world world;

enum { TIMEOUT_MS = 10000, LEASE_MS = 60000, MAX_DELIVERIES = 3 };

void assert_error(const struct err *err, enum err_kind kind, const char *words)
{
    if (err->kind != kind || !strstr(err->message, words)) {
        fail_msg("%s \"%s\", expected %s \"%s\"", err_kind_name(err->kind), err->message,
                 err_kind_name(kind), words);
    }
}

static struct queue *open_queue(const struct queue_world *w, const char *name)
{
    const struct queue_options options = {
        .redis_url = redis_server_unix_url(w->server),
        .prefix = WORLD_PREFIX,
        .name = name,
        .timeout_ms = TIMEOUT_MS,
        .accept_unsafe = true, /* without a file it is faster */
    };
    struct err err = ERR_INIT;
    struct queue *queue = queue_new(&options, &err);

    assert_non_null(queue);
    return queue;
}

void world_open(struct queue_world *w, const char *const extra[])
{
    struct err err = ERR_INIT;

    w->server = redis_server_start(extra);
    w->raw = redis_new(redis_server_unix_url(w->server), "operator", TIMEOUT_MS, &err);
    assert_non_null(w->raw);
    w->gateway = open_queue(w, "gateway");
    w->worker = open_queue(w, "worker-1");
    w->other = open_queue(w, "worker-2");
}

void world_close(struct queue_world *w)
{
    queue_free(w->gateway);
    queue_free(w->worker);
    queue_free(w->other);
    redis_free(w->raw);
    redis_server_stop(w->server);
    *w = (struct queue_world){.server = NULL};
}

static void prepare(struct queue *queue)
{
    struct err err = ERR_INIT;

    if (!queue_prepare(queue, &err)) {
        fail_msg("%s", err.message);
    }
}

void world_clear(struct queue_world *w)
{
    RAW_DO(w, "FLUSHALL");
    prepare(w->gateway);
    prepare(w->worker);
    prepare(w->other);
    RAW_DO(w, "HSET", WORLD_KEY("meta"), "seeded", "journal-of-the-test 1");
}

int world_set_up(void **state)
{
    const struct sigaction ignore = {.sa_handler = SIG_IGN};

    (void)state;
    (void)sigaction(SIGPIPE, &ignore, NULL); /* as stop_install() does in the services */
    world_open(&world, NULL);
    return 0;
}

int world_tear_down(void **state)
{
    (void)state;
    world_close(&world);
    return 0;
}

int world_fresh(void **state)
{
    (void)state;
    world_clear(&world);
    return 0;
}

/* ---- the operator ---- */

struct redis_reply *world_run(struct queue_world *w, const char *const words[])
{
    struct redis_command *command = redis_command_new(words[0]);
    struct redis_reply *reply = NULL;
    struct err err = ERR_INIT;

    for (size_t i = 1; words[i]; i++) {
        redis_add_text(command, words[i]);
    }
    if (!redis_run(w->raw, command, &reply, &err)) {
        fail_msg("%s", err.message);
    }
    return reply;
}

int64_t world_int(struct queue_world *w, const char *const words[])
{
    struct redis_reply *reply = world_run(w, words);
    int64_t number = 0;

    if (!redis_reply_int(reply, &number)) {
        fail_msg("%s %s: no number", words[0], words[1]);
    }
    redis_reply_free(reply);
    return number;
}

const char *world_text(struct queue_world *w, const char *const words[])
{
    static char text[4096];
    struct redis_reply *reply = world_run(w, words);

    assert_non_null(redis_reply_text(reply, NULL));
    (void)snprintf(text, sizeof(text), "%s", redis_reply_text(reply, NULL));
    redis_reply_free(reply);
    return text;
}

void world_do(struct queue_world *w, const char *const words[])
{
    redis_reply_free(world_run(w, words));
}

const char *world_ask(const char *const words[])
{
    static char text[1024];
    struct redis_command *command = redis_command_new("FCALL");
    struct redis_reply *reply = NULL;
    struct err err = ERR_INIT;

    redis_add_text(command, words[0]);
    redis_add_int(command, 1);
    redis_add_text(command, "{t}");
    for (size_t i = 1; words[i]; i++) {
        redis_add_text(command, words[i]);
    }
    assert_true(redis_run_pipeline(world.raw, &command, 1, &reply, &err));
    (void)snprintf(text, sizeof(text), "%s",
                   redis_reply_error(reply) ? redis_reply_error(reply)
                                            : redis_reply_text(reply, NULL));
    redis_reply_free(reply);
    return text;
}

const char *world_only_field(const char *key, const char *name)
{
    static char text[512];
    struct redis_reply *range = RAW(&world, "XRANGE", key, "-", "+");
    const struct redis_reply *fields = redis_reply_item(redis_reply_item(range, 0), 1);
    bool found = false;

    assert_int_equal(redis_reply_count(range), 1);
    for (size_t i = 0; i + 1 < redis_reply_count(fields); i += 2) {
        if (strcmp(redis_reply_text(redis_reply_item(fields, i), NULL), name) == 0) {
            (void)snprintf(text, sizeof(text), "%s",
                           redis_reply_text(redis_reply_item(fields, i + 1), NULL));
            found = true;
        }
    }
    redis_reply_free(range);
    if (!found) {
        fail_msg("%s has no %s", key, name);
    }
    return text;
}

static void argument_is_named(void **state)
{
    const struct world_argument_row *row = *state;
    struct redis_command *command = redis_command_new("FCALL");
    struct redis_reply *reply = NULL;
    struct err err = ERR_INIT;
    char *before = world_snapshot(&world);
    char *after;

    for (const char *word = row->words; *word != '\0';) {
        size_t len = strcspn(word, " ");

        redis_add_bytes(command, word, strncmp(word, "''", 2) == 0 ? 0 : len);
        word += len + (word[len] == ' ' ? 1 : 0);
    }
    assert_true(redis_run_pipeline(world.raw, &command, 1, &reply, &err));
    assert_non_null(redis_reply_error(reply));
    assert_string_equal(redis_reply_error(reply), row->why);
    redis_reply_free(reply);
    after = world_snapshot(&world);
    assert_string_equal(before, after);
    free(before);
    free(after);
}

size_t world_add_arguments(struct CMUnitTest *tests, size_t count, struct world_argument_row rows[],
                           size_t row_count)
{
    for (size_t i = 0; i < row_count; i++) {
        tests[count++] =
            (struct CMUnitTest){rows[i].name, argument_is_named, world_fresh, NULL, &rows[i]};
    }
    return count;
}

char *world_snapshot(struct queue_world *w)
{
    static const char SCRIPT[] =
        "local out = {} local keys = redis.call('KEYS', '*') table.sort(keys)"
        " local function flat(v) if type(v) ~= 'table' then return tostring(v) end"
        "   local t = {} for i = 1, #v do t[i] = flat(v[i]) end return table.concat(t, ' ') end"
        " for _, k in ipairs(keys) do local t = redis.call('TYPE', k).ok local v"
        "   if t == 'stream' then v = redis.call('XRANGE', k, '-', '+')"
        "     for _, g in ipairs(redis.call('XINFO', 'GROUPS', k)) do"
        "       v[#v + 1] = g v[#v + 1] = redis.call('XPENDING', k, g[2]) end"
        "   elseif t == 'hash' then v = redis.call('HGETALL', k)"
        "   elseif t == 'zset' then v = redis.call('ZRANGE', k, 0, -1)"
        "   else v = redis.call('GET', k) end"
        "   out[#out + 1] = k .. ' ' .. t .. ' ' .. flat(v) end"
        " return table.concat(out, '\\n')";
    struct redis_reply *reply = RAW(w, "EVAL", SCRIPT, "0");
    char *text = xstrdup(redis_reply_text(reply, NULL));

    redis_reply_free(reply);
    return text;
}

void world_wait_for_blocked(struct queue_world *w)
{
    int64_t deadline = clock_monotonic_ms() + TIMEOUT_MS;

    while (clock_monotonic_ms() < deadline) {
        struct redis_reply *reply = RAW(w, "INFO", "clients");
        bool blocked = strstr(redis_reply_text(reply, NULL), "blocked_clients:0") == NULL;

        redis_reply_free(reply);
        if (blocked) {
            return;
        }
        (void)poll(NULL, 0, 5); /* between looks */
    }
    fail_msg("no client ever blocked");
}

/* ---- the services ---- */

static const struct setting_ids ADMINS = {.ids = {ANN, BOB, CID, DAN, EVE, GROUP_CHAT}, .count = 6};

struct queue_push_options world_push_options(void)
{
    return (struct queue_push_options){.bot_id = WORLD_BOT,
                                       .admins = &ADMINS,
                                       .depth_limit = 100000,
                                       .deadline_s = WORLD_DEADLINE_S};
}

struct update world_update(int64_t update_id, int64_t chat_id)
{
    return (struct update){.update_id = update_id,
                           .chat_id = chat_id,
                           .user_id = chat_id,
                           .user = "@someone",
                           .kind = UPDATE_MESSAGE,
                           .text = "/start",
                           .payload = "{}"};
}

void world_push(struct queue_world *w, int64_t update_id, int64_t chat_id)
{
    const struct queue_push_options options = world_push_options();
    const struct update update = world_update(update_id, chat_id);
    struct queue_push_result result;
    struct err err = ERR_INIT;

    if (!queue_push(w->gateway, &options, &update, 1, &result, &err)) {
        fail_msg("%s", err.message);
    }
    assert_int_equal(result.added, 1);
}

struct queue_job *world_take(struct queue *queue, const char *consumer)
{
    struct queue_job *job = NULL;
    struct err err = ERR_INIT;

    if (!queue_take(queue, consumer, 0, &job, &err)) {
        fail_msg("%s", err.message);
    }
    return job;
}

int64_t world_update_id(const struct queue_job *job)
{
    struct update update;
    struct err err = ERR_INIT;

    if (!queue_job_update(job, &update, &err)) {
        fail_msg("%s", err.message);
    }
    return update.update_id;
}

struct queue_job *world_take_id(struct queue *queue, const char *consumer, int64_t update_id)
{
    struct queue_job *job = world_take(queue, consumer);

    assert_non_null(job);
    assert_int_equal(world_update_id(job), update_id);
    return job;
}

struct queue_job *world_done(struct queue *queue, const char *consumer, struct queue_job *job)
{
    struct queue_outcome *nothing = queue_outcome_new();
    struct queue_job *next = NULL;
    struct err err = ERR_INIT;
    bool owner = false;

    if (!queue_done(queue, consumer, queue_job_id(job), nothing, &owner, &next, &err)) {
        fail_msg("%s", err.message);
    }
    assert_true(owner);
    queue_outcome_free(nothing);
    queue_job_free(job);
    return next;
}

void world_age(struct queue_world *w, const char *consumer, const char *job_id)
{
    RAW_DO(w, "XCLAIM", "{t}:updates", GROUP_WORKERS, consumer, "0", job_id, "IDLE", "3600000",
           "JUSTID");
}

static struct queue_job *reap(struct queue *queue, const char *consumer,
                              char out_dead_id[REDIS_ID_SIZE])
{
    const struct queue_reap_options options = {.lease_ms = LEASE_MS,
                                               .max_deliveries = MAX_DELIVERIES,
                                               .dead_text = "sorry \"you\" / \xd0\xbe",
                                               .doubt_text = "perhaps"};
    struct queue_job *job = NULL;
    struct err err = ERR_INIT;

    if (!queue_reap(queue, consumer, &options, &job, out_dead_id, &err)) {
        fail_msg("%s", err.message);
    }
    return job;
}

struct queue_job *world_reap(struct queue *queue, const char *consumer, bool *out_dead)
{
    char dead_id[REDIS_ID_SIZE];
    struct queue_job *job = reap(queue, consumer, dead_id);

    *out_dead = dead_id[0] != '\0';
    return job;
}

void world_let_die(struct queue_job *job)
{
    char dead_id[REDIS_ID_SIZE] = "";
    bool dead = false;
    struct queue_job *reaped;

    world_age(&world, "w1", queue_job_id(job));
    for (int delivery = 2; delivery <= MAX_DELIVERIES; delivery++) {
        reaped = world_reap(world.other, "w2", &dead);
        assert_non_null(reaped);
        assert_int_equal(queue_job_deliveries(reaped), delivery);
        assert_false(dead);
        world_age(&world, "w2", queue_job_id(reaped));
        queue_job_free(reaped);
    }
    assert_null(reap(world.other, "w2", dead_id));
    assert_string_equal(dead_id, queue_job_id(job));
    queue_job_free(job);
}

void world_assert_idle(struct queue_world *w)
{
    struct redis_reply *pending = RAW(w, "XPENDING", "{t}:updates", GROUP_WORKERS);
    int64_t count = -1;

    assert_true(redis_reply_int(redis_reply_item(pending, 0), &count));
    redis_reply_free(pending);
    assert_int_equal(count, 0);
    assert_int_equal(RAW_INT(w, "XLEN", "{t}:updates"), 0);
    assert_int_equal(RAW_INT(w, "HLEN", "{t}:busy"), 0);
    assert_int_equal(RAW_INT(w, "ZCARD", "{t}:parked"), 0);
    assert_int_equal(RAW_INT(w, "HLEN", "{t}:intents"), 0);
}
