/* SPDX-License-Identifier: MIT */
/*
 * Live state that steps read: who may do what, what a button means, cached
 * lists. Writing goes through queue_done(), with the step that decided it;
 * only the cache and the gateway's own notes are written here.
 *
 * All fail as redis_run().
 */
#ifndef SHARED_QUEUE_STATE_H
#define SHARED_QUEUE_STATE_H

#include "shared/base/buf.h"
#include "shared/base/err.h"
#include "shared/queue/keys.h"
#include "shared/queue/queue.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What state_get() (a text), state_hgetall() (a hash) or state_hget() (a field) will be asked for.
 */
struct state_read {
    const char *key;
    const char *tail;
    bool hash;
    const char *field; /* of a hash; NULL: not one alone */
};

/*
 * Reads several things in one round trip, so that the next state_get(), state_hgetall() or
 * state_hget() of each needs none. Each answers one of them, and only within a second: a right that
 * was read before a slow call is read again after it. What was not asked for is forgotten with the
 * next update taken or finished, and with the next write here. What is there already is not read
 * again; a key of another type fails when it is asked for. A handful: more are read when they are
 * asked for.
 */
MUST_CHECK bool state_read_ahead(struct queue *queue, const struct state_read reads[], size_t count,
                                 struct err *err);

/* Text of a string key, appended to `out`; *out_found false when there is none. */
MUST_CHECK bool state_get(struct queue *queue, const char *key, const char *tail, bool *out_found,
                          struct buf *out, struct err *err);

/*
 * Numbers under `count` string keys of one kind, in one round trip; 0 for what is missing, or
 * something odd.
 */
MUST_CHECK bool state_numbers(struct queue *queue, const char *key, const char *const tails[],
                              size_t count, int64_t out[], struct err *err);

/* Sets a string key for `ttl_s` seconds (> 0). */
MUST_CHECK bool state_set(struct queue *queue, const char *key, const char *tail, const char *value,
                          int64_t ttl_s, struct err *err);

/* Deletes a key. */
MUST_CHECK bool state_del(struct queue *queue, const char *key, const char *tail, struct err *err);

/* Text of one field of a hash. */
MUST_CHECK bool state_hget(struct queue *queue, const char *key, const char *tail,
                           const char *field, bool *out_found, struct buf *out, struct err *err);

/* Sets one field of a hash. */
MUST_CHECK bool state_hset(struct queue *queue, const char *key, const char *tail,
                           const char *field, const char *value, struct err *err);

/* A whole hash; owned by the caller. */
struct state_hash; /* opaque */

MUST_CHECK bool state_hgetall(struct queue *queue, const char *key, const char *tail,
                              struct state_hash **out, struct err *err);

/*
 * One field of many hashes of one kind: a hash from those of `tails` that have the field to what
 * they hold. A round trip per thousand. The names in it are borrowed from `tails`.
 */
MUST_CHECK bool state_hget_each(struct queue *queue, const char *key, const char *const tails[],
                                size_t count, const char *field, struct state_hash **out,
                                struct err *err);

void state_hash_free(struct state_hash *hash); /* NULL is a no-op */
size_t state_hash_count(const struct state_hash *hash);
const char *state_hash_name(const struct state_hash *hash, size_t index);     /* borrowed */
const char *state_hash_value(const struct state_hash *hash, size_t index);    /* borrowed */
const char *state_hash_find(const struct state_hash *hash, const char *name); /* or NULL */

#endif
