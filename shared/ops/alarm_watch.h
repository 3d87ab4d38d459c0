/* SPDX-License-Identifier: MIT */
/*
 * Tells administrators, unasked, when something is stuck, when there is more of it, and when it is
 * over: once each, however many services look and whatever dies when. Every gateway and every
 * worker looks, so that whoever lives tells of those who do not; Redis gives one of them the turn
 * (shared/queue/alarm.h). A thread of its own, with a connection of its own: what makes the
 * others hang does not make it hang.
 *
 * Told is through the queue, so nobody is told while Redis cannot be written to, and of a
 * Telegram that is not reached, or a missing gateway, when it is back.
 */
#ifndef SHARED_OPS_ALARM_WATCH_H
#define SHARED_OPS_ALARM_WATCH_H

#include "shared/base/err.h"
#include "shared/base/log.h"
#include "shared/base/settings.h"
#include "shared/ops/alarm.h"
#include "shared/queue/queue.h"

#include <stdint.h>

struct alarm_watch; /* opaque */

struct alarm_watch_options {
    struct queue_options queue;
    const struct setting_ids *admins; /* borrowed */
    int64_t after_ms;                 /* see struct alarm_look */
    log_sink *log; /* of the process, from the thread: what it has told, and that nobody can be */
};

/* Starts the thread. Fails: ERR_FATAL the system has none, or as queue_new(). */
MUST_CHECK struct alarm_watch *alarm_watch_start(const struct alarm_watch_options *options,
                                                 struct err *err);

/* Waits for its end, once shutdown was requested; releases it. NULL is a no-op. */
void alarm_watch_end(struct alarm_watch *watch);

#endif
