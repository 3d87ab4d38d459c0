/* SPDX-License-Identifier: MIT */
/* What everything else stands on: bytes, errors, UTF-8, and delays. */
#include "shared/base/backoff.h"
#include "shared/base/buf.h"
#include "shared/base/err.h"
#include "shared/base/outage.h"
#include "shared/base/utf8.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

/* ---- buf ---- */

static void a_fresh_buffer_reads_as_empty_text(void **state)
{
    struct buf buf;

    (void)state;
    buf_init(&buf, 8);
    assert_string_equal(buf_text(&buf), "");
    assert_true(buf_ok(&buf));
    buf_free(&buf);
}

static void a_buffer_grows_and_stays_terminated(void **state)
{
    struct buf buf;

    (void)state;
    buf_init(&buf, 1000);
    for (int i = 0; i < 100; i++) {
        buf_addf(&buf, "%d,", i % 10);
        assert_int_equal(buf.len, 2 * (i + 1));
        assert_int_equal(strlen(buf_text(&buf)), buf.len);
    }
    assert_true(buf_ok(&buf));
    buf_free(&buf);
}

static void a_buffer_fills_to_the_last_byte(void **state)
{
    struct buf buf;

    (void)state;
    buf_init(&buf, 4);
    buf_add(&buf, "ab", 2);
    buf_addf(&buf, "%s", "cd");
    assert_true(buf_ok(&buf));
    assert_string_equal(buf_text(&buf), "abcd");
    buf_free(&buf);
}

static void an_append_over_the_ceiling_is_dropped_and_remembered(void **state)
{
    struct buf buf;

    (void)state;
    buf_init(&buf, 4);
    buf_add(&buf, "abc", 3);
    buf_addf(&buf, "%s", "de");
    assert_false(buf_ok(&buf));
    buf_add(&buf, "d", 1); /* would fit, but a hole must not go unnoticed */
    assert_string_equal(buf_text(&buf), "abc");
    assert_false(buf_ok(&buf));
    buf_free(&buf);
}

static void a_freed_buffer_can_be_used_again(void **state)
{
    struct buf buf;

    (void)state;
    buf_init(&buf, 2);
    buf_add(&buf, "abc", 3);
    buf_free(&buf);
    assert_true(buf_ok(&buf));
    buf_add(&buf, "ab", 2);
    assert_string_equal(buf_text(&buf), "ab");
    buf_free(&buf);
}

static void a_buffer_holds_any_bytes(void **state)
{
    struct buf buf;

    (void)state;
    buf_init(&buf, 8);
    buf_add(&buf, "a\0b", 3);
    buf_add(&buf, NULL, 0);
    assert_int_equal(buf.len, 3);
    assert_memory_equal(buf.data, "a\0b", 4);
    buf_free(&buf);
}

/* ---- err ---- */

static void an_error_says_what_to_do_and_why(void **state)
{
    struct err err = ERR_INIT;

    (void)state;
    err.retry_after_ms = 5;
    assert_false(err_set(&err, ERR_RETRY, "port %d", 42));
    assert_int_equal(err.kind, ERR_RETRY);
    assert_int_equal(err.retry_after_ms, 0);
    assert_string_equal(err.message, "port 42");
}

static void a_prefix_keeps_the_kind_and_the_delay(void **state)
{
    struct err err = {.kind = ERR_REJECT, .retry_after_ms = 7, .message = "cause"};

    (void)state;
    assert_false(err_prefix(&err, "step %d", 1));
    assert_int_equal(err.kind, ERR_REJECT);
    assert_int_equal(err.retry_after_ms, 7);
    assert_string_equal(err.message, "step 1: cause");
}

static void a_prefix_can_tell_of_the_message_it_precedes(void **state)
{
    struct err err = ERR_INIT;

    (void)state;
    (void)err_set(&err, ERR_FATAL, "cause");
    (void)err_prefix(&err, "prefix");
    (void)err_prefix(&err, "outer");
    assert_string_equal(err.message, "outer: prefix: cause");
}

static void a_long_message_ends_between_characters(void **state)
{
    static const char LETTER[] = "ж";
    struct err err = ERR_INIT;
    struct buf text;

    (void)state;
    for (size_t shift = 0; shift < 4; shift++) {
        buf_init(&text, 4096);
        buf_addf(&text, "%.*s", (int)shift, "...");
        for (int i = 0; i < 300; i++) {
            buf_add(&text, LETTER, strlen(LETTER));
        }
        (void)err_set(&err, ERR_RETRY, "%s", buf_text(&text));
        assert_in_range(strlen(err.message), sizeof(err.message) - 2, sizeof(err.message) - 1);
        assert_true(utf8_valid(err.message, strlen(err.message)));
        (void)err_prefix(&err, "%s", "a");
        assert_true(utf8_valid(err.message, strlen(err.message)));
        (void)err_prefix(&err, "%s", buf_text(&text));
        assert_true(utf8_valid(err.message, strlen(err.message)));
        buf_free(&text);
    }
}

