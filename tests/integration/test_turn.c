/* SPDX-License-Identifier: MIT */
/* The turn of waiting for updates, among real threads: one has it, it is passed on, nobody is
 * forgotten. */
#include "worker/turn.h"

#include "shared/base/clock.h"
#include "shared/base/stop.h"

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

enum { SEATS = 4, ROUNDS = 500, LONG_MS = 60000, SHORT_MS = 20 };

static struct turns *turns;
static struct turn_seat *seats[SEATS];

static int set_up(void **state)
{
    struct err err = ERR_INIT;

    (void)state;
    turns = turns_new(SEATS, &err);
    assert_non_null(turns);
    for (size_t i = 0; i < SEATS; i++) {
        seats[i] = turn_seat(turns);
    }
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    turns_free(turns);
    return 0;
}

static void one_has_the_turn_and_others_wait_for_their_time(void **state)
{
    int64_t began_ms = clock_monotonic_ms();

    (void)state;
    assert_true(turn_await(seats[0], LONG_MS));
    assert_false(turn_await(seats[1], SHORT_MS));
    assert_true(clock_monotonic_ms() - began_ms >= SHORT_MS);
    assert_false(turn_await(seats[2], 0));
    turn_pass(seats[0]); /* to nobody: the others have gone */
    assert_true(turn_await(seats[1], 0));
    turn_pass(seats[1]);
}

static atomic_int holders;
static atomic_int most_holders;
static atomic_int had;

static void *take_turns(void *context)
{
    struct turn_seat *seat = context;

    for (int i = 0; i < ROUNDS; i++) {
        int now;

        if (!turn_await(seat, LONG_MS)) {
            return NULL;
        }
        now = atomic_fetch_add(&holders, 1) + 1;
        if (now > atomic_load(&most_holders)) {
            atomic_store(&most_holders, now);
        }
        atomic_fetch_add(&had, 1);
        atomic_fetch_sub(&holders, 1);
        turn_pass(seat);
    }
    return NULL;
}

static void everybody_gets_it_again_and_again_and_nobody_with_another(void **state)
{
    pthread_t threads[SEATS];

    (void)state;
    for (size_t i = 0; i < SEATS; i++) {
        assert_int_equal(pthread_create(&threads[i], NULL, take_turns, seats[i]), 0);
    }
    for (size_t i = 0; i < SEATS; i++) {
        assert_int_equal(pthread_join(threads[i], NULL), 0);
    }
    assert_int_equal(atomic_load(&had), SEATS * ROUNDS);
    assert_int_equal(atomic_load(&most_holders), 1);
    assert_true(turn_await(seats[0], 0));
}

/* The seat, if it got the turn. */
static void *await_turn(void *context)
{
    return turn_await(context, LONG_MS) ? context : NULL;
}

/* The last test: a latch that is set stays set. */
static void shutdown_ends_the_waiting(void **state)
{
    pthread_t threads[2];
    void *got = NULL;

    (void)state;
    assert_true(turn_await(seats[0], 0));
    for (size_t i = 0; i < 2; i++) {
        assert_int_equal(pthread_create(&threads[i], NULL, await_turn, seats[i + 1]), 0);
    }
    stop_request();
    for (size_t i = 0; i < 2; i++) {
        assert_int_equal(pthread_join(threads[i], &got), 0);
        assert_null(got);
    }
    turn_pass(seats[0]);
}

#define TURN_TEST(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)

int main(void)
{
    static const struct CMUnitTest TESTS[] = {
        TURN_TEST(one_has_the_turn_and_others_wait_for_their_time),
        TURN_TEST(everybody_gets_it_again_and_again_and_nobody_with_another),
        TURN_TEST(shutdown_ends_the_waiting),
    };
    struct err err = ERR_INIT;

    return stop_install(&err) ? cmocka_run_group_tests_name("turn", TESTS, NULL, NULL) : 1;
}
