/* SPDX-License-Identifier: MIT */
/* shared/io/idn: names as people type them, and as the DNS holds them. */
#include "shared/io/idn.h"

#include "shared/base/buf.h"
#include "shared/base/utf8.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

struct name_row {
    const char *name;
    const char *typed;
    const char *ascii; /* NULL: refused                    */
    const char *why;   /* refused: the message holds this  */
};

/* clang-format off */
static struct name_row name_rows[] = {
    /* what it shows                               typed                        ascii                              why */
    {"an ASCII name stays",                        "example.com",               "example.com",                     NULL},
    {"upper case is folded",                       "ExAmPlE.COM",               "example.com",                     NULL},
    {"a Cyrillic name becomes punycode",           "Пример.РФ",                 "xn--e1afmkfd.xn--p1ai",           NULL},
    {"punycode stays",                             "xn--e1afmkfd.xn--p1ai",     "xn--e1afmkfd.xn--p1ai",           NULL},
    {"punycode in upper case is folded",           "XN--E1AFMKFD.XN--P1AI",     "xn--e1afmkfd.xn--p1ai",           NULL},
    {"scripts mix between labels",                 "www.Пример.com",            "www.xn--e1afmkfd.com",            NULL},
    {"yo is a letter of its own",                  "ёлка.рф",                   "xn--80atc1g.xn--p1ai",            NULL},
    {"a decomposed letter is composed",            "и\xcc\x86.рф",              "xn--i1a.xn--p1ai",                NULL},
    {"sharp s is kept, not made ss",               "straße.de",                 "xn--strae-oqa.de",                NULL},
    {"one label is a name",                        "localhost",                 "localhost",                       NULL},
    {"the root's dot is removed",                  "example.com.",              "example.com",                     NULL},
    {"the root's dot is removed in Cyrillic",      "пример.рф.",                "xn--e1afmkfd.xn--p1ai",           NULL},
    {"an ideographic dot is a dot",                "пример。рф",                "xn--e1afmkfd.xn--p1ai",           NULL},
    {"a leading underscore passes",                "_dmarc.example.com",        "_dmarc.example.com",              NULL},
    {"an underscore within passes",                "a_b.example.com",           "a_b.example.com",                 NULL},
    {"an underscore passes below Cyrillic",        "_dmarc.пример.рф",          "_dmarc.xn--e1afmkfd.xn--p1ai",    NULL},
    {"an underscore within Cyrillic passes",       "д_м.рф",                    "xn--_-gtbz.xn--p1ai",             NULL},
    {"a wildcard passes",                          "*.example.com",             "*.example.com",                   NULL},
    {"a wildcard passes before Cyrillic",          "*.Пример.рф",               "*.xn--e1afmkfd.xn--p1ai",         NULL},
    {"two hyphens at 3 and 4 pass",                "r3--x.example.com",         "r3--x.example.com",               NULL},
    {"two hyphens pass beside Cyrillic",           "ab--cd.рф",                 "ab--cd.xn--p1ai",                 NULL},
    {"an address is not refused here",             "192.0.2.1",                 "192.0.2.1",                       NULL},
    {"digits may begin a label",                   "1c.рф",                     "1c.xn--p1ai",                     NULL},
    {"an invisible space is dropped",              "при\xe2\x80\x8bмер.рф",     "xn--e1afmkfd.xn--p1ai",           NULL},
    {"nothing is refused",                         "",                          NULL, "empty"},
    {"a lone dot is refused",                      ".",                         NULL, "empty label"},
    {"two dots in a row are refused",              "a..b",                      NULL, "empty label"},
    {"two dots at the end are refused",            "a..",                       NULL, "empty label"},
    {"a leading dot is refused",                   ".a",                        NULL, "empty label"},
    {"a label of nothing visible is refused",      "\xc2\xad.рф",               NULL, "empty label"},
    {"a wildcard of nothing is refused",           "*.",                        NULL, "empty label"},
    {"a lone star is refused",                     "*",                         NULL, "\"*\""},
    {"a star within the name is refused",          "a.*.com",                   NULL, "\"*\""},
    {"a star within a label is refused",           "*a.com",                    NULL, "\"*\""},
    {"two stars are refused",                      "*.*.com",                   NULL, "\"*\""},
    {"a space within is refused",                  "a b.com",                   NULL, "a space"},
    {"a space before is refused",                  " a.com",                    NULL, "a space"},
    {"a space after is refused",                   "a.com ",                    NULL, "a space"},
    {"a tab is refused",                           "a\tb.com",                  NULL, "control character 0x09"},
    {"a newline is refused",                       "a.com\n",                   NULL, "control character 0x0a"},
    {"DEL is refused",                             "a\x7f" "b.com",             NULL, "control character 0x7f"},
    {"a slash is refused",                         "example.com/x",             NULL, "\"/\""},
    {"a URL is refused",                           "https://example.com",       NULL, "\":\""},
    {"an e-mail address is refused",               "me@example.com",            NULL, "\"@\""},
    {"a quote is refused",                         "a\"b.com",                  NULL, "\"\"\""},
    {"an apostrophe is refused",                   "a'b.com",                   NULL, "\"'\""},
    {"an opening bracket is refused",              "<b>.com",                   NULL, "\"<\""},
    {"a closing bracket is refused",               "b>.com",                    NULL, "\">\""},
    {"an ampersand is refused",                    "a&b.com",                   NULL, "\"&\""},
    {"a comma is refused",                         "a,b.com",                   NULL, "\",\""},
    {"a character within Cyrillic is named",       "при/мер.рф",                NULL, "\"/\""},
    {"a heart is refused by name",                 "при♥мер.рф",                NULL, "\"♥\""},
    {"an emoji is refused by name",                "a🙂.com",                   NULL, "\"🙂\""},
    {"a wide space is refused by name",            "при\xe3\x80\x80мер.рф",     NULL, "\"\xe3\x80\x80\""},
    {"a slash in disguise is refused",             "при／мер.рф",               NULL, "\"／\""},
    {"a slash in disguise in ASCII is refused",    "a／b.com",                  NULL, "\"/\""},
    {"three dots in disguise are refused",         "при…мер.рф",                NULL, "\"…\""},
    {"a leading hyphen is refused",                "-a.com",                    NULL, "begin or end"},
    {"a trailing hyphen is refused",               "a-.com",                    NULL, "begin or end"},
    {"malformed UTF-8 is refused",                 "a\xff.com",                 NULL, "UTF-8"},
};
/* clang-format on */

