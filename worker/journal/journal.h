/* SPDX-License-Identifier: MIT */
/*
 * The lasting log: a thread that follows {prefix}:events into bot.db, and keeps
 * the rights there (worker/journal/rights_keeper.h): the file alone is enough.
 *
 * Many events go into one transaction, together with the stream position, so
 * each event is in the file exactly once whatever is killed when. SQLite is
 * never on the path of a reply: while the disk is full or the file is busy,
 * the bot goes on and the events wait in Redis.
 */
#ifndef WORKER_JOURNAL_JOURNAL_H
#define WORKER_JOURNAL_JOURNAL_H

#include "shared/base/err.h"
#include "shared/base/health.h"
#include "shared/queue/queue.h"

#include <stdbool.h>
#include <stdint.h>

struct journal; /* opaque */

/* How it goes, for who counts. */
enum journal_note {
    JOURNAL_WROTE,     /* so many events                                        */
    JOURNAL_FAILED,    /* an attempt to write, or to ask Redis                  */
    JOURNAL_CAUGHT_UP, /* the file has every event; told every few seconds      */
};

struct journal_options {
    const char *data_dir;
    struct queue_options queue; /* of the journal's own connection                       */
    int64_t take_every_ms;      /* how often rights in Redis are compared with the file  */
    int64_t keep_looks_ms;      /* how long rows of who only looked are kept; 0: for ever     */

    struct health
        *health;  /* borrowed; NULL: nobody wants to know whether events get into the file */
    size_t check; /* of `health`                                                          */

    /*
     * What else is done with events, between two batches: called with each batch, and with NULL
     * when it asked to be. Returns how many ms it can wait. NULL: nothing; with it, events stay in
     * Redis until queue_notice() has come to them.
     */
    int64_t (*beside)(void *context, struct queue *queue, const struct queue_batch *batch);
    void *context; /* of beside(); outlives the journal */

    void (*note)(enum journal_note note, int64_t count); /* NULL: nobody counts */
};

/*
 * Opens DATA_DIR/bot.db: creates the folder and the file when missing, takes
 * the file's lock, brings its schema up to date. Options are copied.
 *
 * Fails: ERR_FATAL  not a database, damaged, no permission, or a schema newer than
 *                   this program's (install the newer program, or restore a backup)
 *        ERR_RETRY  locked by another worker on the same folder, or disk full
 */
MUST_CHECK struct journal *journal_open(const struct journal_options *options, struct err *err);

/*
 * After journal_open() has failed: whether it is because another worker keeps
 * the log of this folder. Then there is nothing to do but to ask again.
 */
bool journal_is_elsewhere(const struct journal_options *options);

/*
 * Follows until shutdown is requested, waiting out Redis and disk; seeds a Redis
 * that is empty. Rights are compared at the start, every take_every_ms and at
 * the end. Fails: ERR_FATAL only.
 */
MUST_CHECK bool journal_follow(struct journal *journal, struct err *err);

/* NULL is a no-op. */
void journal_close(struct journal *journal);

#endif
