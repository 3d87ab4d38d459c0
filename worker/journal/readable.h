/* SPDX-License-Identifier: MIT */
/* Text of foreign origin as a parameter: the Python bot cannot read one that is not UTF-8. */
#ifndef WORKER_JOURNAL_READABLE_H
#define WORKER_JOURNAL_READABLE_H

#include "shared/io/sqlite.h"

/* As sqlite_bind_text(); in a text that is not UTF-8, bytes outside ASCII become "?". */
void bind_readable(struct sqlite_statement *statement, int index, const char *text);

#endif
