/* SPDX-License-Identifier: MIT */
/* shared/io/json: what is refused, what is repaired, and that ids survive. */
#include "shared/io/json.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define FFFD "\xef\xbf\xbd"

enum { PRINT_MAX_BYTES = 4096 };

/* The text of a tree, in a buffer that the next call reuses. */
static const char *printed(const struct json *json)
{
    static char text[PRINT_MAX_BYTES];
    struct buf out;

    buf_init(&out, PRINT_MAX_BYTES - 1);
    json_print(json, &out);
    assert_true(buf_ok(&out));
    (void)snprintf(text, sizeof(text), "%s", buf_text(&out));
    buf_free(&out);
    return text;
}

static struct json *parsed(const char *text)
{
    struct err err = ERR_INIT;
    struct json *json = json_parse(text, strlen(text), &err);

    if (!json) {
        fail_msg("%s: %s", text, err.message);
    }
    return json;
}

/* ---- documents ---- */

struct document_row {
    const char *name;
    const char *text;
    size_t len;          /* 0: strlen(text) */
    const char *printed; /* NULL: refused   */
    const char *why;     /* refused: the message holds this */
};

/* A document that holds NUL bytes. */
#define BYTES(literal) literal, sizeof(literal) - 1

/* clang-format off */
static struct document_row document_rows[] = {
    /* what it shows                                   document                             len  printed                          why */
    {"an object is read and printed compactly",        "{ \"a\" : [ 1 , true , null ] }",   0,   "{\"a\":[1,true,null]}",         NULL},
    {"a bare text is a document",                      "\"x\"",                             0,   "\"x\"",                         NULL},
    {"blanks around the document are allowed",         " \t\r\n{}\n ",                      0,   "{}",                            NULL},
    {"an empty object and list stay apart",            "[{},[]]",                           0,   "[{},[]]",                       NULL},
    {"Cyrillic and emoji pass",                        "\"домен 🙂\"",                      0,   "\"домен 🙂\"",                  NULL},
    {"a pair of surrogates is one character",          "\"\\ud83d\\ude42\"",                0,   "\"🙂\"",                        NULL},
    {"a high surrogate alone is replaced",             "\"a\\ud83d!\"",                     0,   "\"a" FFFD "!\"",                NULL},
    {"a low surrogate alone is replaced",              "\"a\\ude42!\"",                     0,   "\"a" FFFD "!\"",                NULL},
    {"two high surrogates are two replacements",       "\"\\ud83d\\ud83d\"",                0,   "\"" FFFD FFFD "\"",             NULL},
    {"a high surrogate before a pair keeps the pair",  "\"\\ud83d\\ud83d\\ude42\"",         0,   "\"" FFFD "🙂\"",                NULL},
    {"a high surrogate at the end is replaced",        "\"\\uD83D\"",                       0,   "\"" FFFD "\"",                  NULL},
    {"an escaped NUL is replaced",                     "\"a\\u0000b\"",                     0,   "\"a" FFFD "b\"",                NULL},
    {"an escaped backslash before u is no escape",     "\"\\\\u0000\"",                     0,   "\"\\\\u0000\"",                 NULL},
    {"an odd name is repaired like a value",           "{\"\\ud83d\":1}",                   0,   "{\"" FFFD "\":1}",              NULL},
    {"malformed UTF-8 is replaced byte by byte",       "\"a\xff\xc3(\"",                    0,   "\"a" FFFD FFFD "(\"",           NULL},
    {"a surrogate in UTF-8 is replaced",               "\"\xed\xa0\x80\"",                  0,   "\"" FFFD FFFD FFFD "\"",        NULL},
    {"a quote after a cut character still closes",     "[\"\xd0\",\"b\"]",                  0,   "[\"" FFFD "\",\"b\"]",          NULL},
    {"an escaped quote does not close",                "[\"\\\"]\"]",                       0,   "[\"\\\"]\"]",                   NULL},
    {"a NUL byte in a text is replaced",               BYTES("\"a\0b\""),                        "\"a" FFFD "b\"",                NULL},
    {"control characters in a text are escaped",       "\"a\nb\x01\"",                      0,   "\"a\\nb\\u0001\"",              NULL},
    {"an id of 16 digits prints digit by digit",       "[-1001000000000000,1e15]",          0,   "[-1001000000000000,1000000000000000]", NULL},
    {"the largest exact number prints digit by digit", "[9007199254740991]",                0,   "[9007199254740991]",            NULL},
    {"a number that no double holds is null",          "[1e999,-1e999]",                    0,   "[null,null]",                   NULL},
    {"fractions pass",                                 "[0.1,-2.5e-3]",                     0,   "[0.1,-0.0025]",                 NULL},
    {"nothing is refused",                             "",                                  0,   NULL, "cut short at byte 0"},
    {"blanks alone are refused",                       "  ",                                0,   NULL, "cut short at byte 2"},
    {"a second document is refused",                   "{} {}",                             0,   NULL, "malformed at byte 3"},
    {"garbage after the document is refused",          "{}x",                               0,   NULL, "malformed at byte 2"},
    {"garbage after a NUL byte is refused",            BYTES("{}\0x"),                           NULL, "control character at byte 2"},
    {"a trailing NUL byte is refused",                 BYTES("{}\0"),                            NULL, "control character at byte 2"},
    {"a control character is no blank",                "[1,\x01 2]",                        0,   NULL, "control character at byte 3"},
    {"a cut object is refused",                        "{\"a\":1",                          0,   NULL, "cut short at byte 6"},
    {"a cut text is refused",                          "[\"abc",                            0,   NULL, "cut short at byte 5"},
    {"a cut escape is refused",                        "\"\\u00",                           0,   NULL, "cut short at byte 5"},
    {"a lone backslash is refused",                    "\"\\",                              0,   NULL, "cut short at byte 2"},
    {"an unknown escape is refused",                   "[\"\\x\"]",                         0,   NULL, "malformed at byte"},
    {"a missing value is refused",                     "{\"a\":}",                          0,   NULL, "malformed at byte 5"},
    {"a trailing comma is refused",                    "[1,]",                              0,   NULL, "malformed at byte 3"},
    {"bytes before the fault that grew do not count",  "[\"\xff\xff\",x]",                  0,   NULL, "malformed at byte 6"},
    {"HTML is refused",                                "<html>502</html>",                  0,   NULL, "malformed at byte 0"},
    {"NaN is refused",                                 "NaN",                               0,   NULL, "malformed at byte 0"},
};
/* clang-format on */

