/* SPDX-License-Identifier: MIT */
/* Messages being composed: lines, labels, pages of a list. */
#include "worker/chat/page.h"

#include "shared/base/utf8.h"
#include "tests/unit/chat/page_lines.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

/* ---- which items a page shows ---- */

struct range_row {
    const char *name;
    size_t count;
    int64_t wanted;
    struct page_range range; /* of eight a page */
};

/* clang-format off */
static struct range_row range_rows[] = {
    {"an empty list has one page",        0,   1,         {0, 0, 1, 1}},
    {"no page of an empty list",          0,   5,         {0, 0, 1, 1}},
    {"one item",                          1,   1,         {0, 1, 1, 1}},
    {"a full page",                       8,   1,         {0, 8, 1, 1}},
    {"one more makes a second page",      9,   1,         {0, 8, 1, 2}},
    {"which holds one",                   9,   2,         {8, 9, 2, 2}},
    {"500 items, a page in the middle",   500, 30,        {232, 240, 30, 63}},
    {"500 items, the last page",          500, 63,        {496, 500, 63, 63}},
    {"a page past the end is the last",   500, 64,        {496, 500, 63, 63}},
    {"a page far past the end",           500, INT64_MAX, {496, 500, 63, 63}},
    {"page 0 is the first",               500, 0,         {0, 8, 1, 63}},
    {"a negative page is the first",      500, INT64_MIN, {0, 8, 1, 63}},
};
/* clang-format on */

static void ranges(void **state)
{
    const struct range_row *row = *state;
    struct page_range range = page_range(row->count, row->wanted, 8);

    assert_int_equal(range.first, row->range.first);
    assert_int_equal(range.end, row->range.end);
    assert_int_equal(range.page, row->range.page);
    assert_int_equal(range.pages, row->range.pages);
}

static void pages_together_hold_every_item_once(void **state)
{
    (void)state;
    for (size_t count = 0; count < 40; count++) {
        size_t next = 0;
        int64_t pages = page_range(count, 1, 8).pages;

        for (int64_t page = 1; page <= pages; page++) {
            struct page_range range = page_range(count, page, 8);

            assert_int_equal(range.first, next);
            next = range.end;
        }
        assert_int_equal(next, count);
    }
}

/* ---- turning pages ---- */

struct turn_row {
    const char *name;
    struct page_range range;
    const char *lines; /* the buttons                                */
    int64_t leads[3];  /* to which page each leads; 0: no such button */
};

/* clang-format off */
static struct turn_row turn_rows[] = {
    {"one page needs no turning",        {0, 3, 1, 1},   "",                        {0, 0, 0}},
    {"the first page turns back to the last", {0, 8, 1, 7}, "\n[‹] [1 / 7] [›]",    {7, 1, 2}},
    {"a page in the middle",             {0, 8, 4, 7},   "\n[‹] [4 / 7] [›]",       {3, 4, 5}},
    {"the last page turns on to the first", {0, 8, 7, 7}, "\n[‹] [7 / 7] [›]",      {6, 7, 1}},
};
/* clang-format on */

static void turns(void **state)
{
    const struct turn_row *row = *state;
    struct target target = {.screen = SCREEN_DOMAINS, .page = 99, .text = "shop"};
    struct page page;
    struct buf lines;

    page_init(&page, LANGUAGE_EN);
    page_turns(&page, &target, &row->range);
    buf_init(&lines, 1000);
    page_lines(&page, &lines);
    assert_string_equal(buf_text(&lines), row->lines);
    for (size_t i = 0; i < page.button_count; i++) {
        assert_int_equal(page.buttons[i].target.page, row->leads[i]);
        assert_int_equal(page.buttons[i].target.screen, SCREEN_DOMAINS);
        assert_string_equal(page.buttons[i].target.text, "shop");
    }
    buf_free(&lines);
    page_free(&page);
}

/* ---- labels ---- */

#define TEN         "abcdefghij"
#define TEN_RUSSIAN "абвгдежзик"

struct label_row {
    const char *name;
    const char *label;
    const char *shown;
};

