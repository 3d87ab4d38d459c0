/* SPDX-License-Identifier: MIT */
/* The queue's way out and beside: replies, events, live state, the library itself. */
#include "shared/base/clock.h"
#include "shared/base/mem.h"
#include "shared/queue/intent.h"
#include "shared/queue/state.h"
#include "shared/wire/reply.h"
#include "tests/integration/queue_world.h"

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

enum { WAIT_MS = 10000 };

/* ---- replies ---- */

/* Adds replies with ref 1, 2, ... `count`, as a worker's announcement. */
static void add_replies(int64_t count)
{
    static int64_t announcements;
    struct queue_outcome *outcome = queue_outcome_new();
    struct err err = ERR_INIT;
    char digest[24];

    for (int64_t ref = 1; ref <= count; ref++) {
        const struct reply reply = {
            .ref = ref, .chat_id = ANN, .method = "sendMessage", .slot = "", .payload = "{}"};

        queue_outcome_reply(outcome, &reply);
    }
    (void)snprintf(digest, sizeof(digest), "%" PRId64, ++announcements);
    assert_true(queue_announce(world.worker, "test", digest, outcome, &err));
    queue_outcome_free(outcome);
}

static int64_t entry_ref(const struct queue_batch *batch, size_t index)
{
    struct queue_entry entry = queue_batch_entry(batch, index);
    struct reply reply;
    struct err err = ERR_INIT;

    if (!reply_decode(entry.fields, entry.field_count, &reply, &err)) {
        fail_msg("%s", err.message);
    }
    return reply.ref;
}

/* Waits until the question is answered; the batch, or NULL with `err` set. */
static struct queue_batch *collect(struct queue *queue, struct err *err)
{
    int64_t deadline = clock_monotonic_ms() + WAIT_MS;
    struct queue_batch *batch = NULL;

    while (!batch && clock_monotonic_ms() < deadline) {
        struct pollfd readable = {.fd = redis_fd(queue_redis(queue)), .events = POLLIN};

        (void)poll(&readable, 1, 20);
        if (!queue_replies_collect(queue, &batch, err)) {
            return NULL;
        }
    }
    assert_non_null(batch);
    return batch;
}

/* Asks for what must be there. */
static struct queue_batch *ask(size_t most)
{
    struct queue_batch *batch;
    struct err err = ERR_INIT;

    assert_true(queue_replies_ask(world.gateway, most, WAIT_MS, &err));
    batch = collect(world.gateway, &err);
    if (!batch) {
        fail_msg("%s", err.message);
    }
    return batch;
}

static bool sent(const char *entry_id, const char *slot, int64_t message_id, struct err *err)
{
    const struct queue_sent row = {.entry_id = entry_id, .slot = slot, .message_id = message_id};

    return queue_replies_sent(world.gateway, &row, 1, err);
}

static int64_t replies_pending(void)
{
    struct redis_reply *reply = RAW(&world, "XPENDING", "{t}:replies", GROUP_GATEWAY);
    int64_t count = -1;

    assert_true(redis_reply_int(redis_reply_item(reply, 0), &count));
    redis_reply_free(reply);
    return count;
}

static void replies_come_in_order(void **state)
{
    struct queue_batch *batch;

    (void)state;
    add_replies(5);
    batch = ask(3);
    assert_int_equal(queue_batch_count(batch), 3);
    assert_int_equal(entry_ref(batch, 0), 1);
    assert_int_equal(entry_ref(batch, 2), 3);
    queue_batch_free(batch);
    batch = ask(10);
    assert_int_equal(queue_batch_count(batch), 2);
    assert_int_equal(entry_ref(batch, 1), 5);
    queue_batch_free(batch);
}

/* JSON may need twice as many bytes as the file that is in it. */
static void a_reply_may_hold_the_largest_file(void **state)
{
    size_t len = 2 * (size_t)REPLY_FILE_MAX_BYTES;
    char *payload = xcalloc(len + 1, 1);
    struct queue_outcome *outcome = queue_outcome_new();
    struct queue_batch *batch;
    struct queue_entry entry;
    struct reply reply;
    struct err err = ERR_INIT;

    (void)state;
    memset(payload, 'x', len);
    queue_outcome_reply(
        outcome,
        &(struct reply){
            .ref = 1, .chat_id = 7, .method = "sendDocument", .slot = "", .payload = payload});
    assert_true(queue_announce(world.worker, "test", "largest", outcome, &err));
    queue_outcome_free(outcome);
    batch = ask(1);
    entry = queue_batch_entry(batch, 0);
    assert_true(reply_decode(entry.fields, entry.field_count, &reply, &err));
    assert_string_equal(reply.payload, payload);
    queue_batch_free(batch);
    free(payload);
}

static void a_question_waits_while_other_calls_go_on(void **state)
{
    struct queue_batch *batch = NULL;
    struct err err = ERR_INIT;
    struct buf text;
    bool found = false;

    (void)state;
    buf_init(&text, 100);
    assert_true(queue_replies_ask(world.gateway, 10, WAIT_MS, &err));
    assert_true(queue_replies_ask(world.gateway, 10, WAIT_MS, &err)); /* asked is asked */
    assert_true(queue_replies_collect(world.gateway, &batch, &err));
    assert_null(batch);
    assert_true(state_set(world.gateway, KEY_FLOOD, "1", "5000", 60, &err));
    assert_true(state_get(world.gateway, KEY_FLOOD, "1", &found, &text, &err));
    assert_true(found);
    world_push(&world, 10, ANN);
    assert_true(sent("1-1", "", 0, &err));
    add_replies(2);
    batch = collect(world.gateway, &err);
    assert_int_equal(queue_batch_count(batch), 2);
    queue_batch_free(batch);
    buf_free(&text);
}

static void a_question_may_be_answered_with_nothing(void **state)
{
    struct queue_batch *batch;
    struct err err = ERR_INIT;

    (void)state;
    assert_true(queue_replies_ask(world.gateway, 10, 30, &err));
    batch = collect(world.gateway, &err);
    assert_int_equal(queue_batch_count(batch), 0);
    queue_batch_free(batch);
    add_replies(1);
    batch = ask(10); /* and asked again */
    assert_int_equal(queue_batch_count(batch), 1);
    queue_batch_free(batch);
}

static void unsettled_replies_are_found_again(void **state)
{
    struct queue_batch *batch;
    struct err err = ERR_INIT;
    char id[REDIS_ID_SIZE];

    (void)state;
    add_replies(4);
    queue_batch_free(ask(10));
    assert_true(queue_replies_pending(world.gateway, "0", 3, &batch, &err));
    assert_int_equal(queue_batch_count(batch), 3);
    assert_int_equal(entry_ref(batch, 0), 1);
    (void)snprintf(id, sizeof(id), "%s", queue_batch_entry(batch, 2).id);
    queue_batch_free(batch);
    assert_true(queue_replies_pending(world.gateway, id, 3, &batch, &err));
    assert_int_equal(queue_batch_count(batch), 1);
    assert_int_equal(entry_ref(batch, 0), 4);
    (void)snprintf(id, sizeof(id), "%s", queue_batch_entry(batch, 0).id);
    queue_batch_free(batch);
    assert_true(queue_replies_pending(world.gateway, id, 3, &batch, &err));
    assert_int_equal(queue_batch_count(batch), 0);
    queue_batch_free(batch);
}

static void deleted_replies_do_not_end_the_search(void **state)
{
    struct queue_batch *batch;
    struct err err = ERR_INIT;

    (void)state;
    add_replies(5);
    batch = ask(10);
    for (size_t i = 0; i < 4; i++) {
        RAW_DO(&world, "XDEL", "{t}:replies", queue_batch_entry(batch, i).id);
    }
    queue_batch_free(batch);
    assert_int_equal(replies_pending(), 5);
    assert_true(queue_replies_pending(world.gateway, "0", 2, &batch, &err));
    assert_int_equal(queue_batch_count(batch), 1);
    assert_int_equal(entry_ref(batch, 0), 5);
    assert_int_equal(replies_pending(), 1);
    queue_batch_free(batch);
}

