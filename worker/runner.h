/* SPDX-License-Identifier: MIT */
/*
 * One worker thread: takes an update, answers it, finishes it, for ever.
 *
 * A runner owns its connections to Redis and to the hosting API and shares
 * nothing with other runners but the settings and the outage notes.
 */
#ifndef WORKER_RUNNER_H
#define WORKER_RUNNER_H

#include "shared/base/err.h"
#include "shared/base/outage.h"
#include "shared/io/redis_login.h"
#include "shared/queue/queue.h"
#include "worker/worker_health.h"
#include "worker/worker_settings.h"

#include <stdbool.h>

enum { RUNNER_NAME_SIZE = 128 };

/* What the runners of a process share; outlives them. */
struct runner_shared {
    const struct worker_settings *settings;
    struct outage redis;      /* nobody can reach Redis        */
    struct health *health;    /* enum worker_check             */
    struct leases *leases;    /* of what the runners work on   */
    struct turns *turns;      /* to wait for updates           */
    struct queue_watch watch; /* what was told of Redis        */
    struct redis_login login; /* of all connections to it      */
};

struct leases; /* worker/lease.h */
struct turns;  /* worker/turn.h  */
struct runner; /* opaque */

/* `name` is unique among all workers of the installation: "host-pid-1"; copied. Fails: ERR_FATAL.
 */
MUST_CHECK struct runner *runner_new(struct runner_shared *shared, const char *name,
                                     struct err *err);

/* NULL is a no-op. */
void runner_free(struct runner *runner);

/* Runs until shutdown is requested, waiting out Redis and the hosting API. Fails: ERR_FATAL only.
 */
MUST_CHECK bool runner_run(struct runner *runner, struct err *err);

#endif
