/* SPDX-License-Identifier: MIT */
/* deploy/queuectl: whose rights a user of Redis has, and how a run ends that they do not allow. */
#include "deploy/queuectl/ending.h"
#include "deploy/queuectl/permissions.h"
#include "shared/base/compiler.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void a_duty_is_whole_or_not_there(void **state)
{
    static const struct {
        size_t granted[PERMISSIONS_DUTIES]; /* of 3 each: look, operate, serve */
        enum permissions_answer answer;
    } CASES[] = {
        {{3, 3, 3}, PERMISSIONS_ALL},        {{3, 3, 0}, PERMISSIONS_OF_OPERATORS},
        {{3, 0, 0}, PERMISSIONS_OF_READERS}, {{3, 1, 0}, PERMISSIONS_SOME},
        {{3, 3, 2}, PERMISSIONS_SOME},       {{3, 0, 3}, PERMISSIONS_SOME},
        {{2, 0, 0}, PERMISSIONS_SOME},       {{2, 3, 3}, PERMISSIONS_SOME},
        {{0, 0, 0}, PERMISSIONS_SOME},
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(CASES); i++) {
        struct permissions_tally tally = {.needs = {3, 3, 3}};

        for (size_t duty = 0; duty < PERMISSIONS_DUTIES; duty++) {
            tally.granted[duty] = CASES[i].granted[duty];
        }
        assert_int_equal(permissions_judge(&tally), CASES[i].answer);
    }
}

static void what_the_user_may_not_is_refused_and_a_wrong_password_is_not(void **state)
{
    struct err err = ERR_INIT;
    struct err wrong = ERR_INIT;

    (void)state;
    (void)err_set(&err, ERR_FATAL,
                  "redis unix:///r: bq_pause: NOPERM this user has no permissions");
    assert_int_equal(ending_of(&err), ENDING_REFUSED);
    (void)err_set(&wrong, ERR_FATAL, "redis unix:///r: AUTH refused");
    assert_int_equal(ending_of(&wrong), ENDING_CONNECTION);
}

int main(void)
{
    static const struct CMUnitTest TESTS[] = {
        cmocka_unit_test(a_duty_is_whole_or_not_there),
        cmocka_unit_test(what_the_user_may_not_is_refused_and_a_wrong_password_is_not),
    };

    return cmocka_run_group_tests(TESTS, NULL, NULL);
}
