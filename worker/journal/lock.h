/* SPDX-License-Identifier: MIT */
/*
 * A lock between processes that the system releases when its holder dies,
 * however it dies: a record lock (fcntl) on a file of its own.
 *
 * Not a lock between threads, and one handle per file and process: closing any
 * descriptor of the file would release it.
 */
#ifndef WORKER_JOURNAL_LOCK_H
#define WORKER_JOURNAL_LOCK_H

#include "shared/base/err.h"

/*
 * Creates `path` (0600) when missing and locks it. Returns a descriptor for
 * lock_release(), or -1. The file stays: removing it would let two processes
 * lock two files of one name.
 *
 * Fails: ERR_RETRY  another process holds it (the message names it), disk full
 *        ERR_FATAL  the file cannot be opened or locked
 */
MUST_CHECK int lock_take(const char *path, struct err *err);

/*
 * Whether another process holds it now. Never while this process does: looking
 * would release it. False also when the file cannot be opened.
 */
bool lock_is_elsewhere(const char *path);

/* -1 is a no-op. */
void lock_release(int lock);

#endif
