/* SPDX-License-Identifier: MIT */
#include "shared/io/sqlite.h"

#include "shared/base/mem.h"
#include "shared/base/stop.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
    FUNCTION_MAX_BYTES = 1024,
    COPY_PAGES = 512,      /* of 4 KiB: between two looks at the latch            */
    STEPS_A_LOOK = 100000, /* of SQLite's machine: some milliseconds              */
};

struct sqlite {
    sqlite3 *db; /* owned              */
    char *path;  /* owned; for messages */
    bool heeds_stop;
};

struct sqlite_statement {
    struct sqlite *sqlite; /* borrowed                                           */
    sqlite3_stmt *stmt;    /* owned                                              */
    int bind_code;         /* first failure to bind since the last run, reported */
                           /* by the next step: binding returns nothing          */
};

/* ---- errors ---- */

/* What a result code means for the caller and what a person can do about it. */
struct failure {
    int code; /* as SQLite returns them unless asked for extended ones */
    enum err_kind kind;
    const char *advice; /* "" when SQLite's own text says enough */
};

/* clang-format off */
static const struct failure FAILURES[] = {
    {SQLITE_BUSY,      ERR_RETRY,   ": another process is using it"                               },
    {SQLITE_LOCKED,    ERR_RETRY,   ""                                                            },
    {SQLITE_PROTOCOL,  ERR_RETRY,   ": another process is using it"                               },
    {SQLITE_FULL,      ERR_RETRY,   ": free some space on its disk"                               },
    {SQLITE_IOERR,     ERR_RETRY,   ": check its disk"                                            },
    {SQLITE_NOMEM,     ERR_RETRY,   ""                                                            },
    {SQLITE_INTERRUPT, ERR_STOPPED, ""                                                            },
    {SQLITE_NOTADB,    ERR_FATAL,   ": move it away or restore a backup"                          },
    {SQLITE_CORRUPT,   ERR_FATAL,   ": move it away and restore a backup"                         },
    {SQLITE_CANTOPEN,  ERR_FATAL,   ": check that its folder exists and this user may write there"},
    {SQLITE_PERM,      ERR_FATAL,   ": check that this user may read and write it"                },
    {SQLITE_READONLY,  ERR_FATAL,   ": check that this user may write it and its folder"          },
};
/* clang-format on */

static bool fail_with(const struct sqlite *sqlite, int code, const char *text, struct err *err)
{
    struct failure failure = {.kind = ERR_FATAL, .advice = ""};

    for (size_t i = 0; i < ARRAY_LEN(FAILURES); i++) {
        if (FAILURES[i].code == code) {
            failure = FAILURES[i];
        }
    }
    return err_set(err, failure.kind, "sqlite: %s: %s%s", sqlite->path, text, failure.advice);
}

static bool fail(const struct sqlite *sqlite, int code, struct err *err)
{
    return fail_with(sqlite, code, sqlite->db ? sqlite3_errmsg(sqlite->db) : sqlite3_errstr(code),
                     err);
}

/* ---- the file ---- */

/*
 * Creates the file for this user alone. An existing one is not even opened:
 * closing a descriptor would drop the locks that another handle of this
 * process holds on the file.
 */
static bool create_private(const struct sqlite *sqlite, struct err *err)
{
    int fd = open(sqlite->path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, S_IRUSR | S_IWUSR);
    char why[128];

    if (fd >= 0) {
        (void)close(fd);
        return true;
    }
    if (errno == EEXIST) {
        return true;
    }
    (void)strerror_r(errno, why, sizeof(why));
    return fail_with(sqlite, errno == ENOSPC || errno == EDQUOT ? SQLITE_FULL : SQLITE_CANTOPEN,
                     why, err);
}

/* SQLite answers with the mode it has, not with an error, when it cannot have this one. */
static bool enter_wal(struct sqlite *sqlite, struct err *err)
{
    struct sqlite_statement *pragma = sqlite_prepare(sqlite, "PRAGMA journal_mode = WAL", err);
    bool row = false;
    bool ok = false;

    if (!pragma || !sqlite_step(pragma, &row, err)) {
        goto out;
    }
    if (!row || strcmp(sqlite_column_text(pragma, 0), "wal") != 0) {
        (void)fail_with(sqlite, SQLITE_ERROR,
                        "journal mode WAL is not possible here: use a file on a local disk", err);
        goto out;
    }
    ok = true;
out:
    sqlite_finish(pragma);
    return ok;
}

/* SQLite opens what cannot be written for reading, and says so only here. */
static bool check_writable(const struct sqlite *sqlite, struct err *err)
{
    return sqlite3_db_readonly(sqlite->db, "main") == 0 ||
           fail_with(sqlite, SQLITE_READONLY, "the file is read-only", err);
}

struct sqlite *sqlite_open(const char *path, int busy_ms, struct err *err)
{
    struct sqlite *sqlite = xcalloc(1, sizeof(*sqlite));
    int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX;
    bool ok = false;
    int code;

