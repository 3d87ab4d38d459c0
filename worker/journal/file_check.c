/* SPDX-License-Identifier: MIT */
#include "worker/journal/file_check.h"

#include "shared/base/compiler.h"
#include "shared/io/sqlite.h"
#include "worker/journal/schema.h"

#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

enum { BUSY_MS = 5000, JOURNAL_SINCE = 3 /* the schema that brought the place in the stream */ };

/* A row is "ok", or a sentence for each damage: the first is enough. */
static bool check_pages(struct sqlite *db, struct err *err)
{
    struct sqlite_statement *check = sqlite_prepare(db, "PRAGMA integrity_check(1)", err);
    bool row = false;
    bool ok = check && sqlite_step(check, &row, err);

    if (ok && (!row || strcmp(sqlite_column_text(check, 0), "ok") != 0)) {
        ok = err_set(err, ERR_FATAL, "damaged: %s", row ? sqlite_column_text(check, 0) : "");
    }
    sqlite_finish(check);
    return ok;
}

static bool check_schema(struct sqlite *db, struct file_facts *facts, struct err *err)
{
    struct schema_found found;

    if (!schema_find(db, &found, err)) {
        return false;
    }
    facts->schema = found.version;
    return !found.empty || err_set(err, ERR_FATAL, "empty: it has none of the bot's tables");
}

static bool read_position(struct sqlite *db, struct file_facts *facts, struct err *err)
{
    static const char FIND[] =
        "SELECT position FROM journal WHERE name IS NOT NULL ORDER BY rowid LIMIT 1";
    struct sqlite_statement *find;
    bool row = false;
    bool ok;

    if (facts->schema < JOURNAL_SINCE) {
        return true;
    }
    find = sqlite_prepare(db, FIND, err);
    ok = find && sqlite_step(find, &row, err);
    if (ok && !row) {
        ok = err_set(err, ERR_FATAL, "damaged: its table journal is empty");
    }
    if (ok) {
        (void)snprintf(facts->position, sizeof(facts->position), "%s", sqlite_column_text(find, 0));
    }
    sqlite_finish(find);
    return ok;
}

static bool count(struct sqlite *db, struct file_facts *facts, struct err *err)
{
    const struct {
        const char *sql;
        int64_t *out;
    } counts[] = {
        {"SELECT count(*) FROM action_logs", &facts->rows},
        {"SELECT count(*) FROM allowed_chats", &facts->chats},
        {"SELECT (SELECT count(*) FROM domain_permissions)"
         " + (SELECT count(*) FROM subdomain_permissions)",
         &facts->grants},
        {"SELECT count(*) FROM created_subdomains", &facts->creators},
    };
    bool ok = true;

    for (size_t i = 0; i < ARRAY_LEN(counts) && ok; i++) {
        ok = sqlite_query_int(db, counts[i].sql, 0, counts[i].out, err);
    }
    return ok;
}

static bool read_size(const char *path, struct file_facts *facts, struct err *err)
{
    struct stat status;
    char why[128];

    if (stat(path, &status) == 0) {
        facts->bytes = (int64_t)status.st_size;
        return S_ISREG(status.st_mode) || err_set(err, ERR_FATAL, "not a file");
    }
    (void)strerror_r(errno, why, sizeof(why));
    return err_set(err, ERR_FATAL, "%s", why);
}

bool file_check(const char *path, struct file_facts *out, struct err *err)
{
    struct file_facts facts = {.bytes = 0};
    struct sqlite *db = NULL;
    bool ok = read_size(path, &facts, err);

    if (!ok) {
        return err_prefix(err, "%s", path);
    }
    db = sqlite_open_to_read(path, BUSY_MS, err);
    if (!db) {
        return false;
    }
    sqlite_heed_stop(db);
    ok = check_pages(db, err) && check_schema(db, &facts, err) && read_position(db, &facts, err) &&
         count(db, &facts, err);
    sqlite_close(db);
    if (ok) {
        *out = facts;
    } else if (!strstr(err->message, path)) {
        (void)err_prefix(err, "%s", path);
    }
    return ok;
}
