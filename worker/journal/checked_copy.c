/* SPDX-License-Identifier: MIT */
#include "worker/journal/checked_copy.h"

#include "shared/io/sqlite.h"

#include <stdbool.h>
#include <stddef.h>
#include <sys/stat.h>

enum { BUSY_MS = 5000 };

static bool is_same_file(const char *one, const char *other)
{
    struct stat first;
    struct stat second;

    return stat(one, &first) == 0 && stat(other, &second) == 0 && first.st_dev == second.st_dev &&
           first.st_ino == second.st_ino;
}

static bool fill(const char *from, const char *part_path, struct file_facts *out, struct err *err)
{
    struct sqlite *db = sqlite_open_to_read(from, BUSY_MS, err);
    bool ok = db != NULL;

    if (ok) {
        sqlite_heed_stop(db);
        ok = sqlite_copy(db, part_path, err);
    }
    sqlite_close(db);
    return ok && file_check(part_path, out, err);
}

struct file_part *checked_copy(const char *from, const char *path, const char *part_path,
                               struct file_facts *out, struct err *err)
{
    struct file_part *part;

    if (is_same_file(from, path)) {
        (void)err_set(err, ERR_FATAL, "%s is the bot.db itself", path);
        return NULL;
    }
    part = file_part_open(part_path, err);
    if (part && !fill(from, part_path, out, err)) {
        file_part_end(part);
        part = NULL;
    }
    return part;
}
