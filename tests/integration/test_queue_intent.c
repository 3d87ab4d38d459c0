/* SPDX-License-Identifier: MIT */
/* Calls that change something: announced before they are made, made once, doubted for ever. */
#include "shared/base/mem.h"
#include "shared/queue/intent.h"
#include "tests/integration/queue_world.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define WHAT   "domain/addSubdomainVirtual shop.example.com"
#define BEFORE "{\"subdomains\":[]}"
#define RESULT "done"

static struct queue_intent intent_of(int64_t step)
{
    return (struct queue_intent){.step = step, .class = 'N', .what = WHAT, .before = BEFORE};
}

/* Begins; the text that came with the answer is kept until the next call. */
static char told[256];

static enum queue_may begin(struct queue *queue, const char *consumer, const char *id, int64_t step)
{
    const struct queue_intent intent = intent_of(step);
    enum queue_may may = QUEUE_MAY_LOST;
    struct err err = ERR_INIT;
    struct buf text;

    buf_init(&text, sizeof(told) - 1);
    if (!queue_begin(queue, consumer, id, &intent, &may, &text, &err)) {
        fail_msg("%s", err.message);
    }
    (void)snprintf(told, sizeof(told), "%s", buf_text(&text));
    buf_free(&text);
    return may;
}

/* Records RESULT; says whether as the owner. */
static bool record(struct queue *queue, const char *consumer, const char *id, int64_t step)
{
    struct err err = ERR_INIT;
    bool owner = false;

    if (!queue_record(queue, consumer, id, step, RESULT, &owner, &err)) {
        fail_msg("%s", err.message);
    }
    return owner;
}

static struct queue_job *take_new(int64_t update_id, int64_t chat_id)
{
    world_push(&world, update_id, chat_id);
    return world_take_id(world.worker, "w1", update_id);
}

/* An update whose deadline has passed, taken by w1. */
static struct queue_job *take_late(const char *deadline_ms)
{
    struct queue_job *job;

    RAW_DO(&world, "XADD", "{t}:updates", "1-10", "v", "1", "update_id", "10", "chat_id", "1",
           "user_id", "1", "user", "", "kind", "message", "text", "", "payload", "{}",
           "received_ms", "1", "deadline_ms", deadline_ms);
    job = world_take(world.worker, "w1");
    assert_non_null(job);
    return job;
}

/* The worker dies; w2 has its update. */
static struct queue_job *reap_from(const struct queue_job *job)
{
    struct queue_job *reaped;
    bool dead = false;

    world_age(&world, "w1", queue_job_id(job));
    reaped = world_reap(world.other, "w2", &dead);
    assert_non_null(reaped);
    assert_string_equal(queue_job_id(reaped), queue_job_id(job));
    return reaped;
}

/* ---- may it be called? ---- */

static void a_step_may_be_called_once(void **state)
{
    struct queue_job *job = take_new(10, ANN);

    (void)state;
    assert_int_equal(begin(world.worker, "w1", queue_job_id(job), 1), QUEUE_MAY_CALL);
    assert_string_equal(told, "");
    assert_int_equal(begin(world.worker, "w1", queue_job_id(job), 1), QUEUE_MAY_DOUBT);
    assert_string_equal(told, BEFORE);
    assert_int_equal(begin(world.worker, "w1", queue_job_id(job), 2), QUEUE_MAY_CALL);
    queue_job_free(job);
}

static void the_next_owner_is_told_of_the_doubt(void **state)
{
    struct queue_job *job = take_new(10, ANN);
    struct queue_job *reaped;

    (void)state;
    assert_int_equal(begin(world.worker, "w1", queue_job_id(job), 1), QUEUE_MAY_CALL);
    reaped = reap_from(job);
    assert_int_equal(begin(world.other, "w2", queue_job_id(job), 1), QUEUE_MAY_DOUBT);
    assert_string_equal(told, BEFORE);
    queue_job_free(job);
    queue_job_free(reaped);
}

static void the_next_owner_is_told_the_result(void **state)
{
    struct queue_job *job = take_new(10, ANN);
    struct queue_job *reaped;

    (void)state;
    assert_int_equal(begin(world.worker, "w1", queue_job_id(job), 1), QUEUE_MAY_CALL);
    assert_true(record(world.worker, "w1", queue_job_id(job), 1));
    reaped = reap_from(job);
    assert_int_equal(begin(world.other, "w2", queue_job_id(job), 1), QUEUE_MAY_ENDED);
    assert_string_equal(told, RESULT);
    assert_int_equal(begin(world.other, "w2", queue_job_id(job), 2), QUEUE_MAY_CALL);
    queue_job_free(job);
    queue_job_free(reaped);
}

