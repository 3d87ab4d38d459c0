/* SPDX-License-Identifier: MIT */
/*
 * When an alarm begins and when it ends: one for each cause of being stuck, so that
 * administrators are told once that something is wrong and once that it is over. What comes
 * and goes within moments is no alarm. Where each finding needs a person (stuck_cause_counter())
 * they are told of those that are new meanwhile, too: of each once, and of all at once.
 *
 * Pure: the state is kept in Redis, one JSON per cause, and moved on by whoever looks
 * (shared/ops/alarm_watch.h): also by the version before and the one after, which leave out
 * members that they do not know.
 */
#ifndef SHARED_OPS_ALARM_H
#define SHARED_OPS_ALARM_H

#include "shared/base/buf.h"
#include "shared/ops/stuck_count.h"

#include <stdbool.h>
#include <stdint.h>

enum { ALARM_WARNING_TIMES = 4 /* so much longer a warning has to last than what is critical */ };

enum alarm_state {
    ALARM_NONE,    /* nothing is wrong                                  */
    ALARM_PENDING, /* it is, and for not long enough to tell            */
    ALARM_ON,      /* administrators were told                          */
    ALARM_ENDING,  /* it is over, and for not long enough to tell       */
};

/* Zeroed: none. Times are Unix ms of the Redis server. */
struct alarm {
    enum alarm_state state;
    int64_t entered_ms; /* when this state was, or more was told of an alarm that is on      */
    int64_t since_ms;   /* when the trouble began                                            */
    int64_t count;      /* of findings, when administrators were told last                   */
    int64_t told;       /* how many there had ever been then; 0: unknown, or more is no news */
};

/* {"state":"on","entered_ms":..,"since_ms":..,"count":..,"told":..}; nothing for none. */
void alarm_print(const struct alarm *alarm, struct buf *out);

/* The reverse; none for anything else. */
struct alarm alarm_read(const char *text);

struct alarm_look {
    int64_t now_ms;
    /*
     * How long something critical has to last, and to be over, and when more of it is told again;
     * what can wait has to last ALARM_WARNING_TIMES as long, and so has the time between.
     */
    int64_t after_ms;
    bool missed; /* nobody has looked for so long that what was between is not known */
};

/* What a look makes of the alarm of `cause`. */
struct alarm alarm_next(enum stuck_cause cause, const struct alarm *alarm,
                        const struct stuck_count *found, const struct alarm_look *look);

/* Of an alarm that is on: how many of the findings administrators were not told of. */
int64_t alarm_untold(const struct alarm *alarm, const struct stuck_count *found);

enum alarm_news { ALARM_NO_NEWS, ALARM_BEGINS, ALARM_MORE, ALARM_ENDS };

/* What administrators are told of the step from one to the other. */
enum alarm_news alarm_news(const struct alarm *was, const struct alarm *becomes);

#endif