    sqlite->path = xstrdup(path);
    if (!create_private(sqlite, err)) {
        goto out;
    }
    code = sqlite3_open_v2(path, &sqlite->db, flags, NULL);
    if (code != SQLITE_OK) {
        (void)fail(sqlite, code, err);
        goto out;
    }
    (void)sqlite3_busy_timeout(sqlite->db, busy_ms);
    ok = check_writable(sqlite, err) && enter_wal(sqlite, err) &&
         sqlite_exec(sqlite, "PRAGMA synchronous = FULL; PRAGMA foreign_keys = OFF;", err);
out:
    if (!ok) {
        sqlite_close(sqlite);
        sqlite = NULL;
    }
    return sqlite;
}

/* Asked beforehand, without opening it: SQLite has one message for all that may be wrong here. */
static bool check_readable(const struct sqlite *sqlite, struct err *err)
{
    char why[128];

    if (access(sqlite->path, R_OK) == 0) {
        return true;
    }
    (void)strerror_r(errno, why, sizeof(why));
    return err_set(err, ERR_FATAL,
                   "sqlite: %s: %s: check that it is there and this user may read it", sqlite->path,
                   why);
}

struct sqlite *sqlite_open_to_read(const char *path, int busy_ms, struct err *err)
{
    struct sqlite *sqlite = xcalloc(1, sizeof(*sqlite));
    int code;

    sqlite->path = xstrdup(path);
    if (!check_readable(sqlite, err)) {
        goto failed;
    }
    code = sqlite3_open_v2(path, &sqlite->db, SQLITE_OPEN_READONLY | SQLITE_OPEN_NOMUTEX, NULL);
    if (code != SQLITE_OK) {
        (void)fail(sqlite, code, err);
        goto failed;
    }
    (void)sqlite3_busy_timeout(sqlite->db, busy_ms);
    return sqlite;
failed:
    sqlite_close(sqlite);
    return NULL;
}

void sqlite_close(struct sqlite *sqlite)
{
    int code;

    if (!sqlite) {
        return;
    }
    code = sqlite3_close(sqlite->db);
    assert(code == SQLITE_OK); /* else a statement is not finished */
    (void)code;
    free(sqlite->path);
    free(sqlite);
}

bool sqlite_exec(struct sqlite *sqlite, const char *sql, struct err *err)
{
    int code = sqlite3_exec(sqlite->db, sql, NULL, NULL, NULL);

    return code == SQLITE_OK || fail(sqlite, code, err);
}

/* ---- a copy ---- */

/* Copying answers with extended codes, whatever the handle was told. */
#define PRIMARY(code) ((code)&0xff)

static int is_stopping(void *context)
{
    (void)context;
    return stop_requested() ? 1 : 0;
}

void sqlite_heed_stop(struct sqlite *sqlite)
{
    sqlite->heeds_stop = true;
    sqlite3_progress_handler(sqlite->db, STEPS_A_LOOK, is_stopping, NULL);
}

/* Nobody else reads it and a crash makes it void: no lock file, no journal, no flush. */
static struct sqlite *open_target(const char *path, struct err *err)
{
    struct sqlite *target = xcalloc(1, sizeof(*target));
    int code;

    target->path = xstrdup(path);
    code = sqlite3_open_v2(path, &target->db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, NULL);
    if (code != SQLITE_OK) {
        (void)fail(target, code, err);
        goto failed;
    }
    if (sqlite_exec(target,
                    "PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = OFF;"
                    "PRAGMA synchronous = OFF",
                    err)) {
        return target;
    }
failed:
    sqlite_close(target);
    return NULL;
}

static bool copy_pages(struct sqlite *source, struct sqlite *target, struct err *err)
{
    sqlite3_backup *backup = sqlite3_backup_init(target->db, "main", source->db, "main");
    int code = SQLITE_OK;
    int finished;

    if (!backup) {
        return fail(target, sqlite3_errcode(target->db), err);
    }
    while (code == SQLITE_OK) {
        code = source->heeds_stop && stop_requested() ? SQLITE_INTERRUPT
                                                      : sqlite3_backup_step(backup, COPY_PAGES);
    }
    finished = sqlite3_backup_finish(backup);
    if (code == SQLITE_INTERRUPT) {
        return fail_with(source, code, "the copy was interrupted", err);
    }
    if (finished != SQLITE_OK) {
        return fail(target, PRIMARY(finished), err);
    }
    return code == SQLITE_DONE || fail_with(target, PRIMARY(code), sqlite3_errstr(code), err);
}

/* The transaction holds the moment: without it each write of others would begin the copy anew. */
static bool copy_moment(struct sqlite *source, struct sqlite *target, struct err *err)
{
    struct err ignored = ERR_INIT;
    int64_t tables;
    bool ok;

    if (!sqlite_exec(source, "BEGIN", err)) {
        return false;
    }
    ok = sqlite_query_int(source, "SELECT count(*) FROM sqlite_master", 0, &tables, err) &&
         copy_pages(source, target, err);
    if (!sqlite_exec(source, "ROLLBACK", &ignored)) {
        ignored = ERR_INIT; /* SQLite has ended it by itself */
    }
    return ok;
}

