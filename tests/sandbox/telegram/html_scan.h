/* SPDX-License-Identifier: MIT */
/* The smallest pieces of HTML, as Telegram cuts them: characters, names, values. Pure. */
#ifndef TESTS_SANDBOX_TELEGRAM_HTML_SCAN_H
#define TESTS_SANDBOX_TELEGRAM_HTML_SCAN_H

#include "shared/base/buf.h"
#include "shared/base/err.h"

#include <stdbool.h>
#include <stddef.h>

enum { HTML_NAME_SIZE = 256 }; /* longest tag name kept for an error text */

struct html_scan {
    const char *html; /* borrowed, NUL-terminated */
    size_t at;        /* next byte to read        */
    struct err *err;  /* where failures go        */
};

/* The next byte; NUL at the end. */
char html_peek(const struct html_scan *scan);

/* Fails with "<problem> at byte offset <offset>". Always returns false. */
bool html_refuse(struct html_scan *scan, const char *problem, size_t offset);

void html_skip_blanks(struct html_scan *scan);

/*
 * Takes one byte of text, or the character that a reference stands for, into
 * `out`. Returns the UTF-16 units that this adds: 0 within a character.
 */
size_t html_take_text(struct html_scan *scan, struct buf *out);

/* Takes a tag's name, up to a blank or '>', in lower case, cut at the size of the array. */
void html_take_name(struct html_scan *scan, char name[HTML_NAME_SIZE]);

/* Passes an attribute's name; returns its length, 0 when there is none. */
size_t html_pass_attribute_name(struct html_scan *scan);

/* Takes an attribute's value, quoted or not, into `out`. Fails: ERR_REJECT */
MUST_CHECK bool html_take_value(struct html_scan *scan, struct buf *out);

#endif
