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

#define TOKEN "0123456789abcdef"

/* What the lookup answers with; NULL: not set. */
struct given {
    const char *timeout_s;
    const char *lease_s;
    const char *listen;
    const char *token;
    const char *changes;
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
    if (strcmp(name, "JOB_LEASE_S") == 0) {
        return given->lease_s;
    }
    if (strcmp(name, "HTTP_LISTEN") == 0) {
        return given->listen;
    }
    if (strcmp(name, "HTTP_TOKEN") == 0) {
        return given->token;
    }
    return strcmp(name, "HTTP_CHANGES_TOKEN") == 0 ? given->changes : NULL;
}

struct together_row {
    const char *name;
    struct given given;
    bool good;
};

/* clang-format off */
static struct together_row together_rows[] = {
    {"the defaults go together",                    {.timeout_s = NULL, .lease_s = NULL},  true },
    {"a timeout of half a lease",                   {.timeout_s = "30", .lease_s = "60"},  true },
    {"a timeout of more than half a lease",         {.timeout_s = "31", .lease_s = "60"},  false},
    {"a timeout of more than half of the default",  {.timeout_s = "31", .lease_s = NULL},  false},
    {"a lease of less than two default timeouts",   {.timeout_s = NULL, .lease_s = "39"},  false},
    {"a lease of two default timeouts",             {.timeout_s = NULL, .lease_s = "40"},  true },
    {"half of an odd lease is rounded down",        {.timeout_s = "2",  .lease_s = "5"},   true },
    {"half of an odd lease is not rounded up",      {.timeout_s = "3",  .lease_s = "5"},   false},
    {"the shortest of both",                        {.timeout_s = "1",  .lease_s = "2"},   true },
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

/* What is wrong with these, or "". Valid until the next call. */
static const char *problems_of(struct given given)
{
    static struct buf problems;
    struct worker_settings settings;

    buf_free(&problems);
    buf_init(&problems, 4096);
    if (settings_load(WORKER_SETTINGS, WORKER_SETTING_COUNT, look_up, &given, &settings,
                      &problems)) {
        bool good = worker_settings_check(&settings, &problems);

        assert_int_equal(good, problems.len == 0);
    }
    return buf_text(&problems);
}

static void whoever_reads_elsewhere_needs_a_token(void **state)
{
    (void)state;
    assert_string_equal(problems_of((struct given){.listen = ""}), "");
    assert_string_equal(problems_of((struct given){.listen = "0.0.0.0:9102", .token = TOKEN}), "");
    assert_memory_equal(problems_of((struct given){.listen = "0.0.0.0:9102"}), "HTTP_TOKEN: ", 12);
    assert_memory_equal(problems_of((struct given){.listen = "0.0.0.0:9102", .changes = TOKEN}),
                        "HTTP_TOKEN: ", 12);
    assert_memory_equal(problems_of((struct given){.listen = "9102"}), "HTTP_LISTEN: ", 13);
    assert_memory_equal(problems_of((struct given){.token = "short"}), "HTTP_TOKEN: ", 12);
}

static void who_reads_cannot_change(void **state)
{
    const char *said;

    (void)state;
    assert_string_equal(problems_of((struct given){.token = TOKEN, .changes = TOKEN "2"}), "");
    said = problems_of((struct given){.token = TOKEN, .changes = TOKEN});
    assert_memory_equal(said, "HTTP_CHANGES_TOKEN: ", 20);
    assert_null(strstr(said, TOKEN));
}

int main(void)
{
    enum { OTHERS = 3 };
    struct CMUnitTest tests[ARRAY_LEN(together_rows) + OTHERS] = {
        cmocka_unit_test(a_lease_too_short_for_any_timeout_is_refused),
        cmocka_unit_test(whoever_reads_elsewhere_needs_a_token),
        cmocka_unit_test(who_reads_cannot_change),
    };

    for (size_t i = 0; i < ARRAY_LEN(together_rows); i++) {
        tests[i + OTHERS] =
            (struct CMUnitTest){together_rows[i].name, go_together, NULL, NULL, &together_rows[i]};
    }
    return cmocka_run_group_tests_name("worker settings", tests, NULL, NULL);
}
