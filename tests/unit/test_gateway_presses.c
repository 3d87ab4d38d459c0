/* SPDX-License-Identifier: MIT */
/* gateway/presses.c: presses that fall due, and those that are answered in time. */
#include "gateway/presses.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static void add(struct presses *presses, const char *id, int64_t due_ms)
{
    struct press press = {.update_id = 5, .due_ms = due_ms};

    (void)snprintf(press.id, sizeof(press.id), "%s", id);
    presses_add(presses, &press);
}

static void a_press_falls_due_once(void **state)
{
    struct presses *presses = presses_new();
    struct press press;
    int64_t wait_ms = 0;

    (void)state;
    add(presses, "a", 1000);
    add(presses, "b", 1500);
    assert_false(presses_take_due(presses, 400, &press, &wait_ms));
    assert_int_equal(wait_ms, 600);
    assert_true(presses_take_due(presses, 1000, &press, &wait_ms));
    assert_string_equal(press.id, "a");
    assert_int_equal(press.update_id, 5);
    assert_false(presses_take_due(presses, 1000, &press, &wait_ms));
    assert_int_equal(wait_ms, 500);
    presses_free(presses);
}

static void an_answered_press_never_falls_due(void **state)
{
    struct presses *presses = presses_new();
    struct press press;
    int64_t wait_ms = 0;

    (void)state;
    add(presses, "a", 1000);
    add(presses, "b", 1000);
    presses_answered(presses, "a");
    presses_answered(presses, "nobody");
    assert_true(presses_take_due(presses, 2000, &press, &wait_ms));
    assert_string_equal(press.id, "b");
    assert_false(presses_take_due(presses, 2000, &press, &wait_ms));
    assert_int_equal(wait_ms, -1);
    presses_free(presses);
}

static void a_press_is_noted_once(void **state)
{
    struct presses *presses = presses_new();
    struct press press;
    int64_t wait_ms;

    (void)state;
    add(presses, "a", 1000);
    add(presses, "a", 1000);
    assert_true(presses_take_due(presses, 2000, &press, &wait_ms));
    assert_false(presses_take_due(presses, 2000, &press, &wait_ms));
    presses_free(presses);
}

static void a_full_table_notes_no_more(void **state)
{
    struct presses *presses = presses_new();
    struct press press;
    int64_t wait_ms;
    int taken = 0;
    char id[16];

    (void)state;
    for (int i = 0; i < 1000; i++) {
        (void)snprintf(id, sizeof(id), "%d", i);
        add(presses, id, 1000);
    }
    while (presses_take_due(presses, 2000, &press, &wait_ms)) {
        taken++;
    }
    assert_int_equal(taken, 256);
    presses_free(presses);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_press_falls_due_once),
        cmocka_unit_test(an_answered_press_never_falls_due),
        cmocka_unit_test(a_press_is_noted_once),
        cmocka_unit_test(a_full_table_notes_no_more),
    };

    return cmocka_run_group_tests_name("gateway presses", tests, NULL, NULL);
}
