/* SPDX-License-Identifier: MIT */
/* gateway/html.c and gateway/split.c: what is seen, where a text is cut, and that nothing gets
 * lost. */
#include "gateway/html.h"
#include "gateway/split.h"
#include "shared/base/buf.h"
#include "shared/base/compiler.h"
#include "shared/base/utf8.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { TEXT_MAX_BYTES = 1024 * 1024 };

/* ---- what a reader sees ---- */

struct strip_row {
    const char *name;
    const char *html;
    const char *seen;
};

/* clang-format off */
static struct strip_row strip_rows[] = {
    {"plain text is seen as it is",             "привет",                             "привет"},
    {"tags are not seen",                       "<b>a</b> <i>b</i>",                  "a b"},
    {"attributes are not seen",                 "<a href=\"https://x.y/?a>b\">x</a>", "x"},
    {"the four named entities are decoded",     "&lt;b&gt; &amp; &quot;",             "<b> & \""},
    {"an entity may lack its semicolon",        "&lt x",                              "< x"},
    {"other names stay",                        "&nbsp;&copy;&LT;",                   "&nbsp;&copy;&LT;"},
    {"decimal references are decoded",          "&#65;&#1055;&#128578;",              "AП🙂"},
    {"hexadecimal references are decoded",      "&#x41;&#x43f;&#x1F642;",             "Aп🙂"},
    {"a reference to nothing stays",            "&#0;&#;&#x;&#1114112;",              "&#0;&#;&#x;&#1114112;"},
    {"a reference of too many digits stays",    "&#000000065;",                       "&#000000065;"},
    {"a surrogate is no character",             "&#xd83d;",                           "\xef\xbf\xbd"},
    {"an ampersand alone stays",                "a & b &",                            "a & b &"},
    {"a less-than alone stays",                 "1 < 2 <3",                           "1 < 2 <3"},
    {"a tag that never ends is text",           "a <b",                               "a <b"},
    {"a quote in a tag hides its end",          "<a href='>'>x</a>",                  "x"},
    {"an apostrophe in text hides nothing",     "<b>it's</b>",                        "it's"},
    {"an empty closing tag closes",             "<b>x</>",                            "x"},
};
/* clang-format on */

static void strips(void **state)
{
    const struct strip_row *row = *state;
    struct buf seen;

    buf_init(&seen, 1024);
    html_strip(row->html, strlen(row->html), &seen);
    assert_string_equal(buf_text(&seen), row->seen);
    buf_free(&seen);
}

/* ---- where it is cut ---- */

enum { PARTS_MAX = 6 };

struct split_row {
    const char *name;
    size_t max_points;
    bool html;
    const char *text;
    const char *parts[PARTS_MAX]; /* NULL ends the list */
};

