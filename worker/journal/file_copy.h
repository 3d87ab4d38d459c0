/* SPDX-License-Identifier: MIT */
/* A copy of an open database beside it, for this user alone (0600). */
#ifndef WORKER_JOURNAL_FILE_COPY_H
#define WORKER_JOURNAL_FILE_COPY_H

#include "shared/base/err.h"
#include "shared/io/sqlite.h"

#include <stdbool.h>

/*
 * Copies `db` to `path`, which is complete and on the disk once it has its
 * name; nothing is done when it is there, and nothing is left after a failure.
 * Not inside a transaction.
 * Fails: ERR_RETRY disk full, the folder cannot be written to; else as sqlite_exec()
 */
MUST_CHECK bool file_copy(struct sqlite *db, const char *path, struct err *err);

#endif
