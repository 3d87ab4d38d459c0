/* SPDX-License-Identifier: MIT */
/* The queue's way in and through: what is let in, who gets it when, and what an end writes. */
#include "shared/base/clock.h"
#include "shared/base/mem.h"
#include "shared/base/stop.h"
#include "tests/integration/queue_world.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <inttypes.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

enum { WAIT_MS = 10000, HOUR_MS = 3600 * 1000 };

/* ---- in ---- */

/* Pushes updates of one chat each, given as id, chat, id, chat, ..., 0. */
static struct queue_push_result push_all(const int64_t pairs[])
{
    const struct queue_push_options options = world_push_options();
    struct update updates[100];
    struct queue_push_result result;
    struct err err = ERR_INIT;
    size_t count = 0;

    for (; pairs[2 * count] != 0; count++) {
        updates[count] = world_update(pairs[2 * count], pairs[2 * count + 1]);
    }
    if (!queue_push(world.gateway, &options, updates, count, &result, &err)) {
        fail_msg("%s", err.message);
    }
    return result;
}

#define PUSH(...) push_all((const int64_t[]){__VA_ARGS__, 0})

static int64_t waiting(void)
{
    return RAW_INT(&world, "XLEN", "{t}:updates");
}

static void takes_a_batch_in_order(void **state)
{
    struct queue_push_result result = PUSH(10, ANN, 11, BOB, 15, GROUP_CHAT);

    (void)state;
    assert_int_equal(result.added, 3);
    assert_int_equal(result.duplicates, 0);
    assert_int_equal(result.stranger_count, 0);
    queue_job_free(world_take_id(world.worker, "w1", 10));
    queue_job_free(world_take_id(world.worker, "w1", 11));
    queue_job_free(world_take_id(world.worker, "w1", 15));
    assert_null(world_take(world.worker, "w1"));
}

static void carries_every_field(void **state)
{
    const struct queue_push_options options = world_push_options();
    const struct update sent = {.update_id = 77,
                                .chat_id = GROUP_CHAT,
                                .user_id = INT64_C(9007199254740993),
                                .user = "@\xd0\xaf",
                                .kind = UPDATE_CALLBACK,
                                .text = "two\nlines",
                                .payload = "{\"a\":\"%s\"}"};
    struct queue_push_result result;
    struct queue_job *job;
    struct update got;
    struct err err = ERR_INIT;
    int64_t before_ms = clock_unix_ms();

    (void)state;
    assert_true(queue_push(world.gateway, &options, &sent, 1, &result, &err));
    job = world_take_id(world.worker, "w1", 77);
    assert_true(queue_job_update(job, &got, &err));
    assert_int_equal(got.chat_id, sent.chat_id);
    assert_int_equal(got.user_id, sent.user_id);
    assert_string_equal(got.user, sent.user);
    assert_int_equal(got.kind, sent.kind);
    assert_string_equal(got.text, sent.text);
    assert_string_equal(got.payload, sent.payload);
    assert_in_range(got.received_ms, before_ms, clock_unix_ms());
    assert_int_equal(got.deadline_ms, got.received_ms + WORLD_DEADLINE_S * INT64_C(1000));
    assert_int_equal(queue_job_deliveries(job), 1);
    assert_non_null(strstr(queue_job_id(job), "-77")); /* operators see the update_id */
    queue_job_free(job);
}

static void a_repeated_batch_adds_nothing(void **state)
{
    struct queue_push_result result;

    (void)state;
    (void)PUSH(10, ANN, 11, BOB);
    result = PUSH(10, ANN, 11, BOB, 12, ANN);
    assert_int_equal(result.added, 1);
    assert_int_equal(result.duplicates, 2);
    assert_int_equal(waiting(), 3);
}

static void a_finished_update_does_not_come_back(void **state)
{
    (void)state;
    (void)PUSH(10, ANN);
    assert_null(world_done(world.worker, "w1", world_take(world.worker, "w1")));
    assert_int_equal(PUSH(10, ANN).duplicates, 1);
    assert_int_equal(waiting(), 0);
}

static void an_empty_batch_is_fine(void **state)
{
    (void)state;
    assert_int_equal(PUSH(0).added, 0);
    assert_int_equal(waiting(), 0);
}

static void order_within_a_batch_loses_nothing(void **state)
{
    struct queue_push_result result = PUSH(12, ANN, 10, BOB, 11, CID, 11, CID);

    (void)state;
    assert_int_equal(result.added, 3);
    assert_int_equal(result.duplicates, 1);
    assert_int_equal(PUSH(12, ANN, 10, BOB, 11, CID).duplicates, 3);
}

static void a_lower_id_that_was_not_seen_is_new(void **state)
{
    (void)state;
    (void)PUSH(700000000, ANN);
    assert_int_equal(PUSH(1000, BOB).added, 1); /* Telegram counts anew */
    assert_int_equal(PUSH(1000, BOB, 1001, BOB).duplicates, 1);
    assert_int_equal(PUSH(700000000, ANN).duplicates, 1); /* and what was seen before stays seen */
    assert_int_equal(waiting(), 3);
}

static void memory_of_seen_ids_is_bounded(void **state)
{
    (void)state;
    RAW_DO(&world, "EVAL",
           "for i = 1, 10005 do redis.call('ZADD', KEYS[1], i, 'old' .. i) end return 1", "1",
           "{t}:seen:7");
    assert_int_equal(PUSH(5, ANN).added, 1);
    assert_int_equal(RAW_INT(&world, "ZCARD", "{t}:seen:7"), 10000);
    assert_int_equal(PUSH(5, ANN).duplicates, 1); /* the newest are those that are kept */
}

static void each_bot_has_its_own_numbers(void **state)
{
    struct queue_push_options options = world_push_options();
    const struct update update = world_update(5, ANN);
    struct queue_push_result result;
    struct err err = ERR_INIT;

    (void)state;
    (void)PUSH(1000000, ANN);
    options.bot_id = WORLD_BOT + 1;
    assert_true(queue_push(world.gateway, &options, &update, 1, &result, &err));
    assert_int_equal(result.added, 1); /* also when it falls into the same millisecond */
    assert_int_equal(PUSH(1000001, ANN).added, 1);
    assert_int_equal(waiting(), 3);
}

static void a_stray_entry_of_the_future_locks_nothing_out(void **state)
{
    (void)state;
    RAW_DO(&world, "XADD", "{t}:updates", "9999999999999-5", "chat_id", "1");
    assert_int_equal(PUSH(4, ANN, 10, BOB, 3, BOB).added, 3);
    assert_int_equal(waiting(), 4);
}

static void strangers_are_told_apart(void **state)
{
    struct queue_push_result result;

    (void)state;
    RAW_DO(&world, "HSET", "{t}:access", "-77", "a group");
    result = PUSH(10, ANN, 11, INT64_C(-1009999999999999), 12, -77, 13, 88, 14, BOB);
    assert_int_equal(result.added, 3);
    assert_int_equal(result.stranger_count, 2);
    assert_int_equal(result.strangers[0].update_id, 11);
    assert_int_equal(result.strangers[0].chat_id, INT64_C(-1009999999999999));
    assert_int_equal(result.strangers[1].update_id, 13);
    assert_int_equal(result.strangers[1].chat_id, 88);
    assert_int_equal(RAW_INT(&world, "HGET", "{t}:meta", "strangers"), 2);
}

static void a_stranger_is_evaluated_once(void **state)
{
    struct queue_push_result result;

    (void)state;
    (void)PUSH(10, 88);
    RAW_DO(&world, "HSET", "{t}:access", "88", "let in since");
    result = PUSH(10, 88);
    assert_int_equal(result.duplicates, 1);
    assert_int_equal(result.stranger_count, 0);
    assert_int_equal(PUSH(11, 88).added, 1);
}

