/* SPDX-License-Identifier: MIT */
/* The folder in which a file is. */
#ifndef WORKER_JOURNAL_FOLDER_H
#define WORKER_JOURNAL_FOLDER_H

#include "shared/base/err.h"

#include <stdbool.h>

/*
 * Creates the folder and those above it, for this user alone, unless it is there.
 * Fails: ERR_RETRY disk full; ERR_FATAL it cannot be created
 */
MUST_CHECK bool folder_make(const char *path, struct err *err);

/* "<folder>/<name>"; the caller frees it. */
char *folder_join(const char *folder, const char *name);

/* Waits until the names in the folder of the file `path` are on the disk. Fails: ERR_RETRY. */
MUST_CHECK bool folder_flush(const char *path, struct err *err);

#endif
