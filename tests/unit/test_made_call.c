/* SPDX-License-Identifier: MIT */
/* A call of the hosting API as a line of the trace, there and back. */
#include "shared/base/compiler.h"
#include "shared/wire/made_call.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static const struct made_call_row {
    const char *name;
    struct made_call call;
    const char *line;
} ROWS[] = {
    {"an answered call",
     {"dns/getData", "shop.example.com", "ok", 1764154000000, 212, 0, 1, 200, false},
     "method=dns/getData target=shop.example.com outcome=ok took_ms=212 http=200"
     " at_ms=1764154000000"},
    {"an answer from the cache",
     {"domain/getList", "", "ok", 1764154000000, 0, 0, 0, 0, true},
     "method=domain/getList outcome=ok took_ms=0 cached=yes at_ms=1764154000000"},
    {"a call that had no turn in time",
     {"domain/getList", "", "limit", 5, 30000, 30000, 0, 0, false},
     "method=domain/getList outcome=limit took_ms=30000 waited_ms=30000 tries=0 at_ms=5"},
    {"a call that waited for the limit and was tried twice",
     {"dns/getData", "a.ru", "no_answer", 5, 31000, 1500, 2, 502, false},
     "method=dns/getData target=a.ru outcome=no_answer took_ms=31000 waited_ms=1500 tries=2"
     " http=502 at_ms=5"},
};

static void a_call_is_printed_and_read(void **state)
{
    const struct made_call_row *row = *state;
    char line[MADE_CALL_SIZE];
    struct made_call_texts texts;
    struct made_call found;

    made_call_print(&row->call, line);
    assert_string_equal(line, row->line);
    assert_true(made_call_read(line, &texts, &found));
    assert_string_equal(found.method, row->call.method);
    assert_string_equal(found.target, row->call.target);
    assert_string_equal(found.outcome, row->call.outcome);
    assert_int_equal(found.at_ms, row->call.at_ms);
    assert_int_equal(found.took_ms, row->call.took_ms);
    assert_int_equal(found.waited_ms, row->call.waited_ms);
    assert_int_equal(found.tries, row->call.tries);
    assert_int_equal(found.http_status, row->call.http_status);
    assert_int_equal(found.cached, row->call.cached);
}

static void what_would_part_a_line_is_replaced(void **state)
{
    char line[MADE_CALL_SIZE];

    (void)state;
    made_call_print(
        &(struct made_call){.method = "a b", .target = "x\n\x7fy z=1", .outcome = "ok", .tries = 1},
        line);
    assert_string_equal(line, "method=a_b target=x__y_z=1 outcome=ok took_ms=0 at_ms=0");
}

static void a_long_target_is_cut_between_characters(void **state)
{
    char target[600];
    char line[MADE_CALL_SIZE];
    struct made_call_texts texts;
    struct made_call found;

    (void)state;
    for (size_t i = 0; i + 2 < sizeof(target); i += 2) {
        memcpy(target + i, "\xd0\xb0\0", 3);
    }
    made_call_print(
        &(struct made_call){.method = "m", .target = target, .outcome = "ok", .at_ms = 7}, line);
    assert_true(made_call_read(line, &texts, &found));
    assert_int_equal(strlen(found.target), 254);
    assert_memory_equal(found.target, target, 254);
    assert_int_equal(found.at_ms, 7);
}

static void other_words_are_passed_over(void **state)
{
    struct made_call_texts texts;
    struct made_call found;

    (void)state;
    assert_true(made_call_read("color=red amethod=x method=a/b  more", &texts, &found));
    assert_string_equal(found.method, "a/b");
    assert_string_equal(found.outcome, "");
    assert_false(made_call_read("", &texts, &found));
    assert_false(made_call_read("target=a", &texts, &found));
}

int main(void)
{
    struct CMUnitTest tests[ARRAY_LEN(ROWS) + 3] = {
        cmocka_unit_test(what_would_part_a_line_is_replaced),
        cmocka_unit_test(a_long_target_is_cut_between_characters),
        cmocka_unit_test(other_words_are_passed_over),
    };

    for (size_t i = 0; i < ARRAY_LEN(ROWS); i++) {
        tests[3 + i] = (struct CMUnitTest){ROWS[i].name, a_call_is_printed_and_read, NULL, NULL,
                                           (void *)(uintptr_t)&ROWS[i]};
    }
    return cmocka_run_group_tests_name("made call", tests, NULL, NULL);
}
