/* SPDX-License-Identifier: MIT */
/*
 * Rows of the log as a file for a spreadsheet (RFC 4180). Pure.
 *
 * UTF-8 with a byte order mark, without which spreadsheets take Cyrillic for
 * something else; lines end with CR LF. The first line names the columns. Times
 * are those of when_text(), with seconds and zone. Names are in punycode, and
 * beside it as people write them. A text that a spreadsheet would take for a
 * formula begins with an apostrophe.
 */
#ifndef WORKER_CHAT_LOG_CSV_H
#define WORKER_CHAT_LOG_CSV_H

#include "shared/base/buf.h"
#include "worker/journal/log_reader.h"

#include <stddef.h>

/*
 * Appends the file to `out`, which is empty and whose ceiling is the largest
 * file that is wanted. Whole rows only: returns how many of `rows`, from the
 * first on, found room.
 */
size_t log_csv(const struct log_row rows[], size_t count, struct buf *out);

#endif