static void a_sent_reply_is_gone_and_its_slot_known(void **state)
{
    struct queue_batch *batch;
    struct err err = ERR_INIT;

    (void)state;
    add_replies(2);
    batch = ask(10);
    assert_true(sent(queue_batch_entry(batch, 0).id, "u1", INT64_C(9007199254740991), &err));
    assert_true(sent(queue_batch_entry(batch, 1).id, "", 5, &err));
    assert_int_equal(RAW_INT(&world, "XLEN", "{t}:replies"), 0);
    assert_int_equal(replies_pending(), 0);
    assert_string_equal(RAW_TEXT(&world, "GET", "{t}:slot:u1"), "9007199254740991");
    assert_in_range(RAW_INT(&world, "TTL", "{t}:slot:u1"), 172000, 172800);
    assert_int_equal(RAW_INT(&world, "EXISTS", "{t}:slot:"), 0);
    /* A repeat, after an answer was lost, changes nothing. */
    assert_true(sent(queue_batch_entry(batch, 0).id, "u1", INT64_C(9007199254740991), &err));
    assert_int_equal(RAW_INT(&world, "HGET", "{t}:meta", "sent"), 2);
    queue_batch_free(batch);
}

/* Each is a step of its own: what can be settled is, whatever stands in the way of another. */
static void many_sent_replies_are_settled_at_once(void **state)
{
    struct queue_sent rows[40];
    struct queue_batch *batch;
    struct err err = ERR_INIT;

    (void)state;
    add_replies(ARRAY_LEN(rows));
    batch = ask(ARRAY_LEN(rows));
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        rows[i] = (struct queue_sent){.entry_id = queue_batch_entry(batch, i).id, .slot = ""};
    }
    rows[7].entry_id = "seven";
    assert_false(queue_replies_sent(world.gateway, rows, ARRAY_LEN(rows), &err));
    assert_int_equal(err.kind, ERR_REJECT);
    assert_int_equal(RAW_INT(&world, "XLEN", "{t}:replies"), 1);
    rows[7].entry_id = queue_batch_entry(batch, 7).id;
    assert_true(queue_replies_sent(world.gateway, rows, ARRAY_LEN(rows), &err));
    assert_int_equal(RAW_INT(&world, "XLEN", "{t}:replies"), 0);
    assert_int_equal(RAW_INT(&world, "HGET", "{t}:meta", "sent"), ARRAY_LEN(rows));
    assert_true(queue_replies_sent(world.gateway, NULL, 0, &err));
    queue_batch_free(batch);
}

static void a_dead_reply_is_kept_with_the_reason(void **state)
{
    struct queue_batch *batch;
    struct err err = ERR_INIT;
    char *content;

    (void)state;
    add_replies(1);
    batch = ask(10);
    for (int repeat = 0; repeat < 2; repeat++) {
        assert_true(queue_reply_dead(world.gateway, queue_batch_entry(batch, 0).id,
                                     "400 chat not found", &err));
    }
    assert_int_equal(RAW_INT(&world, "XLEN", "{t}:replies"), 0);
    assert_int_equal(replies_pending(), 0);
    assert_int_equal(RAW_INT(&world, "XLEN", "{t}:dead"), 1);
    content = world_snapshot(&world);
    assert_non_null(strstr(content,
                           "method sendMessage slot  payload {} reason"
                           " 400 chat not found deliveries 1 died_ms "));
    free(content);
    queue_batch_free(batch);
}

static void an_announcement_is_made_once(void **state)
{
    struct queue_outcome *outcome = queue_outcome_new();
    const struct reply reply = {.method = "setMyCommands", .slot = "", .payload = "{}"};
    struct err err = ERR_INIT;

    (void)state;
    queue_outcome_reply(outcome, &reply);
    for (int i = 0; i < 3; i++) {
        assert_true(queue_announce(world.worker, "commands", "v1", outcome, &err));
    }
    assert_int_equal(RAW_INT(&world, "XLEN", "{t}:replies"), 1);
    assert_true(queue_announce(world.worker, "commands", "v2", outcome, &err));
    assert_true(queue_announce(world.worker, "others", "v2", outcome, &err));
    assert_int_equal(RAW_INT(&world, "XLEN", "{t}:replies"), 3);
    queue_outcome_free(outcome);
}

/* ---- a server that is lost ---- */

static struct queue *open_queue(struct redis_server *server, int64_t timeout_ms)
{
    const struct queue_options options = {
        redis_server_tcp_url(server), WORLD_PREFIX, "test", timeout_ms, true, 0, NULL, NULL};
    struct err err = ERR_INIT;
    struct queue *queue = queue_new(&options, &err);

    assert_non_null(queue);
    return queue;
}

static void a_hanging_server_does_not_keep_a_question(void **state)
{
    struct redis_server *server = redis_server_start(NULL);
    struct queue *queue = open_queue(server, 100);
    struct queue_batch *batch;
    struct err err = ERR_INIT;

    (void)state;
    assert_true(queue_replies_ask(queue, 10, 50, &err));
    redis_server_freeze(server);
    assert_null(collect(queue, &err));
    assert_int_equal(err.kind, ERR_RETRY);
    redis_server_thaw(server);
    assert_true(queue_replies_ask(queue, 10, 50, &err));
    batch = collect(queue, &err);
    assert_non_null(batch);
    queue_batch_free(batch);
    queue_free(queue);
    redis_server_stop(server);
}

static void an_empty_server_is_prepared_after_a_restart(void **state)
{
    struct redis_server *server = redis_server_start(NULL);
    struct queue *queue = open_queue(server, WAIT_MS);
    const struct queue_push_options options = world_push_options();
    const struct update update = world_update(10, ANN);
    struct queue_push_result result;
    struct queue_batch *batch;
    struct err err = ERR_INIT;

    (void)state;
    assert_true(queue_push(queue, &options, &update, 1, &result, &err));
    redis_server_restart(server); /* it kept nothing, not even the library */
    assert_false(queue_push(queue, &options, &update, 1, &result, &err));
    assert_error(&err, ERR_RETRY, "connection lost");
    assert_true(queue_push(queue, &options, &update, 1, &result, &err));
    assert_int_equal(result.added, 1);
    assert_true(queue_replies_ask(queue, 10, WAIT_MS, &err));
    redis_server_restart(server);
    assert_null(collect(queue, &err));
    assert_int_equal(err.kind, ERR_RETRY);
    assert_true(queue_push(queue, &options, &update, 1, &result, &err));
    assert_int_equal(result.added, 1);
    assert_true(queue_replies_ask(queue, 10, 50, &err));
    batch = collect(queue, &err);
    assert_non_null(batch);
    queue_batch_free(batch);
    queue_free(queue);
    redis_server_stop(server);
}

/* ---- the library ---- */

/* A library of version `version` that answers `answer` to bq_take. */
static void load_other_library(const char *version, const char *answer)
{
    char code[1024];

    (void)snprintf(code, sizeof(code),
                   "#!lua name=beget_queue\n"
                   "redis.register_function{function_name='bq_version',flags={'no-writes'},"
                   "callback=function() return %s end}\n"
                   "redis.register_function('bq_prepare', function() return 'OK' end)\n"
                   "redis.register_function('bq_take', function() return %s end)\n",
                   version, answer);
    RAW_DO(&world, "FUNCTION", "LOAD", "REPLACE", code);
}

static int restore_library(void **state)
{
    (void)state;
    RAW_DO(&world, "FUNCTION", "FLUSH");
    return 0;
}

static void an_older_library_is_replaced(void **state)
{
    struct err err = ERR_INIT;

    (void)state;
    load_other_library("0", "{'EMPTY', '0-0'}");
    assert_true(queue_prepare(world.worker, &err));
    world_push(&world, 10, ANN);
    queue_job_free(world_take_id(world.worker, "w1", 10));
}

