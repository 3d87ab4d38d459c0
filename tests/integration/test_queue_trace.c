/* SPDX-License-Identifier: MIT */
/* The trace: which step leaves what, what it survives, and how it is read. */
#include "shared/base/buf.h"
#include "shared/base/mem.h"
#include "shared/queue/intent.h"
#include "shared/queue/trace.h"
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

enum { LINES_MAX_BYTES = 1 << 20, PARTS_MOST = 1000 };

/* ---- reading ---- */

static const char *value_of(const struct queue_entry *entry, const char *name)
{
    for (size_t i = 0; i < entry->field_count; i++) {
        if (strcmp(entry->fields[i].name, name) == 0) {
            return entry->fields[i].value;
        }
    }
    return NULL;
}

/* What differs from run to run is left out. */
static void add_line(const struct queue_entry *entry, struct buf *out)
{
    static const char *const LEFT_OUT[] = {"ref",         "chat_id",   "step",    "by",     "id",
                                           "received_ms", "waited_ms", "took_ms", "idle_ms"};

    buf_addf(out, "%s %s", value_of(entry, "step"), value_of(entry, "by"));
    for (size_t i = 0; i < entry->field_count; i++) {
        bool left_out = false;

        for (size_t j = 0; j < ARRAY_LEN(LEFT_OUT); j++) {
            left_out = left_out || strcmp(entry->fields[i].name, LEFT_OUT[j]) == 0;
        }
        if (!left_out) {
            buf_addf(out, " %s=%s", entry->fields[i].name, entry->fields[i].value);
        }
    }
    buf_addf(out, "\n");
}

/* The steps of an update, a line each; owned by the caller. *out_parts is how many it took to read.
 */
static char *read_steps(int64_t update_id, size_t *out_parts)
{
    char cursor[REDIS_ID_SIZE] = "";
    struct buf lines;
    size_t parts = 0;
    char *text;

    buf_init(&lines, LINES_MAX_BYTES);
    do {
        struct queue_batch *batch = NULL;
        struct err err = ERR_INIT;

        if (!queue_trace_part(world.worker, update_id, cursor, &batch, &err)) {
            fail_msg("%s", err.message);
        }
        for (size_t i = 0; i < queue_batch_count(batch); i++) {
            struct queue_entry entry = queue_batch_entry(batch, i);

            add_line(&entry, &lines);
        }
        queue_batch_free(batch);
        parts++;
    } while (cursor[0] != '\0' && parts < PARTS_MOST);
    text = xstrdup(buf_text(&lines));
    buf_free(&lines);
    *out_parts = parts;
    return text;
}

static void assert_steps(int64_t update_id, const char *lines)
{
    size_t parts;
    char *found = read_steps(update_id, &parts);

    assert_string_equal(found, lines);
    free(found);
}

/* ---- what each step leaves ---- */

static const struct queue_intent INTENT = {
    .step = 1, .class = 'N', .what = "domain/addSubdomainVirtual shop.example.com", .before = "[]"};

static enum queue_may begin(const char *consumer, const struct queue_job *job)
{
    enum queue_may may = QUEUE_MAY_LOST;
    struct err err = ERR_INIT;
    struct buf told;

    buf_init(&told, 1000);
    assert_true(queue_begin(world.worker, consumer, queue_job_id(job), &INTENT, &may, &told, &err));
    buf_free(&told);
    return may;
}

static void emit(const struct queue_job *job, const char *call)
{
    struct queue_outcome *outcome = queue_outcome_new();
    struct err err = ERR_INIT;
    bool owner = false;

    if (call) {
        queue_outcome_trace(outcome, "call", call);
    }
    assert_true(queue_emit(world.worker, "w1", queue_job_id(job), outcome, &owner, &err));
    assert_true(owner);
    queue_outcome_free(outcome);
}

/* Finishes `job` of "w1", which is released, with a reply, an event and two calls. */
static struct queue_job *finish(struct queue_job *job, int64_t update_id)
{
    struct queue_outcome *outcome = queue_outcome_new();
    struct queue_job *next = NULL;
    struct err err = ERR_INIT;
    bool owner = false;