static void reads_document(void **state)
{
    const struct document_row *row = *state;
    size_t len = row->len > 0 ? row->len : strlen(row->text);
    struct err err = ERR_INIT;
    struct json *json = json_parse(row->text, len, &err);

    if (row->printed) {
        assert_non_null(json);
        assert_string_equal(printed(json), row->printed);
        assert_int_equal(err.kind, ERR_NONE);
    } else {
        assert_null(json);
        assert_int_equal(err.kind, ERR_REJECT);
        assert_non_null(strstr(err.message, row->why));
    }
    json_free(json);
}

/* Parses `depth` lists inside one another. */
static struct json *parse_nested(size_t depth, struct err *err)
{
    char text[1024];

    assert_true(depth * 2 <= sizeof(text));
    memset(text, '[', depth);
    memset(text + depth, ']', depth);
    return json_parse(text, depth * 2, err);
}

static void a_hundred_levels_are_read(void **state)
{
    struct err err = ERR_INIT;
    struct json *json = parse_nested(100, &err);

    (void)state;
    assert_non_null(json);
    json_free(json);
}

static void one_level_more_is_refused(void **state)
{
    struct err err = ERR_INIT;

    (void)state;
    assert_null(parse_nested(101, &err));
    assert_int_equal(err.kind, ERR_REJECT);
    assert_non_null(strstr(err.message, "nested too deeply at byte 100"));
}

