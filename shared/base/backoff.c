/* SPDX-License-Identifier: MIT */
#include "shared/base/backoff.h"

#include "shared/base/clock.h"

#include <sys/random.h>

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
    return step_ms - (int64_t)random % (step_ms / 2 + 1);
}

void backoff_reset(struct backoff *backoff)
{
    backoff->failures = 0;
}

uint32_t backoff_random(void)
{
    uint32_t random;

    if (getrandom(&random, sizeof(random), GRND_NONBLOCK) != (ssize_t)sizeof(random)) {
        random = (uint32_t)clock_unix_ms(); /* just after boot: better than no jitter */
    }
    return random;
}
