/* SPDX-License-Identifier: MIT */
/*
 * parse_mode HTML as the Bot API reads it: tags and entities in, plain text and
 * a list of entities out. Pure. The rules and the error texts are Telegram's,
 * down to the byte offsets.
 */
#ifndef TESTS_SANDBOX_TELEGRAM_HTML_H
#define TESTS_SANDBOX_TELEGRAM_HTML_H

#include "shared/base/buf.h"
#include "shared/base/err.h"

#include <stdbool.h>
#include <stddef.h>

struct html_entity {
    const char *type;    /* static: the Bot API's MessageEntity.type                      */
    size_t offset_utf16; /* UTF-16 units before it                                        */
    size_t length_utf16; /* UTF-16 units in it; > 0                                       */
    char *argument;      /* owned: url, user id, language, emoji id, unix time; never NULL */
};

struct html_text {
    struct buf text;              /* plain text                                   */
    struct html_entity *entities; /* owned; by offset, the longer one first       */
    size_t count;                 /* of entities                                  */
};

/*
 * Reads `html`, NUL-terminated UTF-8. `out` is to be freed with
 * html_text_free() whatever the result.
 *
 * Fails: ERR_REJECT, the message being what follows "can't parse entities: "
 */
MUST_CHECK bool html_parse(const char *html, struct html_text *out, struct err *err);

void html_text_free(struct html_text *text);

/* Appends `text` with the characters escaped that parse_mode HTML gives a meaning. */
void html_escape(const char *text, struct buf *out);

#endif
