/* SPDX-License-Identifier: MIT */
/* Everything the bot says: complete in every language, and within Telegram's limits. */
#include "worker/chat/texts.h"

#include "shared/base/utf8.h"
#include "tests/unit/chat/page_lines.h"
#include "worker/chat/commands.h"
#include "worker/chat/page.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

enum {
    NAME_POINTS = 40,   /* of a placeholder                                               */
    NAMES_MAX = 4,      /* placeholders in one text                                       */
    TEXT_POINTS = 3000, /* leaves room for the values: a name of 253, a reason of 300, ... */
    TOAST_POINTS = 200, /* of answerCallbackQuery.text (Bot API)                          */
    HELP_POINTS = 256,  /* of a command's description (Bot API)                           */
};

/* The placeholders of a text, in the order of the alphabet. */
struct names {
    char names[NAMES_MAX][NAME_POINTS];
    size_t count;
};

static bool holds(const struct names *names, const char *name, size_t len)
{
    for (size_t i = 0; i < names->count; i++) {
        if (strlen(names->names[i]) == len && strncmp(names->names[i], name, len) == 0) {
            return true;
        }
    }
    return false;
}

static struct names placeholders(const char *text)
{
    struct names names = {.count = 0};

    for (const char *open = strchr(text, '{'); open; open = strchr(open, '{')) {
        size_t len = strcspn(open + 1, "{}");

        assert_int_equal(open[1 + len], '}');
        assert_in_range(len, 1, NAME_POINTS - 1);
        if (!holds(&names, open + 1, len)) {
            assert_in_range(names.count, 0, NAMES_MAX - 1);
            memcpy(names.names[names.count++], open + 1, len);
        }
        open += 1 + len;
    }
    return names;
}

static const char *text_of(int id, int language)
{
    return text_template((enum language)language, (enum text_id)id);
}

static void every_text_is_there_in_every_language(void **state)
{
    (void)state;
    for (int id = 0; id < TEXT_COUNT; id++) {
        for (int language = 0; language < LANGUAGE_COUNT; language++) {
            const char *text = text_of(id, language);

            assert_non_null(text);
            assert_true(text[0] != '\0' && text[0] != ' ' && text[0] != '\n');
            assert_null(strchr(" \n", text[strlen(text) - 1]));
            assert_true(utf8_valid(text, strlen(text)));
        }
    }
}

static bool has_cyrillic(const char *text)
{
    return strpbrk(text, "\xd0\xd1") != NULL;
}

/* A row filled in one language twice shows here. "<b>{name}</b>" is the same everywhere. */
static void languages_are_not_mixed_up(void **state)
{
    (void)state;
    for (int id = 0; id < TEXT_COUNT; id++) {
        assert_false(has_cyrillic(text_of(id, LANGUAGE_EN)));
        assert_true(has_cyrillic(text_of(id, LANGUAGE_RU)) || id == TEXT_DOMAIN || id == TEXT_DNS);
    }
}

static void assert_same_names(const struct names *left, const struct names *right)
{
    assert_int_equal(left->count, right->count);
    for (size_t i = 0; i < left->count; i++) {
        assert_true(holds(right, left->names[i], strlen(left->names[i])));
    }
}

static void languages_agree_on_placeholders(void **state)
{
    (void)state;
    for (int id = 0; id < TEXT_COUNT; id++) {
        struct names first = placeholders(text_of(id, 0));

        for (int language = 1; language < LANGUAGE_COUNT; language++) {
            struct names other = placeholders(text_of(id, language));

            assert_same_names(&other, &first);
        }
    }
}

static void every_text_is_html_that_telegram_takes(void **state)
{
    (void)state;
    for (int id = 0; id < TEXT_COUNT; id++) {
        for (int language = 0; language < LANGUAGE_COUNT; language++) {
            struct buf seen;

            buf_init(&seen, 10000);
            html_visible(text_of(id, language), &seen);
            assert_in_range(utf8_count(buf_text(&seen), seen.len), 1, TEXT_POINTS);
            buf_free(&seen);
        }
    }
}

/* So many "<b>", "</code>", ... of each kind. */
static size_t count_of(const char *text, const char *part)
{
    size_t count = 0;

    for (const char *at = strstr(text, part); at; at = strstr(at + 1, part)) {
        count++;
    }
    return count;
}

/* What is bold, or can be copied by a tap, in one language is so in the other; that tags are closed
 * in their order is held above. */
static void languages_agree_on_tags(void **state)
{
    (void)state;
    for (int id = 0; id < TEXT_COUNT; id++) {
        for (const char *open = strchr(text_of(id, 0), '<'); open; open = strchr(open + 1, '<')) {
            char tag[NAME_POINTS];

            (void)snprintf(tag, sizeof(tag), "%.*s>", (int)strcspn(open, ">"), open);
            for (int language = 1; language < LANGUAGE_COUNT; language++) {
                assert_int_equal(count_of(text_of(id, language), tag),
                                 count_of(text_of(id, 0), tag));
            }
        }
        for (int language = 1; language < LANGUAGE_COUNT; language++) {
            assert_int_equal(count_of(text_of(id, language), "<"), count_of(text_of(id, 0), "<"));
        }
    }
}

