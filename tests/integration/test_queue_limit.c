/* SPDX-License-Identifier: MIT */
/* The limits of an account's calls, shared by all workers. */
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

enum { MINUTE_MS = 60000, HOUR_MS = 3600000, DAY_MS = 86400000 };

static struct queue_turn turn_of(struct queue *queue, const struct queue_window windows[],
                                 size_t count)
{
    struct queue_turn turn = {.wait_ms = -1};
    struct err err = ERR_INIT;

    if (!queue_limit(queue, "account", windows, count, &turn, &err)) {
        fail_msg("%s", err.message);
    }
    return turn;
}

/* The wait under a limit of so many calls a minute. */
static int64_t limit(struct queue *queue, int64_t per_minute)
{
    const struct queue_window window = {.calls = per_minute, .window_ms = MINUTE_MS};
    struct queue_turn turn = turn_of(queue, &window, 1);

    assert_string_equal(turn.remark, "");
    return turn.wait_ms;
}

static void limit_hit(int64_t ms)
{
    struct err err = ERR_INIT;

    if (!queue_limit_hit(world.worker, "account", ms, &err)) {
        fail_msg("%s", err.message);
    }
}

/* Lets `ms` pass for every bucket. */
static void let_pass(int64_t ms)
{
    static const char SCRIPT[] =
        "local function past(v) return string.format('%.0f', v - ARGV[1]) end"
        " local h = redis.call('HGETALL', KEYS[1])"
        " for i = 1, #h, 2 do local tokens, ms = string.match(h[i + 1], '^(%S+) (%d+)$')"
        "   redis.call('HSET', KEYS[1], h[i], ms and tokens .. ' ' .. past(ms) or past(h[i + 1]))"
        " end";
    char text[24];

    (void)snprintf(text, sizeof(text), "%" PRId64, ms);
    RAW_DO(&world, "EVAL", SCRIPT, "1", "{t}:limit:account", text);
}

/* Calls that pass until one has to wait. */
static int64_t calls_at_once(const struct queue_window windows[], size_t count)
{
    int64_t taken = 0;

    while (turn_of(world.worker, windows, count).wait_ms == 0) {
        taken++;
        assert_true(taken < 100000);
    }
    return taken;
}

/* ---- one window ---- */

static void the_limit_is_shared_by_all_workers(void **state)
{
    int64_t wait_ms;

    (void)state;
    assert_int_equal(limit(world.worker, 1), 0);
    wait_ms = limit(world.other, 1);
    assert_in_range(wait_ms, 60000, 120000);
    let_pass(wait_ms + 1);
    assert_int_equal(limit(world.other, 1), 0);
    assert_true(limit(world.worker, 1) > 0);
}

static void no_minute_sees_more_than_its_calls(void **state)
{
    int taken = 0;

    (void)state;
    for (int second = 0; second < 60; second++) {
        while (limit(world.worker, 60) == 0) {
            taken++;
        }
        let_pass(1000);
    }
    assert_in_range(taken, 55, 60);
}

static void a_rested_bucket_allows_a_small_burst(void **state)
{
    int taken = 0;

    (void)state;
    while (limit(world.worker, 60) == 0) {
        taken++;
    }
    assert_in_range(taken, 10, 11);
    let_pass(40000);
    taken = 0;
    while (limit(world.worker, 60) == 0) {
        taken++;
    }
    assert_in_range(taken, 10, 11); /* a longer rest saves up no more */
}

static void a_hit_limit_stops_everybody(void **state)
{
    (void)state;
    assert_int_equal(limit(world.worker, 60), 0);
    limit_hit(50000);
    limit_hit(1000); /* the longer one counts */
    assert_in_range(limit(world.other, 60), 40000, 50000);
    assert_in_range(limit(world.other, 0), 40000, 50000); /* unlimited was wrong, then */
    let_pass(50001);
    assert_int_equal(limit(world.other, 0), 0);
    assert_in_range(limit(world.other, 60), 1, 1300); /* begins empty */
    let_pass(1300);
    assert_int_equal(limit(world.other, 60), 0);
}

static void zero_is_no_limit(void **state)
{
    (void)state;
    for (int i = 0; i < 50; i++) {
        assert_int_equal(limit(world.worker, 0), 0);
    }
}

static void an_unused_bucket_is_forgotten(void **state)
{
    (void)state;
    (void)limit(world.worker, 60);
    assert_in_range(RAW_INT(&world, "PTTL", "{t}:limit:account"), 1, 80000);
}

static void a_bucket_is_kept_until_the_longest_is_full(void **state)
{
    static const struct queue_window LONG_FIRST[] = {{.calls = 100, .window_ms = HOUR_MS},
                                                     {.calls = 60, .window_ms = MINUTE_MS}};

    (void)state;
    (void)turn_of(world.worker, LONG_FIRST, 2);
    assert_in_range(RAW_INT(&world, "PTTL", "{t}:limit:account"), HOUR_MS / 2, 2 * HOUR_MS);
    limit_hit(1000);
    assert_in_range(RAW_INT(&world, "PTTL", "{t}:limit:account"), HOUR_MS / 2, 2 * HOUR_MS);
}

