/* SPDX-License-Identifier: MIT */
/* What processes say of themselves: it stays a day, and harms nothing. */
#include "shared/queue/report.h"

#include "shared/base/clock.h"
#include "tests/integration/queue_world.h"

#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define KEY "{t}:services"

enum { DAY_MS = 86400000 };

static void report(const char *process, const char *json)
{
    struct err err = ERR_INIT;

    if (!queue_report(world.worker, process, json, &err)) {
        fail_msg("%s", err.message);
    }
}

/* A report of `process` that was made so long ago. */
static void leave_report(const char *process, int64_t age_ms)
{
    char text[64];

    (void)snprintf(text, sizeof(text), "%" PRId64 " {\"v\":1}", clock_unix_ms() - age_ms);
    RAW_DO(&world, "HSET", KEY, process, text);
}

static void the_last_report_of_a_process_is_kept_with_its_time(void **state)
{
    const char *text;
    char *json;
    int64_t ms;

    (void)state;
    report("web1-5", "{\"v\":1,\"first\":true}");
    report("web1-5", "{\"v\":1}");
    report("web2-5", "{\"v\":1}");
    assert_int_equal(RAW_INT(&world, "HLEN", KEY), 2);
    text = RAW_TEXT(&world, "HGET", KEY, "web1-5");
    ms = (int64_t)strtoimax(text, &json, 10);
    assert_in_range(ms, clock_unix_ms() - 60000, clock_unix_ms() + 60000);
    assert_string_equal(json, " {\"v\":1}");
}

static void a_report_of_yesterday_is_cleared_away_and_no_younger_one(void **state)
{
    (void)state;
    leave_report("gone-1", DAY_MS + 60000);
    leave_report("gone-2", DAY_MS - 60000);
    for (int i = 0; i < 40 && RAW_INT(&world, "HEXISTS", KEY, "gone-1") == 1; i++) {
        report("web1-5", "{}"); /* it looks at a few of them, by chance */
    }
    assert_int_equal(RAW_INT(&world, "HEXISTS", KEY, "gone-1"), 0);
    assert_int_equal(RAW_INT(&world, "HEXISTS", KEY, "gone-2"), 1);
    assert_int_equal(RAW_INT(&world, "HEXISTS", KEY, "web1-5"), 1);
}

static void what_is_no_report_is_cleared_away(void **state)
{
    (void)state;
    RAW_DO(&world, "HSET", KEY, "odd", "no time at all");
    report("web1-5", "{}");
    assert_int_equal(RAW_INT(&world, "HEXISTS", KEY, "odd"), 0);
}

static void a_process_that_was_away_for_a_day_replaces_its_report(void **state)
{
    (void)state;
    leave_report("web1-5", 2 * DAY_MS);
    report("web1-5", "{\"v\":1}");
    assert_non_null(strstr(RAW_TEXT(&world, "HGET", KEY, "web1-5"), " {\"v\":1}"));
}

static void a_report_beyond_all_measure_is_refused(void **state)
{
    static char json[40000];
    struct err err = ERR_INIT;

    (void)state;
    memset(json, '1', sizeof(json) - 1);
    assert_false(queue_report(world.worker, "web1-5", json, &err));
    assert_error(&err, ERR_REJECT, "bq_report: json");
    assert_int_equal(RAW_INT(&world, "EXISTS", KEY), 0);
}

static void a_key_of_another_type_is_named(void **state)
{
    struct err err = ERR_INIT;

    (void)state;
    RAW_DO(&world, "SET", KEY, "by hand");
    assert_false(queue_report(world.worker, "web1-5", "{}", &err));
    assert_error(&err, ERR_REJECT, "services: holds a string");
    assert_string_equal(RAW_TEXT(&world, "GET", KEY), "by hand");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        BEHAVIOUR("the last report of a process is kept, with its time",
                  the_last_report_of_a_process_is_kept_with_its_time),
        BEHAVIOUR("a report of yesterday is cleared away, and no younger one",
                  a_report_of_yesterday_is_cleared_away_and_no_younger_one),
        BEHAVIOUR("what is no report is cleared away", what_is_no_report_is_cleared_away),
        BEHAVIOUR("a process that was away for a day replaces its report",
                  a_process_that_was_away_for_a_day_replaces_its_report),
        BEHAVIOUR("a report beyond all measure is refused", a_report_beyond_all_measure_is_refused),
        BEHAVIOUR("a key of another type is named", a_key_of_another_type_is_named),
    };

    return cmocka_run_group_tests_name("queue, reports", tests, world_set_up, world_tear_down);
}
