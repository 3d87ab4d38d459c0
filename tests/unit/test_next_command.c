/* SPDX-License-Identifier: MIT */
/* What to type next: there is something for everything that may have to be done, whoever runs the
 * services. */
#include "shared/ops/next_command.h"

#include "shared/ops/run_by.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define LONG_HOST "a-host-with-a-name-as-long-as-names-of-hosts-may-be-on-this-syst"

static void nothing_is_left_out(void **state)
{
    (void)state;
    for (size_t by = 0; by < RUN_BY_COUNT; by++) {
        struct json *report = json_object();

        json_set_text(report, "host", LONG_HOST);
        run_by_tell((enum run_by)by, report);
        for (size_t what = 0; what < NEXT_COUNT; what++) {
            char command[NEXT_COMMAND_SIZE];

            next_command((enum next)what, &(struct next_of){.role = "gateway", .report = report},
                         command);
            assert_int_not_equal(strlen(command), 0);
            assert_true(strlen(command) < NEXT_COMMAND_SIZE - 1);
            assert_null(strpbrk(command, "{}"));
        }
        json_free(report);
    }
}

static void a_host_that_a_shell_would_obey_is_quoted(void **state)
{
    struct json *report = json_object();
    char command[NEXT_COMMAND_SIZE];

    (void)state;
    json_set_text(report, "host", "a; reboot");
    run_by_tell(RUN_BY_SYSTEMD, report);
    next_command(NEXT_START, &(struct next_of){.role = "worker", .report = report}, command);
    assert_string_equal(command, "systemctl start beget-manager-worker  # on 'a; reboot'");
    json_free(report);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_is_left_out),
        cmocka_unit_test(a_host_that_a_shell_would_obey_is_quoted),
    };

    return cmocka_run_group_tests_name("next_command", tests, NULL, NULL);
}