/* clang-format off */
static struct split_row split_rows[] = {
    {"a text that fits stays whole",               10, true,  "<b>short</b>",                              {"<b>short</b>"}},
    {"an empty text is one part",                  10, true,  "",                                          {""}},
    {"tags do not count",                          10, true,  "<b>0123456789</b>",                         {"<b>0123456789</b>"}},
    {"an entity counts as one",                    4,  true,  "&lt;&gt;&amp;&#65;",                        {"&lt;&gt;&amp;&#65;"}},
    {"a word is not cut",                          10, false, "hello big world",                           {"hello big", "world"}},
    {"a line is preferred to a word",              12, false, "ab cd ef\nx y zz w",                        {"ab cd ef", "x y zz w"}},
    {"a paragraph is preferred to a line",         14, false, "one two\n\nthr\nfour five",                 {"one two", "thr\nfour five"}},
    {"a line too early is passed over",            10, false, "a\nbcd efgh ij",                            {"a\nbcd efgh", "ij"}},
    {"without blanks it is cut hard",              4,  false, "abcdefghij",                                {"abcd", "efgh", "ij"}},
    {"characters are not cut",                     3,  false, "яяяяя",                                     {"яяя", "яя"}},
    {"emoji are not cut",                          2,  false, "🙂🙂🙂",                                     {"🙂🙂", "🙂"}},
    {"an entity is not cut",                       3,  true,  "ab&lt;&gt;cd",                              {"ab&lt;", "&gt;cd"}},
    {"a tag is closed at the cut and reopened",    5,  true,  "<b>abcdefgh</b>",                           {"<b>abcde</b>", "<b>fgh</b>"}},
    {"nested tags are closed inside out",          4,  true,  "<b><i>abcdef</i></b>",                      {"<b><i>abcd</i></b>", "<b><i>ef</i></b>"}},
    {"attributes are reopened",                    3,  true,  "<a href=\"u\">abcd</a>",                    {"<a href=\"u\">abc</a>", "<a href=\"u\">d</a>"}},
    {"a tag that is closed is not reopened",       4,  true,  "<b>ab</b>cdef",                             {"<b>ab</b>cd", "ef"}},
    {"a tag that begins at the cut is not torn",   4,  true,  "abcd<b>ef</b>",                             {"abcd", "<b>ef</b>"}},
    {"a tag that ends at the cut ends there",      4,  true,  "<b>abcd</b>efg",                            {"<b>abcd</b>", "efg"}},
    {"tags are compared in any case",              4,  true,  "<B>abcdef</b>",                             {"<B>abcd</B>", "<B>ef</b>"}},
    {"without HTML a tag is text",                 4,  false, "<b>abc",                                    {"<b>a", "bc"}},
    {"tags that do not pair become plain text",    4,  true,  "<b>abc</i>def",                             {"abcd", "ef"}},
    {"a tag that stays open becomes plain text",   4,  true,  "<b>abcdef",                                 {"abcd", "ef"}},
    {"a closing tag alone becomes plain text",     4,  true,  "abcd</b>ef",                                {"abcd", "ef"}},
    {"plain text has its entities decoded",        4,  true,  "<b>a&lt;b&amp;cd",                          {"a<b&", "cd"}},
    {"a less-than alone becomes plain text",       4,  true,  "<b>a < bcd</b>",                            {"a <", "bcd"}},
    {"a cut makes no entity of what is none",      4,  true,  "a&gtf",                                     {"a&g", "tf"}},
    {"blanks at the cut are dropped",              5,  false, "abcd  efgh",                                {"abcd ", "efgh"}},
    {"a part of blanks alone is left out",         3,  false, "abc    def",                              {"abc", "def"}},
    {"a text of blanks alone is one part",         3,  false, "        ",                                  {" "}},
};
/* clang-format on */

static void splits(void **state)
{
    const struct split_row *row = *state;
    const struct split_limits limits = {.max_points = row->max_points, .max_bytes = 1000};
    struct split split;
    size_t count = 0;

    split_text(row->text, row->html, &limits, &split);
    while (count < PARTS_MAX && row->parts[count]) {
        if (count < split.count) {
            assert_string_equal(split.parts[count], row->parts[count]);
        }
        count++;
    }
    assert_int_equal(split.count, count);
    split_free(&split);
}

/* ---- Telegram's real limits ---- */

static char *repeated(const char *text, size_t count)
{
    struct buf out;

    buf_init(&out, TEXT_MAX_BYTES);
    for (size_t i = 0; i < count; i++) {
        buf_add(&out, text, strlen(text));
    }
    assert_true(buf_ok(&out));
    return out.data; /* changes hands */
}

static size_t seen_points(const char *part, bool html)
{
    struct buf seen;
    size_t points;

    buf_init(&seen, strlen(part) + 1);
    if (html) {
        html_strip(part, strlen(part), &seen);
    } else {
        buf_add(&seen, part, strlen(part));
    }
    points = utf8_count(buf_text(&seen), seen.len);
    buf_free(&seen);
    return points;
}

static void four_thousand_and_ninety_six_emoji_are_one_message(void **state)
{
    char *text = repeated("🙂", 4096);
    struct split split;

    (void)state;
    split_text(text, true, &SPLIT_MESSAGE, &split);
    assert_int_equal(split.count, 1);
    split_free(&split);
    free(text);
}

