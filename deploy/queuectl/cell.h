/* SPDX-License-Identifier: MIT */
/*
 * Text of a cell: made harmless for a terminal, measured in columns, and
 * figures as people read them. Pure.
 */
#ifndef DEPLOY_QUEUECTL_CELL_H
#define DEPLOY_QUEUECTL_CELL_H

#include "shared/base/buf.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Appends `text` so that it cannot act on a terminal: control characters, marks
 * of direction and line separators become \u{...}, bytes that are not UTF-8 U+FFFD.
 */
void cell_harmless(struct buf *out, const char *text);

/* Appends `text` with bytes that are not UTF-8 as U+FFFD. */
void cell_utf8(struct buf *out, const char *text);

/* Columns of a terminal that UTF-8 text takes: wide characters count two, marks above others none.
 */
size_t cell_width(const char *text);

/* Bytes of the longest beginning that is at most `width` columns wide. */
size_t cell_fit_bytes(const char *text, size_t width);

/* "340 ms", "12 s", "35 min", "5 h", "12 d". */
void cell_age(struct buf *out, int64_t ms);

/* "2026-11-26 17:30:12", in UTC or the zone of this host. 0: "-". */
void cell_time(struct buf *out, int64_t unix_ms, bool utc);

/* "512 B", "1.4 KiB", "20.0 MiB". */
void cell_bytes(struct buf *out, int64_t bytes);

#endif
