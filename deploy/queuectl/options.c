/* SPDX-License-Identifier: MIT */
#include "deploy/queuectl/options.h"

#include "shared/base/compiler.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* clang-format off */
static const struct option_spec SPECS[OPTION_COUNT] = {
    [OPTION_REDIS]            = {"--redis", '\0', OPTION_TEXT, "URL", NULL, "Redis of the queue, without a password: one that has a password comes from REDIS_URL or REDIS_URL_FILE"},
    [OPTION_PREFIX]           = {"--prefix", '\0', OPTION_TEXT, "NAME", NULL, "keys are {NAME}:...; else QUEUE_PREFIX"},
    [OPTION_DATA]             = {"--data", '\0', OPTION_TEXT, "DIR", "<folder>", "folder of bot.db; else DATA_DIR"},
    [OPTION_JSON]             = {"--json", '\0', OPTION_FLAG, NULL, NULL, "one JSON object a line, with a field \"schema\""},
    [OPTION_NO_COLOR]         = {"--no-color", '\0', OPTION_FLAG, NULL, NULL, "no colours, as with NO_COLOR; there are none but on a terminal"},
    [OPTION_UTC]              = {"--utc", '\0', OPTION_FLAG, NULL, NULL, "times in UTC instead of the zone of this host"},
    [OPTION_TIMEOUT]          = {"--timeout", '\0', OPTION_DURATION, "TIME", NULL, "longest wait for Redis (3s)"},
    [OPTION_TEXTS]            = {"--texts", '\0', OPTION_FLAG, NULL, NULL, "show what people wrote; masked otherwise"},
    [OPTION_YES]              = {"--yes", 'y', OPTION_FLAG, NULL, NULL, "change something without asking"},
    [OPTION_DRY_RUN]          = {"--dry-run", 'n', OPTION_FLAG, NULL, NULL, "say what would be done, and do nothing"},
    [OPTION_WHY]              = {"--why", '\0', OPTION_TEXT, "TEXT", NULL, "the reason, for the log; needed by whatever changes something"},
    [OPTION_WHO]              = {"--who", '\0', OPTION_TEXT, "NAME", NULL, "who does it, for the log; else $SUDO_USER or $USER at this host"},
    [OPTION_HELP]             = {"--help", 'h', OPTION_FLAG, NULL, NULL, "this text; of a verb with VERB --help"},
    [OPTION_VERSION]          = {"--version", '\0', OPTION_FLAG, NULL, NULL, "which version this is"},
    [OPTION_PRINT_COMPLETION] = {"--print-completion", '\0', OPTION_TEXT, "SHELL", "bash zsh", "completion for bash or zsh: source <(queuectl --print-completion bash)"},
    [OPTION_PRINT_MAN]        = {"--print-man", '\0', OPTION_FLAG, NULL, NULL, "the man page"},
    [OPTION_REASON]           = {"--reason", '\0', OPTION_TEXT, "TEXT", NULL, "what the chat is told"},
    [OPTION_ALL]              = {"--all", '\0', OPTION_FLAG, NULL, NULL, "all of them, without a filter"},
    [OPTION_OLDER]            = {"--older", '\0', OPTION_DURATION, "TIME", NULL, "only what is older: 60s, 2h, 30d"},
    [OPTION_KIND]             = {"--kind", '\0', OPTION_TEXT, "KIND", "message callback member request reply", "only of this kind"},
    [OPTION_MATCH]            = {"--match", '\0', OPTION_TEXT, "TEXT", NULL, "only with this in its reason or text, in capital or small letters"},
    [OPTION_WAIT]             = {"--wait", '\0', OPTION_DURATION, "TIME", NULL, "wait so long at most (60s)"},
    [OPTION_WATCH]            = {"--watch", 'w', OPTION_DURATION, "TIME", NULL, "again and again, so often, with what came and went between"},
    [OPTION_WARN]             = {"--warn", '\0', OPTION_TEXT, "NAME=VALUE", NULL, "warn from this value on; may be repeated"},
    [OPTION_CRIT]             = {"--crit", '\0', OPTION_TEXT, "NAME=VALUE", NULL, "critical from this value on; may be repeated"},
    [OPTION_REPAIR]           = {"--repair", '\0', OPTION_FLAG, NULL, NULL, "repair what is found"},
    [OPTION_TEXTFILE]         = {"--textfile", '\0', OPTION_TEXT, "FILE", "<file>", "write to this file, in one step, for the textfile collector of node_exporter"},
    [OPTION_CHAT]             = {"--chat", '\0', OPTION_TEXT, "CHAT", NULL, "only of this chat"},
    [OPTION_LINES]            = {"--lines", '\0', OPTION_NUMBER, "N", NULL, "so many lines of what was before"},
    [OPTION_FOLLOW]           = {"--follow", 'f', OPTION_FLAG, NULL, NULL, "go on with what comes, until it is stopped"},
};
/* clang-format on */

const struct option_spec *option_spec(enum option option)
{
    return &SPECS[option];
}

/* ---- values ---- */

