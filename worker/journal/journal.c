/* SPDX-License-Identifier: MIT */
#include "worker/journal/journal.h"

#include "shared/base/backoff.h"
#include "shared/base/clock.h"
#include "shared/base/log.h"
#include "shared/base/mem.h"
#include "shared/base/outage.h"
#include "shared/base/stop.h"
#include "shared/io/sqlite.h"
#include "worker/journal/folder.h"
#include "worker/journal/lock.h"
#include "worker/journal/readable.h"
#include "worker/journal/retention.h"
#include "worker/journal/rights_keeper.h"
#include "worker/journal/rows.h"
#include "worker/journal/schema.h"
#include "worker/journal/takeover.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    BUSY_MS = 2000,        /* for another program that reads or backs up the file  */
    BATCH_EVENTS = 500,    /* in one transaction                                   */
    GATHER_MS = 100,       /* for the next one: each waits for the disk twice      */
    READ_BLOCK_MS = 5000,  /* also how often the follower says that it is there    */
    RETRY_FIRST_MS = 250,  /* after a failure, doubling ...                        */
    RETRY_MOST_MS = 30000, /* ... up to this                                       */
    NEWER_LOOK_MS = 60000, /* how often an event that is too new is looked at again */
    TAKE_MOST_MS = 10000,  /* for comparing the rights, within a worker's last 25 s   */
    TAKE_RETRY_MS = 30000, /* after a failure of that                                 */
};

struct journal {
    int lock;                               /* of bot.db.lock; -1 for none                     */
    char *path;                             /* owned; of bot.db                                */
    struct sqlite *db;                      /* owned                                           */
    struct sqlite_statement *insert;        /* owned, as the other statements                  */
    struct sqlite_statement *find_position; /*                                                 */
    struct sqlite_statement *move_position; /*                                                 */
    struct queue *queue;                    /* owned                                           */
    char *follower;                         /* owned; this file's name in Redis                */
    char position[REDIS_ID_SIZE];           /* the last event that is in the file              */
    bool told;                              /* Redis knows of `position`                       */
    bool seeded;                            /* ... and has the rights                          */
    struct rights_keeper *keeper;           /* owned                                           */
    int64_t take_every_ms;                  /*                                                 */
    int64_t take_next_ms;                   /* monotonic                                       */
    int64_t keep_looks_ms;                  /* 0: for ever                                     */
    int64_t (*beside)(void *context, struct queue *queue, const struct queue_batch *batch);
    void *context;
    void (*note)(enum journal_note note, int64_t count);
    int64_t beside_next_ms;       /* monotonic                                       */
    char newer_id[REDIS_ID_SIZE]; /* an event for a newer program stands here; or "" */
    struct outage outage;
    struct health *health; /* borrowed                                        */
    size_t check;
};

/* Columns in the order of bind_row(). SQLite makes the bot's UTC text out of milliseconds. */
static const char INSERT_SQL[] =
    "INSERT INTO action_logs (chat_id, user_id, username, action, details, ref, target, result,"
    "  \"before\", \"after\", ms, created_at)"
    " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11,"
    "  coalesce(datetime(?11 / 1000, 'unixepoch'), CURRENT_TIMESTAMP))";

static const char FIND_POSITION_SQL[] =
    "SELECT name, position FROM journal WHERE name IS NOT NULL ORDER BY rowid LIMIT 1";
static const char MOVE_POSITION_SQL[] = "UPDATE journal SET position = ? WHERE name = ?";

/* ---- opening ---- */

static const char LOCK_NAME[] = "bot.db.lock";

/* Copies the follower's position, and its name unless `out_name` is NULL. */
static bool read_position(struct journal *journal, char out[REDIS_ID_SIZE], char **out_name,
                          struct err *err)
{
    bool row = false;

    if (!sqlite_step(journal->find_position, &row, err)) {
        return false;
    }
    if (!row) {
        return err_set(err, ERR_FATAL, "the table journal is empty: restore a backup");
    }
    if (out_name) {
        *out_name = xstrdup(sqlite_column_text(journal->find_position, 0));
    }
    (void)snprintf(out, REDIS_ID_SIZE, "%s", sqlite_column_text(journal->find_position, 1));
    return sqlite_step(journal->find_position, &row, err); /* to the end: resets the statement */
}