static void what_is_given_back_keeps_its_intents(void **state)
{
    struct queue_job *job = take_new(10, ANN);
    struct err err = ERR_INIT;

    (void)state;
    assert_int_equal(begin(world.worker, "w1", queue_job_id(job), 1), QUEUE_MAY_CALL);
    assert_true(record(world.worker, "w1", queue_job_id(job), 1));
    assert_int_equal(begin(world.worker, "w1", queue_job_id(job), 2), QUEUE_MAY_CALL);
    assert_true(queue_give_back(world.worker, "w1", queue_job_id(job), &err));
    queue_job_free(job);
    job = world_take_id(world.other, "w2", 10);
    assert_int_equal(begin(world.other, "w2", queue_job_id(job), 1), QUEUE_MAY_ENDED);
    assert_int_equal(begin(world.other, "w2", queue_job_id(job), 2), QUEUE_MAY_DOUBT);
    queue_job_free(job);
}

static void only_the_owner_begins_and_records(void **state)
{
    struct queue_job *job = take_new(10, ANN);
    struct queue_job *reaped = reap_from(job);
    char *before = world_snapshot(&world);
    char *after;

    (void)state;
    assert_int_equal(begin(world.worker, "w1", queue_job_id(job), 1), QUEUE_MAY_LOST);
    assert_false(record(world.worker, "w1", queue_job_id(job), 1));
    assert_int_equal(begin(world.worker, "w1", "1-1", 1), QUEUE_MAY_LOST);
    after = world_snapshot(&world);
    assert_string_equal(before, after);
    assert_int_equal(begin(world.other, "w2", queue_job_id(job), 1), QUEUE_MAY_CALL);
    assert_false(record(world.worker, "w1", queue_job_id(job), 1)); /* its answer came too late */
    assert_int_equal(begin(world.other, "w2", queue_job_id(job), 1), QUEUE_MAY_DOUBT);
    free(before);
    free(after);
    queue_job_free(job);
    queue_job_free(reaped);
}

static void nothing_begins_of_a_deleted_update(void **state)
{
    struct queue_job *job = take_new(10, ANN);

    (void)state;
    RAW_DO(&world, "XDEL", "{t}:updates", queue_job_id(job));
    assert_int_equal(begin(world.worker, "w1", queue_job_id(job), 1), QUEUE_MAY_LOST);
    queue_job_free(job);
}

struct deadline_row {
    const char *name;
    const char *deadline_ms;
};

static struct deadline_row deadline_rows[] = {
    {"an update does not begin after its deadline", "1"},
    {"an update with an odd deadline does not begin", "soon"},
    {"an update without a deadline does not begin", ""},
};

static void a_late_update_does_not_begin(void **state)
{
    const struct deadline_row *row = *state;
    struct queue_job *job = take_late(row->deadline_ms);

    assert_int_equal(begin(world.worker, "w1", queue_job_id(job), 1), QUEUE_MAY_LATE);
    assert_int_equal(RAW_INT(&world, "HLEN", "{t}:intents"), 0);
    queue_job_free(job);
}

static void what_was_begun_in_time_goes_on(void **state)
{
    struct queue_job *job = take_late("1");

    (void)state;
    RAW_DO(&world, "HSET", "{t}:intents", "10/1", "{\"state\":\"ended\",\"result\":\"done\"}");
    assert_int_equal(begin(world.worker, "w1", queue_job_id(job), 1), QUEUE_MAY_ENDED);
    assert_string_equal(told, "done");
    assert_int_equal(begin(world.worker, "w1", queue_job_id(job), 2), QUEUE_MAY_CALL);
    queue_job_free(job);
}

static void a_cancelled_update_does_not_begin(void **state)
{
    struct queue_job *job = take_new(10, ANN);
    struct queue_job *other = take_new(11, BOB);

    (void)state;
    RAW_DO(&world, "HSET", "{t}:intents", "10/cancel", "ann: wrong name");
    assert_int_equal(begin(world.worker, "w1", queue_job_id(job), 1), QUEUE_MAY_CANCELLED);
    assert_int_equal(begin(world.worker, "w1", queue_job_id(other), 1), QUEUE_MAY_CALL);
    assert_null(world_done(world.worker, "w1", job));
    assert_null(world_done(world.worker, "w1", other));
    world_assert_idle(&world); /* the wish is gone, too */
}