static void a_full_queue_refuses_and_remembers_nothing(void **state)
{
    struct queue_push_options options = world_push_options();
    const struct update updates[] = {world_update(10, ANN), world_update(11, BOB),
                                     world_update(12, ANN)};
    struct queue_push_result result;
    struct err err = ERR_INIT;
    char *before;
    char *after;

    (void)state;
    options.depth_limit = 2;
    assert_true(queue_push(world.gateway, &options, updates, 2, &result, &err));
    before = world_snapshot(&world);
    assert_false(queue_push(world.gateway, &options, &updates[2], 1, &result, &err));
    assert_error(&err, ERR_RETRY, "FULL 2 updates wait, the limit is 2");
    after = world_snapshot(&world);
    assert_string_equal(before, after);
    assert_true(queue_push(world.gateway, &options, updates, 2, &result, &err)); /* a repeat */
    assert_int_equal(result.duplicates, 2);
    options.depth_limit = 3;
    assert_true(queue_push(world.gateway, &options, updates, 3, &result, &err));
    assert_int_equal(result.added, 1);
    free(before);
    free(after);
}

/* ---- the gate ---- */

static void one_chat_has_one_running_update(void **state)
{
    struct queue_job *first;
    struct queue_job *second;

    (void)state;
    (void)PUSH(10, ANN, 11, ANN, 12, BOB, 13, ANN);
    first = world_take_id(world.worker, "w1", 10);
    second = world_take_id(world.other, "w2", 12); /* other chats go on */
    assert_null(world_take(world.other, "w2"));
    assert_null(world_take(world.worker, "w1"));
    first = world_done(world.worker, "w1", first); /* and its next comes with the end */
    assert_int_equal(world_update_id(first), 11);
    assert_int_equal(queue_job_deliveries(first), 1);
    assert_null(world_done(world.other, "w2", second));
    first = world_done(world.worker, "w1", first);
    assert_int_equal(world_update_id(first), 13);
    assert_null(world_done(world.worker, "w1", first));
    world_assert_idle(&world);
}

static void chats_that_look_alike_are_apart(void **state)
{
    static const int64_t CHATS[] = {1, 10, -1, -10, 100};
    struct queue_job *jobs[ARRAY_LEN(CHATS)];

    (void)state;
    RAW_DO(&world, "HSET", "{t}:access", "-1", "", "-10", "", "10", "", "100", "");
    for (int64_t i = 0; i < 3 * (int64_t)ARRAY_LEN(CHATS); i++) { /* the last chat parks first */
        world_push(&world, 1000 + i, CHATS[ARRAY_LEN(CHATS) - 1 - (size_t)i % ARRAY_LEN(CHATS)]);
    }
    for (size_t i = ARRAY_LEN(CHATS); i > 0; i--) {
        jobs[i - 1] = world_take(world.worker, "w1");
    }
    assert_null(world_take(world.worker, "w1"));
    for (size_t i = 0; i < ARRAY_LEN(CHATS); i++) {
        int64_t first = world_update_id(jobs[i]);

        for (int64_t turn = 1; turn < 3; turn++) {
            jobs[i] = world_done(world.worker, "w1", jobs[i]);
            jobs[i] = jobs[i] ? jobs[i] : world_take(world.worker, "w1");
            assert_int_equal(world_update_id(jobs[i]), first + turn * (int64_t)ARRAY_LEN(CHATS));
        }
        assert_null(world_done(world.worker, "w1", jobs[i]));
    }
    world_assert_idle(&world);
}

static void a_long_backlog_of_one_chat_hides_nobody(void **state)
{
    struct queue_job *running;
    struct queue_job *other;

    (void)state;
    for (int64_t i = 0; i < 200; i++) {
        world_push(&world, 100 + i, ANN);
    }
    world_push(&world, 500, BOB);
    running = world_take_id(world.worker, "w1", 100);
    other = world_take_id(world.other, "w2", 500);
    assert_int_equal(RAW_INT(&world, "ZCARD", "{t}:parked"), 199);
    queue_job_free(running);
    queue_job_free(other);
}

/* Finishes and asks for no next update; returns whether as the owner. */
static bool finish(struct queue *queue, const char *consumer, const char *id,
                   const struct queue_outcome *outcome)
{
    struct err err = ERR_INIT;
    bool owner = false;

    if (!queue_done(queue, consumer, id, outcome, &owner, NULL, &err)) {
        fail_msg("%s", err.message);
    }
    return owner;
}

static void a_busy_chat_lets_others_in_between(void **state)
{
    int64_t order[12] = {0};
    struct queue_job *job;
    size_t count = 0;

    (void)state;
    for (int64_t i = 0; i < 10; i++) {
        world_push(&world, 10 + i, ANN);
    }
    job = world_take_id(world.worker, "w1", 10);
    assert_null(world_take(world.other, "w2")); /* parks the rest of the chat */
    (void)PUSH(100, BOB, 101, CID);
    while (job) {
        order[count++] = world_update_id(job);
        job = world_done(world.worker, "w1", job);
        job = job ? job : world_take(world.worker, "w1");
    }
    assert_int_equal(count, 12);
    assert_int_equal(order[5], 15);
    assert_int_equal(order[6], 100); /* after five hand-overs */
    assert_int_equal(order[7], 16);  /* and then it is the busy chat's turn again */
    for (size_t i = 1, last = 10; i < 12; i++) {
        if (order[i] < 100) {
            assert_int_equal(order[i], ++last);
        }
    }
    world_assert_idle(&world);
}

static void a_worker_is_handed_the_next_update_of_any_chat(void **state)
{
    struct queue_job *job;

    (void)state;
    (void)PUSH(10, ANN, 11, BOB, 12, BOB, 13, CID);
    job = world_take_id(world.worker, "w1", 10);
    job = world_done(world.worker, "w1", job);
    assert_int_equal(world_update_id(job), 11);
    assert_int_equal(queue_job_deliveries(job), 1);
    queue_job_free(world_take_id(world.other, "w2", 13)); /* parks 12 */
    job = world_done(world.worker, "w1", job);
    assert_int_equal(world_update_id(job), 12);
    assert_null(world_done(world.worker, "w1", job)); /* 13 is another's */
    assert_int_equal(RAW_INT(&world, "HLEN", "{t}:busy"), 1);
}

static void what_was_given_back_is_handed_over_first(void **state)
{
    struct queue_job *job;
    struct queue_job *other;
    struct err err = ERR_INIT;

    (void)state;
    (void)PUSH(10, ANN, 11, BOB, 12, CID);
    job = world_take_id(world.worker, "w1", 10);
    other = world_take_id(world.other, "w2", 11);
    assert_true(queue_give_back(world.other, "w2", queue_job_id(other), &err));
    queue_job_free(other);
    job = world_done(world.worker, "w1", job);
    assert_int_equal(world_update_id(job), 11);
    job = world_done(world.worker, "w1", job);
    assert_int_equal(world_update_id(job), 12);
    queue_job_free(job);
}

static void a_worker_that_wants_nothing_is_handed_nothing(void **state)
{
    struct queue_outcome *nothing = queue_outcome_new();
    struct queue_job *job;

    (void)state;
    (void)PUSH(10, ANN, 11, BOB);
    job = world_take_id(world.worker, "w1", 10);
    assert_true(finish(world.worker, "w1", queue_job_id(job), nothing));
    queue_job_free(job);
    queue_job_free(world_take_id(world.other, "w2", 11));
    queue_outcome_free(nothing);
}

