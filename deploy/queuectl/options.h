/* SPDX-License-Identifier: MIT */
/*
 * The command line as it was typed: words, and options that may stand anywhere
 * among them. Pure. "--" ends the options; "--name=value" and "--name value"
 * are the same. Which verb takes which options is said by verbs.h.
 */
#ifndef DEPLOY_QUEUECTL_OPTIONS_H
#define DEPLOY_QUEUECTL_OPTIONS_H

#include "shared/base/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum option {
    OPTION_NONE,
    /* of every verb */
    OPTION_REDIS,
    OPTION_PREFIX,
    OPTION_DATA,
    OPTION_JSON,
    OPTION_NO_COLOR,
    OPTION_UTC,
    OPTION_TIMEOUT,
    OPTION_TEXTS,
    OPTION_YES,
    OPTION_DRY_RUN,
    OPTION_WHY,
    OPTION_WHO,
    OPTION_HELP,
    OPTION_VERSION,
    OPTION_PRINT_COMPLETION,
    OPTION_PRINT_MAN,
    /* of some */
    OPTION_FIRST_OWN,
    OPTION_REASON = OPTION_FIRST_OWN,
    OPTION_ALL,
    OPTION_OLDER,
    OPTION_KIND,
    OPTION_MATCH,
    OPTION_WAIT,
    OPTION_WATCH,
    OPTION_WARN,
    OPTION_CRIT,
    OPTION_REPAIR,
    OPTION_TEXTFILE,
    OPTION_CHAT,
    OPTION_LINES,
    OPTION_FOLLOW,
    OPTION_COUNT,
};

enum { OPTIONS_GIVEN_MAX = 64, OPTIONS_WORDS_MAX = 1024 };

enum option_shape {
    OPTION_FLAG,     /* no value                                             */
    OPTION_TEXT,     /* anything but ""                                      */
    OPTION_DURATION, /* a number and ms, s, m, h or d; seconds without one   */
    OPTION_NUMBER,   /* a whole number above 0                               */
};

struct option_spec {
    const char *name; /* "--older"                               */
    char letter;      /* 'w' for -w; '\0' for none               */
    enum option_shape shape;
    const char *value;  /* what help calls its value; NULL: a flag */
    const char *one_of; /* "bash zsh": what the value may be, or what shells complete; or NULL */
    const char *help;   /* one line */
};

/* The row of an option; static. */
const struct option_spec *option_spec(enum option option);

struct option_given {
    enum option option;
    const char *value; /* "" of a flag; borrowed from argv */
};

/* A plain value; the texts are argv's. */
struct options {
    const char *words[OPTIONS_WORDS_MAX]; /* what is no option */
    size_t word_count;
    struct option_given given[OPTIONS_GIVEN_MAX];
    size_t given_count;
};

/*
 * Fails: ERR_REJECT an option that nobody knows, one without its value, a value
 * that is none; the message says which
 */
MUST_CHECK bool options_parse(int argc, char *const argv[], struct options *out, struct err *err);

bool options_has(const struct options *options, enum option option);

/* The last value given, or NULL. */
const char *options_text(const struct options *options, enum option option);

/* The value of a duration in milliseconds, or `missing`. */
int64_t options_ms(const struct options *options, enum option option, int64_t missing);

/* The value of a number, or `missing`. */
int64_t options_number(const struct options *options, enum option option, int64_t missing);

/* "90", "2s", "500ms", "5m", "30d" in milliseconds; false for anything else. */
bool duration_read(const char *text, int64_t *out_ms);

#endif
