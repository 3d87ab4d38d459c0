/* SPDX-License-Identifier: MIT */
#include "worker/journal/schema.h"

#include "shared/base/buf.h"
#include "shared/base/compiler.h"
#include "shared/base/crash_point.h"

#include <inttypes.h>
#include <stdio.h>

enum { SQL_MAX_BYTES = 1024, NAME_SIZE = 128 };

/* ---- the tables, version by version ---- */

static const char VERSION_1[] =
    "CREATE TABLE IF NOT EXISTS schema_version ("
    "  version INTEGER PRIMARY KEY,"
    "  description TEXT NOT NULL,"
    "  applied_at DATETIME DEFAULT CURRENT_TIMESTAMP);"

    "CREATE TABLE IF NOT EXISTS allowed_chats ("
    "  id INTEGER PRIMARY KEY AUTOINCREMENT,"
    "  chat_id INTEGER NOT NULL UNIQUE,"
    "  added_by TEXT NOT NULL,"
    "  added_at DATETIME DEFAULT CURRENT_TIMESTAMP,"
    "  note TEXT);"

    "CREATE TABLE IF NOT EXISTS action_logs ("
    "  id INTEGER PRIMARY KEY AUTOINCREMENT,"
    "  chat_id INTEGER NOT NULL,"
    "  user_id INTEGER,"
    "  username TEXT,"
    "  action TEXT NOT NULL,"
    "  details TEXT,"
    "  created_at DATETIME DEFAULT CURRENT_TIMESTAMP);"
    "CREATE INDEX IF NOT EXISTS idx_action_logs_created_at ON action_logs (created_at DESC);"

    "CREATE TABLE IF NOT EXISTS domain_permissions ("
    "  id INTEGER PRIMARY KEY AUTOINCREMENT,"
    "  chat_id INTEGER NOT NULL,"
    "  domain_fqdn TEXT NOT NULL,"
    "  can_create_subdomain BOOLEAN DEFAULT 0,"
    "  can_delete_subdomain BOOLEAN DEFAULT 0,"
    "  granted_by TEXT NOT NULL,"
    "  granted_at DATETIME DEFAULT CURRENT_TIMESTAMP,"
    "  UNIQUE (chat_id, domain_fqdn));"
    "CREATE INDEX IF NOT EXISTS idx_domain_perm_chat ON domain_permissions (chat_id);"
    "CREATE INDEX IF NOT EXISTS idx_domain_perm_fqdn ON domain_permissions (domain_fqdn);"

    "CREATE TABLE IF NOT EXISTS subdomain_permissions ("
    "  id INTEGER PRIMARY KEY AUTOINCREMENT,"
    "  chat_id INTEGER NOT NULL,"
    "  subdomain_fqdn TEXT NOT NULL,"
    "  granted_by TEXT NOT NULL,"
    "  granted_at DATETIME DEFAULT CURRENT_TIMESTAMP,"
    "  UNIQUE (chat_id, subdomain_fqdn));"
    "CREATE INDEX IF NOT EXISTS idx_subdomain_perm_chat ON subdomain_permissions (chat_id);"
    "CREATE INDEX IF NOT EXISTS idx_subdomain_perm_fqdn ON subdomain_permissions (subdomain_fqdn);"

    "CREATE TABLE IF NOT EXISTS created_subdomains ("
    "  id INTEGER PRIMARY KEY AUTOINCREMENT,"
    "  subdomain_fqdn TEXT NOT NULL UNIQUE,"
    "  created_by_chat_id INTEGER NOT NULL,"
    "  created_at DATETIME DEFAULT CURRENT_TIMESTAMP);"
    "CREATE INDEX IF NOT EXISTS idx_created_sub_chat ON created_subdomains (created_by_chat_id);";

/*
 * One row: this file as a follower of the event stream. The name is made once
 * and tells this file from every other one that follows the same stream.
 */
static const char VERSION_3[] =
    "CREATE TABLE IF NOT EXISTS journal ("
    "  name TEXT PRIMARY KEY,"
    "  position TEXT NOT NULL,"
    "  created_at DATETIME DEFAULT CURRENT_TIMESTAMP);"
    "INSERT INTO journal (name, position)"
    "  SELECT 'journal-' || lower(hex(randomblob(8))), '0-0'"
    "  WHERE NOT EXISTS (SELECT 1 FROM journal);"
    "CREATE INDEX IF NOT EXISTS idx_action_logs_chat ON action_logs (chat_id);";

