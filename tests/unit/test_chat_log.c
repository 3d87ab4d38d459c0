/* SPDX-License-Identifier: MIT */
/* The log in the chat: which part a target asks for, words, states, and screens of rows made by
 * hand. */
#include "worker/chat/log_states.h"
#include "worker/chat/log_view.h"
#include "worker/chat/log_words.h"
#include "worker/chat/screens.h"

#include "shared/base/compiler.h"
#include "tests/unit/chat/page_lines.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

enum { LINES_MAX_BYTES = 1 << 20 };

static struct target read_target(const char *text)
{
    struct err err = ERR_INIT;
    struct target target;

    if (!target_parse(text, &target, &err)) {
        fail_msg("%s", err.message);
    }
    return target;
}

/* ---- which part ---- */

/* clang-format off */
static struct view_row {
    const char *name;
    const char *target;
    const char *filter;
    bool deeds;
    int64_t before_id;
    int64_t after_id;
    size_t most;
    int64_t back;
} view_rows[] = {
    /* name                                          target                          filter      deeds  before after most back */
    {"the newest changes",                           "logs 1 -",                     "",         true,  0,     0,    8,   1},
    {"the newest of a name",                         "logs 1 - shop.ru",             "shop.ru",  true,  0,     0,    8,   1},
    {"with those who only looked",                   "logs 1 - all",                 "",         false, 0,     0,    8,   1},
    {"the same in Russian",                          "logs 1 - все shop.ru",         "shop.ru",  false, 0,     0,    8,   1},
    {"a name that begins like the word",             "logs 1 - allshop.ru",          "allshop.ru", true, 0,    0,    8,   1},
    {"older ones",                                   "logs 500 - shop.ru",           "shop.ru",  true,  500,   0,    8,   1},
    {"newer ones",                                   "logs_newer 500 - all shop.ru", "shop.ru",  false, 0,     500,  8,   1},
    {"a file",                                       "logs_file 1 - shop.ru",        "shop.ru",  true,  0,     0,    5000, 1},
    {"an entry, whatever is listed",                 "log 499 - 512 all shop.ru",    NULL,       false, 500,   0,    1,   512},
    {"an entry of the whole list",                   "log 499 - 512",                NULL,       false, 500,   0,    1,   512},
    {"an entry without a way back",                  "log 499 - shop.ru",            NULL,       false, 500,   0,    1,   1},
};
/* clang-format on */

static void asks_for(void **state)
{
    const struct view_row *row = *state;
    struct target target = read_target(row->target);
    struct log_query query;
    struct log_view view;

    log_view_read(&target, &view);
    query = log_view_query(&target, &view);
    if (row->filter) {
        assert_string_equal(query.filter, row->filter);
    } else {
        assert_null(query.filter);
    }
    assert_int_equal(query.deeds, row->deeds);
    assert_int_equal(query.before_id, row->before_id);
    assert_int_equal(query.after_id, row->after_id);
    assert_int_equal(query.most, row->most);
    assert_int_equal(view.back, row->back);
}

/* ---- states ---- */

static struct state_row {
    const char *name;
    const char *before;
    const char *after;
    const char *diff;
} state_rows[] = {
    {"a subdomain appears", "{}", "{\"id\":7,\"domain_id\":1}", "+ id 7\n+ domain_id 1\n"},
    {"a subdomain goes", "{\"id\":7}", "{}", "− id 7\n"},
    {"records of one type are replaced",
     "{\"A\":[{\"value\":\"1.1.1.1\",\"ttl\":600}],\"TXT\":[\"x\"]}",
     "{\"A\":[{\"value\":\"2.2.2.2\",\"ttl\":600}],\"TXT\":[\"x\"]}",
     "− A 1.1.1.1 600\n+ A 2.2.2.2 600\n"},
    {"what is inside something is named with it", "{\"a\":{\"b\":true}}", "{\"a\":{\"b\":null}}",
     "− a b true\n+ a b null\n"},
    {"rights", "", "{\"chat_id\":1002,\"rights\":\"ED\"}", "+ chat_id 1002\n+ rights ED\n"},
    {"a list of texts", "[\"a\",\"b\"]", "[\"b\",\"c\"]", "− a\n+ c\n"},
    {"the same", "{\"id\":7}", "{\"id\":7}", ""},
    {"lines stay lines", "", "{\"text\":\"a\\nb\"}", "+ text a b\n"},
    {"no JSON", "old words", "{cut", "− old words\n+ {cut\n"},
    {"nothing", "", "", ""},
};

