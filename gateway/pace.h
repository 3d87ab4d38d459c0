/* SPDX-License-Identifier: MIT */
/*
 * How fast is still polite: when the next call may be made, given the earlier
 * ones. Times are of one clock, in ms, and never go back. Pure.
 */
#ifndef GATEWAY_PACE_H
#define GATEWAY_PACE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* One call per interval on average, a few at once after a rest. Zeroed: rested. */
struct pace_bucket {
    int64_t full_ms; /* when the bucket is full again; in the past when rested */
};

struct pace_rate {
    int64_t interval_ms; /* between calls on average, > 0       */
    int64_t burst;       /* calls that may be made at once, > 0 */
};

/* The earliest time, not before `now_ms`, at which a call may be made. */
int64_t pace_bucket_ready_ms(const struct pace_bucket *bucket, struct pace_rate rate,
                             int64_t now_ms);

/* Counts a call made at `now_ms`, whether it was allowed or not. */
void pace_bucket_take(struct pace_bucket *bucket, struct pace_rate rate, int64_t now_ms);

enum { PACE_WINDOW_MAX = 28 };

/* At most so many calls in any span of so long. Zeroed: none were made. */
struct pace_window {
    int64_t made_ms[PACE_WINDOW_MAX]; /* of the last calls, as a ring       */
    size_t next;                      /* place of the next call in the ring */
    size_t count;                     /* calls in the ring                  */
};

struct pace_span {
    size_t most;     /* calls, 1 to PACE_WINDOW_MAX */
    int64_t span_ms; /* in any span of this length  */
};

/* As for the bucket; a window is always used with the same span. */
int64_t pace_window_ready_ms(const struct pace_window *window, struct pace_span span,
                             int64_t now_ms);
void pace_window_take(struct pace_window *window, struct pace_span span, int64_t now_ms);

/* True when no call of the last span has to be remembered. */
bool pace_window_is_empty(const struct pace_window *window, struct pace_span span, int64_t now_ms);

enum { PACE_ALARM_CHATS = 3 };

/* Whether several chats have had the same trouble shortly after each other. */
struct pace_alarm {
    struct pace_trouble {
        int64_t chat_id;
        int64_t at_ms;
    } last[PACE_ALARM_CHATS]; /* newest first, a chat once */
};

/* Starts with no trouble since ever. */
void pace_alarm_init(struct pace_alarm *alarm);

/* Notes a chat's trouble. True when PACE_ALARM_CHATS of them had some within `within_ms`. */
bool pace_alarm_rings(struct pace_alarm *alarm, int64_t chat_id, int64_t within_ms, int64_t now_ms);

#endif