/*
 * Each way in which the log is asked: by person, action or name, newest first;
 * and what was changed at a name, however often it was looked at.
 */
static const char VERSION_5[] =
    "CREATE INDEX IF NOT EXISTS idx_action_logs_user ON action_logs (user_id);"
    "CREATE INDEX IF NOT EXISTS idx_action_logs_username ON action_logs (username);"
    "CREATE INDEX IF NOT EXISTS idx_action_logs_action ON action_logs (action);"
    "CREATE INDEX IF NOT EXISTS idx_action_logs_target ON action_logs (target);"
    "CREATE INDEX IF NOT EXISTS idx_action_logs_dns_changes ON action_logs (target)"
    "  WHERE result = 'ok' AND substr(action, 1, 4) = 'dns_';";

/* The same without those who only looked, of whom there are many times more. */
static const char VERSION_7[] =
    "CREATE INDEX IF NOT EXISTS idx_action_logs_deeds ON action_logs (id)"
    "  WHERE " SCHEMA_IS_DEED
    ";"
    "CREATE INDEX IF NOT EXISTS idx_action_logs_deeds_chat ON action_logs (chat_id)"
    "  WHERE " SCHEMA_IS_DEED
    ";"
    "CREATE INDEX IF NOT EXISTS idx_action_logs_deeds_user ON action_logs (user_id)"
    "  WHERE " SCHEMA_IS_DEED
    ";"
    "CREATE INDEX IF NOT EXISTS idx_action_logs_deeds_username ON action_logs (username)"
    "  WHERE " SCHEMA_IS_DEED
    ";"
    "CREATE INDEX IF NOT EXISTS idx_action_logs_deeds_action ON action_logs (action)"
    "  WHERE " SCHEMA_IS_DEED
    ";"
    "CREATE INDEX IF NOT EXISTS idx_action_logs_deeds_target ON action_logs (target)"
    "  WHERE " SCHEMA_IS_DEED ";";

/* Columns added to tables that may have them already: SQLite cannot say IF NOT EXISTS here. */
/* clang-format off */
static const struct {
    int64_t version;
    const char *table;
    const char *column;
    const char *type;
} COLUMNS[] = {
    {2, "domain_permissions",    "can_edit_dns",         "BOOLEAN DEFAULT 0"},
    {2, "domain_permissions",    "can_delete_dns",       "BOOLEAN DEFAULT 0"},
    {2, "subdomain_permissions", "can_edit_dns",         "BOOLEAN DEFAULT 0"},
    {2, "subdomain_permissions", "can_delete_dns",       "BOOLEAN DEFAULT 0"},
    {2, "subdomain_permissions", "can_delete_subdomain", "BOOLEAN DEFAULT 0"},
    {3, "action_logs",           "ref",                  "INTEGER"          },
    {3, "action_logs",           "target",               "TEXT"             },
    {3, "action_logs",           "result",               "TEXT"             },
    {3, "action_logs",           "before",               "TEXT"             },
    {3, "action_logs",           "after",                "TEXT"             },
    {3, "action_logs",           "ms",                   "INTEGER"          },
    {4, "journal",               "seed",                 "TEXT"             }, /* meta.seeded of the Redis whose rights the file has */
    {6, "allowed_chats",         "members_act",          "BOOLEAN DEFAULT 0"}, /* of a group: its members have rights of their own */
};

/* The first two carry the descriptions that the Python bot gives them. */
static const struct {
    int64_t version;
    int64_t usable_since; /* the oldest version whose program may go on with such a file */
    const char *description;
    const char *sql; /* NULL: columns only */
} MIGRATIONS[] = {
    {1, 1, "Initial schema with all base tables",                           VERSION_1},
    {2, 2, "Add DNS edit/delete permission columns",                        NULL     },
    {3, 3, "Add results to action_logs, and the place in the event stream", VERSION_3},
    {4, 4, "Add which Redis the rights are from",                           NULL     },
    {5, 4, "Add indexes by which the log is read",                          VERSION_5},
    {6, 6, "Add groups whose members have rights of their own",             NULL     },
    {7, 6, "Add indexes by which changes in the log are read",              VERSION_7},
};

