/* SPDX-License-Identifier: MIT */
#include "worker/journal/file_copy.h"

#include "shared/base/buf.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PATH_MAX_BYTES = 8192 };

static bool fail(const char *what, const char *path, struct err *err)
{
    char why[128];

    (void)strerror_r(errno, why, sizeof(why));
    return err_set(err, ERR_RETRY, "cannot %s %s: %s", what, path, why);
}

/* SQLite fills an empty file, and would create one that others may read. */
static bool make_empty(const char *path, struct err *err)
{
    int file = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, S_IRUSR | S_IWUSR);

    if (file < 0) {
        return fail("create the copy", path, err);
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

/* Waits until a file, or a folder's list of names, is on the disk: VACUUM INTO does not. */
static bool flush(const char *path, int flags, struct err *err)
{
    int file = open(path, flags | O_CLOEXEC);
    bool ok = file >= 0 && fsync(file) == 0;

    if (!ok) {
        (void)fail("write to the disk", path, err);
    }
    if (file >= 0) {
        (void)close(file);
    }
    return ok;
}

static bool flush_folder_of(const char *path, struct err *err)
{
    const char *name = strrchr(path, '/');
    struct buf folder;
    bool ok;

    buf_init(&folder, PATH_MAX_BYTES);
    buf_add(&folder, path, name ? (size_t)(name - path) : 0);
    buf_add(&folder, name ? "/" : ".", 1);
    ok = flush(buf_text(&folder), O_RDONLY | O_DIRECTORY, err);
    buf_free(&folder);
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
         flush(buf_text(&part), O_RDONLY, err) &&
         (rename(buf_text(&part), path) == 0 || fail("rename the copy", buf_text(&part), err)) &&
         flush_folder_of(path, err);
    if (!ok) {
        (void)unlink(buf_text(&part)); /* on a full disk half a copy is the last thing to keep */
        (void)unlink(path);
    }
    buf_free(&part);
    return ok;
}
