/* SPDX-License-Identifier: MIT */
/*
 * The tables of bot.db and how older files become current ones.
 *
 * Version 2 is the Python bot 1.2.0's, the later ones add what the journal needs;
 * nothing of version 2 is renamed or removed, so that bot still opens the file.
 * To change the schema, append a row to MIGRATIONS in schema.c with the next
 * version and SQL that may run on a file in use; rows are never edited.
 *
 * A row says which older programs may go on with such a file (usable_since), so
 * that an upgrade can be taken back: those that neither need what it takes away
 * nor do harm by not knowing what it adds. The file has that number as its
 * user_version; what is newer and has none is refused.
 */
#ifndef WORKER_JOURNAL_SCHEMA_H
#define WORKER_JOURNAL_SCHEMA_H

#include "shared/base/err.h"
#include "shared/io/sqlite.h"

#include <stdbool.h>
#include <stdint.h>

enum { SCHEMA_VERSION = 7 };

/*
 * SQL, of action_logs: a change, a refusal, or what nobody can know, as opposed to somebody looking
 * at something. Word for word the condition of indexes: a query that has it uses them.
 */
#define SCHEMA_IS_DEED                                                                     \
    "(\"before\" IS NOT NULL OR \"after\" IS NOT NULL OR result IN ('refused', 'unknown')" \
    " OR action = 'dead')"

struct schema_found {
    int64_t version; /* 0: an empty file, or one from before versions; above SCHEMA_VERSION: a
                        newer program's, that this one may go on with */
    bool empty;      /* it has no table yet                           */
};

/*
 * Looks which version the file has; nothing is changed.
 * Fails: ERR_FATAL the file is not the bot's, or of a newer program that does not say that this one
 *        may go on with it
 */
MUST_CHECK bool schema_find(struct sqlite *db, struct schema_found *out, struct err *err);

/*
 * Brings the file to SCHEMA_VERSION, each step in a transaction of its own; a newer one stays.
 * *out_from is the version that schema_find() has found. Fails as that does,
 * and as sqlite_exec().
 */
MUST_CHECK bool schema_migrate(struct sqlite *db, int64_t *out_from, struct err *err);

#endif