static void beginning_renews_the_lease(void **state)
{
    struct queue_job *job = take_new(10, ANN);
    bool dead = false;

    (void)state;
    world_age(&world, "w1", queue_job_id(job));
    assert_int_equal(begin(world.worker, "w1", queue_job_id(job), 1), QUEUE_MAY_CALL);
    assert_null(world_reap(world.other, "w2", &dead));
    assert_int_equal(queue_job_deliveries(job), 1);
    queue_job_free(job);
}

/* ---- what is stored ---- */

/* The stored intent with every number as 0. */
static const char *stored(const char *name)
{
    static char text[512];
    const char *from = RAW_TEXT(&world, "HGET", "{t}:intents", name);
    size_t len = 0;

    while (*from != '\0' && len + 1 < sizeof(text)) {
        size_t digits = len > 0 && text[len - 1] == ':' ? strspn(from, "0123456789") : 0;

        text[len] = digits > 0 ? '0' : *from;
        len++;
        from += digits > 0 ? digits : 1;
    }
    text[len] = '\0';
    return text;
}

static void an_intent_is_read_in_redis_cli(void **state)
{
    struct queue_job *job = take_new(10, ANN);

    (void)state;
    assert_int_equal(begin(world.worker, "w1", queue_job_id(job), 1), QUEUE_MAY_CALL);
    assert_string_equal(stored("10/1"),
                        "{\"state\":\"begun\",\"ms\":0,\"by\":\"w1\",\"class\":\"N\",\"what\":"
                        "\"" WHAT "\",\"before\":\"{\\\"subdomains\\\":[]}\"}");
    assert_true(record(world.worker, "w1", queue_job_id(job), 1));
    assert_string_equal(stored("10/1"),
                        "{\"state\":\"ended\",\"ms\":0,\"by\":\"w1\",\"class\":\"N\",\"what\":"
                        "\"" WHAT
                        "\",\"before\":\"{\\\"subdomains\\\":[]}\","
                        "\"ended_ms\":0,\"result\":\"done\"}");
    queue_job_free(job);
}

static void the_first_result_stays(void **state)
{
    struct queue_job *job = take_new(10, ANN);
    struct err err = ERR_INIT;
    bool owner = false;

    (void)state;
    assert_int_equal(begin(world.worker, "w1", queue_job_id(job), 1), QUEUE_MAY_CALL);
    assert_true(record(world.worker, "w1", queue_job_id(job), 1));
    assert_true(queue_record(world.worker, "w1", queue_job_id(job), 1, "another", &owner, &err));
    assert_true(owner);
    assert_int_equal(begin(world.worker, "w1", queue_job_id(job), 1), QUEUE_MAY_ENDED);
    assert_string_equal(told, RESULT);
    queue_job_free(job);
}

static void what_was_not_begun_has_no_result(void **state)
{
    struct queue_job *job = take_new(10, ANN);
    struct err err = ERR_INIT;
    bool owner = false;

    (void)state;
    assert_false(queue_record(world.worker, "w1", queue_job_id(job), 2, RESULT, &owner, &err));
    assert_error(&err, ERR_REJECT, "bq_record: step: 2 was not begun");
    queue_job_free(job);
}

struct damage_row {
    const char *name;
    const char *value;
};

static struct damage_row damage_rows[] = {
    {"an intent that is no JSON is a doubt", "surgery"},
    {"an intent that is a number is a doubt", "7"},
    {"an intent without a state is a doubt", "{\"result\":\"done\"}"},
    {"an intent of another state is a doubt", "{\"state\":5,\"before\":{}}"},
    {"an empty intent is a doubt", ""},
};

static void a_damaged_intent_is_a_doubt(void **state)
{
    const struct damage_row *row = *state;
    struct queue_job *job = take_new(10, ANN);

    RAW_DO(&world, "HSET", "{t}:intents", "10/1", row->value);
    assert_int_equal(begin(world.worker, "w1", queue_job_id(job), 1), QUEUE_MAY_DOUBT);
    assert_string_equal(told, "");
    assert_null(world_done(world.worker, "w1", job));
    world_assert_idle(&world);
}

