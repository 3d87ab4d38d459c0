/* SPDX-License-Identifier: MIT */
/*
 * Keeps the rights of one Redis in one bot.db, so that the file alone is enough.
 *
 * From the file to Redis: once, when nobody has seeded that Redis (see
 * shared/queue/seed.h). From Redis to the file: what events say, in the
 * transaction that adds their rows; and now and then everything that differs,
 * because people on call also write to Redis by hand. For that, all rights are
 * read page by page into a temporary table and compared there. Nothing that
 * happens meanwhile is lost: a right that a page missed because it changed
 * has an event, which is applied later, or was written by hand and is found
 * the next time. Unless all pages are from the Redis that was seeded, nothing
 * is taken: an emptied Redis does not empty the file.
 *
 * A file that meets a Redis seeded from another file gets that one's rights.
 * When this changes rights that the file has, a copy of it is put beside it
 * first: "<file>.before-<ms>", made once for each such Redis.
 *
 * Handles belong to the journal's thread. All fail as the SQLite and queue
 * functions below do.
 */
#ifndef WORKER_JOURNAL_RIGHTS_KEEPER_H
#define WORKER_JOURNAL_RIGHTS_KEEPER_H

#include "shared/base/err.h"
#include "shared/io/sqlite.h"
#include "shared/queue/queue.h"
#include "worker/journal/rows.h"

#include <stdbool.h>
#include <stdint.h>

struct rights_keeper; /* opaque */

struct rights_keeper_options {
    struct sqlite *db;    /* outlives the keeper, as do the others */
    const char *path;     /* of `db`                               */
    struct queue *queue;  /*                                       */
    const char *follower; /* the file's name in Redis              */
};

MUST_CHECK struct rights_keeper *rights_keeper_new(const struct rights_keeper_options *options,
                                                   struct err *err);
void rights_keeper_free(struct rights_keeper *keeper); /* NULL is a no-op */

/*
 * Makes sure that Redis is seeded. `position` is the last event in the file.
 * *out_seeded false: there are later ones, which have to be in the file first.
 */
MUST_CHECK bool rights_keeper_seed(struct rights_keeper *keeper, const char *position,
                                   bool *out_seeded, struct err *err);

/* Does to the tables what an event says, inside the caller's transaction. */
MUST_CHECK bool rights_keeper_apply(struct rights_keeper *keeper, const struct journal_row *row,
                                    struct err *err);

/*
 * Writes to the file what differs in Redis, in a transaction of its own, after
 * rights_keeper_seed(). Gives up with ERR_RETRY after `most_ms`, or when Redis
 * was emptied meanwhile; the file is then as it was.
 */
MUST_CHECK bool rights_keeper_take(struct rights_keeper *keeper, int64_t most_ms, struct err *err);

#endif
