/* SPDX-License-Identifier: MIT */
/*
 * Growing delays between attempts: doubling from first to most, with jitter so
 * that several processes do not return at the same moment. Pure: the caller
 * brings the random number and does the waiting (stop_wait_ms).
 */
#ifndef SHARED_BASE_BACKOFF_H
#define SHARED_BASE_BACKOFF_H

#include <stdint.h>

struct backoff {
    int64_t first_ms; /* delay after the first failure            */
    int64_t most_ms;  /* never longer than this, jitter included  */
    int failures;     /* in a row; 0 after a success              */
};

/* Counts a failure; returns the delay before the next attempt, 50 % to 100 % of the step. */
int64_t backoff_next_ms(struct backoff *backoff, uint32_t random);

/* Forgets the failures. */
void backoff_reset(struct backoff *backoff);

/* A random number for backoff_next_ms(); not for secrets. Thread-safe. */
uint32_t backoff_random(void);

#endif