static void converts(void **state)
{
    const struct name_row *row = *state;
    char ascii[IDN_ASCII_SIZE] = "untouched";
    struct err err = ERR_INIT;
    bool ok = idn_to_ascii(row->typed, ascii, &err);

    if (row->ascii) {
        assert_true(ok);
        assert_string_equal(ascii, row->ascii);
        assert_int_equal(err.kind, ERR_NONE);
    } else {
        assert_false(ok);
        assert_int_equal(err.kind, ERR_REJECT);
        assert_non_null(strstr(err.message, row->why));
        assert_true(utf8_valid(err.message, strlen(err.message)));
        assert_string_equal(ascii, "untouched");
    }
}

struct shown_row {
    const char *name;
    const char *ascii;
    const char *shown;
};

/* clang-format off */
static struct shown_row shown_rows[] = {
    /* what it shows                              ascii                              shown */
    {"punycode is shown in Cyrillic",             "xn--e1afmkfd.xn--p1ai",           "пример.рф"             },
    {"ASCII is shown as it is",                   "example.com",                     "example.com"           },
    {"only punycode labels change",               "www.xn--e1afmkfd.com",            "www.пример.com"        },
    {"a wildcard is shown",                       "*.xn--e1afmkfd.xn--p1ai",         "*.пример.рф"           },
    {"an underscore is shown",                    "_dmarc.xn--e1afmkfd.xn--p1ai",    "_dmarc.пример.рф"      },
    {"what is no punycode stays",                 "xn--zz99.com",                    "xn--zz99.com"          },
    {"an undecodable label spares the others",    "xn--zz99.xn--p1ai",               "xn--zz99.рф"           },
    {"an empty punycode label stays",             "xn--.com",                        "xn--.com"              },
    {"what would not lead back stays",            "xn--E1AFMKFD.com",                "xn--E1AFMKFD.com"      },
    {"nothing stays nothing",                     "",                                ""                      },
    {"odd dots stay",                             "..a.",                            "..a."                  },
    {"Cyrillic stays",                            "пример.рф",                       "пример.рф"             },
};
/* clang-format on */

static void shows(void **state)
{
    const struct shown_row *row = *state;
    char shown[IDN_UNICODE_SIZE];

    idn_to_unicode(row->ascii, shown);
    assert_string_equal(shown, row->shown);
}

/* `name` is a label of `len` letters and then ".com". */
static bool convert_label(size_t len, const char *letter, struct err *err)
{
    char ascii[IDN_ASCII_SIZE];
    struct buf name;
    bool ok;

    buf_init(&name, 1024);
    for (size_t i = 0; i < len; i++) {
        buf_addf(&name, "%s", letter);
    }
    buf_addf(&name, ".com");
    ok = idn_to_ascii(buf_text(&name), ascii, err);
    buf_free(&name);
    return ok;
}

static void a_label_of_63_is_converted(void **state)
{
    struct err err = ERR_INIT;

    (void)state;
    assert_true(convert_label(63, "a", &err));
}

