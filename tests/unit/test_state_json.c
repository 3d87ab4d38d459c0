/* SPDX-License-Identifier: MIT */
/* The state of the queue as JSON: a survey in, what programs that show it read out. */
#include "shared/ops/state_json.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

/* A minute past a million: something of everything. */
/* clang-format off */
static const char SURVEY[] =
    "{\"now_ms\":1060000,\"library\":7,\"updates\":{\"length\":9,\"unread\":4,\"free\":1,\"parked\":3,"
    "\"running\":1,\"oldest_unread\":{\"id\":\"1030000-4\",\"ms\":1030000},"
    "\"oldest_free\":{\"id\":\"1050000-5\",\"ms\":1050000},\"oldest_parked\":{\"id\":\"1010000-6\","
    "\"ms\":1010000}},\"replies\":{\"length\":5,\"unread\":3,\"taken\":2,\"oldest\":{\"id\":\"1059000-0\","
    "\"ms\":1059000,\"chat_id\":\"42\"}},\"events\":{\"length\":7,\"newest_ms\":1055000,"
    "\"oldest\":{\"id\":\"1000000-0\",\"ms\":1000000},\"followers\":[{\"name\":\"journal-1\","
    "\"position\":\"1045000-0\"},{\"name\":\"journal-2\",\"position\":\"0-0\"}]},\"dead\":{\"length\":30,\"oldest\":[{\"id\":\"9-0\",\"kind\":\"message\","
    "\"update_id\":\"10\",\"chat_id\":\"42\",\"reason\":\"delivered 3 times\",\"died_ms\":1000000}]},"
    "\"unknown\":{\"count\":1,\"some\":[{\"update_id\":\"11\",\"chat_id\":\"42\","
    "\"outcome\":{\"what\":\"domain/delete x\",\"ms\":1040000}}]},\"intents\":2,\"running\":[{\"id\":\"7-12\","
    "\"update_id\":\"12\",\"chat_id\":\"43\",\"kind\":\"message\",\"consumer\":\"web1-5-2\",\"idle_ms\":400,"
    "\"deliveries\":2,\"received_ms\":1020000,\"deadline_ms\":1090000,\"behind\":3,"
    "\"begun\":{\"what\":\"dns/changeRecords x\",\"ms\":1021000}},{\"id\":\"8-13\",\"update_id\":\"13\","
    "\"chat_id\":\"44\",\"consumer\":\"_free\",\"idle_ms\":0}],\"services\":[{\"name\":\"web1-5\","
    "\"seen_ms\":1058000,\"report\":{\"role\":\"worker\",\"host\":\"web1\",\"pid\":5,\"version\":\"0.1.0\","
    "\"started_ms\":1000000,\"checks\":{\"redis\":{\"ok\":true,\"age_ms\":200,\"why\":\"\"},"
    "\"beget\":{\"ok\":false,\"age_ms\":null,\"why\":\"wrong password\"}},\"doing\":[{\"thread\":\"web1-5-2\","
    "\"entry\":\"7-12\",\"since_ms\":1025000},{\"thread\":\"web1-5-3\",\"entry\":\"1-1\","
    "\"since_ms\":1059000}]}},{\"name\":\"web1-4\",\"seen_ms\":960000,\"report\":{}}],"
    "\"limits\":[{\"account\":\"login\",\"operator\":\"60/60\",\"until_ms\":1070000,"
    "\"buckets\":[{\"window\":\"60/60000\",\"milli_tokens\":12900}]}],\"floods\":[{\"chat_id\":\"42\","
    "\"until_ms\":4660000,\"waiting\":2}],\"lease\":{\"holder\":\"web1-4-1-2\",\"left_ms\":9000},"
    "\"meta\":{\"paused\":\"1\",\"paused_by\":\"ann\",\"paused_why\":\"repair\",\"paused_ms\":\"1050000\","
    "\"pushed\":\"500\",\"done\":\"490\"}}";
/* clang-format on */
static const char INFO[] =
    "redis_version:7.0.15\r\nused_memory:1048576\r\nmaxmemory:2097152\r\n"
    "maxmemory_policy:noeviction\r\naof_enabled:1\r\n";

