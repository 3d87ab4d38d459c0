/* SPDX-License-Identifier: MIT */
/* deploy/queuectl: rows as a table for people and as JSON for programs. */
#include "deploy/queuectl/cell.h"
#include "deploy/queuectl/listing.h"
#include "deploy/queuectl/mask.h"
#include "shared/base/compiler.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const struct column COLUMNS[] = {
    {"name", "NAME", CELL_TEXT}, {"count", "COUNT", CELL_NUMBER}, {"age_ms", "AGE", CELL_AGE},
    {"at_ms", NULL, CELL_TIME},  {"alive", "OK", CELL_TRUTH},     {"what", "WHAT", CELL_TEXT},
};

static const struct column SENTENCES[] = {{"done", NULL, CELL_TRUTH}, {"text", NULL, CELL_TEXT}};

/* What a listing prints; owned by the caller. */
struct page {
    char *text;
    size_t size;
    FILE *file;
    struct listing *listing;
};

static void open_page(struct page *page, const struct listing_style *style)
{
    page->file = open_memstream(&page->text, &page->size);
    assert_non_null(page->file);
    page->listing = listing_new(page->file, style);
}

static void close_page(struct page *page, const char *expected)
{
    listing_end(page->listing);
    listing_free(page->listing);
    (void)fclose(page->file);
    assert_string_equal(page->text, expected);
    free(page->text);
}

static void put_rows(struct listing *listing)
{
    listing_begin(listing, "demo", COLUMNS, ARRAY_LEN(COLUMNS));
    listing_text(listing, "пример.рф");
    listing_number(listing, 5);
    listing_number(listing, 90000);
    listing_number(listing, 1764154000123);
    listing_number(listing, 1);
    listing_text(listing, "a \"b\"\x1b[2J");
    listing_tone(listing, TONE_BAD);
    listing_row(listing);
    listing_text(listing, "日本");
    listing_number(listing, 12345);
    listing_row(listing);
}

static void people_get_an_aligned_table(void **state)
{
    struct page page;

    (void)state;
    open_page(&page, &(struct listing_style){.utc = true});
    put_rows(page.listing);
    close_page(&page,
               "NAME       COUNT   AGE  OK   WHAT\n"
               "пример.рф      5  90 s  yes  a \"b\"\\u{1b}[2J\n"
               "日本       12345     -  -    -\n");
}

static void programs_get_an_object_a_line(void **state)
{
    struct page page;

    (void)state;
    open_page(&page, &(struct listing_style){.json = true});
    put_rows(page.listing);
    listing_note(page.listing, "for people");
    close_page(&page,
               "{\"schema\":\"beget-manager/demo/1\",\"name\":\"пример.рф\",\"count\":5,"
               "\"age_ms\":90000,\"at_ms\":1764154000123,\"alive\":true,"
               "\"what\":\"a \\\"b\\\"\\u001b[2J\"}\n"
               "{\"schema\":\"beget-manager/demo/1\",\"name\":\"日本\",\"count\":12345,"
               "\"age_ms\":null,\"at_ms\":null,\"alive\":null,\"what\":null}\n");
}

static void only_the_last_column_is_cut_to_the_terminal_and_colours_do_not_count(void **state)
{
    struct page page;

    (void)state;
    open_page(&page, &(struct listing_style){.color = true, .width = 36});
    put_rows(page.listing);
    close_page(&page,
               "\x1b[2mNAME\x1b[0m       \x1b[2mCOUNT\x1b[0m   \x1b[2mAGE\x1b[0m  \x1b[2mOK\x1b[0m"
               "   \x1b[2mWHAT\x1b[0m\n"
               "пример.рф      5  90 s  yes  \x1b[31ma \"b\"\\…\x1b[0m\n"
               "日本       12345     -  -    -\n");
}

static void rows_without_headings_are_sentences(void **state)
{
    struct page page;

    (void)state;
    open_page(&page, &(struct listing_style){.json = false});
    listing_begin(page.listing, "demo", SENTENCES, ARRAY_LEN(SENTENCES));
    listing_number(page.listing, 1);
    listing_textf(page.listing, "%d is\ndone", 7);
    listing_row(page.listing);
    listing_note(page.listing, "and\tthat is all");
    close_page(&page, "7 is\\u{a}done\nand\\u{9}that is all\n");
}

/* ---- cells ---- */

