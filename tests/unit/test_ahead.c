/* SPDX-License-Identifier: MIT */
#include "shared/base/mem.h"
#include "shared/queue/ahead.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void put(struct ahead *ahead, const char *what, int64_t now_ms)
{
    ahead_put(ahead, &(struct ahead_row){.what = xstrdup(what)}, now_ms);
}

static void a_reply_is_found_by_what_was_read(void **state)
{
    struct ahead ahead = {.count = 0};

    (void)state;
    put(&ahead, "GET {t}:a", 5);
    put(&ahead, "HGETALL {t}:b", 5);
    assert_true(ahead_has(&ahead, "GET {t}:a"));
    assert_false(ahead_has(&ahead, "HGETALL {t}:a"));
    assert_false(ahead_has(&ahead, "GET {t}:c"));
    (void)ahead_take(&ahead, "GET {t}:a");
    assert_false(ahead_has(&ahead, "GET {t}:a"));
    assert_true(ahead_has(&ahead, "HGETALL {t}:b"));
    ahead_forget(&ahead);
    assert_false(ahead_has(&ahead, "HGETALL {t}:b"));
}

static void what_is_a_second_old_is_forgotten(void **state)
{
    struct ahead ahead = {.count = 0};

    (void)state;
    put(&ahead, "GET {t}:a", 5000);
    put(&ahead, "GET {t}:b", 5900);
    ahead_age(&ahead, 6000);
    assert_int_equal(ahead.count, 2);
    ahead_age(&ahead, 6001); /* with the oldest, all: they were read for one answer */
    assert_int_equal(ahead.count, 0);
    put(&ahead, "GET {t}:a", 9000);
    ahead_age(&ahead, 10000);
    assert_int_equal(ahead.count, 1);
    ahead_forget(&ahead);
}

int main(void)
{
    static const struct CMUnitTest TESTS[] = {
        cmocka_unit_test(a_reply_is_found_by_what_was_read),
        cmocka_unit_test(what_is_a_second_old_is_forgotten),
    };

    return cmocka_run_group_tests_name("ahead", TESTS, NULL, NULL);
}
