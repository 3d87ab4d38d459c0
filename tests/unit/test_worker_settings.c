/* SPDX-License-Identifier: MIT */
/* worker/worker_settings.c: defaults, and settings that do not go together. */
#include "worker/worker_settings.h"

#include "shared/base/compiler.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

/* What the lookup answers with; NULL: not set. */
struct given {
    const char *timeout_s;
    const char *lease_s;
};

static const char *look_up(void *context, const char *name)
{
    static const char *const REQUIRED[] = {"ADMIN_CHAT_ID", "BEGET_LOGIN", "BEGET_PASSWORD"};
    const struct given *given = context;

    for (size_t i = 0; i < ARRAY_LEN(REQUIRED); i++) {
        if (strcmp(name, REQUIRED[i]) == 0) {
            return "1";
        }
    }
    if (strcmp(name, "BEGET_TIMEOUT_S") == 0) {
        return given->timeout_s;
    }
    return strcmp(name, "JOB_LEASE_S") == 0 ? given->lease_s : NULL;
}

struct together_row {
    const char *name;
    struct given given;
    bool good;
};

/* clang-format off */
static struct together_row together_rows[] = {
    {"the defaults go together",                    {NULL, NULL},  true },
    {"a timeout of half a lease",                   {"30", "60"},  true },
    {"a timeout of more than half a lease",         {"31", "60"},  false},
    {"a timeout of more than half of the default",  {"31", NULL},  false},
    {"a lease of less than two default timeouts",   {NULL, "39"},  false},
    {"a lease of two default timeouts",             {NULL, "40"},  true },
    {"half of an odd lease is rounded down",        {"2",  "5"},   true },
    {"half of an odd lease is not rounded up",      {"3",  "5"},   false},
    {"the shortest of both",                        {"1",  "2"},   true },
};
/* clang-format on */

static void go_together(void **state)
{
    struct together_row *row = *state;
    struct worker_settings settings;
    struct buf problems;

    buf_init(&problems, 4096);
    assert_true(settings_load(WORKER_SETTINGS, WORKER_SETTING_COUNT, look_up, &row->given,
                              &settings, &problems));
    assert_int_equal(worker_settings_check(&settings, &problems), row->good);
    if (row->good) {
        assert_string_equal(buf_text(&problems), "");
    } else { /* names both, and is a line like the others */
        assert_memory_equal(buf_text(&problems), "BEGET_TIMEOUT_S: ", 17);
        assert_non_null(strstr(buf_text(&problems), "JOB_LEASE_S"));
        assert_int_equal(buf_text(&problems)[problems.len - 1], '\n');
    }
    buf_free(&problems);
}

static void a_lease_too_short_for_any_timeout_is_refused(void **state)
{
    struct given given = {.timeout_s = "1", .lease_s = "1"};
    struct worker_settings settings;
    struct buf problems;

    (void)state;
    buf_init(&problems, 4096);
    assert_false(settings_load(WORKER_SETTINGS, WORKER_SETTING_COUNT, look_up, &given, &settings,
                               &problems));
    assert_non_null(strstr(buf_text(&problems), "JOB_LEASE_S"));
    buf_free(&problems);
}

int main(void)
{
    struct CMUnitTest tests[ARRAY_LEN(together_rows) + 1] = {
        cmocka_unit_test(a_lease_too_short_for_any_timeout_is_refused),
    };

    for (size_t i = 0; i < ARRAY_LEN(together_rows); i++) {
        tests[i + 1] =
            (struct CMUnitTest){together_rows[i].name, go_together, NULL, NULL, &together_rows[i]};
    }
    return cmocka_run_group_tests_name("worker settings", tests, NULL, NULL);
}