static void a_newer_library_is_kept(void **state)
{
    struct err err = ERR_INIT;

    (void)state;
    load_other_library("999", "{'EMPTY', '0-0'}");
    assert_true(queue_prepare(world.worker, &err));
    assert_int_equal(RAW_INT(&world, "FCALL", "bq_version", "1", "{t}"), 999);
    assert_null(world_take(world.worker, "w1"));
}

struct odd_row {
    const char *name;
    const char *answer;
    const char *shape;
};

/* clang-format off */
static struct odd_row odd_rows[] = {
    /* what it shows                              answer of bq_take                       told as */
    {"an unknown word is not understood",         "{'WHAT', 1}",                         "a list of 2 beginning with \"WHAT\""},
    {"a number is not understood",                "5",                                   "answered with 5"},
    {"a text is not understood",                  "'RUN'",                               "the text \"RUN\""},
    {"nothing is not understood",                 "false",                               "answered with nil"},
    {"an empty list is not understood",           "{}",                                  "something else"},
    {"a list without a word is not understood",   "{1, 2}",                              "a list of 2 beginning with \"?\""},
    {"a run without an update",                   "{'RUN'}",                             "a list of 1"},
    {"a run with odd fields",                     "{'RUN', '1-1', {'a'}, 1}",            "a list of 4"},
    {"a run with a number among its fields",      "{'RUN', '1-1', {'a', 1}, 1}",         "a list of 4"},
    {"a run without deliveries",                  "{'RUN', '1-1', {'a', 'b'}}",          "a list of 3"},
    {"an empty queue without a position",         "{'EMPTY'}",                           "a list of 1"},
    {"an empty queue with an endless position",   "{'EMPTY', string.rep('1', 99)}",      "a list of 2"},
};
/* clang-format on */

static void an_odd_answer_is_fatal(void **state)
{
    const struct odd_row *row = *state;
    struct queue_job *job = NULL;
    struct err err = ERR_INIT;

    load_other_library("999", row->answer);
    assert_false(queue_take(world.worker, "w1", 0, &job, &err));
    assert_error(&err, ERR_FATAL, row->shape);
    assert_error(&err, ERR_FATAL, "restart the older program");
    assert_null(job);
}

/* Lets every function answer `answer`, a Lua expression. */
static void load_odd_library(const char *answer)
{
    char code[1024];

    (void)snprintf(
        code, sizeof(code),
        "#!lua name=beget_queue\n"
        "redis.register_function{function_name='bq_version',flags={'no-writes'},"
        "callback=function() return 999 end}\n"
        "local names = {'prepare', 'push', 'reap', 'beat', 'give_back', 'emit', 'done',"
        " 'limit', 'announce', 'sent', 'dead', 'followed', 'notice', 'begin', 'record'}\n"
        "for i = 1, #names do redis.register_function('bq_' .. names[i],"
        " function() return %s end) end\n",
        answer);
    RAW_DO(&world, "FUNCTION", "LOAD", "REPLACE", code);
}

static bool call_push(struct err *err)
{
    const struct queue_push_options options = world_push_options();
    struct queue_push_result result;

    return queue_push(world.worker, &options, NULL, 0, &result, err);
}

static bool call_reap(struct err *err)
{
    const struct queue_reap_options options = {1, 1, "sorry", "perhaps"};
    struct queue_job *job = NULL;
    char dead[REDIS_ID_SIZE];

    return queue_reap(world.worker, "w1", &options, &job, dead, err);
}

static bool call_beat(struct err *err)
{
    bool owner = false;

    return queue_beat(world.worker, "w1", "1-1", &owner, err);
}

static bool call_give_back(struct err *err)
{
    return queue_give_back(world.worker, "w1", "1-1", err);
}

static bool call_begin(struct err *err)
{
    const struct queue_intent intent = {.step = 1, .class = 'N', .what = "what", .before = ""};
    enum queue_may may = QUEUE_MAY_LOST;
    struct buf text;
    bool ok;

    buf_init(&text, 100);
    ok = queue_begin(world.worker, "w1", "1-1", &intent, &may, &text, err);
    buf_free(&text);
    return ok;
}

static bool call_record(struct err *err)
{
    bool owner = false;

    return queue_record(world.worker, "w1", "1-1", 1, "done", &owner, err);
}

/* bq_emit, bq_done or bq_announce. */
static bool call_with_outcome(char which, struct err *err)
{
    struct queue_outcome *outcome = queue_outcome_new();
    struct queue_job *next = NULL;
    bool owner = false;
    bool ok = which == 'e'   ? queue_emit(world.worker, "w1", "1-1", outcome, &owner, err)
              : which == 'd' ? queue_done(world.worker, "w1", "1-1", outcome, &owner, &next, err)
                             : queue_announce(world.worker, "a", "b", outcome, err);

    queue_outcome_free(outcome);
    return ok;
}

static bool call_emit(struct err *err)
{
    return call_with_outcome('e', err);
}

static bool call_done(struct err *err)
{
    return call_with_outcome('d', err);
}

static bool call_announce(struct err *err)
{
    return call_with_outcome('a', err);
}

static bool call_limit(struct err *err)
{
    struct queue_turn turn;

    return queue_limit(world.worker, "a", NULL, 0, &turn, err);
}

static bool call_sent(struct err *err)
{
    return queue_replies_sent(world.worker, &(struct queue_sent){.entry_id = "1-1", .slot = ""}, 1,
                              err);
}

static bool call_dead(struct err *err)
{
    return queue_reply_dead(world.worker, "1-1", "why", err);
}

static bool call_followed(struct err *err)
{
    return queue_events_followed(world.worker, "a", "1-1", false, err);
}

static bool call_notice(struct err *err)
{
    const struct queue_notice notice = {.from = "1-1", .to = "1-2"};
    struct queue_outcome *outcome = queue_outcome_new();
    enum queue_notice_end end;
    int64_t wait_ms;
    bool ok = queue_notice(world.worker, &notice, outcome, &end, &wait_ms, err);

    queue_outcome_free(outcome);
    return ok;
}

struct call_row {
    const char *name;
    bool (*call)(struct err *err);
    const char *answer;
};

/* clang-format off */
static struct call_row call_rows[] = {
    /* what it shows                              call             answer */
    {"push: a word is not understood",            call_push,       "{'OK'}"},
    {"push: strangers missing",                   call_push,       "{0, 0}"},
    {"push: strangers that are no list",          call_push,       "{0, 'x', {}}"},
    {"push: a stranger without a chat",           call_push,       "{0, 0, {'5', 'x'}}"},
    {"push: more strangers than a batch",         call_push,       "(function() local t = {} for i = 1, 202 do t[i] = i end return {0, 0, t} end)()"},
    {"reap: another word",                        call_reap,       "{'WHAT'}"},
    {"reap: a run without an update",             call_reap,       "{'RUN', '1-1'}"},
    {"beat: a word",                              call_beat,       "'yes'"},
    {"give_back: another word",                   call_give_back,  "{'WHAT'}"},
    {"begin: another word",                       call_begin,      "{'WHAT'}"},
    {"begin: a doubt without a state",            call_begin,      "{'DOUBT'}"},
    {"record: another word",                      call_record,     "{'WHAT'}"},
    {"emit: another word",                        call_emit,       "{'WHAT'}"},
    {"done: another word",                        call_done,       "{'WHAT'}"},
    {"done: a next update cut short",             call_done,       "{'OK', '1-1', {'a', 'b'}}"},
    {"limit: a word",                             call_limit,      "'soon'"},
    {"limit: no remark",                          call_limit,      "{0}"},
    {"limit: no time",                            call_limit,      "{'soon', ''}"},
    {"announce: another word",                    call_announce,   "{'WHAT'}"},
    {"sent: a list",                              call_sent,       "{1}"},
    {"dead: nothing",                             call_dead,       "false"},
    {"followed: a word",                          call_followed,   "'OK'"},
    {"notice: a word",                            call_notice,     "'OK'"},
};
/* clang-format on */