/* clang-format off */
static const struct {
    const char *text;
    const char *shown;
    size_t width;
} HARMLESS_ROWS[] = {
    {"",                           "",                          0},
    {"plain",                      "plain",                     5},
    {"a\x1b[2Jb\x7f",              "a\\u{1b}[2Jb\\u{7f}",       17},
    {"\xc2\x9b" "31m",             "\\u{9b}31m",                9},   /* C1: CSI */
    {"a\xe2\x80\xae" "b",          "a\\u{202e}b",               10},  /* writes from right to left */
    {"a\xe2\x80\xa8" "b",          "a\\u{2028}b",               10},
    {"\xef\xbb\xbf",               "\\u{feff}",                 8},
    {"\xff\xfe" "a",               "\xef\xbf\xbd\xef\xbf\xbd" "a", 3},
    {"\xd0\xb8\xcc\x86",           "\xd0\xb8\xcc\x86",          1},   /* a mark above a letter */
    {"⏳✅",                        "⏳✅",                       4},
    {"日本",                        "日本",                       4},
    {"\xf0\x9f\x8c\x90" "x",       "\xf0\x9f\x8c\x90" "x",      3},
};
/* clang-format on */

static void what_a_terminal_would_act_upon_is_shown_instead(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(HARMLESS_ROWS); i++) {
        struct buf out;

        buf_init(&out, 1000);
        cell_harmless(&out, HARMLESS_ROWS[i].text);
        assert_string_equal(buf_text(&out), HARMLESS_ROWS[i].shown);
        assert_int_equal(cell_width(buf_text(&out)), HARMLESS_ROWS[i].width);
        buf_free(&out);
    }
    assert_int_equal(cell_fit_bytes("日本x", 3), 3); /* half of a character is none */
    assert_int_equal(cell_fit_bytes("日本x", 4), 6);
    assert_int_equal(cell_fit_bytes("и\xcc\x86", 1), 4); /* with its mark */
    assert_int_equal(cell_fit_bytes("abc", 0), 0);
}

/* clang-format off */
static const struct {
    void (*write)(struct buf *out, int64_t number);
    int64_t number;
    const char *text;
} FIGURE_ROWS[] = {
    {cell_age,   0,              "0 ms"},
    {cell_age,   999,            "999 ms"},
    {cell_age,   1000,           "1 s"},
    {cell_age,   119999,         "119 s"},
    {cell_age,   120000,         "2 min"},
    {cell_age,   7200000,        "2 h"},
    {cell_age,   172800000,      "2 d"},
    {cell_age,   -5,             "-5 ms"},
    {cell_bytes, 0,              "0 B"},
    {cell_bytes, 1023,           "1023 B"},
    {cell_bytes, 1536,           "1.5 KiB"},
    {cell_bytes, 268435456,      "256.0 MiB"},
};
/* clang-format on */

static void figures_are_written_as_people_read_them(void **state)
{
    struct buf out;

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(FIGURE_ROWS); i++) {
        buf_init(&out, 100);
        FIGURE_ROWS[i].write(&out, FIGURE_ROWS[i].number);
        assert_string_equal(buf_text(&out), FIGURE_ROWS[i].text);
        buf_free(&out);
    }
    buf_init(&out, 100);
    cell_time(&out, 1764154000123, true);
    cell_time(&out, 0, true);
    assert_string_equal(buf_text(&out), "2025-11-26 10:46:40-");
    buf_free(&out);
}

static void what_people_wrote_is_masked_until_it_is_asked_for(void **state)
{
    struct buf out;

    (void)state;
    buf_init(&out, 100);
    mask_text(&out, "привет", false);
    mask_text(&out, "", false);
    mask_text(&out, "привет", true);
    assert_string_equal(buf_text(&out), "(6 characters)привет");
    buf_free(&out);
    assert_true(mask_is_private("text"));
    assert_true(mask_is_private("payload"));
    assert_false(mask_is_private("kind"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(people_get_an_aligned_table),
        cmocka_unit_test(programs_get_an_object_a_line),
        cmocka_unit_test(only_the_last_column_is_cut_to_the_terminal_and_colours_do_not_count),
        cmocka_unit_test(rows_without_headings_are_sentences),
        cmocka_unit_test(what_a_terminal_would_act_upon_is_shown_instead),
        cmocka_unit_test(figures_are_written_as_people_read_them),
        cmocka_unit_test(what_people_wrote_is_masked_until_it_is_asked_for),
    };

    return cmocka_run_group_tests_name("queuectl, listing", tests, NULL, NULL);
}
