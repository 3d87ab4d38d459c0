/* SPDX-License-Identifier: MIT */
#include "worker/journal/rights_keeper.h"

#include "shared/base/buf.h"
#include "shared/base/clock.h"
#include "shared/base/compiler.h"
#include "shared/base/log.h"
#include "shared/base/mem.h"
#include "shared/io/idn.h"
#include "shared/queue/seed.h"
#include "shared/wire/letters.h"
#include "worker/journal/file_copy.h"
#include "worker/journal/readable.h"
#include "worker/journal/right_change.h"
#include "worker/journal/rights_settle.h"
#include "worker/journal/rights_tables.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PATH_MAX_BYTES = 8192 };

/* By whom a right is that was written to Redis by hand. */
static const char BY_HAND[] = "redis";

struct rights_keeper {
    struct rights_keeper_options options;
    struct rights_tables *tables;            /* owned                                  */
    struct sqlite_statement *add_live;       /* owned, as the other statements         */
    struct sqlite_statement *find_differing; /*                                        */
    struct sqlite_statement *set_mark;       /*                                        */
    char mark[QUEUE_MARK_SIZE];              /* of the Redis that is there; "" unknown */
};

/*
 * live:      what Redis holds; name "" for access
 * differing: the changes that make the file equal to it
 */
static const char TEMPORARY_SQL[] =
    "CREATE TEMP TABLE live (chat_id INTEGER, name TEXT, value TEXT,"
    "  PRIMARY KEY (chat_id, name)) WITHOUT ROWID;"
    "CREATE TEMP TABLE differing (kind INTEGER, chat_id INTEGER, name TEXT, value TEXT);";

static const char CLEAR_SQL[] = "DELETE FROM live; DELETE FROM differing;";

static const char ADD_LIVE_SQL[] = "INSERT OR REPLACE INTO live VALUES (?1, ?2, ?3)";

/* Parameters are the kinds of change, in the order of enum right_change_kind. */
static const char FIND_DIFFERING_SQL[] =
    "INSERT INTO differing"
    " SELECT ?1, l.chat_id, l.name, l.value FROM live l"
    "  LEFT JOIN allowed_chats a ON a.chat_id = l.chat_id"
    "  WHERE l.name = '' AND (a.chat_id IS NULL OR coalesce(a.note, '') <> l.value)"
    " UNION ALL SELECT ?2, a.chat_id, '', '' FROM kept_access a WHERE NOT EXISTS"
    "  (SELECT 1 FROM live l WHERE l.chat_id = a.chat_id AND l.name = '')"
    " UNION ALL SELECT ?3, l.chat_id, l.name, l.value FROM live l"
    "  LEFT JOIN kept_grants k ON k.chat_id = l.chat_id AND k.name = l.name"
    "  WHERE l.name <> '' AND k.letters IS NOT l.value"
    " UNION ALL SELECT ?4, k.chat_id, k.name, '' FROM kept_grants k WHERE NOT EXISTS"
    "  (SELECT 1 FROM live l WHERE l.chat_id = k.chat_id AND l.name = k.name)";

static const char READ_DIFFERING_SQL[] = "SELECT kind, chat_id, name, value FROM differing";
static const char SET_MARK_SQL[] = "UPDATE journal SET seed = ? WHERE name = ?";

static bool prepare(struct rights_keeper *keeper, struct err *err)
{
    const struct {
        struct sqlite_statement **out;
        const char *sql;
    } statements[] = {
        {&keeper->add_live, ADD_LIVE_SQL},
        {&keeper->find_differing, FIND_DIFFERING_SQL},
        {&keeper->set_mark, SET_MARK_SQL},
    };

    if (!sqlite_exec(keeper->options.db, "PRAGMA temp_store = MEMORY", err) ||
        !rights_settle(keeper->options.db, err)) {
        return false;
    }
    keeper->tables = rights_tables_new(keeper->options.db, err);
    if (!keeper->tables || !sqlite_exec(keeper->options.db, TEMPORARY_SQL, err)) {
        return false;
    }
    for (size_t i = 0; i < ARRAY_LEN(statements); i++) {
        *statements[i].out = sqlite_prepare(keeper->options.db, statements[i].sql, err);
        if (!*statements[i].out) {
            return false;
        }
    }
    return true;
}

