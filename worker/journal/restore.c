/* SPDX-License-Identifier: MIT */
#include "worker/journal/restore.h"

#include "shared/base/buf.h"
#include "shared/base/clock.h"
#include "shared/base/crash_point.h"
#include "worker/journal/checked_copy.h"
#include "worker/journal/folder.h"
#include "worker/journal/lock.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static bool fail(const char *what, const char *path, struct err *err)
{
    char why[128];

    (void)strerror_r(errno, why, sizeof(why));
    return err_set(err, ERR_RETRY, "cannot %s %s: %s", what, path, why);
}

static char *beside(const char *path, const char *ending)
{
    struct buf name;
    char *text;

    buf_init(&name, RESTORE_PATH_SIZE);
    buf_addf(&name, "%s%s", path, ending);
    text = name.data; /* taken over */
    return text;
}

/* A second name; whoever has it keeps the file when the first name goes to another one. */
static bool name_also(const char *path, const char *also, struct err *err)
{
    return link(path, also) == 0 || errno == ENOENT || fail("keep as", also, err);
}

static bool remove_if_there(const char *path, struct err *err)
{
    return unlink(path) == 0 || errno == ENOENT || fail("remove", path, err);
}

/*
 * Gives the file of before its other name, then takes its -wal away: SQLite
 * would replay that into whatever is called bot.db. A crash between the two
 * leaves all of it under the other name.
 */
static bool keep_present(const char *path, char kept[RESTORE_PATH_SIZE], struct err *err)
{
    char *wal = beside(path, "-wal");
    char *shm = beside(path, "-shm");
    char *kept_wal = NULL;
    bool ok = true;

    kept[0] = '\0';
    if (access(path, F_OK) == 0) {
        (void)snprintf(kept, RESTORE_PATH_SIZE, "%s.before-%" PRId64, path, clock_unix_ms());
        kept_wal = beside(kept, "-wal");
        ok = name_also(wal, kept_wal, err) && name_also(path, kept, err) && folder_flush(path, err);
    }
    CRASH_POINT("restore.kept");
    ok = ok && remove_if_there(wal, err) && remove_if_there(shm, err);
    free(kept_wal);
    free(shm);
    free(wal);
    return ok;
}

static bool put(const char *from, const char *path, struct restored *made, struct err *err)
{
    char *part_path = beside(path, ".part");
    struct file_part *part = checked_copy(from, path, part_path, &made->facts, err);
    bool ok = part && keep_present(path, made->kept, err) && file_part_keep(part, path, err);

    file_part_end(part);
    free(part_path);
    return ok;
}

/* What root makes in a folder of the worker's user, that user could not open. */
static bool check_user(const char *data_dir, struct err *err)
{
    struct stat status;

    return geteuid() != 0 || stat(data_dir, &status) != 0 || status.st_uid == 0 ||
           err_set(err, ERR_FATAL, "%s belongs to the user %ld: run this as that user", data_dir,
                   (long)status.st_uid);
}

bool restore(const char *data_dir, const char *from, struct restored *out, struct err *err)
{
    char *path = folder_join(data_dir, "bot.db");
    char *lock_path = folder_join(data_dir, "bot.db.lock");
    struct restored made = {.kept = ""};
    int lock = -1;
    bool ok = false;

    if (strlen(path) + 64 > RESTORE_PATH_SIZE) {
        (void)err_set(err, ERR_FATAL, "the path is too long");
        goto out;
    }
    if (!file_check(from, &made.facts, err) || !folder_make(data_dir, err) ||
        !check_user(data_dir, err)) {
        goto out;
    }
    lock = lock_take(lock_path, err);
    if (lock < 0) {
        (void)err_prefix(err, "stop its worker first");
        goto out;
    }
    ok = put(from, path, &made, err);
out:
    lock_release(lock);
    free(lock_path);
    free(path);
    if (ok) {
        *out = made;
    }
    return ok;
}