static void levels_side_by_side_do_not_add_up(void **state)
{
    struct buf text;
    struct json *json;

    (void)state;
    buf_init(&text, 1024);
    for (size_t i = 0; i < 200; i++) {
        buf_addf(&text, i == 0 ? "[[]" : ",[]");
    }
    buf_addf(&text, ",{}]");
    json = parsed(buf_text(&text));
    assert_int_equal(json_count(json), 201);
    json_free(json);
    buf_free(&text);
}

static void brackets_in_texts_are_no_levels(void **state)
{
    char text[300];
    struct err err = ERR_INIT;
    struct json *json;

    (void)state;
    memset(text, '[', sizeof(text));
    text[0] = '"';
    text[sizeof(text) - 1] = '"';
    json = json_parse(text, sizeof(text), &err);
    assert_int_equal(json_type(json), JSON_TEXT);
    json_free(json);
}

/* ---- reading ---- */

struct int_row {
    const char *name;
    const char *text; /* document */
    bool found;
    int64_t value;
};

/* clang-format off */
static struct int_row int_rows[] = {
    /* what it shows                                document                     found  value */
    {"a small number is an int",                    "12",                        true,  12},
    {"a negative number is an int",                 "-12",                       true,  -12},
    {"a whole fraction is an int",                  "12.0",                      true,  12},
    {"a whole exponent is an int",                  "12e2",                      true,  1200},
    {"a supergroup id is exact",                    "-1001234567890",            true,  -1001234567890},
    {"an id of 16 digits is exact",                 "-1001000000000001",         true,  -1001000000000001},
    {"2^53 - 1 is exact",                           "9007199254740991",          true,  9007199254740991},
    {"2^53 is refused, 2^53 + 1 looks the same",    "9007199254740992",          false, 0},
    {"-2^53 is refused",                            "-9007199254740992",         false, 0},
    {"digits beyond a double are not invented",     "9007199254740993",          false, 0},
    {"a fraction is no int",                        "1.5",                       false, 0},
    {"a huge number is no int",                     "1e300",                     false, 0},
    {"an infinite number is no int",                "1e999",                     false, 0},
    {"a text of digits is an int",                  "\"12\"",                    true,  12},
    {"a text holds all of int64",                   "\"9223372036854775807\"",   true,  INT64_MAX},
    {"a text holds the lowest int64",               "\"-9223372036854775808\"",  true,  INT64_MIN},
    {"a text above int64 is no int",                "\"9223372036854775808\"",   false, 0},
    {"a text below int64 is no int",                "\"-9223372036854775809\"",  false, 0},
    {"a text with a plus is no int",                "\"+1\"",                    false, 0},
    {"a text with a blank before is no int",        "\" 1\"",                    false, 0},
    {"a text with a blank after is no int",         "\"1 \"",                    false, 0},
    {"a text with a fraction is no int",            "\"1.0\"",                   false, 0},
    {"a hexadecimal text is no int",                "\"0x1\"",                   false, 0},
    {"a lone minus is no int",                      "\"-\"",                     false, 0},
    {"two minuses are no int",                      "\"--1\"",                   false, 0},
    {"an empty text is no int",                     "\"\"",                      false, 0},
    {"true is no int",                              "true",                      false, 0},
    {"null is no int",                              "null",                      false, 0},
    {"a list is no int",                            "[1]",                       false, 0},
};
/* clang-format on */

static void reads_int(void **state)
{
    const struct int_row *row = *state;
    struct json *json = parsed(row->text);
    int64_t value = -77;

    assert_int_equal(json_int(json, "", &value), row->found);
    assert_true(value == (row->found ? row->value : -77));
    json_free(json);
}

