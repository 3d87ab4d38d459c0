/* SPDX-License-Identifier: MIT */
#include "shared/base/mem.h"
#include "shared/queue/ahead.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void put(struct ahead *ahead, const char *key, bool hash, int64_t now_ms)
{
    ahead_put(ahead, &(struct ahead_row){.key = xstrdup(key), .hash = hash}, now_ms);
}

static void a_reply_is_found_by_key_and_type(void **state)
{
    struct ahead ahead = {.count = 0};

    (void)state;
    put(&ahead, "{t}:a", false, 5);
    put(&ahead, "{t}:b", true, 5);
    assert_true(ahead_has(&ahead, "{t}:a", false));
    assert_false(ahead_has(&ahead, "{t}:a", true));
    assert_false(ahead_has(&ahead, "{t}:c", false));
    (void)ahead_take(&ahead, "{t}:a", false);
    assert_false(ahead_has(&ahead, "{t}:a", false));
    assert_true(ahead_has(&ahead, "{t}:b", true));
    ahead_forget(&ahead);
    assert_false(ahead_has(&ahead, "{t}:b", true));
}

static void what_is_a_second_old_is_forgotten(void **state)
{
    struct ahead ahead = {.count = 0};

    (void)state;
    put(&ahead, "{t}:a", false, 5000);
    put(&ahead, "{t}:b", false, 5900);
    ahead_age(&ahead, 6000);
    assert_int_equal(ahead.count, 2);
    ahead_age(&ahead, 6001); /* with the oldest, all: they were read for one answer */
    assert_int_equal(ahead.count, 0);
    put(&ahead, "{t}:a", false, 9000);
    ahead_age(&ahead, 10000);
    assert_int_equal(ahead.count, 1);
    ahead_forget(&ahead);
}

int main(void)
{
    static const struct CMUnitTest TESTS[] = {
        cmocka_unit_test(a_reply_is_found_by_key_and_type),
        cmocka_unit_test(what_is_a_second_old_is_forgotten),
    };

    return cmocka_run_group_tests_name("ahead", TESTS, NULL, NULL);
}