    queue_outcome_reply(outcome, &(struct reply){.ref = update_id,
                                                 .chat_id = ANN,
                                                 .method = "sendMessage",
                                                 .slot = "u10",
                                                 .payload = "{}"});
    queue_outcome_event(outcome, &(struct event){.ref = update_id,
                                                 .chat_id = ANN,
                                                 .user = "",
                                                 .action = "sub_add",
                                                 .target = "shop.example.com",
                                                 .result = EVENT_OK,
                                                 .before = "",
                                                 .after = ""});
    queue_outcome_trace(outcome, "run_ms", "12");
    queue_outcome_trace(outcome, "call", "method=domain/getList");
    queue_outcome_trace(outcome, "call", "method=dns/getData");
    assert_true(queue_done(world.worker, "w1", queue_job_id(job), outcome, &owner, &next, &err));
    assert_true(owner);
    queue_outcome_free(outcome);
    queue_job_free(job);
    return next;
}

/* The ID of the only reply, handed to the sender; valid until the next call. */
static const char *reply_id(void)
{
    static char id[REDIS_ID_SIZE];
    struct redis_reply *range = RAW(&world, "XRANGE", "{t}:replies", "-", "+");

    RAW_DO(&world, "XREADGROUP", "GROUP", GROUP_GATEWAY, "sender", "STREAMS", "{t}:replies", ">");
    assert_int_equal(redis_reply_count(range), 1);
    (void)snprintf(id, sizeof(id), "%s",
                   redis_reply_text(redis_reply_item(redis_reply_item(range, 0), 0), NULL));
    redis_reply_free(range);
    return id;
}

static void settle(const struct queue_delivery *delivery)
{
    const struct queue_sent row = {
        .entry_id = reply_id(), .slot = "", .message_id = 77, .delivery = *delivery};
    struct err err = ERR_INIT;

    assert_true(queue_replies_sent(world.gateway, &row, 1, &err));
    assert_true(queue_replies_sent(world.gateway, &row, 1, &err)); /* its answer was lost */
}

static void a_change_leaves_all_its_steps(void **state)
{
    struct queue_job *job;
    struct err err = ERR_INIT;
    bool owner;

    (void)state;
    world_push(&world, 10, ANN);
    job = world_take_id(world.worker, "w1", 10);
    emit(job, NULL); /* nothing for people in it */
    emit(job, "method=domain/getSubdomainList");
    assert_int_equal(begin("w1", job), QUEUE_MAY_CALL);
    assert_true(queue_record(world.worker, "w1", queue_job_id(job), 1, "{}", &owner, &err));
    assert_true(queue_record(world.worker, "w1", queue_job_id(job), 1, "{}", &owner, &err));
    assert_null(finish(job, 10));
    settle(&(struct queue_delivery){
        .ref = 10, .chat_id = ANN, .method = "editMessageText", .message_id = 77, .tries = 3});
    assert_steps(10,
                 "taken w1 kind=message deliveries=1\n"
                 "progress w1 call=method=domain/getSubdomainList\n"
                 "begun w1 what=domain/addSubdomainVirtual shop.example.com class=N\n"
                 "recorded w1 what=domain/addSubdomainVirtual shop.example.com\n"
                 "done w1 did=sub_add target=shop.example.com result=ok replies=1 run_ms=12"
                 " call=method=domain/getList call=method=dns/getData\n"
                 "delivered gateway method=editMessageText message_id=77 tries=3\n");
}

static void an_update_is_followed_from_worker_to_worker(void **state)
{
    struct err err = ERR_INIT;
    struct queue_job *job;
    bool dead;

    (void)state;
    world_push(&world, 10, ANN);
    job = world_take_id(world.worker, "w1", 10);
    assert_true(queue_give_back(world.worker, "w1", queue_job_id(job), &err));
    queue_job_free(job);
    job = world_take_id(world.worker, "w1", 10);
    assert_int_equal(begin("w1", job), QUEUE_MAY_CALL);
    world_age(&world, "w1", queue_job_id(job));
    queue_job_free(job);
    job = world_reap(world.other, "w2", &dead);
    assert_int_equal(begin("w2", job), QUEUE_MAY_DOUBT);
    assert_null(world_done(world.other, "w2", job));
    assert_steps(10,
                 "taken w1 kind=message deliveries=1\n"
                 "given_back w1\n"
                 "taken w1 kind=message deliveries=1\n"
                 "begun w1 what=domain/addSubdomainVirtual shop.example.com class=N\n"
                 "reaped w2 from=w1 deliveries=2\n"
                 "not_begun w2 what=domain/addSubdomainVirtual shop.example.com why=doubt\n"
                 "done w2 did= target= result= replies=0\n");
}

