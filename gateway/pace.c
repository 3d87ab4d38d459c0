/* SPDX-License-Identifier: MIT */
#include "gateway/pace.h"

#include <string.h>

static int64_t later(int64_t a, int64_t b)
{
    return a > b ? a : b;
}

int64_t pace_bucket_ready_ms(const struct pace_bucket *bucket, struct pace_rate rate,
                             int64_t now_ms)
{
    return later(now_ms, bucket->full_ms - (rate.burst - 1) * rate.interval_ms);
}

void pace_bucket_take(struct pace_bucket *bucket, struct pace_rate rate, int64_t now_ms)
{
    bucket->full_ms = later(bucket->full_ms, now_ms) + rate.interval_ms;
}

int64_t pace_window_ready_ms(const struct pace_window *window, struct pace_span span,
                             int64_t now_ms)
{
    /* The ring is full of calls; the oldest of the last `most` is the one about to be replaced. */
    return window->count < span.most ? now_ms
                                     : later(now_ms, window->made_ms[window->next] + span.span_ms);
}

void pace_window_take(struct pace_window *window, struct pace_span span, int64_t now_ms)
{
    window->made_ms[window->next] = now_ms;
    window->next = (window->next + 1) % span.most;
    if (window->count < span.most) {
        window->count++;
    }
}

bool pace_window_is_empty(const struct pace_window *window, struct pace_span span, int64_t now_ms)
{
    size_t last = (window->next + span.most - 1) % span.most;

    return window->count == 0 || window->made_ms[last] + span.span_ms <= now_ms;
}

void pace_alarm_init(struct pace_alarm *alarm)
{
    for (size_t i = 0; i < PACE_ALARM_CHATS; i++) {
        alarm->last[i] = (struct pace_trouble){.at_ms = INT64_MIN / 2};
    }
}

bool pace_alarm_rings(struct pace_alarm *alarm, int64_t chat_id, int64_t within_ms, int64_t now_ms)
{
    size_t place = 0;

    while (place < PACE_ALARM_CHATS - 1 && alarm->last[place].chat_id != chat_id) {
        place++;
    }
    memmove(&alarm->last[1], &alarm->last[0], place * sizeof(alarm->last[0]));
    alarm->last[0] = (struct pace_trouble){.chat_id = chat_id, .at_ms = now_ms};
    return now_ms - alarm->last[PACE_ALARM_CHATS - 1].at_ms <= within_ms;
}