struct bool_row {
    const char *name;
    const char *text; /* document */
    bool found;
    bool value;
};

/* clang-format off */
static struct bool_row bool_rows[] = {
    /* what it shows                       document        found  value */
    {"true is true",                       "true",         true,  true },
    {"1 is true",                          "1",            true,  true },
    {"the text 1 is true",                 "\"1\"",        true,  true },
    {"the text true is true",              "\"true\"",     true,  true },
    {"false is false",                     "false",        true,  false},
    {"0 is false",                         "0",            true,  false},
    {"the text 0 is false",                "\"0\"",        true,  false},
    {"the text false is false",            "\"false\"",    true,  false},
    {"2 is no bool",                       "2",            false, false},
    {"-1 is no bool",                      "-1",           false, false},
    {"a fraction is no bool",              "0.5",          false, false},
    {"the text 01 is no bool",             "\"01\"",       false, false},
    {"the text True is no bool",           "\"True\"",     false, false},
    {"an empty text is no bool",           "\"\"",         false, false},
    {"null is no bool",                    "null",         false, false},
    {"an object is no bool",               "{}",           false, false},
};
/* clang-format on */

static void reads_bool(void **state)
{
    const struct bool_row *row = *state;
    struct json *json = parsed(row->text);
    bool value = !row->value;

    assert_int_equal(json_bool(json, "", &value), row->found);
    assert_int_equal(value, row->found ? row->value : !row->value);
    json_free(json);
}

static const char TREE[] =
    "{\"a\":{\"b\":[10,{\"c\":\"x\"},[]]},\"A\":2,\"\":3,\"0\":4,\"n\":null,\"t\":\"\",\"longer\":"
    "5}";

struct path_row {
    const char *name;
    const char *path;
    const char *printed; /* NULL: not found */
};

/* clang-format off */
static struct path_row path_rows[] = {
    /* what it shows                            path           found */
    {"names are joined by dots",                "a.b.1.c",     "\"x\""},
    {"a position finds a list member",          "a.b.0",       "10"   },
    {"the last position is found",              "a.b.2",       "[]"   },
    {"one position more is not",                "a.b.3",       NULL   },
    {"a negative position is not found",        "a.b.-1",      NULL   },
    {"a name in a list is not found",           "a.b.c",       NULL   },
    {"a position too long for any list",        "a.b.99999999999999999999", NULL},
    {"case matters",                            "A",           "2"    },
    {"a prefix of a name does not match",       "long",        NULL   },
    {"a name and more does not match",          "longer2",     NULL   },
    {"a digit names a member of an object",     "0",           "4"    },
    {"null is found",                           "n",           "null" },
    {"nothing is below null",                   "n.x",         NULL   },
    {"nothing is below a number",               "A.0",         NULL   },
    {"an empty text is found",                  "t",           "\"\"" },
    {"a missing name is not found",             "zz.b",        NULL   },
};
/* clang-format on */

static void follows_path(void **state)
{
    const struct path_row *row = *state;
    struct json *json = parsed(TREE);
    const struct json *found = json_at(json, row->path);

    if (row->printed) {
        assert_non_null(found);
        assert_string_equal(printed(found), row->printed);
    } else {
        assert_null(found);
    }
    json_free(json);
}

static void the_empty_path_is_the_node(void **state)
{
    struct json *json = parsed(TREE);

    (void)state;
    assert_ptr_equal(json_at(json, ""), json);
    json_free(json);
}

static void nothing_is_found_in_nothing(void **state)
{
    int64_t number;
    bool value;

    (void)state;
    assert_null(json_at(NULL, "a"));
    assert_null(json_text(NULL, ""));
    assert_false(json_int(NULL, "", &number));
    assert_false(json_bool(NULL, "", &value));
    assert_int_equal(json_type(NULL), JSON_NULL);
    assert_int_equal(json_count(NULL), 0);
    assert_null(json_first(NULL));
    assert_null(json_next(NULL));
    assert_null(json_name(NULL));
    json_free(NULL);
    assert_string_equal(printed(NULL), "null");
}