/* ---- several ---- */

static const struct queue_window PACE_AND_SUM[] = {{.calls = 60, .window_ms = MINUTE_MS},
                                                   {.calls = 100, .window_ms = HOUR_MS}};

static void every_window_has_to_have_room(void **state)
{
    static const struct queue_window TWO[] = {{.calls = 600, .window_ms = MINUTE_MS},
                                              {.calls = 6, .window_ms = DAY_MS}};

    (void)state;
    assert_int_equal(calls_at_once(TWO, 2), 3);
    assert_in_range(turn_of(world.worker, TWO, 2).wait_ms, DAY_MS / 4,
                    DAY_MS); /* the longer wait */
    let_pass(HOUR_MS);
    assert_true(turn_of(world.worker, TWO, 2).wait_ms > 0);
}

static void a_refused_call_takes_from_no_window(void **state)
{
    static const struct queue_window TWO[] = {{.calls = 60, .window_ms = MINUTE_MS},
                                              {.calls = 2, .window_ms = HOUR_MS}};

    (void)state;
    assert_int_equal(calls_at_once(TWO, 2), 1);
    for (int i = 0; i < 20; i++) {
        assert_true(turn_of(world.worker, TWO, 2).wait_ms > 0);
    }
    assert_in_range(calls_at_once(TWO, 1), 9, 10); /* of ten, one was made */
}

/* Takes whatever passes, each second of `seconds`; asserts that no hour and no minute of them
 * sees more than its calls. Whole windows that begin with any of the seconds are looked at. */
static void no_window_sees_more_than_its_calls(void **state)
{
    enum { SECONDS = 2 * 3600 };
    static int64_t taken[SECONDS + 1]; /* before second i */

    (void)state;
    for (int second = 0; second < SECONDS; second++) {
        taken[second + 1] = taken[second];
        if (second % 10 == 0 || second > SECONDS - 120) {
            taken[second + 1] += calls_at_once(PACE_AND_SUM, 2);
        }
        let_pass(1000);
    }
    for (int from = 0; from < SECONDS; from++) {
        int minute_to = from + 60 < SECONDS ? from + 60 : SECONDS;
        int hour_to = from + 3600 < SECONDS ? from + 3600 : SECONDS;

        assert_true(taken[minute_to] - taken[from] <= PACE_AND_SUM[0].calls);
        assert_true(taken[hour_to] - taken[from] <= PACE_AND_SUM[1].calls);
    }
    assert_in_range(taken[3600], 90, 100); /* and most of them can be made */
}

static void a_hit_leaves_the_sum_alone(void **state)
{
    static const struct queue_window SUM = {.calls = 100, .window_ms = HOUR_MS};

    (void)state;
    (void)turn_of(world.worker, &SUM, 1);
    limit_hit(1000);
    let_pass(1001);
    assert_in_range(calls_at_once(&SUM, 1), 49, 50);
}

static void a_new_limit_begins_empty(void **state)
{
    (void)state;
    while (limit(world.worker, 60) == 0) {
    }
    assert_true(limit(world.worker, 30) > 0); /* it has not seen what was called under the other */
}

static void an_old_limit_is_forgotten(void **state)
{
    (void)state;
    (void)limit(world.worker, 60);
    let_pass(MINUTE_MS + 1000);
    (void)limit(world.worker, 30);
    assert_int_equal(RAW_INT(&world, "HLEN", "{t}:limit:account"), 1);
}

/* ---- an operator's limits ---- */

static void an_operators_limit_wins(void **state)
{
    (void)state;
    RAW_DO(&world, "HSET", "{t}:limits", "account", "6/60", "another", "600/60");
    assert_int_equal(calls_at_once(PACE_AND_SUM, 2), 1);
    RAW_DO(&world, "DEL", "{t}:limit:account");
    RAW_DO(&world, "HSET", "{t}:limits", "account", " 600/60  8/86400 ");
    assert_int_equal(calls_at_once(PACE_AND_SUM, 2), 4);
    RAW_DO(&world, "HSET", "{t}:limits", "account", "0/60");
    assert_int_equal(turn_of(world.worker, PACE_AND_SUM, 2).wait_ms, 0); /* none */
    RAW_DO(&world, "DEL", "{t}:limit:account");
    RAW_DO(&world, "HDEL", "{t}:limits", "account");
    assert_int_equal(calls_at_once(PACE_AND_SUM, 2), 10);
}

static struct override_row {
    const char *name;
    const char *text;
} override_rows[] = {
    {"an empty limit is ignored", ""},
    {"a limit without a time is ignored", "60"},
    {"a limit in words is ignored", "60 a minute"},
    {"a limit below zero is ignored", "-60/60"},
    {"a limit for no time is ignored", "60/0"},
    {"a limit of a part that makes no sense is ignored", "6/60 many/86400"},
    {"more limits than five are ignored", "6/1 6/2 6/3 6/4 6/5 6/6"},
    {"an endless limit is ignored", "60/60000000000000000"},
};