static struct stuck_findings findings;

static struct json *state_of(const char *survey_text)
{
    const struct stuck_options options = {
        .patience_ms = STUCK_PATIENCE_MS, .prefix = "beget", .host = ""};
    struct survey survey = {.tree = NULL};
    struct err err = ERR_INIT;
    struct json *state;

    if (!survey_read(survey_text, INFO, &survey, &err)) {
        fail_msg("%s", err.message);
    }
    stuck_find(&survey, &options, &findings);
    state = state_json(&survey, &findings);
    survey_free(&survey);
    return state;
}

struct row {
    const char *path;
    const char *value; /* as JSON prints it */
};

/* clang-format off */
static const struct row ROWS[] = {
    {"schema", "\"beget-manager/state/1\""},
    {"now_ms", "1060000"},
    {"library", "7"},
    {"counts", "{\"dead\":30,\"unknown\":1,\"intents\":2,\"stuck\":6}"},
    {"streams.0", "{\"name\":\"updates\",\"length\":9,\"waiting\":5,\"running\":1,\"parked\":3,\"oldest_age_ms\":50000}"},
    {"streams.1", "{\"name\":\"replies\",\"length\":5,\"waiting\":3,\"running\":2,\"parked\":0,\"oldest_age_ms\":1000}"},
    {"streams.2", "{\"name\":\"events\",\"length\":7,\"waiting\":7,\"running\":0,\"parked\":0,\"oldest_age_ms\":60000}"},
    {"streams.3", "{\"name\":\"dead\",\"length\":30,\"waiting\":30,\"running\":0,\"parked\":0,\"oldest_age_ms\":60000}"},
    {"running.0", "{\"id\":\"7-12\",\"update_id\":\"12\",\"chat_id\":\"43\",\"kind\":\"message\",\"taken\":true,"
                  "\"by\":\"web1-5-2\",\"age_ms\":40000,\"idle_ms\":400,\"deliveries\":2,\"deadline_left_ms\":30000,"
                  "\"behind\":3,\"begun\":\"dns/changeRecords x\",\"begun_ended\":false,\"begun_age_ms\":39000}"},
    {"running.1.taken", "false"},
    {"running.1.age_ms", "null"},
    {"services.0.name", "\"web1-5\""},
    {"services.0.role", "\"worker\""},
    {"services.0.pid", "5"},
    {"services.0.alive", "true"},
    {"services.0.seen_age_ms", "2000"},
    {"services.0.started_age_ms", "60000"},
    {"services.0.checks", "[{\"name\":\"redis\",\"ok\":true,\"age_ms\":200,\"why\":\"\"},"
                          "{\"name\":\"beget\",\"ok\":false,\"age_ms\":null,\"why\":\"wrong password\"}]"},
    {"services.0.doing.0", "{\"thread\":\"web1-5-2\",\"id\":\"7-12\",\"age_ms\":35000,\"update_id\":\"12\","
                           "\"chat_id\":\"43\",\"begun\":\"dns/changeRecords x\"}"},
    {"services.0.doing.1.update_id", "\"\""},
    {"services.1.alive", "false"},
    {"services.1.checks", "[]"},
    {"dead.0", "{\"id\":\"9-0\",\"kind\":\"message\",\"update_id\":\"10\",\"chat_id\":\"42\","
               "\"reason\":\"delivered 3 times\",\"age_ms\":60000}"},
    {"unknown.0", "{\"update_id\":\"11\",\"what\":\"domain/delete x\",\"chat_id\":\"42\",\"age_ms\":20000}"},
    {"limits.0", "{\"account\":\"login\",\"operators\":\"60/60\",\"wait_ms\":10000,"
                 "\"buckets\":[{\"calls\":60,\"window_ms\":60000,\"left\":12}]}"},
    {"floods.0", "{\"chat_id\":\"42\",\"wait_ms\":3600000,\"waiting\":2}"},
    {"lease", "{\"holder\":\"web1-4-1-2\",\"left_ms\":9000}"},
    {"followers.0", "{\"name\":\"journal-1\",\"position\":\"1045000-0\",\"behind_ms\":10000}"},
    {"followers.1.behind_ms", "55000"},
    {"pause", "{\"on\":true,\"by\":\"ann\",\"why\":\"repair\",\"age_ms\":10000}"},
    {"counters.pushed", "500"},
    {"counters.sent", "0"},
    {"redis.memory_used", "1048576"},
    {"redis.memory_limit", "2097152"},
    {"redis.policy", "\"noeviction\""},
};
/* clang-format on */

