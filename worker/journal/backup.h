/* SPDX-License-Identifier: MIT */
/*
 * A backup: one file that a worker can go on with, taken of a bot.db that a
 * worker may be writing to. It is checked before it gets its name.
 */
#ifndef WORKER_JOURNAL_BACKUP_H
#define WORKER_JOURNAL_BACKUP_H

#include "shared/base/err.h"
#include "worker/journal/file_check.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { BACKUP_PATH_SIZE = 4096 };

struct backup_made {
    char path[BACKUP_PATH_SIZE];
    struct file_facts facts;
    size_t removed; /* older ones that were too many */
};

/*
 * Copies DATA_DIR/bot.db to `to`: a file, which is replaced, or a folder. There
 * it is named after the moment (backup_name()), and of all such files the
 * `keep` newest stay. After a failure there is nothing new under these names.
 * Fails: ERR_FATAL   no bot.db, damaged, of another program, `to` is the bot.db itself
 *        ERR_RETRY   disk full, `to` cannot be written to, another process makes it
 *        ERR_STOPPED shutdown
 */
MUST_CHECK bool backup_make(const char *data_dir, const char *to, size_t keep,
                            struct backup_made *out, struct err *err);

/* When the folder's next backup is due, see backup_due_ms(); *out_last_ms: the newest, 0 for none.
 */
MUST_CHECK bool backup_next(const char *folder, int64_t every_ms, int64_t now_ms,
                            int64_t *out_due_ms, int64_t *out_last_ms, struct err *err);

#endif