static bool open_file(struct journal *journal, struct err *err)
{
    const char *path = journal->path;
    int64_t from = 0;

    journal->db = sqlite_open(path, BUSY_MS, err);
    if (!journal->db || !takeover(journal->db, path, &from, err)) {
        return false;
    }
    journal->insert = sqlite_prepare(journal->db, INSERT_SQL, err);
    if (!journal->insert) {
        return false;
    }
    journal->find_position = sqlite_prepare(journal->db, FIND_POSITION_SQL, err);
    if (!journal->find_position) {
        return false;
    }
    journal->move_position = sqlite_prepare(journal->db, MOVE_POSITION_SQL, err);
    if (!journal->move_position ||
        !read_position(journal, journal->position, &journal->follower, err)) {
        return false;
    }
    log_info("journal.opened", LOG_TEXT("file", path), LOG_INT("schema_from", from),
             LOG_INT("schema", from > SCHEMA_VERSION ? from : SCHEMA_VERSION),
             LOG_TEXT("follower", journal->follower), LOG_TEXT("position", journal->position));
    return true;
}

static bool open_rest(struct journal *journal, const struct journal_options *options,
                      struct err *err)
{
    struct rights_keeper_options keeper = {
        .db = journal->db, .path = journal->path, .follower = journal->follower};

    journal->queue = queue_new(&options->queue, err);
    if (!journal->queue) {
        return false;
    }
    keeper.queue = journal->queue;
    journal->keeper = rights_keeper_new(&keeper, err);
    return journal->keeper != NULL;
}

struct journal *journal_open(const struct journal_options *options, struct err *err)
{
    struct journal *journal = xcalloc(1, sizeof(*journal));
    char *lock_path = folder_join(options->data_dir, LOCK_NAME);
    bool ok = false;

    *journal = (struct journal){.lock = -1,
                                .outage = OUTAGE_INIT,
                                .take_every_ms = options->take_every_ms,
                                .keep_looks_ms = options->keep_looks_ms,
                                .beside = options->beside,
                                .context = options->context,
                                .health = options->health,
                                .check = options->check,
                                .note = options->note,
                                .path = folder_join(options->data_dir, "bot.db")};
    if (!folder_make(options->data_dir, err)) {
        goto out;
    }
    journal->lock = lock_take(lock_path, err);
    ok = journal->lock >= 0 && open_file(journal, err) && open_rest(journal, options, err);
out:
    if (!ok) {
        journal_close(journal);
        journal = NULL;
    }
    free(lock_path);
    return journal;
}

bool journal_is_elsewhere(const struct journal_options *options)
{
    char *lock_path = folder_join(options->data_dir, LOCK_NAME);
    bool elsewhere = lock_is_elsewhere(lock_path);

    free(lock_path);
    return elsewhere;
}

void journal_close(struct journal *journal)
{
    if (!journal) {
        return;
    }
    rights_keeper_free(journal->keeper);
    queue_free(journal->queue);
    sqlite_finish(journal->insert);
    sqlite_finish(journal->find_position);
    sqlite_finish(journal->move_position);
    sqlite_close(journal->db);
    lock_release(journal->lock); /* last: nobody else opens the file before it is closed */
    free(journal->follower);
    free(journal->path);
    free(journal);
}

static void note(const struct journal *journal, enum journal_note what, int64_t count)
{
    if (journal->note) {
        journal->note(what, count);
    }
}

/* ---- writing ---- */

static void bind_number(struct sqlite_statement *statement, int index, int64_t number)
{
    if (number != 0) {
        sqlite_bind_int(statement, index, number);
    } else {
        sqlite_bind_text(statement, index, NULL);
    }
}

static void bind_row(struct sqlite_statement *insert, const struct journal_row *row)
{
    sqlite_bind_int(insert, 1, row->chat_id);
    bind_number(insert, 2, row->user_id);
    bind_readable(insert, 3, row->username);
    bind_readable(insert, 4, row->action);
    bind_readable(insert, 5, row->details);
    bind_number(insert, 6, row->ref);
    bind_readable(insert, 7, row->target);
    bind_readable(insert, 8, row->result);
    bind_readable(insert, 9, row->before);
    bind_readable(insert, 10, row->after);
    bind_number(insert, 11, row->ms);
}

/* Adds one event. An event for a newer program is noted in newer_id, and nothing is added. */
static bool add_event(struct journal *journal, const struct queue_entry *entry, struct err *err)
{
    struct err newer = ERR_INIT;
    struct journal_row row;
    struct buf details;
    bool ok = true;

    buf_init(&details, ROW_DETAILS_MAX_BYTES);
    if (journal_row_read(entry, &details, &row, &newer)) {
        bind_row(journal->insert, &row);
        ok = sqlite_run(journal->insert, err) && rights_keeper_apply(journal->keeper, &row, err);
    } else {
        (void)snprintf(journal->newer_id, sizeof(journal->newer_id), "%s", entry->id);
    }
    buf_free(&details);
    return ok;
}