/* What tells the bot's tables from others of the same name: the columns every version has. */
static const struct {
    const char *table;
    const char *columns; /* as SQL has them in a list */
    int64_t column_count;
} TABLES[] = {
    {"schema_version",        "'version','description','applied_at'",                                      3},
    {"allowed_chats",         "'id','chat_id','added_by','added_at','note'",                               5},
    {"action_logs",           "'id','chat_id','user_id','username','action','details','created_at'",       7},
    {"domain_permissions",    "'id','chat_id','domain_fqdn','can_create_subdomain','can_delete_subdomain','granted_by','granted_at'", 7},
    {"subdomain_permissions", "'id','chat_id','subdomain_fqdn','granted_by','granted_at'",                 5},
    {"created_subdomains",    "'id','subdomain_fqdn','created_by_chat_id','created_at'",                   4},
};
/* clang-format on */

/* ---- what is in the file ---- */

static bool count_columns(struct sqlite *db, const char *table, const char *columns, int64_t *out,
                          struct err *err)
{
    bool ok;
    struct buf sql;

    buf_init(&sql, SQL_MAX_BYTES);
    buf_addf(&sql, "SELECT count(*) FROM pragma_table_info('%s')", table);
    if (columns) {
        buf_addf(&sql, " WHERE name IN (%s)", columns);
    }
    ok = sqlite_query_int(db, buf_text(&sql), 0, out, err);
    buf_free(&sql);
    return ok;
}

/* A table that the bot does not have, or "" when there is none. */
static bool find_stranger(struct sqlite *db, char out[NAME_SIZE], struct err *err)
{
    struct sqlite_statement *query;
    bool row = false;
    bool ok;
    struct buf sql;

    buf_init(&sql, SQL_MAX_BYTES);
    buf_addf(&sql,
             "SELECT name FROM sqlite_master WHERE type = 'table'"
             " AND substr(name, 1, 7) <> 'sqlite_' AND name NOT IN (''");
    for (size_t i = 0; i < ARRAY_LEN(TABLES); i++) {
        buf_addf(&sql, ", '%s'", TABLES[i].table);
    }
    buf_addf(&sql, ") ORDER BY name LIMIT 1");
    query = sqlite_prepare(db, buf_text(&sql), err);
    ok = query && sqlite_step(query, &row, err);
    if (ok) {
        (void)snprintf(out, NAME_SIZE, "%s", row ? sqlite_column_text(query, 0) : "");
    }
    sqlite_finish(query);
    buf_free(&sql);
    return ok;
}

/* Each table of the bot is either absent or its own; *out_present counts them. */
static bool check_tables(struct sqlite *db, size_t *out_present, struct err *err)
{
    size_t present = 0;

    for (size_t i = 0; i < ARRAY_LEN(TABLES); i++) {
        int64_t all;
        int64_t known;

        if (!count_columns(db, TABLES[i].table, NULL, &all, err) ||
            !count_columns(db, TABLES[i].table, TABLES[i].columns, &known, err)) {
            return false;
        }
        if (all > 0 && known < TABLES[i].column_count) {
            return err_set(err, ERR_FATAL,
                           "not a database of this bot: its table %s has other columns; move the "
                           "file away or set DATA_DIR to another folder",
                           TABLES[i].table);
        }
        present += all > 0 ? 1 : 0;
    }
    *out_present = present;
    return true;
}

/* Whether the newer program that made the file what it is says that this one may go on with it. */
static bool check_newer(struct sqlite *db, int64_t version, struct err *err)
{
    int64_t since = 0;

    if (!sqlite_query_int(db, "PRAGMA user_version", 0, &since, err)) {
        return false;
    }
    return (since > 0 && since <= SCHEMA_VERSION) ||
           err_set(err, ERR_FATAL,
                   "its schema version %" PRId64
                   " is newer than %d, the one this program "
                   "knows: install the newer program, or restore a backup",
                   version, SCHEMA_VERSION);
}

/*
 * A file from before versions has no tables but the bot's; one with a version
 * has them all, and tables that an administrator's tools have added do not matter.
 */
