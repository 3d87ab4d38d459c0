/* SPDX-License-Identifier: MIT */
/* Where an update or an entry is, wherever it may be. */
#include "shared/queue/where.h"
#include "tests/integration/queue_world.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static struct queue_whereabouts found;

static void look(const char *name)
{
    struct err err = ERR_INIT;

    queue_where_free(&found);
    if (!queue_where(world.worker, name, &found, &err)) {
        fail_msg("%s", err.message);
    }
}

static int forget(void **state)
{
    (void)state;
    queue_where_free(&found);
    return 0;
}

static void assert_place(size_t index, const char *stream, const char *holder)
{
    assert_true(index < found.place_count);
    assert_string_equal(found.places[index].stream, stream);
    assert_string_equal(found.places[index].holder, holder);
}

static void a_waiting_update_is_found(void **state)
{
    (void)state;
    world_push(&world, 10, ANN);
    look("10");
    assert_string_equal(found.update_id, "10");
    assert_int_equal(found.place_count, 1);
    assert_place(0, "updates", "");
    assert_string_equal(queue_place_text(&found.places[0], "text"), "/start");
    assert_string_equal(queue_place_text(&found.places[0], "nothing"), "");
    assert_true(found.now_ms > 0);
}

static void a_parked_one_says_who_is_before_it(void **state)
{
    struct queue_job *job;

    (void)state;
    for (int64_t id = 10; id < 13; id++) {
        world_push(&world, id, ANN);
    }
    job = world_take_id(world.worker, "w1", 10);
    assert_null(world_take(world.other, "w2"));
    look("12");
    assert_place(0, "updates", "_park");
    assert_string_equal(found.runs, queue_job_id(job));
    assert_int_equal(found.before, 1);
    look("10");
    assert_place(0, "updates", "w1");
    assert_int_equal(found.places[0].deliveries, 1);
    assert_int_equal(found.before, 0);
    queue_job_free(job);
}

static void what_was_begun_and_is_not_known_is_told(void **state)
{
    (void)state;
    world_push(&world, 10, ANN);
    RAW_DO(&world, "HSET", "{t}:intents", "10/1", "{\"state\":\"begun\"}", "10/cancel", "ann: why",
           "11/1", "another's");
    RAW_DO(&world, "HSET", "{t}:unknown", "10", "{\"what\":\"x\"}");
    look("10");
    assert_int_equal(found.intent_count, 2);
    assert_string_equal(found.intents[0].name, "10/1");
    assert_string_equal(found.intents[1].value, "ann: why");
    assert_string_equal(found.unknown, "{\"what\":\"x\"}");
}

static void its_dead_letter_and_its_reply_are_found(void **state)
{
    (void)state;
    world_push(&world, 9, BOB);
    world_push(&world, 10, ANN);
    queue_job_free(world_take_id(world.other, "w2", 9));
    world_let_die(world_take_id(world.worker, "w1", 10));
    RAW_DO(&world, "XREADGROUP", "GROUP", GROUP_GATEWAY, "sender", "STREAMS", "{t}:replies", ">");
    look("10");
    assert_int_equal(found.place_count, 2);
    assert_place(0, "replies", "sender");
    assert_place(1, "dead", "");
    assert_string_equal(queue_place_text(&found.places[1], "update_id"), "10");
}

static void an_entry_leads_to_its_update(void **state)
{
    char reply[REDIS_ID_SIZE];

    (void)state;
    world_push(&world, 10, ANN);
    world_let_die(world_take_id(world.worker, "w1", 10));
    look("10");
    (void)snprintf(reply, sizeof(reply), "%s", found.places[0].id);
    look(reply);
    assert_string_equal(found.update_id, "10");
    assert_int_equal(found.place_count, 2);
    assert_string_equal(found.places[0].id, reply);
}

/* As the gateway's batches leave them: several in a millisecond, gaps between. */
static void an_update_deep_in_the_queue_is_found(void **state)
{
    static const char *const NUMBERS[] = {"1", "2", "700", "1499", "2500", "4999", "5000"};

    (void)state;
    RAW_DO(&world, "EVAL",
           "for i = 1, 5000 do redis.call('XADD', KEYS[1], (1000 + 7 * math.floor(i / 9)) .. '-' .."
           " i, 'update_id', i, 'chat_id', '2') end",
           "1", "{t}:updates");
    for (size_t i = 0; i < ARRAY_LEN(NUMBERS); i++) {
        look(NUMBERS[i]);
        assert_int_equal(found.place_count, 1);
        assert_string_equal(queue_place_text(&found.places[0], "update_id"), NUMBERS[i]);
    }
    look("5001");
    assert_int_equal(found.place_count, 0);
    RAW_DO(&world, "XDEL", "{t}:updates", "2162-1499");
    look("1499");
    assert_int_equal(found.place_count, 0);
}

static void what_is_nowhere_is_not_found(void **state)
{
    (void)state;
    look("10");
    assert_string_equal(found.update_id, "10");
    assert_int_equal(found.place_count, 0);
    look("1764154000000-10");
    assert_string_equal(found.update_id, "");
    assert_int_equal(found.place_count, 0);
}

/* clang-format off */
static struct world_argument_row argument_rows[] = {
    /* what it shows            call                          answer */
    {"where: nothing",          "bq_where 1 {t}",             "ERR bq_where: name: missing"},
    {"where: a word",           "bq_where 1 {t} u10",         "ERR bq_where: name: neither an update_id nor the ID of an entry"},
    {"where: a number too long", "bq_where 1 {t} 123456789012345678", "ERR bq_where: name: neither an update_id nor the ID of an entry"},
    {"where: too many",         "bq_where 1 {t} 10 11",       "ERR bq_where: 1 arguments too many"},
};

#define PLACE_TEST(sentence, function) \
    {.name = (sentence), .test_func = (function), .setup_func = world_fresh, .teardown_func = forget}

static const struct CMUnitTest TESTS[] = {
    PLACE_TEST("a waiting update is found",                  a_waiting_update_is_found),
    PLACE_TEST("a parked one says who is before it",         a_parked_one_says_who_is_before_it),
    PLACE_TEST("what was begun, and is not known, is told",  what_was_begun_and_is_not_known_is_told),
    PLACE_TEST("its dead letter and its reply are found",    its_dead_letter_and_its_reply_are_found),
    PLACE_TEST("an entry leads to its update",               an_entry_leads_to_its_update),
    PLACE_TEST("an update deep in the queue is found",       an_update_deep_in_the_queue_is_found),
    PLACE_TEST("what is nowhere is not found",               what_is_nowhere_is_not_found),
};
/* clang-format on */

int main(void)
{
    struct CMUnitTest tests[ARRAY_LEN(TESTS) + ARRAY_LEN(argument_rows)];
    size_t count = ARRAY_LEN(TESTS);

    memcpy(tests, TESTS, sizeof(TESTS));
    count = world_add_arguments(tests, count, argument_rows, ARRAY_LEN(argument_rows));
    return cmocka_run_group_tests_name("queue, where", tests, world_set_up, world_tear_down);
}
