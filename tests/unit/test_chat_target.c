/* SPDX-License-Identifier: MIT */
/* Where a button leads, as Redis keeps it: what is printed is read back, nothing else is. */
#include "worker/chat/target.h"

#include "shared/base/compiler.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define FIFTY "abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwx"
#define NAME_253                        \
    FIFTY "." FIFTY "." FIFTY "." FIFTY \
          "."                           \
          "abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvw"

#define TEXT_500  FIFTY FIFTY FIFTY FIFTY FIFTY FIFTY FIFTY FIFTY FIFTY FIFTY
#define TEXT_2300 TEXT_500 TEXT_500 TEXT_500 TEXT_500 FIFTY FIFTY FIFTY FIFTY FIFTY FIFTY

#define SHOWS(screen_, page_, name_, filter_)                                \
    {                                                                        \
        .screen = (screen_), .page = (page_), .name = name_, .text = filter_ \
    }
#define CHANGES_NAME(act_, change_, name_, seen_)                                   \
    {                                                                               \
        .act = (act_), .change = (change_), .page = 1, .name = name_, .seen = seen_ \
    }

struct good_row {
    const char *name;
    const char *text;
    struct target target;
};

/* clang-format off */
static struct good_row good_rows[] = {
    {"a screen alone",                    "menu 1 -",                        SHOWS(SCREEN_MENU, 1, "", "")},
    {"help",                              "help 1 -",                        SHOWS(SCREEN_HELP, 1, "", "")},
    {"a page of a list",                  "domains 63 -",                    SHOWS(SCREEN_DOMAINS, 63, "", "")},
    {"the last page there can be",        "domains 999999999999999 -",       SHOWS(SCREEN_DOMAINS, TARGET_PAGE_MAX, "", "")},
    {"a filter",                          "domains 2 - shop",                SHOWS(SCREEN_DOMAINS, 2, "", "shop")},
    {"a filter with blanks",              "domains 2 - a  b c",              SHOWS(SCREEN_DOMAINS, 2, "", "a  b c")},
    {"a filter that ends with a blank",   "domains 2 - a ",                  SHOWS(SCREEN_DOMAINS, 2, "", "a ")},
    {"a filter in Cyrillic",              "domains 2 - магазин",             SHOWS(SCREEN_DOMAINS, 2, "", "магазин")},
    {"a filter of a dash",                "domains 2 - -",                   SHOWS(SCREEN_DOMAINS, 2, "", "-")},
    {"a filter that looks like markup",   "domains 2 - <b>&\"",              SHOWS(SCREEN_DOMAINS, 2, "", "<b>&\"")},
    {"a domain",                          "domain 1 shop.ru",                SHOWS(SCREEN_DOMAIN, 1, "shop.ru", "")},
    {"a page of subdomains",              "subdomains 7 shop.ru",            SHOWS(SCREEN_SUBDOMAINS, 7, "shop.ru", "")},
    {"a name in punycode",                "dns 1 xn--e1afmkfd.xn--p1ai",     SHOWS(SCREEN_DNS, 1, "xn--e1afmkfd.xn--p1ai", "")},
    {"the question of a change",          "ask sub_add a.shop.ru",           CHANGES_NAME(TARGET_ASK, CHANGE_SUB_ADD, "a.shop.ru", "")},
    {"a change",                          "do sub_del a.shop.ru 3344001",    CHANGES_NAME(TARGET_DO, CHANGE_SUB_DEL, "a.shop.ru", "3344001")},
    {"a change that is not wanted",       "drop sub_del a.shop.ru",          CHANGES_NAME(TARGET_DROP, CHANGE_SUB_DEL, "a.shop.ru", "")},
    {"a change to the longest name",      "do sub_add " NAME_253 " 1",       CHANGES_NAME(TARGET_DO, CHANGE_SUB_ADD, NAME_253, "1")},
    {"a question with a text",            "ask sub_del a.ru A 1.2.3.4",      {.act = TARGET_ASK, .change = CHANGE_SUB_DEL, .page = 1, .name = "a.ru", .text = "A 1.2.3.4"}},
    {"a change with a text",              "do sub_del a.ru 1 a  b",          {.act = TARGET_DO, .change = CHANGE_SUB_DEL, .page = 1, .name = "a.ru", .seen = "1", .text = "a  b"}},
    {"a refusal about no name",           "drop sub_del - 1002",             {.act = TARGET_DROP, .change = CHANGE_SUB_DEL, .page = 1, .text = "1002"}},
    {"a prompt",                          "type sub_add shop.ru",            {.act = TARGET_TYPE, .prompt = PROMPT_SUB_ADD, .page = 1, .name = "shop.ru"}},
    {"a prompt about no name",            "type sub_add - 1002 да",          {.act = TARGET_TYPE, .prompt = PROMPT_SUB_ADD, .page = 1, .text = "1002 да"}},
    {"the longest text",                  "domains 1 - " TEXT_2300 "123",    SHOWS(SCREEN_DOMAINS, 1, "", TEXT_2300 "123")},
    {"the longest name",                  "dns 1 " NAME_253,                 SHOWS(SCREEN_DNS, 1, NAME_253, "")},
};
/* clang-format on */

