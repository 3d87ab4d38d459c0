/* SPDX-License-Identifier: MIT */
/* A backup becomes the bot.db of a folder; what was there stays beside it. */
#ifndef WORKER_JOURNAL_RESTORE_H
#define WORKER_JOURNAL_RESTORE_H

#include "shared/base/err.h"
#include "worker/journal/file_check.h"

#include <stdbool.h>

enum { RESTORE_PATH_SIZE = 4096 };

struct restored {
    struct file_facts facts;
    char kept[RESTORE_PATH_SIZE]; /* where the bot.db of before is; "" when there was none */
};

/*
 * Copies the file `from` to DATA_DIR/bot.db, in one step, once it is checked. A
 * bot.db that is there is "bot.db.before-<ms>" from then on, damaged or not,
 * with its "-wal". After a failure it is what it was.
 * Fails: ERR_FATAL   `from` is missing, damaged, of a newer or another program,
 *                    or the bot.db itself; root in a folder of another user
 *        ERR_RETRY   a worker uses the folder; disk full, it cannot be written to
 *        ERR_STOPPED shutdown
 */
MUST_CHECK bool restore(const char *data_dir, const char *from, struct restored *out,
                        struct err *err);

#endif
