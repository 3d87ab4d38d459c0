/* SPDX-License-Identifier: MIT */
/* One change at a time for each name, whoever works on it and whatever dies. */
#include "shared/queue/hold.h"

#include "tests/integration/queue_world.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define NAME "shop.example.com"
#define KEY  "{t}:hold:" NAME

enum { TTL_MS = 60000 };

static enum queue_hold hold(struct queue *queue, const char *consumer, const char *id,
                            const char *name)
{
    enum queue_hold out = QUEUE_HOLD_LOST;
    struct err err = ERR_INIT;

    if (!queue_hold(queue, consumer, id, name, TTL_MS, &out, &err)) {
        fail_msg("%s", err.message);
    }
    return out;
}

static struct queue_job *take_new(struct queue *queue, const char *consumer, int64_t update_id,
                                  int64_t chat_id)
{
    world_push(&world, update_id, chat_id);
    return world_take_id(queue, consumer, update_id);
}

/* Two updates of two people, each at a worker of its own; the first holds the name. */
struct pair {
    struct queue_job *first;  /* of w1 */
    struct queue_job *second; /* of w2 */
};

static struct pair take_two(void)
{
    struct pair pair = {.first = take_new(world.worker, "w1", 10, ANN),
                        .second = take_new(world.other, "w2", 11, BOB)};

    assert_int_equal(hold(world.worker, "w1", queue_job_id(pair.first), NAME), QUEUE_HOLD_OURS);
    return pair;
}

static void free_two(struct pair *pair)
{
    queue_job_free(pair->first);
    queue_job_free(pair->second);
}

static void a_name_is_held_by_one(void **state)
{
    struct pair pair = take_two();

    (void)state;
    assert_int_equal(hold(world.other, "w2", queue_job_id(pair.second), NAME), QUEUE_HOLD_OTHERS);
    assert_int_equal(hold(world.other, "w2", queue_job_id(pair.second), "other." NAME),
                     QUEUE_HOLD_OURS);
    assert_string_equal(RAW_TEXT(&world, "GET", KEY), queue_job_id(pair.first));
    free_two(&pair);
}

static void the_holder_may_ask_again(void **state)
{
    struct pair pair = take_two();

    (void)state;
    RAW_DO(&world, "PEXPIRE", KEY, "1000");
    assert_int_equal(hold(world.worker, "w1", queue_job_id(pair.first), NAME), QUEUE_HOLD_OURS);
    assert_in_range(RAW_INT(&world, "PTTL", KEY), 1001, TTL_MS);
    free_two(&pair);
}

static void the_end_of_the_update_is_the_end_of_the_hold(void **state)
{
    struct pair pair = take_two();

    (void)state;
    assert_null(world_done(world.worker, "w1", pair.first));
    assert_int_equal(hold(world.other, "w2", queue_job_id(pair.second), NAME), QUEUE_HOLD_OURS);
    assert_string_equal(RAW_TEXT(&world, "GET", KEY), queue_job_id(pair.second));
    queue_job_free(pair.second);
}

static void what_waits_for_a_worker_holds_on(void **state)
{
    struct pair pair = take_two();
    struct err err = ERR_INIT;

    (void)state;
    assert_true(queue_give_back(world.worker, "w1", queue_job_id(pair.first), &err));
    assert_int_equal(hold(world.other, "w2", queue_job_id(pair.second), NAME), QUEUE_HOLD_OTHERS);
    free_two(&pair);
}

static void whoever_takes_the_update_over_has_its_hold(void **state)
{
    struct pair pair = take_two();
    struct queue_job *reaped;
    bool dead = false;

    (void)state;
    world_age(&world, "w1", queue_job_id(pair.first));
    reaped = world_reap(world.other, "w2", &dead);
    assert_non_null(reaped);
    assert_int_equal(hold(world.worker, "w1", queue_job_id(reaped), NAME), QUEUE_HOLD_LOST);
    assert_int_equal(hold(world.other, "w2", queue_job_id(reaped), NAME), QUEUE_HOLD_OURS);
    queue_job_free(reaped);
    free_two(&pair);
}

