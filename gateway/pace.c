/* SPDX-License-Identifier: MIT */
#include "gateway/pace.h"

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
