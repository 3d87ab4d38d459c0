/* SPDX-License-Identifier: MIT */
/* What a worker counts: the rows of its registry, see shared/base/metrics.h. */
#ifndef WORKER_WORKER_METRICS_H
#define WORKER_WORKER_METRICS_H

#include "shared/base/metrics.h"
#include "shared/wire/event.h"
#include "shared/wire/update.h"
#include "worker/journal/journal.h"

#include <stddef.h>
#include <stdint.h>

enum worker_metric {
    WORKER_METRIC_RUNNERS,
    WORKER_METRIC_RUNNERS_BUSY,
    WORKER_METRIC_JOBS,              /* by kind and end of a job: worker_count_job()        */
    WORKER_METRIC_JOB_WAIT,          /* ms                                                  */
    WORKER_METRIC_JOB_RUN,           /* by kind, ms                                         */
    WORKER_METRIC_JOBS_REDELIVERED,  /*                                                     */
    WORKER_METRIC_JOBS_DEAD,         /*                                                     */
    WORKER_METRIC_BEGET_REQUESTS,    /* by enum beget_method and enum beget_failure         */
    WORKER_METRIC_BEGET_DURATION,    /* by enum beget_method, ms                            */
    WORKER_METRIC_LIMITER_WAIT,      /* ms                                                  */
    WORKER_METRIC_CACHE_LOOKUPS,     /* by enum beget_method and hit (1) or miss (0)        */
    WORKER_METRIC_JOURNAL_EVENTS,    /*                                                     */
    WORKER_METRIC_JOURNAL_FAILURES,  /*                                                     */
    WORKER_METRIC_JOURNAL_CAUGHT_UP, /* ms */
    WORKER_METRIC_BACKUP_LAST,       /* ms; 0: none was made                                */
    WORKER_METRIC_BACKUP_EVERY,      /* ms                                                  */
    WORKER_METRIC_REDIS_FAILURES,    /*                                                     */
    WORKER_METRIC_COUNT,
};

extern const struct metric_row WORKER_METRICS[WORKER_METRIC_COUNT];

/* Of what kind a job is: enum update_kind, or none that anybody can read. */
enum { JOB_KIND_UNREADABLE = UPDATE_KIND_COUNT, JOB_KIND_COUNT };

/* How a job ended at this worker: with a result (enum event_result), or without one. */
enum {
    JOB_GIVEN_BACK = EVENT_RESULT_COUNT, /* unfinished: Redis was away, or shutdown  */
    JOB_LOST,                            /* another worker has taken it over         */
    JOB_END_COUNT,
};

/* A job begins: it waited since its push, by the clock of Redis, and was delivered so often. */
void worker_count_job_begun(int64_t received_ms, int64_t deliveries);

/* It has ended after `ms`. */
void worker_count_job(size_t kind, size_t end, int64_t ms);

/* As struct journal_options has it. */
void worker_count_journal(enum journal_note note, int64_t count);

#endif