/* The part of a transaction between BEGIN and COMMIT. `position` is what the file will have. */
static bool add_batch(struct journal *journal, const struct queue_batch *batch,
                      char position[REDIS_ID_SIZE], int64_t *out_added, struct err *err)
{
    *out_added = 0;
    if (!read_position(journal, position, NULL, err)) {
        return false;
    }
    if (strcmp(position, journal->position) != 0) {
        return true; /* another process has been here: read on from where it came to */
    }
    for (size_t i = 0; i < queue_batch_count(batch) && journal->newer_id[0] == '\0'; i++) {
        struct queue_entry entry = queue_batch_entry(batch, i);

        if (!add_event(journal, &entry, err)) {
            return false;
        }
        if (journal->newer_id[0] == '\0') {
            (void)snprintf(position, REDIS_ID_SIZE, "%s", entry.id);
            (*out_added)++;
        }
    }
    sqlite_bind_text(journal->move_position, 1, position);
    sqlite_bind_text(journal->move_position, 2, journal->follower);
    return sqlite_run(journal->move_position, err);
}

/*
 * Writes a batch and the position behind it in one transaction, so that the
 * file has both or neither. The position read inside it must be the one the
 * batch was asked for with: an event cannot get in twice, whoever else writes.
 */
static bool store(struct journal *journal, const struct queue_batch *batch, struct err *err)
{
    struct err ignored = ERR_INIT;
    char position[REDIS_ID_SIZE];
    int64_t added;

    if (!sqlite_exec(journal->db, "BEGIN IMMEDIATE", err)) {
        return false;
    }
    if (!add_batch(journal, batch, position, &added, err) ||
        !sqlite_exec(journal->db, "COMMIT", err)) {
        if (!sqlite_exec(journal->db, "ROLLBACK", &ignored)) {
            ignored = ERR_INIT; /* none is open: SQLite has rolled back by itself */
        }
        return false;
    }
    (void)snprintf(journal->position, sizeof(journal->position), "%s", position);
    journal->told = false;
    note(journal, JOURNAL_WROTE, added);
    return true;
}

/* ---- following ---- */

/* What went wrong with it waits for the next time: events are followed all the same. */
static void take_rights(struct journal *journal)
{
    int64_t wait_ms = journal->take_every_ms;
    struct err why = ERR_INIT;

    if (!rights_keeper_take(journal->keeper, TAKE_MOST_MS, &why)) {
        log_warn("journal.rights_waiting", LOG_TEXT("why", why.message));
        wait_ms = wait_ms < TAKE_RETRY_MS ? wait_ms : TAKE_RETRY_MS;
    }
    journal->take_next_ms = clock_monotonic_ms() + wait_ms;
}

/* What is too old goes a little at a time; what went wrong with it waits for the next time. */
static void remove_old(struct journal *journal)
{
    struct err why = ERR_INIT;

    if (journal->keep_looks_ms > 0 &&
        !retention_remove(journal->db, clock_unix_ms() - journal->keep_looks_ms, &why)) {
        log_warn("journal.retention_waiting", LOG_TEXT("why", why.message));
    }
}

/*
 * Tells Redis how far the file is, and what it holds when Redis is empty. While
 * an empty Redis has events that the file has not, they are followed first.
 */
static bool tell(struct journal *journal, struct err *err)
{
    bool seeded = false;

    if (!queue_events_followed(journal->queue, journal->follower, journal->position,
                               journal->beside != NULL, err) ||
        !rights_keeper_seed(journal->keeper, journal->position, &seeded, err)) {
        return false;
    }
    journal->told = true;
    journal->seeded = seeded;
    return true;
}

/* How long events may be waited for. */
static int64_t read_block_ms(const struct journal *journal)
{
    int64_t left_ms = journal->beside_next_ms - clock_monotonic_ms();

    if (!journal->beside || left_ms >= READ_BLOCK_MS) {
        return READ_BLOCK_MS;
    }
    return left_ms > 0 ? left_ms : 0;
}

static void go_beside(struct journal *journal, const struct queue_batch *batch)
{
    if (journal->beside && (batch || clock_monotonic_ms() >= journal->beside_next_ms)) {
        int64_t wait_ms = journal->beside(journal->context, journal->queue, batch);

        journal->beside_next_ms = clock_monotonic_ms() + wait_ms;
    }
}