static void any_odd_answer_is_fatal(void **state)
{
    const struct call_row *row = *state;
    struct err err = ERR_INIT;

    load_odd_library(row->answer);
    assert_false(row->call(&err));
    assert_error(&err, ERR_FATAL, "restart the older program");
}

static void a_library_that_was_flushed_is_loaded_again(void **state)
{
    struct queue_job *job = NULL;
    struct err err = ERR_INIT;

    (void)state;
    RAW_DO(&world, "FUNCTION", "FLUSH");
    assert_false(queue_take(world.worker, "w1", 0, &job, &err));
    assert_error(&err, ERR_RETRY, "Function not found");
    assert_null(world_take(world.worker, "w1"));
}

static void a_server_without_functions_is_refused(void **state)
{
    struct redis_server *old =
        redis_server_start((const char *const[]){"--rename-command", "FCALL", "", NULL});
    struct queue *queue = open_queue(old, WAIT_MS);
    struct err err = ERR_INIT;

    (void)state;
    assert_false(queue_prepare(queue, &err));
    assert_error(&err, ERR_FATAL, "7.0 or newer is needed");
    queue_free(queue);
    redis_server_stop(old);
}

static void keys_are_built_as_operators_see_them(void **state)
{
    char key[QUEUE_KEY_SIZE];

    (void)state;
    assert_string_equal(queue_key(world.worker, KEY_GRANTS, "42", key, sizeof(key)),
                        "{t}:grants:42");
    assert_string_equal(queue_key(world.worker, KEY_META, "", key, sizeof(key)), "{t}:meta");
}

/* ---- bad arguments ---- */

/* clang-format off */
static struct world_argument_row argument_rows[] = {
    /* what it shows                              call                                                 answer */
    {"no key",                                    "bq_version 0",                                     "ERR bq_version: needs one key, {prefix}"},
    {"two keys",                                  "bq_version 2 {t} {u}",                             "ERR bq_version: needs one key, {prefix}"},
    {"a key without braces",                      "bq_take 1 t w1 free",                              "ERR bq_take: needs one key, {prefix}"},
    {"a key that goes on",                        "bq_take 1 {t}:updates w1 free",                    "ERR bq_take: needs one key, {prefix}"},
    {"version: too many",                         "bq_version 1 {t} x",                               "ERR bq_version: 1 arguments too many"},
    {"prepare: too many",                         "bq_prepare 1 {t} x y",                             "ERR bq_prepare: 2 arguments too many"},
    {"push: nothing",                             "bq_push 1 {t}",                                    "ERR bq_push: bot_id: missing"},
    {"push: no bot",                              "bq_push 1 {t} bot 1 1 0 0",                        "ERR bq_push: bot_id: not a chat"},
    {"push: no limit",                            "bq_push 1 {t} 7 0 1 0 0",                          "ERR bq_push: depth_limit: not 1 to 1000000000"},
    {"push: no deadline",                         "bq_push 1 {t} 7 1 -1 0 0",                         "ERR bq_push: deadline_s: not 1 to 1000000000"},
    {"push: admins missing",                      "bq_push 1 {t} 7 1 1 2 5",                          "ERR bq_push: admin: missing"},
    {"push: an admin that is no chat",            "bq_push 1 {t} 7 1 1 1 @me 0",                      "ERR bq_push: admin: not a chat"},
    {"push: a count that is no number",           "bq_push 1 {t} 7 1 1 0 one",                        "ERR bq_push: update count: not a whole number"},
    {"push: more than a batch",                   "bq_push 1 {t} 7 1 1 0 101",                        "ERR bq_push: update count: not 0 to 100"},
    {"push: an update without fields",            "bq_push 1 {t} 7 1 1 0 1 0",                        "ERR bq_push: update fields: not 1 to 100"},
    {"push: fields missing",                      "bq_push 1 {t} 7 1 1 0 1 2 update_id 5 chat_id",    "ERR bq_push: update field: missing"},
    {"push: no update_id",                        "bq_push 1 {t} 7 1 1 0 1 1 chat_id 1",              "ERR bq_push: update 1: no update_id or no chat_id"},
    {"push: a negative update_id",                "bq_push 1 {t} 7 1 1 0 1 2 chat_id 1 update_id -5", "ERR bq_push: update 1: no update_id or no chat_id"},
    {"push: no chat_id",                          "bq_push 1 {t} 7 1 1 0 1 2 chat_id x update_id 5",  "ERR bq_push: update 1: no update_id or no chat_id"},
    {"push: nobody asks",                         "bq_push 1 {t} 7 1 1 0 0 1",                        "ERR bq_push: asking count: not 0 to 0"},
    {"push: an asking update that is not there",  "bq_push 1 {t} 7 1 1 0 1 2 update_id 5 chat_id 1 1 2", "ERR bq_push: asking update: not 1 to 1"},
    {"push: an asking update without a word",     "bq_push 1 {t} 7 1 1 0 1 2 update_id 5 chat_id 1 1 1", "ERR bq_push: asking: missing"},
    {"push: too many",                            "bq_push 1 {t} 7 1 1 0 0 0 0",                      "ERR bq_push: 1 arguments too many"},
    {"take: no consumer",                         "bq_take 1 {t}",                                    "ERR bq_take: consumer: missing"},
    {"take: an empty consumer",                   "bq_take 1 {t} '' free",                            "ERR bq_take: consumer: empty or too long"},
    {"take: a consumer of ours",                  "bq_take 1 {t} _park free",                         "ERR bq_take: consumer: begins with _"},
    {"take: no order",                            "bq_take 1 {t} w1",                                 "ERR bq_take: order: missing"},
    {"take: another order",                       "bq_take 1 {t} w1 old",                             "ERR bq_take: order: not free or new"},
    {"take: too many",                            "bq_take 1 {t} w1 free x",                          "ERR bq_take: 1 arguments too many"},
    {"beat: no id",                               "bq_beat 1 {t} w1",                                 "ERR bq_beat: id: missing"},
    {"beat: an id that is none",                  "bq_beat 1 {t} w1 5",                               "ERR bq_beat: id: not the ID of an entry"},
    {"beat: a range for an id",                   "bq_beat 1 {t} w1 -",                               "ERR bq_beat: id: not the ID of an entry"},
    {"give_back: no id",                          "bq_give_back 1 {t} w1 x",                          "ERR bq_give_back: id: not the ID of an entry"},
    {"emit: no outcome",                          "bq_emit 1 {t} w1 1-1",                             "ERR bq_emit: reply count: missing"},
    {"emit: a reply cut short",                   "bq_emit 1 {t} w1 1-1 1 1 v",                       "ERR bq_emit: reply field: missing"},
    {"done: no hand-over",                        "bq_done 1 {t} w1 1-1",                             "ERR bq_done: hand_over: missing"},
    {"done: another hand-over",                   "bq_done 1 {t} w1 1-1 3 0 0 0",                     "ERR bq_done: hand_over: not 0 to 2"},
    {"done: no events",                           "bq_done 1 {t} w1 1-1 1 0",                         "ERR bq_done: event count: missing"},
    {"done: no writes",                           "bq_done 1 {t} w1 1-1 1 0 0",                       "ERR bq_done: write count: missing"},
    {"done: too many replies",                    "bq_done 1 {t} w1 1-1 1 1001",                      "ERR bq_done: reply count: not 0 to 1000"},
    {"done: another operation",                   "bq_done 1 {t} w1 1-1 1 0 0 1 FLUSHALL access",     "ERR bq_done: FLUSHALL: not an operation"},
    {"done: an operation without a key",          "bq_done 1 {t} w1 1-1 1 0 0 1 DEL",                 "ERR bq_done: key: missing"},
    {"done: a key that may not be written",       "bq_done 1 {t} w1 1-1 1 0 0 1 HSET meta a b",       "ERR bq_done: meta: not a key that a step may write"},
    {"done: a write without a value",             "bq_done 1 {t} w1 1-1 1 0 0 1 HSET access a",       "ERR bq_done: value: missing"},
    {"done: nothing to revoke",                   "bq_done 1 {t} w1 1-1 1 0 0 1 REVOKE access ''",    "ERR bq_done: name: empty or too long"},
    {"done: a lifetime below zero",               "bq_done 1 {t} w1 1-1 1 0 0 1 SET cache:a b -1",    "ERR bq_done: ttl: not 0 to 10000000000"},
    {"done: too many",                            "bq_done 1 {t} w1 1-1 1 0 0 0 1 a b x",             "ERR bq_done: 1 arguments too many"},
    {"done: a field for the trace, uncounted",    "bq_done 1 {t} w1 1-1 1 0 0 0 x",                   "ERR bq_done: trace fields: not a whole number"},
    {"reap: no lease",                            "bq_reap 1 {t} w1 0 3 sorry",                       "ERR bq_reap: lease_ms: not 1 to 1000000000000"},
    {"reap: no deliveries",                       "bq_reap 1 {t} w1 1 0 sorry",                       "ERR bq_reap: max_deliveries: not 1 to 1000000"},
    {"reap: no text",                             "bq_reap 1 {t} w1 1 1",                             "ERR bq_reap: dead_text: missing"},
    {"reap: no text for a doubt",                 "bq_reap 1 {t} w1 1 1 sorry",                       "ERR bq_reap: doubt_text: missing"},
    {"announce: no digest",                       "bq_announce 1 {t} a",                              "ERR bq_announce: digest: missing"},
    {"announce: an empty digest",                 "bq_announce 1 {t} a '' 0 0 0",                     "ERR bq_announce: digest: empty or too long"},
    {"sent: no message_id",                       "bq_sent 1 {t} 1-1 u1",                             "ERR bq_sent: message_id: missing"},
    {"sent: a fraction",                          "bq_sent 1 {t} 1-1 u1 1.5",                         "ERR bq_sent: message_id: not a whole number"},
    {"dead: no reason",                           "bq_dead 1 {t} 1-1",                                "ERR bq_dead: reason: missing"},
    {"followed: no id",                           "bq_followed 1 {t} bot.db 0",                       "ERR bq_followed: id: not the ID of an entry"},
    {"followed: no name",                         "bq_followed 1 {t} '' 0-0",                         "ERR bq_followed: name: empty or too long"},
    {"followed: another word",                    "bq_followed 1 {t} bot.db 0-0 told",                "ERR bq_followed: word: not noticed"},
    {"notice: no id",                             "bq_notice 1 {t} 0-0 x 0 0 0 0",                    "ERR bq_notice: to: not the ID of an entry"},
    {"notice: no gap",                            "bq_notice 1 {t} 0-0 1-1",                          "ERR bq_notice: gap_ms: missing"},
    {"notice: a gap below zero",                  "bq_notice 1 {t} 0-0 1-1 -1 0 0 0",                 "ERR bq_notice: gap_ms: not 0 to 1000000000"},
};
/* clang-format on */