static void what_was_given_up_holds_nothing(void **state)
{
    struct pair pair = take_two();

    (void)state;
    world_let_die(pair.first);
    assert_int_equal(hold(world.other, "w2", queue_job_id(pair.second), NAME), QUEUE_HOLD_OURS);
    queue_job_free(pair.second);
}

static void what_nobody_knows_the_outcome_of_holds_on(void **state)
{
    struct pair pair = take_two();

    (void)state;
    RAW_DO(&world, "HSET", "{t}:unknown", "10", "{}");
    assert_null(world_done(world.worker, "w1", pair.first));
    assert_int_equal(hold(world.other, "w2", queue_job_id(pair.second), NAME), QUEUE_HOLD_OTHERS);
    RAW_DO(&world, "HDEL", "{t}:unknown", "10"); /* a person has settled it */
    assert_int_equal(hold(world.other, "w2", queue_job_id(pair.second), NAME), QUEUE_HOLD_OURS);
    queue_job_free(pair.second);
}

static void only_the_owner_holds(void **state)
{
    struct queue_job *job = take_new(world.worker, "w1", 10, ANN);

    (void)state;
    assert_int_equal(hold(world.other, "w2", queue_job_id(job), NAME), QUEUE_HOLD_LOST);
    assert_int_equal(hold(world.worker, "w1", "1-1", NAME), QUEUE_HOLD_LOST);
    assert_int_equal(RAW_INT(&world, "EXISTS", KEY), 0);
    queue_job_free(job);
}

static void what_is_no_hold_binds_nobody(void **state)
{
    struct queue_job *job = take_new(world.worker, "w1", 10, ANN);

    (void)state;
    RAW_DO(&world, "SET", KEY, "an operator's word");
    assert_int_equal(hold(world.worker, "w1", queue_job_id(job), NAME), QUEUE_HOLD_OURS);
    queue_job_free(job);
}

/* clang-format off */
static struct world_argument_row argument_rows[] = {
    /* what it shows        call                                 answer */
    {"hold: no id",         "bq_hold 1 {t} w1 x name 1000",      "ERR bq_hold: id: not the ID of an entry"},
    {"hold: no name",       "bq_hold 1 {t} w1 1-1 '' 1000",      "ERR bq_hold: name: empty or too long"},
    {"hold: for no time",   "bq_hold 1 {t} w1 1-1 name 0",       "ERR bq_hold: ttl_ms: not 1 to 10000000000"},
    {"hold: too many",      "bq_hold 1 {t} w1 1-1 name 1000 x",  "ERR bq_hold: 1 arguments too many"},
};

static const struct CMUnitTest TESTS[] = {
    BEHAVIOUR("a name is held by one",                        a_name_is_held_by_one),
    BEHAVIOUR("the holder may ask again",                     the_holder_may_ask_again),
    BEHAVIOUR("the end of the update is the end of the hold", the_end_of_the_update_is_the_end_of_the_hold),
    BEHAVIOUR("what waits for a worker holds on",             what_waits_for_a_worker_holds_on),
    BEHAVIOUR("whoever takes the update over has its hold",   whoever_takes_the_update_over_has_its_hold),
    BEHAVIOUR("what was given up holds nothing",              what_was_given_up_holds_nothing),
    BEHAVIOUR("what nobody knows the outcome of holds on",    what_nobody_knows_the_outcome_of_holds_on),
    BEHAVIOUR("only the owner holds",                         only_the_owner_holds),
    BEHAVIOUR("what is no hold binds nobody",                 what_is_no_hold_binds_nobody),
};
/* clang-format on */

int main(void)
{
    struct CMUnitTest tests[ARRAY_LEN(TESTS) + ARRAY_LEN(argument_rows)];
    size_t count = ARRAY_LEN(TESTS);

    memcpy(tests, TESTS, sizeof(TESTS));
    count = world_add_arguments(tests, count, argument_rows, ARRAY_LEN(argument_rows));
    assert_int_equal(count, ARRAY_LEN(tests));
    return cmocka_run_group_tests_name("queue, holds", tests, world_set_up, world_tear_down);
}