static void a_yielded_update_stays_before_its_chat(void **state)
{
    struct queue_outcome *nothing = queue_outcome_new();
    struct queue_job *job;

    (void)state;
    for (int64_t i = 0; i < 9; i++) {
        world_push(&world, 10 + i, ANN);
    }
    job = world_take_id(world.worker, "w1", 10);
    assert_null(world_take(world.other, "w2"));
    for (int64_t i = 1; i <= 5; i++) {
        job = world_done(world.worker, "w1", job);
        assert_int_equal(world_update_id(job), 10 + i);
    }
    assert_false(queue_yielded(world.worker));
    assert_true(finish(world.worker, "w1", queue_job_id(job), nothing)); /* 16 is yielded */
    assert_true(queue_yielded(world.worker));
    queue_job_free(job);
    world_push(&world, 19, ANN);
    job = world_take_id(world.other, "w2", 16);
    assert_null(world_take(world.worker, "w1"));
    job = world_done(world.other, "w2", job);
    assert_int_equal(world_update_id(job), 17);
    queue_job_free(job);
    queue_outcome_free(nothing);
}

static void a_pause_stops_taking_and_handing_over(void **state)
{
    struct queue_job *job;

    (void)state;
    (void)PUSH(10, ANN, 11, ANN, 12, BOB);
    job = world_take_id(world.worker, "w1", 10);
    assert_non_null(job);
    queue_job_free(world_take_id(world.other, "w2", 12));
    RAW_DO(&world, "HSET", "{t}:meta", "paused", "1");
    assert_null(world_done(world.worker, "w1", job));
    assert_null(world_take(world.worker, "w1"));
    assert_int_equal(PUSH(13, CID).added, 1); /* the way in stays open */
    RAW_DO(&world, "HSET", "{t}:meta", "paused", "0");
    queue_job_free(world_take_id(world.other, "w2", 11));
    queue_job_free(world_take_id(world.other, "w2", 13));
}

/* What the next one in turn gets; its id, or 0. `position` is passed on. */
static int64_t take_after(struct queue *queue, const char *consumer, char position[REDIS_ID_SIZE])
{
    struct queue_job *job = NULL;
    struct err err = ERR_INIT;
    int64_t id;

    assert_true(queue_take_after(queue, consumer, position, 20, &job, &err));
    id = job ? world_update_id(job) : 0;
    queue_job_free(job);
    return id;
}

static void waiting_goes_on_where_another_has_looked(void **state)
{
    char position[REDIS_ID_SIZE] = "";

    (void)state;
    (void)PUSH(10, ANN, 11, BOB);
    assert_int_equal(take_after(world.worker, "w1", position), 10);
    assert_true(position[0] != '\0');
    assert_int_equal(take_after(world.other, "w2", position), 11); /* came before the waiting */
    world_push(&world, 12, CID);
    assert_int_equal(take_after(world.worker, "w3", position), 12);
    assert_int_equal(take_after(world.worker, "w4", position), 0);
    assert_string_equal(position, ""); /* in vain: the next one looks first */
    world_push(&world, 13, ANN);
    world_push(&world, 14, DAN);
    assert_int_equal(take_after(world.worker, "w4", position), 14);
}

static void what_was_given_back_is_found_without_a_position(void **state)
{
    char position[REDIS_ID_SIZE] = "";
    struct err err = ERR_INIT;
    struct queue_job *job;

    (void)state;
    world_push(&world, 10, ANN);
    job = world_take_id(world.worker, "w1", 10);
    (void)snprintf(position, sizeof(position), "%s", queue_job_id(job));
    assert_true(queue_give_back(world.worker, "w1", queue_job_id(job), &err));
    queue_job_free(job);
    assert_int_equal(take_after(world.other, "w2", position), 0); /* waits for what is new */
    assert_int_equal(take_after(world.other, "w2", position), 10);
}

static void a_waiting_worker_wakes_up(void **state)
{
    struct queue_job *job = NULL;
    struct err err = ERR_INIT;
    int64_t began_ms = clock_monotonic_ms();
    pid_t child = fork();

    (void)state;
    assert_true(child >= 0);
    if (child == 0) { /* its own connections: those of the parent are not for two */
        struct queue_world own = {.server = world.server};
        const struct queue_options options = {redis_server_unix_url(world.server),
                                              WORLD_PREFIX,
                                              "pusher",
                                              WAIT_MS,
                                              true,
                                              0,
                                              NULL,
                                              NULL};

        own.raw = redis_new(redis_server_unix_url(world.server), "child", WAIT_MS, &err);
        own.gateway = queue_new(&options, &err);
        world_wait_for_blocked(&own);
        world_push(&own, 10, ANN);
        queue_free(own.gateway);
        redis_free(own.raw);
        _exit(0);
    }
    assert_true(queue_take(world.worker, "w1", WAIT_MS, &job, &err));
    assert_non_null(job);
    assert_int_equal(world_update_id(job), 10);
    assert_true(clock_monotonic_ms() - began_ms < WAIT_MS);
    assert_int_equal(waitpid(child, NULL, 0), child);
    queue_job_free(job);
}

static void a_waiting_worker_gives_up_in_time(void **state)
{
    struct queue_job *job = NULL;
    struct err err = ERR_INIT;
    int64_t began_ms = clock_monotonic_ms();

    (void)state;
    assert_true(queue_take(world.worker, "w1", 120, &job, &err));
    assert_null(job);
    assert_true(clock_monotonic_ms() - began_ms >= 119);
    RAW_DO(&world, "HSET", "{t}:meta", "paused", "1");
    began_ms = clock_monotonic_ms();
    assert_true(queue_take(world.worker, "w1", 120, &job, &err)); /* paused, it waits as well */
    assert_null(job);
    assert_true(clock_monotonic_ms() - began_ms >= 119);
}

/* What the child of the next test does: 0 when all is as it should be. */
static int be_stopped_while_taking(void)
{
    const struct queue_options options = {
        redis_server_unix_url(world.server), WORLD_PREFIX, "stopped", WAIT_MS, true, 0, NULL, NULL};
    struct err err = ERR_INIT;
    struct queue *queue = queue_new(&options, &err);
    const struct queue_push_options push = world_push_options();
    const struct update update = world_update(10, ANN);
    struct queue_push_result result;
    struct queue_job *job = NULL;
    int wrong = 0;

    if (!stop_install(&err)) {
        return 10;
    }
    wrong |= queue_take(queue, "w3", 600000, &job, &err);
    wrong |= (err.kind != ERR_STOPPED) << 1;
    wrong |= !queue_push(queue, &push, &update, 1, &result, &err) << 2; /* other calls go on */
    wrong |= !queue_give_back(queue, "w3", "1-1", &err) << 3;
    err = ERR_INIT;
    wrong |= queue_take(queue, "w3", 600000, &job, &err) << 4; /* what is there is not taken */
    wrong |= (err.kind != ERR_STOPPED) << 5;
    queue_free(queue);
    return wrong;
}

static void taking_ends_with_shutdown(void **state)
{
    int status = 0;
    pid_t child = fork(); /* the latch cannot be reset */

    (void)state;
    assert_true(child >= 0);
    if (child == 0) {
        _exit(be_stopped_while_taking());
    }
    world_wait_for_blocked(&world);
    assert_int_equal(kill(child, SIGTERM), 0);
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 0);
}

/* ---- surgery with redis-cli ---- */

static void a_deleted_running_update_frees_its_chat(void **state)
{
    struct queue_job *job;

    (void)state;
    (void)PUSH(10, ANN, 11, ANN);
    job = world_take_id(world.worker, "w1", 10);
    assert_null(world_take(world.other, "w2"));
    RAW_DO(&world, "XDEL", "{t}:updates", queue_job_id(job));
    job = world_done(world.worker, "w1", job);
    assert_non_null(job);
    assert_int_equal(world_update_id(job), 11);
    assert_null(world_done(world.worker, "w1", job));
    world_assert_idle(&world);
}