static void what_is_handed_over_is_taken(void **state)
{
    struct queue_job *job;

    (void)state;
    world_push(&world, 10, ANN);
    world_push(&world, 11, ANN);
    job = world_take_id(world.worker, "w1", 10);
    assert_null(world_take(world.other, "w2")); /* it is parked */
    job = world_done(world.worker, "w1", job);
    assert_non_null(job);
    queue_job_free(job);
    assert_steps(11, "taken w1 kind=message deliveries=1\n");
}

static void a_death_and_what_people_do_are_kept(void **state)
{
    char id[REDIS_ID_SIZE];
    struct redis_reply *range;

    (void)state;
    world_push(&world, 10, ANN);
    world_let_die(world_take_id(world.worker, "w1", 10));
    range = RAW(&world, "XRANGE", "{t}:dead", "-", "+");
    (void)snprintf(id, sizeof(id), "%s",
                   redis_reply_text(redis_reply_item(redis_reply_item(range, 0), 0), NULL));
    redis_reply_free(range);
    assert_string_equal(ASK("bq_retry", id, "ann", "it is repaired"),
                        "update 10 waits again, behind all others");
    (void)ASK("bq_cancel", "10", "boris", "not wanted", "cancelled");
    assert_steps(10,
                 "taken w1 kind=message deliveries=1\n"
                 "reaped w2 from=w1 deliveries=2\n"
                 "reaped w2 from=w2 deliveries=3\n"
                 "dead w2 from=w2 deliveries=3\n"
                 "operator ann verb=retry why=it is repaired\n"
                 "operator boris verb=cancel why=not wanted\n");
}

static void a_reply_that_is_given_up_says_why(void **state)
{
    struct err err = ERR_INIT;

    (void)state;
    world_push(&world, 10, ANN);
    assert_null(finish(world_take_id(world.worker, "w1", 10), 10));
    assert_true(queue_reply_dead(world.gateway, reply_id(), "403 blocked", &err));
    assert_true(queue_reply_dead(world.gateway, "1-1", "403 blocked", &err)); /* is not there */
    assert_steps(10,
                 "taken w1 kind=message deliveries=1\n"
                 "done w1 did=sub_add target=shop.example.com result=ok replies=1 run_ms=12"
                 " call=method=domain/getList call=method=dns/getData\n"
                 "undeliverable gateway method=sendMessage reason=403 blocked\n");
}

static void every_part_of_a_reply_is_delivered_by_itself(void **state)
{
    const struct queue_delivery part = {.ref = 10,
                                        .chat_id = ANN,
                                        .method = "sendMessage",
                                        .message_id = 76,
                                        .tries = 1,
                                        .part = 1,
                                        .parts = 2};
    struct err err = ERR_INIT;

    (void)state;
    world_push(&world, 10, ANN);
    assert_null(finish(world_take_id(world.worker, "w1", 10), 10));
    RAW_DO(&world, "DEL", "{t}:trace");
    assert_true(queue_part_sent(world.gateway, "u10.1", &part, &err));
    assert_string_equal(RAW_TEXT(&world, "GET", "{t}:slot:u10.1"), "76");
    settle(&(struct queue_delivery){.ref = 10,
                                    .chat_id = ANN,
                                    .method = "sendMessage",
                                    .message_id = 77,
                                    .tries = 1,
                                    .part = 2,
                                    .parts = 2,
                                    .dropped = "no such message"});
    assert_steps(10,
                 "delivered gateway method=sendMessage message_id=76 tries=1 part=1 parts=2\n"
                 "dropped gateway method=sendMessage message_id=77 tries=1 part=2 parts=2"
                 " why=no such message\n");
}

static void what_answers_no_update_leaves_none(void **state)
{
    (void)state;
    world_push(&world, 10, ANN);
    assert_null(finish(world_take_id(world.worker, "w1", 10), 10));
    RAW_DO(&world, "DEL", "{t}:trace");
    settle(&(struct queue_delivery){.ref = 0});
    assert_int_equal(RAW_INT(&world, "EXISTS", "{t}:trace"), 0);
    assert_int_equal(RAW_INT(&world, "XLEN", "{t}:replies"), 0);
}

