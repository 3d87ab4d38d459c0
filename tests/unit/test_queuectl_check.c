/* SPDX-License-Identifier: MIT */
/* deploy/queuectl: what `check` tells a monitor, and which dead letters a filter means. */
#include "deploy/queuectl/dead.h"
#include "deploy/queuectl/durations.h"
#include "deploy/queuectl/figures.h"
#include "deploy/queuectl/thresholds.h"
#include "shared/base/compiler.h"
#include "shared/base/mem.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { LIMITS_MAX = 64, LINE_MAX_BYTES = 4096 };

/* Behind what a row has: of two members with one name the first counts. */
#define WELL                                                                               \
    "\"now_ms\":1000000,\"lease\":{\"holder\":\"web1-4\",\"left_ms\":9000},\"services\":[" \
    "{\"name\":\"web1-5\",\"seen_ms\":999000,\"report\":{\"role\":\"worker\"}},"           \
    "{\"name\":\"web1-4\",\"seen_ms\":999000,\"report\":{\"role\":\"gateway\"}}]}"

static struct look *look_at(const char *json)
{
    struct look *look = xcalloc(1, sizeof(*look));
    struct err err = ERR_INIT;
    char text[2048];

    (void)snprintf(text, sizeof(text), "{%s" WELL, json);
    if (!survey_read(text, "used_memory:80\r\nmaxmemory:100\r\n", &look->survey, &err)) {
        fail_msg("%s", err.message);
    }
    return look;
}

static void add_finding(struct look *look, enum stuck_cause cause, const char *what)
{
    struct stuck_finding *finding = &look->findings.rows[look->findings.count++];

    finding->cause = cause;
    (void)snprintf(finding->what, sizeof(finding->what), "%s", what);
}

/* ---- check ---- */

struct check_row {
    const char *json;
    const char *option;     /* of --crit; NULL for none */
    enum stuck_cause cause; /* STUCK_CAUSE_COUNT for no finding */
    enum check_ending ending;
    const char *line; /* before the figures */
    const char *figure;
};

/* clang-format off */
static const struct check_row CHECK_ROWS[] = {
    {"", "memory=off", STUCK_CAUSE_COUNT, CHECK_WARNING, "WARNING: memory 80% (from 75%) |", " memory=80%;75;"},
    {"", "memory=80%", STUCK_CAUSE_COUNT, CHECK_CRITICAL, "CRITICAL: memory 80% (from 80%) |", " memory=80%;75;80"},
    {"\"updates\":{\"unread\":40,\"free\":10,\"oldest_unread\":{\"id\":\"1-1\",\"ms\":688000}},", NULL, STUCK_CAUSE_COUNT,
     CHECK_CRITICAL, "CRITICAL: oldest 312s (from 300s), waiting 50 (from 50), memory", " waiting=50;50;500 oldest=312s;60;300 "},
    {"\"services\":[],", NULL, STUCK_CAUSE_COUNT, CHECK_CRITICAL, "CRITICAL: workers 0 (below 1), gateways 0 (below 1), ", " workers=0;;1: gateways=0;;1: "},
    {"", NULL, STUCK_NO_WORKER, CHECK_CRITICAL, "CRITICAL: no_worker: a / b\\u{a}c, ", " critical=1;;1 stuck=0;1; "},
    {"", NULL, STUCK_PAUSED, CHECK_WARNING, "WARNING: paused: a / b\\u{a}c, memory", " critical=0;;1 stuck=1;1; "},
};
/* clang-format on */

static void a_monitor_is_told_what_is_worst_first_and_all_figures(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(CHECK_ROWS); i++) {
        const struct check_row *row = &CHECK_ROWS[i];
        struct options options = {.given_count = row->option ? 1 : 0,
                                  .given = {{OPTION_CRIT, row->option}}};
        struct look *look = look_at(row->json);
        struct threshold_limits limits[LIMITS_MAX];
        struct err err = ERR_INIT;
        struct buf line;

        assert_true(THRESHOLD_COUNT <= LIMITS_MAX);
        assert_true(thresholds_read(&options, limits, &err));
        if (row->cause != STUCK_CAUSE_COUNT) {
            add_finding(look, row->cause, "a | b\nc");
        }
        buf_init(&line, LINE_MAX_BYTES);
        assert_int_equal(thresholds_print(look, limits, &line), row->ending);
        if (strncmp(buf_text(&line), row->line, strlen(row->line)) != 0 ||
            !strstr(buf_text(&line), row->figure)) {
            fail_msg("\"%s\" does not begin with \"%s\", or lacks \"%s\"", buf_text(&line),
                     row->line, row->figure);
        }
        buf_free(&line);
        look_free(look);
    }
}

static void limits_that_make_no_sense_are_named(void **state)
{
    static const char *const BAD[] = {"dead",      "dead=",   "dead=x",    "dead=-1", "nothing=1",
                                      "oldest=5y", "dead=1s", "memory=1s", ""};

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(BAD); i++) {
        struct options options = {.given_count = 1, .given = {{OPTION_WARN, BAD[i]}}};
        struct threshold_limits limits[LIMITS_MAX];
        struct err err = ERR_INIT;

        if (thresholds_read(&options, limits, &err)) {
            fail_msg("\"%s\" is accepted", BAD[i]);
        }
        assert_int_equal(err.kind, ERR_REJECT);
    }
}

static void a_limit_of_time_may_have_a_unit(void **state)
{
    struct options options = {.given_count = 2,
                              .given = {{OPTION_WARN, "oldest=5m"}, {OPTION_CRIT, "oldest=2h"}}};
    struct threshold_limits limits[LIMITS_MAX];
    struct err err = ERR_INIT;

    (void)state;
    assert_true(thresholds_read(&options, limits, &err));
    for (size_t i = 0; i < THRESHOLD_COUNT; i++) {
        if (strcmp(THRESHOLDS[i].name, "oldest") == 0) {
            assert_int_equal(limits[i].warn, 300);
            assert_int_equal(limits[i].crit, 7200);
        }
    }
}