struct rights_keeper *rights_keeper_new(const struct rights_keeper_options *options,
                                        struct err *err)
{
    struct rights_keeper *keeper = xcalloc(1, sizeof(*keeper));

    keeper->options = *options;
    if (!prepare(keeper, err)) {
        rights_keeper_free(keeper);
        return NULL;
    }
    return keeper;
}

void rights_keeper_free(struct rights_keeper *keeper)
{
    if (!keeper) {
        return;
    }
    sqlite_finish(keeper->add_live);
    sqlite_finish(keeper->find_differing);
    sqlite_finish(keeper->set_mark);
    rights_tables_free(keeper->tables);
    free(keeper);
}

/* ---- from the file to Redis ---- */

bool rights_keeper_seed(struct rights_keeper *keeper, const char *position, bool *out_seeded,
                        struct err *err)
{
    const struct rights_keeper_options *options = &keeper->options;
    enum queue_seeded seeded = QUEUE_SEED_KEPT;
    struct queue_seed *seed;
    int64_t rows = 0;

    keeper->mark[0] = '\0';
    if (!queue_seed_mark(options->queue, keeper->mark, err)) {
        return false;
    }
    if (keeper->mark[0] != '\0') {
        *out_seeded = true;
        return true;
    }
    seed = queue_seed_new(options->queue, options->follower, position);
    if (!rights_tables_read(keeper->tables, seed, &rows, err)) {
        queue_seed_free(seed);
        return false;
    }
    if (!queue_seed(options->queue, seed, &seeded, keeper->mark, err)) {
        return false;
    }
    if (seeded == QUEUE_SEED_DONE) {
        log_info("journal.seeded", LOG_INT("rows", rows), LOG_TEXT("position", position));
    }
    *out_seeded = seeded != QUEUE_SEED_BEHIND;
    return true;
}

/* ---- from events to the file ---- */

bool rights_keeper_apply(struct rights_keeper *keeper, const struct journal_row *row,
                         struct err *err)
{
    struct err why = ERR_INIT;
    struct right_change change;
    bool any = false;
    bool ok = true;

    if (!right_change_read(row, &change, &any, &why)) {
        log_warn("journal.event_odd", LOG_INT("update_id", row->ref), LOG_TEXT("why", why.message));
        return true; /* its row is in the log; what Redis holds is taken all the same */
    }
    if (any) {
        ok = rights_tables_apply(keeper->tables, &change, err);
        right_change_free(&change);
    }
    return ok;
}

/* ---- from Redis to the file ---- */

/* A right that works, as the file has it. False for what an operator has mistyped. */
static bool add_live(struct rights_keeper *keeper, enum queue_rights_kind kind,
                     const struct queue_right *right, struct err *err)
{
    char name[IDN_UNICODE_SIZE] = "";
    char ascii[IDN_ASCII_SIZE];
    char letters[LETTERS_SIZE];
    const char *value = right->value;
    struct err ignored = ERR_INIT;
    int64_t chat_id;

    if (!right_chat(right->chat, &chat_id)) {
        return true;
    }
    if (kind == QUEUE_RIGHTS_GRANTS) {
        if (!idn_to_ascii(right->name, ascii, &ignored) || strcmp(ascii, right->name) != 0 ||
            !right_name(ascii, name)) {
            return true; /* no name is ever equal to it: it gives no right */
        }
        letters_read(right->value, letters);
        value = letters;
    }
    sqlite_bind_int(keeper->add_live, 1, chat_id);
    sqlite_bind_text(keeper->add_live, 2, name);
    bind_readable(keeper->add_live, 3, value);
    return sqlite_run(keeper->add_live, err);
}

