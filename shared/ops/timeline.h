/* SPDX-License-Identifier: MIT */
/*
 * What became of one update, as one list in the order of time: the steps of its trace, every call
 * of the hosting API, what the log has of it, and where it is now. Pure.
 *
 * Steps are timed by the clock of Redis, calls and the log by the worker's: a call is put between
 * the moment when its worker took the update and the step that told of it, whatever the clocks say.
 */
#ifndef SHARED_OPS_TIMELINE_H
#define SHARED_OPS_TIMELINE_H

#include "shared/queue/queue.h"
#include "shared/wire/event.h"

#include <stddef.h>
#include <stdint.h>

struct timeline; /* opaque */

/* Texts are never NULL. */
struct timeline_line {
    int64_t at_ms;      /* Unix time                                                           */
    const char *step;   /* for programs: "arrived", "call", "log", "now", or the trace's word  */
    const char *by;     /* who: a worker's thread, "gateway", a person                         */
    const char *what;   /* a phrase for people                                                 */
    int64_t took_ms;    /* how long that took; of taking the update and of delivering a reply, */
                        /* how long it had waited; -1 when there is nothing to say             */
    const char *result; /* "ok", "no_answer, HTTP 502", ...; may be ""                         */
};

struct timeline *timeline_new(void);
void timeline_free(struct timeline *timeline); /* NULL is a no-op */

/* Steps of the trace, oldest first; an entry may become several lines, or none. Copied. */
void timeline_add_step(struct timeline *timeline, const struct queue_entry *entry);

/* When it was taken in, for an update that may have no step yet; what is known is not repeated. */
void timeline_add_arrival(struct timeline *timeline, int64_t received_ms, const char *kind,
                          const char *chat_id);

/* What the log has, after the steps: what one of them, or an earlier event, has told is left out.
 */
void timeline_add_event(struct timeline *timeline, const struct event *event);

/* Any other line: where it is now. Copied. */
void timeline_add_line(struct timeline *timeline, const struct timeline_line *line);

/* How many lines there are so far. */
size_t timeline_count(const struct timeline *timeline);

/* Puts the lines in order; nothing is added afterwards. Returns how many there are. */
size_t timeline_finish(struct timeline *timeline);

/* One of them; borrowed. */
struct timeline_line timeline_at(const struct timeline *timeline, size_t index);

#endif
