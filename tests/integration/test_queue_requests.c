/* SPDX-License-Identifier: MIT */
/* Chats that may not use the bot: which of their updates the admins are shown, and what of them. */
#include "tests/integration/queue_world.h"

#include "shared/base/compiler.h"

#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { VERA = 88, STRANGER = 1000, BATCH = 100 };

#define WHO "{\"request\":{\"chat\":{\"id\":88},\"from\":{\"first_name\":\"Vera\"}}}"

/* Pushes updates of one chat each, numbered from `update_id`, all with somebody behind them. */
static struct queue_push_result push(int64_t update_id, const int64_t chats[], size_t count,
                                     const char *who)
{
    struct queue_push_options options = world_push_options();
    struct queue_push_result result;
    struct update updates[BATCH];
    const char *asking[BATCH];
    struct err err = ERR_INIT;

    for (size_t i = 0; i < count; i++) {
        updates[i] = world_update(update_id + (int64_t)i, chats[i]);
        updates[i].text = "my secret";
        updates[i].payload = "{\"message\":{\"text\":\"my secret\"}}";
        asking[i] = who;
    }
    options.asking = asking;
    if (!queue_push(world.gateway, &options, updates, count, &result, &err)) {
        fail_msg("%s", err.message);
    }
    return result;
}

#define PUSH(update_id, ...)                          \
    push((update_id), (const int64_t[]){__VA_ARGS__}, \
         sizeof((const int64_t[]){__VA_ARGS__}) / sizeof(int64_t), WHO)

/* So many strangers that were never seen before. */
static int64_t push_strangers(int64_t first, size_t count)
{
    int64_t chats[BATCH];

    for (size_t i = 0; i < count; i++) {
        chats[i] = STRANGER + first + (int64_t)i;
    }
    return push(chats[0], chats, count, WHO).requests;
}

static void assert_expires_within(const char *key, int64_t most_s)
{
    assert_in_range(RAW_INT(&world, "TTL", key), most_s - 60, most_s);
}

static void a_request_tells_who_asks_and_nothing_else(void **state)
{
    struct queue_push_result result = PUSH(10, VERA);
    struct queue_job *job = world_take_id(world.worker, "w1", 10);
    struct update update;
    struct err err = ERR_INIT;
    char *everything;

    (void)state;
    assert_int_equal(result.added, 0);
    assert_int_equal(result.requests, 1);
    assert_int_equal(result.stranger_count, 1);
    assert_true(queue_job_update(job, &update, &err));
    assert_int_equal(update.kind, UPDATE_REQUEST);
    assert_int_equal(update.chat_id, VERA);
    assert_int_equal(update.user_id, VERA);
    assert_string_equal(update.user, "@someone");
    assert_string_equal(update.text, "");
    assert_string_equal(update.payload, WHO);
    assert_true(update.deadline_ms > update.received_ms && update.received_ms > 0);
    everything = world_snapshot(&world);
    assert_null(strstr(everything, "secret"));
    free(everything);
    queue_job_free(job);
}

static void who_is_known_asks_for_nothing(void **state)
{
    struct queue_push_result result;

    (void)state;
    RAW_DO(&world, "HSET", "{t}:access", "88", "Vera");
    result = PUSH(10, VERA, ANN);
    assert_int_equal(result.added, 2);
    assert_int_equal(result.requests, 0);
}

static void a_chat_asks_once_a_day(void **state)
{
    (void)state;
    assert_int_equal(PUSH(10, VERA, VERA, -99).requests, 2);
    assert_int_equal(PUSH(20, VERA).requests, 0);
    assert_expires_within("{t}:asked:88", 24 * 3600);
    RAW_DO(&world, "DEL", "{t}:asked:88"); /* a day later */
    assert_int_equal(PUSH(21, VERA).requests, 1);
}

static void a_repeated_batch_asks_once(void **state)
{
    (void)state;
    assert_int_equal(PUSH(10, VERA).requests, 1);
    RAW_DO(&world, "DEL", "{t}:asked:88");
    assert_int_equal(PUSH(10, VERA).requests, 0);
    assert_int_equal(RAW_INT(&world, "XLEN", "{t}:updates"), 1);
}

static void ten_ask_in_an_hour(void **state)
{
    (void)state;
    assert_int_equal(push_strangers(0, 4), 4);
    assert_expires_within("{t}:asked", 3600);
    RAW_DO(&world, "EXPIRE", "{t}:asked", "1000");
    assert_int_equal(push_strangers(100, 20), 6);
    assert_in_range(RAW_INT(&world, "TTL", "{t}:asked"), 900, 1000); /* not begun anew */
    assert_int_equal(push_strangers(200, 1), 0);
    assert_int_equal(RAW_INT(&world, "HGET", "{t}:meta", "strangers"), 25);
    RAW_DO(&world, "DEL", "{t}:asked");          /* an hour later */
    assert_int_equal(push_strangers(200, 1), 0); /* a repeat */
    assert_int_equal(push_strangers(300, 1), 1);
}

static void who_was_left_out_may_ask_later(void **state)
{
    (void)state;
    assert_int_equal(push_strangers(0, 11), 10);
    RAW_DO(&world, "DEL", "{t}:asked");
    assert_int_equal(PUSH(20, STRANGER + 10).requests, 1);
}

