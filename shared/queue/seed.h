/* SPDX-License-Identifier: MIT */
/*
 * Rights that outlive Redis: who may use the bot, what each chat may do, who
 * created what. Redis is where they live and bot.db is where they are kept.
 *
 * From the file to Redis they go once, when Redis is empty: one call writes
 * all rows and a mark (`meta.seeded`), or nothing. So there is no moment at
 * which half of them are there, and the first of several files wins. No
 * revoked right comes back with it: the call is refused while an event waits
 * that the file does not have, and a row that is in Redis is never replaced.
 * 100,000 rows take Redis a few tenths of a second, once, while it has nothing
 * else to do: until then queue_push() lets nobody but admins in and drops
 * nobody.
 *
 * The other way they are read page by page. Each page brings the mark of the
 * Redis that it is from.
 *
 * All fail as shared/queue/queue.h says.
 */
#ifndef SHARED_QUEUE_SEED_H
#define SHARED_QUEUE_SEED_H

#include "shared/base/err.h"
#include "shared/queue/queue.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { QUEUE_MARK_SIZE = 128, QUEUE_CURSOR_SIZE = 24 };

/* Reads the mark, "<follower> <Unix ms>"; "" while nobody has seeded this Redis. */
MUST_CHECK bool queue_seed_mark(struct queue *queue, char out[QUEUE_MARK_SIZE], struct err *err);

/* What a file holds, on its way: 64 MB at most, which is several hundred thousand rows. */
struct queue_seed; /* opaque */

/* `follower` is the file's name, `position` the last event in it. Everything is copied. */
struct queue_seed *queue_seed_new(const struct queue *queue, const char *follower,
                                  const char *position);
void queue_seed_free(struct queue_seed *seed); /* NULL is a no-op */

void queue_seed_access(struct queue_seed *seed, int64_t chat_id, const char *note);
void queue_seed_members(struct queue_seed *seed, int64_t group);
void queue_seed_grant(struct queue_seed *seed, int64_t chat_id, const char *name,
                      const char *letters);
void queue_seed_creator(struct queue_seed *seed, const char *name, int64_t chat_id);

enum queue_seeded {
    QUEUE_SEED_DONE,   /* the rows are in Redis                                         */
    QUEUE_SEED_KEPT,   /* somebody has seeded it before: nothing was written            */
    QUEUE_SEED_BEHIND, /* there are events after `position`: follow them, then try again */
};

/* Takes ownership of `seed`. Sets `mark` unless the file was behind. Safe to repeat. */
MUST_CHECK bool queue_seed(struct queue *queue, struct queue_seed *seed, enum queue_seeded *out,
                           char mark[QUEUE_MARK_SIZE], struct err *err);

enum queue_rights_kind { QUEUE_RIGHTS_ACCESS, QUEUE_RIGHTS_GRANTS };

/* One right as it is in Redis, whoever wrote it there: texts may be anything. */
struct queue_right {
    const char *chat;
    const char *name;  /* "" for access           */
    const char *value; /* the note, or the letters */
};

struct queue_rights; /* opaque: a page of them */

/*
 * Reads the page at `cursor`, "0" for the first, and moves `cursor` on; it is
 * "0" again after the last. A right may come twice. One that is there from the
 * first page to the last does come; of one that changes meanwhile nothing is said.
 */
MUST_CHECK bool queue_rights_read(struct queue *queue, enum queue_rights_kind kind,
                                  char cursor[QUEUE_CURSOR_SIZE], struct queue_rights **out,
                                  struct err *err);
void queue_rights_free(struct queue_rights *rights); /* NULL is a no-op */
const char *queue_rights_mark(const struct queue_rights *rights);
size_t queue_rights_count(const struct queue_rights *rights);
struct queue_right queue_rights_item(const struct queue_rights *rights, size_t index);

#endif