static void text_is_only_text(void **state)
{
    struct json *json = parsed("{\"t\":\"x\",\"n\":12,\"i\":1001000000000000,\"b\":true}");

    (void)state;
    assert_string_equal(json_text(json, "t"), "x");
    assert_null(json_text(json, "n"));
    assert_null(json_text(json, "i"));
    assert_null(json_text(json, "b"));
    json_free(json);
}

static void types_are_told(void **state)
{
    static const enum json_type EXPECTED[] = {JSON_NULL,   JSON_BOOL,   JSON_BOOL,
                                              JSON_NUMBER, JSON_NUMBER, JSON_TEXT,
                                              JSON_LIST,   JSON_OBJECT, JSON_NULL};
    struct json *json = parsed("[null,true,false,1.5,1001000000000000,\"\",[],{},1e999]");
    const struct json *member = json_first(json);

    (void)state;
    assert_int_equal(json_count(json), ARRAY_LEN(EXPECTED));
    for (size_t i = 0; i < ARRAY_LEN(EXPECTED); i++) {
        assert_int_equal(json_type(member), EXPECTED[i]);
        member = json_next(member);
    }
    assert_null(member);
    json_free(json);
}

static void members_are_walked_with_their_names(void **state)
{
    struct json *json = parsed("{\"a\":1,\"b\":[5]}");
    const struct json *first = json_first(json);
    const struct json *second = json_next(first);

    (void)state;
    assert_string_equal(json_name(first), "a");
    assert_string_equal(json_name(second), "b");
    assert_null(json_next(second));
    assert_null(json_name(json_first(second)));
    assert_null(json_name(json));
    json_free(json);
}

/* ---- building ---- */

static void what_is_built_prints(void **state)
{
    struct json *json = json_object();
    struct json *list = json_list();

    (void)state;
    json_set_text(json, "text", "a\"b\\\n🙂");
    json_set_int(json, "id", -1001000000000000);
    json_set_bool(json, "yes", true);
    json_set(json, "none", json_new_null());
    assert_ptr_equal(json_first(list), NULL);
    json_set_int(json_add(list, json_object()), "x", 1);
    (void)json_add(list, json_new_bool(false));
    json_set(json, "list", list);
    assert_string_equal(printed(json),
                        "{\"text\":\"a\\\"b\\\\\\n🙂\",\"id\":-1001000000000000,"
                        "\"yes\":true,\"none\":null,\"list\":[{\"x\":1},false]}");
    json_free(json);
}

static void all_of_int64_is_built_exactly(void **state)
{
    static const int64_t NUMBERS[] = {INT64_MIN, -1, 0, 1, 1000000000000000, INT64_MAX};
    struct json *list = json_list();

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(NUMBERS); i++) {
        int64_t value;
        struct json *node = json_add(list, json_new_int(NUMBERS[i]));

        assert_int_equal(json_type(node), JSON_NUMBER);
        assert_true(json_int(node, "", &value));
        assert_true(value == NUMBERS[i]);
    }
    assert_string_equal(printed(list),
                        "[-9223372036854775808,-1,0,1,1000000000000000,9223372036854775807]");
    json_free(list);
}

static void setting_twice_replaces_in_place(void **state)
{
    struct json *json = json_object();

    (void)state;
    json_set_int(json, "a", 1);
    json_set_int(json, "b", 2);
    json_set_text(json, "a", "x");
    json_set_int(json, "A", 3);
    assert_string_equal(printed(json), "{\"a\":\"x\",\"b\":2,\"A\":3}");
    json_free(json);
}

