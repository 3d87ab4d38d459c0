/* SPDX-License-Identifier: MIT */
/* How the queue stands, as Prometheus reads it: a survey in, lines out. */
#include "shared/ops/queue_metrics.h"

#include "shared/base/compiler.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const char SURVEY[] =
    "{\"now_ms\":1000000,"
    "\"updates\":{\"length\":14,\"unread\":5,\"free\":1,\"parked\":3,\"running\":5,"
    "\"oldest_unread\":{\"id\":\"990000-1\",\"ms\":990000},"
    "\"oldest_free\":{\"id\":\"980500-1\",\"ms\":980500},\"oldest_parked\":{\"id\":\"\",\"ms\":0}},"
    "\"replies\":{\"length\":9,\"unread\":7,\"taken\":2,\"oldest\":{\"id\":\"999000-0\",\"ms\":"
    "999000}},"
    "\"events\":{\"length\":4,\"newest_ms\":999000,\"oldest\":{\"id\":\"996000-0\",\"ms\":996000}},"
    "\"dead\":{\"length\":2,\"oldest\":[{\"id\":\"9-0\",\"update_id\":\"10\",\"chat_id\":\"4242\","
    "\"died_ms\":5}]},"
    "\"unknown\":{\"count\":1,\"some\":[{\"update_id\":\"10\",\"outcome\":{\"what\":\"x\",\"chat_"
    "id\":"
    "4242}}]},"
    "\"intents\":6,"
    "\"running\":[{\"id\":\"6-9\",\"consumer\":\"_free\",\"received_ms\":900000},"
    "{\"id\":\"7-10\",\"update_id\":\"10\",\"chat_id\":\"4242\",\"consumer\":\"web1-5-2\","
    "\"received_ms\":970000}],"
    "\"services\":[{\"name\":\"web1-5\",\"seen_ms\":999500,\"report\":{\"role\":\"worker\"}},"
    "{\"name\":\"web2-5\",\"seen_ms\":100000,\"report\":{\"role\":\"worker\"}},"
    "{\"name\":\"web1-4\",\"seen_ms\":900000,\"report\":{\"role\":\"gateway\"}}],"
    "\"limits\":[{\"account\":\"login\",\"until_ms\":1002500,"
    "\"buckets\":[{\"window\":\"60/60000\",\"milli_tokens\":9250}]}],"
    "\"lease\":{\"holder\":\"\",\"left_ms\":0},"
    "\"meta\":{\"paused\":\"1\",\"pushed\":\"120\",\"done\":\"106\",\"sent\":\"\"}}";

static const char INFO[] =
    "used_memory:25000000\r\nmaxmemory:100000000\r\naof_enabled:1\r\n"
    "maxmemory_policy:noeviction\r\n";

static struct stuck_findings found;

/* What is printed, to be freed by the caller. */
static char *printed(const char *json, const char *info)
{
    const struct stuck_options options = {
        .patience_ms = STUCK_PATIENCE_MS, .prefix = "beget", .host = ""};
    struct survey survey = {.tree = NULL};
    struct err err = ERR_INIT;
    struct buf out;
    char *text;

    buf_init(&out, 256 * 1024);
    if (json && !survey_read(json, info, &survey, &err)) {
        fail_msg("%s", err.message);
    }
    if (json) {
        stuck_find(&survey, &options, &found);
    }
    queue_metrics_print(json ? &survey : NULL, &found, &out);
    survey_free(&survey);
    text = strdup(buf_text(&out));
    buf_free(&out);
    return text;
}

static void assert_line(const char *text, const char *line)
{
    char with_ends[256];

    (void)snprintf(with_ends, sizeof(with_ends), "\n%s\n", line);
    if (!strstr(text, with_ends)) {
        fail_msg("no line \"%s\" in\n%s", line, text);
    }
}