/* ---- what it survives ---- */

static void another_type_in_its_place_breaks_nothing(void **state)
{
    char cursor[REDIS_ID_SIZE] = "";
    struct queue_batch *batch = NULL;
    struct err err = ERR_INIT;
    struct queue_job *job;

    (void)state;
    RAW_DO(&world, "SET", "{t}:trace", "mine");
    world_push(&world, 10, ANN);
    job = world_take_id(world.worker, "w1", 10);
    assert_int_equal(begin("w1", job), QUEUE_MAY_CALL);
    emit(job, "method=domain/getList");
    assert_null(finish(job, 10));
    settle(&(struct queue_delivery){.ref = 10, .chat_id = ANN, .method = "sendMessage"});
    world_assert_idle(&world);
    assert_int_equal(RAW_INT(&world, "XLEN", "{t}:replies"), 0);
    assert_string_equal(RAW_TEXT(&world, "GET", "{t}:trace"), "mine");
    assert_false(queue_trace_part(world.worker, 10, cursor, &batch, &err));
    assert_error(&err, ERR_REJECT, "WRONGTYPE");
}

/* Steps of another update. */
static void fill(const char *from, const char *to)
{
    RAW_DO(&world, "EVAL",
           "for i = ARGV[1], ARGV[2] do redis.call('XADD', KEYS[1], i .. '-1', 'ref', '99',"
           " 'chat_id', '1', 'step', 'taken', 'by', 'w1') end",
           "1", "{t}:trace", from, to);
}

static void its_length_is_bounded(void **state)
{
    (void)state;
    fill("1", "101000");
    world_push(&world, 10, ANN);
    queue_job_free(world_take_id(world.worker, "w1", 10));
    assert_in_range(RAW_INT(&world, "XLEN", "{t}:trace"), 100000, 100200);
    assert_steps(10, "taken w1 kind=message deliveries=1\n");
}

/* ---- how it is read ---- */

static void what_lies_between_is_passed_over(void **state)
{
    size_t parts;
    char *found;

    (void)state;
    RAW_DO(&world, "XADD", "{t}:trace", "5-1", "ref", "10", "step", "taken", "by", "w1");
    RAW_DO(&world, "XADD", "{t}:trace", "5-2", "ref", "100", "step", "taken", "by", "w1");
    fill("6", "2505");
    RAW_DO(&world, "XADD", "{t}:trace", "2506-1", "ref", "10", "step", "done", "by", "w1");
    RAW_DO(&world, "XADD", "{t}:trace", "2506-2", "ref", "10", "step", "delivered", "by", "gw");
    found = read_steps(10, &parts);
    assert_string_equal(found, "taken w1\ndone w1\ndelivered gw\n");
    assert_int_equal(parts, 3);
    free(found);
}

static void it_is_read_from_the_updates_arrival_on(void **state)
{
    size_t parts;
    char *found;

    (void)state;
    fill("1", "5000");
    RAW_DO(&world, "HSET", "{t}:meta", "bot_id", "7");
    world_push(&world, 10, ANN);
    queue_job_free(world_take_id(world.worker, "w1", 10));
    found = read_steps(10, &parts);
    assert_string_equal(found, "taken w1 kind=message deliveries=1\n");
    assert_int_equal(parts, 1);
    free(found);
}

static int64_t ref_of(const struct queue_batch *batch, size_t index)
{
    struct queue_entry entry = queue_batch_entry(batch, index);

    return (int64_t)strtoimax(value_of(&entry, "ref"), NULL, 10);
}

static void the_last_steps_come_newest_first(void **state)
{
    struct queue_batch *batch = NULL;
    struct err err = ERR_INIT;

    (void)state;
    for (int64_t id = 10; id < 15; id++) {
        world_push(&world, id, id - 9);
        queue_job_free(world_take_id(world.worker, "w1", id));
    }
    assert_true(queue_trace_last(world.worker, "+", 2, &batch, &err));
    assert_int_equal(queue_batch_count(batch), 2);
    assert_int_equal(ref_of(batch, 0), 14);
    assert_int_equal(ref_of(batch, 1), 13);
    {
        struct queue_batch *before = NULL;

        assert_true(
            queue_trace_last(world.worker, queue_batch_entry(batch, 1).id, 10, &before, &err));
        assert_int_equal(queue_batch_count(before), 3);
        assert_int_equal(ref_of(before, 0), 12);
        queue_batch_free(before);
    }
    queue_batch_free(batch);
}

