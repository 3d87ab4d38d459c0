/* SPDX-License-Identifier: MIT */
/*
 * The queue between the services: the C face of functions.lua.
 *
 * One message's way: the gateway pushes a batch of updates; a worker takes one
 * update of a chat that has none running, emits progress, and finishes it with
 * done, which in one atomic step acknowledges and deletes the update, adds the
 * replies and events, writes live state, and hands over the chat's next
 * update. Only the owner of an update can emit and finish: after its lease
 * ran out and another worker reaped it, the late one is told LOST and nothing
 * it brings is written. Time is the Redis server's, nowhere else.
 *
 * On a server with min-replicas-to-write above 0 a step counts as done when a
 * replica has it too (WAIT), so that a fail-over loses none; ERR_RETRY means
 * then, too, that it may have been done.
 *
 * A handle belongs to one thread. Functions fail as redis_run() does, plus:
 * ERR_FATAL for an answer of functions.lua that this build cannot read (the
 * library on the server is another one; restart the older program).
 */
#ifndef SHARED_QUEUE_QUEUE_H
#define SHARED_QUEUE_QUEUE_H

#include "shared/base/err.h"
#include "shared/base/log.h"
#include "shared/base/settings.h"
#include "shared/io/redis.h"
#include "shared/wire/event.h"
#include "shared/wire/reply.h"
#include "shared/wire/update.h"

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct queue; /* opaque */

/* For struct queue_options: a setting that is changed in the running server is noticed after it. */
enum { QUEUE_RECHECK_MS = 60000 };

/* What a service should tell the one who reads its log. */
enum queue_note {
    QUEUE_NOTE_UNSAFE,        /* the server may lose updates, which was accepted            */
    QUEUE_NOTE_NOT_REWRITTEN, /* the server's append-only file could not be written anew    */
    QUEUE_NOTE_COUNT,
};

/* Shared by the handles of a process, so that each note is told once per start of the server. */
struct queue_watch {
    pthread_mutex_t lock;
    log_sink *log; /* of the process */
    bool said[QUEUE_NOTE_COUNT];
    char run_ids[QUEUE_NOTE_COUNT][48]; /* of the server it was told about */
};

#define QUEUE_WATCH_INIT(log_)                            \
    {                                                     \
        .lock = PTHREAD_MUTEX_INITIALIZER, .log = (log_), \
    }

struct queue_options {
    const char *redis_url;     /* see redis_new()                              */
    const char *prefix;        /* QUEUE_PREFIX; keys are "{prefix}:..."        */
    const char *name;          /* for CLIENT LIST: "worker-1", "gateway-poll"  */
    int64_t timeout_ms;        /* longest wait for an ordinary reply           */
    bool accept_unsafe;        /* work on a server that may lose updates, too  */
    int64_t recheck_ms;        /* ask so often whether it still is fit; 0: at connections only */
    struct queue_watch *watch; /* outlives the queue; NULL: notes are not told */
    struct redis_login *login; /* outlives the queue; NULL allowed, see redis_use_login() */
};

/* Does not connect yet. Fails: ERR_FATAL bad URL. */
MUST_CHECK struct queue *queue_new(const struct queue_options *options, struct err *err);
void queue_free(struct queue *queue); /* NULL is a no-op */

/*
 * The connection below: its descriptor is what to poll after queue_replies_ask().
 * No command may be run on it directly while that question is under way; the
 * functions here and in shared/queue/state.h then use a second one. Borrowed.
 */
struct redis *queue_redis(struct queue *queue);

/* "{prefix}:" + name + tail, e.g. "{beget}:grants:42". Returns `out`. */
const char *queue_key(const struct queue *queue, const char *name, const char *tail, char out[],
                      size_t out_size);

