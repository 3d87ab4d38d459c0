/* SPDX-License-Identifier: MIT */
#include "worker/journal/rights_tables.h"

#include "shared/base/compiler.h"
#include "shared/base/mem.h"
#include "worker/journal/readable.h"

#include <stdlib.h>

/* Parameters: 1 chat, 2 name, 3 note or letters, 4 by whom, 5 Unix ms. */
#define TIME "datetime(?5 / 1000, 'unixepoch')"
#define IS_DOMAIN                                                          \
    "(instr(?3, 'C') > 0 OR length(?2) - length(replace(?2, '.', '')) = 1" \
    " OR EXISTS (SELECT 1 FROM domain_permissions WHERE domain_fqdn = ?2))"
#define FLAGS "instr(?3, 'E') > 0, instr(?3, 'D') > 0, instr(?3, 'X') > 0"
#define TAKE_FLAGS                                                                    \
    "can_edit_dns = excluded.can_edit_dns, can_delete_dns = excluded.can_delete_dns," \
    " can_delete_subdomain = excluded.can_delete_subdomain,"                          \
    " granted_by = excluded.granted_by, granted_at = excluded.granted_at"

enum statement {
    ALLOW,
    UNLIST,
    SET_SUBDOMAIN,
    SET_DOMAIN,
    KEEP_ONE,
    UNSET_SUBDOMAIN,
    UNSET_DOMAIN,
    STRIP_SUBDOMAINS,
    STRIP_DOMAINS,
    STRIP_CREATED,
    FREE_SUBDOMAIN,
    FREE_DOMAIN,
    ADD,
    DEL,
    MEMBERS_ON,
    MEMBERS_OFF,
    READ_ACCESS,
    READ_MEMBERS,
    READ_GRANTS,
    READ_CREATORS,
    STATEMENT_COUNT,
};

/* By enum statement. */
static const struct {
    const char *sql;
    int parameters; /* the highest of those named above */
} STATEMENTS[] = {
    {"INSERT INTO allowed_chats (chat_id, note, added_by, added_at)"
     " VALUES (?1, nullif(?3, ''), ?4, " TIME ")"
     " ON CONFLICT (chat_id) DO UPDATE SET note = excluded.note",
     5},
    {"DELETE FROM allowed_chats WHERE chat_id = ?1", 1},
    {"INSERT INTO subdomain_permissions (chat_id, subdomain_fqdn, can_edit_dns, can_delete_dns,"
     "  can_delete_subdomain, granted_by, granted_at)"
     " SELECT ?1, ?2, " FLAGS ", ?4, " TIME " WHERE NOT " IS_DOMAIN
     " ON CONFLICT (chat_id, subdomain_fqdn) DO UPDATE SET " TAKE_FLAGS,
     5},
    {"INSERT INTO domain_permissions (chat_id, domain_fqdn, can_create_subdomain, can_edit_dns,"
     "  can_delete_dns, can_delete_subdomain, granted_by, granted_at)"
     " SELECT ?1, ?2, instr(?3, 'C') > 0, " FLAGS ", ?4, " TIME " WHERE " IS_DOMAIN
     " ON CONFLICT (chat_id, domain_fqdn) DO UPDATE SET " TAKE_FLAGS
     ", can_create_subdomain = excluded.can_create_subdomain",
     5},
    {"DELETE FROM subdomain_permissions WHERE chat_id = ?1 AND subdomain_fqdn = ?2 AND EXISTS"
     " (SELECT 1 FROM domain_permissions WHERE chat_id = ?1 AND domain_fqdn = ?2)",
     2},
    {"DELETE FROM subdomain_permissions WHERE chat_id = ?1 AND subdomain_fqdn = ?2", 2},
    {"DELETE FROM domain_permissions WHERE chat_id = ?1 AND domain_fqdn = ?2", 2},
    {"DELETE FROM subdomain_permissions WHERE chat_id = ?1", 1},
    {"DELETE FROM domain_permissions WHERE chat_id = ?1", 1},
    {"DELETE FROM created_subdomains WHERE created_by_chat_id = ?1", 1},
    {"DELETE FROM subdomain_permissions WHERE subdomain_fqdn = ?2", 2},
    {"DELETE FROM domain_permissions WHERE domain_fqdn = ?2", 2},
    {"INSERT INTO created_subdomains (created_by_chat_id, subdomain_fqdn, created_at)"
     " VALUES (?1, ?2, " TIME ")"
     " ON CONFLICT (subdomain_fqdn) DO UPDATE SET"
     "  created_by_chat_id = excluded.created_by_chat_id, created_at = excluded.created_at",
     5},
    {"DELETE FROM created_subdomains WHERE subdomain_fqdn = ?2", 2},
    {"UPDATE allowed_chats SET members_act = 1 WHERE chat_id = ?1", 1},
    {"UPDATE allowed_chats SET members_act = 0 WHERE chat_id = ?1", 1},
    {"SELECT chat_id, note FROM kept_access", 0},
    {"SELECT chat_id FROM allowed_chats WHERE members_act", 0},
    {"SELECT chat_id, name, letters FROM kept_grants", 0},
    {"SELECT chat_id, name FROM kept_creators", 0},
};

