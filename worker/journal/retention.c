/* SPDX-License-Identifier: MIT */
#include "worker/journal/retention.h"

#include "worker/journal/schema.h"

/* Rows of the Python bot have no ms. The index is on created_at, which is UTC. */
static const char REMOVE_SQL[] =
    "DELETE FROM action_logs WHERE id IN (SELECT id FROM action_logs"
    "  WHERE created_at < datetime(?1 / 1000, 'unixepoch') AND ms IS NOT NULL"
    "  AND NOT " SCHEMA_IS_DEED " ORDER BY created_at LIMIT ?2)";

bool retention_remove(struct sqlite *db, int64_t before_ms, struct err *err)
{
    struct sqlite_statement *remove = sqlite_prepare(db, REMOVE_SQL, err);
    bool ok = remove != NULL;

    if (ok) {
        sqlite_bind_int(remove, 1, before_ms);
        sqlite_bind_int(remove, 2, RETENTION_ROWS);
        ok = sqlite_run(remove, err);
    }
    sqlite_finish(remove);
    return ok;
}
