/* SPDX-License-Identifier: MIT */
/*
 * Settings, described by a table: the only description there is.
 *
 * Loading, checks, --help, --print-config and .env.example all come from the
 * rows. A value is taken from the environment, else from the file named by
 * NAME_FILE, else from `.env`, else from the row's fallback. Every bad setting
 * is reported, not just the first, and no message repeats a value: it may be
 * a secret pasted into the wrong place.
 */
#ifndef SHARED_BASE_SETTINGS_H
#define SHARED_BASE_SETTINGS_H

#include "shared/base/buf.h"
#include "shared/base/compiler.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

enum setting_type {
    SETTING_TEXT,   /* char[]: copied, length checked               */
    SETTING_SECRET, /* char[]: as TEXT, printed as "***"            */
    SETTING_INT,    /* int64_t: decimal, range checked              */
    SETTING_CHOICE, /* int: index into "a|b|c", any case            */
    SETTING_IDS,    /* struct setting_ids: comma separated, not 0   */
};

enum { SETTING_IDS_MAX = 32 };

/* Several chat ids. A plain value. */
struct setting_ids {
    int64_t ids[SETTING_IDS_MAX];
    size_t count;
};

struct setting {
    const char *name;       /* environment variable                                       */
    enum setting_type type; /* how the text is read                                       */
    size_t offset;          /* of the member in the settings struct                       */
    size_t size;            /* of the member                                              */
    const char *fallback;   /* NULL makes the setting required                            */
    int64_t min;            /* SETTING_INT: smallest; TEXT and SECRET: 0 allows empty     */
    int64_t max;            /* SETTING_INT only: largest                                  */
    const char *choices;    /* SETTING_CHOICE only: "a|b|c"                               */
    const char *(*check)(
        const char *text); /* NULL, or returns what is wrong, static; NULL = fine */
    const char *help;      /* one line, unit included                                    */
};

/* Fills .offset and .size from a struct member. */
#define SETTING_MEMBER(type, member) offsetof(type, member), sizeof(((type *)NULL)->member)

/* The text of a setting, or NULL when unset. Borrowed until the next call. */
typedef const char *setting_lookup_fn(void *context, const char *name);

/*
 * Fills `out`, the struct the offsets refer to. Appends one line per bad
 * setting to `problems` ("NAME: what is wrong and what it should be\n") and
 * returns true when there was none.
 */
MUST_CHECK bool settings_load(const struct setting rows[], size_t count, setting_lookup_fn *lookup,
                              void *context, void *out, struct buf *problems);

/*
 * Prints one NAME=value line per row; secrets, and whatever stands before the
 * "@" of an address, print as "***", unset ones as nothing.
 */
void settings_print(const struct setting rows[], size_t count, const void *values, FILE *stream);

/* Prints one NAME=fallback line per row with its help above, as .env.example has them. */
void settings_print_help(const struct setting rows[], size_t count, FILE *stream);

/* Reusable checks for .check. */
const char *setting_check_http_url(const char *text);  /* http:// or https://, no blank */
const char *setting_check_redis_url(const char *text); /* a known scheme, no blank    */
const char *setting_check_prefix(const char *text);    /* [A-Za-z0-9_-]{1,32}           */

#endif