static void the_end_clears_what_was_begun(void **state)
{
    struct queue_job *job = take_new(10, ANN);
    struct queue_job *other = take_new(1, BOB);

    (void)state;
    for (int64_t step = 1; step <= QUEUE_STEPS_MOST; step++) {
        assert_int_equal(begin(world.worker, "w1", queue_job_id(job), step), QUEUE_MAY_CALL);
    }
    assert_int_equal(begin(world.other, "w1", queue_job_id(other), 1), QUEUE_MAY_CALL);
    assert_null(world_done(world.worker, "w1", job));
    assert_int_equal(RAW_INT(&world, "HLEN", "{t}:intents"), 1); /* only its own */
    assert_null(world_done(world.worker, "w1", other));
    world_assert_idle(&world);
    assert_int_equal(RAW_INT(&world, "HLEN", "{t}:unknown"), 0);
}

static void intents_of_another_type_stop_the_step(void **state)
{
    const struct queue_intent intent = intent_of(1);
    struct queue_job *job = take_new(10, ANN);
    enum queue_may may = QUEUE_MAY_LOST;
    struct err err = ERR_INIT;
    struct buf text;

    (void)state;
    buf_init(&text, 100);
    RAW_DO(&world, "SET", "{t}:intents", "surgery");
    assert_false(queue_begin(world.worker, "w1", queue_job_id(job), &intent, &may, &text, &err));
    assert_error(&err, ERR_REJECT, "intents: holds a string");
    buf_free(&text);
    queue_job_free(job);
}

/* ---- given up ---- */

static void assert_told(const char *text)
{
    char payload[128];

    (void)snprintf(payload, sizeof(payload), "{\"chat_id\":1,\"text\":\"%s\"}", text);
    assert_string_equal(world_only_field("{t}:replies", "payload"), payload);
}

/* The only event, as the journal reads it. */
static void assert_event(const char *target, const char *result, const char *before)
{
    struct queue_batch *batch = NULL;
    struct queue_entry entry;
    struct event event;
    struct err err = ERR_INIT;

    assert_true(queue_events_read(world.other, "0-0", 10, 0, &batch, &err));
    entry = queue_batch_entry(batch, 0);
    if (!event_decode(entry.fields, entry.field_count, &event, &err)) {
        fail_msg("%s", err.message);
    }
    queue_batch_free(batch);
    assert_string_equal(world_only_field("{t}:events", "ref"), "10");
    assert_string_equal(world_only_field("{t}:events", "action"), "dead");
    assert_string_equal(world_only_field("{t}:events", "target"), target);
    assert_string_equal(world_only_field("{t}:events", "result"), result);
    assert_string_equal(world_only_field("{t}:events", "before"), before);
}

static void nothing_begun_is_told_as_failed(void **state)
{
    struct queue_job *job = take_new(10, ANN);
    char *id = xstrdup(queue_job_id(job));

    (void)state;
    world_let_die(job);
    assert_told("sorry \\\"you\\\" \\/ \xd0\xbe");
    assert_event(id, "error", "");
    assert_int_equal(RAW_INT(&world, "HLEN", "{t}:unknown"), 0);
    world_assert_idle(&world);
    free(id);
}

static void assert_unknown(void)
{
    const char *row = RAW_TEXT(&world, "HGET", "{t}:unknown", "10");

    assert_true(strncmp(row, "{\"ms\":1", 7) == 0);
    assert_non_null(strstr(row, ",\"chat_id\":1,\"what\":\"" WHAT "\",\"before\":\"{\\\"sub"));
    assert_string_equal(RAW_TEXT(&world, "HGET", "{t}:meta", "unknown"), "1");
}

static void something_begun_is_told_as_doubtful(void **state)
{
    struct queue_job *job = take_new(10, ANN);

    (void)state;
    assert_int_equal(begin(world.worker, "w1", queue_job_id(job), 1), QUEUE_MAY_CALL);
    world_let_die(job);
    assert_told("perhaps");
    assert_event(WHAT, "unknown", BEFORE);
    assert_string_equal(world_only_field("{t}:events", "chat_id"), "1");
    assert_string_equal(world_only_field("{t}:events", "user"), "@someone");
    assert_unknown();
    world_assert_idle(&world);
}

static void something_done_is_not_told_as_failed(void **state)
{
    struct queue_job *job = take_new(10, ANN);

    (void)state;
    assert_int_equal(begin(world.worker, "w1", queue_job_id(job), 1), QUEUE_MAY_CALL);
    assert_true(record(world.worker, "w1", queue_job_id(job), 1));
    world_let_die(job);
    assert_told("perhaps");
    assert_event(WHAT, "unknown", BEFORE);
    assert_string_equal(world_only_field("{t}:events", "after"), RESULT);
    assert_unknown();
}

