/* SPDX-License-Identifier: MIT */
/* worker/chat/log_csv.c: rows of the log as a spreadsheet reads them. */
#include "worker/chat/log_csv.h"

#include "shared/base/compiler.h"
#include "worker/chat/when.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

enum { FILE_MAX_BYTES = 64 * 1024 };

#define HEAD       \
    "\xef\xbb\xbf" \
    "id,time,chat_id,user_id,user,action,target,name,result,before,after\r\n"

static struct log_row plain_row(void)
{
    return (struct log_row){.id = 7,
                            .ms = INT64_C(1795701909000),
                            .chat_id = 1001,
                            .user_id = 1001,
                            .user = "anna",
                            .action = "dns",
                            .target = "example-shop.ru",
                            .result = "ok",
                            .before = "",
                            .after = ""};
}

static void expect_file(const struct log_row rows[], size_t count, const char *file)
{
    struct buf out;

    buf_init(&out, FILE_MAX_BYTES);
    assert_int_equal(log_csv(rows, count, &out), count);
    assert_true(buf_ok(&out));
    assert_string_equal(buf_text(&out), file);
    buf_free(&out);
}

static void no_rows_make_a_line_of_names(void **state)
{
    (void)state;
    expect_file(NULL, 0, HEAD);
}

static void a_row_is_a_line(void **state)
{
    const struct log_row row = plain_row();

    (void)state;
    when_use_zone("UTC");
    expect_file(&row, 1,
                HEAD
                "7,2026-11-26 14:05:09 UTC,1001,1001,anna,dns,example-shop.ru,"
                "example-shop.ru,ok,,\r\n");
}

static void times_are_of_the_zone(void **state)
{
    const struct log_row row = plain_row();

    (void)state;
    when_use_zone("Asia/Yekaterinburg");
    expect_file(&row, 1,
                HEAD
                "7,2026-11-26 19:05:09 UTC+05,1001,1001,anna,dns,example-shop.ru,"
                "example-shop.ru,ok,,\r\n");
    when_use_zone("UTC");
}

/* clang-format off */
static const struct cell_row {
    const char *user;
    const char *cell;
} CELLS[] = {
    {"",                      ""                           },
    {"Anna Owner",            "Anna Owner"                 },
    {"Вера",                  "Вера"                       },
    {"a,b",                   "\"a,b\""                    },
    {"say \"hi\"",            "\"say \"\"hi\"\"\""         },
    {"\"",                    "\"\"\"\""                   },
    {"two\nlines",            "\"two\nlines\""             },
    {"two\r\nlines",          "\"two\r\nlines\""           },
    {"=1+2",                  "'=1+2"                      },
    {"+7 999",                "'+7 999"                    },
    {"-x",                    "'-x"                        },
    {"@SUM(A1)",              "'@SUM(A1)"                  },
    {"=HYPERLINK(\"u\",\"t\")", "\"'=HYPERLINK(\"\"u\"\",\"\"t\"\")\""},
    {"\t=1",                  "'\t=1"                      },
    {"a=1",                   "a=1"                        },
    {"%s %n",                 "%s %n"                      },
};
/* clang-format on */

static void a_cell_is_what_it_was_and_no_formula(void **state)
{
    (void)state;
    when_use_zone("UTC");
    for (size_t i = 0; i < ARRAY_LEN(CELLS); i++) {
        struct log_row row = plain_row();
        char user[128];
        char file[1024];

        (void)snprintf(user, sizeof(user), "%s", CELLS[i].user);
        row.user = user;
        (void)snprintf(file, sizeof(file),
                       HEAD
                       "7,2026-11-26 14:05:09 UTC,1001,1001,%s,dns,example-shop.ru,"
                       "example-shop.ru,ok,,\r\n",
                       CELLS[i].cell);
        expect_file(&row, 1, file);
    }
}

static void a_change_has_both_states_and_a_name_both_forms(void **state)
{
    struct log_row row = plain_row();

    (void)state;
    when_use_zone("UTC");
    row.chat_id = INT64_C(-1002000000001);
    row.user_id = 0;
    row.user = "";
    row.target = "xn--e1afmkfd.xn--p1ai";
    row.before = "{\"a\":[1,2]}";
    row.after = "{}";
    expect_file(&row, 1,
                HEAD
                "7,2026-11-26 14:05:09 UTC,-1002000000001,,,dns,xn--e1afmkfd.xn--p1ai,"
                "пример.рф,ok,\"{\"\"a\"\":[1,2]}\",{}\r\n");
}

static void what_finds_no_room_is_left_out_by_whole_rows(void **state)
{
    const struct log_row rows[] = {plain_row(), plain_row(), plain_row()};
    struct buf whole;

    (void)state;
    buf_init(&whole, FILE_MAX_BYTES);
    assert_int_equal(log_csv(rows, 3, &whole), 3);
    for (size_t room = sizeof(HEAD) - 1; room <= whole.len; room++) {
        size_t row_bytes = (whole.len - (sizeof(HEAD) - 1)) / 3;
        struct buf out;

        buf_init(&out, room);
        assert_int_equal(log_csv(rows, 3, &out), (room - (sizeof(HEAD) - 1)) / row_bytes);
        assert_true(buf_ok(&out));
        assert_memory_equal(buf_text(&out) + out.len - 2, "\r\n", 2);
        buf_free(&out);
    }
    buf_free(&whole);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_rows_make_a_line_of_names),
        cmocka_unit_test(a_row_is_a_line),
        cmocka_unit_test(times_are_of_the_zone),
        cmocka_unit_test(a_cell_is_what_it_was_and_no_formula),
        cmocka_unit_test(a_change_has_both_states_and_a_name_both_forms),
        cmocka_unit_test(what_finds_no_room_is_left_out_by_whole_rows),
    };

    return cmocka_run_group_tests_name("log csv", tests, NULL, NULL);
}