/*
 * Tells Redis how far the file is, then takes one batch further. Rights are
 * compared behind the last event, so that no older one changes them back.
 */
static bool follow_once(struct journal *journal, struct err *err)
{
    struct queue_batch *batch = NULL;
    bool ok = true;
    bool due;
    size_t count;

    if (!journal->told && !tell(journal, err)) {
        return false;
    }
    due = journal->seeded && clock_monotonic_ms() >= journal->take_next_ms;
    if (!queue_events_read(journal->queue, journal->position, BATCH_EVENTS,
                           due ? 0 : read_block_ms(journal), &batch, err)) {
        return false;
    }
    count = queue_batch_count(batch);
    if (count > 0) {
        ok = store(journal, batch, err);
        go_beside(journal, batch);
        if (ok && count < BATCH_EVENTS) {
            (void)stop_wait_ms(GATHER_MS);
        }
    } else {
        journal->told = false; /* a Redis that was emptied meanwhile learns of the file again */
        go_beside(journal, NULL);
    }
    queue_batch_free(batch);
    if (ok && count < BATCH_EVENTS && journal->newer_id[0] == '\0') {
        note(journal, JOURNAL_CAUGHT_UP, 1);
    }
    if (ok && due && count < BATCH_EVENTS) {
        take_rights(journal);
        remove_old(journal);
    }
    return ok;
}

static void say_failed(struct journal *journal, const struct err *why)
{
    int64_t failures;

    if (why->kind == ERR_STOPPED) {
        return; /* shutdown is no failure */
    }
    health_failed(journal->health, journal->check, why->message);
    note(journal, JOURNAL_FAILED, 1);
    if (outage_failed(&journal->outage, clock_monotonic_ms(), &failures)) {
        log_warn("journal.waiting", LOG_TEXT("why", why->message), LOG_INT("failures", failures),
                 LOG_TEXT("position", journal->position));
    }
}

static void say_over(struct journal *journal)
{
    int64_t lasted_ms;

    health_ok(journal->health, journal->check);
    if (outage_over(&journal->outage, clock_monotonic_ms(), &lasted_ms)) {
        log_info("journal.resumed", LOG_INT("after_ms", lasted_ms));
    }
}

/* Waits where a newer program's event stands, which is said once; looks again now and then. */
static void wait_for_newer(struct journal *journal, char said_id[REDIS_ID_SIZE])
{
    if (strcmp(said_id, journal->newer_id) != 0) {
        (void)snprintf(said_id, REDIS_ID_SIZE, "%s", journal->newer_id);
        log_error("journal.event_newer", LOG_TEXT("id", journal->newer_id),
                  LOG_TEXT("why",
                           "a newer program wrote it: install that one here, too; the "
                           "events wait in Redis"));
    }
    health_failed(journal->health, journal->check,
                  "an event is a newer program's: install that one here, too");
    (void)stop_wait_ms(NEWER_LOOK_MS);
    journal->newer_id[0] = '\0';
}

/* Waits before the next attempt. Fails: ERR_FATAL there is none. */
static bool wait_out(struct journal *journal, struct backoff *backoff, const struct err *why,
                     struct err *err)
{
    if (why->kind == ERR_FATAL) {
        *err = *why;
        return err_prefix(err, "journal");
    }
    journal->newer_id[0] = '\0'; /* the batch it was seen in is not in the file */
    if (why->kind != ERR_STOPPED) {
        journal->told = false; /* Redis may come back empty */
        journal->seeded = false;
    }
    say_failed(journal, why);
    (void)stop_wait_ms(backoff_next_ms(backoff, backoff_random()));
    return true;
}

bool journal_follow(struct journal *journal, struct err *err)
{
    struct backoff backoff = {.first_ms = RETRY_FIRST_MS, .most_ms = RETRY_MOST_MS};
    char said_id[REDIS_ID_SIZE] = "";
    bool ok = true;

    while (ok && !stop_requested()) {
        struct err why = ERR_INIT;

        log_tick();
        if (!follow_once(journal, &why)) {
            ok = wait_out(journal, &backoff, &why, err);
            continue;
        }
        say_over(journal);
        backoff_reset(&backoff);
        if (journal->newer_id[0] != '\0') {
            wait_for_newer(journal, said_id);
        }
    }
    if (ok && journal->seeded) {
        take_rights(journal);
    }
    return ok;
}
