/* SPDX-License-Identifier: MIT */
#include "worker/journal/rights_settle.h"

#include "shared/base/buf.h"
#include "shared/base/compiler.h"
#include "shared/base/log.h"
#include "worker/journal/right_change.h"

#include <string.h>

enum { SQL_MAX_BYTES = 2048 };

/* clang-format off */
static const struct rights_table {
    const char *name;
    const char *named; /* the column with the name; NULL: none */
    const char *chat;  /* the column with the chat             */
} TABLES[] = {
    {"allowed_chats",         NULL,             "chat_id"           },
    {"domain_permissions",    "domain_fqdn",    "chat_id"           },
    {"subdomain_permissions", "subdomain_fqdn", "chat_id"           },
    {"created_subdomains",    "subdomain_fqdn", "created_by_chat_id"},
};
/* clang-format on */

/* settling: rows of one table whose name is not as it is kept; kept NULL for what is no name */
static const char TEMPORARY_SQL[] =
    "CREATE TEMP TABLE left_out (of TEXT, id INTEGER, why TEXT, PRIMARY KEY (of, id)) WITHOUT "
    "ROWID;"
    "CREATE TEMP TABLE settling (id INTEGER PRIMARY KEY, kept TEXT);";

/*
 * TABLE and NAME stand for those of a row above. Each name is converted once:
 * this takes as long as all else together. UPDATE leaves the rows whose kept
 * name is there already.
 */
static const char NAMES_SQL[] =
    "DELETE FROM settling;"
    "INSERT INTO settling SELECT id, kept_name(NAME) FROM TABLE WHERE kept_name(NAME) IS NOT NAME;"
    "UPDATE OR IGNORE TABLE SET NAME = (SELECT kept FROM settling WHERE settling.id = TABLE.id)"
    "  WHERE id IN (SELECT id FROM settling WHERE kept IS NOT NULL);"
    "DELETE FROM TABLE WHERE EXISTS"
    "  (SELECT 1 FROM settling WHERE settling.id = TABLE.id AND settling.kept <> TABLE.NAME);"
    "INSERT INTO left_out SELECT 'TABLE', id, 'no domain name' FROM settling WHERE kept IS NULL;";

/* A row that has neither is counted once. */
static const char CHATS_SQL[] =
    "INSERT OR IGNORE INTO left_out SELECT 'TABLE', id, 'no chat id'"
    "  FROM TABLE WHERE typeof(CHAT) <> 'integer' OR CHAT = 0;";

static bool kept_name(const char *text, struct buf *out)
{
    char name[IDN_UNICODE_SIZE];
    bool ok = right_name(text, name);

    if (ok) {
        buf_addf(out, "%s", name);
    }
    return ok;
}

/* A word of the SQL above at `sql`, and the table's name for it; NULL: none is there. */
static const char *name_at(const char *sql, const struct rights_table *table, size_t *out_len)
{
    const struct {
        const char *word;
        const char *name;
    } words[] = {{"TABLE", table->name}, {"NAME", table->named}, {"CHAT", table->chat}};

    for (size_t i = 0; i < ARRAY_LEN(words); i++) {
        *out_len = strlen(words[i].word);
        if (strncmp(sql, words[i].word, *out_len) == 0) {
            return words[i].name;
        }
    }
    return NULL;
}

/* Runs `sql` with the table's names in the places of the words. */
static bool exec_for(struct sqlite *db, const struct rights_table *table, const char *sql,
                     struct err *err)
{
    struct buf out;
    bool ok;

    buf_init(&out, SQL_MAX_BYTES);
    while (*sql != '\0') {
        size_t len;
        const char *name = name_at(sql, table, &len);

        if (name) {
            buf_addf(&out, "%s", name);
        } else {
            len = 1;
            buf_add(&out, sql, len);
        }
        sql += len;
    }
    ok = sqlite_exec(db, buf_text(&out), err);
    buf_free(&out);
    return ok;
}

static bool settle(struct sqlite *db, int64_t out_rewritten[ARRAY_LEN(TABLES)], struct err *err)
{
    static const char REWRITTEN[] = "SELECT count(*) FROM settling WHERE kept IS NOT NULL";
    bool ok = true;

    for (size_t i = 0; i < ARRAY_LEN(TABLES) && ok; i++) {
        out_rewritten[i] = 0;
        ok = (!TABLES[i].named || (exec_for(db, &TABLES[i], NAMES_SQL, err) &&
                                   sqlite_query_int(db, REWRITTEN, 0, &out_rewritten[i], err))) &&
             exec_for(db, &TABLES[i], CHATS_SQL, err);
    }
    return ok;
}

static bool settle_at_once(struct sqlite *db, int64_t out_rewritten[ARRAY_LEN(TABLES)],
                           struct err *err)
{
    struct err ignored = ERR_INIT;
    bool ok;

    if (!sqlite_exec(db, "BEGIN IMMEDIATE", err)) {
        return false;
    }
    ok = settle(db, out_rewritten, err) && sqlite_exec(db, "COMMIT", err);
    if (!ok && !sqlite_exec(db, "ROLLBACK", &ignored)) {
        ignored = ERR_INIT; /* none is open: SQLite has rolled back by itself */
    }
    return ok;
}

static bool say_left_out(struct sqlite *db, struct err *err)
{
    struct sqlite_statement *kinds = sqlite_prepare(
        db, "SELECT of, why, count(*), min(id) FROM left_out GROUP BY of, why ORDER BY of, why",
        err);
    bool row = false;
    bool ok = kinds && sqlite_step(kinds, &row, err);

    while (ok && row) {
        log_warn("journal.rows_left_out", LOG_TEXT("table", sqlite_column_text(kinds, 0)),
                 LOG_INT("rows", sqlite_column_int(kinds, 2)),
                 LOG_INT("first_id", sqlite_column_int(kinds, 3)),
                 LOG_TEXT("why", sqlite_column_text(kinds, 1)));
        ok = sqlite_step(kinds, &row, err);
    }
    sqlite_finish(kinds);
    return ok;
}

bool rights_settle(struct sqlite *db, struct err *err)
{
    int64_t rewritten[ARRAY_LEN(TABLES)];

    if (!sqlite_add_function(db, "kept_name", kept_name, err) ||
        !sqlite_exec(db, TEMPORARY_SQL, err) || !settle_at_once(db, rewritten, err)) {
        return false;
    }
    for (size_t i = 0; i < ARRAY_LEN(TABLES); i++) {
        if (rewritten[i] > 0) {
            log_info("journal.names_rewritten", LOG_TEXT("table", TABLES[i].name),
                     LOG_INT("rows", rewritten[i]));
        }
    }
    return say_left_out(db, err);
}