static void differs(void **state)
{
    const struct state_row *row = *state;
    struct buf before;
    struct buf after;
    struct buf diff;

    buf_init(&before, LOG_STATE_MAX_BYTES);
    buf_init(&after, LOG_STATE_MAX_BYTES);
    buf_init(&diff, LINES_MAX_BYTES);
    log_state_lines(row->before, &before);
    log_state_lines(row->after, &after);
    log_state_diff(buf_text(&before), buf_text(&after), &diff);
    assert_string_equal(buf_text(&diff), row->diff);
    buf_free(&before);
    buf_free(&after);
    buf_free(&diff);
}

static void a_state_of_very_many_lines_is_cut(void **state)
{
    size_t count = 0;
    struct buf json;
    struct buf lines;

    (void)state;
    buf_init(&json, LINES_MAX_BYTES);
    buf_init(&lines, LOG_STATE_MAX_BYTES);
    buf_addf(&json, "[0");
    for (int i = 1; i < 2000; i++) {
        buf_addf(&json, ",%d", i);
    }
    buf_addf(&json, "]");
    log_state_lines(buf_text(&json), &lines);
    for (const char *c = buf_text(&lines); *c != '\0'; c++) {
        count += *c == '\n' ? 1 : 0;
    }
    assert_int_equal(count, LOG_STATE_LINES);
    assert_true(buf_ok(&lines));
    buf_free(&json);
    buf_free(&lines);
}

/* ---- screens ---- */

static void draw(const char *target, struct log_page log, const char *trouble, struct page *page)
{
    struct scene scene = {
        .language = LANGUAGE_EN, .chat_id = 42, .target = read_target(target), .log = log};

    scene.rights.admin = true;
    (void)snprintf(scene.log_trouble, sizeof(scene.log_trouble), "%s", trouble);
    page_init(page, scene.language);
    SCREENS[scene.target.screen].draw(&scene, page);
    page_assert_sendable(page);
}

static void expect_lines(const char *target, struct log_page log, const char *trouble,
                         const char *lines)
{
    struct page page;
    struct buf shown;

    draw(target, log, trouble, &page);
    buf_init(&shown, LINES_MAX_BYTES);
    page_lines(&page, &shown);
    assert_string_equal(buf_text(&shown), lines);
    assert_int_equal(page.file.len, 0);
    buf_free(&shown);
    page_free(&page);
}

static struct log_row row_of(int64_t id, const char *action, const char *result)
{
    return (struct log_row){.id = id,
                            .ms = INT64_C(1795701909000),
                            .chat_id = 1002,
                            .user_id = 1002,
                            .user = "boris",
                            .action = action,
                            .target = "xn--e1afmkfd.xn--p1ai",
                            .result = result,
                            .before = "",
                            .after = ""};
}

static void a_log_that_cannot_be_read_is_told_with_a_way_to_try_again(void **state)
{
    static const char *const TARGETS[] = {"logs 1 - a", "logs_newer 7 - a", "logs_file 1 - a",
                                          "log 7 - 1 a"};

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(TARGETS); i++) {
        struct target again = read_target(TARGETS[i]);
        struct page page;

        expect_lines(TARGETS[i], (struct log_page){.count = 0}, "the disk is on fire",
                     "⚠️ Cannot be read: the disk is on fire.\n"
                     "The bot works all the same, and what is done now will be in the log.\n"
                     "[↻ Try again]\n[🏠 Menu]");
        draw(TARGETS[i], (struct log_page){.count = 0}, "the disk is on fire", &page);
        assert_memory_equal(&page.buttons[0].target, &again, sizeof(again));
        page_free(&page);
    }
}

static void each_result_has_its_sign(void **state)
{
    struct log_row rows[] = {row_of(9, "sub_add", "ok"), row_of(8, "dns_set", "error"),
                             row_of(7, "grants_set", "refused"), row_of(6, "zone_copy", "unknown"),
                             row_of(5, "/start", "")};

    (void)state;
    rows[3].user = "";
    rows[4].user = "";
    rows[4].user_id = 0;
    rows[4].target = "";
    expect_lines(
        "logs 1 -", (struct log_page){.rows = rows, .count = 5, .partial = true}, "",
        "Log: changes, refusals, unknown outcomes\n\n"
        "1. ✅ 2026-11-26 14:05 UTC\nboris: create subdomain пример.рф\n"
        "2. ⚠️ 2026-11-26 14:05 UTC\nboris: change DNS record пример.рф\n"
        "3. 🚫 2026-11-26 14:05 UTC\nboris: grant rights to пример.рф\n"
        "4. ❓ 2026-11-26 14:05 UTC\n1002: zone_copy пример.рф\n"
        "5. · 2026-11-26 14:05 UTC\nthe system: /start\n\n"
        "There are very many different names: of a part of one not every row is found. "
        "Whole names are.\n"
        "[1] [2] [3] [4] [5]\n[🔎 Filter]\n[👁 With looks]\n[↻ Refresh] [⬇️ CSV file]\n"
        "[🏠 Menu]");
}

