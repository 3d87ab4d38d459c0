/* SPDX-License-Identifier: MIT */
#include "shared/base/backoff.h"

#include "shared/base/clock.h"

#include <stdatomic.h>

int64_t backoff_next_ms(struct backoff *backoff, uint32_t random)
{
    int64_t step_ms = backoff->first_ms;

    for (int i = 0; i < backoff->failures && step_ms < backoff->most_ms; i++) {
        step_ms *= 2;
    }
    if (step_ms > backoff->most_ms) {
        step_ms = backoff->most_ms;
    }
    backoff->failures++;
    return step_ms - (int64_t)(random % (uint32_t)(step_ms / 2 + 1));
}

void backoff_reset(struct backoff *backoff)
{
    backoff->failures = 0;
}

uint32_t backoff_random(void)
{
    static _Atomic uint32_t calls; /* tells threads of one millisecond apart */
    uint64_t bits = (uint64_t)clock_unix_ms() + ((uint64_t)atomic_fetch_add(&calls, 1) << 32);

    bits = (bits ^ (bits >> 30)) * 0xbf58476d1ce4e5b9u; /* SplitMix64's finalizer */
    bits = (bits ^ (bits >> 27)) * 0x94d049bb133111ebu;
    return (uint32_t)(bits >> 32);
}