static void a_limit_that_makes_no_sense_is_ignored(void **state)
{
    const struct override_row *row = *state;
    struct queue_turn turn;
    char words[64];

    RAW_DO(&world, "HSET", "{t}:limits", "account", row->text);
    turn = turn_of(world.worker, PACE_AND_SUM, 2);
    assert_int_equal(turn.wait_ms, 0);
    (void)snprintf(words, sizeof(words), "\"%s\" in limits is ignored", row->text);
    assert_non_null(strstr(turn.remark, words));
    assert_non_null(strstr(turn.remark, "as in \"60/60 5000/86400\""));
    assert_in_range(calls_at_once(PACE_AND_SUM, 2), 8, 9); /* the caller's are in force */
}

static void limits_of_another_type_are_ignored(void **state)
{
    struct queue_turn turn;

    (void)state;
    RAW_DO(&world, "SET", "{t}:limits", "6/60");
    turn = turn_of(world.worker, PACE_AND_SUM, 2);
    assert_int_equal(turn.wait_ms, 0);
    assert_string_equal(turn.remark, "limits is no hash and is ignored");
}

static void a_damaged_bucket_begins_empty(void **state)
{
    (void)state;
    RAW_DO(&world, "HSET", "{t}:limit:account", "60/60000", "surgery", "until_ms", "soon");
    assert_true(limit(world.worker, 60) > 0);
}

/* ---- main ---- */

/* clang-format off */
static struct world_argument_row argument_rows[] = {
    /* what it shows                   call                                                   answer */
    {"limit: no account",              "bq_limit 1 {t} '' 1 60 60000",                        "ERR bq_limit: account: empty or too long"},
    {"limit: no windows",              "bq_limit 1 {t} a",                                    "ERR bq_limit: window count: missing"},
    {"limit: too many windows",        "bq_limit 1 {t} a 6",                                  "ERR bq_limit: window count: not 0 to 5"},
    {"limit: a number below zero",     "bq_limit 1 {t} a 1 -1 60000",                         "ERR bq_limit: calls: not 0 to 1000000"},
    {"limit: a window without length", "bq_limit 1 {t} a 1 60 0",                             "ERR bq_limit: window_ms: not 1 to 100000000000"},
    {"limit: a window cut short",      "bq_limit 1 {t} a 2 60 60000 5",                       "ERR bq_limit: window_ms: missing"},
    {"limit_hit: no time",             "bq_limit_hit 1 {t} a soon",                           "ERR bq_limit_hit: ms: not a whole number"},
};

static const struct CMUnitTest TESTS[] = {
    BEHAVIOUR("the limit is shared by all workers",                  the_limit_is_shared_by_all_workers),
    BEHAVIOUR("no minute sees more than its calls",                  no_minute_sees_more_than_its_calls),
    BEHAVIOUR("a rested bucket allows a small burst",                a_rested_bucket_allows_a_small_burst),
    BEHAVIOUR("a hit limit stops everybody",                         a_hit_limit_stops_everybody),
    BEHAVIOUR("zero is no limit",                                    zero_is_no_limit),
    BEHAVIOUR("an unused bucket is forgotten",                       an_unused_bucket_is_forgotten),
    BEHAVIOUR("a bucket is kept until the longest is full",          a_bucket_is_kept_until_the_longest_is_full),
    BEHAVIOUR("every window has to have room",                       every_window_has_to_have_room),
    BEHAVIOUR("a refused call takes from no window",                 a_refused_call_takes_from_no_window),
    BEHAVIOUR("no window sees more than its calls",                  no_window_sees_more_than_its_calls),
    BEHAVIOUR("a hit leaves the sum alone",                          a_hit_leaves_the_sum_alone),
    BEHAVIOUR("a new limit begins empty",                            a_new_limit_begins_empty),
    BEHAVIOUR("an old limit is forgotten",                           an_old_limit_is_forgotten),
    BEHAVIOUR("an operator's limit wins",                            an_operators_limit_wins),
    BEHAVIOUR("limits of another type are ignored",                  limits_of_another_type_are_ignored),
    BEHAVIOUR("a damaged bucket begins empty",                       a_damaged_bucket_begins_empty),
};
/* clang-format on */

int main(void)
{
    struct CMUnitTest tests[ARRAY_LEN(TESTS) + ARRAY_LEN(argument_rows) + ARRAY_LEN(override_rows)];
    size_t count = ARRAY_LEN(TESTS);

    memcpy(tests, TESTS, sizeof(TESTS));
    count = world_add_arguments(tests, count, argument_rows, ARRAY_LEN(argument_rows));
    for (size_t i = 0; i < ARRAY_LEN(override_rows); i++) {
        tests[count++] =
            (struct CMUnitTest){override_rows[i].name, a_limit_that_makes_no_sense_is_ignored,
                                world_fresh, NULL, &override_rows[i]};
    }
    return cmocka_run_group_tests_name("queue, limits", tests, world_set_up, world_tear_down);
}