static void a_chat_whose_update_was_removed_runs_again(void **state)
{
    struct queue_job *job;

    (void)state;
    (void)PUSH(10, ANN, 11, ANN);
    job = world_take_id(world.worker, "w1", 10);
    assert_null(world_take(world.other, "w2"));
    RAW_DO(&world, "XACK", "{t}:updates", GROUP_WORKERS, queue_job_id(job));
    RAW_DO(&world, "XDEL", "{t}:updates", queue_job_id(job));
    queue_job_free(job);
    world_push(&world, 12, ANN); /* its arrival shows that nothing runs */
    job = world_take(world.other, "w2");
    job = job ? job : world_take(world.other, "w2");
    assert_int_equal(world_update_id(job), 11);
    job = world_done(world.other, "w2", job);
    assert_int_equal(world_update_id(job), 12);
    assert_null(world_done(world.other, "w2", job));
    world_assert_idle(&world);
}

static void the_reaper_finds_a_chat_that_waits_for_nothing(void **state)
{
    struct queue_job *job;
    bool dead = false;

    (void)state;
    (void)PUSH(10, ANN, 11, ANN);
    job = world_take_id(world.worker, "w1", 10);
    assert_null(world_take(world.other, "w2"));
    RAW_DO(&world, "XACK", "{t}:updates", GROUP_WORKERS, queue_job_id(job));
    RAW_DO(&world, "XDEL", "{t}:updates", queue_job_id(job));
    queue_job_free(job);
    assert_null(world_reap(world.other, "w2", &dead));
    queue_job_free(world_take_id(world.other, "w2", 11));
}

static void an_end_leaves_a_chat_to_the_update_that_holds_it(void **state)
{
    struct queue_job *first;
    struct queue_job *second;

    (void)state;
    (void)PUSH(10, ANN, 11, ANN, 12, ANN);
    first = world_take_id(world.worker, "w1", 10);
    RAW_DO(&world, "HDEL", "{t}:busy", "1");
    second = world_take_id(world.other, "w2", 11);
    assert_null(world_take(world.worker, "w1")); /* parks 12 */
    assert_null(world_done(world.worker, "w1", first));
    assert_null(world_take(world.worker, "w1"));
    second = world_done(world.other, "w2", second);
    assert_int_equal(world_update_id(second), 12);
    queue_job_free(second);
}

static void nonsense_in_busy_is_no_running_update(void **state)
{
    (void)state;
    RAW_DO(&world, "HSET", "{t}:busy", "1", "nonsense");
    (void)PUSH(10, ANN);
    queue_job_free(world_take_id(world.worker, "w1", 10));
}

static void a_deleted_parked_update_is_passed_over(void **state)
{
    struct queue_job *job;
    char id[REDIS_ID_SIZE];

    (void)state;
    (void)PUSH(10, ANN, 11, ANN, 12, ANN);
    job = world_take_id(world.worker, "w1", 10);
    assert_null(world_take(world.other, "w2"));
    {
        struct redis_reply *range = RAW(&world, "XRANGE", "{t}:updates", "-", "+");
        const struct redis_reply *entry = redis_reply_item(range, 1);

        (void)snprintf(id, sizeof(id), "%s", redis_reply_text(redis_reply_item(entry, 0), NULL));
        redis_reply_free(range);
    }
    RAW_DO(&world, "XDEL", "{t}:updates", id);
    job = world_done(world.worker, "w1", job);
    assert_int_equal(world_update_id(job), 12);
    assert_null(world_done(world.worker, "w1", job));
    world_assert_idle(&world);
}

static void a_deleted_stream_is_made_again(void **state)
{
    struct queue_job *job = NULL;
    struct err err = ERR_INIT;

    (void)state;
    (void)PUSH(10, ANN, 11, ANN);
    queue_job_free(world_take_id(world.worker, "w1", 10));
    assert_null(world_take(world.worker, "w1"));
    RAW_DO(&world, "DEL", "{t}:updates");
    assert_false(queue_take(world.worker, "w1", 0, &job, &err));
    assert_error(&err, ERR_RETRY, "NOGROUP");
    assert_null(world_take(world.worker, "w1"));   /* prepared again */
    assert_int_equal(PUSH(11, ANN).duplicates, 1); /* what was seen is another key */
    world_push(&world, 12, ANN);
    queue_job_free(world_take_id(world.other, "w2", 12));
}

/* ---- leases ---- */

static size_t consumers_known(void)
{
    struct redis_reply *reply = RAW(&world, "XINFO", "CONSUMERS", "{t}:updates", "workers");
    size_t count = redis_reply_count(reply);

    redis_reply_free(reply);
    return count;
}

/* A lease of 1 ms lets a worker be forgotten after 1.4 s of silence; asked until then. */
static void a_worker_that_is_gone_for_long_is_forgotten(void **state)
{
    struct queue_job *job;
    int64_t from_ms = clock_monotonic_ms();

    (void)state;
    world_push(&world, 10, ANN);
    job = world_take_id(world.worker, "w1", 10);
    RAW_DO(&world, "XGROUP", "CREATECONSUMER", "{t}:updates", "workers", "gone");
    while (consumers_known() > 1) {
        assert_true(clock_monotonic_ms() - from_ms < 60000);
        RAW_DO(&world, "FCALL", "bq_reap", "1", "{t}", "w1", "1", "1000000", "dead", "doubt");
    }
    assert_int_equal(RAW_INT(&world, "HLEN", "{t}:busy"), 1);
    queue_job_free(job);
}

static struct queue_job *reap(bool *out_dead)
{
    bool dead = false;
    struct queue_job *job = world_reap(world.other, "w2", &dead);

    if (out_dead) {
        *out_dead = dead;
    }
    return job;
}

static bool beat(struct queue *queue, const char *consumer, const char *id)
{
    struct err err = ERR_INIT;
    bool owner = false;

    if (!queue_beat(queue, consumer, id, &owner, &err)) {
        fail_msg("%s", err.message);
    }
    return owner;
}

static void an_expired_lease_is_taken_over(void **state)
{
    struct queue_job *lost;
    struct queue_job *reaped;
    bool dead = true;

    (void)state;
    (void)PUSH(10, ANN, 11, ANN);
    lost = world_take_id(world.worker, "w1", 10);
    assert_null(reap(&dead)); /* not yet */
    assert_false(dead);
    assert_true(beat(world.worker, "w1", queue_job_id(lost)));
    world_age(&world, "w1", queue_job_id(lost));
    reaped = reap(NULL);
    assert_non_null(reaped);
    assert_string_equal(queue_job_id(reaped), queue_job_id(lost));
    assert_int_equal(queue_job_deliveries(reaped), 2);
    assert_false(beat(world.worker, "w1", queue_job_id(lost))); /* the late one is told */
    assert_true(beat(world.other, "w2", queue_job_id(lost)));   /* and cannot take it back */
    assert_null(reap(NULL));
    assert_null(world_take(world.worker, "w1")); /* its chat is still busy */
    queue_job_free(lost);
    reaped = world_done(world.other, "w2", reaped);
    assert_int_equal(world_update_id(reaped), 11);
    assert_null(world_done(world.other, "w2", reaped));
    world_assert_idle(&world);
}

static void a_heartbeat_renews_the_lease(void **state)
{
    struct queue_job *job;

    (void)state;
    (void)PUSH(10, ANN);
    job = world_take_id(world.worker, "w1", 10);
    world_age(&world, "w1", queue_job_id(job));
    assert_true(beat(world.worker, "w1", queue_job_id(job)));
    assert_null(reap(NULL));
    assert_int_equal(queue_job_deliveries(job), 1);
    queue_job_free(job);
}