bool schema_find(struct sqlite *db, struct schema_found *out, struct err *err)
{
    char stranger[NAME_SIZE];
    int64_t versioned;
    int64_t version = 0;
    size_t present = 0;

    if (!check_tables(db, &present, err) || !find_stranger(db, stranger, err) ||
        !count_columns(db, "schema_version", NULL, &versioned, err)) {
        return false;
    }
    if (versioned > 0 &&
        !sqlite_query_int(db, "SELECT max(version) FROM schema_version", 0, &version, err)) {
        return false;
    }
    if (version > SCHEMA_VERSION && !check_newer(db, version, err)) {
        return false;
    }
    if (version <= 0 && stranger[0] != '\0') {
        return err_set(err, ERR_FATAL,
                       "not a database of this bot: it has a table \"%s\"; move the file away or "
                       "set DATA_DIR to another folder",
                       stranger);
    }
    if (version > 0 && present < ARRAY_LEN(TABLES)) {
        return err_set(err, ERR_FATAL,
                       "not a database of this bot, or a damaged one: it says schema version "
                       "%" PRId64 " but has %zu of its %zu tables",
                       version, present, ARRAY_LEN(TABLES));
    }
    *out = (struct schema_found){.version = version > 0 ? version : 0, .empty = present == 0};
    return true;
}

/* ---- changing it ---- */

static bool add_columns(struct sqlite *db, int64_t version, struct err *err)
{
    bool ok = true;

    for (size_t i = 0; i < ARRAY_LEN(COLUMNS) && ok; i++) {
        char name[NAME_SIZE];
        int64_t found = 0;
        struct buf sql;

        if (COLUMNS[i].version != version) {
            continue;
        }
        (void)snprintf(name, sizeof(name), "'%s'", COLUMNS[i].column);
        buf_init(&sql, SQL_MAX_BYTES);
        buf_addf(&sql, "ALTER TABLE %s ADD COLUMN \"%s\" %s", COLUMNS[i].table, COLUMNS[i].column,
                 COLUMNS[i].type);
        ok = count_columns(db, COLUMNS[i].table, name, &found, err) &&
             (found > 0 || sqlite_exec(db, buf_text(&sql), err));
        buf_free(&sql);
    }
    return ok;
}

static bool record_version(struct sqlite *db, size_t index, struct err *err)
{
    struct sqlite_statement *insert =
        sqlite_prepare(db, "INSERT INTO schema_version (version, description) VALUES (?, ?)", err);
    bool ok = insert != NULL;

    if (ok) {
        sqlite_bind_int(insert, 1, MIGRATIONS[index].version);
        sqlite_bind_text(insert, 2, MIGRATIONS[index].description);
        ok = sqlite_run(insert, err);
    }
    sqlite_finish(insert);
    return ok;
}

/* As a number in the file's header, where the Python bot and other tools have nothing. */
static bool record_usable_since(struct sqlite *db, size_t index, struct err *err)
{
    bool ok;
    struct buf sql;

    buf_init(&sql, SQL_MAX_BYTES);
    buf_addf(&sql, "PRAGMA user_version = %" PRId64, MIGRATIONS[index].usable_since);
    ok = sqlite_exec(db, buf_text(&sql), err);
    buf_free(&sql);
    return ok;
}

static bool migrate_to(struct sqlite *db, size_t index, struct err *err)
{
    const char *sql = MIGRATIONS[index].sql;
    struct err ignored = ERR_INIT;
    bool ok = sqlite_exec(db, "BEGIN IMMEDIATE", err);

    if (!ok) {
        return false;
    }
    ok = (!sql || sqlite_exec(db, sql, err)) && add_columns(db, MIGRATIONS[index].version, err) &&
         record_version(db, index, err) && record_usable_since(db, index, err) &&
         sqlite_exec(db, "COMMIT", err);
    if (!ok) {
        if (!sqlite_exec(db, "ROLLBACK", &ignored)) {
            ignored = ERR_INIT; /* none is open: SQLite has rolled back by itself */
        }
        return err_prefix(err, "schema version %" PRId64, MIGRATIONS[index].version);
    }
    return true;
}

bool schema_migrate(struct sqlite *db, int64_t *out_from, struct err *err)
{
    struct schema_found found = {.version = 0};

    if (!schema_find(db, &found, err)) {
        return false;
    }
    for (size_t i = 0; i < ARRAY_LEN(MIGRATIONS); i++) {
        if (MIGRATIONS[i].version <= found.version) {
            continue;
        }
        if (!migrate_to(db, i, err)) {
            return false;
        }
        CRASH_POINT("journal.migrated");
    }
    *out_from = found.version;
    return true;
}
