/* SPDX-License-Identifier: MIT */
/* When a held lease is renewed, tried again and given up. */
#include "worker/lease.h"

#include "shared/base/compiler.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

enum { HOUR_MS = 3600 * 1000 };

struct lease_row {
    const char *name;
    int64_t lease_ms;
    struct lease_ages ages;
    enum lease_act act;
    int64_t wait_ms; /* with LEASE_WAIT */
};

/* clang-format off */
static struct lease_row lease_rows[] = {
    /* what it shows                                        lease     held              beaten   tried   act         wait */
    {"what was just taken is renewed after a quarter",      60000, {0,               0,      0},     LEASE_WAIT, 15000},
    {"on the way to the beat the rest is waited",           60000, {14999,           14999,  14999}, LEASE_WAIT, 1},
    {"a quarter after the last beat the next is due",       60000, {15000,           15000,  15000}, LEASE_BEAT, 0},
    {"a late beat is made at once",                         60000, {29999,           29999,  29999}, LEASE_BEAT, 0},
    {"a beat that failed is tried again after a pause",     60000, {16000,           16000,  1000},  LEASE_WAIT, 2750},
    {"after the pause it is tried",                         60000, {18750,           18750,  3750},  LEASE_BEAT, 0},
    {"the pause ends when the lease is lost",               60000, {29000,           29000,  1000},  LEASE_WAIT, 1000},
    {"half a lease without a beat is lost",                 60000, {30000,           30000,  0},     LEASE_LOST, 0},
    {"it is lost though a beat is due",                     60000, {30000,           30000,  15000}, LEASE_LOST, 0},
    {"a suspended machine has lost it",                     60000, {HOUR_MS / 4,     900000, 900000}, LEASE_LOST, 0},
    {"a long work that is renewed goes on",                 60000, {HOUR_MS * 3 / 4, 0,      0},     LEASE_WAIT, 15000},
    {"a runner that never ends loses it",                   60000, {HOUR_MS,         0,      0},     LEASE_LOST, 0},
    {"its end is not slept through",                        60000, {HOUR_MS - 5,     0,      0},     LEASE_WAIT, 5},
    {"a lease of a second: every 250 ms",                   1000,  {0,               0,      0},     LEASE_WAIT, 250},
    {"a lease of a second is lost after 500 ms",            1000,  {500,             500,    10},    LEASE_LOST, 0},
};
/* clang-format on */

static void decides(void **state)
{
    const struct lease_row *row = *state;
    int64_t wait_ms = 0;

    assert_int_equal(lease_next(row->lease_ms, &row->ages, &wait_ms), row->act);
    assert_int_equal(wait_ms, row->wait_ms);
}

/* Whatever the times: it never answers to wait for nothing, and never past the loss. */
static void every_wait_is_positive_and_ends_before_the_loss(void **state)
{
    (void)state;
    for (int64_t beaten = 0; beaten < 600; beaten++) {
        for (int64_t tried = 0; tried <= beaten; tried++) {
            const struct lease_ages ages = {beaten, beaten, tried};
            int64_t wait_ms = 0;

            if (lease_next(1000, &ages, &wait_ms) == LEASE_WAIT) {
                assert_in_range(wait_ms, 1, 500 - beaten);
            }
        }
    }
}

static void a_beat_that_hangs_leaves_time_for_another(void **state)
{
    (void)state;
    assert_int_equal(lease_beat_timeout_ms(60000), 3750);
    assert_int_equal(lease_beat_timeout_ms(3600000), 5000);
    assert_int_equal(lease_beat_timeout_ms(1000), 62);
    assert_int_equal(lease_beat_timeout_ms(100), 50);
}

int main(void)
{
    struct CMUnitTest tests[ARRAY_LEN(lease_rows) + 2] = {
        cmocka_unit_test(every_wait_is_positive_and_ends_before_the_loss),
        cmocka_unit_test(a_beat_that_hangs_leaves_time_for_another),
    };

    for (size_t i = 0; i < ARRAY_LEN(lease_rows); i++) {
        tests[i + 2] = (struct CMUnitTest){
            .name = lease_rows[i].name,
            .test_func = decides,
            .initial_state = &lease_rows[i],
        };
    }
    return cmocka_run_group_tests_name("lease_next", tests, NULL, NULL);
}
