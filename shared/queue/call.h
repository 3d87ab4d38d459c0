/* SPDX-License-Identifier: MIT */
/* How the files of this folder call functions.lua and read its answers; for them alone. */
#ifndef SHARED_QUEUE_CALL_H
#define SHARED_QUEUE_CALL_H

#include "shared/base/field.h"
#include "shared/queue/ahead.h"
#include "shared/queue/keys.h"
#include "shared/queue/queue.h"

struct queue {
    struct redis *redis;       /* owned; everything, and the question for new replies        */
    struct redis *side;        /* owned; everything else while that question is under way    */
    char *key;                 /* owned; "{prefix}"                                          */
    int64_t timeout_ms;        /* for an ordinary reply                                      */
    bool accept_unsafe;        /* see struct queue_options                                   */
    struct queue_watch *watch; /* borrowed; or NULL                                       */
    int64_t prepared;          /* connections made when the server was prepared, -1 for never */
    int64_t recheck_ms;        /* see struct queue_options                                   */
    int64_t checked_ms;        /* monotonic; when the server was prepared                    */
    bool replicated;           /* the server keeps replicas: a step has to reach one         */
    bool asked;                /* queue_replies_ask() waits for queue_replies_collect()      */
    int64_t ask_expires_ms;    /* monotonic; later than this the answer is lost              */
    int hand_overs;            /* updates of one chat in a row, see bq_done                  */
    bool yielded;              /* the next take looks at other chats first                   */
    struct ahead ahead;        /* state that was read before it is asked for                 */
};

/* The connection for a call that must not wait behind a question under way. */
struct redis *queue_line(const struct queue *queue);

/* How often the two connections were made. */
int64_t queue_connections(const struct queue *queue);

/* Prepares the server when this handle has not, or has lost its connection since. */
MUST_CHECK bool queue_ready(struct queue *queue, struct err *err);

/* "FCALL function 1 {prefix}", to which the arguments are added. */
struct redis_command *queue_command(const struct queue *queue, const char *function);

/* The same of a function that writes nothing, for a user of Redis who may only look. */
struct redis_command *queue_look_command(const struct queue *queue, const char *function);

/* Adds "{prefix}:" + name + tail. */
void queue_add_key(const struct queue *queue, struct redis_command *command, const char *name,
                   const char *tail);

/* Adds the number of fields, then name and value of each. */
void queue_add_fields(struct redis_command *command, const struct field fields[], size_t count);

/* A call on a server that may not be prepared. On true *out_reply may be an error reply. */
MUST_CHECK bool queue_run_once(struct queue *queue, struct redis_command *command,
                               struct redis_reply **out_reply, struct err *err);

/* As queue_run_once(); where there are replicas, what it wrote is at one of them as well. */
MUST_CHECK bool queue_run_lastingly(struct queue *queue, struct redis_command *command,
                                    struct redis_reply **out_reply, struct err *err);

/* False for an error reply, which is released. */
MUST_CHECK bool queue_check_reply(struct queue *queue, const char *function,
                                  struct redis_reply *reply, struct err *err);

/* Runs a command of queue_command(); takes ownership of it. `function` is for messages. */
MUST_CHECK bool queue_call(struct queue *queue, const char *function, struct redis_command *command,
                           struct redis_reply **out_reply, struct err *err);

/* As queue_call() for a function that only reads: nothing is prepared, so nothing is written. */
MUST_CHECK bool queue_look(struct queue *queue, const char *function, struct redis_command *command,
                           struct redis_reply **out_reply, struct err *err);

/* As queue_call() for a function that answers with a number. */
MUST_CHECK bool queue_call_int(struct queue *queue, const char *function,
                               struct redis_command *command, int64_t *out, struct err *err);

/* As queue_call() for a function that answers OK or, having written nothing, `otherwise`. */
MUST_CHECK bool queue_call_ok(struct queue *queue, const char *function,
                              struct redis_command *command, const char *otherwise, bool *out_ok,
                              struct err *err);

/*
 * As queue_call_int() for several commands in one round trip, when nobody needs the numbers.
 * Each is one step; when one fails, others may have worked.
 */
MUST_CHECK bool queue_call_all(struct queue *queue, const char *function,
                               struct redis_command *commands[], size_t count, struct err *err);

/* Says that the server lost what queue_prepare() made, unless the failure was something else. */
void queue_note_failure(struct queue *queue, const struct err *err);

/* True when a list begins with the text `word`. */
bool queue_answer_is(const struct redis_reply *reply, const char *word);

/* Fails: ERR_FATAL, with the shape of an answer that this build cannot read. */
bool queue_odd_answer(const char *function, const struct redis_reply *reply, struct err *err);

/*
 * Fields out of a flat list of names and values. *out is owned by the caller,
 * its texts are borrowed from the reply. False when it is no such list.
 */
bool queue_read_fields(const struct redis_reply *list, struct field **out, size_t *out_count);

/* An update out of elements `first`.. of a reply: id, fields, deliveries. Owns the reply. */
struct queue_job *queue_job_new(struct redis_reply *reply, size_t first);

/* Adds the counted lists that functions.lua reads as an outcome. */
void queue_add_outcome(struct redis_command *command, const struct queue_outcome *outcome);

/*
 * A batch out of the reply of XREAD or XREADGROUP, which it owns; an empty one
 * for nil. Entries without a body are left out. NULL when the reply is neither.
 */
struct queue_batch *queue_batch_new(struct redis_reply *reply);

/* The same out of a list of entries, which is part of `reply`. */
struct queue_batch *queue_batch_of(struct redis_reply *reply, const struct redis_reply *list);

/*
 * Up to `most` entries of a stream after `after_id`, waiting up to `block_ms` for one. Fails as
 * redis_run_blocking().
 */
MUST_CHECK bool queue_stream_read(struct queue *queue, const char *key, const char *after_id,
                                  size_t most, int64_t block_ms, struct queue_batch **out,
                                  struct err *err);

/* The list of entries in such a reply, or NULL. */
const struct redis_reply *queue_reply_entries(const struct redis_reply *reply);

/* True for an entry whose body was deleted: it keeps its place in the group, with nil for fields.
 */
bool queue_is_bodiless(const struct redis_reply *entry);

#endif