static void a_long_park_hides_no_expired_lease(void **state)
{
    static const char AGE_PARKED[] =
        "for _, e in ipairs(redis.call('XPENDING', KEYS[1], 'workers', '-', '+', 1000, '_park'))"
        " do redis.call('XCLAIM', KEYS[1], 'workers', '_park', 0, e[1], 'IDLE', 7200000,"
        " 'JUSTID') end";
    struct queue_job *ann;
    struct queue_job *bob;
    struct queue_job *reaped;

    (void)state;
    for (int64_t i = 0; i < 150; i++) {
        world_push(&world, 100 + i, ANN);
    }
    world_push(&world, 500, BOB);
    ann = world_take_id(world.worker, "w1", 100);
    bob = world_take_id(world.worker, "w1", 500); /* parks 149 */
    RAW_DO(&world, "EVAL", AGE_PARKED, "1", "{t}:updates");
    assert_null(reap(NULL)); /* parked ones never expire */
    world_age(&world, "w1", queue_job_id(bob));
    reaped = reap(NULL);
    assert_non_null(reaped);
    assert_int_equal(world_update_id(reaped), 500);
    queue_job_free(ann);
    queue_job_free(bob);
    queue_job_free(reaped);
}

static void poison_is_given_up_and_the_chat_told(void **state)
{
    static const char PAYLOAD[] =
        "{\"chat_id\":-1001234567890123,\"text\":\"sorry \\\"you\\\" \\/ \xd0\xbe\"}";

    (void)state;
    (void)PUSH(10, GROUP_CHAT, 11, GROUP_CHAT, 12, GROUP_CHAT);
    world_let_die(world_take_id(world.worker, "w1", 10));
    assert_string_equal(world_only_field("{t}:dead", "update_id"), "10");
    assert_string_equal(world_only_field("{t}:dead", "text"), "/start");
    assert_string_equal(world_only_field("{t}:dead", "deliveries"), "3");
    assert_non_null(strstr(world_only_field("{t}:dead", "reason"), "delivered 3 times"));
    assert_true(strtoll(world_only_field("{t}:dead", "died_ms"), NULL, 10) > 0);
    assert_string_equal(world_only_field("{t}:replies", "ref"), "10");
    assert_string_equal(world_only_field("{t}:replies", "chat_id"), "-1001234567890123");
    assert_string_equal(world_only_field("{t}:replies", "method"), "sendMessage");
    assert_string_equal(world_only_field("{t}:replies", "slot"), "u10");
    assert_string_equal(world_only_field("{t}:replies", "payload"), PAYLOAD);
    assert_int_equal(RAW_INT(&world, "HGET", "{t}:meta", "dead"), 1);
}

static void poison_does_not_hold_its_chat(void **state)
{
    struct queue_job *job;

    (void)state;
    (void)PUSH(10, ANN, 11, ANN, 12, ANN);
    job = world_take_id(world.worker, "w1", 10);
    assert_null(world_take(world.worker, "w1")); /* parks the others */
    world_let_die(job);
    job = world_take_id(world.worker, "w1", 11);
    assert_int_equal(queue_job_deliveries(job), 1);
    job = world_done(world.worker, "w1", job);
    assert_int_equal(world_update_id(job), 12);
    assert_null(world_done(world.worker, "w1", job));
    world_assert_idle(&world);
}

static void a_deleted_expired_update_is_cleaned_up(void **state)
{
    struct queue_job *job;
    bool dead = true;

    (void)state;
    (void)PUSH(10, ANN, 11, ANN);
    job = world_take_id(world.worker, "w1", 10);
    assert_null(world_take(world.worker, "w1"));
    world_age(&world, "w1", queue_job_id(job));
    RAW_DO(&world, "XDEL", "{t}:updates", queue_job_id(job));
    assert_null(reap(&dead));
    assert_false(dead);
    queue_job_free(job);
    job = world_take_id(world.worker, "w1", 11);
    assert_null(world_done(world.worker, "w1", job));
    world_assert_idle(&world);
}

static void give_back(struct queue *queue, const char *consumer, const char *id)
{
    struct err err = ERR_INIT;

    if (!queue_give_back(queue, consumer, id, &err)) {
        fail_msg("%s", err.message);
    }
}

static void what_is_held_unknowingly_is_given_back_in_order(void **state)
{
    struct queue_job *other;
    struct queue_job *job;
    int64_t count = 0;
    struct err err = ERR_INIT;

    (void)state;
    world_push(&world, 10, ANN);
    world_push(&world, 11, ANN);
    world_push(&world, 12, BOB);
    world_push(&world, 13, CID);
    queue_job_free(world_take_id(world.worker, "w1", 10)); /* the answers are lost */
    queue_job_free(world_take_id(world.worker, "w1", 12));
    other = world_take_id(world.other, "w2", 13);
    assert_true(queue_give_back_all(world.worker, "w1", &count, &err));
    assert_int_equal(count, 2);
    assert_true(queue_give_back_all(world.worker, "w1", &count, &err));
    assert_int_equal(count, 0);
    job = world_take_id(world.worker, "w1", 10);
    assert_int_equal(queue_job_deliveries(job), 1);
    job = world_done(world.worker, "w1", job);
    assert_int_equal(world_update_id(job), 11);
    job = world_done(world.worker, "w1", job);
    assert_int_equal(world_update_id(job), 12);
    assert_null(world_done(world.worker, "w1", job));
    assert_null(world_done(world.other, "w2", other)); /* still its own */
}

static void what_is_given_back_is_taken_at_once(void **state)
{
    struct queue_job *job;

    (void)state;
    (void)PUSH(10, ANN, 11, ANN, 12, BOB);
    job = world_take_id(world.worker, "w1", 10);
    give_back(world.worker, "w1", queue_job_id(job));
    assert_false(beat(world.worker, "w1", queue_job_id(job)));
    queue_job_free(job);
    job = world_take_id(world.other, "w2", 10); /* before what is new */
    assert_int_equal(queue_job_deliveries(job), 1);
    assert_null(reap(NULL));
    queue_job_free(world_take_id(world.worker, "w1", 12));
    assert_null(world_take(world.worker, "w1")); /* 11 stays behind 10 */
    give_back(world.other, "w2", queue_job_id(job));
    queue_job_free(job);
    assert_null(reap(NULL)); /* it waits for a taker, no lease runs */
    job = world_take_id(world.worker, "w1", 10);
    job = world_done(world.worker, "w1", job);
    assert_int_equal(world_update_id(job), 11);
    queue_job_free(job);
}

static void only_the_owner_gives_back(void **state)
{
    struct queue_job *job;

    (void)state;
    (void)PUSH(10, ANN);
    job = world_take_id(world.worker, "w1", 10);
    give_back(world.other, "w2", queue_job_id(job));
    give_back(world.other, "w2", "1-1");
    assert_true(beat(world.worker, "w1", queue_job_id(job)));
    assert_null(world_take(world.other, "w2"));
    queue_job_free(job);
}

static void a_deleted_given_back_update_frees_its_chat(void **state)
{
    struct queue_job *job;

    (void)state;
    (void)PUSH(10, ANN, 11, ANN);
    job = world_take_id(world.worker, "w1", 10);
    assert_null(world_take(world.worker, "w1"));
    give_back(world.worker, "w1", queue_job_id(job));
    RAW_DO(&world, "XDEL", "{t}:updates", queue_job_id(job));
    queue_job_free(job);
    job = world_take_id(world.worker, "w1", 11);
    assert_null(world_done(world.worker, "w1", job));
    world_assert_idle(&world);
}

/* ---- what an end writes ---- */

static const struct reply REPLY = {
    .ref = 10, .chat_id = ANN, .method = "sendMessage", .slot = "u10", .payload = "{\"a\":1}"};
static const struct event EVENT = {.ref = 10,
                                   .chat_id = ANN,
                                   .user_id = 5,
                                   .user = "@x",
                                   .action = "dns",
                                   .target = "example.com",
                                   .result = EVENT_OK,
                                   .before = "{}",
                                   .after = "{\"b\":2}",
                                   .ms = 123};

/* A bit of everything. */
static struct queue_outcome *full_outcome(void)
{
    struct queue_outcome *outcome = queue_outcome_new();

