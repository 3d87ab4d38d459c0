/* SPDX-License-Identifier: MIT */
#include "tests/sandbox/beget/rate.h"

bool rate_allow(struct rate *rate, int64_t now_ms)
{
    bool full = rate->count == RATE_REQUESTS;

    if (full && now_ms - rate->times_ms[rate->next] < RATE_WINDOW_MS) {
        return false;
    }
    rate->times_ms[rate->next] = now_ms;
    rate->next = (rate->next + 1) % RATE_REQUESTS;
    rate->count += full ? 0 : 1;
    return true;
}
