/* SPDX-License-Identifier: MIT */
/*
 * A text that is too long for one message, cut into several.
 *
 * Telegram takes 4096 code points after parsing and 32,768 bytes before it.
 * A cut never falls inside a character, a tag or an entity; it is made at the
 * end of a paragraph if one ends in the second half of the part, else of a
 * line, else of a word, and the blanks at the cut are dropped. Tags open at a
 * cut are closed there and opened again, attributes included, in the next
 * part. HTML that cannot be cut so (tags that do not pair, or nested too
 * deeply) becomes plain text. Parts without anything visible are left out.
 * Pure.
 */
#ifndef GATEWAY_SPLIT_H
#define GATEWAY_SPLIT_H

#include <stdbool.h>
#include <stddef.h>

struct split_limits {
    size_t max_points; /* code points of a part after parsing, > 0       */
    size_t max_bytes;  /* bytes of a part with its tags, at least 64     */
};

extern const struct split_limits SPLIT_MESSAGE; /* Telegram's limits for a text */

struct split {
    char **parts; /* owned; at least one                               */
    size_t count;
    bool plain; /* the HTML was given up: the parts have no markup   */
};

/* `html` says how Telegram would parse `text`. The caller releases `out` with split_free(). */
void split_text(const char *text, bool html, const struct split_limits *limits, struct split *out);

void split_free(struct split *split); /* of a zeroed struct is a no-op */

#endif