    queue_outcome_reply(outcome, &REPLY);
    queue_outcome_reply(outcome, &REPLY);
    queue_outcome_event(outcome, &EVENT);
    queue_outcome_hset(outcome, KEY_GRANTS, "42", "example.com", "EC");
    queue_outcome_set(outcome, KEY_DIALOG, "1:5", "dns", 600);
    queue_outcome_expire(outcome, KEY_GRANTS, "42", 5000);
    return outcome;
}

static void end_with(struct queue_outcome *outcome)
{
    struct queue_job *job;

    (void)PUSH(10, ANN);
    job = world_take_id(world.worker, "w1", 10);
    assert_true(finish(world.worker, "w1", queue_job_id(job), outcome));
    queue_job_free(job);
    queue_outcome_free(outcome);
}

static void a_name_is_revoked_from_every_chat_that_is_let_in(void **state)
{
    struct queue_outcome *outcome = queue_outcome_new();
    char *content;

    (void)state;
    RAW_DO(&world, "HSET", "{t}:access", "88", "", "-100", "", "90", "", "91", "");
    RAW_DO(&world, "HSET", "{t}:grants:88", "b.a.ru", "E", "a.ru", "", "c.b.a.ru", "X");
    RAW_DO(&world, "HSET", "{t}:grants:-100", "b.a.ru", "");
    RAW_DO(&world, "SET", "{t}:grants:91", "an operator's slip");
    RAW_DO(&world, "HSET", "{t}:grants:92", "b.a.ru", "D"); /* let in no more */
    queue_outcome_revoke(outcome, "b.a.ru");
    end_with(outcome);
    content = world_snapshot(&world);
    assert_non_null(strstr(content, "{t}:grants:88 hash a.ru  c.b.a.ru X"));
    assert_null(strstr(content, "{t}:grants:-100"));
    assert_non_null(strstr(content, "{t}:grants:91 string"));
    assert_non_null(strstr(content, "{t}:grants:92 hash b.a.ru D"));
    free(content);
}

static void fields_are_deleted_by_their_value(void **state)
{
    struct queue_outcome *outcome = queue_outcome_new();

    (void)state;
    RAW_DO(&world, "HSET", "{t}:creators", "a.ru", "88", "b.ru", "888", "c.ru", "88");
    queue_outcome_hdel_value(outcome, KEY_CREATORS, "", "88");
    end_with(outcome);
    assert_int_equal(RAW_INT(&world, "HLEN", "{t}:creators"), 1);
    assert_string_equal(RAW_TEXT(&world, "HGET", "{t}:creators", "b.ru"), "888");
}

static void an_end_writes_everything_at_once(void **state)
{
    struct queue_outcome *outcome = full_outcome();
    struct queue_job *job;
    char *content;

    (void)state;
    (void)PUSH(10, ANN);
    job = world_take_id(world.worker, "w1", 10);
    RAW_DO(&world, "HSET", "{t}:access", "88", "old", "89", "kept");
    RAW_DO(&world, "SET", "{t}:cache:domain", "x");
    RAW_DO(&world, "SET", "{t}:button:ab", "x");
    queue_outcome_hdel(outcome, KEY_ACCESS, "", "88");
    queue_outcome_del(outcome, KEY_CACHE, "domain");
    queue_outcome_del(outcome, KEY_BUTTON, "ab"); /* deleted, it may become a hash */
    queue_outcome_hset(outcome, KEY_BUTTON, "ab", "chat", "1");
    queue_outcome_set(outcome, KEY_CACHE, "kept", "y", 0);
    assert_true(finish(world.worker, "w1", queue_job_id(job), outcome));
    world_assert_idle(&world);
    assert_int_equal(RAW_INT(&world, "XLEN", "{t}:replies"), 2);
    assert_string_equal(world_only_field("{t}:events", "after"), "{\"b\":2}");
    assert_string_equal(world_only_field("{t}:events", "result"), "ok");
    assert_string_equal(RAW_TEXT(&world, "HGET", "{t}:grants:42", "example.com"), "EC");
    assert_in_range(RAW_INT(&world, "TTL", "{t}:grants:42"), 4000, 5000);
    assert_string_equal(RAW_TEXT(&world, "GET", "{t}:dialog:1:5"), "dns");
    assert_in_range(RAW_INT(&world, "TTL", "{t}:dialog:1:5"), 500, 600);
    assert_int_equal(RAW_INT(&world, "TTL", "{t}:cache:kept"), -1);
    content = world_snapshot(&world);
    assert_non_null(strstr(content, "{t}:access hash 89 kept"));
    assert_null(strstr(content, "cache:domain"));
    assert_non_null(strstr(content, "{t}:button:ab hash chat 1"));
    assert_int_equal(RAW_INT(&world, "HGET", "{t}:meta", "done"), 1);
    free(content);
    queue_job_free(job);
    queue_outcome_free(outcome);
}

static void a_repeated_end_is_lost_and_writes_nothing(void **state)
{
    struct queue_outcome *outcome = full_outcome();
    struct queue_job *job;
    char *before;
    char *after;

    (void)state;
    (void)PUSH(10, ANN);
    job = world_take_id(world.worker, "w1", 10);
    assert_true(finish(world.worker, "w1", queue_job_id(job), outcome));
    before = world_snapshot(&world);
    assert_false(finish(world.worker, "w1", queue_job_id(job), outcome));
    after = world_snapshot(&world);
    assert_string_equal(before, after);
    free(before);
    free(after);
    queue_job_free(job);
    queue_outcome_free(outcome);
}

static void a_late_end_is_lost_and_writes_nothing(void **state)
{
    struct queue_outcome *outcome = full_outcome();
    struct queue_job *late;
    struct queue_job *owned;
    struct err err = ERR_INIT;
    bool owner = true;
    char *before;
    char *after;

    (void)state;
    (void)PUSH(10, ANN, 11, ANN);
    late = world_take_id(world.worker, "w1", 10);
    world_age(&world, "w1", queue_job_id(late));
    owned = reap(NULL);
    before = world_snapshot(&world);
    assert_false(finish(world.worker, "w1", queue_job_id(late), outcome));
    assert_true(queue_emit(world.worker, "w1", queue_job_id(late), outcome, &owner, &err));
    assert_false(owner);
    after = world_snapshot(&world);
    assert_string_equal(before, after);
    free(before);
    free(after);
    queue_job_free(late);
    queue_job_free(owned);
    queue_outcome_free(outcome);
}

static void progress_leaves_the_update_running(void **state)
{
    struct queue_outcome *outcome = full_outcome();
    struct queue_job *job;
    struct err err = ERR_INIT;
    bool owner = false;

    (void)state;
    (void)PUSH(10, ANN);
    job = world_take_id(world.worker, "w1", 10);
    assert_true(queue_emit(world.worker, "w1", queue_job_id(job), outcome, &owner, &err));
    assert_true(owner);
    assert_int_equal(RAW_INT(&world, "XLEN", "{t}:replies"), 2);
    assert_int_equal(RAW_INT(&world, "XLEN", "{t}:events"), 1);
    assert_true(beat(world.worker, "w1", queue_job_id(job)));
    assert_null(world_done(world.worker, "w1", job));
    queue_outcome_free(outcome);
}

struct forbidden_row {
    const char *name;
    const char *key;
    const char *tail;
};

/* clang-format off */
static struct forbidden_row forbidden_rows[] = {
    /* what it shows                               key           tail */
    {"a step may not write meta",                  "meta",       ""},
    {"a step may not write the gate",              "busy",       ""},
    {"a step may not write the park",              "parked",     ""},
    {"a step may not write the stream",            "updates",    ""},
    {"a step may not write a limit",               "limit:",     "account"},
    {"a step may not write a slot",                "slot:",      "u1"},
    {"a step may not write a flood note",          "flood:",     "1"},
    {"a step may not write a key of another name", "access",     "2"},
    {"a step may not write a bare prefix",         "grants:",    ""},
    {"a step may not write a shorter name",        "grants",     ""},
    {"a step may not write a key in disguise",     "x",          "grants:1"},
};
/* clang-format on */

