/* SPDX-License-Identifier: MIT */
#include "worker/journal/file_copy.h"

#include "shared/base/buf.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PATH_MAX_BYTES = 8192 };

/* SQLite fills an empty file, and would create one that others may read. */
static bool make_empty(const char *path, struct err *err)
{
    int file = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, S_IRUSR | S_IWUSR);

    if (file < 0) {
        return err_set(err, ERR_RETRY, "cannot create the copy %s", path);
    }
    (void)close(file);
    return true;
}

static bool fill(struct sqlite *db, const char *path, struct err *err)
{
    struct sqlite_statement *copy = sqlite_prepare(db, "VACUUM INTO ?", err);
    bool ok = copy != NULL;

    if (ok) {
        sqlite_bind_text(copy, 1, path);
        ok = sqlite_run(copy, err);
    }
    sqlite_finish(copy);
    return ok;
}

bool file_copy(struct sqlite *db, const char *path, struct err *err)
{
    struct buf part;
    bool ok;

    if (access(path, F_OK) == 0) {
        return true;
    }
    buf_init(&part, PATH_MAX_BYTES);
    buf_addf(&part, "%s.part", path);
    ok = make_empty(buf_text(&part), err) && fill(db, buf_text(&part), err) &&
         (rename(buf_text(&part), path) == 0 ||
          err_set(err, ERR_RETRY, "cannot rename the copy %s", buf_text(&part)));
    buf_free(&part);
    return ok;
}