static void removing_takes_one_name_out(void **state)
{
    struct json *json = parsed("{\"a\":1,\"A\":2,\"b\":3}");

    (void)state;
    json_remove(json, "A");
    json_remove(json, "missing");
    assert_string_equal(printed(json), "{\"a\":1,\"b\":3}");
    json_free(json);
}

static void malformed_text_is_repaired_when_put_in(void **state)
{
    struct json *json = json_new_text("cut \xd0 and \xff, whole я");

    (void)state;
    assert_string_equal(json_text(json, ""), "cut " FFFD " and " FFFD ", whole я");
    json_free(json);
}

static void a_copy_lives_on_its_own_and_has_no_name(void **state)
{
    struct json *json = parsed("{\"a\":{\"id\":1001000000000000,\"l\":[1,\"x\"]}}");
    struct json *copy = json_copy(json_at(json, "a"));
    struct json *list = json_list();

    (void)state;
    json_free(json);
    assert_null(json_name(copy));
    assert_string_equal(printed(copy), "{\"id\":1001000000000000,\"l\":[1,\"x\"]}");
    assert_null(json_name(json_add(list, copy)));
    json_free(list);
}

static void printing_appends_and_keeps_the_ceiling(void **state)
{
    struct json *json = parsed("[1,2]");
    struct buf out;

    (void)state;
    buf_init(&out, 8);
    buf_addf(&out, "x=");
    json_print(json, &out);
    assert_string_equal(buf_text(&out), "x=[1,2]");
    json_print(json, &out);
    assert_false(buf_ok(&out));
    buf_free(&out);
    json_free(json);
}

/* ---- the report ---- */

/* Registers each row as a test of its own. Every row starts with its name. */
static void add_rows(struct CMUnitTest *tests, size_t *count, CMUnitTestFunction test, void *rows,
                     size_t row_size, size_t row_count)
{
    for (size_t i = 0; i < row_count; i++) {
        struct CMUnitTest *added = &tests[(*count)++];

        *added =
            (struct CMUnitTest){.test_func = test, .initial_state = (char *)rows + i * row_size};
        memcpy(&added->name, added->initial_state, sizeof(added->name));
    }
}

#define ADD_ROWS(tests, count, test, rows) \
    add_rows((tests), (count), (test), (rows), sizeof((rows)[0]), ARRAY_LEN(rows))

int main(void)
{
    struct CMUnitTest tests[ARRAY_LEN(document_rows) + ARRAY_LEN(int_rows) + ARRAY_LEN(bool_rows) +
                            ARRAY_LEN(path_rows) + 16] = {
        cmocka_unit_test(a_hundred_levels_are_read),
        cmocka_unit_test(one_level_more_is_refused),
        cmocka_unit_test(levels_side_by_side_do_not_add_up),
        cmocka_unit_test(brackets_in_texts_are_no_levels),
        cmocka_unit_test(the_empty_path_is_the_node),
        cmocka_unit_test(nothing_is_found_in_nothing),
        cmocka_unit_test(text_is_only_text),
        cmocka_unit_test(types_are_told),
        cmocka_unit_test(members_are_walked_with_their_names),
        cmocka_unit_test(what_is_built_prints),
        cmocka_unit_test(all_of_int64_is_built_exactly),
        cmocka_unit_test(setting_twice_replaces_in_place),
        cmocka_unit_test(removing_takes_one_name_out),
        cmocka_unit_test(malformed_text_is_repaired_when_put_in),
        cmocka_unit_test(a_copy_lives_on_its_own_and_has_no_name),
        cmocka_unit_test(printing_appends_and_keeps_the_ceiling),
    };
    size_t count = 16;

    ADD_ROWS(tests, &count, reads_document, document_rows);
    ADD_ROWS(tests, &count, reads_int, int_rows);
    ADD_ROWS(tests, &count, reads_bool, bool_rows);
    ADD_ROWS(tests, &count, follows_path, path_rows);
    return cmocka_run_group_tests_name("json", tests, NULL, NULL);
}
