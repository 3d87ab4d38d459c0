/* SPDX-License-Identifier: MIT */
#include "shared/base/outage.h"

enum { OUTAGE_REPEAT_MS = 60000 };

bool outage_failed(struct outage *outage, int64_t now_ms, int64_t *out_failures)
{
    bool say;

    (void)pthread_mutex_lock(&outage->lock);
    say = outage->failures == 0 || now_ms - outage->said_ms >= OUTAGE_REPEAT_MS;
    if (outage->failures == 0) {
        outage->since_ms = now_ms;
    }
    if (say) {
        outage->said_ms = now_ms;
    }
    outage->failures++;
    *out_failures = outage->failures;
    (void)pthread_mutex_unlock(&outage->lock);
    return say;
}

bool outage_over(struct outage *outage, int64_t now_ms, int64_t *out_lasted_ms)
{
    bool ended;

    (void)pthread_mutex_lock(&outage->lock);
    ended = outage->failures > 0;
    if (ended) {
        *out_lasted_ms = now_ms - outage->since_ms;
        outage->failures = 0;
    }
    (void)pthread_mutex_unlock(&outage->lock);
    return ended;
}