/* An outcome that is refused as a whole leaves everything as it was, the job too. */
static void assert_refused(const struct queue_outcome *outcome, const char *words)
{
    struct queue_job *job = world_take_id(world.worker, "w1", 10);
    struct queue_job *next = NULL;
    struct err err = ERR_INIT;
    bool owner = false;
    char *before = world_snapshot(&world);
    char *after;

    assert_false(queue_done(world.worker, "w1", queue_job_id(job), outcome, &owner, &next, &err));
    assert_error(&err, ERR_REJECT, words);
    assert_false(queue_emit(world.worker, "w1", queue_job_id(job), outcome, &owner, &err));
    assert_error(&err, ERR_REJECT, words);
    after = world_snapshot(&world);
    assert_string_equal(before, after);
    assert_true(beat(world.worker, "w1", queue_job_id(job)));
    free(before);
    free(after);
    queue_job_free(job);
}

static void refuses_a_key(void **state)
{
    const struct forbidden_row *row = *state;
    struct queue_outcome *outcome = full_outcome();

    (void)PUSH(10, ANN);
    queue_outcome_hset(outcome, row->key, row->tail, "paused", "1");
    assert_refused(outcome, "not a key that a step may write");
    queue_outcome_free(outcome);
}

static void refuses_a_key_of_another_type(void **state)
{
    struct queue_outcome *outcome = full_outcome();

    (void)state;
    (void)PUSH(10, ANN);
    RAW_DO(&world, "SET", "{t}:grants:7", "a text");
    queue_outcome_hset(outcome, KEY_GRANTS, "7", "example.com", "E");
    assert_refused(outcome, "grants:7: holds a string");
    queue_outcome_free(outcome);
}

static void refuses_to_revoke_without_a_list_of_chats(void **state)
{
    struct queue_outcome *outcome = full_outcome();

    (void)state;
    (void)PUSH(10, ANN);
    RAW_DO(&world, "SET", "{t}:access", "a text");
    queue_outcome_revoke(outcome, "b.a.ru");
    assert_refused(outcome, "access: holds a string");
    queue_outcome_free(outcome);
}

static void refuses_a_hash_write_after_a_text_write(void **state)
{
    struct queue_outcome *outcome = full_outcome();

    (void)state;
    (void)PUSH(10, ANN);
    queue_outcome_set(outcome, KEY_DIALOG, "1:1", "x", 0);
    queue_outcome_hset(outcome, KEY_DIALOG, "1:1", "a", "b");
    assert_refused(outcome, "dialog:1:1: holds a string");
    queue_outcome_free(outcome);
}

static void refuses_a_stream_that_is_none(void **state)
{
    struct queue_outcome *outcome = full_outcome();

    (void)state;
    (void)PUSH(10, ANN);
    RAW_DO(&world, "SET", "{t}:events", "x");
    assert_refused(outcome, "events: holds a string");
    queue_outcome_free(outcome);
}

static void refuses_a_lifetime_that_is_none(void **state)
{
    struct queue_outcome *outcome = full_outcome();

    (void)state;
    (void)PUSH(10, ANN);
    queue_outcome_expire(outcome, KEY_GRANTS, "7", 0);
    assert_refused(outcome, "ttl");
    queue_outcome_free(outcome);
}

/* ---- full memory ---- */

static void full_memory_refuses_the_way_in_and_nothing_else(void **state)
{
    struct queue_push_options options = world_push_options();
    const struct update update = world_update(12, ANN);
    struct queue_outcome *outcome = full_outcome();
    struct queue_push_result result;
    struct queue_job *job;
    struct err err = ERR_INIT;
    struct queue_turn turn;

    (void)state;
    (void)PUSH(10, ANN, 11, BOB);
    RAW_DO(&world, "CONFIG", "SET", "maxmemory", "1");
    assert_false(queue_push(world.gateway, &options, &update, 1, &result, &err));
    assert_error(&err, ERR_RETRY, "OOM");
    assert_true(queue_prepare(world.other, &err)); /* a worker may even start now */
    job = world_take_id(world.worker, "w1", 10);
    assert_true(beat(world.worker, "w1", queue_job_id(job)));
    assert_true(queue_limit(world.worker, "account", NULL, 0, &turn, &err));
    assert_true(finish(world.worker, "w1", queue_job_id(job), outcome));
    queue_job_free(job);
    job = world_take_id(world.worker, "w1", 11);
    give_back(world.worker, "w1", queue_job_id(job));
    queue_job_free(job);
    world_let_die(world_take_id(world.worker, "w1", 11));
    assert_true(queue_events_followed(world.worker, "bot.db", "1-1", false, &err));
    RAW_DO(&world, "CONFIG", "SET", "maxmemory", "0");
    assert_true(queue_push(world.gateway, &options, &update, 1, &result, &err));
    assert_int_equal(result.added, 1);
    queue_outcome_free(outcome);
}

/* ---- everything at once ---- */

enum { CHAOS_UPDATES = 400, CHAOS_CHATS = 5, CHAOS_WORKERS = 3 };

struct chaos {
    uint32_t random;
    struct queue_job *jobs[CHAOS_WORKERS];
    int64_t last_done[CHAOS_CHATS + 1]; /* by chat; ids rise, so this rises */
    int64_t pushed;
    int64_t finished;
};

static const char *const CHAOS_NAMES[CHAOS_WORKERS] = {"w1", "w2", "w3"};

static uint32_t roll(struct chaos *chaos, uint32_t sides)
{
    chaos->random = chaos->random * 1664525u + 1013904223u;
    return (chaos->random >> 8) % sides;
}

/* A worker finishes, gives back, or dies and is reaped. */
static void end_somehow(struct chaos *chaos, int worker)
{
    struct queue_job *job = chaos->jobs[worker];
    struct update update;
    struct err err = ERR_INIT;
    uint32_t how = roll(chaos, 10);

    chaos->jobs[worker] = NULL;
    if (how == 0) {
        give_back(world.worker, CHAOS_NAMES[worker], queue_job_id(job));
        queue_job_free(job);
    } else if (how == 1 && queue_job_deliveries(job) < 3) {
        world_age(&world, CHAOS_NAMES[worker], queue_job_id(job));
        queue_job_free(job);
    } else {
        assert_true(queue_job_update(job, &update, &err));
        assert_true(update.update_id > chaos->last_done[update.chat_id]); /* the chat's order */
        chaos->last_done[update.chat_id] = update.update_id;
        chaos->finished++;
        chaos->jobs[worker] = world_done(world.worker, CHAOS_NAMES[worker], job);
    }
}

static void chaos_step(struct chaos *chaos)
{
    int worker = (int)roll(chaos, CHAOS_WORKERS);
    bool dead = false;

    if (chaos->pushed < CHAOS_UPDATES && roll(chaos, 3) == 0) {
        chaos->pushed++;
        world_push(&world, chaos->pushed, 1 + roll(chaos, CHAOS_CHATS));
    }
    if (chaos->jobs[worker]) {
        end_somehow(chaos, worker);
    } else if (roll(chaos, 4) == 0) {
        chaos->jobs[worker] = world_reap(world.worker, CHAOS_NAMES[worker], &dead);
        assert_false(dead);
    } else {
        chaos->jobs[worker] = world_take(world.worker, CHAOS_NAMES[worker]);
    }
}