static void what_nobody_knows_shows_what_was(void **state)
{
    struct log_row row = row_of(7, "dns_set", "unknown");

    (void)state;
    row.chat_id = -100;
    row.before = "{\"A\":[\"192.0.2.1\"]}";
    expect_lines("log 7 - 1", (struct log_page){.rows = &row, .count = 1}, "",
                 "Entry 7\n2026-11-26 14:05:09 UTC\n❓ nobody knows whether it is done\n\n"
                 "Who: boris 1002\nChat: -100\nAction: change DNS record\nObject: пример.рф\n\n"
                 "Before:\nA 192.0.2.1\n[‹ Back] [🏠 Menu]");
}

static void an_entry_that_is_gone_is_told(void **state)
{
    struct log_row row = row_of(6, "dns_set", "ok");

    (void)state;
    expect_lines("log 7 - 1", (struct log_page){.rows = &row, .count = 1}, "",
                 "This entry is no longer in the log.\n[‹ Back] [🏠 Menu]");
}

static void whatever_was_typed_fits_into_a_message(void **state)
{
    static const char *const UNITS[] = {"x", "ж", "😀", "<&\"", "\n"};

    (void)state;
    for (size_t unit = 0; unit < ARRAY_LEN(UNITS); unit++) {
        struct log_row rows[PAGE_LIST_ITEMS];
        struct page page;
        struct buf text;
        struct buf target;

        buf_init(&text, LINES_MAX_BYTES);
        buf_init(&target, LINES_MAX_BYTES);
        for (int i = 0; i < 4096; i++) {
            buf_addf(&text, "%s", UNITS[unit]);
        }
        buf_addf(&target, "logs 99 - all %.60s", unit < 2 ? buf_text(&text) : "a");
        for (size_t i = 0; i < PAGE_LIST_ITEMS; i++) {
            rows[i] = row_of((int64_t)(90 - i), buf_text(&text), "ok");
            rows[i].user = buf_text(&text);
            rows[i].target = buf_text(&text);
            rows[i].before = buf_text(&text);
            rows[i].after = buf_text(&text);
        }
        draw(
            buf_text(&target),
            (struct log_page){.rows = rows, .count = PAGE_LIST_ITEMS, .newer = true, .older = true},
            "", &page);
        page_free(&page);
        rows[0].after = "";
        draw("log 90 - 1", (struct log_page){.rows = rows, .count = 1}, "", &page);
        page_free(&page);
        buf_free(&text);
        buf_free(&target);
    }
}

/* ---- the file ---- */

static void a_file_says_when_older_rows_are_left_out(void **state)
{
    struct log_row row = row_of(7, "dns_set", "ok");
    struct page page;

    (void)state;
    draw("logs_file 1 -", (struct log_page){.rows = &row, .count = 1, .older = true}, "", &page);
    assert_string_equal(page.file_name, "log.csv");
    assert_non_null(strstr(buf_text(&page.file), "dns_set"));
    assert_non_null(strstr(buf_text(&page.text), "entries: 1."));
    assert_non_null(strstr(buf_text(&page.text), "Older entries did not fit"));
    page_free(&page);
}

static void no_row_is_no_file(void **state)
{
    (void)state;
    expect_lines("logs_file 1 - a", (struct log_page){.count = 0}, "",
                 "Nothing is found.\n[‹ Back] [🏠 Menu]");
}

#define ADD_ROWS(tests, count, test, rows)                                                         \
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {                                                 \
        (tests)[(*(count))++] = (struct CMUnitTest){(rows)[i].name, test, NULL, NULL, &(rows)[i]}; \
    }

int main(void)
{
    struct CMUnitTest tests[ARRAY_LEN(view_rows) + ARRAY_LEN(state_rows) + 8] = {
        cmocka_unit_test(a_state_of_very_many_lines_is_cut),
        cmocka_unit_test(a_log_that_cannot_be_read_is_told_with_a_way_to_try_again),
        cmocka_unit_test(each_result_has_its_sign),
        cmocka_unit_test(what_nobody_knows_shows_what_was),
        cmocka_unit_test(an_entry_that_is_gone_is_told),
        cmocka_unit_test(whatever_was_typed_fits_into_a_message),
        cmocka_unit_test(a_file_says_when_older_rows_are_left_out),
        cmocka_unit_test(no_row_is_no_file),
    };
    size_t count = 8;

    ADD_ROWS(tests, &count, asks_for, view_rows);
    ADD_ROWS(tests, &count, differs, state_rows);
    return cmocka_run_group_tests_name("log in the chat", tests, NULL, NULL);
}
