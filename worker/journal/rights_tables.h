/* SPDX-License-Identifier: MIT */
/*
 * The tables of rights in bot.db: allowed_chats, domain_permissions,
 * subdomain_permissions, created_subdomains. They are the Python bot's and stay
 * readable for it: Redis has one list of names per chat, the file two tables.
 * A name is in domain_permissions when it has two labels, when subdomains may
 * be created below it, or when somebody's right has put it there before.
 *
 * Handles belong to the journal's thread. All fail as sqlite_run().
 */
#ifndef WORKER_JOURNAL_RIGHTS_TABLES_H
#define WORKER_JOURNAL_RIGHTS_TABLES_H

#include "shared/base/err.h"
#include "shared/io/sqlite.h"
#include "shared/queue/seed.h"
#include "worker/journal/right_change.h"

#include <stdbool.h>
#include <stdint.h>

struct rights_tables; /* opaque */

/*
 * Prepares the statements, and for other statements the temporary views
 * `kept_access` (chat_id, note) and `kept_grants` (chat_id, name, letters),
 * which is two tables as one. `db` outlives it, and is settled (rights_settle.h).
 */
MUST_CHECK struct rights_tables *rights_tables_new(struct sqlite *db, struct err *err);
void rights_tables_free(struct rights_tables *tables); /* NULL is a no-op */

/* Makes one change. Repeating it changes nothing more. Inside the caller's transaction. */
MUST_CHECK bool rights_tables_apply(struct rights_tables *tables, const struct right_change *change,
                                    struct err *err);

/* Adds every row to `seed`; *out_count is their number. Names that are none are left out. */
MUST_CHECK bool rights_tables_read(struct rights_tables *tables, struct queue_seed *seed,
                                   int64_t *out_count, struct err *err);

#endif
