/* SPDX-License-Identifier: MIT */
/* shared/base/health.c: when a process is live, when it is ready, and how it says so. */
#include "shared/base/health.h"

#include "shared/base/compiler.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

enum { NOW = 1000000 };

static const struct health_check POLLS = {
    .name = "polls", .alive_ms = 60000, .awaited = true, .help = "polls are answered"};
static const struct health_check EXTRA = {.name = "extra", .help = "it happens now and then"};
static const struct health_check TIMED = {.name = "timed", .alive_ms = 60000, .help = "it is done"};
static const struct health_check PROOF = {.name = "proof", .awaited = true, .help = "it answers"};

struct judge_row {
    const char *name;
    const struct health_check *check;
    enum health_mark mark;
    int64_t ok_ago_ms;     /* of the last success, or since the start */
    int64_t failed_ago_ms; /* since it fails                          */
    const char *why;
    bool live;
    bool ready;
    const char *line; /* of /readyz */
};

/* clang-format off */
static struct judge_row judge_rows[] = {
    {"a success is live and ready",                      &POLLS, HEALTH_OK,     200,   0,     "",           true,  true,  "ok polls 0.2 s ago\n"},
    {"a remark is shown",                                &POLLS, HEALTH_OK,     200,   0,     "stands by",  true,  true,  "ok polls 0.2 s ago: stands by\n"},
    {"a success is old at its limit",                    &POLLS, HEALTH_OK,     60000, 0,     "",           true,  true,  "ok polls 60 s ago\n"},
    {"beyond it the process is not live",                &POLLS, HEALTH_OK,     60001, 0,     "",           false, false, "failed polls 60 s: nothing for over 60 s: polls are answered\n"},
    {"a failure is not ready, and live for a while",     &POLLS, HEALTH_FAILED, 36000, 35000, "401: token", true,  false, "failed polls 35 s: 401: token\n"},
    {"a failure that lasts is not live",                 &POLLS, HEALTH_FAILED, 90000, 35000, "401: token", false, false, "failed polls 35 s: 401: token\n"},
    {"what is awaited is not ready before it came",      &POLLS, HEALTH_NEW,    3000,  0,     "",           true,  false, "failed polls 3.0 s: not yet: polls are answered\n"},
    {"what never came is not live in the end",           &POLLS, HEALTH_NEW,    61000, 0,     "",           false, false, "failed polls 61 s: not yet: polls are answered\n"},
    {"what need not happen is ready",                    &EXTRA, HEALTH_NEW,    99000, 0,     "",           true,  true,  "ok extra\n"},
    {"its failure is told, and kills nobody",            &EXTRA, HEALTH_FAILED, 1e9,   1e9,   "full",       true,  false, "failed extra 1000000 s: full\n"},
    {"its success never grows old",                      &EXTRA, HEALTH_OK,     1e9,   0,     "",           true,  true,  "ok extra 1000000 s ago\n"},
    {"what has not begun has no time to run out",        &TIMED, HEALTH_NEW,    99000, 0,     "",           true,  true,  "ok timed\n"},
    {"what has begun has",                               &TIMED, HEALTH_OK,     99000, 0,     "",           false, false, "failed timed 99 s: nothing for over 60 s: it is done\n"},
    {"a proof that never came leaves the process live",  &PROOF, HEALTH_NEW,    99000, 0,     "",           true,  false, "failed proof 99 s: not yet: it answers\n"},
};
/* clang-format on */

static void judges(void **state)
{
    const struct judge_row *row = *state;
    struct health_state known = {
        .mark = row->mark, .ok_ms = NOW - row->ok_ago_ms, .failed_ms = NOW - row->failed_ago_ms};
    struct buf line;
    size_t len = strlen(row->why);

    memcpy(known.why, row->why, len + 1);
    assert_int_equal(health_is_live(row->check, &known, NOW), row->live);
    assert_int_equal(health_is_ready(row->check, &known, NOW), row->ready);
    buf_init(&line, 1024);
    health_line(row->check, &known, row->ready, NOW, &line);
    assert_string_equal(buf_text(&line), row->line);
    buf_free(&line);
}

static void the_last_word_counts_and_the_first_failure_is_remembered(void **state)
{
    const struct health_check rows[] = {PROOF, EXTRA};
    struct health *health = health_new(rows, ARRAY_LEN(rows));
    struct health_state known;
    int64_t first_ms;

    (void)state;
    assert_false(health_all_ready(health, NOW));
    health_ok(health, 0);
    assert_true(health_all_ready(health, NOW));
    health_failed(health, 1, "one");
    health_read(health, 1, &known);
    first_ms = known.failed_ms;
    health_failed(health, 1, "two");
    health_read(health, 1, &known);
    assert_int_equal(known.failed_ms, first_ms);
    assert_string_equal(known.why, "two");
    assert_false(health_all_ready(health, NOW));
    assert_true(health_all_live(health, NOW));
    health_ok(health, 1);
    health_read(health, 1, &known);
    assert_string_equal(known.why, "");
    assert_true(health_all_ready(health, NOW));
    health_free(health);
}

static void nobody_need_want_to_know(void **state)
{
    (void)state;
    health_ok(NULL, 3);
    health_failed(NULL, 3, "nobody hears it");
    health_free(NULL);
}

int main(void)
{
    struct CMUnitTest tests[ARRAY_LEN(judge_rows) + 2] = {
        cmocka_unit_test(the_last_word_counts_and_the_first_failure_is_remembered),
        cmocka_unit_test(nobody_need_want_to_know),
    };

    for (size_t i = 0; i < ARRAY_LEN(judge_rows); i++) {
        tests[i + 2] = (struct CMUnitTest){judge_rows[i].name, judges, NULL, NULL, &judge_rows[i]};
    }
    return cmocka_run_group_tests_name("health", tests, NULL, NULL);
}
