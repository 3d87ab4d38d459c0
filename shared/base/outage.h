/* SPDX-License-Identifier: MIT */
/*
 * Decides when a lasting failure is worth a log line: when it begins, once a
 * minute while it lasts, and when it is over. Shared by threads that wait for
 * the same thing, so that four of them do not say it four times.
 */
#ifndef SHARED_BASE_OUTAGE_H
#define SHARED_BASE_OUTAGE_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

struct outage {
    pthread_mutex_t lock;
    int64_t since_ms; /* monotonic; of the first failure */
    int64_t said_ms;  /* of the last line               */
    int64_t failures; /* since it began                 */
};

#define OUTAGE_INIT                       \
    {                                     \
        .lock = PTHREAD_MUTEX_INITIALIZER \
    }

/* A failure at `now_ms` (monotonic). True when a line should be written; *out_failures so far. */
bool outage_failed(struct outage *outage, int64_t now_ms, int64_t *out_failures);

/* A success. True when an outage has just ended; *out_lasted_ms is how long it was. */
bool outage_over(struct outage *outage, int64_t now_ms, int64_t *out_lasted_ms);

#endif
