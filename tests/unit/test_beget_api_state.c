/* SPDX-License-Identifier: MIT */
/* worker/beget/api_state.c: what an outcome says of the hosting API, and what to do about it. */
#include "worker/beget/api_state.h"

#include "shared/base/compiler.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

struct state_row {
    const char *name;
    enum beget_failure failure;
    enum beget_api_state state;
    const char *advice; /* a part of it, with BEGET_API_BAD */
};

/* clang-format off */
static struct state_row state_rows[] = {
    {"an answer is good",                             BEGET_OK,          BEGET_API_GOOD,    NULL},
    {"a no to what was asked is an answer",           BEGET_FAILED,      BEGET_API_GOOD,    NULL},
    {"so is a name that is not there",                BEGET_NOT_FOUND,   BEGET_API_GOOD,    NULL},
    {"so are arguments that it refuses",              BEGET_INVALID,     BEGET_API_GOOD,    NULL},
    {"a stop of this program says nothing",           BEGET_STOPPED,     BEGET_API_UNKNOWN, NULL},
    {"a refused login names the settings",            BEGET_DENIED,      BEGET_API_BAD,     "BEGET_PASSWORD"},
    {"a section that is off is ticked in the panel",  BEGET_SECTION_OFF, BEGET_API_BAD,     "panel"},
    {"a limit comes back",                            BEGET_LIMIT,       BEGET_API_BAD,     "BEGET_RATE_PER_MINUTE"},
    {"who cannot be reached has an address",          BEGET_NOT_SENT,    BEGET_API_BAD,     "BEGET_API_URL"},
    {"silence is Beget's",                            BEGET_NO_ANSWER,   BEGET_API_BAD,     "Beget"},
    {"what is no answer may be of another server",    BEGET_UNREADABLE,  BEGET_API_BAD,     "BEGET_API_URL"},
    {"what it does not understand is our defect",     BEGET_BAD_REQUEST, BEGET_API_BAD,     "newer"},
};
/* clang-format on */

static void says_state(void **state)
{
    const struct state_row *row = *state;
    char why[BEGET_API_WHY_SIZE];

    assert_int_equal(beget_api_state_of(row->failure), row->state);
    if (row->advice) {
        beget_api_why(row->failure, "dns/getData", "what it said", why);
        assert_memory_equal(why, "dns/getData: ", 13);
        assert_non_null(strstr(why, row->advice));
        assert_non_null(strstr(why, " (what it said)"));
        beget_api_why(row->failure, "dns/getData", "", why);
        assert_null(strstr(why, "()"));
    }
}

static void every_failure_has_its_row(void **state)
{
    (void)state;
    assert_int_equal(ARRAY_LEN(state_rows), BEGET_FAILURE_COUNT);
}

int main(void)
{
    struct CMUnitTest tests[ARRAY_LEN(state_rows) + 1] = {
        cmocka_unit_test(every_failure_has_its_row),
    };

    for (size_t i = 0; i < ARRAY_LEN(state_rows); i++) {
        tests[i + 1] =
            (struct CMUnitTest){state_rows[i].name, says_state, NULL, NULL, &state_rows[i]};
    }
    return cmocka_run_group_tests_name("the hosting API's state", tests, NULL, NULL);
}
