/* SPDX-License-Identifier: MIT */
#include "worker/journal/backup.h"

#include "shared/base/buf.h"
#include "shared/base/clock.h"
#include "shared/base/mem.h"
#include "worker/journal/backup_name.h"
#include "worker/journal/checked_copy.h"
#include "worker/journal/folder.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* The moments of a folder's backups. */
struct moments {
    int64_t *list; /* owned */
    size_t count;
};

static bool fail(const char *what, const char *path, struct err *err)
{
    char why[128];

    (void)strerror_r(errno, why, sizeof(why));
    return err_set(err, ERR_RETRY, "cannot %s %s: %s", what, path, why);
}

/* ---- the backups of a folder ---- */

static bool read_folder(const char *folder, struct moments *out, struct err *err)
{
    struct moments found = {.list = NULL};
    DIR *names = opendir(folder);
    const struct dirent *entry;

    if (!names) {
        return fail("read the folder", folder, err);
    }
    /* NOLINTNEXTLINE(concurrency-mt-unsafe): a stream of this thread alone */
    while ((entry = readdir(names))) {
        int64_t ms = backup_name_ms(entry->d_name);

        if (ms >= 0) {
            found.list = xreallocarray(found.list, found.count + 1, sizeof(found.list[0]));
            found.list[found.count++] = ms;
        }
    }
    (void)closedir(names);
    *out = found;
    return true;
}

static bool remove_old(const char *folder, size_t keep, size_t *out_removed, struct err *err)
{
    struct moments moments = {.list = NULL};
    bool ok = true;
    size_t many;

    if (!read_folder(folder, &moments, err)) {
        return false;
    }
    many = moments.list ? backup_too_many(moments.list, moments.count, keep) : 0;
    for (size_t i = 0; i < many && ok; i++) {
        char name[BACKUP_NAME_SIZE] = "";
        char *path;

        backup_name(moments.list[i], name);
        path = folder_join(folder, name);
        ok = unlink(path) == 0 || errno == ENOENT || fail("remove", path, err);
        free(path);
    }
    *out_removed = many;
    free(moments.list);
    return ok;
}

bool backup_next(const char *folder, int64_t every_ms, int64_t now_ms, int64_t *out_due_ms,
                 int64_t *out_last_ms, struct err *err)
{
    struct moments moments = {.list = NULL};

    if (!read_folder(folder, &moments, err)) {
        return false;
    }
    *out_due_ms = backup_due_ms(moments.list, moments.count, every_ms, now_ms);
    *out_last_ms = 0;
    for (size_t i = 0; i < moments.count; i++) {
        if (moments.list[i] > *out_last_ms && moments.list[i] <= now_ms) {
            *out_last_ms = moments.list[i];
        }
    }
    free(moments.list);
    return true;
}

/* ---- one backup ---- */

static bool copy_as(const char *source, const char *part_path, const char *path,
                    struct file_facts *facts, struct err *err)
{
    struct file_part *part = checked_copy(source, path, part_path, facts, err);
    bool ok = part && file_part_keep(part, path, err);

    file_part_end(part);
    return ok;
}

static bool is_folder(const char *path)
{
    struct stat status;

    return stat(path, &status) == 0 && S_ISDIR(status.st_mode);
}

/* The path of the backup, and of its part: in a folder all have one, so that they do not pile up.
 */
static bool name_it(const char *to, bool folder, char **out_path, char **out_part, struct err *err)
{
    char name[BACKUP_NAME_SIZE] = "";
    struct buf part;

    backup_name(clock_unix_ms(), name);
    if (strlen(to) + sizeof(name) + 1 >= BACKUP_PATH_SIZE) {
        return err_set(err, ERR_FATAL, "the path is too long");
    }
    buf_init(&part, BACKUP_PATH_SIZE);
    buf_addf(&part, folder ? "%s/bot-backup.part" : "%s.part", to);
    *out_path = folder ? folder_join(to, name) : xstrdup(to);
    *out_part = xstrdup(buf_text(&part));
    buf_free(&part);
    return true;
}

bool backup_make(const char *data_dir, const char *to, size_t keep, struct backup_made *out,
                 struct err *err)
{
    struct backup_made made = {.removed = 0};
    bool folder = is_folder(to);
    char *source = folder_join(data_dir, "bot.db");
    char *path = NULL;
    char *part = NULL;
    bool ok =
        name_it(to, folder, &path, &part, err) && copy_as(source, part, path, &made.facts, err);

    if (ok) {
        (void)snprintf(made.path, sizeof(made.path), "%s", path);
        ok = !folder || remove_old(to, keep, &made.removed, err);
    }
    if (ok) {
        *out = made;
    }
    free(part);
    free(path);
    free(source);
    return ok;
}