static void each_fact_is_a_sample(void **state)
{
    static const char *const LINES[] = {
        "beget_manager_queue_up 1",
        "beget_manager_stream_waiting{stream=\"updates\"} 6",
        "beget_manager_stream_waiting{stream=\"replies\"} 7",
        "beget_manager_stream_waiting{stream=\"events\"} 4",
        "beget_manager_stream_in_flight{stream=\"updates\"} 5",
        "beget_manager_stream_in_flight{stream=\"replies\"} 2",
        "beget_manager_stream_parked 3",
        "beget_manager_oldest_waiting_age_seconds{stream=\"updates\"} 19.5",
        "beget_manager_oldest_waiting_age_seconds{stream=\"parked\"} 0",
        "beget_manager_oldest_waiting_age_seconds{stream=\"replies\"} 1",
        "beget_manager_oldest_waiting_age_seconds{stream=\"events\"} 4",
        "beget_manager_oldest_running_age_seconds 30",
        "beget_manager_dead_letters 2",
        "beget_manager_unknown_outcomes 1",
        "beget_manager_intents 6",
        "beget_manager_paused 1",
        "beget_manager_services{role=\"worker\"} 1",
        "beget_manager_services{role=\"gateway\"} 0",
        "beget_manager_heartbeat_age_seconds{role=\"worker\"} 0.5",
        "beget_manager_heartbeat_age_seconds{role=\"gateway\"} 100",
        "beget_manager_redis_memory_used_bytes 25000000",
        "beget_manager_redis_memory_used_ratio 0.25",
        "beget_manager_redis_aof_enabled 1",
        "beget_manager_limiter_tokens{account=\"login\",window=\"60/60000\"} 9.25",
        "beget_manager_limiter_blocked_seconds{account=\"login\"} 2.5",
        "beget_manager_queue_pushed_total 120",
        "beget_manager_queue_done_total 106",
        "beget_manager_queue_sent_total 0",
        "beget_manager_stuck{cause=\"paused\",severity=\"warning\"} 1",
        "beget_manager_stuck{cause=\"dead\",severity=\"warning\"} 1",
        "beget_manager_stuck{cause=\"no_gateway\",severity=\"critical\"} 1",
        "beget_manager_stuck{cause=\"no_worker\",severity=\"critical\"} 0",
    };
    char *text = printed(SURVEY, INFO);

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(LINES); i++) {
        assert_line(text, LINES[i]);
    }
    free(text);
}

static void every_cause_is_a_series_whether_it_is_found_or_not(void **state)
{
    char *text = printed("{\"now_ms\":1000000}", "");
    char line[128];

    (void)state;
    for (size_t i = 0; i < STUCK_CAUSE_COUNT; i++) {
        (void)snprintf(line, sizeof(line), "beget_manager_stuck{cause=\"%s\",",
                       stuck_cause_name((enum stuck_cause)i));
        assert_non_null(strstr(text, line));
    }
    free(text);
}

static void what_nobody_knows_is_not_told(void **state)
{
    char *text = printed("{\"now_ms\":1000000}", "");

    (void)state;
    assert_null(strstr(text, "\nbeget_manager_redis_memory_used_ratio"));
    assert_null(strstr(text, "\nbeget_manager_redis_aof_enabled"));
    assert_null(strstr(text, "\nbeget_manager_heartbeat_age_seconds"));
    assert_line(text, "beget_manager_dead_letters 0");
    free(text);
}

static void without_Redis_that_is_all_there_is_to_say(void **state)
{
    char *text = printed(NULL, "");

    (void)state;
    assert_line(text, "beget_manager_queue_up 0");
    assert_null(strstr(text, "beget_manager_stuck"));
    free(text);
}

static void nobody_is_named(void **state)
{
    char *text = printed(SURVEY, INFO);

    (void)state;
    assert_null(strstr(text, "4242"));
    assert_null(strstr(text, "web1"));
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_fact_is_a_sample),
        cmocka_unit_test(every_cause_is_a_series_whether_it_is_found_or_not),
        cmocka_unit_test(what_nobody_knows_is_not_told),
        cmocka_unit_test(without_Redis_that_is_all_there_is_to_say),
        cmocka_unit_test(nobody_is_named),
    };

    return cmocka_run_group_tests_name("queue_metrics", tests, NULL, NULL);
}