static void assert_same(const struct target *left, const struct target *right)
{
    assert_int_equal(left->screen, right->screen);
    assert_int_equal(left->page, right->page);
    assert_string_equal(left->name, right->name);
    assert_string_equal(left->text, right->text);
    assert_int_equal(left->act, right->act);
    assert_int_equal(left->change, right->change);
    assert_string_equal(left->seen, right->seen);
}

static void goes_there_and_back(void **state)
{
    const struct good_row *row = *state;
    struct target target = {0};
    struct err err = ERR_INIT;
    struct buf text;

    buf_init(&text, sizeof(struct target));
    target_print(&row->target, &text);
    assert_string_equal(buf_text(&text), row->text);
    assert_true(target_parse(buf_text(&text), &target, &err));
    assert_same(&target, &row->target);
    buf_free(&text);
}

struct bad_row {
    const char *name;
    const char *text;
};

/* clang-format off */
static struct bad_row bad_rows[] = {
    {"nothing",                            ""},
    {"a blank",                            " "},
    {"a screen without a page",            "menu"},
    {"a page without a name",              "menu 1"},
    {"a blank instead of a name",          "menu 1 "},
    {"an unknown screen",                  "attic 1 -"},
    {"the beginning of a screen",          "dom 1 -"},
    {"a screen in capitals",               "MENU 1 -"},
    {"a screen longer than any",           FIFTY FIFTY " 1 -"},
    {"page 0",                             "menu 0 -"},
    {"a negative page",                    "menu -1 -"},
    {"a signed page",                      "menu +1 -"},
    {"a page with a zero before it",       "menu 01 -"},
    {"a page that is a word",              "menu one -"},
    {"a page with a letter behind it",     "menu 1a -"},
    {"a page beyond the last",             "menu 1000000000000000 -"},
    {"a page beyond all integers",         "menu 99999999999999999999 -"},
    {"a blank in front",                   " menu 1 -"},
    {"two blanks before the page",         "menu  1 -"},
    {"two blanks before the name",         "menu 1  -"},
    {"a blank at the end and no filter",   "menu 1 - "},
    {"a tab instead of a blank",           "menu\t1\t-"},
    {"a name of 254 bytes",                "dns 1 " NAME_253 "x"},
    {"a text of 2304 bytes",               "domains 1 - " TEXT_2300 "1234"},
    {"a filter that is not UTF-8",         "domains 1 - \xff"},
    {"an act alone",                       "ask"},
    {"an act and a blank",                 "ask "},
    {"a change without a name",            "ask sub_add"},
    {"a blank instead of its name",        "ask sub_add "},
    {"an unknown change",                  "ask sub_move a.ru"},
    {"the beginning of a change",          "ask sub a.ru"},
    {"an act in capitals",                 "DO sub_del a.ru 1"},
    {"an unknown act",                     "undo sub_del a.ru 1"},
    {"an unknown prompt",                  "type sub_del a.ru"},
    {"a prompt without a name",            "type sub_add"},
    {"a change without what was seen",     "do sub_del a.ru"},
    {"a blank instead of what was seen",   "do sub_del a.ru "},
    {"two blanks before it",               "do sub_del a.ru  1"},
    {"a blank behind what was seen",       "do sub_del a.ru 1 "},
    {"what was seen, of 64 bytes",         "do sub_del a.ru " FIFTY "12345678901234"},
    {"a change to a name of 254 bytes",    "do sub_add " NAME_253 "x 1"},
    {"a filter that is cut",               "domains 1 - \xd0"},
};
/* clang-format on */

static void is_refused(void **state)
{
    const struct bad_row *row = *state;
    struct target target = {.page = 77};
    struct err err = ERR_INIT;

    assert_false(target_parse(row->text, &target, &err));
    assert_int_equal(err.kind, ERR_REJECT);
    assert_int_equal(target.page, 77); /* outputs are untouched */
}

static void targets_are_made_for_their_first_page(void **state)
{
    struct target menu = target_to(SCREEN_MENU);
    struct target dns = target_about(SCREEN_DNS, "shop.ru");

    (void)state;
    assert_same(&menu, &(struct target)SHOWS(SCREEN_MENU, 1, "", ""));
    assert_same(&dns, &(struct target)SHOWS(SCREEN_DNS, 1, "shop.ru", ""));
}

int main(void)
{
    struct CMUnitTest tests[1 + ARRAY_LEN(good_rows) + ARRAY_LEN(bad_rows)] = {
        cmocka_unit_test(targets_are_made_for_their_first_page),
    };
    size_t count = 1;

    for (size_t i = 0; i < ARRAY_LEN(good_rows); i++) {
        tests[count++] = (struct CMUnitTest){.name = good_rows[i].name,
                                             .test_func = goes_there_and_back,
                                             .initial_state = &good_rows[i]};
    }
    for (size_t i = 0; i < ARRAY_LEN(bad_rows); i++) {
        tests[count++] = (struct CMUnitTest){
            .name = bad_rows[i].name, .test_func = is_refused, .initial_state = &bad_rows[i]};
    }
    return cmocka_run_group_tests_name("chat_target", tests, NULL, NULL);
}
