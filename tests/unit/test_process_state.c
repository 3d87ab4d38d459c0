/* SPDX-License-Identifier: MIT */
/* What a process of this machine is doing. */
#include "shared/base/process_state.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

static void who_asks_runs(void **state)
{
    (void)state;
    assert_int_equal(process_state(getpid()), 'R');
}

static void who_was_stopped_by_a_signal_is_told_apart(void **state)
{
    int status = 0;
    pid_t child = fork();

    (void)state;
    if (child == 0) {
        (void)raise(SIGSTOP);
        _exit(0);
    }
    assert_true(child > 0);
    assert_int_equal(waitpid(child, &status, WUNTRACED), child);
    assert_true(WIFSTOPPED(status));
    assert_int_equal(process_state(child), 'T');
    assert_int_equal(kill(child, SIGKILL), 0);
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(process_state(child), 0);
}

static void what_is_no_process_has_no_state(void **state)
{
    (void)state;
    assert_int_equal(process_state(-1), 0);
    assert_int_equal(process_state(INT64_MAX), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(who_asks_runs),
        cmocka_unit_test(who_was_stopped_by_a_signal_is_told_apart),
        cmocka_unit_test(what_is_no_process_has_no_state),
    };

    return cmocka_run_group_tests_name("process_state", tests, NULL, NULL);
}