static void every_kind_of_error_has_a_name(void **state)
{
    static const char *const NAMES[] = {"none", "retry", "reject", "fatal", "stopped"};

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(NAMES); i++) {
        assert_string_equal(err_kind_name((enum err_kind)i), NAMES[i]);
    }
}

/* ---- utf8 ---- */

struct utf8_row {
    const char *name;
    const char *text;
    bool valid;
    size_t points;
    size_t prefix2; /* bytes of the first two code points               */
    size_t fit4;    /* bytes of the characters within the first 4 bytes */
    size_t whole;   /* bytes without a character cut off at the end     */
};

/* clang-format off */
static struct utf8_row utf8_rows[] = {
    /* what it shows                           text                       valid  points prefix2 fit4 whole */
    {"nothing is valid and has no length",     "",                        true,  0,     0,      0,   0 },
    {"ASCII has a byte a character",           "abcde",                   true,  5,     2,      4,   5 },
    {"Cyrillic has two",                       "привет",                  true,  6,     4,      4,   12},
    {"a cut falls before a character",         "aжb€",                    true,  4,     3,      4,   7 },
    {"three bytes do not fit beside two",      "ab€",                     true,  3,     2,      2,   5 },
    {"an emoji has four bytes and one point",  "😀x",                      true,  2,     5,      4,   5 },
    {"a combining accent counts by itself",    "e\xcc\x81",               true,  2,     3,      3,   3 },
    {"the last code point of all",             "\xf4\x8f\xbf\xbf",        true,  1,     4,      4,   4 },
    {"nothing lies above it",                  "\xf4\x90\x80\x80",        false, 4,     2,      4,   4 },
    {"a lone continuation byte",               "\x80" "a",                false, 2,     2,      2,   2 },
    {"an overlong slash",                      "\xc0\xaf",                false, 2,     2,      2,   2 },
    {"an overlong form of three bytes",        "\xe0\x80\xaf",            false, 3,     2,      3,   3 },
    {"an overlong form of four bytes",         "\xf0\x80\x80\xaf",        false, 4,     2,      4,   4 },
    {"half of a surrogate pair",               "\xed\xa0\x80",            false, 3,     2,      3,   3 },
    {"a lead byte at the end is cut off",      "ab\xd0",                  false, 3,     2,      3,   2 },
    {"two of three bytes are cut off",         "a\xe2\x82",               false, 3,     2,      3,   1 },
    {"three of four bytes are cut off",        "\xf0\x9f\x98",            false, 3,     2,      3,   0 },
    {"a lead byte before ASCII is not a cut",  "\xd0" "ab",               false, 3,     2,      3,   3 },
    {"bytes no character begins with",         "\xfe\xff",                false, 2,     2,      2,   2 },
};
/* clang-format on */

static void measures(void **state)
{
    const struct utf8_row *row = *state;
    size_t len = strlen(row->text);
    char *text = malloc(len + 1); /* exact size, so that a sanitizer sees a byte too far */

    assert_non_null(text);
    memcpy(text, row->text, len + 1);
    assert_int_equal(utf8_valid(text, len), row->valid);
    assert_int_equal(utf8_count(text, len), row->points);
    assert_int_equal(utf8_prefix_bytes(text, len, 2), row->prefix2);
    assert_int_equal(utf8_prefix_bytes(text, len, SIZE_MAX), len);
    assert_int_equal(utf8_fit_bytes(text, len, 4), row->fit4);
    assert_int_equal(utf8_fit_bytes(text, len, 0), 0);
    assert_int_equal(utf8_whole_bytes(text, len), row->whole);
    free(text);
}

static void length_counts_not_the_terminator(void **state)
{
    (void)state;
    assert_int_equal(utf8_count("a\0b", 3), 3);
    assert_false(utf8_valid("\xd0\xb6", 1)); /* "ж" is longer than the text says */
    assert_int_equal(utf8_fit_bytes("\xd0\xb6", 2, 1), 0);
}

struct lower_row {
    const char *name;
    const char *text;
    const char *lower;
};

/* clang-format off */
static struct lower_row lower_rows[] = {
    {"small letters stay",                 "shop.ru пример",      "shop.ru пример"     },
    {"Latin capitals become small",        "AZ@[Shop_1-2",        "az@[shop_1-2"       },
    {"Russian capitals become small",      "АПРЯЁ",               "апряё"              },
    {"Ukrainian and Serbian ones, too",    "ЀЄІЇЏ",               "ѐєіїџ"              },
    {"other scripts stay",                 "ÄÖ Σ 😀 \xc3",        "ÄÖ Σ 😀 \xc3"       },
    {"a lead byte at the end is no letter", "A\xd0",              "a\xd0"              },
};
/* clang-format on */

static void lowers(void **state)
{
    const struct lower_row *row = *state;
    size_t len = strlen(row->text);
    char *text = malloc(len + 1);

    assert_non_null(text);
    memcpy(text, row->text, len + 1);
    utf8_lower(text);
    assert_string_equal(text, row->lower);
    free(text);
}

/* ---- backoff ---- */

