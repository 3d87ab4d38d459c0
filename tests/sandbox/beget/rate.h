/* SPDX-License-Identifier: MIT */
/* The account's request limit: 60 in any 60 seconds, as a sliding window. Pure. */
#ifndef TESTS_SANDBOX_BEGET_RATE_H
#define TESTS_SANDBOX_BEGET_RATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { RATE_REQUESTS = 60, RATE_WINDOW_MS = 60000 };

/* All zero: nothing has been counted. */
struct rate {
    int64_t times_ms[RATE_REQUESTS]; /* of the latest requests, a ring */
    size_t next;                     /* place of the next one          */
    size_t count;                    /* places in use                  */
};

/* Counts a request at `now_ms`; false, and not counted, when it is one too many. */
bool rate_allow(struct rate *rate, int64_t now_ms);

#endif
