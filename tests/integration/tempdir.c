/* SPDX-License-Identifier: MIT */
/* NOLINTNEXTLINE: the reserved name is how nftw() is asked for */
#define _XOPEN_SOURCE 700

#include "tests/integration/tempdir.h"

#include <ftw.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

static void join(const char *folder, const char *name, char out[TEMPDIR_PATH_SIZE])
{
    int len = snprintf(out, TEMPDIR_PATH_SIZE, "%s/%s", folder, name);

    assert_in_range(len, 1, TEMPDIR_PATH_SIZE - 1);
}

void tempdir_make(struct tempdir *dir)
{
    const char *parent = getenv("TMPDIR"); /* NOLINT(concurrency-mt-unsafe): only read */

    join(parent && parent[0] == '/' ? parent : "/tmp", "beget-test-XXXXXX", dir->path);
    assert_non_null(mkdtemp(dir->path));
}

static int remove_one(const char *path, const struct stat *status, int type, struct FTW *where)
{
    (void)status;
    (void)type;
    (void)where;
    return remove(path);
}

void tempdir_remove(struct tempdir *dir)
{
    /* NOLINTNEXTLINE(concurrency-mt-unsafe): one thread of a test removes its folder */
    assert_int_equal(nftw(dir->path, remove_one, 16, FTW_DEPTH | FTW_PHYS), 0);
}

void tempdir_path(const struct tempdir *dir, const char *name, char out[TEMPDIR_PATH_SIZE])
{
    join(dir->path, name, out);
}
