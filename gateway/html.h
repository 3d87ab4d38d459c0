/* SPDX-License-Identifier: MIT */
/*
 * Telegram's HTML, read token by token as its own parser reads it.
 *
 * A tag or an entity is one token; everything else is one UTF-8 character
 * each, including a '<' that begins no tag and an '&' that begins no entity.
 * Whether a tag is one Telegram allows is Telegram's business. Pure.
 */
#ifndef GATEWAY_HTML_H
#define GATEWAY_HTML_H

#include "shared/base/buf.h"

#include <stddef.h>

enum { HTML_TAG_MAX_BYTES = 4096 }; /* anything longer up to its '>' is text */

enum html_kind {
    HTML_CHAR,   /* one visible character, as it stands      */
    HTML_ENTITY, /* one visible character: "&lt;", "&#1234;" */
    HTML_OPEN,   /* "<a href=...>"                           */
    HTML_CLOSE,  /* "</a>"                                   */
};

/* Borrows from the text it was read from. */
struct html_token {
    enum html_kind kind;
    size_t len;       /* bytes of the token, > 0                     */
    const char *name; /* of a tag, not NUL-terminated; else NULL     */
    size_t name_len;  /* bytes; 0 for "</>", which closes any tag    */
};

/* The token at the start of `text`, which has `len` > 0 bytes. */
struct html_token html_next(const char *text, size_t len);

/* Appends what a reader would see: no tags, entities decoded. */
void html_strip(const char *text, size_t len, struct buf *out);

#endif