static void the_doubtful_step_is_the_one_told(void **state)
{
    struct queue_job *job = take_new(10, ANN);
    const struct queue_intent second = {.step = 2, .class = 'N', .what = "dns/x", .before = "b"};
    enum queue_may may = QUEUE_MAY_LOST;
    struct err err = ERR_INIT;
    struct buf text;

    (void)state;
    buf_init(&text, 100);
    assert_int_equal(begin(world.worker, "w1", queue_job_id(job), 1), QUEUE_MAY_CALL);
    assert_true(record(world.worker, "w1", queue_job_id(job), 1));
    assert_true(queue_begin(world.worker, "w1", queue_job_id(job), &second, &may, &text, &err));
    buf_free(&text);
    assert_int_equal(begin(world.worker, "w1", queue_job_id(job), 3), QUEUE_MAY_CALL);
    assert_true(record(world.worker, "w1", queue_job_id(job), 3));
    world_let_die(job);
    assert_event("dns/x", "unknown", "b");
}

static void a_deleted_update_leaves_its_doubt(void **state)
{
    struct queue_job *job = take_new(10, ANN);
    bool dead = true;

    (void)state;
    assert_int_equal(begin(world.worker, "w1", queue_job_id(job), 1), QUEUE_MAY_CALL);
    world_age(&world, "w1", queue_job_id(job));
    RAW_DO(&world, "XDEL", "{t}:updates", queue_job_id(job));
    assert_null(world_reap(world.other, "w2", &dead));
    assert_false(dead);
    assert_event(WHAT, "unknown", BEFORE);
    assert_int_equal(RAW_INT(&world, "HEXISTS", "{t}:unknown", "10"), 1);
    world_assert_idle(&world);
    queue_job_free(job);
}

static void a_deleted_update_that_was_given_back_leaves_its_doubt(void **state)
{
    struct queue_job *job = take_new(10, ANN);
    struct err err = ERR_INIT;

    (void)state;
    assert_int_equal(begin(world.worker, "w1", queue_job_id(job), 1), QUEUE_MAY_CALL);
    assert_true(queue_give_back(world.worker, "w1", queue_job_id(job), &err));
    RAW_DO(&world, "XDEL", "{t}:updates", queue_job_id(job));
    assert_null(world_take(world.other, "w2"));
    assert_event(WHAT, "unknown", BEFORE);
    world_assert_idle(&world);
    queue_job_free(job);
}

static void a_removed_update_leaves_its_doubt(void **state)
{
    struct queue_job *job = take_new(10, ANN);
    bool dead = false;

    (void)state;
    assert_int_equal(begin(world.worker, "w1", queue_job_id(job), 1), QUEUE_MAY_CALL);
    RAW_DO(&world, "XACK", "{t}:updates", GROUP_WORKERS, queue_job_id(job));
    RAW_DO(&world, "XDEL", "{t}:updates", queue_job_id(job));
    assert_null(world_reap(world.other, "w2", &dead));
    assert_event(WHAT, "unknown", BEFORE);
    world_assert_idle(&world);
    queue_job_free(job);
}

static void an_end_may_note_what_it_does_not_know(void **state)
{
    struct queue_outcome *outcome = queue_outcome_new();
    struct queue_job *job = take_new(10, ANN);
    struct queue_job *next = NULL;
    struct err err = ERR_INIT;
    bool owner = false;

    (void)state;
    queue_outcome_hset(outcome, KEY_UNKNOWN, "", "10", "{}");
    assert_true(queue_done(world.worker, "w1", queue_job_id(job), outcome, &owner, &next, &err));
    assert_true(owner);
    assert_string_equal(RAW_TEXT(&world, "HGET", "{t}:unknown", "10"), "{}");
    assert_string_equal(RAW_TEXT(&world, "HGET", "{t}:meta", "unknown"), "1");
    queue_outcome_free(outcome);
    queue_job_free(job);
}

/* ---- main ---- */

