/* SPDX-License-Identifier: MIT */
/*
 * An older bot.db becomes a current one, and stays beside it as it was:
 * "<file>.schema-<version>-<UTC time>", for whoever wants to go back. It is
 * made before the first change; a file without tables has nothing to keep.
 */
#ifndef WORKER_JOURNAL_TAKEOVER_H
#define WORKER_JOURNAL_TAKEOVER_H

#include "shared/base/err.h"
#include "shared/io/sqlite.h"

#include <stdbool.h>
#include <stdint.h>

/*
 * Brings `db`, which is the file `path`, to SCHEMA_VERSION; *out_from is the
 * version it had. A newer one that schema_find() lets pass stays as it is. Without
 * a copy nothing is changed. A copy of a file that
 * could then not be changed is taken away again, so that attempts leave one.
 *
 * Fails: ERR_RETRY  disk full, also for the copy; busy
 *        ERR_FATAL  as schema_find()
 */
MUST_CHECK bool takeover(struct sqlite *db, const char *path, int64_t *out_from, struct err *err);

#endif
