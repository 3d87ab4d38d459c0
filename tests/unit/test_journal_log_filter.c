/* SPDX-License-Identifier: MIT */
/* worker/journal/log_filter.c: what a text finds in the log, row by row. */
#include "worker/journal/log_filter.h"

#include "shared/base/compiler.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

/* clang-format off */
static const struct match_row {
    const char *text;
    enum log_column column;
    const char *value;
    bool found;
} MATCHES[] = {
    {"",                     LOG_COLUMN_TARGET, "example-shop.ru",       true },
    {"   ",                  LOG_COLUMN_USER,   "boris",                 true },
    {"@boris",               LOG_COLUMN_USER,   "boris",                 true },
    {"@Boris",               LOG_COLUMN_USER,   "boris",                 true },
    {"@boris",               LOG_COLUMN_USER,   "BorisTheGreat",         false},
    {"@boris",               LOG_COLUMN_TARGET, "boris",                 false},
    {"boris",                LOG_COLUMN_USER,   "Boris Colleague",       true },
    {"ВЕРА",                 LOG_COLUMN_USER,   "Вера Иванова",          true },
    {" shop ",               LOG_COLUMN_TARGET, "example-shop.ru",       true },
    {"Example-Shop.ru",      LOG_COLUMN_TARGET, "blog.example-shop.ru",  true },
    {"example-shop.com",     LOG_COLUMN_TARGET, "example-shop.ru",       false},
    {"пример.рф",            LOG_COLUMN_TARGET, "xn--e1afmkfd.xn--p1ai", true },
    {"Пример",               LOG_COLUMN_TARGET, "xn--e1afmkfd.xn--p1ai", true },
    {"xn--e1afmkfd",         LOG_COLUMN_TARGET, "xn--e1afmkfd.xn--p1ai", true },
    {"пример",               LOG_COLUMN_ACTION, "xn--e1afmkfd",          false},
    {"dns",                  LOG_COLUMN_ACTION, "dns_add",               true },
    {"dns_add",              LOG_COLUMN_ACTION, "dns",                   false},
    {"1002",                 LOG_COLUMN_TARGET, "1002",                  true },
    {"2024",                 LOG_COLUMN_TARGET, "sale2024.example.com",  true },
    {"@",                    LOG_COLUMN_TARGET, "@.example.com",         true },
    {"%",                    LOG_COLUMN_TARGET, "example.com",           false},
};

static const struct id_row {
    const char *text;
    bool numeric;
    int64_t number;
} IDS[] = {
    {"1002",                 true,  1002                },
    {" -1002000000001 ",     true,  INT64_C(-1002000000001)},
    {"-",                    false, 0                   },
    {"1002x",                false, 0                   },
    {"@1002",                false, 0                   },
    {"99999999999999999999", false, 0                   },
    {"",                     false, 0                   },
};
/* clang-format on */

static void a_text_finds_what_it_may_mean(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(MATCHES); i++) {
        const struct match_row *row = &MATCHES[i];
        struct log_filter filter;

        log_filter_read(row->text, &filter);
        if (log_filter_matches(&filter, row->column, row->value) != row->found) {
            fail_msg("\"%s\" %s \"%s\"", row->text, row->found ? "does not find" : "finds",
                     row->value);
        }
    }
}

static void digits_are_an_id_as_well(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(IDS); i++) {
        struct log_filter filter;

        log_filter_read(IDS[i].text, &filter);
        assert_int_equal(filter.numeric, IDS[i].numeric);
        if (IDS[i].numeric) {
            assert_int_equal(filter.number, IDS[i].number);
        }
    }
}

static void what_is_too_long_is_cut_between_characters(void **state)
{
    struct log_filter filter;
    char text[601] = "x";

    (void)state;
    for (int i = 0; i < 299; i++) {
        (void)strncat(text, "я", sizeof(text) - strlen(text) - 1);
    }
    log_filter_read(text, &filter);
    assert_int_equal(strlen(filter.text), 255);
    assert_true(log_filter_matches(&filter, LOG_COLUMN_TARGET, text));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_text_finds_what_it_may_mean),
        cmocka_unit_test(digits_are_an_id_as_well),
        cmocka_unit_test(what_is_too_long_is_cut_between_characters),
    };

    return cmocka_run_group_tests_name("log filter", tests, NULL, NULL);
}
