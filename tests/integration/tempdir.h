/* SPDX-License-Identifier: MIT */
/* A temporary folder of one test: made empty, removed with everything in it. */
#ifndef TESTS_INTEGRATION_TEMPDIR_H
#define TESTS_INTEGRATION_TEMPDIR_H

enum { TEMPDIR_PATH_SIZE = 256 };

struct tempdir {
    char path[TEMPDIR_PATH_SIZE]; /* absolute, without a trailing slash */
};

/* Makes the folder below $TMPDIR, else /tmp; fails the test when it cannot. */
void tempdir_make(struct tempdir *dir);

/* Removes the folder and what is in it, folders included. */
void tempdir_remove(struct tempdir *dir);

/* Writes "<folder>/<name>" to `out`; fails the test when it does not fit. */
void tempdir_path(const struct tempdir *dir, const char *name, char out[TEMPDIR_PATH_SIZE]);

#endif