/*
 * Makes the server ready: checks that it neither evicts nor forgets (see
 * shared/queue/server_check.h), loads functions.lua when it is missing or older than
 * this build's (a newer one is kept), creates the streams' groups at 0.
 * Once after each start of the server it is told to rewrite its append-only file.
 * Repeatable, and called again by every function here after a reconnection, and when it
 * was called recheck_ms ago.
 *
 * Fails: ERR_RETRY also when the server is unfit, saying what to set: CONFIG SET suffices,
 * every further call asks again.
 */
MUST_CHECK bool queue_prepare(struct queue *queue, struct err *err);

/* VERSION of this build's functions.lua. */
int64_t queue_library_version(void);

/* ---- gateway: inbound ---- */

struct queue_push_options {
    int64_t bot_id;                   /* whose update ids they are                       */
    const struct setting_ids *admins; /* let through without being in `access`           */
    int64_t depth_limit;              /* refuse when so many updates wait                */
    int64_t deadline_s;               /* deadline_ms = received_ms + this                */
    const char *const *asking; /* of each update who is behind it, JSON, or "" for one that */
                               /* asks for nothing; NULL: no request is passed on           */
};

struct queue_stranger {
    int64_t update_id;
    int64_t chat_id;
};

struct queue_push_result {
    int64_t added;                        /* now in the stream                             */
    int64_t duplicates;                   /* taken in before                               */
    size_t stranger_count;                /* not let through; all of them                  */
    struct queue_stranger strangers[100]; /* a getUpdates batch is at most 100            */
    int64_t requests;                     /* of strangers to be let in, now in the stream  */
};

/*
 * A whole getUpdates batch or nothing: drops repeats, lets through admins and
 * chats in `access`, counts the others in `meta.strangers`, adds the rest with
 * the ID "<ms>-<update_id>". Safe to repeat.
 *
 * A stranger's update of which `asking` tells is added as UPDATE_REQUEST: without its text, its
 * payload is what `asking` says. One of each chat in a day (`asked:<chat>`), ten in an hour over
 * all
 * (`asked`), none of a chat in `ignored`, and none while depth_limit is reached.
 *
 * A repeat is an id among the last 10,000 of this bot (`seen:<bot_id>`), not
 * one below the highest: after a quiet week, and on another API server,
 * Telegram counts from a lower number.
 *
 * Fails: ERR_RETRY also when depth_limit is reached, or a chat is unknown to a server that no
 * journal has seeded yet (see shared/queue/seed.h): do not confirm the offset
 */
MUST_CHECK bool queue_push(struct queue *queue, const struct queue_push_options *options,
                           const struct update updates[], size_t count,
                           struct queue_push_result *out, struct err *err);

/* ---- worker ---- */

struct queue_job; /* opaque: an update that this consumer owns */

void queue_job_free(struct queue_job *job); /* NULL is a no-op; the update stays ours */
const char *queue_job_id(const struct queue_job *job);
int64_t queue_job_deliveries(const struct queue_job *job); /* 1 for the first */

/* The update; its texts live as long as the job. Fails as update_decode(). */
MUST_CHECK bool queue_job_update(const struct queue_job *job, struct update *out, struct err *err);

/*
 * Takes the next update whose chat has none running, waiting up to `wait_ms`
 * for one to arrive. True with *out_job NULL: there is none, or the queue is
 * paused. ERR_STOPPED on shutdown.
 */
MUST_CHECK bool queue_take(struct queue *queue, const char *consumer, int64_t wait_ms,
                           struct queue_job **out_job, struct err *err);

/*
 * The same for those who wait in turn. `position` is where the last one has looked: with one,
 * what comes after it is waited for first, and only then looked for. "" is no position; so it is
 * after a failure and after a wait in vain. Whatever is not new, because it was given back, is
 * found by those who have no position.
 */
MUST_CHECK bool queue_take_after(struct queue *queue, const char *consumer,
                                 char position[REDIS_ID_SIZE], int64_t wait_ms,
                                 struct queue_job **out_job, struct err *err);

