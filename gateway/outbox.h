/* SPDX-License-Identifier: MIT */
/*
 * Replies in memory, and which of them may be sent next. Pure: time comes in
 * as a parameter and nothing here sends.
 *
 * Each chat has two lanes, messages and answers to button presses. In a lane
 * the order of the stream is kept and one call is under way at a time. A lane
 * whose chat is flooded, or whose last call failed, is held until a time; the
 * other chats are served in turn and do not notice. Limits: one call a second
 * per chat with a burst of three, twenty a minute per group, 28 a second over
 * all, 32 under way. An answer is no message: it neither waits for the limits
 * of its chat, while the phone shows a spinner, nor counts against them.
 *
 * When a chat turns out to be out of reach, what waits for it is given up at
 * once: see outbox_doom().
 *
 * Memory is bounded. A lane keeps OUTBOX_LANE_MAX entries; further ones of
 * its chat are left in Redis, where they stay pending, and are read again
 * when the lane has drained. So one chat with ten thousand replies does not
 * keep others waiting. Ten or more such chats at once fill the whole outbox,
 * and then the others wait for what is ahead of them.
 */
#ifndef GATEWAY_OUTBOX_H
#define GATEWAY_OUTBOX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    OUTBOX_MAX = 1000,                  /* entries                                      */
    OUTBOX_MAX_BYTES = 4 * 1024 * 1024, /* of payloads; one more entry may pass it      */
    OUTBOX_LANE_MAX = 100,              /* entries of one lane                          */
    OUTBOX_UNDER_WAY_MAX = 32,          /* calls at the same time                       */
};

struct outbox;      /* opaque */
struct outbox_item; /* opaque: an entry that is under way */

struct outbox_entry {
    const char *id;  /* of the stream entry; copied                              */
    int64_t chat_id; /* 0 for calls without a chat: they are a lane of their own */
    bool answer;     /* goes to the lane of answers                              */
    size_t bytes;    /* what it holds in memory                                  */
    void *load;      /* the caller's                                             */
};

/* Without `limited`, only the order, what is held, and the calls under way matter. */
struct outbox *outbox_new(bool limited);

/* NULL is a no-op. Calls `release` for the load of every entry left. */
void outbox_free(struct outbox *outbox, void (*release)(void *load));

/* ---- filling ---- */

/* How many more entries to read from Redis; 0 when full. */
size_t outbox_room(const struct outbox *outbox);

/* True when the entry `id` is inside, under way or waiting. */
bool outbox_has(const struct outbox *outbox, const char *id);

/* True when something is known of the chat: what Redis knows of its flood was told before. */
bool outbox_knows_chat(const struct outbox *outbox, int64_t chat_id);

/* Takes the entry, or returns false and leaves it to a later reading. */
bool outbox_add(struct outbox *outbox, const struct outbox_entry *entry);

/* True when entries were left behind and there is room again, in their lane and in all. */
bool outbox_wants_rereading(const struct outbox *outbox);

/* The pending entries will be read again from the oldest: nothing counts as left behind. */
void outbox_reread(struct outbox *outbox);

/* False when reading on is of no use: each lane that had left some has got what it can take. */
bool outbox_seeks(const struct outbox *outbox);

/* ---- sending ---- */

/* The next entry that may be sent, now under way and counted; NULL for none. */
struct outbox_item *outbox_next(struct outbox *outbox, int64_t now_ms);

void *outbox_load(const struct outbox_item *item);

/* It is to be called (again) not before `not_before_ms`; it stays first in its lane. */
void outbox_retry(struct outbox *outbox, struct outbox_item *item, int64_t not_before_ms);

/*
 * Nothing can reach the chat of `item`, which is under way: what waits behind
 * it in its lane is never sent, for that reason. Later entries are not
 * concerned. Returns how many are.
 */
size_t outbox_doom(const struct outbox_item *item, const char *reason);

/* A doomed entry, now under way, to be settled and removed; limits do not count. NULL for none. */
struct outbox_item *outbox_next_doomed(struct outbox *outbox, const char **out_reason);

/* It is settled. Does not touch its load. */
void outbox_remove(struct outbox *outbox, struct outbox_item *item);

/* Holds the messages of a chat, for a flood that Redis knows of. */
void outbox_hold_chat(struct outbox *outbox, int64_t chat_id, int64_t until_ms);

/*
 * Chats with messages that wait for the end of such a hold, `most` of them: how
 * many are written to `out`. A person may have found the wait void and deleted
 * it in Redis: outbox_release_chat() ends the hold.
 */
size_t outbox_held_chats(const struct outbox *outbox, int64_t now_ms, int64_t out[], size_t most);
void outbox_release_chat(struct outbox *outbox, int64_t chat_id);

/* Holds everything. */
void outbox_hold_all(struct outbox *outbox, int64_t until_ms);

/*
 * Telegram answered 429 to `item`: ends its call as outbox_retry() does.
 * When several chats are told so within a second the bot as a whole is too
 * fast, and everything rests for a few seconds.
 */
void outbox_flooded(struct outbox *outbox, struct outbox_item *item, int64_t until_ms,
                    int64_t now_ms);

/* For how long outbox_next() will return NULL; -1: until something else happens. */
int64_t outbox_wait_ms(const struct outbox *outbox, int64_t now_ms);

#endif