/* By enum right_change_kind: which statements, in which order; STATEMENT_COUNT ends them. */
static const enum statement RUN_FOR[][6] = {
    {ALLOW, STATEMENT_COUNT},
    {UNLIST, STATEMENT_COUNT},
    {SET_SUBDOMAIN, SET_DOMAIN, KEEP_ONE, STATEMENT_COUNT},
    {UNSET_SUBDOMAIN, UNSET_DOMAIN, STATEMENT_COUNT},
    {ADD, STATEMENT_COUNT},
    {DEL, FREE_SUBDOMAIN, FREE_DOMAIN, STATEMENT_COUNT},
    {UNLIST, STRIP_SUBDOMAINS, STRIP_DOMAINS, STRIP_CREATED, ALLOW, STATEMENT_COUNT},
    {UNLIST, STRIP_SUBDOMAINS, STRIP_DOMAINS, STRIP_CREATED, STATEMENT_COUNT},
    {MEMBERS_ON, STATEMENT_COUNT},
    {MEMBERS_OFF, STATEMENT_COUNT},
};

/* Without the rows that rights_settle() has left out. */
#define OF(table) " FROM " table " WHERE id NOT IN (SELECT id FROM left_out WHERE of = '" table "')"
static const char VIEWS[] =
    "CREATE TEMP VIEW kept_access AS"
    " SELECT chat_id, coalesce(note, '') AS note" OF("allowed_chats") ";"
    "CREATE TEMP VIEW kept_grants AS"
    " SELECT chat_id, name, iif(max(e), 'E', '') || iif(max(d), 'D', '') ||"
    "   iif(max(c), 'C', '') || iif(max(x), 'X', '') AS letters"
    " FROM (SELECT chat_id, domain_fqdn AS name, can_edit_dns AS e, can_delete_dns AS d,"
    "         can_create_subdomain AS c, can_delete_subdomain AS x" OF("domain_permissions")
    "       UNION ALL"
    "       SELECT chat_id, subdomain_fqdn, can_edit_dns, can_delete_dns, 0,"
    "         can_delete_subdomain" OF("subdomain_permissions") ")"
    " GROUP BY chat_id, name;"
    "CREATE TEMP VIEW kept_creators AS"
    " SELECT created_by_chat_id AS chat_id, subdomain_fqdn AS name" OF("created_subdomains") ";";

struct rights_tables {
    struct sqlite_statement *statements[STATEMENT_COUNT]; /* owned */
};

struct rights_tables *rights_tables_new(struct sqlite *db, struct err *err)
{
    struct rights_tables *tables;