/* Texts for places without markup: shown as they are, tags and all. */
static void assert_plain(enum text_id id, size_t max_points)
{
    for (int language = 0; language < LANGUAGE_COUNT; language++) {
        const char *text = text_of((int)id, language);

        assert_null(strpbrk(text, "<>&"));
        assert_in_range(utf8_count(text, strlen(text)), 1, max_points);
    }
}

static void labels_of_buttons_are_short_and_plain(void **state)
{
    (void)state;
    for (int id = TEXT_BUTTON_DOMAINS; id <= TEXT_BUTTON_ALL; id++) {
        assert_plain((enum text_id)id, PAGE_LABEL_POINTS - 10); /* ten digits may come in */
    }
}

static void toasts_are_short_and_plain(void **state)
{
    (void)state;
    assert_plain(TEXT_BUTTON_EXPIRED, TOAST_POINTS);
    assert_plain(TEXT_BUTTON_FOREIGN, TOAST_POINTS);
    assert_plain(TEXT_BUTTON_USED, TOAST_POINTS);
}

static void texts_for_a_chat_without_markup_are_plain(void **state)
{
    (void)state;
    assert_plain(TEXT_DEAD, 1000);
    assert_plain(TEXT_DEAD_DOUBT, 1000);
    assert_plain(TEXT_NO_REASON, 100);
}

static void help_of_commands_fits_telegrams_menu(void **state)
{
    (void)state;
    for (size_t i = 0; i < COMMAND_COUNT; i++) {
        assert_plain(COMMANDS[i].help, HELP_POINTS);
        assert_int_equal(placeholders(text_of((int)COMMANDS[i].help, LANGUAGE_EN)).count, 0);
    }
}

static void usage_texts_need_no_values(void **state)
{
    (void)state;
    for (size_t i = 0; i < COMMAND_COUNT; i++) {
        assert_int_equal(placeholders(text_of((int)COMMANDS[i].usage, LANGUAGE_EN)).count, 0);
    }
}

/* What went wrong is told apart, and only with what is known: the name and the API's reason. */
static void every_failure_has_its_own_sentence(void **state)
{
    bool used[TEXT_COUNT] = {false};

    (void)state;
    for (int failure = BEGET_OK + 1; failure < BEGET_FAILURE_COUNT; failure++) {
        enum text_id id;
        struct names names;

        if (failure == BEGET_STOPPED) {
            continue; /* nobody is told: the update is given back */
        }
        id = text_of_failure((enum beget_failure)failure);
        assert_false(used[id]);
        used[id] = true;
        names = placeholders(text_of((int)id, LANGUAGE_EN));
        for (size_t i = 0; i < names.count; i++) {
            assert_true(strcmp(names.names[i], "name") == 0 || strcmp(names.names[i], "text") == 0);
        }
    }
    assert_false(used[TEXT_MENU]); /* what a failure without a row would get */
}

/* ---- values ---- */

struct escape_row {
    const char *name;
    const char *value;
    const char *escaped;
};

/* clang-format off */
static struct escape_row escape_rows[] = {
    {"nothing is escaped in nothing",   "",                    ""},
    {"plain text stays",                "shop.ru, 1 + 1",      "shop.ru, 1 + 1"},
    {"Cyrillic and emoji stay",         "пример 😀",            "пример 😀"},
    {"markup becomes text",             "<b>bold</b>",         "&lt;b&gt;bold&lt;/b&gt;"},
    {"an ampersand",                    "a&b",                 "a&amp;b"},
    {"an entity becomes text",          "&lt;",                "&amp;lt;"},
    {"quotes",                          "\"a\" 'b'",           "&quot;a&quot; 'b'"},
    {"braces are no placeholder",       "{name} {",            "{name} {"},
};
/* clang-format on */

static void escapes(void **state)
{
    const struct escape_row *row = *state;
    struct buf out;

    buf_init(&out, 1000);
    text_escape(&out, row->value);
    assert_string_equal(buf_text(&out), row->escaped);
    buf_free(&out);

    buf_init(&out, 1000);
    text_html(&out, LANGUAGE_EN, TEXT_DOMAIN, TEXT_ARGS({"name", row->value}));
    assert_memory_equal(buf_text(&out), "<b>", 3);
    assert_memory_equal(buf_text(&out) + 3, row->escaped, strlen(row->escaped));
    assert_string_equal(buf_text(&out) + 3 + strlen(row->escaped), "</b>");
    buf_free(&out);
}

static void several_values_go_where_they_belong(void **state)
{
    struct buf out;

    (void)state;
    buf_init(&out, 1000);
    text_html(&out, LANGUAGE_EN, TEXT_DOMAINS_FILTERED,
              TEXT_ARGS({"unused", "x"}, {"filter", "{count}"}, {"count", "3"}));
    assert_string_equal(buf_text(&out), "<b>Domains</b> with «{count}»: 3");
    buf_free(&out);
}

