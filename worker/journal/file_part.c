/* SPDX-License-Identifier: MIT */
#include "worker/journal/file_part.h"

#include "shared/base/buf.h"
#include "shared/base/compiler.h"
#include "shared/base/crash_point.h"
#include "shared/base/mem.h"
#include "worker/journal/folder.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PATH_MAX_BYTES = 8192 };

struct file_part {
    char *path; /* owned                */
    int file;   /* holds the lock; or -1 */
    bool ours;  /* to be removed         */
};

/* What SQLite may have left beside it. */
static const char *const BESIDE[] = {"-journal", "-wal", "-shm"};

static bool fail(const char *what, const char *path, struct err *err)
{
    char why[128];

    (void)strerror_r(errno, why, sizeof(why));
    return err_set(err, ERR_RETRY, "cannot %s %s: %s", what, path, why);
}

/* Whether the name still is that of the file: its last holder may have given it another one. */
static bool has_its_name(const struct file_part *part)
{
    struct stat file;
    struct stat named;

    return fstat(part->file, &file) == 0 && lstat(part->path, &named) == 0 &&
           file.st_dev == named.st_dev && file.st_ino == named.st_ino;
}

static bool hold(struct file_part *part, struct err *err)
{
    if (flock(part->file, LOCK_EX | LOCK_NB) == 0 && has_its_name(part)) {
        part->ours = true;
        return true;
    }
    return err_set(err, ERR_RETRY, "%s: another process is making it", part->path);
}

static void remove_beside(const struct file_part *part)
{
    for (size_t i = 0; i < ARRAY_LEN(BESIDE); i++) {
        struct buf beside;

        buf_init(&beside, PATH_MAX_BYTES);
        buf_addf(&beside, "%s%s", part->path, BESIDE[i]);
        (void)unlink(buf_text(&beside));
        buf_free(&beside);
    }
}

static bool empty(const struct file_part *part, struct err *err)
{
    remove_beside(part);
    return (ftruncate(part->file, 0) == 0 && fchmod(part->file, S_IRUSR | S_IWUSR) == 0) ||
           fail("empty", part->path, err);
}

struct file_part *file_part_open(const char *path, struct err *err)
{
    struct file_part *part = xcalloc(1, sizeof(*part));
    bool ok;

    part->path = xstrdup(path);
    part->file = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, S_IRUSR | S_IWUSR);
    ok = part->file >= 0 ? hold(part, err) && empty(part, err) : fail("create", path, err);
    if (!ok) {
        file_part_end(part);
        part = NULL;
    }
    return part;
}

bool file_part_keep(struct file_part *part, const char *path, struct err *err)
{
    if (fsync(part->file) != 0) {
        return fail("write to the disk", part->path, err);
    }
    CRASH_POINT("file.whole");
    if (rename(part->path, path) != 0) {
        return fail("give its name to", path, err);
    }
    part->ours = false;
    return folder_flush(path, err);
}

void file_part_end(struct file_part *part)
{
    if (!part) {
        return;
    }
    if (part->ours) {
        remove_beside(part);
        (void)unlink(part->path); /* on a full disk half a copy is the last thing to keep */
    }
    if (part->file >= 0) {
        (void)close(part->file);
    }
    free(part->path);
    free(part);
}