struct queue_reap_options {
    int64_t lease_ms;       /* a lease not renewed for so long has run out               */
    int64_t max_deliveries; /* after so many the update is given up                      */
    const char *dead_text;  /* what the chat is told then                                */
    const char *doubt_text; /* the same for one with an intent: it may have been carried out */
};

/*
 * Takes over one update whose owner has not renewed its lease in time.
 * An update delivered max_deliveries times already goes to {prefix}:dead
 * instead and its chat is told with `dead_text` or `doubt_text` (UTF-8, no
 * markup), all in the same step: then true with *out_job NULL and `out_dead`
 * its ID, which is "" otherwise. Neither set: there was nothing to do. See
 * shared/queue/intent.h.
 */
MUST_CHECK bool queue_reap(struct queue *queue, const char *consumer,
                           const struct queue_reap_options *options, struct queue_job **out_job,
                           char out_dead[REDIS_ID_SIZE], struct err *err);

/* Renews the lease. *out_owner false: another worker has the update, stop working on it. */
MUST_CHECK bool queue_beat(struct queue *queue, const char *consumer, const char *job_id,
                           bool *out_owner, struct err *err);

/* Gives an update back unfinished, for at once and without counting the delivery: for shutdown. */
MUST_CHECK bool queue_give_back(struct queue *queue, const char *consumer, const char *job_id,
                                struct err *err);

/*
 * The same for whatever `consumer` holds, which works on nothing: an answer that
 * was lost may have handed it an update of which it knows nothing, and nobody
 * would look at that before its lease has run out. *out_count is how many there were.
 */
MUST_CHECK bool queue_give_back_all(struct queue *queue, const char *consumer, int64_t *out_count,
                                    struct err *err);

/* What a step brings: grows as the step is worked out, then goes into one call. */
struct queue_outcome; /* opaque */

struct queue_outcome *queue_outcome_new(void);
void queue_outcome_free(struct queue_outcome *outcome); /* NULL is a no-op */

/* Everything is copied. */
void queue_outcome_reply(struct queue_outcome *outcome, const struct reply *reply);
void queue_outcome_event(struct queue_outcome *outcome, const struct event *event);

/* What its last event tells; EVENT_OK without one. */
enum event_result queue_outcome_result(const struct queue_outcome *outcome);

/* State writes: `key` is a name of keys.h, `tail` what follows it. ttl_s 0: kept. */
void queue_outcome_hset(struct queue_outcome *outcome, const char *key, const char *tail,
                        const char *field, const char *value);
void queue_outcome_hdel(struct queue_outcome *outcome, const char *key, const char *tail,
                        const char *field);

/* Deletes every field of a hash that has this value: as many steps as the hash has fields. */
void queue_outcome_hdel_value(struct queue_outcome *outcome, const char *key, const char *tail,
                              const char *value);

/*
 * Deletes all grants on `name`, and on no other name, of the chats that are in `access` when the
 * outcome is written. Redis does nothing else meanwhile: 0.1 s with 50,000 chats on a slow core.
 */
void queue_outcome_revoke(struct queue_outcome *outcome, const char *name);
void queue_outcome_set(struct queue_outcome *outcome, const char *key, const char *tail,
                       const char *value, int64_t ttl_s);
void queue_outcome_del(struct queue_outcome *outcome, const char *key, const char *tail);
void queue_outcome_expire(struct queue_outcome *outcome, const char *key, const char *tail,
                          int64_t ttl_s);

/*
 * Something for people, kept with the step in {prefix}:trace (docs/protocol.md lists what there
 * is). 90 at most. Progress without any is not in the trace.
 */
void queue_outcome_trace(struct queue_outcome *outcome, const char *name, const char *value);

/*
 * Progress: does everything in `outcome`, usually replies, and the update goes
 * on running. Only if still the owner; *out_owner says so.
 */
MUST_CHECK bool queue_emit(struct queue *queue, const char *consumer, const char *job_id,
                           const struct queue_outcome *outcome, bool *out_owner, struct err *err);