/* ---- events ---- */

/* Finishes one update with `count` events, whose targets are numbers from `first` on. */
static void add_events(int64_t update_id, int first, int count)
{
    struct queue_outcome *outcome = queue_outcome_new();
    struct queue_job *job;
    struct queue_job *next = NULL;
    struct err err = ERR_INIT;
    bool owner = false;

    for (int i = first; i < first + count; i++) {
        char target[16];
        const struct event event = {
            .user = "", .action = "dns", .target = target, .before = "", .after = ""};

        (void)snprintf(target, sizeof(target), "%d", i);
        queue_outcome_event(outcome, &event);
    }
    world_push(&world, update_id, ANN);
    job = world_take_id(world.worker, "w1", update_id);
    assert_true(queue_done(world.worker, "w1", queue_job_id(job), outcome, &owner, &next, &err));
    assert_true(owner);
    queue_job_free(job);
    queue_outcome_free(outcome);
}

/* Reads up to `most` events after `id`, which moves on to the last one; returns how many. */
static size_t follow(char id[REDIS_ID_SIZE], size_t most, int first)
{
    struct queue_batch *batch = NULL;
    struct err err = ERR_INIT;
    size_t count;

    if (!queue_events_read(world.worker, id, most, 0, &batch, &err)) {
        fail_msg("%s", err.message);
    }
    count = queue_batch_count(batch);
    for (size_t i = 0; i < count; i++) {
        struct queue_entry entry = queue_batch_entry(batch, i);
        struct event event;

        assert_true(event_decode(entry.fields, entry.field_count, &event, &err));
        assert_int_equal(strtol(event.target, NULL, 10), first + (int)i);
        (void)snprintf(id, REDIS_ID_SIZE, "%s", entry.id);
    }
    queue_batch_free(batch);
    return count;
}

static void followed(const char *name, const char *id)
{
    struct err err = ERR_INIT;

    if (!queue_events_followed(world.worker, name, id, false, &err)) {
        fail_msg("%s", err.message);
    }
}

static int64_t events_kept(void)
{
    return RAW_INT(&world, "XLEN", "{t}:events");
}

static void events_are_read_in_order(void **state)
{
    char id[REDIS_ID_SIZE] = "0-0";

    (void)state;
    assert_int_equal(follow(id, 10, 0), 0); /* no stream yet */
    add_events(10, 1, 5);
    assert_int_equal(follow(id, 3, 1), 3);
    assert_int_equal(follow(id, 10, 4), 2);
    assert_int_equal(follow(id, 10, 6), 0);
}

static void reading_events_waits_for_one(void **state)
{
    struct queue_batch *batch = NULL;
    struct err err = ERR_INIT;
    int64_t began_ms = clock_monotonic_ms();

    (void)state;
    assert_true(queue_events_read(world.worker, "0-0", 10, 80, &batch, &err));
    assert_int_equal(queue_batch_count(batch), 0);
    assert_true(clock_monotonic_ms() - began_ms >= 79);
    queue_batch_free(batch);
    add_events(10, 1, 1);
    assert_true(queue_events_read(world.worker, "0-0", 10, WAIT_MS, &batch, &err));
    assert_int_equal(queue_batch_count(batch), 1);
    queue_batch_free(batch);
}

static void events_are_trimmed_behind_the_slowest(void **state)
{
    char fast[REDIS_ID_SIZE] = "0-0";
    char slow[REDIS_ID_SIZE] = "0-0";

    (void)state;
    followed("fast.db", fast); /* both are known before there is anything */
    followed("slow.db", slow);
    add_events(10, 1, 6);
    (void)follow(fast, 6, 1);
    followed("fast.db", fast);
    assert_int_equal(events_kept(), 6); /* the slow one needs them all */
    (void)follow(slow, 2, 1);
    followed("slow.db", slow);
    assert_int_equal(events_kept(), 4);
    (void)follow(slow, 4, 3);
    followed("slow.db", slow);
    assert_int_equal(events_kept(), 0);
    add_events(11, 7, 1);
    assert_int_equal(follow(slow, 10, 7), 1); /* an emptied stream goes on */
}

static void nothing_is_trimmed_without_a_follower(void **state)
{
    (void)state;
    add_events(10, 1, 6);
    assert_int_equal(events_kept(), 6);
}

static void a_follower_may_fall_back(void **state)
{
    char id[REDIS_ID_SIZE] = "0-0";
    char old[REDIS_ID_SIZE];

    (void)state;
    add_events(10, 1, 4);
    (void)follow(id, 1, 1);
    memcpy(old, id, sizeof(old));
    (void)follow(id, 3, 2);
    followed("bot.db", id);
    assert_int_equal(events_kept(), 0);
    followed("bot.db", old); /* an older file was put back */
    add_events(11, 5, 2);
    followed("other.db", "9999999999999-0");
    assert_int_equal(events_kept(), 2);
}

/* ---- telling the administrators ---- */

