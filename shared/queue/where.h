/* SPDX-License-Identifier: MIT */
/*
 * Where an update or an entry is now, and what is kept of it: read in one step that looks at
 * little, for people. Replies and dead letters are looked for among the 250 that were written
 * first since the update's arrival; further on they are found by the IDs of their entries.
 */
#ifndef SHARED_QUEUE_WHERE_H
#define SHARED_QUEUE_WHERE_H

#include "shared/base/err.h"
#include "shared/base/field.h"
#include "shared/queue/queue.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Texts are never NULL, and borrowed. */
struct queue_place {
    const char *stream; /* "updates", "replies" or "dead"                              */
    const char *id;
    struct field *fields; /* owned by the whereabouts                                  */
    size_t field_count;
    const char *holder; /* consumer of the stream's group; "" while nobody has read it. */
                        /* "_free": any worker may take it, "_park": its chat is busy   */
    int64_t idle_ms;    /* since the holder has renewed it                              */
    int64_t deliveries;
};

struct queue_whereabouts {
    const char *update_id; /* "" for none                                                 */
    struct queue_place *places;
    size_t place_count;
    struct field *intents; /* "1001/1" and its JSON: docs/protocol.md; owned              */
    size_t intent_count;
    const char *unknown;       /* JSON of an outcome that nobody knows, or ""                    */
    const char *runs;          /* entry that runs of the first place's chat, or ""              */
    int64_t before;            /* of the same chat that wait before it                          */
    int64_t now_ms;            /* of the server                                                 */
    struct redis_reply *reply; /* owned; what the rest points into                        */
};

/*
 * `name` is an update_id or the ID of an entry. Nothing found is a success without places.
 * Nothing is written, see shared/queue/trace.h. Fails as that; ERR_REJECT also for a name that is
 * neither.
 */
MUST_CHECK bool queue_where(struct queue *queue, const char *name, struct queue_whereabouts *out,
                            struct err *err);
void queue_where_free(struct queue_whereabouts *whereabouts); /* of a zeroed one is a no-op */

/* The text of a field, or "". Borrowed. */
const char *queue_place_text(const struct queue_place *place, const char *name);

#endif