    if (!sqlite_exec(db, VIEWS, err)) {
        return NULL;
    }
    tables = xcalloc(1, sizeof(*tables));
    for (size_t i = 0; i < STATEMENT_COUNT; i++) {
        tables->statements[i] = sqlite_prepare(db, STATEMENTS[i].sql, err);
        if (!tables->statements[i]) {
            rights_tables_free(tables);
            return NULL;
        }
    }
    return tables;
}

void rights_tables_free(struct rights_tables *tables)
{
    if (!tables) {
        return;
    }
    for (size_t i = 0; i < STATEMENT_COUNT; i++) {
        sqlite_finish(tables->statements[i]);
    }
    free(tables);
}

/* ---- changing ---- */

static bool run(struct rights_tables *tables, enum statement which,
                const struct right_change *change, struct err *err)
{
    struct sqlite_statement *statement = tables->statements[which];
    int parameters = STATEMENTS[which].parameters;

    sqlite_bind_int(statement, 1, change->chat_id);
    if (parameters >= 2) {
        sqlite_bind_text(statement, 2, change->name);
    }
    if (parameters >= 5) {
        bind_readable(statement, 3, change->value);
        bind_readable(statement, 4, change->by);
        sqlite_bind_int(statement, 5, change->ms);
    }
    return sqlite_run(statement, err);
}

bool rights_tables_apply(struct rights_tables *tables, const struct right_change *change,
                         struct err *err)
{
    const enum statement *statement = RUN_FOR[change->kind];

    for (; *statement != STATEMENT_COUNT; statement++) {
        if (!run(tables, *statement, change, err)) {
            return false;
        }
    }
    return true;
}

/* ---- reading ---- */

static bool add_access(struct queue_seed *seed, struct sqlite_statement *row)
{
    queue_seed_access(seed, sqlite_column_int(row, 0), sqlite_column_text(row, 1));
    return true;
}

static bool add_members(struct queue_seed *seed, struct sqlite_statement *row)
{
    queue_seed_members(seed, sqlite_column_int(row, 0));
    return true;
}

/* The name in column 1 as Redis has it. False for what is none. */
static bool read_name(struct sqlite_statement *row, char out[IDN_ASCII_SIZE])
{
    const char *name = sqlite_column_text(row, 1);
    struct err ignored = ERR_INIT;

    return name && idn_to_ascii(name, out, &ignored);
}

static bool add_grant(struct queue_seed *seed, struct sqlite_statement *row)
{
    char name[IDN_ASCII_SIZE];

    if (!read_name(row, name)) {
        return false;
    }
    queue_seed_grant(seed, sqlite_column_int(row, 0), name, sqlite_column_text(row, 2));
    return true;
}

static bool add_creator(struct queue_seed *seed, struct sqlite_statement *row)
{
    char name[IDN_ASCII_SIZE];

    if (!read_name(row, name)) {
        return false;
    }
    queue_seed_creator(seed, name, sqlite_column_int(row, 0));
    return true;
}

static const struct reader {
    enum statement read;
    bool (*add)(struct queue_seed *seed, struct sqlite_statement *row);
} READERS[] = {
    {READ_ACCESS, add_access},
    {READ_MEMBERS, add_members},
    {READ_GRANTS, add_grant},
    {READ_CREATORS, add_creator},
};

/* Adds to *count how many rows were added. */
static bool read_rows(struct rights_tables *tables, const struct reader *reader,
                      struct queue_seed *seed, int64_t *count, struct err *err)
{
    struct sqlite_statement *statement = tables->statements[reader->read];
    bool row = false;

    do {
        if (!sqlite_step(statement, &row, err)) {
            return false;
        }
        *count += row && reader->add(seed, statement) ? 1 : 0;
    } while (row);
    return true;
}

bool rights_tables_read(struct rights_tables *tables, struct queue_seed *seed, int64_t *out_count,
                        struct err *err)
{
    int64_t count = 0;

    for (size_t i = 0; i < ARRAY_LEN(READERS); i++) {
        if (!read_rows(tables, &READERS[i], seed, &count, err)) {
            return false;
        }
    }
    *out_count = count;
    return true;
}