/* Tells of the events up to `to` with a reply, or with none. */
static enum queue_notice_end tell(struct queue *queue, const char *from, const char *to,
                                  int64_t gap_ms, bool reply, int64_t *out_wait_ms)
{
    const struct queue_notice notice = {.from = from, .to = to, .gap_ms = gap_ms};
    struct queue_outcome *outcome = queue_outcome_new();
    enum queue_notice_end end = QUEUE_NOTICE_DONE;
    struct err err = ERR_INIT;

    if (reply) {
        queue_outcome_reply(
            outcome,
            &(struct reply){.chat_id = ANN, .method = "sendMessage", .slot = "n", .payload = "{}"});
    }
    if (!queue_notice(queue, &notice, outcome, &end, out_wait_ms, &err)) {
        fail_msg("%s", err.message);
    }
    queue_outcome_free(outcome);
    return end;
}

static void assert_noticed(const char *id)
{
    char noticed[REDIS_ID_SIZE];
    struct err err = ERR_INIT;

    if (!queue_noticed(world.worker, noticed, &err)) {
        fail_msg("%s", err.message);
    }
    assert_string_equal(noticed, id);
}

static void administrators_are_told_once_whoever_tells(void **state)
{
    int64_t wait_ms = 0;

    (void)state;
    RAW_DO(&world, "HSET", WORLD_KEY("meta"), "noticed", "0-0");
    assert_int_equal(tell(world.worker, "0-0", "5-1", 0, true, &wait_ms), QUEUE_NOTICE_DONE);
    assert_int_equal(tell(world.other, "0-0", "5-1", 0, true, &wait_ms), QUEUE_NOTICE_ELSEWHERE);
    assert_int_equal(tell(world.other, "0-0", "7-1", 0, true, &wait_ms), QUEUE_NOTICE_ELSEWHERE);
    assert_int_equal(RAW_INT(&world, "XLEN", WORLD_KEY("replies")), 1);
    assert_noticed("5-1");
}

static void administrators_are_told_at_intervals(void **state)
{
    int64_t wait_ms = 0;

    (void)state;
    RAW_DO(&world, "HSET", WORLD_KEY("meta"), "noticed", "0-0");
    assert_int_equal(tell(world.worker, "0-0", "1-1", 60000, true, &wait_ms), QUEUE_NOTICE_DONE);
    assert_int_equal(tell(world.worker, "1-1", "2-1", 60000, false, &wait_ms), QUEUE_NOTICE_DONE);
    assert_int_equal(tell(world.worker, "2-1", "3-1", 60000, true, &wait_ms), QUEUE_NOTICE_EARLY);
    assert_in_range(wait_ms, 1, 60000);
    assert_noticed("2-1");
    RAW_DO(&world, "HINCRBY", WORLD_KEY("meta"), "noticed_ms", "-60000");
    assert_int_equal(tell(world.worker, "2-1", "3-1", 60000, true, &wait_ms), QUEUE_NOTICE_DONE);
    RAW_DO(&world, "HINCRBY", WORLD_KEY("meta"), "noticed_ms",
           "9999999"); /* the clock was put back */
    assert_int_equal(tell(world.worker, "3-1", "4-1", 60000, true, &wait_ms), QUEUE_NOTICE_DONE);
    assert_int_equal(RAW_INT(&world, "XLEN", WORLD_KEY("replies")), 3);
}

static void events_are_kept_until_the_administrators_are_told(void **state)
{
    char id[REDIS_ID_SIZE] = "0-0";
    struct err err = ERR_INIT;
    int64_t wait_ms = 0;

    (void)state;
    RAW_DO(&world, "HSET", WORLD_KEY("meta"), "noticed", "0-0");
    add_events(10, 1, 4);
    (void)follow(id, 4, 1);
    assert_true(queue_events_followed(world.worker, "bot.db", id, true, &err));
    assert_int_equal(events_kept(), 4);
    assert_int_equal(tell(world.worker, "0-0", id, 0, true, &wait_ms), QUEUE_NOTICE_DONE);
    assert_true(queue_events_followed(world.worker, "bot.db", id, true, &err));
    assert_int_equal(events_kept(), 0);
}

static void nothing_old_is_told(void **state)
{
    char id[REDIS_ID_SIZE] = "0-0";
    char noticed[REDIS_ID_SIZE];
    struct err err = ERR_INIT;

    (void)state;
    add_events(10, 1, 3);
    (void)follow(id, 3, 1);
    RAW_DO(&world, "HDEL", WORLD_KEY("meta"), "noticed");
    assert_false(queue_noticed(world.worker, noticed, &err)); /* Redis was emptied under it */
    assert_int_equal(err.kind, ERR_RETRY);
    err = ERR_INIT;
    assert_true(queue_prepare(world.worker, &err));
    assert_noticed(id);
}

/* ---- live state ---- */

static void state_is_read_and_written(void **state)
{
    struct err err = ERR_INIT;
    struct buf out;
    bool found = true;

    (void)state;
    buf_init(&out, 100);
    assert_true(state_get(world.worker, KEY_CACHE, "a", &found, &out, &err));
    assert_false(found);
    assert_true(state_set(world.worker, KEY_CACHE, "a", "one", 100, &err));
    assert_in_range(RAW_INT(&world, "TTL", "{t}:cache:a"), 90, 100);
    assert_true(state_get(world.worker, KEY_CACHE, "a", &found, &out, &err));
    assert_true(found);
    assert_true(state_hset(world.worker, KEY_META, "", "bot", ",two", &err));
    assert_true(state_hget(world.worker, KEY_META, "", "bot", &found, &out, &err));
    assert_true(found);
    assert_true(state_hget(world.worker, KEY_META, "", "none", &found, &out, &err));
    assert_false(found);
    assert_string_equal(buf_text(&out), "one,two"); /* appended */
    assert_true(state_del(world.worker, KEY_CACHE, "a", &err));
    assert_true(state_get(world.worker, KEY_CACHE, "a", &found, &out, &err));
    assert_false(found);
    buf_free(&out);
}

static void numbers_are_read_together(void **state)
{
    const char *const tails[] = {"u1", "u2", "u3", "u4"};
    int64_t numbers[] = {9, 9, 9, 9};
    struct err err = ERR_INIT;

    (void)state;
    assert_true(state_set(world.worker, KEY_SLOT, "u1", "9007199254740991", 100, &err));
    assert_true(state_set(world.worker, KEY_SLOT, "u3", "no number", 100, &err));
    assert_true(state_hset(world.worker, KEY_SLOT, "u4", "field", "4", &err));
    assert_true(state_numbers(world.worker, KEY_SLOT, tails, ARRAY_LEN(tails), numbers, &err));
    assert_int_equal(numbers[0], INT64_C(9007199254740991));
    assert_int_equal(numbers[1] + numbers[2] + numbers[3], 0);
}

enum { MANY_HASHES = 2500 };

static void a_field_of_many_hashes_is_read_together(void **state)
{
    static char names[MANY_HASHES][8];
    const char *tails[MANY_HASHES];
    struct state_hash *hash = NULL;
    struct err err = ERR_INIT;

    (void)state;
    for (size_t i = 0; i < MANY_HASHES; i++) {
        (void)snprintf(names[i], sizeof(names[i]), "%zu", i);
        tails[i] = names[i];
    }
    RAW_DO(&world, "HSET", "{t}:grants:0", "shop.ru", "E", "blog.shop.ru", "D");
    RAW_DO(&world, "HSET", "{t}:grants:1", "blog.shop.ru", "D");
    RAW_DO(&world, "HSET", "{t}:grants:2499", "shop.ru", "");
    assert_true(
        state_hget_each(world.worker, KEY_GRANTS, tails, MANY_HASHES, "shop.ru", &hash, &err));
    assert_int_equal(state_hash_count(hash), 2);
    assert_string_equal(state_hash_find(hash, "0"), "E");
    assert_string_equal(state_hash_find(hash, "2499"), "");
    state_hash_free(hash);
    assert_true(state_hget_each(world.worker, KEY_GRANTS, tails, 0, "shop.ru", &hash, &err));
    assert_int_equal(state_hash_count(hash), 0);
    state_hash_free(hash);
    RAW_DO(&world, "SET", "{t}:grants:7", "no hash");
    assert_false(
        state_hget_each(world.worker, KEY_GRANTS, tails, MANY_HASHES, "shop.ru", &hash, &err));
    assert_non_null(strstr(err.message, "WRONGTYPE"));
}

