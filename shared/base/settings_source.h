/* SPDX-License-Identifier: MIT */
/*
 * Where the values of settings come from: environment, then the first line of
 * the file named by NAME_FILE, then `.env`. An empty variable of the
 * environment counts as unset; it is the answer only when there is no other.
 */
#ifndef SHARED_BASE_SETTINGS_SOURCE_H
#define SHARED_BASE_SETTINGS_SOURCE_H

#include "shared/base/buf.h"
#include "shared/base/compiler.h"

#include <stddef.h>

/* Of every program, in the folder that it is started in. */
#define SETTINGS_ENV_PATH ".env"

struct setting_source; /* opaque */

/*
 * Opens the source. `env_path` is read when it exists; lines are
 * NAME=value, with # comments, an optional `export `, and quotes '…' or "…"
 * around the value. A # in the middle of a value begins no comment unless a
 * blank stands before it. Bad lines and unreadable files append one line each to
 * `problems`, which is kept and written to by look-ups, too. Never NULL.
 */
struct setting_source *settings_source_open(const char *env_path, struct buf *problems);

/* NULL is a no-op. */
void settings_source_close(struct setting_source *source);

/* A setting_lookup_fn; its context is the source. */
const char *settings_source_lookup(void *context, const char *name);

/*
 * Looks `name` up once more in a running program: its file, or `.env`, may have changed; the
 * environment does not. Any thread; waits for nobody: what was read from a pipe at the start is
 * gone. False, with `out` as it was: it is not set, empty or longer than `out_size` takes, or it or
 * `.env` cannot be read.
 */
MUST_CHECK bool settings_source_again(const char *env_path, const char *name, char out[],
                                      size_t out_size);

#endif
