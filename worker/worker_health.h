/* SPDX-License-Identifier: MIT */
/* What the worker's health is made of: shared/base/health.h. */
#ifndef WORKER_WORKER_HEALTH_H
#define WORKER_WORKER_HEALTH_H

#include "shared/base/health.h"

enum worker_check {
    WORKER_REDIS,   /* the report of this process arrived (shared/ops/attendant.h)      */
    WORKER_TAKING,  /* Redis was asked for updates, or renewed the lease of one         */
    WORKER_BEGET,   /* the hosting API answered a call, be it with a no to what it asks */
    WORKER_JOURNAL, /* bot.db has what there was for it                                 */
    WORKER_CHECK_COUNT,
};

/* `lease_ms`: JOB_LEASE_S; a busy worker is heard of four times in it. The caller frees it. */
struct health *worker_health_new(int64_t lease_ms);

#endif
