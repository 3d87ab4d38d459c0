/* SPDX-License-Identifier: MIT */
#include "worker/worker_health.h"

enum { TAKING_ALIVE_MS = 90000 /* an idle worker asks twice a minute */ };

/* Without the API, and without bot.db, a worker still answers: a new start of it would not help. */
static const struct health_check CHECKS[WORKER_CHECK_COUNT] = {
    [WORKER_REDIS] = {.name = "redis",
                      .awaited = true,
                      .help = "Redis takes this process's report"},
    [WORKER_TAKING] = {.name = "taking",
                       .alive_ms = TAKING_ALIVE_MS,
                       .awaited = true,
                       .help = "Redis answers whether there is work"},
    [WORKER_BEGET] = {.name = "beget", .awaited = true, .help = "the hosting API answers"},
    [WORKER_JOURNAL] = {.name = "journal", .awaited = true, .help = "events get into bot.db"},
};

struct health *worker_health_new(int64_t lease_ms)
{
    struct health_check rows[WORKER_CHECK_COUNT];

    for (int i = 0; i < WORKER_CHECK_COUNT; i++) {
        rows[i] = CHECKS[i];
    }
    rows[WORKER_TAKING].alive_ms += lease_ms / 2;
    return health_new(rows, WORKER_CHECK_COUNT);
}