bool sqlite_copy(struct sqlite *sqlite, const char *path, struct err *err)
{
    struct sqlite *target = open_target(path, err);
    bool ok = target && copy_moment(sqlite, target, err) &&
              sqlite_exec(target, "PRAGMA journal_mode = DELETE", err);

    sqlite_close(target);
    return ok;
}

/* ---- functions of ours ---- */

struct called {
    sqlite_text_function function;
};

static void call(sqlite3_context *context, int count, sqlite3_value **values)
{
    const struct called *called = sqlite3_user_data(context);
    struct buf out;

    assert(count == 1);
    (void)count;
    if (sqlite3_value_type(values[0]) != SQLITE_TEXT) {
        return; /* which is NULL */
    }
    buf_init(&out, FUNCTION_MAX_BYTES);
    if (called->function((const char *)sqlite3_value_text(values[0]), &out) && buf_ok(&out)) {
        sqlite3_result_text(context, buf_text(&out), (int)out.len, SQLITE_TRANSIENT);
    }
    buf_free(&out);
}

bool sqlite_add_function(struct sqlite *sqlite, const char *name, sqlite_text_function function,
                         struct err *err)
{
    struct called *called = xcalloc(1, sizeof(*called)); /* SQLite frees it, also on failure */
    int code;

    called->function = function;
    code = sqlite3_create_function_v2(sqlite->db, name, 1, SQLITE_UTF8 | SQLITE_DETERMINISTIC,
                                      called, call, NULL, NULL, free);
    return code == SQLITE_OK || fail(sqlite, code, err);
}

/* ---- asking ---- */

bool sqlite_query_int(struct sqlite *sqlite, const char *sql, int64_t missing, int64_t *out,
                      struct err *err)
{
    struct sqlite_statement *query = sqlite_prepare(sqlite, sql, err);
    bool row = false;
    bool ok = query && sqlite_step(query, &row, err);

    if (ok) {
        bool found = row && sqlite3_column_type(query->stmt, 0) != SQLITE_NULL;

        *out = found ? sqlite_column_int(query, 0) : missing;
    }
    sqlite_finish(query);
    return ok;
}

/* ---- statements ---- */

struct sqlite_statement *sqlite_prepare(struct sqlite *sqlite, const char *sql, struct err *err)
{
    struct sqlite_statement *statement;
    sqlite3_stmt *stmt = NULL;
    int code = sqlite3_prepare_v2(sqlite->db, sql, -1, &stmt, NULL);

    if (code != SQLITE_OK) {
        (void)fail(sqlite, code, err);
        return NULL;
    }
    assert(stmt); /* NULL for SQL that is only a comment */
    statement = xcalloc(1, sizeof(*statement));
    statement->sqlite = sqlite;
    statement->stmt = stmt;
    return statement;
}

void sqlite_finish(struct sqlite_statement *statement)
{
    if (!statement) {
        return;
    }
    (void)sqlite3_finalize(statement->stmt); /* repeats the last error, which was reported */
    free(statement);
}

static void note_bind(struct sqlite_statement *statement, int code)
{
    if (statement->bind_code == SQLITE_OK) {
        statement->bind_code = code;
    }
}

void sqlite_bind_int(struct sqlite_statement *statement, int index, int64_t number)
{
    note_bind(statement, sqlite3_bind_int64(statement->stmt, index, number));
}

void sqlite_bind_text(struct sqlite_statement *statement, int index, const char *text)
{
    if (text) {
        note_bind(statement, sqlite3_bind_text(statement->stmt, index, xstrdup(text), -1, free));
    } else {
        note_bind(statement, sqlite3_bind_null(statement->stmt, index));
    }
}

static void reset(struct sqlite_statement *statement)
{
    (void)sqlite3_reset(statement->stmt); /* repeats the last error, which was reported */
    (void)sqlite3_clear_bindings(statement->stmt);
    statement->bind_code = SQLITE_OK;
}

bool sqlite_step(struct sqlite_statement *statement, bool *out_row, struct err *err)
{
    int code = statement->bind_code;

    if (code == SQLITE_OK) {
        code = sqlite3_step(statement->stmt);
    }
    if (code == SQLITE_ROW) {
        *out_row = true;
        return true;
    }
    if (code != SQLITE_DONE) {
        (void)fail(statement->sqlite, code, err);
        reset(statement);
        return false;
    }
    reset(statement);
    *out_row = false;
    return true;
}

bool sqlite_run(struct sqlite_statement *statement, struct err *err)
{
    bool row;

    if (!sqlite_step(statement, &row, err)) {
        return false;
    }
    if (row) {
        (void)fail_with(statement->sqlite, SQLITE_MISUSE, "a row where none was expected", err);
        reset(statement);
        return false;
    }
    return true;
}

int64_t sqlite_column_int(struct sqlite_statement *statement, int index)
{
    return sqlite3_column_int64(statement->stmt, index);
}

const char *sqlite_column_text(struct sqlite_statement *statement, int index)
{
    return (const char *)sqlite3_column_text(statement->stmt, index);
}
