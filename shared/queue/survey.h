/* SPDX-License-Identifier: MIT */
/*
 * How the queue stands: every fact in Redis that people who operate it, and what alarms them, go
 * by. Read in one round trip, by three calls that keep Redis busy for a few milliseconds each,
 * however long the queue is: what moves between them may be seen twice, or not at all. Lists are
 * cut off where a member says so. What follows from the facts is decided elsewhere (shared/ops),
 * from this struct alone.
 *
 * Times are Unix milliseconds of the Redis server.
 */
#ifndef SHARED_QUEUE_SURVEY_H
#define SHARED_QUEUE_SURVEY_H

#include "shared/base/err.h"
#include "shared/io/json.h"
#include "shared/queue/queue.h"
#include "shared/queue/server_check.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* An entry that waits; id "" for none. */
struct survey_entry {
    const char *id;
    int64_t ms; /* when it was added */
    const char *chat_id;
    const char *kind; /* of an update; the method of a reply */
};

/* An entry that keeps its chat busy: a worker has it, or the next one may take it. */
struct survey_running {
    const char *id;
    const char *update_id;
    const char *chat_id;
    const char *kind;
    const char *consumer; /* "_free": any worker may take it        */
    int64_t idle_ms;      /* since the lease was renewed            */
    int64_t deliveries;
    int64_t received_ms;
    int64_t deadline_ms;
    int64_t behind;    /* updates of the chat that wait behind it         */
    const char *begun; /* the call that was begun and may change something; "" for none */
    bool begun_ended;  /* its result is known                             */
    int64_t begun_ms;
};

/* A worker's thread that holds updates. */
struct survey_consumer {
    const char *name; /* "<process>-<thread>" */
    int64_t pending;
    int64_t idle_ms;
};

/* A process as it reported last, see docs/protocol.md, "services". */
struct survey_service {
    const char *name;
    int64_t seen_ms;
    const struct json *report; /* an object; members may be missing */
};

struct survey_dead {
    const char *id;
    const char *kind; /* of an update; the method of a reply; "" when it is neither */
    const char *update_id;
    const char *chat_id;
    const char *reason;
    int64_t died_ms;
};

struct survey_unknown {
    const char *update_id;
    const char *what;
    const char *chat_id;
    int64_t ms;
};

struct survey_bucket {
    const char *window;   /* "60/60000": calls/ms */
    int64_t milli_tokens; /* thousandths of a call, when it was written last */
};

enum { SURVEY_BUCKETS_MOST = 8 };

struct survey_limit {
    const char *account;
    const char *operators; /* windows that a person has set; "" for none */
    int64_t until_ms;      /* before that nobody calls; 0 for none   */
    struct survey_bucket buckets[SURVEY_BUCKETS_MOST];
    size_t bucket_count;
};

/* A chat to which Telegram lets nothing be sent, and for which replies wait. */
struct survey_flood {
    const char *chat_id;
    int64_t until_ms;
    int64_t waiting; /* among the 100 oldest replies */
};

/* A bot.db that follows the events. */
struct survey_follower {
    const char *name;
    const char *position; /* the last event it has */
};

/* Texts are borrowed from `tree`; so are the reports. */
struct survey {
    struct json *tree; /* owned */
    int64_t now_ms;
    int64_t library; /* its VERSION */
    struct {
        int64_t length, unread, free, parked, running; /* length is the sum of the others */
        struct survey_entry oldest_unread, oldest_free, oldest_parked;
        int64_t free_since_ms; /* when oldest_free was given back, or its chat's turn came */
    } updates;
    struct {
        int64_t length, unread, taken; /* taken: by the gateway, and not settled */
        struct survey_entry oldest;
    } replies;
    struct {
        int64_t length, newest_ms;
        struct survey_entry oldest;
        struct survey_follower *followers;
        size_t follower_count;
    } events;
    int64_t dead_count;
    struct survey_dead *dead; /* the 10 oldest */
    size_t dead_shown;
    int64_t unknown_count;
    struct survey_unknown *unknown; /* about 10 */
    size_t unknown_shown;
    int64_t intent_count;
    struct survey_running *running; /* the 60 oldest */
    size_t running_shown;
    struct survey_consumer *consumers; /* up to 200 that hold anything */
    size_t consumer_count;
    struct survey_service *services; /* up to 200 */
    size_t service_count;
    struct survey_limit *limits; /* of the accounts that the services report */
    size_t limit_count;
    struct survey_flood *floods;
    size_t flood_count;
    const char *lease_holder; /* "" for none */
    int64_t lease_left_ms;
    const char **damage; /* sentences; what bq_fsck looks for, in a few chats */
    size_t damage_count;
    const struct json *meta; /* see keys.h; texts, "" for what is missing */
    /* of the server */
    struct server_facts server;
    int64_t memory_used;  /* bytes                     */
    int64_t memory_limit; /* bytes; 0: none is set     */
};

/* Fails as shared/queue/queue.h says. Free with survey_free(). */
MUST_CHECK bool queue_survey(struct queue *queue, struct survey *out, struct err *err);

/*
 * The same out of what Redis answered: the JSON of bq_survey and the text of INFO. For tests, too.
 * Fails: ERR_FATAL for what is no such JSON
 */
MUST_CHECK bool survey_read(const char *json, const char *info, struct survey *out,
                            struct err *err);

/* Releases what is below `survey`, which may be all zero. */
void survey_free(struct survey *survey);

/* True while an operator has paused the queue. */
bool survey_is_paused(const struct survey *survey);

/* A counter of meta, "pushed"; 0 for what is missing. */
int64_t survey_counter(const struct survey *survey, const char *name);

#endif
