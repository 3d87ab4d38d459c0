/* SPDX-License-Identifier: MIT */
/*
 * Alarms in Redis: whose turn it is to look, and how what was found becomes
 * known to all who look. Whoever dies when, each change is made and told once:
 * both are one step, made only from the state that the caller has seen. What
 * the states mean is shared/ops/alarm.h's.
 *
 * Nothing is told while Redis cannot be written to, for that is how things are told.
 *
 * All fail as shared/queue/queue.h says.
 */
#ifndef SHARED_QUEUE_ALARM_H
#define SHARED_QUEUE_ALARM_H

#include "shared/base/err.h"
#include "shared/queue/queue.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct queue_alarm_turn {
    bool ours;         /* nobody else looks for `every_ms`     */
    int64_t now_ms;    /* Unix time of the Redis server        */
    int64_t looked_ms; /* of the look before; 0: there is none */
};

/* Takes the turn, when there was none in the last `every_ms` (at least 1). */
MUST_CHECK bool queue_alarm_turn(struct queue *queue, int64_t every_ms,
                                 struct queue_alarm_turn *out, struct err *err);

/* Of one cause, a field of {prefix}:alarms. Borrowed texts; "" is none. */
struct queue_alarm_change {
    const char *cause;
    const char *was; /* what the caller has read there */
    const char *becomes;
};

/*
 * Makes all changes (1 to 100) and sends the replies in `outcome`, in one step. *out_done false:
 * somebody else was faster with one of them, and nothing has been done.
 */
MUST_CHECK bool queue_alarm(struct queue *queue, const struct queue_alarm_change changes[],
                            size_t count, const struct queue_outcome *outcome, bool *out_done,
                            struct err *err);

#endif
