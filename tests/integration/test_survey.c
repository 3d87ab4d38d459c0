/* SPDX-License-Identifier: MIT */
/* How the queue stands, as Redis tells it: also while it is damaged. */
#include "shared/queue/survey.h"

#include "shared/queue/state.h"
#include "tests/integration/queue_world.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct survey look(void)
{
    struct survey survey = {.tree = NULL};
    struct err err = ERR_INIT;

    if (!queue_survey(world.other, &survey, &err)) {
        fail_msg("%s", err.message);
    }
    return survey;
}

static void nothing_is_there(void **state)
{
    struct survey survey = look();

    (void)state;
    assert_int_equal(survey.updates.length, 0);
    assert_string_equal(survey.updates.oldest_unread.id, "");
    assert_int_equal(survey.running_shown, 0);
    assert_int_equal(survey.damage_count, 0);
    assert_string_equal(survey.lease_holder, "");
    assert_true(survey.now_ms > 1600000000000);
    assert_string_equal(survey.server.policy, "noeviction");
    assert_true(survey.memory_used > 0);
    survey_free(&survey);
}

/* Ann's first update runs, her second is parked, Bob's was given back, Cid's nobody has read. */
static void every_update_is_counted_where_it_is(void **state)
{
    struct queue_job *job;
    struct queue_job *other;
    struct err err = ERR_INIT;
    struct survey survey;

    (void)state;
    world_push(&world, 10, ANN);
    world_push(&world, 11, ANN);
    world_push(&world, 12, BOB);
    job = world_take_id(world.worker, "w1", 10);
    other = world_take_id(world.other, "w2", 12);
    assert_true(queue_give_back(world.other, "w2", queue_job_id(other), &err));
    world_push(&world, 13, CID);

    survey = look();
    assert_int_equal(survey.updates.length, 4);
    assert_int_equal(survey.updates.running, 1);
    assert_int_equal(survey.updates.parked, 1);
    assert_int_equal(survey.updates.free, 1);
    assert_int_equal(survey.updates.unread, 1);
    assert_string_equal(survey.updates.oldest_unread.chat_id, "3");
    assert_string_equal(survey.updates.oldest_free.chat_id, "2");
    assert_string_equal(survey.updates.oldest_parked.chat_id, "1");
    assert_int_equal(survey.running_shown, 2);
    assert_string_equal(survey.running[0].update_id, "10");
    assert_string_equal(survey.running[0].consumer, "w1");
    assert_int_equal(survey.running[0].behind, 1);
    assert_string_equal(survey.running[0].begun, "");
    assert_string_equal(survey.running[1].consumer, "_free");
    assert_int_equal(survey.consumer_count, 1);
    assert_string_equal(survey.consumers[0].name, "w1");
    survey_free(&survey);
    queue_job_free(job);
    queue_job_free(other);
}

static void a_call_that_was_begun_is_told(void **state)
{
    struct queue_job *job;
    struct survey survey;

    (void)state;
    world_push(&world, 10, ANN);
    job = world_take_id(world.worker, "w1", 10);
    RAW_DO(&world, "FCALL", "bq_begin", "1", "{t}", "w1", queue_job_id(job), "1", "N",
           "domain/addSubdomainVirtual shop.example.com", "[]");
    survey = look();
    assert_int_equal(survey.intent_count, 1);
    assert_string_equal(survey.running[0].begun, "domain/addSubdomainVirtual shop.example.com");
    assert_false(survey.running[0].begun_ended);
    survey_free(&survey);
    queue_job_free(job);
}

static void what_was_given_up_and_what_nobody_knows_is_shown(void **state)
{
    struct survey survey;

    (void)state;
    world_push(&world, 10, ANN);
    world_let_die(world_take_id(world.worker, "w1", 10));
    RAW_DO(&world, "HSET", "{t}:unknown", "11",
           "{\"ms\":1764154000000,\"chat_id\":2,\"what\":\"dns/changeRecords x\",\"before\":\"\"}");
    survey = look();
    assert_int_equal(survey.dead_count, 1);
    assert_string_equal(survey.dead[0].update_id, "10");
    assert_true(strstr(survey.dead[0].reason, "never finished") != NULL);
    assert_int_equal(survey.unknown_count, 1);
    assert_string_equal(survey.unknown[0].update_id, "11");
    assert_string_equal(survey.unknown[0].what, "dns/changeRecords x");
    assert_string_equal(survey.unknown[0].chat_id, "2");
    assert_int_equal(survey.unknown[0].ms, 1764154000000);
    survey_free(&survey);
}

static void services_bring_the_limits_of_their_accounts(void **state)
{
    struct survey survey;

    (void)state;
    RAW_DO(&world, "HSET", "{t}:services", "web1-5",
           "1764154000000 {\"role\":\"worker\",\"account\":\"login\"}");
    RAW_DO(&world, "HSET", "{t}:services", "web1-6", "what somebody wrote by hand");
    RAW_DO(&world, "FCALL", "bq_limit", "1", "{t}", "login", "1", "60", "60000");
    RAW_DO(&world, "FCALL", "bq_limit_hit", "1", "{t}", "login", "90000");
    survey = look();
    assert_int_equal(survey.service_count, 2);
    assert_int_equal(survey.limit_count, 1);
    assert_string_equal(survey.limits[0].account, "login");
    assert_true(survey.limits[0].until_ms > survey.now_ms + 80000);
    assert_int_equal(survey.limits[0].bucket_count, 1);
    assert_string_equal(survey.limits[0].buckets[0].window, "60/60000");
    survey_free(&survey);
}

