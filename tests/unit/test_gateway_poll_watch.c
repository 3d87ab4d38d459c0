/* SPDX-License-Identifier: MIT */
/* gateway/poll_watch.c: when silence, a backlog and missing updates are worth a line. */
#include "gateway/poll_watch.h"

#include "shared/base/compiler.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

enum { LIMIT_MS = 130000, START_MS = 5000000, MOST_IDS = 4 };

/* ---- silence ---- */

struct silence_row {
    const char *name;
    int64_t heard_ms, said_ms, now_ms; /* said_ms 0: not said */
    int64_t silent_ms;                 /* 0: nothing is said  */
};

/* clang-format off */
static struct silence_row silence_rows[] = {
    /* what it shows                                   heard     said                 now                      silent */
    {"a poll that has just failed is no silence",      START_MS, 0,                   START_MS + 1000,         0},
    {"up to the limit it is not told",                 START_MS, 0,                   START_MS + LIMIT_MS - 1, 0},
    {"at the limit it is told",                        START_MS, 0,                   START_MS + LIMIT_MS,     LIMIT_MS},
    {"it is not told twice",                           START_MS, START_MS + LIMIT_MS, START_MS + LIMIT_MS + 1, 0},
    {"it is told again when it has lasted as long",    START_MS, START_MS + LIMIT_MS, START_MS + INT64_C(2) * LIMIT_MS, INT64_C(2) * LIMIT_MS},
};
/* clang-format on */

static void tells_silence(void **state)
{
    const struct silence_row *row = *state;
    struct poll_watch watch = {.heard_ms = row->heard_ms, .said_ms = row->said_ms};
    int64_t silent_ms = 0;

    assert_int_equal(poll_watch_is_deaf(&watch, LIMIT_MS, row->now_ms, &silent_ms),
                     row->silent_ms > 0);
    assert_int_equal(silent_ms, row->silent_ms);
}

static void an_answer_ends_the_silence(void **state)
{
    struct poll_watch watch = {.heard_ms = START_MS};
    int64_t silent_ms;

    (void)state;
    assert_true(poll_watch_is_deaf(&watch, LIMIT_MS, START_MS + LIMIT_MS, &silent_ms));
    poll_watch_heard(&watch, START_MS + LIMIT_MS + 5);
    assert_false(poll_watch_is_deaf(&watch, LIMIT_MS, START_MS + 2 * LIMIT_MS, &silent_ms));
    assert_true(poll_watch_is_deaf(&watch, LIMIT_MS, START_MS + 2 * LIMIT_MS + 5, &silent_ms));
    assert_int_equal(silent_ms, LIMIT_MS);
}

/* ---- backlog ---- */

static void the_backlog_is_asked_for_now_and_then(void **state)
{
    struct poll_watch watch = {.heard_ms = 0};

    (void)state;
    assert_true(poll_watch_asks_backlog(&watch, START_MS)); /* the first full batch */
    assert_false(poll_watch_asks_backlog(&watch, START_MS + WATCH_BACKLOG_MS - 1));
    assert_true(poll_watch_asks_backlog(&watch, START_MS + WATCH_BACKLOG_MS));
    assert_false(poll_watch_emptied(&watch, START_MS + WATCH_BACKLOG_MS + 7));
    assert_false(poll_watch_asks_backlog(&watch, START_MS + 2 * WATCH_BACKLOG_MS + 6));
    assert_true(poll_watch_asks_backlog(&watch, START_MS + 2 * WATCH_BACKLOG_MS + 7));
}

static void a_backlog_lasts_until_nothing_waits(void **state)
{
    struct poll_watch watch = {.heard_ms = 0};

    (void)state;
    assert_false(poll_watch_is_behind(&watch, 0));
    assert_false(poll_watch_is_behind(&watch, WATCH_BEHIND_UPDATES));
    assert_true(poll_watch_is_behind(&watch, WATCH_BEHIND_UPDATES + 1));
    assert_true(
        poll_watch_is_behind(&watch, WATCH_BEHIND_UPDATES - 50)); /* it is told how it goes */
    assert_true(poll_watch_emptied(&watch, START_MS));
    assert_false(poll_watch_emptied(&watch, START_MS)); /* told once */
    assert_false(poll_watch_is_behind(&watch, 1));
}