static void each_member_says_what_the_survey_found(void **state)
{
    struct json *object = state_of(SURVEY);

    (void)state;
    for (size_t i = 0; i < sizeof(ROWS) / sizeof(ROWS[0]); i++) {
        const struct json *node = json_at(object, ROWS[i].path);
        struct buf text;

        buf_init(&text, 4096);
        if (!node) {
            fail_msg("there is no %s", ROWS[i].path);
        }
        json_print(node, &text);
        if (strcmp(buf_text(&text), ROWS[i].value) != 0) {
            fail_msg("%s is %s", ROWS[i].path, buf_text(&text));
        }
        buf_free(&text);
    }
    json_free(object);
}

static void what_is_stuck_comes_with_cause_and_command(void **state)
{
    struct json *object = state_of(SURVEY);
    const struct json *first = json_at(object, "stuck.0");
    const struct json *beget = NULL;

    (void)state;
    assert_int_equal(json_count(json_at(object, "stuck")), findings.count);
    assert_string_equal(json_text(first, "severity"), "critical");
    for (const struct json *row = first; row; row = json_next(row)) {
        beget = strcmp(json_text(row, "cause"), "beget") == 0 ? row : beget;
    }
    assert_non_null(beget);
    assert_string_equal(json_text(beget, "subject"), "web1-5");
    assert_non_null(strstr(json_text(beget, "what"), "wrong password"));
    assert_non_null(strstr(json_text(beget, "command"), "docker-compose logs"));
    assert_true(strlen(json_text(beget, "help")) > 0);
    json_free(object);
}

/* As right after the first start: nothing is there, and nothing is made up. */
static void an_empty_queue_has_empty_lists_and_no_ages(void **state)
{
    static const char *const LISTS[] = {"running", "services", "dead",     "unknown",
                                        "limits",  "floods",   "followers"};
    struct json *object = state_of("{\"now_ms\":1060000}");

    (void)state;
    for (size_t i = 0; i < sizeof(LISTS) / sizeof(LISTS[0]); i++) {
        assert_int_equal(json_type(json_at(object, LISTS[i])), JSON_LIST);
        assert_int_equal(json_count(json_at(object, LISTS[i])), 0);
    }
    for (const struct json *row = json_at(object, "streams.0"); row; row = json_next(row)) {
        assert_int_equal(json_type(json_at(row, "oldest_age_ms")), JSON_NULL);
    }
    assert_int_equal(json_type(json_at(object, "pause.age_ms")), JSON_NULL);
    assert_string_equal(json_text(object, "lease.holder"), "");
    json_free(object);
}

/* A clock that was set back must not make ages that are below zero. */
static void what_is_in_the_future_is_just_now(void **state)
{
    struct json *object = state_of(
        "{\"now_ms\":1060000,\"dead\":{\"length\":1,"
        "\"oldest\":[{\"id\":\"9-0\",\"died_ms\":2000000}]}}");
    int64_t age_ms = -1;

    (void)state;
    assert_true(json_int(object, "dead.0.age_ms", &age_ms));
    assert_int_equal(age_ms, 0);
    json_free(object);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_member_says_what_the_survey_found),
        cmocka_unit_test(what_is_stuck_comes_with_cause_and_command),
        cmocka_unit_test(an_empty_queue_has_empty_lists_and_no_ages),
        cmocka_unit_test(what_is_in_the_future_is_just_now),
    };

    return cmocka_run_group_tests_name("state_json", tests, NULL, NULL);
}
