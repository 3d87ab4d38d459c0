/* SPDX-License-Identifier: MIT */
/*
 * SQLite: one file, prepared statements with typed parameters.
 *
 * With worker/journal the only code that knows SQLite; it alone includes
 * <sqlite3.h>. A handle and its statements belong to one thread.
 */
#ifndef SHARED_IO_SQLITE_H
#define SHARED_IO_SQLITE_H

#include "shared/base/buf.h"
#include "shared/base/err.h"

#include <stdbool.h>
#include <stdint.h>

struct sqlite;           /* opaque: an open file         */
struct sqlite_statement; /* opaque: a prepared statement */

/*
 * Opens `path`, creating the file if needed (0600): journal mode WAL,
 * synchronous FULL, foreign keys off as the Python bot's, waiting up to
 * `busy_ms` for another process. Reads the header, so a file that is not a
 * database is found here.
 * Fails: ERR_FATAL  not a database, damaged, not readable or writable
 *        ERR_RETRY  locked for longer than busy_ms, disk full
 */
MUST_CHECK struct sqlite *sqlite_open(const char *path, int busy_ms, struct err *err);

/*
 * Opens an existing file for reading alone, beside whoever writes it: no lock
 * is kept between statements. That it is no database, or a damaged one, is
 * found by the first statement.
 * Fails: ERR_FATAL missing, not readable; ERR_RETRY no memory
 */
MUST_CHECK struct sqlite *sqlite_open_to_read(const char *path, int busy_ms, struct err *err);

/* From here on statements that take long, and sqlite_copy(), fail with ERR_STOPPED at shutdown. */
void sqlite_heed_stop(struct sqlite *sqlite);

/*
 * Copies the whole database, as it is at this moment, into the existing file
 * `path`, whose bytes are replaced. Whoever writes to it meanwhile does not wait.
 * The copy is one file, without a -wal; it is not flushed to the disk. Not inside
 * a transaction. Fails as sqlite_exec(); what `path` holds then is of no use.
 */
MUST_CHECK bool sqlite_copy(struct sqlite *sqlite, const char *path, struct err *err);

/* Statements must be finished first. NULL is a no-op. */
void sqlite_close(struct sqlite *sqlite);

/* Runs SQL without parameters or results; several statements may be given. Fails as above. */
MUST_CHECK bool sqlite_exec(struct sqlite *sqlite, const char *sql, struct err *err);

/* Appends what it makes of a text to `out`; false for what it makes nothing of. Pure. */
typedef bool (*sqlite_text_function)(const char *text, struct buf *out);

/*
 * Lets SQL of this handle call `name`(text), at most 1 KiB of result. The
 * result is NULL for false, for NULL, and for what is no text. Fails as sqlite_exec().
 */
MUST_CHECK bool sqlite_add_function(struct sqlite *sqlite, const char *name,
                                    sqlite_text_function function, struct err *err);

/* First column of the first row of `sql` as a number; `missing` when there is no row or it is NULL.
 */
MUST_CHECK bool sqlite_query_int(struct sqlite *sqlite, const char *sql, int64_t missing,
                                 int64_t *out, struct err *err);

/* Prepares one statement. The caller releases it with sqlite_finish(). Fails as above. */
MUST_CHECK struct sqlite_statement *sqlite_prepare(struct sqlite *sqlite, const char *sql,
                                                   struct err *err);
void sqlite_finish(struct sqlite_statement *statement); /* NULL is a no-op */

/* Bind parameter `index` (from 1). Text is copied; NULL binds NULL. */
void sqlite_bind_int(struct sqlite_statement *statement, int index, int64_t number);
void sqlite_bind_text(struct sqlite_statement *statement, int index, const char *text);

/*
 * Runs to the next row; *out_row is false when there is none. The last step
 * resets the statement and its parameters, as does a failure.
 * Fails: ERR_RETRY busy, disk full, I/O error; ERR_FATAL damaged, misuse
 */
MUST_CHECK bool sqlite_step(struct sqlite_statement *statement, bool *out_row, struct err *err);

/* Runs a statement that returns no rows. */
MUST_CHECK bool sqlite_run(struct sqlite_statement *statement, struct err *err);

/* Column `index` (from 0) of the current row; text is borrowed until the next step, NULL for NULL.
 */
int64_t sqlite_column_int(struct sqlite_statement *statement, int index);
const char *sqlite_column_text(struct sqlite_statement *statement, int index);

#endif
