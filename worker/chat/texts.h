/* SPDX-License-Identifier: MIT */
/*
 * Everything the bot says, in every language, in one table: worker/chat/texts/,
 * a row TEXT(ID, English, Russian) for each, in the file of its subject.
 *
 * A text may hold placeholders, {name}, and Telegram's HTML. Values put into
 * an HTML text are escaped here and nowhere else. To add a text, add a row:
 * TEXT_ID comes of it, and the unit test compares placeholders and lengths.
 */
#ifndef WORKER_CHAT_TEXTS_H
#define WORKER_CHAT_TEXTS_H

#include "shared/base/buf.h"
#include "worker/beget/answer.h"
#include "worker/chat/language.h"

#include <stdint.h>

enum text_id {
#define TEXT(id, en, ru) TEXT_##id,
#include "worker/chat/texts/all.def"
#undef TEXT
    TEXT_COUNT,
};

/* A value for a placeholder. */
struct text_arg {
    const char *name;  /* without the braces; NULL ends the list */
    const char *value; /* UTF-8                                  */
};

#define TEXT_ARGS(...) ((const struct text_arg[]){__VA_ARGS__, {NULL, NULL}})

/* Appends an HTML text; values are escaped. `args` may be NULL. */
void text_html(struct buf *out, enum language language, enum text_id id,
               const struct text_arg *args);

/* Appends a text for a place without markup: a button, a toast. Values are copied as they are. */
void text_plain(struct buf *out, enum language language, enum text_id id,
                const struct text_arg *args);

/* Appends `value` escaped for Telegram's HTML. */
void text_escape(struct buf *out, const char *value);

/* The text itself, placeholders and all; static. */
const char *text_template(enum language language, enum text_id id);

/* The sentence for a failed call of the hosting API. Not for BEGET_OK and BEGET_STOPPED. */
enum text_id text_of_failure(enum beget_failure failure);

enum {
    TEXT_QUOTE_POINTS = 80,
    TEXT_QUOTE_SIZE = TEXT_QUOTE_POINTS * 4 + 8,
};

/* The beginning of what was typed, for a sentence about it: all of it might fill a message. */
const char *text_quote(const char *text, size_t len, char out[TEXT_QUOTE_SIZE]);

/* Room for a number as a value. */
struct text_number {
    char text[24];
};

/* Writes `number` into `room`; returns its text. */
const char *text_number(struct text_number *room, int64_t number);

#endif
