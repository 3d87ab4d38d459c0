/* SPDX-License-Identifier: MIT */
#include "worker/journal/folder.h"

#include "shared/base/buf.h"
#include "shared/base/mem.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PATH_MAX_BYTES = 8192 };

bool folder_make(const char *path, struct err *err)
{
    char *made = xstrdup(path);
    bool ok = true;

    for (char *end = strchr(made + 1, '/'); ok; end = strchr(end + 1, '/')) {
        char why[128];

        if (end) {
            *end = '\0';
        }
        if (mkdir(made, S_IRWXU) != 0 && errno != EEXIST) {
            int code = errno;

            (void)strerror_r(code, why, sizeof(why));
            ok = err_set(err, code == ENOSPC || code == EDQUOT ? ERR_RETRY : ERR_FATAL,
                         "cannot create the folder %s: %s", made, why);
        }
        if (!end) {
            break;
        }
        *end = '/';
    }
    free(made);
    return ok;
}

char *folder_join(const char *folder, const char *name)
{
    size_t size = strlen(folder) + strlen(name) + 2;
    char *path = xcalloc(1, size);

    (void)snprintf(path, size, "%s/%s", folder, name);
    return path;
}

bool folder_flush(const char *path, struct err *err)
{
    const char *name = strrchr(path, '/');
    struct buf folder;
    bool ok;
    int file;

    buf_init(&folder, PATH_MAX_BYTES);
    buf_add(&folder, path, name ? (size_t)(name - path) : 0);
    buf_add(&folder, name ? "/" : ".", 1);
    file = open(buf_text(&folder), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    ok = file >= 0 && fsync(file) == 0;
    if (!ok) {
        char why[128];

        (void)strerror_r(errno, why, sizeof(why));
        (void)err_set(err, ERR_RETRY, "cannot write to the disk %s: %s", buf_text(&folder), why);
    }
    if (file >= 0) {
        (void)close(file);
    }
    buf_free(&folder);
    return ok;
}