/* Fails: ERR_RETRY also when the page is from another Redis than the one that was seeded. */
static bool add_page(struct rights_keeper *keeper, enum queue_rights_kind kind,
                     const struct queue_rights *page, struct err *err)
{
    if (strcmp(queue_rights_mark(page), keeper->mark) != 0) {
        return err_set(err, ERR_RETRY, "Redis was emptied meanwhile");
    }
    for (size_t i = 0; i < queue_rights_count(page); i++) {
        struct queue_right right = queue_rights_item(page, i);

        if (!add_live(keeper, kind, &right, err)) {
            return false;
        }
    }
    return true;
}

static bool read_live(struct rights_keeper *keeper, enum queue_rights_kind kind,
                      int64_t deadline_ms, struct err *err)
{
    char cursor[QUEUE_CURSOR_SIZE] = "0";

    do {
        struct queue_rights *page = NULL;
        bool ok;

        if (clock_monotonic_ms() > deadline_ms) {
            return err_set(err, ERR_RETRY, "reading the rights took too long");
        }
        if (!queue_rights_read(keeper->options.queue, kind, cursor, &page, err)) {
            return false;
        }
        ok = add_page(keeper, kind, page, err);
        queue_rights_free(page);
        if (!ok) {
            return false;
        }
    } while (strcmp(cursor, "0") != 0);
    return true;
}

static bool find_differing(struct rights_keeper *keeper, struct err *err)
{
    sqlite_bind_int(keeper->find_differing, 1, RIGHT_ALLOW);
    sqlite_bind_int(keeper->find_differing, 2, RIGHT_UNLIST);
    sqlite_bind_int(keeper->find_differing, 3, RIGHT_SET);
    sqlite_bind_int(keeper->find_differing, 4, RIGHT_UNSET);
    return sqlite_run(keeper->find_differing, err);
}

static bool apply_row(struct rights_keeper *keeper, struct sqlite_statement *row, int64_t now_ms,
                      struct err *err)
{
    struct right_change change = {.kind = (enum right_change_kind)sqlite_column_int(row, 0),
                                  .chat_id = sqlite_column_int(row, 1),
                                  .value = xstrdup(sqlite_column_text(row, 3)),
                                  .by = BY_HAND,
                                  .ms = now_ms};
    bool ok;

    (void)snprintf(change.name, sizeof(change.name), "%s", sqlite_column_text(row, 2));
    ok = rights_tables_apply(keeper->tables, &change, err);
    right_change_free(&change);
    return ok;
}

static bool apply_differing(struct rights_keeper *keeper, struct err *err)
{
    struct sqlite_statement *rows =
        sqlite_prepare(keeper->options.db, READ_DIFFERING_SQL, err); /* may stop half way */
    int64_t now_ms = clock_unix_ms();
    bool row = false;
    bool ok = rows && sqlite_step(rows, &row, err);

    while (ok && row) {
        ok = apply_row(keeper, rows, now_ms, err) && sqlite_step(rows, &row, err);
    }
    sqlite_finish(rows);
    return ok;
}

/* True when Redis was seeded from this file, or the file has taken its rights before. */
static bool is_ours(struct rights_keeper *keeper, bool *out, struct err *err)
{
    size_t len = strlen(keeper->options.follower);
    struct sqlite_statement *query;
    int64_t same = 0;
    bool row = false;
    bool ok;

    if (strncmp(keeper->mark, keeper->options.follower, len) == 0 && keeper->mark[len] == ' ') {
        *out = true;
        return true;
    }
    query = sqlite_prepare(keeper->options.db,
                           "SELECT count(*) FROM journal WHERE name = ? AND seed = ?", err);
    if (!query) {
        return false;
    }
    sqlite_bind_text(query, 1, keeper->options.follower);
    sqlite_bind_text(query, 2, keeper->mark);
    ok = sqlite_step(query, &row, err);
    same = ok && row ? sqlite_column_int(query, 0) : 0;
    sqlite_finish(query);
    *out = same > 0;
    return ok;
}