static const struct state_read TWO_READS[] = {
    {.key = KEY_CACHE, .tail = "a"},
    {.key = KEY_GRANTS, .tail = "1", .hash = true},
};

static void assert_cached(const char *wanted)
{
    struct err err = ERR_INIT;
    bool found = false;
    struct buf out;

    buf_init(&out, 100);
    assert_true(state_get(world.worker, KEY_CACHE, "a", &found, &out, &err));
    assert_true(found);
    assert_string_equal(buf_text(&out), wanted);
    buf_free(&out);
}

static void what_is_read_ahead_answers_once(void **state)
{
    struct state_hash *hash = NULL;
    struct err err = ERR_INIT;

    (void)state;
    RAW_DO(&world, "SET", "{t}:cache:a", "old");
    RAW_DO(&world, "HSET", "{t}:grants:1", "shop.ru", "E");
    assert_true(state_read_ahead(world.worker, TWO_READS, ARRAY_LEN(TWO_READS), &err));
    RAW_DO(&world, "SET", "{t}:cache:a", "new");
    RAW_DO(&world, "DEL", "{t}:grants:1");
    assert_cached("old");
    assert_cached("new");
    assert_true(state_read_ahead(world.worker, TWO_READS, 1, &err));
    RAW_DO(&world, "SET", "{t}:cache:a", "newer");
    assert_true(state_read_ahead(world.worker, TWO_READS, ARRAY_LEN(TWO_READS), &err));
    assert_cached("new");
    assert_true(state_hgetall(world.worker, KEY_GRANTS, "1", &hash, &err));
    assert_string_equal(state_hash_find(hash, "shop.ru"), "E");
    state_hash_free(hash);
    assert_true(state_hgetall(world.worker, KEY_GRANTS, "1", &hash, &err));
    assert_int_equal(state_hash_count(hash), 0);
    state_hash_free(hash);
}

/* A field, the same field of another hash, and the whole of the first hash are three things. */
static void a_field_is_read_ahead_apart_from_its_hash(void **state)
{
    static const struct state_read FIELD = {.key = KEY_ACCESS, .tail = "", .field = "1"};
    struct state_hash *hash = NULL;
    struct err err = ERR_INIT;
    bool found = true;
    struct buf out;

    (void)state;
    buf_init(&out, 100);
    RAW_DO(&world, "HSET", "{t}:access", "1", "Ann");
    assert_true(state_read_ahead(world.worker, &FIELD, 1, &err));
    RAW_DO(&world, "HSET", "{t}:access", "1", "Boris");
    assert_true(state_hget(world.worker, KEY_CREATORS, "", "1", &found, &out, &err));
    assert_false(found);
    assert_true(state_hgetall(world.worker, KEY_ACCESS, "", &hash, &err));
    assert_string_equal(state_hash_find(hash, "1"), "Boris");
    state_hash_free(hash);
    assert_true(state_hget(world.worker, KEY_ACCESS, "", "1", &found, &out, &err));
    assert_string_equal(buf_text(&out), "Ann");
    assert_true(state_hget(world.worker, KEY_ACCESS, "", "1", &found, &out, &err));
    assert_string_equal(buf_text(&out), "AnnBoris");
    buf_free(&out);
}

static void what_is_read_ahead_is_forgotten_with_its_update(void **state)
{
    struct queue_job *job;
    struct err err = ERR_INIT;

    (void)state;
    RAW_DO(&world, "SET", "{t}:cache:a", "1");
    assert_true(state_read_ahead(world.worker, TWO_READS, 1, &err));
    RAW_DO(&world, "SET", "{t}:cache:a", "2");
    assert_true(state_set(world.worker, KEY_CACHE, "b", "x", 60, &err));
    assert_cached("2");
    world_push(&world, 10, ANN);
    assert_true(state_read_ahead(world.worker, TWO_READS, 1, &err));
    RAW_DO(&world, "SET", "{t}:cache:a", "3");
    job = world_take_id(world.worker, "w1", 10);
    assert_cached("3");
    assert_true(state_read_ahead(world.worker, TWO_READS, 1, &err));
    RAW_DO(&world, "SET", "{t}:cache:a", "4");
    assert_null(world_done(world.worker, "w1", job));
    assert_cached("4");
}

static void a_wrong_type_fails_where_it_is_asked_for(void **state)
{
    struct state_hash *hash = NULL;
    struct err err = ERR_INIT;

    (void)state;
    RAW_DO(&world, "SET", "{t}:cache:a", "1");
    RAW_DO(&world, "SET", "{t}:grants:1", "text");
    assert_true(state_read_ahead(world.worker, TWO_READS, ARRAY_LEN(TWO_READS), &err));
    assert_cached("1");
    assert_false(state_hgetall(world.worker, KEY_GRANTS, "1", &hash, &err));
    assert_int_equal(err.kind, ERR_REJECT);
}

static void a_hash_is_read_whole(void **state)
{
    struct state_hash *hash = NULL;
    struct err err = ERR_INIT;

    (void)state;
    assert_true(state_hgetall(world.worker, KEY_GRANTS, "1", &hash, &err));
    assert_int_equal(state_hash_count(hash), 0);
    assert_null(state_hash_find(hash, "example.com"));
    state_hash_free(hash);
    RAW_DO(&world, "HSET", "{t}:grants:1", "example.com", "ED", "example.org", "");
    assert_true(state_hgetall(world.worker, KEY_GRANTS, "1", &hash, &err));
    assert_int_equal(state_hash_count(hash), 2);
    assert_string_equal(state_hash_find(hash, "example.com"), "ED");
    assert_string_equal(state_hash_find(hash, "example.org"), "");
    assert_null(state_hash_find(hash, "example"));
    assert_string_equal(state_hash_name(hash, 0), "example.com");
    assert_string_equal(state_hash_value(hash, 0), "ED");
    state_hash_free(hash);
    state_hash_free(NULL);
}

static void state_of_another_type_is_refused(void **state)
{
    struct state_hash *hash = NULL;
    struct err err = ERR_INIT;
    struct buf out;
    bool found = false;

    (void)state;
    buf_init(&out, 4);
    RAW_DO(&world, "SET", "{t}:grants:1", "12345");
    assert_false(state_hgetall(world.worker, KEY_GRANTS, "1", &hash, &err));
    assert_error(&err, ERR_REJECT, "WRONGTYPE");
    assert_false(state_get(world.worker, KEY_GRANTS, "1", &found, &out, &err));
    assert_error(&err, ERR_REJECT, "a value above 4 bytes");
    buf_free(&out);
}

static void a_very_long_key_is_not_cut(void **state)
{
    char tail[2 * QUEUE_KEY_SIZE];
    struct err err = ERR_INIT;
    struct buf out;
    bool found = true;

    (void)state;
    buf_init(&out, 100);
    memset(tail, 'x', sizeof(tail));
    tail[sizeof(tail) - 1] = '\0';
    assert_true(state_set(world.worker, KEY_CACHE, tail, "long", 100, &err));
    tail[sizeof(tail) - 2] = 'y';
    assert_true(state_get(world.worker, KEY_CACHE, tail, &found, &out, &err));
    assert_false(found);
    buf_free(&out);
}

/* ---- main ---- */

/* ---- the gateways' lease ---- */

enum { TTL_MS = 60000 };

static struct queue_lease lease(const char *holder, int64_t ttl_ms, enum queue_lease_action action)
{
    struct queue_lease out;
    struct err err = ERR_INIT;

    if (!queue_lease(world.gateway, holder, ttl_ms, action, &out, &err)) {
        fail_msg("%s", err.message);
    }
    return out;
}

static void assert_held_by(const char *holder)
{
    assert_string_equal(RAW_TEXT(&world, "GET", WORLD_KEY("lease:gateway")), holder);
}