static void one_emoji_more_is_two_messages(void **state)
{
    char *text = repeated("🙂", 4097);
    struct split split;

    (void)state;
    split_text(text, true, &SPLIT_MESSAGE, &split);
    assert_int_equal(split.count, 2);
    assert_int_equal(seen_points(split.parts[0], true), 4096);
    assert_string_equal(split.parts[1], "🙂");
    split_free(&split);
    free(text);
}

static void bytes_before_parsing_are_limited_too(void **state)
{
    char *text = repeated("<a href=\"https://example.com/a/long/enough/address\">x</a>", 2000);
    struct split split;

    (void)state;
    split_text(text, true, &SPLIT_MESSAGE, &split);
    assert_true(split.count > 1);
    assert_false(split.plain);
    for (size_t i = 0; i < split.count; i++) {
        assert_true(strlen(split.parts[i]) < 32768);
    }
    split_free(&split);
    free(text);
}

static void a_tag_around_everything_is_in_every_part(void **state)
{
    char *words = repeated("word ", 5000);
    struct buf text;
    struct split split;
    size_t points = 0;

    (void)state;
    buf_init(&text, TEXT_MAX_BYTES);
    buf_addf(&text, "<blockquote expandable>%s</blockquote>", words);
    split_text(buf_text(&text), true, &SPLIT_MESSAGE, &split);
    assert_int_equal(split.count, 7);
    for (size_t i = 0; i < split.count; i++) {
        assert_int_equal(strncmp(split.parts[i], "<blockquote expandable>", 23), 0);
        assert_non_null(strstr(split.parts[i], "</blockquote>"));
        points += seen_points(split.parts[i], true);
    }
    assert_int_equal(points, 5000 * 5 - 6); /* a blank was dropped at each cut */
    split_free(&split);
    buf_free(&text);
    free(words);
}

static void tags_nested_too_deeply_become_plain_text(void **state)
{
    char *opening = repeated("<b>", 40);
    char *closing = repeated("</b>", 40);
    char *middle = repeated("x", 5000);
    struct buf text;
    struct split split;

    (void)state;
    buf_init(&text, TEXT_MAX_BYTES);
    buf_addf(&text, "%s%s%s", opening, middle, closing);
    split_text(buf_text(&text), true, &SPLIT_MESSAGE, &split);
    assert_true(split.plain);
    assert_int_equal(split.count, 2);
    assert_null(strchr(split.parts[0], '<'));
    split_free(&split);
    buf_free(&text);
    free(middle);
    free(closing);
    free(opening);
}

static void a_tag_of_forty_kilobytes_is_text(void **state)
{
    char *address = repeated("x", 40000);
    struct buf text;
    struct split split;

    (void)state;
    buf_init(&text, TEXT_MAX_BYTES);
    buf_addf(&text, "<a href=\"%s\">y</a>", address);
    split_text(buf_text(&text), true, &SPLIT_MESSAGE, &split);
    assert_true(split.plain); /* its closing tag has nothing to close */
    assert_true(split.count > 1);
    split_free(&split);
    buf_free(&text);
    free(address);
}

#define ADD_ROWS(tests, count, test, rows)                                                         \
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {                                                 \
        (tests)[(*(count))++] = (struct CMUnitTest){(rows)[i].name, test, NULL, NULL, &(rows)[i]}; \
    }

int main(void)
{
    struct CMUnitTest tests[ARRAY_LEN(strip_rows) + ARRAY_LEN(split_rows) + 6] = {
        cmocka_unit_test(four_thousand_and_ninety_six_emoji_are_one_message),
        cmocka_unit_test(one_emoji_more_is_two_messages),
        cmocka_unit_test(bytes_before_parsing_are_limited_too),
        cmocka_unit_test(a_tag_around_everything_is_in_every_part),
        cmocka_unit_test(tags_nested_too_deeply_become_plain_text),
        cmocka_unit_test(a_tag_of_forty_kilobytes_is_text),
    };
    size_t count = 6;

    ADD_ROWS(tests, &count, strips, strip_rows);
    ADD_ROWS(tests, &count, splits, split_rows);
    return cmocka_run_group_tests_name("gateway split", tests, NULL, NULL);
}