/* clang-format off */
static struct label_row label_rows[] = {
    {"a short label stays",                 "shop.ru",                          "shop.ru"},
    {"a label of 48 characters stays",      TEN TEN TEN TEN "12345678",         TEN TEN TEN TEN "12345678"},
    {"a longer one loses its middle",       TEN TEN TEN TEN "123456789",        TEN TEN "abcd…ghij" TEN "123456789"},
    {"characters count, not bytes",         TEN_RUSSIAN TEN_RUSSIAN TEN_RUSSIAN TEN_RUSSIAN "12345678", TEN_RUSSIAN TEN_RUSSIAN TEN_RUSSIAN TEN_RUSSIAN "12345678"},
    {"a cut falls between characters",      TEN_RUSSIAN TEN_RUSSIAN TEN_RUSSIAN TEN_RUSSIAN TEN_RUSSIAN, TEN_RUSSIAN TEN_RUSSIAN "абвг…зик" TEN_RUSSIAN TEN_RUSSIAN},
    {"labels have no markup",               "<b>&\"",                           "<b>&\""},
};
/* clang-format on */

static void shortens(void **state)
{
    const struct label_row *row = *state;
    struct target target = target_to(SCREEN_MENU);
    struct page page;

    page_init(&page, LANGUAGE_EN);
    page_button_named(&page, row->label, &target, true);
    assert_string_equal(page.buttons[0].label, row->shown);
    assert_in_range(utf8_count(page.buttons[0].label, strlen(page.buttons[0].label)), 1,
                    PAGE_LABEL_POINTS);
    page_free(&page);
}

static void emoji_of_four_bytes_fit_into_a_label(void **state)
{
    struct target target = target_to(SCREEN_MENU);
    struct page page;
    struct buf label;

    (void)state;
    buf_init(&label, 1000);
    for (int i = 0; i < 200; i++) {
        buf_addf(&label, "😀");
    }
    page_init(&page, LANGUAGE_EN);
    page_button_named(&page, buf_text(&label), &target, true);
    assert_int_equal(strlen(page.buttons[0].label), (PAGE_LABEL_POINTS - 1) * 4 + 3);
    assert_true(utf8_valid(page.buttons[0].label, strlen(page.buttons[0].label)));
    page_free(&page);
    buf_free(&label);
}

/* ---- lines ---- */

static void lines_stand_below_each_other(void **state)
{
    struct target menu = target_to(SCREEN_MENU);
    struct page page;
    struct buf lines;

    (void)state;
    page_init(&page, LANGUAGE_RU);
    page_line(&page, TEXT_DOMAIN, TEXT_ARGS({"name", "a<b"}));
    page_line(&page, TEXT_DNS_EMPTY, NULL);
    page_gap(&page);
    page_line(&page, TEXT_DNS_IS_NS, NULL);
    page_button(&page, TEXT_BUTTON_MENU, NULL, &menu, true);
    page_button(&page, TEXT_BUTTON_SUBDOMAINS, TEXT_ARGS({"count", "3"}), &menu, false);
    buf_init(&lines, 1000);
    page_lines(&page, &lines);
    assert_string_equal(buf_text(&lines),
                        "a<b\n"
                        "У этого имени нет записей.\n"
                        "\n"
                        "Это имя делегировано на свои серверы имён (NS).\n"
                        "[🏠 Меню] [Поддомены (3)]");
    page_assert_sendable(&page);
    buf_free(&lines);
    page_free(&page);
}

int main(void)
{
    static const struct CMUnitTest PLAIN_TESTS[] = {
        cmocka_unit_test(pages_together_hold_every_item_once),
        cmocka_unit_test(emoji_of_four_bytes_fit_into_a_label),
        cmocka_unit_test(lines_stand_below_each_other),
    };
    struct CMUnitTest tests[ARRAY_LEN(PLAIN_TESTS) + ARRAY_LEN(range_rows) + ARRAY_LEN(turn_rows) +
                            ARRAY_LEN(label_rows)];
    size_t count = ARRAY_LEN(PLAIN_TESTS);

    memcpy(tests, PLAIN_TESTS, sizeof(PLAIN_TESTS));
    for (size_t i = 0; i < ARRAY_LEN(range_rows); i++) {
        tests[count++] = (struct CMUnitTest){
            .name = range_rows[i].name, .test_func = ranges, .initial_state = &range_rows[i]};
    }
    for (size_t i = 0; i < ARRAY_LEN(turn_rows); i++) {
        tests[count++] = (struct CMUnitTest){
            .name = turn_rows[i].name, .test_func = turns, .initial_state = &turn_rows[i]};
    }
    for (size_t i = 0; i < ARRAY_LEN(label_rows); i++) {
        tests[count++] = (struct CMUnitTest){
            .name = label_rows[i].name, .test_func = shortens, .initial_state = &label_rows[i]};
    }
    return cmocka_run_group_tests_name("chat_page", tests, NULL, NULL);
}
