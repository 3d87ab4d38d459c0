/* SPDX-License-Identifier: MIT */
/* deploy/queuectl: what is typed finds its verb, and what makes no sense is named. */
#include "deploy/queuectl/entry_name.h"
#include "deploy/queuectl/help.h"
#include "deploy/queuectl/options.h"
#include "deploy/queuectl/verbs.h"
#include "shared/base/compiler.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

enum { WORDS_MAX = 12 };

static struct options options;

/* Parses a line of words with single blanks between them; they live until the next call. */
static bool parse(const char *line, struct err *err)
{
    static char text[256];
    char *argv[WORDS_MAX + 1] = {NULL};
    int argc = 0;

    (void)snprintf(text, sizeof(text), "%s", line);
    for (char *word = text; word; argc++) {
        char *end = strchr(word, ' ');

        assert_true(argc < WORDS_MAX);
        argv[argc] = word;
        if (end) {
            *end = '\0';
        }
        word = end ? end + 1 : NULL;
    }
    return options_parse(argc, argv, &options, err);
}

/* ---- what makes sense ---- */

static void options_may_stand_anywhere(void **state)
{
    struct err err = ERR_INIT;
    const struct verb *verb = NULL;
    size_t taken = 0;

    (void)state;
    assert_true(parse("queuectl --json dead -y retry --older=2h u1001 --older 30d -n", &err));
    assert_true(verb_find(&options, &verb, &taken, &err));
    assert_string_equal(verb->name, "dead");
    assert_string_equal(verb->second, "retry");
    assert_int_equal(taken, 2);
    assert_string_equal(options.words[taken], "u1001");
    assert_int_equal(options.word_count, 3);
    assert_true(options_has(&options, OPTION_JSON));
    assert_true(options_has(&options, OPTION_YES));
    assert_true(options_has(&options, OPTION_DRY_RUN));
    assert_false(options_has(&options, OPTION_WHY));
    assert_int_equal(options_ms(&options, OPTION_OLDER, 0), INT64_C(30) * 86400000); /* the last */
}

static void a_chat_is_no_option_and_two_dashes_end_them(void **state)
{
    struct err err = ERR_INIT;

    (void)state;
    assert_true(parse("queuectl limits clear -1001 -- --json", &err));
    assert_int_equal(options.word_count, 4);
    assert_string_equal(options.words[2], "-1001");
    assert_string_equal(options.words[3], "--json");
    assert_false(options_has(&options, OPTION_JSON));
}

static void a_verb_with_second_words_means_its_first_without_one(void **state)
{
    struct err err = ERR_INIT;
    const struct verb *verb = NULL;
    size_t taken = 0;

    (void)state;
    assert_true(parse("queuectl consumers", &err));
    assert_true(verb_find(&options, &verb, &taken, &err));
    assert_string_equal(verb->second, "ls");
    assert_int_equal(taken, 1);
}

static void times_are_read_with_and_without_a_unit(void **state)
{
    static const struct {
        const char *text;
        int64_t ms; /* -1: is none */
    } ROWS[] = {
        {"90", 90000},
        {"500ms", 500},
        {"2s", 2000},
        {"5m", 300000},
        {"5min", 300000},
        {"2h", 7200000},
        {"30d", 2592000000},
        {"0", 0},
        {"", -1},
        {"s", -1},
        {"-1", -1},
        {"5 m", -1},
        {"1.5h", -1},
        {"5y", -1},
        {"99999999999999999999", -1},
        {"9223372036854775807d", -1},
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(ROWS); i++) {
        int64_t ms = -1;

        assert_int_equal(duration_read(ROWS[i].text, &ms), ROWS[i].ms >= 0);
        assert_int_equal(ms, ROWS[i].ms);
    }
}

static void an_update_is_named_with_or_without_its_letter(void **state)
{
    (void)state;
    assert_string_equal(entry_update_id("u1001"), "1001");
    assert_string_equal(entry_update_id("1001"), "1001");
    assert_null(entry_update_id("u"));
    assert_null(entry_update_id("u-5"));
    assert_null(entry_update_id("1764154000000-1001"));
    assert_null(entry_update_id("100000000000000000000"));
    assert_true(entry_is_id("1764154000000-1001"));
    assert_false(entry_is_id("1001"));
    assert_false(entry_is_id("1764154000000-"));
    assert_false(entry_is_id("-1001"));
    assert_false(entry_is_id("1-2-3"));
}

/* ---- what makes none ---- */

struct bad_row {
    const char *line;
    const char *words; /* of the message */
};