static void a_flooded_chat_is_shown_with_what_waits_for_it(void **state)
{
    struct survey survey;

    (void)state;
    for (int i = 0; i < 3; i++) {
        RAW_DO(&world, "XADD", "{t}:replies", "*", "chat_id", i == 2 ? "2" : "1", "method",
               "sendMessage");
    }
    RAW_DO(&world, "SET", "{t}:flood:1", "9999999999999");
    survey = look();
    assert_int_equal(survey.replies.length, 3);
    assert_string_equal(survey.replies.oldest.kind, "sendMessage");
    assert_int_equal(survey.flood_count, 1);
    assert_string_equal(survey.floods[0].chat_id, "1");
    assert_int_equal(survey.floods[0].waiting, 2);
    survey_free(&survey);
}

static void a_pause_and_the_counters_are_told(void **state)
{
    struct survey survey;

    (void)state;
    world_push(&world, 10, ANN);
    RAW_DO(&world, "FCALL", "bq_pause", "1", "{t}", "ann", "repair");
    survey = look();
    assert_string_equal(json_text(survey.meta, "paused_by"), "ann");
    assert_int_equal(survey_counter(&survey, "pushed"), 1);
    assert_int_equal(survey_counter(&survey, "sent"), 0);
    survey_free(&survey);
}

static void a_chat_that_waits_for_nothing_is_damage(void **state)
{
    struct survey survey;

    (void)state;
    RAW_DO(&world, "HSET", "{t}:busy", "1", "5-5");
    RAW_DO(&world, "ZADD", "{t}:parked", "0", "2|00000000000000000005-00000000000000000006");
    survey = look();
    assert_int_equal(survey.damage_count, 2);
    assert_true(strstr(survey.damage[0], "chat 1") != NULL);
    survey_free(&survey);
}

/* Every key that a survey reads, as one of another type. */
static void keys_of_another_type_are_told_and_break_nothing(void **state)
{
    static const char *const NAMES[] = {"updates", "replies",  "events", "dead",
                                        "meta",    "busy",     "parked", "intents",
                                        "unknown", "services", "limits", "lease:gateway"};
    struct survey survey;

    (void)state;
    for (size_t i = 0; i < sizeof(NAMES) / sizeof(NAMES[0]); i++) {
        char key[64];

        (void)snprintf(key, sizeof(key), "{t}:%s", NAMES[i]);
        RAW_DO(&world, "DEL", key);
        RAW_DO(&world, "SADD", key, "x");
    }
    survey = look();
    assert_int_equal(survey.damage_count, 9);
    assert_int_equal(survey.updates.length, 0);
    survey_free(&survey);
}

static void a_survey_writes_nothing(void **state)
{
    char *before;
    char *after;
    struct survey survey;

    (void)state;
    world_push(&world, 10, ANN);
    before = world_snapshot(&world);
    survey = look();
    after = world_snapshot(&world);
    assert_string_equal(before, after);
    survey_free(&survey);
    free(before);
    free(after);
}

static void what_is_no_survey_is_refused(void **state)
{
    static const char *const TEXTS[] = {"", "[]", "1", "nonsense", "{"};
    struct survey survey = {.tree = NULL};

    (void)state;
    for (size_t i = 0; i < sizeof(TEXTS) / sizeof(TEXTS[0]); i++) {
        struct err err = ERR_INIT;

        assert_false(survey_read(TEXTS[i], "", &survey, &err));
        assert_error(&err, ERR_FATAL, "bq_survey");
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        BEHAVIOUR("nothing is there", nothing_is_there),
        BEHAVIOUR("every update is counted where it is", every_update_is_counted_where_it_is),
        BEHAVIOUR("a call that was begun is told", a_call_that_was_begun_is_told),
        BEHAVIOUR("what was given up, and what nobody knows, is shown",
                  what_was_given_up_and_what_nobody_knows_is_shown),
        BEHAVIOUR("services bring the limits of their accounts",
                  services_bring_the_limits_of_their_accounts),
        BEHAVIOUR("a flooded chat is shown with what waits for it",
                  a_flooded_chat_is_shown_with_what_waits_for_it),
        BEHAVIOUR("a pause and the counters are told", a_pause_and_the_counters_are_told),
        BEHAVIOUR("a chat that waits for nothing is damage",
                  a_chat_that_waits_for_nothing_is_damage),
        BEHAVIOUR("keys of another type are told and break nothing",
                  keys_of_another_type_are_told_and_break_nothing),
        BEHAVIOUR("a survey writes nothing", a_survey_writes_nothing),
        BEHAVIOUR("what is no survey is refused", what_is_no_survey_is_refused),
    };

    return cmocka_run_group_tests_name("survey", tests, world_set_up, world_tear_down);
}
