/* SPDX-License-Identifier: MIT */
/*
 * How a line of the log looks, as logfmt or as JSON. Pure.
 *
 * A value comes from people, Telegram, Beget or Redis. Whatever a terminal or
 * a reader of logs would act on instead of showing it is escaped: controls of
 * C0 and C1, what ends a line or a paragraph (U+2028, U+2029), and what turns
 * the direction of writing (Unicode Standard Annex 9) or is not seen at all.
 * A malformed byte becomes \ufffd. So no value can forge a second line, reorder
 * its own, or drive a terminal.
 */
#ifndef SHARED_BASE_LOG_LINE_H
#define SHARED_BASE_LOG_LINE_H

#include "shared/base/log.h"

#include <stddef.h>
#include <stdint.h>

enum {
    LOG_LINE_SIZE = 4096,  /* with its newline; a pipe takes so much in one piece (PIPE_BUF) */
    LOG_VALUE_BYTES = 640, /* of one text as it is written; the rest is counted: "…(+123)"   */
};

struct log_head {
    const char *service;
    enum log_level level;
    const char *event;
    int64_t unix_ms;
    int64_t
        update_id; /* of the update that the line belongs to; 0 for none. Fields may name it, too */
};

/*
 * Writes the line, newline included, without a terminating NUL; returns its
 * length. `fields` ends with LOG_END. A field that finds no room any more is
 * left out; the line stays well-formed.
 */
size_t log_line_write(enum log_format format, const struct log_head *head,
                      const struct log_field *fields, char out[LOG_LINE_SIZE]);

#endif
