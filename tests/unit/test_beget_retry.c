/* SPDX-License-Identifier: MIT */
/* Which failed calls are made again: every failure, for every class of methods. */
#include "worker/beget/retry.h"

#include "shared/base/compiler.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

struct retry_row {
    const char *name;
    enum beget_failure failure;
    enum beget_class class;
    struct beget_tries tries;
    enum beget_next next;
};

#define FRESH        \
    {                \
        false, false \
    }
#define REPEATED    \
    {               \
        true, false \
    }
#define WAITED      \
    {               \
        false, true \
    }
#define BOTH       \
    {              \
        true, true \
    }

/* clang-format off */
static struct retry_row retry_rows[] = {
    /* what it shows                                          failure            class               tries     next */
    {"a read that was not sent is repeated",                  BEGET_NOT_SENT,    BEGET_CLASS_READ,   FRESH,    BEGET_NEXT_REPEAT },
    {"a setting that was not sent is repeated",               BEGET_NOT_SENT,    BEGET_CLASS_SET,    FRESH,    BEGET_NEXT_REPEAT },
    {"a change that was not sent is repeated",                BEGET_NOT_SENT,    BEGET_CLASS_CHANGE, FRESH,    BEGET_NEXT_REPEAT },
    {"a change is repeated once only",                        BEGET_NOT_SENT,    BEGET_CLASS_CHANGE, REPEATED, BEGET_NEXT_GIVE_UP},
    {"an unanswered read is repeated",                        BEGET_NO_ANSWER,   BEGET_CLASS_READ,   FRESH,    BEGET_NEXT_REPEAT },
    {"an unanswered read is repeated once only",              BEGET_NO_ANSWER,   BEGET_CLASS_READ,   REPEATED, BEGET_NEXT_GIVE_UP},
    {"an unanswered read is repeated after a wait",           BEGET_NO_ANSWER,   BEGET_CLASS_READ,   WAITED,   BEGET_NEXT_REPEAT },
    {"an unanswered setting is compared first",               BEGET_NO_ANSWER,   BEGET_CLASS_SET,    FRESH,    BEGET_NEXT_GIVE_UP},
    {"an unanswered change is never repeated",                BEGET_NO_ANSWER,   BEGET_CLASS_CHANGE, FRESH,    BEGET_NEXT_GIVE_UP},
    {"an unreadable read is repeated",                        BEGET_UNREADABLE,  BEGET_CLASS_READ,   FRESH,    BEGET_NEXT_REPEAT },
    {"an unreadable read is repeated once only",              BEGET_UNREADABLE,  BEGET_CLASS_READ,   REPEATED, BEGET_NEXT_GIVE_UP},
    {"an unreadable setting is compared first",               BEGET_UNREADABLE,  BEGET_CLASS_SET,    FRESH,    BEGET_NEXT_GIVE_UP},
    {"an unreadable change is never repeated",                BEGET_UNREADABLE,  BEGET_CLASS_CHANGE, FRESH,    BEGET_NEXT_GIVE_UP},
    {"a read waits for the limit",                            BEGET_LIMIT,       BEGET_CLASS_READ,   FRESH,    BEGET_NEXT_WAIT   },
    {"a repeated read waits for the limit",                   BEGET_LIMIT,       BEGET_CLASS_READ,   REPEATED, BEGET_NEXT_WAIT   },
    {"a read waits for the limit once only",                  BEGET_LIMIT,       BEGET_CLASS_READ,   WAITED,   BEGET_NEXT_GIVE_UP},
    {"a setting may have met the tariff's limit",             BEGET_LIMIT,       BEGET_CLASS_SET,    FRESH,    BEGET_NEXT_GIVE_UP},
    {"a change may have met the tariff's limit",              BEGET_LIMIT,       BEGET_CLASS_CHANGE, FRESH,    BEGET_NEXT_GIVE_UP},
    {"after a repeat and a wait nothing is left",             BEGET_UNREADABLE,  BEGET_CLASS_READ,   BOTH,     BEGET_NEXT_GIVE_UP},
    {"a good answer is the end",                              BEGET_OK,          BEGET_CLASS_READ,   FRESH,    BEGET_NEXT_GIVE_UP},
    {"a wrong password stays wrong",                          BEGET_DENIED,      BEGET_CLASS_READ,   FRESH,    BEGET_NEXT_GIVE_UP},
    {"a section that is off stays off",                       BEGET_SECTION_OFF, BEGET_CLASS_READ,   FRESH,    BEGET_NEXT_GIVE_UP},
    {"refused arguments stay refused",                        BEGET_INVALID,     BEGET_CLASS_CHANGE, FRESH,    BEGET_NEXT_GIVE_UP},
    {"a missing name stays missing",                          BEGET_NOT_FOUND,   BEGET_CLASS_READ,   FRESH,    BEGET_NEXT_GIVE_UP},
    {"a failed read is not repeated",                         BEGET_FAILED,      BEGET_CLASS_READ,   FRESH,    BEGET_NEXT_GIVE_UP},
    {"a failed change is not repeated",                       BEGET_FAILED,      BEGET_CLASS_CHANGE, FRESH,    BEGET_NEXT_GIVE_UP},
    {"a bad request stays bad",                               BEGET_BAD_REQUEST, BEGET_CLASS_READ,   FRESH,    BEGET_NEXT_GIVE_UP},
    {"a stopped program asks no more",                        BEGET_STOPPED,     BEGET_CLASS_READ,   FRESH,    BEGET_NEXT_GIVE_UP},
};
/* clang-format on */

static void decides(void **state)
{
    const struct retry_row *row = *state;

    assert_int_equal(beget_next(row->failure, row->class, row->tries), row->next);
}

/* Whatever is added to the table: a change that may have happened is not made again. */
static void a_change_in_doubt_is_never_made_again(void **state)
{
    (void)state;
    for (size_t i = 0; i < BEGET_FAILURE_COUNT; i++) {
        enum beget_next next =
            beget_next((enum beget_failure)i, BEGET_CLASS_CHANGE, (struct beget_tries)FRESH);

        assert_true(next == BEGET_NEXT_GIVE_UP || i == BEGET_NOT_SENT);
    }
}

int main(void)
{
    struct CMUnitTest tests[ARRAY_LEN(retry_rows) + 1] = {
        cmocka_unit_test(a_change_in_doubt_is_never_made_again),
    };

    for (size_t i = 0; i < ARRAY_LEN(retry_rows); i++) {
        tests[i + 1] = (struct CMUnitTest){
            .name = retry_rows[i].name,
            .test_func = decides,
            .initial_state = &retry_rows[i],
        };
    }
    return cmocka_run_group_tests_name("beget_retry", tests, NULL, NULL);
}
