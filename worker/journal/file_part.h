/* SPDX-License-Identifier: MIT */
/*
 * A file that gets its name when it is whole and on the disk: until then it is
 * "…part", for this user alone (0600), and held against other processes. What a
 * killed process has left under that name is overwritten by the next one.
 */
#ifndef WORKER_JOURNAL_FILE_PART_H
#define WORKER_JOURNAL_FILE_PART_H

#include "shared/base/err.h"

#include <stdbool.h>

struct file_part; /* opaque */

/*
 * Creates or takes the file `path` and empties it. Whoever fills it opens it by
 * its name, and closes it before file_part_keep().
 * Fails: ERR_RETRY another process fills it; disk full, the folder cannot be written to
 */
MUST_CHECK struct file_part *file_part_open(const char *path, struct err *err);

/* Flushes it and gives it the name `path`, in the same folder, replacing what has it. Fails:
 * ERR_RETRY. */
MUST_CHECK bool file_part_keep(struct file_part *part, const char *path, struct err *err);

/* Removes it unless it was kept. NULL is a no-op. */
void file_part_end(struct file_part *part);

#endif