static void a_label_takes_values_as_they_are(void **state)
{
    struct text_number count;
    struct buf out;

    (void)state;
    buf_init(&out, 1000);
    text_plain(&out, LANGUAGE_RU, TEXT_BUTTON_SUBDOMAINS,
               TEXT_ARGS({"count", text_number(&count, 12)}));
    assert_string_equal(buf_text(&out), "Поддомены (12)");
    buf_free(&out);
    buf_init(&out, 1000);
    text_plain(&out, LANGUAGE_EN, TEXT_BUTTON_SUBDOMAINS, TEXT_ARGS({"count", "<&>"}));
    assert_string_equal(buf_text(&out), "Subdomains (<&>)");
    buf_free(&out);
}

static void numbers_of_any_size_become_text(void **state)
{
    struct text_number room;

    (void)state;
    assert_string_equal(text_number(&room, 0), "0");
    assert_string_equal(text_number(&room, -1001234567890), "-1001234567890");
    assert_string_equal(text_number(&room, INT64_MIN), "-9223372036854775808");
    assert_string_equal(text_number(&room, INT64_MAX), "9223372036854775807");
}

/* ---- languages ---- */

struct language_row {
    const char *name;
    const char *code;
    enum language language;
};

/* clang-format off */
static struct language_row language_rows[] = {
    {"no code is English",                 NULL,     LANGUAGE_EN},
    {"an empty code is English",           "",       LANGUAGE_EN},
    {"en",                                 "en",     LANGUAGE_EN},
    {"en-US",                              "en-US",  LANGUAGE_EN},
    {"ru",                                 "ru",     LANGUAGE_RU},
    {"ru-RU",                              "ru-RU",  LANGUAGE_RU},
    {"RU in capitals",                     "RU",     LANGUAGE_RU},
    {"a language that begins with ru",     "run",    LANGUAGE_EN},
    {"r alone",                            "r",      LANGUAGE_EN},
    {"a language nobody here speaks",      "de",     LANGUAGE_EN},
};
/* clang-format on */

static void chooses(void **state)
{
    const struct language_row *row = *state;

    assert_int_equal(language_from_code(row->code), row->language);
}

static void codes_lead_back_to_their_language(void **state)
{
    (void)state;
    for (int language = 0; language < LANGUAGE_COUNT; language++) {
        enum language found = LANGUAGE_COUNT;

        assert_int_equal(language_from_code(language_code((enum language)language)), language);
        assert_true(language_find(language_name((enum language)language), &found));
        assert_int_equal(found, language);
    }
}

static void a_name_of_no_language_finds_none(void **state)
{
    static const char *const NAMES[] = {"", "r", "rus", "ru-RU", "de", "English"};
    enum language found = LANGUAGE_COUNT;

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(NAMES); i++) {
        assert_false(language_find(NAMES[i], &found));
    }
    assert_int_equal(found, LANGUAGE_COUNT);
}

/* ---- all of them ---- */

static const struct CMUnitTest PLAIN_TESTS[] = {
    cmocka_unit_test(every_text_is_there_in_every_language),
    cmocka_unit_test(languages_are_not_mixed_up),
    cmocka_unit_test(languages_agree_on_placeholders),
    cmocka_unit_test(every_text_is_html_that_telegram_takes),
    cmocka_unit_test(languages_agree_on_tags),
    cmocka_unit_test(labels_of_buttons_are_short_and_plain),
    cmocka_unit_test(toasts_are_short_and_plain),
    cmocka_unit_test(texts_for_a_chat_without_markup_are_plain),
    cmocka_unit_test(help_of_commands_fits_telegrams_menu),
    cmocka_unit_test(usage_texts_need_no_values),
    cmocka_unit_test(every_failure_has_its_own_sentence),
    cmocka_unit_test(several_values_go_where_they_belong),
    cmocka_unit_test(a_label_takes_values_as_they_are),
    cmocka_unit_test(numbers_of_any_size_become_text),
    cmocka_unit_test(codes_lead_back_to_their_language),
    cmocka_unit_test(a_name_of_no_language_finds_none),
};

int main(void)
{
    struct CMUnitTest
        tests[ARRAY_LEN(PLAIN_TESTS) + ARRAY_LEN(escape_rows) + ARRAY_LEN(language_rows)];
    size_t count = ARRAY_LEN(PLAIN_TESTS);

    memcpy(tests, PLAIN_TESTS, sizeof(PLAIN_TESTS));
    for (size_t i = 0; i < ARRAY_LEN(escape_rows); i++) {
        tests[count++] = (struct CMUnitTest){
            .name = escape_rows[i].name, .test_func = escapes, .initial_state = &escape_rows[i]};
    }
    for (size_t i = 0; i < ARRAY_LEN(language_rows); i++) {
        tests[count++] = (struct CMUnitTest){.name = language_rows[i].name,
                                             .test_func = chooses,
                                             .initial_state = &language_rows[i]};
    }
    return cmocka_run_group_tests_name("chat_texts", tests, NULL, NULL);
}
