/* SPDX-License-Identifier: MIT */
/* gateway/holder.c: who is known to have ended, and who is not. */
#include "gateway/holder.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <sys/wait.h>
#include <unistd.h>

enum { NAME_SIZE = 128 };

/* The name of a child; it has ended, and been waited for. */
static void name_of_the_dead(char out[NAME_SIZE])
{
    int ends[2];
    pid_t child;

    assert_int_equal(pipe(ends), 0);
    child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        char name[NAME_SIZE] = "";

        holder_name(name, sizeof(name));
        _exit(write(ends[1], name, sizeof(name)) == (ssize_t)sizeof(name) ? 0 : 1);
    }
    assert_int_equal(read(ends[0], out, NAME_SIZE), NAME_SIZE);
    assert_int_equal(waitpid(child, NULL, 0), child);
    (void)close(ends[0]);
    (void)close(ends[1]);
}

static void one_that_has_ended_here_is_known(void **state)
{
    char name[NAME_SIZE];

    (void)state;
    name_of_the_dead(name);
    assert_true(holder_has_ended(name));
}

static void one_that_runs_is_not_dead(void **state)
{
    char name[NAME_SIZE];

    (void)state;
    holder_name(name, sizeof(name));
    assert_false(holder_has_ended(name));
}

static void of_another_machine_nothing_is_known(void **state)
{
    char name[NAME_SIZE];
    char *space;

    (void)state;
    name_of_the_dead(name);
    space = strrchr(name, '-') - 1;
    *space = *space == '0' ? '1' : '0';
    assert_false(holder_has_ended(name));
}

static void names_differ_though_the_process_is_the_same(void **state)
{
    char one[NAME_SIZE];
    char other[NAME_SIZE];

    (void)state;
    holder_name(one, sizeof(one));
    holder_name(other, sizeof(other));
    assert_string_not_equal(one, other);
}

static void what_is_no_name_is_not_dead(void **state)
{
    static const char *const NAMES[] = {"",
                                        "-",
                                        "--",
                                        "---",
                                        "host",
                                        "host-1",
                                        "host-99999999-0123",
                                        "host-x-0123456789abcdef-00000000"};

    (void)state;
    for (size_t i = 0; i < sizeof(NAMES) / sizeof(NAMES[0]); i++) {
        assert_false(holder_has_ended(NAMES[i]));
    }
}

static void odd_process_ids_are_not_looked_for(void **state)
{
    static const char *const PIDS[] = {"0", "-1", "x", "", "99999999999999999999", "4294967297"};
    char own[NAME_SIZE];
    const char *rest;

    (void)state;
    holder_name(own, sizeof(own));
    rest = strrchr(own, '-') - 17; /* "-<space>-<random>" */
    for (size_t i = 0; i < sizeof(PIDS) / sizeof(PIDS[0]); i++) {
        char name[NAME_SIZE * 2];

        (void)snprintf(name, sizeof(name), "host-%s%s", PIDS[i], rest);
        assert_false(holder_has_ended(name));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_that_has_ended_here_is_known),
        cmocka_unit_test(one_that_runs_is_not_dead),
        cmocka_unit_test(of_another_machine_nothing_is_known),
        cmocka_unit_test(names_differ_though_the_process_is_the_same),
        cmocka_unit_test(what_is_no_name_is_not_dead),
        cmocka_unit_test(odd_process_ids_are_not_looked_for),
    };

    return cmocka_run_group_tests_name("gateway holder", tests, NULL, NULL);
}