/* ---- gaps ---- */

struct gap_row {
    const char *name;
    int64_t last_id;  /* 0: none has come */
    int64_t quiet_ms; /* since it came    */
    int64_t ids[MOST_IDS];
    size_t count;
    int64_t missing, after_id;
};

/* clang-format off */
static struct gap_row gap_rows[] = {
    /* what it shows                                last  quiet               ids                       missing, after */
    {"the first batch has nothing before it",       0,    0,                  {700, 701}, 2,            0, 0},
    {"the next id is no gap",                       9,    1000,               {10, 11, 12}, 3,          0, 0},
    {"an empty batch is no gap",                    9,    1000,               {0}, 0,                   0, 0},
    {"one id passed over before a batch",           9,    1000,               {11}, 1,                  1, 9},
    {"ids passed over within a batch",              9,    1000,               {10, 14}, 2,              3, 10},
    {"two gaps are added up, the first is named",   9,    1000,               {11, 14}, 2,              3, 9},
    {"a gap within the first batch",                0,    0,                  {700, 703}, 2,            2, 700},
    {"a repeated batch is no gap",                  12,   1000,               {11, 12}, 2,              0, 0},
    {"a lower id is a new count",                   9000, 1000,               {5, 6}, 2,                0, 0},
    {"after a lower id counting goes on",           9000, 1000,               {5, 7}, 2,                1, 5},
    {"as many as Telegram keeps may be missing",    9,    1000,               {100010}, 1,              100000, 9},
    {"a wider jump is a new count",                 9,    1000,               {100011}, 1,              0, 0},
    {"a quiet week ends the count",                 9,    INT64_C(518400000), {50}, 1,                  0, 0},
    {"nearly a week does not",                      9,    INT64_C(518399999), {50}, 1,                  40, 9},
    {"an unreadable update has an id as well",      9,    1000,               {0, 11}, 2,               0, 0},
    {"an unreadable update may be the first",       0,    0,                  {0, 11}, 2,               0, 0},
};
/* clang-format on */

static void finds_gaps(void **state)
{
    const struct gap_row *row = *state;
    struct poll_watch watch = {.last_update_id = row->last_id, .last_update_ms = START_MS};
    int64_t after_id = 0;

    assert_int_equal(
        poll_watch_missing(&watch, row->ids, row->count, START_MS + row->quiet_ms, &after_id),
        row->missing);
    assert_int_equal(after_id, row->after_id);
}

static void an_empty_batch_does_not_end_a_quiet_week(void **state)
{
    struct poll_watch watch = {.last_update_id = 9, .last_update_ms = START_MS};
    int64_t id = 50;
    int64_t after_id = 0;

    (void)state;
    assert_int_equal(poll_watch_missing(&watch, &id, 0, START_MS + WATCH_QUIET_MS - 1, &after_id),
                     0);
    assert_int_equal(poll_watch_missing(&watch, &id, 1, START_MS + WATCH_QUIET_MS, &after_id), 0);
}

int main(void)
{
    struct CMUnitTest tests[ARRAY_LEN(silence_rows) + ARRAY_LEN(gap_rows) + 4] = {
        cmocka_unit_test(an_answer_ends_the_silence),
        cmocka_unit_test(the_backlog_is_asked_for_now_and_then),
        cmocka_unit_test(a_backlog_lasts_until_nothing_waits),
        cmocka_unit_test(an_empty_batch_does_not_end_a_quiet_week),
    };
    size_t count = 4;

    for (size_t i = 0; i < ARRAY_LEN(silence_rows); i++) {
        tests[count++] =
            (struct CMUnitTest){silence_rows[i].name, tells_silence, NULL, NULL, &silence_rows[i]};
    }
    for (size_t i = 0; i < ARRAY_LEN(gap_rows); i++) {
        tests[count++] =
            (struct CMUnitTest){gap_rows[i].name, finds_gaps, NULL, NULL, &gap_rows[i]};
    }
    return cmocka_run_group_tests_name("gateway poll_watch", tests, NULL, NULL);
}