/*
 * Finishes the update with everything in `outcome`, only if still the owner.
 * *out_owner false: LOST, nothing was written (also the answer to a repeat of
 * a done that had worked). *out_next: the next update, now ours, or NULL for
 * none: the chat's own, and after five of those in a row, or without one,
 * another chat's. `out_next` NULL: nothing is handed over, for a worker that
 * has something else to do first.
 */
MUST_CHECK bool queue_done(struct queue *queue, const char *consumer, const char *job_id,
                           const struct queue_outcome *outcome, bool *out_owner,
                           struct queue_job **out_next, struct err *err);

/* True when the last queue_done() has left its chat's next update to whoever takes next. */
bool queue_yielded(const struct queue *queue);

struct queue_window {
    int64_t calls;     /* in no window_ms, wherever they begin, more than these; 0: no limit  */
    int64_t window_ms; /* a minute or less: a limit of pace; longer: of the sum               */
};

struct queue_turn {
    int64_t wait_ms;  /* 0: go; else the time after which to ask again                        */
    char remark[192]; /* what is wrong with the operator's limits; "" when nothing is         */
};

/*
 * Takes one call's worth, shared by all workers: only if each of the windows (5
 * at most) has room, and then from all of them. After a rest a few calls pass at
 * once: a sixth of a pace's, 10 at most; half of a sum's.
 *
 * The windows that an operator gave the account in {prefix}:limits take the
 * place of the caller's, unless they make no sense, which is remarked upon.
 */
MUST_CHECK bool queue_limit(struct queue *queue, const char *account,
                            const struct queue_window windows[], size_t count,
                            struct queue_turn *out, struct err *err);

/* The server said the limit is used up: nobody takes from the bucket for `ms`. */
MUST_CHECK bool queue_limit_hit(struct queue *queue, const char *account, int64_t ms,
                                struct err *err);

/*
 * Adds the outcome's replies unless `digest` equals what was announced under
 * `name` before: the bot's command list, sent once per version of it.
 */
MUST_CHECK bool queue_announce(struct queue *queue, const char *name, const char *digest,
                               const struct queue_outcome *outcome, struct err *err);

/* ---- gateway: outbound ---- */

/*
 * One entry of {prefix}:replies. `fields` live as long as the batch.
 */
struct queue_entry {
    const char *id;
    const struct field *fields;
    size_t field_count;
};

struct queue_batch; /* opaque: owned entries */

void queue_batch_free(struct queue_batch *batch); /* NULL is a no-op */
size_t queue_batch_count(const struct queue_batch *batch);
struct queue_entry queue_batch_entry(const struct queue_batch *batch, size_t index);

/* Replies handed to a sender before that it has not settled, oldest first, after `after_id` ("0").
 */
MUST_CHECK bool queue_replies_pending(struct queue *queue, const char *after_id, size_t most,
                                      struct queue_batch **out, struct err *err);

/*
 * Asks for new replies and returns; when redis_fd(queue_redis()) is readable,
 * queue_replies_collect() gets them (*out NULL: not all there yet; an empty
 * batch: none came within block_ms, ask again).
 */
MUST_CHECK bool queue_replies_ask(struct queue *queue, size_t most, int64_t block_ms,
                                  struct err *err);
MUST_CHECK bool queue_replies_collect(struct queue *queue, struct queue_batch **out,
                                      struct err *err);

/* What {prefix}:trace is to have of a delivery; nothing when `ref` is 0. Texts are borrowed. */
struct queue_delivery {
    int64_t ref;         /* update_id that the reply answers                        */
    int64_t chat_id;     /* 0 when it has none                                      */
    const char *method;  /* of the call that Telegram took; NULL when none was made */
    int64_t message_id;  /* 0 when there is none                                    */
    int64_t tries;       /* calls made for it                                       */
    int64_t part;        /* of a long text, from 1 on                               */
    int64_t parts;       /* how many it has; 0 or 1: it is not cut                  */
    const char *dropped; /* why it was of no use any more; NULL: it is delivered    */
};

