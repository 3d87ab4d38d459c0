/* SPDX-License-Identifier: MIT */
/*
 * The queue of updates that getUpdates reads, with the rules of Telegram's own:
 * what an offset confirms, what expires, what is too much. Pure: the caller
 * brings the time (Unix, milliseconds) and the lock.
 */
#ifndef TESTS_SANDBOX_TELEGRAM_UPDATES_H
#define TESTS_SANDBOX_TELEGRAM_UPDATES_H

#include "shared/io/json.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    UPDATES_LIMIT = 100,              /* most in one answer           */
    UPDATES_KINDS = 32,               /* kinds of update there can be */
    UPDATE_MAX_BYTES = 65536,         /* a larger one is dropped      */
    UPDATES_ANSWER_BYTES = 4 << 20,   /* of updates in one answer     */
    UPDATES_QUEUE_MAX = 100000,       /* when full, new ones are lost */
    UPDATES_QUEUE_BYTES = 128 << 20,  /* the same, by size            */
    UPDATES_OFFSET_SLACK = 10,        /* further ahead is ignored     */
    UPDATES_OFFSET_PAST_MAX = 100000, /* further back is ignored      */
    UPDATES_FIRST_ID = 700000001,
};

struct update {
    int64_t id;         /* update_id                                           */
    int64_t expires_ms; /* Unix                                                */
    char *text;         /* owned: the update as JSON, update_id included       */
    size_t bytes;       /* in text                                             */
    bool older_series;  /* numbered before the counter was set: counts as less */
};

struct update_queue {
    struct update *items;          /* owned; the first `head` are gone            */
    size_t head;                   /* position of the oldest                      */
    size_t end;                    /* position behind the newest                  */
    size_t cap;                    /* allocated                                   */
    size_t bytes;                  /* of all texts that are waiting               */
    int64_t next_id;               /* of the next update                          */
    uint32_t allowed;              /* bit per position in `kinds`                 */
    char kinds[UPDATES_KINDS][32]; /* every kind of update, as named in allowed_updates */
    size_t kind_count;
};

/* `kinds` is the list of names in bot_api.json. */
void updates_init(struct update_queue *queue, const struct json *kinds);
void updates_free(struct update_queue *queue);

/* Forgets everything that is waiting. */
void updates_clear(struct update_queue *queue);

/* Updates from here on are numbered from `id`; what is waiting keeps its number and its turn. */
void updates_set_next_id(struct update_queue *queue, int64_t id);

/*
 * Numbers and appends `update`, an object without update_id. Takes nothing over.
 * Returns the update_id, or 0 when Telegram would not queue it: a kind that is
 * not allowed, a message older than 24 h, over the size limit, queue full.
 */
int64_t updates_push(struct update_queue *queue, const struct json *update, int64_t now_ms);

/*
 * Sets what is queued from here on: a list of names, empty for the default set.
 * Returns the first name that is no kind of update, or NULL. Anything but a
 * list changes nothing.
 */
const char *updates_allow(struct update_queue *queue, const struct json *names);

/* The list for getWebhookInfo, to be freed; NULL for the default set. */
struct json *updates_allowed_names(const struct update_queue *queue);

/* Waiting and not expired. */
size_t updates_count(struct update_queue *queue, int64_t now_ms);

/*
 * What getUpdates does with the queue: confirms by `offset` (negative: keeps
 * only the last -offset), then appends up to `limit` updates to `out` as a JSON
 * list. Returns how many.
 */
size_t updates_get(struct update_queue *queue, int64_t offset, size_t limit, int64_t now_ms,
                   struct buf *out);

#endif
