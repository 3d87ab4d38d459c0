/* SPDX-License-Identifier: MIT */
/*
 * All that queuectl prints: rows of named cells, as an aligned table for people
 * or as one JSON object a line for programs.
 *
 * In a table what a peer wrote cannot move the cursor, change colours or turn
 * the direction of writing: such characters are shown as \u{...}. JSON has all
 * columns, a table those with a heading. A list without any heading is a list
 * of sentences.
 */
#ifndef DEPLOY_QUEUECTL_LISTING_H
#define DEPLOY_QUEUECTL_LISTING_H

#include "shared/base/buf.h"
#include "shared/base/compiler.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

enum { LISTING_COLUMNS_MAX = 64 };

enum cell_kind {
    CELL_TEXT,
    CELL_NUMBER, /* as it is                               */
    CELL_AGE,    /* milliseconds: "12 s", "35 min", "5 h"  */
    CELL_TIME,   /* Unix milliseconds                      */
    CELL_BYTES,  /* "1.4 MiB"                              */
    CELL_TRUTH,  /* 0 or 1: "no", "yes"; JSON has a bool   */
};

struct column {
    const char *name; /* in JSON: "age_ms"                                        */
    const char *head; /* over the column; NULL: not in the table; "": no heading  */
    enum cell_kind kind;
};

enum tone { TONE_PLAIN, TONE_GOOD, TONE_WARN, TONE_BAD, TONE_DIM };

struct listing_style {
    bool json;
    bool color;
    bool utc;     /* else the zone of this host                                    */
    size_t width; /* of the terminal; the last column is cut to it. 0: nothing is cut */
};

struct listing; /* opaque */

struct listing *listing_new(FILE *out, const struct listing_style *style);
void listing_free(struct listing *listing); /* NULL is a no-op */

/*
 * Begins a list: `schema` is the middle of "beget-manager/<schema>/1", `columns`
 * outlive the list. What the one before had left is printed.
 */
void listing_begin(struct listing *listing, const char *schema, const struct column columns[],
                   size_t count);

/* The next cell of the row; texts are copied, NULL is none. */
void listing_text(struct listing *listing, const char *text);
void listing_number(struct listing *listing, int64_t number);
void listing_none(struct listing *listing);
void listing_textf(struct listing *listing, const char *format, ...) PRINTF_LIKE(2, 3);

/* How the cell that was just given looks on a terminal. */
void listing_tone(struct listing *listing, enum tone tone);

/* Appends a number as a table shows it. */
void listing_write(const struct listing *listing, enum cell_kind kind, int64_t number,
                   struct buf *out);

/* Ends the row; missing cells are none. */
void listing_row(struct listing *listing);

/* Rows so far, of this list. */
size_t listing_rows(const struct listing *listing);

/* Prints what is not printed yet. */
void listing_end(struct listing *listing);

/* A sentence for people, after the rows; programs do not get it. */
void listing_note(struct listing *listing, const char *format, ...) PRINTF_LIKE(2, 3);

/* Text in a form that another program has laid down, as it is; in JSON it is one cell, "text". */
void listing_program_text(struct listing *listing, const char *schema, const char *text);

bool listing_is_json(const struct listing *listing);

#endif