static void a_label_of_64_is_refused(void **state)
{
    struct err err = ERR_INIT;

    (void)state;
    assert_false(convert_label(64, "a", &err));
    assert_int_equal(err.kind, ERR_REJECT);
    assert_non_null(strstr(err.message, "over 63 bytes"));
}

static void a_cyrillic_label_is_measured_in_punycode(void **state)
{
    struct err err = ERR_INIT;

    (void)state;
    assert_true(convert_label(56, "ы", &err));
    assert_false(convert_label(70, "ы", &err));
    assert_non_null(strstr(err.message, "over 63 bytes"));
    assert_true(utf8_valid(err.message, strlen(err.message)));
}

/* Fills `name` with labels of 49 letters and a last one, `len` bytes in all. */
static void make_name(char *name, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        name[i] = i % 50 == 49 ? '.' : 'a';
    }
    name[len] = '\0';
}

static void a_name_of_253_is_converted(void **state)
{
    char name[IDN_ASCII_SIZE];
    char ascii[IDN_ASCII_SIZE];
    struct err err = ERR_INIT;

    (void)state;
    make_name(name, 253);
    assert_true(idn_to_ascii(name, ascii, &err));
    assert_string_equal(ascii, name);
}

static void the_dot_of_the_root_does_not_count(void **state)
{
    char name[IDN_ASCII_SIZE + 1];
    char ascii[IDN_ASCII_SIZE];
    struct err err = ERR_INIT;

    (void)state;
    make_name(name, 253);
    memcpy(name + 253, ".", 2);
    assert_true(idn_to_ascii(name, ascii, &err));
    assert_int_equal(strlen(ascii), 253);
}

static void a_name_of_254_is_refused(void **state)
{
    char name[IDN_ASCII_SIZE + 1];
    char ascii[IDN_ASCII_SIZE];
    struct err err = ERR_INIT;

    (void)state;
    make_name(name, 254);
    assert_false(idn_to_ascii(name, ascii, &err));
    assert_int_equal(err.kind, ERR_REJECT);
    assert_non_null(strstr(err.message, "over 253 bytes"));
}

static void a_novel_is_refused(void **state)
{
    static char name[100000];
    char ascii[IDN_ASCII_SIZE];
    struct err err = ERR_INIT;

    (void)state;
    make_name(name, sizeof(name) - 1);
    assert_false(idn_to_ascii(name, ascii, &err));
    assert_non_null(strstr(err.message, "over 253 bytes"));
}

static void what_is_too_long_to_show_is_cut(void **state)
{
    static char name[2 * IDN_UNICODE_SIZE];
    char shown[IDN_UNICODE_SIZE];

    (void)state;
    make_name(name, sizeof(name) - 1);
    idn_to_unicode(name, shown);
    assert_int_equal(strlen(shown), IDN_UNICODE_SIZE - 1);
    assert_memory_equal(shown, name, IDN_UNICODE_SIZE - 1);
}

static void both_ways_lead_back(void **state)
{
    char ascii[IDN_ASCII_SIZE];
    char shown[IDN_UNICODE_SIZE];
    struct err err = ERR_INIT;

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(name_rows); i++) {
        if (name_rows[i].ascii) {
            idn_to_unicode(name_rows[i].ascii, shown);
            assert_true(idn_to_ascii(shown, ascii, &err));
            assert_string_equal(ascii, name_rows[i].ascii);
        }
    }
}

int main(void)
{
    struct CMUnitTest tests[ARRAY_LEN(name_rows) + ARRAY_LEN(shown_rows) + 9] = {
        cmocka_unit_test(a_label_of_63_is_converted),
        cmocka_unit_test(a_label_of_64_is_refused),
        cmocka_unit_test(a_cyrillic_label_is_measured_in_punycode),
        cmocka_unit_test(a_name_of_253_is_converted),
        cmocka_unit_test(the_dot_of_the_root_does_not_count),
        cmocka_unit_test(a_name_of_254_is_refused),
        cmocka_unit_test(a_novel_is_refused),
        cmocka_unit_test(what_is_too_long_to_show_is_cut),
        cmocka_unit_test(both_ways_lead_back),
    };
    size_t count = 9;

    for (size_t i = 0; i < ARRAY_LEN(name_rows); i++) {
        tests[count++] = (struct CMUnitTest){
            .name = name_rows[i].name,
            .test_func = converts,
            .initial_state = &name_rows[i],
        };
    }
    for (size_t i = 0; i < ARRAY_LEN(shown_rows); i++) {
        tests[count++] = (struct CMUnitTest){
            .name = shown_rows[i].name,
            .test_func = shows,
            .initial_state = &shown_rows[i],
        };
    }
    return cmocka_run_group_tests_name("idn", tests, NULL, NULL);
}