struct queue_sent {
    const char *entry_id;
    const char *slot;   /* "" for none         */
    int64_t message_id; /* 0 when there is none */
    struct queue_delivery delivery;
};

/*
 * Replies were delivered: acknowledge, delete, and keep each message_id for its slot (48 h), in
 * one step for each reply and one round trip for all. After a failure some may be settled and
 * others not; safe to repeat.
 */
MUST_CHECK bool queue_replies_sent(struct queue *queue, const struct queue_sent rows[],
                                   size_t count, struct err *err);

/*
 * A part of a reply was delivered and another follows: keeps its message_id for its slot ("" for
 * none). Safe to repeat.
 */
MUST_CHECK bool queue_part_sent(struct queue *queue, const char *slot,
                                const struct queue_delivery *delivery, struct err *err);

/* A reply can never be delivered: moves it to {prefix}:dead with `reason`. */
MUST_CHECK bool queue_reply_dead(struct queue *queue, const char *entry_id, const char *reason,
                                 struct err *err);

enum { QUEUE_HOLDER_SIZE = 128 }; /* of a holder's name and the NUL */

enum queue_lease_action {
    QUEUE_LEASE_ACQUIRE, /* when nobody has it, or we do */
    QUEUE_LEASE_RENEW,   /* only if ours                 */
    QUEUE_LEASE_RELEASE, /* only if the holder's         */
};

/* How it stands after the step. */
struct queue_lease {
    bool done;                      /* as asked: acquired, renewed or released      */
    char holder[QUEUE_HOLDER_SIZE]; /* who has it; "" for nobody                    */
    int64_t left_ms;                /* until it runs out; 0 for nobody              */
};

/*
 * The lease of the gateway that polls and sends, for `ttl_ms`. `holder` is unique among the
 * gateways and not empty. Safe to repeat.
 */
MUST_CHECK bool queue_lease(struct queue *queue, const char *holder, int64_t ttl_ms,
                            enum queue_lease_action action, struct queue_lease *out,
                            struct err *err);

/* ---- journal ---- */

/* Up to `most` events after `after_id` ("0-0"), waiting up to `block_ms`. ERR_STOPPED on shutdown.
 */
MUST_CHECK bool queue_events_read(struct queue *queue, const char *after_id, size_t most,
                                  int64_t block_ms, struct queue_batch **out, struct err *err);

/*
 * Says how far the follower `name` (one per database file) has durably come,
 * and trims what every follower has; with `keep_untold` not what queue_notice() has not come to.
 * The first call makes the follower known.
 */
MUST_CHECK bool queue_events_followed(struct queue *queue, const char *name, const char *up_to_id,
                                      bool keep_untold, struct err *err);

/* ---- telling the administrators of events ---- */

/* The last event that they were told of, or did not have to be. */
MUST_CHECK bool queue_noticed(struct queue *queue, char out[REDIS_ID_SIZE], struct err *err);

enum queue_notice_end {
    QUEUE_NOTICE_DONE,      /* the replies are on their way                       */
    QUEUE_NOTICE_ELSEWHERE, /* somebody else has come further than `from`         */
    QUEUE_NOTICE_EARLY,     /* they were told a short while ago: collect, and wait */
};

struct queue_notice {
    const char *from; /* what queue_noticed() said                                  */
    const char *to;   /* the last event that the replies tell of, or have left out  */
    int64_t gap_ms;   /* at least so long between two that have replies             */
};

/*
 * Sends the replies in `outcome` and moves on to `to`, in one step and only from `from`: whoever
 * tries, each event is told once. *out_wait_ms: of EARLY, when to try again.
 */
MUST_CHECK bool queue_notice(struct queue *queue, const struct queue_notice *notice,
                             const struct queue_outcome *outcome, enum queue_notice_end *out,
                             int64_t *out_wait_ms, struct err *err);

#endif