static void who_is_ignored_does_not_ask(void **state)
{
    (void)state;
    RAW_DO(&world, "HSET", "{t}:ignored", "88", "Vera");
    assert_int_equal(PUSH(10, VERA).requests, 0);
    assert_int_equal(RAW_INT(&world, "EXISTS", "{t}:asked:88", "{t}:asked"), 0);
    RAW_DO(&world, "HDEL", "{t}:ignored", "88");
    assert_int_equal(PUSH(11, VERA).requests, 1);
}

static void nobody_asks_while_requests_are_off(void **state)
{
    struct queue_push_options options = world_push_options();
    const struct update update = world_update(10, VERA);
    struct queue_push_result result;
    struct err err = ERR_INIT;
    const int64_t chats[] = {VERA};

    (void)state;
    assert_true(queue_push(world.gateway, &options, &update, 1, &result, &err));
    assert_int_equal(result.stranger_count, 1);
    assert_int_equal(result.requests, 0);
    assert_int_equal(push(11, chats, 1, "").requests, 0); /* a press, and the like */
    assert_int_equal(RAW_INT(&world, "EXISTS", "{t}:asked:88", "{t}:asked", "{t}:updates"), 1);
    assert_int_equal(RAW_INT(&world, "XLEN", "{t}:updates"), 0);
}

static void a_caller_that_leaves_the_list_out_is_understood(void **state)
{
    (void)state;
    RAW_DO(&world, "FCALL", "bq_push", "1", "{t}", "7", "1000", "300", "0", "1", "2", "update_id",
           "30", "chat_id", "88");
    assert_int_equal(RAW_INT(&world, "HGET", "{t}:meta", "strangers"), 1);
    assert_int_equal(RAW_INT(&world, "XLEN", "{t}:updates"), 0);
}

static void a_full_queue_leaves_requests_out(void **state)
{
    struct queue_push_options options = world_push_options();
    const struct update update = world_update(20, VERA);
    const char *const asking[] = {WHO};
    struct queue_push_result result;
    struct err err = ERR_INIT;

    (void)state;
    world_push(&world, 10, ANN);
    options.depth_limit = 1;
    options.asking = asking;
    assert_true(queue_push(world.gateway, &options, &update, 1, &result, &err));
    assert_int_equal(result.requests, 0);
    assert_int_equal(RAW_INT(&world, "XLEN", "{t}:updates"), 1);
}

static void a_damaged_count_begins_anew(void **state)
{
    (void)state;
    RAW_DO(&world, "SET", "{t}:asked", "many");
    assert_int_equal(PUSH(10, VERA).requests, 1);
    assert_expires_within("{t}:asked", 3600);
    RAW_DO(&world, "DEL", "{t}:asked");
    RAW_DO(&world, "HSET", "{t}:asked", "a", "b");
    RAW_DO(&world, "DEL", "{t}:asked:88");
    assert_memory_equal(
        ASK("bq_push", "7", "1000", "300", "0", "1", "2", "update_id", "30", "chat_id", "89"),
        "ERR bq_push: asked: holds a hash", 32);
    assert_int_equal(RAW_INT(&world, "HGET", "{t}:meta", "strangers"), 1);
}

static void a_stranger_never_hears_of_a_request_that_died(void **state)
{
    (void)state;
    (void)PUSH(10, VERA);
    world_let_die(world_take_id(world.worker, "w1", 10));
    assert_int_equal(RAW_INT(&world, "XLEN", "{t}:dead"), 1);
    assert_int_equal(RAW_INT(&world, "XLEN", "{t}:replies"), 0);
}

/* clang-format off */
static const struct CMUnitTest TESTS[] = {
    BEHAVIOUR("a request tells who asks and nothing else",       a_request_tells_who_asks_and_nothing_else),
    BEHAVIOUR("who is known asks for nothing",                   who_is_known_asks_for_nothing),
    BEHAVIOUR("a chat asks once a day",                          a_chat_asks_once_a_day),
    BEHAVIOUR("a repeated batch asks once",                      a_repeated_batch_asks_once),
    BEHAVIOUR("ten ask in an hour",                              ten_ask_in_an_hour),
    BEHAVIOUR("who was left out may ask later",                  who_was_left_out_may_ask_later),
    BEHAVIOUR("who is ignored does not ask",                     who_is_ignored_does_not_ask),
    BEHAVIOUR("nobody asks while requests are off",              nobody_asks_while_requests_are_off),
    BEHAVIOUR("a caller that leaves the list out is understood", a_caller_that_leaves_the_list_out_is_understood),
    BEHAVIOUR("a full queue leaves requests out",                a_full_queue_leaves_requests_out),
    BEHAVIOUR("a damaged count begins anew",                     a_damaged_count_begins_anew),
    BEHAVIOUR("a stranger never hears of a request that died",   a_stranger_never_hears_of_a_request_that_died),
};
/* clang-format on */

int main(void)
{
    return cmocka_run_group_tests_name("queue, requests of strangers", TESTS, world_set_up,
                                       world_tear_down);
}
