/* SPDX-License-Identifier: MIT */
#include "worker/journal/file_copy.h"

#include "shared/base/buf.h"
#include "worker/journal/file_part.h"

#include <unistd.h>

enum { PATH_MAX_BYTES = 8192 };

bool file_copy(struct sqlite *db, const char *path, struct err *err)
{
    struct file_part *part;
    struct buf name;
    bool ok;

    if (access(path, F_OK) == 0) {
        return true;
    }
    buf_init(&name, PATH_MAX_BYTES);
    buf_addf(&name, "%s.part", path);
    part = file_part_open(buf_text(&name), err);
    ok = part && sqlite_copy(db, buf_text(&name), err) && file_part_keep(part, path, err);
    file_part_end(part);
    buf_free(&name);
    return ok;
}