/* clang-format off */
static const struct bad_row BAD_ROWS[] = {
    {"queuectl fly",                        "there is no verb fly"},
    {"queuectl dead fly",                   "there is no verb dead fly"},
    {"queuectl ls --fly",                   "there is no option --fly"},
    {"queuectl ls -f",                      "ls takes no --follow"},
    {"queuectl ls --json=yes",              "--json takes no value"},
    {"queuectl stuck --older",              "--older TIME: it needs a value"},
    {"queuectl stuck --older=",             "--older TIME: it needs a value"},
    {"queuectl stuck --older soon",         "--older TIME: a time, as in"},
    {"queuectl dead ls --kind letter",      "--kind KIND: message callback"},
    {"queuectl --print-completion fish",    "--print-completion SHELL: bash zsh"},
    {"queuectl ls --lines 0",               "--lines N: a whole number above 0"},
    {"queuectl ls --repair",                "ls takes no --repair: see queuectl ls --help"},
    {"queuectl ls x",                       "ls takes no arguments"},
    {"queuectl release",                    "release takes ID..."},
    {"queuectl unknown settle u1",          "unknown settle takes u<update_id> done|not-done"},
    {"queuectl limits set a 1/1 2/2",       "limits set takes LOGIN"},
};
/* clang-format on */

static void what_makes_no_sense_is_named(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(BAD_ROWS); i++) {
        struct err err = ERR_INIT;
        const struct verb *verb = NULL;
        size_t taken = 0;

        if (parse(BAD_ROWS[i].line, &err) && verb_find(&options, &verb, &taken, &err)) {
            fail_msg("%s: is accepted", BAD_ROWS[i].line);
        }
        assert_int_equal(err.kind, ERR_REJECT);
        if (!strstr(err.message, BAD_ROWS[i].words)) {
            fail_msg("%s: \"%s\" does not say \"%s\"", BAD_ROWS[i].line, err.message,
                     BAD_ROWS[i].words);
        }
    }
}

/* ---- the tables ---- */

static void every_row_can_be_found_and_every_option_is_explained(void **state)
{
    (void)state;
    for (size_t i = 0; i < VERB_COUNT; i++) {
        const struct verb *verb = NULL;
        struct err err = ERR_INIT;
        size_t taken = 0;

        options = (struct options){.words = {VERBS[i].name, VERBS[i].second},
                                   .word_count = VERBS[i].second ? 2 : 1};
        while (options.word_count < (VERBS[i].second ? 2U : 1U) + VERBS[i].least) {
            options.words[options.word_count++] = "x";
        }
        assert_true(verb_find(&options, &verb, &taken, &err));
        assert_ptr_equal(verb, &VERBS[i]);
        assert_non_null(verb->help);
        assert_true(verb->most == 0 || verb->arguments);
    }
    for (int i = OPTION_NONE + 1; i < OPTION_COUNT; i++) {
        const struct option_spec *spec = option_spec((enum option)i);

        assert_int_equal(strncmp(spec->name, "--", 2), 0);
        assert_non_null(spec->help);
        assert_int_equal(spec->shape == OPTION_FLAG, spec->value == NULL);
    }
}

static void the_man_page_has_no_line_that_roff_would_act_upon(void **state)
{
    struct buf page;
    size_t lines = 0;

    (void)state;
    buf_init(&page, 1024 * 1024);
    help_man(&page);
    assert_true(buf_ok(&page));
    for (const char *line = buf_text(&page); *line != '\0'; lines++) {
        static const char *const MACROS[] = {".TH ", ".SH ", ".SS ",  ".TP\n",
                                             ".B ",  ".I ",  ".nf\n", ".fi\n"};
        bool known = line[0] != '.' && line[0] != '\'';

        for (size_t i = 0; i < ARRAY_LEN(MACROS); i++) {
            known = known || strncmp(line, MACROS[i], strlen(MACROS[i])) == 0;
        }
        if (!known) {
            fail_msg("%.60s", line);
        }
        line += strcspn(line, "\n");
        line += *line == '\n';
    }
    assert_true(lines > 100);
    buf_free(&page);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(options_may_stand_anywhere),
        cmocka_unit_test(a_chat_is_no_option_and_two_dashes_end_them),
        cmocka_unit_test(a_verb_with_second_words_means_its_first_without_one),
        cmocka_unit_test(times_are_read_with_and_without_a_unit),
        cmocka_unit_test(an_update_is_named_with_or_without_its_letter),
        cmocka_unit_test(what_makes_no_sense_is_named),
        cmocka_unit_test(every_row_can_be_found_and_every_option_is_explained),
        cmocka_unit_test(the_man_page_has_no_line_that_roff_would_act_upon),
    };

    return cmocka_run_group_tests_name("queuectl, options", tests, NULL, NULL);
}