static void order_and_completeness_survive_chaos(void **state)
{
    const uint32_t *seed = *state;
    struct chaos chaos = {.random = *seed};

    for (int step = 0; chaos.finished < CHAOS_UPDATES; step++) {
        assert_true(step < CHAOS_UPDATES * 50);
        chaos_step(&chaos);
    }
    for (int i = 0; i < CHAOS_WORKERS; i++) {
        assert_null(chaos.jobs[i]);
    }
    assert_int_equal(RAW_INT(&world, "EXISTS", "{t}:dead"), 0);
    world_assert_idle(&world);
}

/* ---- main ---- */

/* clang-format off */
static const struct CMUnitTest TESTS[] = {
    BEHAVIOUR("a batch is taken in order",                             takes_a_batch_in_order),
    BEHAVIOUR("every field arrives, with receipt time and deadline",   carries_every_field),
    BEHAVIOUR("a repeated batch adds nothing",                         a_repeated_batch_adds_nothing),
    BEHAVIOUR("a finished update does not come back",                  a_finished_update_does_not_come_back),
    BEHAVIOUR("an empty batch is fine",                                an_empty_batch_is_fine),
    BEHAVIOUR("order within a batch loses nothing",                    order_within_a_batch_loses_nothing),
    BEHAVIOUR("a lower update_id that was not seen is new",            a_lower_id_that_was_not_seen_is_new),
    BEHAVIOUR("the memory of seen ids is bounded",                     memory_of_seen_ids_is_bounded),
    BEHAVIOUR("each bot has its own numbers",                          each_bot_has_its_own_numbers),
    BEHAVIOUR("a stray entry of the future locks nothing out",         a_stray_entry_of_the_future_locks_nothing_out),
    BEHAVIOUR("strangers are told apart and counted",                  strangers_are_told_apart),
    BEHAVIOUR("a stranger is evaluated once",                          a_stranger_is_evaluated_once),
    BEHAVIOUR("a full queue refuses and remembers nothing",            a_full_queue_refuses_and_remembers_nothing),
    BEHAVIOUR("one chat has one running update",                       one_chat_has_one_running_update),
    BEHAVIOUR("chats that look alike are apart",                       chats_that_look_alike_are_apart),
    BEHAVIOUR("a long backlog of one chat hides nobody",               a_long_backlog_of_one_chat_hides_nobody),
    BEHAVIOUR("a busy chat lets others in between",                    a_busy_chat_lets_others_in_between),
    BEHAVIOUR("a worker is handed the next update of any chat",        a_worker_is_handed_the_next_update_of_any_chat),
    BEHAVIOUR("what was given back is handed over first",              what_was_given_back_is_handed_over_first),
    BEHAVIOUR("a worker that wants nothing is handed nothing",         a_worker_that_wants_nothing_is_handed_nothing),
    BEHAVIOUR("a yielded update stays before its chat",                a_yielded_update_stays_before_its_chat),
    BEHAVIOUR("a pause stops taking and handing over",                 a_pause_stops_taking_and_handing_over),
    BEHAVIOUR("waiting goes on where another has looked",              waiting_goes_on_where_another_has_looked),
    BEHAVIOUR("what was given back is found without a position",       what_was_given_back_is_found_without_a_position),
    BEHAVIOUR("a waiting worker wakes up",                             a_waiting_worker_wakes_up),
    BEHAVIOUR("a waiting worker gives up in time",                     a_waiting_worker_gives_up_in_time),
    BEHAVIOUR("taking ends with shutdown",                             taking_ends_with_shutdown),
    BEHAVIOUR("a deleted running update frees its chat",               a_deleted_running_update_frees_its_chat),
    BEHAVIOUR("a chat whose update was removed runs again",            a_chat_whose_update_was_removed_runs_again),
    BEHAVIOUR("the reaper finds a chat that waits for nothing",        the_reaper_finds_a_chat_that_waits_for_nothing),
    BEHAVIOUR("a worker that is gone for long is forgotten",           a_worker_that_is_gone_for_long_is_forgotten),
    BEHAVIOUR("an end leaves a chat to the update that holds it",     an_end_leaves_a_chat_to_the_update_that_holds_it),
    BEHAVIOUR("nonsense in busy is no running update",                 nonsense_in_busy_is_no_running_update),
    BEHAVIOUR("a deleted parked update is passed over",                a_deleted_parked_update_is_passed_over),
    BEHAVIOUR("a deleted stream is made again",                        a_deleted_stream_is_made_again),
    BEHAVIOUR("an expired lease is taken over, the late one fenced",   an_expired_lease_is_taken_over),
    BEHAVIOUR("a heartbeat renews the lease",                          a_heartbeat_renews_the_lease),
    BEHAVIOUR("a long park hides no expired lease",                    a_long_park_hides_no_expired_lease),
    BEHAVIOUR("poison is given up and the chat told",                  poison_is_given_up_and_the_chat_told),
    BEHAVIOUR("poison does not hold its chat",                         poison_does_not_hold_its_chat),
    BEHAVIOUR("a deleted expired update is cleaned up",                a_deleted_expired_update_is_cleaned_up),
    BEHAVIOUR("what is given back is taken at once",                   what_is_given_back_is_taken_at_once),
    BEHAVIOUR("what is held unknowingly is given back in order",       what_is_held_unknowingly_is_given_back_in_order),
    BEHAVIOUR("only the owner gives back",                             only_the_owner_gives_back),
    BEHAVIOUR("a deleted given back update frees its chat",            a_deleted_given_back_update_frees_its_chat),
    BEHAVIOUR("an end writes everything at once",                      an_end_writes_everything_at_once),
    BEHAVIOUR("a name is revoked from every chat that is let in",      a_name_is_revoked_from_every_chat_that_is_let_in),
    BEHAVIOUR("fields are deleted by their value",                     fields_are_deleted_by_their_value),
    BEHAVIOUR("refuses to revoke without a list of chats",             refuses_to_revoke_without_a_list_of_chats),
    BEHAVIOUR("a repeated end is lost and writes nothing",             a_repeated_end_is_lost_and_writes_nothing),
    BEHAVIOUR("a late end is lost and writes nothing",                 a_late_end_is_lost_and_writes_nothing),
    BEHAVIOUR("progress leaves the update running",                    progress_leaves_the_update_running),
    BEHAVIOUR("refuses a key of another type",                         refuses_a_key_of_another_type),
    BEHAVIOUR("refuses a hash write after a text write",               refuses_a_hash_write_after_a_text_write),
    BEHAVIOUR("refuses a stream that is none",                         refuses_a_stream_that_is_none),
    BEHAVIOUR("refuses a lifetime that is none",                       refuses_a_lifetime_that_is_none),
    BEHAVIOUR("full memory refuses the way in and nothing else",       full_memory_refuses_the_way_in_and_nothing_else),
};

static struct seed_row {
    const char *name;
    uint32_t seed;
} seed_rows[] = {
    {"order and completeness survive chaos, seed 1", 1},
    {"order and completeness survive chaos, seed 2", 20000},
    {"order and completeness survive chaos, seed 3", 300000000},
};
/* clang-format on */

int main(void)
{
    struct CMUnitTest tests[ARRAY_LEN(TESTS) + ARRAY_LEN(forbidden_rows) + ARRAY_LEN(seed_rows)];
    size_t count = ARRAY_LEN(TESTS);

    memcpy(tests, TESTS, sizeof(TESTS));
    for (size_t i = 0; i < ARRAY_LEN(forbidden_rows); i++) {
        tests[count++] = (struct CMUnitTest){forbidden_rows[i].name, refuses_a_key, world_fresh,
                                             NULL, &forbidden_rows[i]};
    }
    for (size_t i = 0; i < ARRAY_LEN(seed_rows); i++) {
        tests[count++] =
            (struct CMUnitTest){seed_rows[i].name, order_and_completeness_survive_chaos,
                                world_fresh, NULL, &seed_rows[i].seed};
    }
    return cmocka_run_group_tests_name("queue", tests, world_set_up, world_tear_down);
}
