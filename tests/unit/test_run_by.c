/* SPDX-License-Identifier: MIT */
/* How a service is run: as the process itself tells it, and as a report is understood. */
#include "shared/ops/run_by.h"

#include "shared/base/compiler.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

/* clang-format off */
static const struct sign_row {
    const char *name;
    struct run_signs signs;
    enum run_by by;
} SIGNS[] = {
    {"systemd has started it",                       {"4711", 4711, false}, RUN_BY_SYSTEMD},
    {"systemd has, inside a container",              {"4711", 4711, true }, RUN_BY_SYSTEMD},
    {"deploy/run has, in a session of systemd",      {"4711", 4800, false}, RUN_BY_HAND   },
    {"a number that begins alike is another",        {"4711", 471,  false}, RUN_BY_HAND   },
    {"a variable that says nothing",                 {"",     0,    false}, RUN_BY_HAND   },
    {"a shell has, on a machine without systemd",    {NULL,   4711, false}, RUN_BY_HAND   },
    {"docker-compose has",                           {NULL,   1,    true }, RUN_BY_COMPOSE},
    {"a unit's variables have leaked into it",       {"4711", 1,    true }, RUN_BY_COMPOSE},
};

static const struct report_row {
    const char *name;
    const char *report; /* NULL: there is none */
    enum run_by by;
} REPORTS[] = {
    {"systemd",                           "{\"run_by\":\"systemd\",\"container\":false}", RUN_BY_SYSTEMD},
    {"by hand",                           "{\"run_by\":\"hand\",\"container\":false}",    RUN_BY_HAND   },
    {"docker-compose",                    "{\"run_by\":\"compose\",\"container\":true}",  RUN_BY_COMPOSE},
    {"an earlier version, in a container", "{\"container\":true}",                        RUN_BY_COMPOSE},
    {"an earlier version, without one",   "{\"container\":false}",                        RUN_BY_HAND   },
    {"a way of a newer version",          "{\"run_by\":\"?\",\"container\":false}",       RUN_BY_HAND   },
    {"what is no text",                   "{\"run_by\":1}",                               RUN_BY_COMPOSE},
    {"says nothing",                      "{}",                                           RUN_BY_COMPOSE},
    {"no report",                         NULL,                                           RUN_BY_COMPOSE},
};
/* clang-format on */

static void a_process_knows_who_has_started_it(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(SIGNS); i++) {
        if (run_by_signs(&SIGNS[i].signs) != SIGNS[i].by) {
            fail_msg("%s: %s", SIGNS[i].name, run_by_name(run_by_signs(&SIGNS[i].signs)));
        }
    }
}

static void a_report_is_understood_whichever_version_wrote_it(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(REPORTS); i++) {
        const char *text = REPORTS[i].report;
        struct err err = ERR_INIT;
        struct json *report = text ? json_parse(text, strlen(text), &err) : NULL;

        assert_true(!text || report);
        if (run_by_report(report) != REPORTS[i].by) {
            fail_msg("%s: %s", REPORTS[i].name, run_by_name(run_by_report(report)));
        }
        json_free(report);
    }
}

/* Its readers know docker-compose from the rest by "container" alone. */
static void an_earlier_version_understands_the_report(void **state)
{
    (void)state;
    for (size_t by = 0; by < RUN_BY_COUNT; by++) {
        struct json *report = json_object();
        bool contained;

        run_by_tell((enum run_by)by, report);
        assert_int_equal(run_by_report(report), by);
        assert_true(json_bool(report, "container", &contained));
        assert_int_equal(contained, by == RUN_BY_COMPOSE);
        json_free(report);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_process_knows_who_has_started_it),
        cmocka_unit_test(a_report_is_understood_whichever_version_wrote_it),
        cmocka_unit_test(an_earlier_version_understands_the_report),
    };

    return cmocka_run_group_tests_name("run_by", tests, NULL, NULL);
}