/* clang-format off */
static struct world_argument_row argument_rows[] = {
    /* what it shows                 call                                        answer */
    {"begin: no id",                 "bq_begin 1 {t} w1 x 1 N what before",      "ERR bq_begin: id: not the ID of an entry"},
    {"begin: no step",               "bq_begin 1 {t} w1 1-1 0 N what before",    "ERR bq_begin: step: not 1 to 9"},
    {"begin: a step too far",        "bq_begin 1 {t} w1 1-1 10 N what before",   "ERR bq_begin: step: not 1 to 9"},
    {"begin: a read",                "bq_begin 1 {t} w1 1-1 1 R what before",    "ERR bq_begin: class: not I or N"},
    {"begin: nothing to call",       "bq_begin 1 {t} w1 1-1 1 N '' before",      "ERR bq_begin: what: empty or too long"},
    {"begin: no state before",       "bq_begin 1 {t} w1 1-1 1 N what",           "ERR bq_begin: before: missing"},
    {"begin: a consumer of ours",    "bq_begin 1 {t} _free 1-1 1 N what before", "ERR bq_begin: consumer: begins with _"},
    {"begin: too many",              "bq_begin 1 {t} w1 1-1 1 N what before x",  "ERR bq_begin: 1 arguments too many"},
    {"record: no step",              "bq_record 1 {t} w1 1-1 one done",          "ERR bq_record: step: not a whole number"},
    {"record: no result",            "bq_record 1 {t} w1 1-1 1",                 "ERR bq_record: result: missing"},
    {"done: intents may not be set", "bq_done 1 {t} w1 1-1 1 0 0 1 DEL intents", "ERR bq_done: intents: not a key that a step may write"},
};

static const struct CMUnitTest TESTS[] = {
    BEHAVIOUR("a step may be called once",                        a_step_may_be_called_once),
    BEHAVIOUR("the next owner is told of the doubt",              the_next_owner_is_told_of_the_doubt),
    BEHAVIOUR("the next owner is told the result",                the_next_owner_is_told_the_result),
    BEHAVIOUR("what is given back keeps its intents",             what_is_given_back_keeps_its_intents),
    BEHAVIOUR("only the owner begins and records",                only_the_owner_begins_and_records),
    BEHAVIOUR("nothing begins of a deleted update",               nothing_begins_of_a_deleted_update),
    BEHAVIOUR("what was begun in time goes on",                   what_was_begun_in_time_goes_on),
    BEHAVIOUR("a cancelled update does not begin",                a_cancelled_update_does_not_begin),
    BEHAVIOUR("beginning renews the lease",                       beginning_renews_the_lease),
    BEHAVIOUR("an intent is read in redis-cli",                   an_intent_is_read_in_redis_cli),
    BEHAVIOUR("the first result stays",                           the_first_result_stays),
    BEHAVIOUR("what was not begun has no result",                 what_was_not_begun_has_no_result),
    BEHAVIOUR("the end clears what was begun",                    the_end_clears_what_was_begun),
    BEHAVIOUR("intents of another type stop the step",            intents_of_another_type_stop_the_step),
    BEHAVIOUR("given up, nothing begun: told as failed",          nothing_begun_is_told_as_failed),
    BEHAVIOUR("given up, something begun: told as doubtful",      something_begun_is_told_as_doubtful),
    BEHAVIOUR("given up, something done: not told as failed",     something_done_is_not_told_as_failed),
    BEHAVIOUR("given up: the doubtful step is the one told",      the_doubtful_step_is_the_one_told),
    BEHAVIOUR("a deleted update leaves its doubt",                a_deleted_update_leaves_its_doubt),
    BEHAVIOUR("a deleted one that was given back leaves it, too", a_deleted_update_that_was_given_back_leaves_its_doubt),
    BEHAVIOUR("an update removed by hand leaves it, too",         a_removed_update_leaves_its_doubt),
    BEHAVIOUR("an end may note what it does not know",            an_end_may_note_what_it_does_not_know),
};
/* clang-format on */

int main(void)
{
    struct CMUnitTest tests[ARRAY_LEN(TESTS) + ARRAY_LEN(argument_rows) + ARRAY_LEN(damage_rows) +
                            ARRAY_LEN(deadline_rows)];
    size_t count = ARRAY_LEN(TESTS);

    memcpy(tests, TESTS, sizeof(TESTS));
    count = world_add_arguments(tests, count, argument_rows, ARRAY_LEN(argument_rows));
    for (size_t i = 0; i < ARRAY_LEN(damage_rows); i++) {
        tests[count++] = (struct CMUnitTest){damage_rows[i].name, a_damaged_intent_is_a_doubt,
                                             world_fresh, NULL, &damage_rows[i]};
    }
    for (size_t i = 0; i < ARRAY_LEN(deadline_rows); i++) {
        tests[count++] = (struct CMUnitTest){deadline_rows[i].name, a_late_update_does_not_begin,
                                             world_fresh, NULL, &deadline_rows[i]};
    }
    return cmocka_run_group_tests_name("queue, intents", tests, world_set_up, world_tear_down);
}