/* What the file held before, for a person who finds that it was the right one. */
static bool keep_copy(struct rights_keeper *keeper, struct err *err)
{
    const char *ms = strrchr(keeper->mark, ' ');
    struct buf path;
    bool ok;

    buf_init(&path, PATH_MAX_BYTES);
    buf_addf(&path, "%s.before-%s", keeper->options.path, ms ? ms + 1 : "");
    ok = file_copy(keeper->options.db, buf_text(&path), err);
    if (ok) {
        log_warn("journal.rights_replaced", LOG_TEXT("copy", buf_text(&path)),
                 LOG_TEXT("why", "Redis was seeded from another file, and its rights apply"));
    }
    buf_free(&path);
    return ok;
}

static bool write_differing(struct rights_keeper *keeper, struct err *err)
{
    struct err ignored = ERR_INIT;
    bool ok;

    if (!sqlite_exec(keeper->options.db, "BEGIN IMMEDIATE", err)) {
        return false;
    }
    sqlite_bind_text(keeper->set_mark, 1, keeper->mark);
    sqlite_bind_text(keeper->set_mark, 2, keeper->options.follower);
    ok = apply_differing(keeper, err) && sqlite_run(keeper->set_mark, err) &&
         sqlite_exec(keeper->options.db, "COMMIT", err);
    if (!ok && !sqlite_exec(keeper->options.db, "ROLLBACK", &ignored)) {
        ignored = ERR_INIT; /* none is open: SQLite has rolled back by itself */
    }
    return ok;
}

struct difference {
    int64_t all;     /* changes to make                      */
    int64_t removed; /* those of them that take a right away */
    int64_t kept;    /* rights that the file has before them */
    bool ours;       /* see is_ours()                        */
};

static bool measure(struct rights_keeper *keeper, struct difference *out, struct err *err)
{
    static const char ALL[] = "SELECT count(*) FROM differing";
    static const char KEPT[] =
        "SELECT (SELECT count(*) FROM kept_access) + (SELECT count(*) FROM kept_grants)";
    struct buf removed;
    bool ok;

    buf_init(&removed, 256);
    buf_addf(&removed, "%s WHERE kind IN (%d, %d)", ALL, RIGHT_UNLIST, RIGHT_UNSET);
    ok = sqlite_query_int(keeper->options.db, ALL, 0, &out->all, err) &&
         sqlite_query_int(keeper->options.db, buf_text(&removed), 0, &out->removed, err) &&
         sqlite_query_int(keeper->options.db, KEPT, 0, &out->kept, err) &&
         is_ours(keeper, &out->ours, err);
    buf_free(&removed);
    return ok;
}

/* Writes what `differing` holds. */
static bool take_differing(struct rights_keeper *keeper, struct err *err)
{
    struct difference difference;

    if (!measure(keeper, &difference, err)) {
        return false;
    }
    if (difference.all == 0 && difference.ours) {
        return true;
    }
    if (!difference.ours && difference.all > 0 && difference.kept > 0 && !keep_copy(keeper, err)) {
        return false;
    }
    if (!write_differing(keeper, err)) {
        return false;
    }
    if (difference.all > 0) {
        log_info("journal.rights_taken", LOG_INT("set", difference.all - difference.removed),
                 LOG_INT("removed", difference.removed));
    }
    return true;
}

bool rights_keeper_take(struct rights_keeper *keeper, int64_t most_ms, struct err *err)
{
    int64_t deadline_ms = clock_monotonic_ms() + most_ms;
    struct err why = ERR_INIT;
    bool ok;

    if (keeper->mark[0] == '\0') {
        return err_set(err, ERR_RETRY, "Redis is not seeded yet");
    }
    ok = sqlite_exec(keeper->options.db, CLEAR_SQL, err) &&
         read_live(keeper, QUEUE_RIGHTS_ACCESS, deadline_ms, err) &&
         read_live(keeper, QUEUE_RIGHTS_GRANTS, deadline_ms, err) && find_differing(keeper, err) &&
         take_differing(keeper, err);

    if (!sqlite_exec(keeper->options.db, CLEAR_SQL, &why) && ok) {
        *err = why;
        ok = false;
    }
    return ok;
}
