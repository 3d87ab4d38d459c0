/* SPDX-License-Identifier: MIT */
/* Alarms in Redis: one looks at a time, and each change is told once. */
#include "shared/queue/alarm.h"

#include "shared/base/compiler.h"
#include "tests/integration/queue_world.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define KEY WORLD_KEY("alarms")

enum { LONG_MS = 1000000000 };

static struct queue_alarm_turn turn(struct queue *queue, int64_t every_ms)
{
    struct queue_alarm_turn out = {.ours = false};
    struct err err = ERR_INIT;

    if (!queue_alarm_turn(queue, every_ms, &out, &err)) {
        fail_msg("%s", err.message);
    }
    return out;
}

/* Makes one change with word of it to Ann. */
static bool change(struct queue *queue, const char *was, const char *becomes)
{
    const struct queue_alarm_change one = {.cause = "beget", .was = was, .becomes = becomes};
    struct queue_outcome *outcome = queue_outcome_new();
    struct err err = ERR_INIT;
    bool done = false;

    queue_outcome_reply(
        outcome,
        &(struct reply){.chat_id = ANN, .method = "sendMessage", .slot = "a", .payload = "{}"});
    if (!queue_alarm(queue, &one, 1, outcome, &done, &err)) {
        fail_msg("%s", err.message);
    }
    queue_outcome_free(outcome);
    return done;
}

static int64_t replies(void)
{
    return RAW_INT(&world, "XLEN", WORLD_KEY("replies"));
}

/* ---- the turn ---- */

static void one_of_many_looks_at_a_time(void **state)
{
    struct queue_alarm_turn first = turn(world.worker, LONG_MS);
    struct queue_alarm_turn second = turn(world.gateway, LONG_MS);

    (void)state;
    assert_true(first.ours);
    assert_int_equal(first.looked_ms, 0);
    assert_true(first.now_ms > 1600000000000);
    assert_false(second.ours);
    assert_int_equal(second.looked_ms, first.now_ms);
}

/* Who had it may have died with it. */
static void a_turn_that_is_over_is_anybodys(void **state)
{
    struct queue_alarm_turn next;

    (void)state;
    assert_true(turn(world.worker, LONG_MS).ours);
    RAW_DO(&world, "HINCRBY", KEY, "looked", "-60000");
    next = turn(world.other, 60000);
    assert_true(next.ours);
    assert_in_range(next.now_ms - next.looked_ms, 60000, 3600000);
    assert_false(turn(world.worker, 60000).ours);
}

static void a_clock_that_was_set_back_stops_nobody(void **state)
{
    (void)state;
    RAW_DO(&world, "HSET", KEY, "looked", "9000000000000");
    assert_true(turn(world.worker, LONG_MS).ours);
    assert_false(turn(world.worker, LONG_MS).ours);
}

/* ---- the change ---- */

static void of_two_who_have_seen_the_same_one_tells(void **state)
{
    (void)state;
    assert_true(change(world.worker, "", "{\"state\":\"on\"}"));
    assert_false(change(world.gateway, "", "{\"state\":\"on\"}"));
    assert_int_equal(replies(), 1);
    assert_true(change(world.gateway, "{\"state\":\"on\"}", ""));
    assert_false(change(world.worker, "{\"state\":\"on\"}", ""));
    assert_int_equal(replies(), 2);
    assert_int_equal(RAW_INT(&world, "HEXISTS", KEY, "beget"), 0);
}

/* All of a look is told by one, or by whoever was faster with a part of it. */
static void nothing_is_changed_when_a_part_is_not_as_it_was(void **state)
{
    const struct queue_alarm_change changes[] = {
        {.cause = "dead", .was = "", .becomes = "mine"},
        {.cause = "beget", .was = "", .becomes = "mine"},
    };
    struct queue_outcome *outcome = queue_outcome_new();
    struct err err = ERR_INIT;
    bool done = true;

    (void)state;
    RAW_DO(&world, "HSET", KEY, "beget", "theirs");
    assert_true(queue_alarm(world.worker, changes, ARRAY_LEN(changes), outcome, &done, &err));
    assert_false(done);
    assert_int_equal(RAW_INT(&world, "HEXISTS", KEY, "dead"), 0);
    assert_string_equal(RAW_TEXT(&world, "HGET", KEY, "beget"), "theirs");
    queue_outcome_free(outcome);
}

static void a_key_of_another_type_is_left_alone(void **state)
{
    const struct queue_alarm_change one = {.cause = "dead", .was = "", .becomes = "mine"};
    struct queue_outcome *outcome = queue_outcome_new();
    struct queue_alarm_turn ignored;
    struct err err = ERR_INIT;
    bool done = true;

    (void)state;
    RAW_DO(&world, "SET", KEY, "x");
    assert_false(queue_alarm_turn(world.worker, LONG_MS, &ignored, &err));
    assert_non_null(strstr(err.message, "holds a string"));
    assert_false(queue_alarm(world.worker, &one, 1, outcome, &done, &err));
    assert_string_equal(RAW_TEXT(&world, "GET", KEY), "x");
    queue_outcome_free(outcome);
}

/* clang-format off */
static struct world_argument_row argument_rows[] = {
    {"turn: no time",         "bq_alarm_turn 1 {t}",                       "ERR bq_alarm_turn: every_ms: missing"},
    {"turn: always",          "bq_alarm_turn 1 {t} 0",                     "ERR bq_alarm_turn: every_ms: not 1 to 1000000000"},
    {"turn: too many",        "bq_alarm_turn 1 {t} 1 1",                   "ERR bq_alarm_turn: 1 arguments too many"},
    {"alarm: no changes",     "bq_alarm 1 {t} 0 0 0 0",                    "ERR bq_alarm: change count: not 1 to 100"},
    {"alarm: no cause",       "bq_alarm 1 {t} 1 '' '' '' 0 0 0",           "ERR bq_alarm: cause: empty or too long"},
    {"alarm: cut short",      "bq_alarm 1 {t} 1 dead ''",                  "ERR bq_alarm: becomes: missing"},
    {"alarm: no outcome",     "bq_alarm 1 {t} 1 dead '' on",               "ERR bq_alarm: reply count: missing"},
    {"alarm: another's key",  "bq_alarm 1 {t} 1 dead '' on 0 0 1 HSET meta a b", "ERR bq_alarm: meta: not a key that a step may write"},
};
/* clang-format on */

static const struct CMUnitTest TESTS[] = {
    BEHAVIOUR("one of many looks at a time", one_of_many_looks_at_a_time),
    BEHAVIOUR("a turn that is over is anybody's", a_turn_that_is_over_is_anybodys),
    BEHAVIOUR("a clock that was set back stops nobody", a_clock_that_was_set_back_stops_nobody),
    BEHAVIOUR("of two who have seen the same, one tells", of_two_who_have_seen_the_same_one_tells),
    BEHAVIOUR("nothing is changed when a part is not as it was",
              nothing_is_changed_when_a_part_is_not_as_it_was),
    BEHAVIOUR("a key of another type is left alone", a_key_of_another_type_is_left_alone),
};

int main(void)
{
    struct CMUnitTest tests[ARRAY_LEN(TESTS) + ARRAY_LEN(argument_rows)];
    size_t count = ARRAY_LEN(TESTS);

    memcpy(tests, TESTS, sizeof(TESTS));
    count = world_add_arguments(tests, count, argument_rows, ARRAY_LEN(argument_rows));
    assert_int_equal(count, ARRAY_LEN(tests));
    return cmocka_run_group_tests_name("queue, alarms", tests, world_set_up, world_tear_down);
}
