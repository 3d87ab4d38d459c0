/* SPDX-License-Identifier: MIT */
/* How long updates waited and were worked on lately, out of the last steps of the trace. */
#ifndef DEPLOY_QUEUECTL_DURATIONS_H
#define DEPLOY_QUEUECTL_DURATIONS_H

#include "deploy/queuectl/session.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Of some durations; all 0 when there were none. */
struct durations {
    size_t count;
    int64_t half_ms; /* half of them were no longer */
    int64_t most_ms; /* 95 % of them were no longer */
};

struct durations_lately {
    struct durations wait; /* from the arrival until a worker took it */
    struct durations run;  /* from there to its end                   */
};

/* Sorts `ms`. Pure. */
struct durations durations_of(int64_t ms[], size_t count);

/* Of the last thousand steps; none where there is no trace. Fails as redis_run(). */
MUST_CHECK bool durations_read(struct session *session, struct durations_lately *out,
                               struct err *err);

#endif
