/* SPDX-License-Identifier: MIT */
/*
 * How long the log is kept. Changes, refusals, what nobody can know, and all that
 * the Python bot wrote: for ever. That somebody only looked: as long as the
 * settings say, for most rows are of this kind.
 */
#ifndef WORKER_JOURNAL_RETENTION_H
#define WORKER_JOURNAL_RETENTION_H

#include "shared/base/err.h"
#include "shared/io/sqlite.h"

#include <stdbool.h>
#include <stdint.h>

enum { RETENTION_ROWS = 2000 /* removed at a time: a transaction of some 20 ms */ };

/*
 * Removes the oldest rows from before `before_ms` of Unix time that are not kept
 * for ever, RETENTION_ROWS at most, in a transaction of its own. Fails as sqlite_run().
 */
MUST_CHECK bool retention_remove(struct sqlite *db, int64_t before_ms, struct err *err);

#endif