bool duration_read(const char *text, int64_t *out_ms)
{
    static const struct {
        const char *unit;
        int64_t ms;
    } UNITS[] = {{"", 1000},     {"ms", 1},      {"s", 1000},    {"m", 60000},
                 {"min", 60000}, {"h", 3600000}, {"d", 86400000}};
    char *end;
    intmax_t number;

    if (*text < '0' || *text > '9') {
        return false;
    }
    errno = 0;
    number = strtoimax(text, &end, 10);
    for (size_t i = 0; errno == 0 && i < ARRAY_LEN(UNITS); i++) {
        if (strcmp(end, UNITS[i].unit) == 0 && number <= INT64_MAX / UNITS[i].ms / 2) {
            *out_ms = (int64_t)number * UNITS[i].ms;
            return true;
        }
    }
    return false;
}

static bool number_read(const char *text, int64_t *out)
{
    char *end;
    intmax_t number;

    errno = 0;
    number = strtoimax(text, &end, 10);
    if (errno != 0 || *text < '0' || *text > '9' || *end != '\0' || number < 1) {
        return false;
    }
    *out = (int64_t)number;
    return true;
}

static bool is_among(const char *text, const char *one_of)
{
    size_t len = strlen(text);
    const char *at = one_of;

    if (!one_of || *one_of == '<') {
        return true;
    }
    while (*at != '\0') {
        size_t word = strcspn(at, " ");

        if (word == len && strncmp(at, text, len) == 0) {
            return true;
        }
        at += word;
        at += strspn(at, " ");
    }
    return false;
}

/* NULL, or what a value should be. */
static const char *wrong_value(const struct option_spec *spec, const char *value)
{
    int64_t ignored;

    if (*value == '\0') {
        return "it needs a value";
    }
    if (!is_among(value, spec->one_of)) {
        return spec->one_of;
    }
    if (spec->shape == OPTION_DURATION && !duration_read(value, &ignored)) {
        return "a time, as in 30s, 5m, 2h, 30d";
    }
    if (spec->shape == OPTION_NUMBER && !number_read(value, &ignored)) {
        return "a whole number above 0";
    }
    return NULL;
}

/* ---- words ---- */

/* The option that `word` names; *out_value is what follows "=", or NULL. */
static enum option find_option(const char *word, const char **out_value)
{
    size_t len = strcspn(word, "=");

    *out_value = word[len] == '=' ? word + len + 1 : NULL;
    for (int i = OPTION_NONE + 1; i < OPTION_COUNT; i++) {
        const struct option_spec *spec = &SPECS[i];
        bool is_name = strlen(spec->name) == len && strncmp(spec->name, word, len) == 0;
        bool is_letter =
            spec->letter != '\0' && word[0] == '-' && word[1] == spec->letter && word[2] == '\0';

        if (is_name || is_letter) {
            return (enum option)i;
        }
    }
    return OPTION_NONE;
}

/* Takes one option; *at is the position of its last word afterwards. */
static bool take_option(int argc, char *const argv[], int *at, struct options *out, struct err *err)
{
    const char *value = NULL;
    const char *word = argv[*at];
    enum option option = find_option(word, &value);
    const struct option_spec *spec = &SPECS[option];
    const char *wrong;

    if (option == OPTION_NONE) {
        return err_set(err, ERR_REJECT, "there is no option %.60s", word);
    }
    if (spec->shape == OPTION_FLAG) {
        if (value) {
            return err_set(err, ERR_REJECT, "%s takes no value", spec->name);
        }
        value = "";
    } else {
        if (!value && *at + 1 < argc) {
            value = argv[++*at];
        }
        wrong = wrong_value(spec, value ? value : "");
        if (wrong) {
            return err_set(err, ERR_REJECT, "%s %s: %s", spec->name, spec->value, wrong);
        }
    }
    if (out->given_count == OPTIONS_GIVEN_MAX) {
        return err_set(err, ERR_REJECT, "more than %d options", OPTIONS_GIVEN_MAX);
    }
    out->given[out->given_count++] = (struct option_given){option, value};
    return true;
}

/* "-" alone is a word, and so is "-1001234", a chat. */
static bool is_option(const char *word)
{
    return word[0] == '-' && word[1] != '\0' && (word[1] < '0' || word[1] > '9');
}

static bool take_word(const char *word, struct options *out, struct err *err)
{
    if (out->word_count == OPTIONS_WORDS_MAX) {
        return err_set(err, ERR_REJECT, "more than %d words", OPTIONS_WORDS_MAX);
    }
    out->words[out->word_count++] = word;
    return true;
}

bool options_parse(int argc, char *const argv[], struct options *out, struct err *err)
{
    int at = 1;
    bool ok = true;

    *out = (struct options){.word_count = 0};
    for (; ok && at < argc && strcmp(argv[at], "--") != 0; at++) {
        ok = is_option(argv[at]) ? take_option(argc, argv, &at, out, err)
                                 : take_word(argv[at], out, err);
    }
    for (at++; ok && at < argc; at++) {
        ok = take_word(argv[at], out, err);
    }
    return ok;
}

const char *options_text(const struct options *options, enum option option)
{
    for (size_t i = options->given_count; i > 0; i--) {
        if (options->given[i - 1].option == option) {
            return options->given[i - 1].value;
        }
    }
    return NULL;
}

bool options_has(const struct options *options, enum option option)
{
    return options_text(options, option) != NULL;
}

int64_t options_ms(const struct options *options, enum option option, int64_t missing)
{
    const char *text = options_text(options, option);
    int64_t ms = missing;

    return text && duration_read(text, &ms) ? ms : missing;
}

int64_t options_number(const struct options *options, enum option option, int64_t missing)
{
    const char *text = options_text(options, option);
    int64_t number = missing;

    return text && number_read(text, &number) ? number : missing;
}
