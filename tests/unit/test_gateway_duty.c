/* SPDX-License-Identifier: MIT */
/* gateway/duty.c: when the lease is renewed, when it is lost, how often it is asked for. */
#include "gateway/duty.h"

#include "shared/base/compiler.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

enum { LOST = -1, START_MS = 1000000 };

struct row {
    const char *name;
    int64_t since_ms; /* the last good renewal */
    enum duty_answer answer;
    int64_t wait_ms; /* until the next one, or LOST */
};

/* clang-format off */
static struct row rows[] = {
    /* what it shows                                     since  answer          wait */
    {"a fresh lease is renewed after a third",           0,     DUTY_OURS,      5000},
    {"what was slow is taken off the wait",              1200,  DUTY_OURS,      3800},
    {"a renewal that is due is made at once",            7000,  DUTY_OURS,      0   },
    {"without an answer it asks again in a second",      5000,  DUTY_NO_ANSWER, 1000},
    {"it does not wait longer than the lease is sure",   9700,  DUTY_NO_ANSWER, 300 },
    {"it is kept to the last of two thirds",             9999,  DUTY_NO_ANSWER, 1   },
    {"it is lost after two thirds without an answer",    10000, DUTY_NO_ANSWER, LOST},
    {"it is lost after two thirds of standing still",    10000, DUTY_OURS,      LOST},
    {"a lease of another is lost at once",               0,     DUTY_NOT_OURS,  LOST},
};
/* clang-format on */

static void decides(void **state)
{
    const struct row *row = *state;
    int64_t now_ms = START_MS + row->since_ms;

    assert_int_equal(duty_is_lost(START_MS, now_ms, row->answer), row->wait_ms == LOST);
    if (row->wait_ms != LOST) {
        assert_int_equal(duty_renew_wait_ms(START_MS, now_ms, row->answer), row->wait_ms);
    }
}

static void asks_once_a_second_at_most(void **state)
{
    (void)state;
    assert_int_equal(duty_take_wait_ms(15000), 1000);
    assert_int_equal(duty_take_wait_ms(1000), 1000);
}

static void asks_when_the_lease_runs_out(void **state)
{
    (void)state;
    assert_int_equal(duty_take_wait_ms(250), 250);
    assert_int_equal(duty_take_wait_ms(0), 1);
}

int main(void)
{
    struct CMUnitTest tests[ARRAY_LEN(rows) + 2] = {
        {"a waiting gateway asks once a second at most", asks_once_a_second_at_most, NULL, NULL,
         NULL},
        {"a waiting gateway asks when the lease runs out", asks_when_the_lease_runs_out, NULL, NULL,
         NULL},
    };

    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        tests[i + 2] = (struct CMUnitTest){rows[i].name, decides, NULL, NULL, &rows[i]};
    }
    return cmocka_run_group_tests_name("gateway, duty", tests, NULL, NULL);
}
