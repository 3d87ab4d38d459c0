/* SPDX-License-Identifier: MIT */
/* A copy of a bot.db that was checked before it has a name. */
#ifndef WORKER_JOURNAL_CHECKED_COPY_H
#define WORKER_JOURNAL_CHECKED_COPY_H

#include "shared/base/err.h"
#include "worker/journal/file_check.h"
#include "worker/journal/file_part.h"

/*
 * Copies the database `from`, to which somebody may be writing, into a part
 * called `part_path`, checks that, and returns it: file_part_keep() gives it the
 * name `path`. The caller ends it. NULL after a failure:
 *   ERR_FATAL   `from` is missing, damaged, of another program, or is `path` itself
 *   ERR_RETRY   disk full, the folder cannot be written to, another process makes it
 *   ERR_STOPPED shutdown
 */
MUST_CHECK struct file_part *checked_copy(const char *from, const char *path, const char *part_path,
                                          struct file_facts *out, struct err *err);

#endif