static void delays_double_up_to_the_most(void **state)
{
    static const int64_t STEPS[] = {200, 400, 800, 1600, 3200, 5000, 5000};
    struct backoff backoff = {.first_ms = 200, .most_ms = 5000};

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(STEPS); i++) {
        assert_int_equal(backoff_next_ms(&backoff, 0), STEPS[i]);
    }
    backoff_reset(&backoff);
    assert_int_equal(backoff_next_ms(&backoff, 0), 200);
}

static void jitter_takes_away_at_most_half(void **state)
{
    (void)state;
    for (uint32_t random = 0; random < 2000; random++) {
        struct backoff backoff = {.first_ms = 200, .most_ms = 5000};

        assert_in_range(backoff_next_ms(&backoff, random * 2654435761u), 100, 200);
        assert_in_range(backoff_next_ms(&backoff, UINT32_MAX - random), 200, 400);
    }
}

static void odd_limits_are_obeyed(void **state)
{
    struct backoff none = {.first_ms = 0, .most_ms = 0};
    struct backoff inverted = {.first_ms = 500, .most_ms = 100};
    struct backoff huge = {.first_ms = INT64_MAX / 4, .most_ms = INT64_MAX / 2};

    (void)state;
    assert_int_equal(backoff_next_ms(&none, 12345), 0);
    assert_in_range(backoff_next_ms(&inverted, 7), 50, 100);
    for (int i = 0; i < 5; i++) {
        assert_true(backoff_next_ms(&huge, UINT32_MAX) > 0);
    }
}

static void random_numbers_differ(void **state)
{
    uint32_t first = backoff_random();
    int equal = 0;

    (void)state;
    for (int i = 0; i < 100; i++) {
        equal += backoff_random() == first;
    }
    assert_in_range(equal, 0, 2);
}

/* ---- outage ---- */

static void an_outage_is_told_when_it_begins_each_minute_and_when_it_ends(void **state)
{
    struct outage outage = OUTAGE_INIT;
    int64_t failures = 0;
    int64_t lasted_ms = 0;

    (void)state;
    assert_false(outage_over(&outage, 0, &lasted_ms));
    assert_true(outage_failed(&outage, 1000, &failures));
    assert_int_equal(failures, 1);
    assert_false(outage_failed(&outage, 60999, &failures));
    assert_true(outage_failed(&outage, 61000, &failures));
    assert_int_equal(failures, 3);
    assert_false(outage_failed(&outage, 120999, &failures));
    assert_true(outage_over(&outage, 130000, &lasted_ms));
    assert_int_equal(lasted_ms, 129000);
    assert_false(outage_over(&outage, 130001, &lasted_ms));
    assert_true(outage_failed(&outage, 130002, &failures));
    assert_int_equal(failures, 1);
}

/* ---- all of them ---- */

static const struct CMUnitTest PLAIN_TESTS[] = {
    cmocka_unit_test(a_fresh_buffer_reads_as_empty_text),
    cmocka_unit_test(a_buffer_grows_and_stays_terminated),
    cmocka_unit_test(a_buffer_fills_to_the_last_byte),
    cmocka_unit_test(an_append_over_the_ceiling_is_dropped_and_remembered),
    cmocka_unit_test(a_freed_buffer_can_be_used_again),
    cmocka_unit_test(a_buffer_holds_any_bytes),
    cmocka_unit_test(an_error_says_what_to_do_and_why),
    cmocka_unit_test(a_prefix_keeps_the_kind_and_the_delay),
    cmocka_unit_test(a_prefix_can_tell_of_the_message_it_precedes),
    cmocka_unit_test(a_long_message_ends_between_characters),
    cmocka_unit_test(every_kind_of_error_has_a_name),
    cmocka_unit_test(length_counts_not_the_terminator),
    cmocka_unit_test(delays_double_up_to_the_most),
    cmocka_unit_test(jitter_takes_away_at_most_half),
    cmocka_unit_test(odd_limits_are_obeyed),
    cmocka_unit_test(random_numbers_differ),
    cmocka_unit_test(an_outage_is_told_when_it_begins_each_minute_and_when_it_ends),
};

int main(void)
{
    struct CMUnitTest tests[ARRAY_LEN(PLAIN_TESTS) + ARRAY_LEN(utf8_rows) + ARRAY_LEN(lower_rows)];
    size_t count = ARRAY_LEN(PLAIN_TESTS);

    memcpy(tests, PLAIN_TESTS, sizeof(PLAIN_TESTS));
    for (size_t i = 0; i < ARRAY_LEN(utf8_rows); i++) {
        tests[count++] = (struct CMUnitTest){
            .name = utf8_rows[i].name, .test_func = measures, .initial_state = &utf8_rows[i]};
    }
    for (size_t i = 0; i < ARRAY_LEN(lower_rows); i++) {
        tests[count++] = (struct CMUnitTest){
            .name = lower_rows[i].name, .test_func = lowers, .initial_state = &lower_rows[i]};
    }
    return cmocka_run_group_tests_name("base", tests, NULL, NULL);
}