static void new_steps_are_waited_for(void **state)
{
    struct queue_batch *batch = NULL;
    struct err err = ERR_INIT;

    (void)state;
    assert_true(queue_trace_tail(world.worker, "0-0", 10, 5, &batch, &err));
    assert_int_equal(queue_batch_count(batch), 0);
    queue_batch_free(batch);
    world_push(&world, 10, ANN);
    queue_job_free(world_take_id(world.worker, "w1", 10));
    assert_true(queue_trace_tail(world.worker, "0-0", 10, 10000, &batch, &err));
    assert_int_equal(queue_batch_count(batch), 1);
    assert_int_equal(ref_of(batch, 0), 10);
    queue_batch_free(batch);
}

/* ---- main ---- */

/* clang-format off */
static struct world_argument_row argument_rows[] = {
    /* what it shows                      call                                     answer */
    {"trace: no update",                  "bq_trace 1 {t}",                        "ERR bq_trace: update_id: missing"},
    {"trace: a name",                     "bq_trace 1 {t} ann ''",                 "ERR bq_trace: update_id: not a whole number"},
    {"trace: a place that is none",       "bq_trace 1 {t} 10 x",                   "ERR bq_trace: after: not the ID of an entry"},
    {"trace: too many",                   "bq_trace 1 {t} 10 1-1 x",               "ERR bq_trace: 1 arguments too many"},
    {"part: no message_id",               "bq_part 1 {t} u1",                      "ERR bq_part: message_id: missing"},
    {"part: a delivery without a step",   "bq_part 1 {t} u1 5 10 1",               "ERR bq_part: step: missing"},
    {"sent: a delivery without fields",   "bq_sent 1 {t} 1-1 u1 5 10 1 delivered", "ERR bq_sent: trace fields: missing"},
    {"sent: too many",                    "bq_sent 1 {t} 1-1 u1 5 10 1 a 1 b c d", "ERR bq_sent: 1 arguments too many"},
};

static const struct CMUnitTest TESTS[] = {
    BEHAVIOUR("a change leaves all its steps",                   a_change_leaves_all_its_steps),
    BEHAVIOUR("an update is followed from worker to worker",     an_update_is_followed_from_worker_to_worker),
    BEHAVIOUR("what is handed over is taken",                    what_is_handed_over_is_taken),
    BEHAVIOUR("a death, and what people do, are kept",           a_death_and_what_people_do_are_kept),
    BEHAVIOUR("a reply that is given up says why",               a_reply_that_is_given_up_says_why),
    BEHAVIOUR("every part of a reply is delivered by itself",    every_part_of_a_reply_is_delivered_by_itself),
    BEHAVIOUR("what answers no update leaves none",              what_answers_no_update_leaves_none),
    BEHAVIOUR("another type in its place breaks nothing",        another_type_in_its_place_breaks_nothing),
    BEHAVIOUR("its length is bounded",                           its_length_is_bounded),
    BEHAVIOUR("what lies between is passed over",                what_lies_between_is_passed_over),
    BEHAVIOUR("it is read from the update's arrival on",         it_is_read_from_the_updates_arrival_on),
    BEHAVIOUR("the last steps come newest first",                the_last_steps_come_newest_first),
    BEHAVIOUR("new steps are waited for",                        new_steps_are_waited_for),
};
/* clang-format on */

int main(void)
{
    struct CMUnitTest tests[ARRAY_LEN(TESTS) + ARRAY_LEN(argument_rows)];
    size_t count = ARRAY_LEN(TESTS);

    memcpy(tests, TESTS, sizeof(TESTS));
    count = world_add_arguments(tests, count, argument_rows, ARRAY_LEN(argument_rows));
    return cmocka_run_group_tests_name("queue, trace", tests, world_set_up, world_tear_down);
}