static void the_lease_goes_to_the_first(void **state)
{
    struct queue_lease first = lease("a-1", TTL_MS, QUEUE_LEASE_ACQUIRE);
    struct queue_lease second = lease("b-2", TTL_MS, QUEUE_LEASE_ACQUIRE);

    (void)state;
    assert_true(first.done);
    assert_false(second.done);
    assert_string_equal(second.holder, "a-1");
    assert_in_range(second.left_ms, 1, TTL_MS);
    assert_true(lease("a-1", TTL_MS, QUEUE_LEASE_ACQUIRE).done);
}

static void only_the_holder_renews_the_lease(void **state)
{
    (void)state;
    assert_true(lease("a-1", TTL_MS, QUEUE_LEASE_ACQUIRE).done);
    assert_false(lease("b-2", TTL_MS, QUEUE_LEASE_RENEW).done);
    assert_held_by("a-1");
    assert_true(lease("a-1", 2 * TTL_MS, QUEUE_LEASE_RENEW).done);
    assert_in_range(RAW_INT(&world, "PTTL", WORLD_KEY("lease:gateway")), TTL_MS + 1, 2 * TTL_MS);
}

static void only_the_holder_releases_the_lease(void **state)
{
    (void)state;
    assert_true(lease("a-1", TTL_MS, QUEUE_LEASE_ACQUIRE).done);
    assert_false(lease("b-2", TTL_MS, QUEUE_LEASE_RELEASE).done);
    assert_held_by("a-1");
    assert_true(lease("a-1", TTL_MS, QUEUE_LEASE_RELEASE).done);
    assert_true(lease("b-2", TTL_MS, QUEUE_LEASE_ACQUIRE).done);
}

static void a_lease_that_ran_out_is_free(void **state)
{
    struct queue_lease next = {.done = false};
    int64_t deadline_ms = clock_monotonic_ms() + WAIT_MS;

    (void)state;
    assert_true(lease("a-1", 50, QUEUE_LEASE_ACQUIRE).done);
    while (!next.done && clock_monotonic_ms() < deadline_ms) {
        next = lease("b-2", TTL_MS, QUEUE_LEASE_ACQUIRE);
    }
    assert_held_by("b-2");
}

static void a_forgotten_lease_is_acquired_not_renewed(void **state)
{
    struct queue_lease renewed;

    (void)state;
    assert_true(lease("a-1", TTL_MS, QUEUE_LEASE_ACQUIRE).done);
    world_clear(&world);
    renewed = lease("a-1", TTL_MS, QUEUE_LEASE_RENEW);
    assert_false(renewed.done);
    assert_string_equal(renewed.holder, "");
    assert_true(lease("a-1", TTL_MS, QUEUE_LEASE_ACQUIRE).done);
}

/* clang-format off */
static const struct CMUnitTest TESTS[] = {
    BEHAVIOUR("the lease goes to the first",                       the_lease_goes_to_the_first),
    BEHAVIOUR("only the holder renews the lease",                  only_the_holder_renews_the_lease),
    BEHAVIOUR("only the holder releases the lease",                only_the_holder_releases_the_lease),
    BEHAVIOUR("a lease that ran out is free",                      a_lease_that_ran_out_is_free),
    BEHAVIOUR("a forgotten lease is acquired, not renewed",        a_forgotten_lease_is_acquired_not_renewed),
    BEHAVIOUR("replies come in order",                             replies_come_in_order),
    BEHAVIOUR("a reply may hold the largest file",                 a_reply_may_hold_the_largest_file),
    BEHAVIOUR("a question waits while other calls go on",          a_question_waits_while_other_calls_go_on),
    BEHAVIOUR("a question may be answered with nothing",           a_question_may_be_answered_with_nothing),
    BEHAVIOUR("unsettled replies are found again, page by page",   unsettled_replies_are_found_again),
    BEHAVIOUR("deleted replies do not end the search",             deleted_replies_do_not_end_the_search),
    BEHAVIOUR("a sent reply is gone and its slot known",           a_sent_reply_is_gone_and_its_slot_known),
    BEHAVIOUR("many sent replies are settled at once",             many_sent_replies_are_settled_at_once),
    BEHAVIOUR("numbers are read together",                         numbers_are_read_together),
    BEHAVIOUR("a field of many hashes is read together",           a_field_of_many_hashes_is_read_together),
    BEHAVIOUR("what is read ahead answers once",                   what_is_read_ahead_answers_once),
    BEHAVIOUR("a field is read ahead apart from its hash",         a_field_is_read_ahead_apart_from_its_hash),
    BEHAVIOUR("what is read ahead is forgotten with its update",   what_is_read_ahead_is_forgotten_with_its_update),
    BEHAVIOUR("a wrong type fails where it is asked for",          a_wrong_type_fails_where_it_is_asked_for),
    BEHAVIOUR("a dead reply is kept with the reason",              a_dead_reply_is_kept_with_the_reason),
    BEHAVIOUR("an announcement is made once",                      an_announcement_is_made_once),
    BEHAVIOUR("a hanging server does not keep a question",         a_hanging_server_does_not_keep_a_question),
    BEHAVIOUR("an empty server is prepared after a restart",       an_empty_server_is_prepared_after_a_restart),
    BEHAVIOUR("a library that was flushed is loaded again",        a_library_that_was_flushed_is_loaded_again),
    BEHAVIOUR("a server without functions is refused",             a_server_without_functions_is_refused),
    BEHAVIOUR("keys are built as operators see them",              keys_are_built_as_operators_see_them),
    BEHAVIOUR("events are read in order",                          events_are_read_in_order),
    BEHAVIOUR("reading events waits for one",                      reading_events_waits_for_one),
    BEHAVIOUR("events are trimmed behind the slowest follower",    events_are_trimmed_behind_the_slowest),
    BEHAVIOUR("nothing is trimmed without a follower",             nothing_is_trimmed_without_a_follower),
    BEHAVIOUR("a follower may fall back",                          a_follower_may_fall_back),
    BEHAVIOUR("administrators are told once, whoever tells",       administrators_are_told_once_whoever_tells),
    BEHAVIOUR("administrators are told at intervals",              administrators_are_told_at_intervals),
    BEHAVIOUR("events are kept until administrators are told",     events_are_kept_until_the_administrators_are_told),
    BEHAVIOUR("nothing old is told",                               nothing_old_is_told),
    BEHAVIOUR("state is read and written",                         state_is_read_and_written),
    BEHAVIOUR("a hash is read whole",                              a_hash_is_read_whole),
    BEHAVIOUR("state of another type is refused",                  state_of_another_type_is_refused),
    BEHAVIOUR("a very long key is not cut",                        a_very_long_key_is_not_cut),
    {"an older library is replaced", an_older_library_is_replaced, world_fresh, restore_library, NULL},
    {"a newer library is kept",      a_newer_library_is_kept,      world_fresh, restore_library, NULL},
};
/* clang-format on */

int main(void)
{
    struct CMUnitTest tests[ARRAY_LEN(TESTS) + ARRAY_LEN(argument_rows) + ARRAY_LEN(odd_rows) +
                            ARRAY_LEN(call_rows)];
    size_t count = ARRAY_LEN(TESTS);

    memcpy(tests, TESTS, sizeof(TESTS));
    count = world_add_arguments(tests, count, argument_rows, ARRAY_LEN(argument_rows));
    for (size_t i = 0; i < ARRAY_LEN(odd_rows); i++) {
        tests[count++] = (struct CMUnitTest){odd_rows[i].name, an_odd_answer_is_fatal, world_fresh,
                                             restore_library, &odd_rows[i]};
    }
    for (size_t i = 0; i < ARRAY_LEN(call_rows); i++) {
        tests[count++] = (struct CMUnitTest){call_rows[i].name, any_odd_answer_is_fatal,
                                             world_fresh, restore_library, &call_rows[i]};
    }
    return cmocka_run_group_tests_name("queue, way out", tests, world_set_up, world_tear_down);
}