/* ---- figures ---- */

static void figures_are_those_of_the_survey(void **state)
{
    struct look *look = look_at(
        "\"updates\":{\"length\":9,\"unread\":3,\"free\":2,\"parked\":1,\"running\":3,"
        "\"oldest_unread\":{\"id\":\"9-1\",\"ms\":990000},\"oldest_free\":{\"id\":\"8-1\",\"ms\":"
        "980000}},"
        "\"running\":[{\"id\":\"1-1\",\"consumer\":\"_free\",\"received_ms\":1},"
        "{\"id\":\"2-2\",\"consumer\":\"w1\",\"received_ms\":995000}],"
        "\"meta\":{\"paused\":\"1\",\"pushed\":\"77\"},");
    static const struct {
        const char *name;
        int64_t value;
    } ROWS[] = {{"waiting", 5},
                {"oldest_waiting_ms", 20000},
                {"running", 3},
                {"parked", 1},
                {"oldest_running_ms", 5000},
                {"workers", 1},
                {"gateways", 1},
                {"paused", 1},
                {"pushed", 77},
                {"memory_used", 80}};
    size_t found = 0;

    (void)state;
    for (size_t i = 0; i < FIGURE_COUNT; i++) {
        for (size_t row = 0; row < ARRAY_LEN(ROWS); row++) {
            if (strcmp(FIGURES[i].name, ROWS[row].name) == 0) {
                assert_int_equal(figure_value(&FIGURES[i], &look->survey), ROWS[row].value);
                found++;
            }
        }
    }
    assert_int_equal(found, ARRAY_LEN(ROWS));
    assert_int_equal(figure_per_minute(5, 2000), 150);
    assert_int_equal(figure_per_minute(5, 0), 0);
    look_free(look);
}

static void of_durations_half_and_almost_all_are_told(void **state)
{
    int64_t hundred[100];
    int64_t one[] = {7};
    struct durations found;

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(hundred); i++) {
        hundred[i] = (int64_t)(100 - i); /* 1 to 100, the longest first */
    }
    found = durations_of(hundred, ARRAY_LEN(hundred));
    assert_int_equal(found.count, 100);
    assert_int_equal(found.half_ms, 50);
    assert_int_equal(found.most_ms, 95);
    found = durations_of(one, 1);
    assert_int_equal(found.half_ms, 7);
    assert_int_equal(found.most_ms, 7);
    found = durations_of(one, 0);
    assert_int_equal(found.count, 0);
}

/* ---- the dead ---- */

static const struct field UPDATE[] = {
    {"kind", "message", 7},           {"chat_id", "42", 2},
    {"update_id", "10", 2},           {"text", "Привет", 12},
    {"reason", "Never Finished", 14}, {"deliveries", "3", 1},
    {"died_ms", "400000", 6},
};

static const struct field REPLY[] = {
    {"method", "sendMessage", 11}, {"chat_id", "43", 2}, {"ref", "11", 2},
    {"reason", "blocked", 7},      {"died_ms", "x", 1},
};

static void a_letter_is_an_update_or_a_reply(void **state)
{
    struct dead_letter letter;

    (void)state;
    dead_read("1-1", UPDATE, ARRAY_LEN(UPDATE), &letter);
    assert_string_equal(letter.kind, "message");
    assert_string_equal(letter.update_id, "10");
    assert_int_equal(letter.died_ms, 400000);
    dead_read("1-1", REPLY, ARRAY_LEN(REPLY), &letter);
    assert_string_equal(letter.kind, "reply");
    assert_string_equal(letter.update_id, "11");
    assert_string_equal(letter.text, "sendMessage");
    assert_int_equal(letter.died_ms, 0);
    dead_read("1-1", REPLY, 0, &letter);
    assert_string_equal(letter.kind, "");
    assert_string_equal(letter.reason, "");
}

static void a_filter_means_what_it_says(void **state)
{
    static const struct {
        struct dead_filter filter;
        bool meant;
    } ROWS[] = {
        {{0, NULL, NULL}, true},
        {{600000, NULL, NULL}, true},
        {{600001, NULL, NULL}, false},
        {{0, "message", NULL}, true},
        {{0, "reply", NULL}, false},
        {{0, NULL, "never f"}, true},
        {{0, NULL, "ПРИВЕТ"}, true},
        {{0, NULL, "пока"}, false},
        {{600000, "message", "finished"}, true},
        {{600000, "reply", "finished"}, false},
    };
    struct dead_letter letter;

    (void)state;
    dead_read("1-1", UPDATE, ARRAY_LEN(UPDATE), &letter);
    for (size_t i = 0; i < ARRAY_LEN(ROWS); i++) {
        assert_int_equal(dead_is_meant(&ROWS[i].filter, &letter, 1000000), ROWS[i].meant);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_monitor_is_told_what_is_worst_first_and_all_figures),
        cmocka_unit_test(limits_that_make_no_sense_are_named),
        cmocka_unit_test(a_limit_of_time_may_have_a_unit),
        cmocka_unit_test(figures_are_those_of_the_survey),
        cmocka_unit_test(of_durations_half_and_almost_all_are_told),
        cmocka_unit_test(a_letter_is_an_update_or_a_reply),
        cmocka_unit_test(a_filter_means_what_it_says),
    };

    return cmocka_run_group_tests_name("queuectl, check", tests, NULL, NULL);
}
