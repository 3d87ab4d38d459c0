/* SPDX-License-Identifier: MIT */
#include "worker/worker_metrics.h"

#include "shared/base/clock.h"
#include "shared/base/compiler.h"
#include "worker/beget/answer.h"
#include "worker/beget/methods.h"

#include <string.h>

static const char *const CACHE_RESULTS[] = {"miss", "hit"};

static const int64_t WAIT_BOUNDS_MS[] = {10,   50,    100,   500,    1000,
                                         5000, 15000, 60000, 300000, 1800000};
static const int64_t RUN_BOUNDS_MS[] = {10,   50,   100,   250,   500,  1000,
                                        2500, 5000, 10000, 30000, 60000};
static const int64_t CALL_BOUNDS_MS[] = {50, 100, 250, 500, 1000, 2500, 5000, 10000, 20000};

static const char *job_kind(size_t index)
{
    return index < UPDATE_KIND_COUNT ? update_kind_name((enum update_kind)index) : "unreadable";
}

static const char *job_end(size_t index)
{
    if (index < EVENT_RESULT_COUNT) {
        return event_result_name((enum event_result)index);
    }
    return index == JOB_LOST ? "lost" : "given_back";
}

static const char *beget_method(size_t index)
{
    return strchr(BEGET_METHODS[index].label, ' ') + 1; /* "beget dns/getData" */
}

static const char *beget_outcome(size_t index)
{
    return beget_failure_name((enum beget_failure)index);
}

static const char *cache_result(size_t index)
{
    return CACHE_RESULTS[index];
}

#define JOB_KIND                         \
    {                                    \
        "kind", JOB_KIND_COUNT, job_kind \
    }
#define JOB_RESULT                       \
    {                                    \
        "result", JOB_END_COUNT, job_end \
    }
#define BEGET_METHOD                               \
    {                                              \
        "method", BEGET_METHOD_COUNT, beget_method \
    }
#define BEGET_OUTCOME                                 \
    {                                                 \
        "outcome", BEGET_FAILURE_COUNT, beget_outcome \
    }
#define CACHE_RESULT                                     \
    {                                                    \
        "result", ARRAY_LEN(CACHE_RESULTS), cache_result \
    }

const struct metric_row WORKER_METRICS[WORKER_METRIC_COUNT] = {
    [WORKER_METRIC_RUNNERS] =
        {.name = "beget_manager_runners",
         .type = METRIC_GAUGE,
         .scale = METRIC_ONE,
         .help = "How many updates this worker works on at a time (WORKER_THREADS)."},
    [WORKER_METRIC_RUNNERS_BUSY] = {.name = "beget_manager_runners_busy",
                                    .type = METRIC_GAUGE,
                                    .scale = METRIC_ONE,
                                    .help = "How many it works on now."},
    [WORKER_METRIC_JOBS] =
        {.name = "beget_manager_jobs_total",
         .type = METRIC_COUNTER,
         .scale = METRIC_ONE,
         .help = "Updates that ended at this worker: with a result, given back, or lost "
                 "to another worker.",
         .labels = {JOB_KIND, JOB_RESULT}},
    [WORKER_METRIC_JOB_WAIT] = {.name = "beget_manager_job_wait_seconds",
                                .type = METRIC_HISTOGRAM,
                                .scale = METRIC_MS,
                                .help =
                                    "How long an update was in the queue before its work began.",
                                .bounds = WAIT_BOUNDS_MS,
                                .bound_count = ARRAY_LEN(WAIT_BOUNDS_MS)},
    [WORKER_METRIC_JOB_RUN] = {.name = "beget_manager_job_run_seconds",
                               .type = METRIC_HISTOGRAM,
                               .scale = METRIC_MS,
                               .help = "How long an update was worked on.",
                               .labels = {JOB_KIND},
                               .bounds = RUN_BOUNDS_MS,
                               .bound_count = ARRAY_LEN(RUN_BOUNDS_MS)},
    [WORKER_METRIC_JOBS_REDELIVERED] = {.name = "beget_manager_jobs_redelivered_total",
                                        .type = METRIC_COUNTER,
                                        .scale = METRIC_ONE,
                                        .help = "Updates begun again after another attempt had not "
                                                "finished them."},
    [WORKER_METRIC_JOBS_DEAD] = {.name = "beget_manager_jobs_dead_total",
                                 .type = METRIC_COUNTER,
                                 .scale = METRIC_ONE,
                                 .help =
                                     "Updates that this worker has put among the dead letters."},
    [WORKER_METRIC_BEGET_REQUESTS] =
        {.name = "beget_manager_beget_requests_total",
         .type = METRIC_COUNTER,
         .scale = METRIC_ONE,
         .help = "Requests to the hosting API, repetitions included, by what "
                 "came of them.",
         .labels = {BEGET_METHOD, BEGET_OUTCOME}},
    [WORKER_METRIC_BEGET_DURATION] = {.name = "beget_manager_beget_request_duration_seconds",
                                      .type = METRIC_HISTOGRAM,
                                      .scale = METRIC_MS,
                                      .help = "How long such a request took.",
                                      .labels = {BEGET_METHOD},
                                      .bounds = CALL_BOUNDS_MS,
                                      .bound_count = ARRAY_LEN(CALL_BOUNDS_MS)},
    [WORKER_METRIC_LIMITER_WAIT] = {.name = "beget_manager_limiter_wait_seconds_total",
                                    .type = METRIC_COUNTER,
                                    .scale = METRIC_MS,
                                    .help = "Time spent waiting for the account's rate limit."},
    [WORKER_METRIC_CACHE_LOOKUPS] =
        {.name = "beget_manager_cache_lookups_total",
         .type = METRIC_COUNTER,
         .scale = METRIC_ONE,
         .help = "Lists of the hosting API that were looked for in the cache.",
         .labels = {BEGET_METHOD, CACHE_RESULT}},
    [WORKER_METRIC_JOURNAL_EVENTS] = {.name = "beget_manager_journal_events_total",
                                      .type = METRIC_COUNTER,
                                      .scale = METRIC_ONE,
                                      .help = "Events written to bot.db."},
    [WORKER_METRIC_JOURNAL_FAILURES] =
        {.name = "beget_manager_journal_failures_total",
         .type = METRIC_COUNTER,
         .scale = METRIC_ONE,
         .help = "Attempts to open bot.db or to write to it that failed."},
    [WORKER_METRIC_JOURNAL_CAUGHT_UP] = {.name =
                                             "beget_manager_journal_caught_up_timestamp_seconds",
                                         .type = METRIC_GAUGE,
                                         .scale = METRIC_MS,
                                         .help = "When bot.db last had every event, Unix time."},
    [WORKER_METRIC_BACKUP_LAST] =
        {.name = "beget_manager_backup_last_success_timestamp_seconds",
         .type = METRIC_GAUGE,
         .scale = METRIC_MS,
         .help = "When the newest backup in BACKUP_DIR was made, Unix time; 0 for none."},
    [WORKER_METRIC_BACKUP_EVERY] = {.name = "beget_manager_backup_interval_seconds",
                                    .type = METRIC_GAUGE,
                                    .scale = METRIC_MS,
                                    .help = "How often one is to be made (BACKUP_EVERY_H)."},
    [WORKER_METRIC_REDIS_FAILURES] = {.name = "beget_manager_redis_failures_total",
                                      .type = METRIC_COUNTER,
                                      .scale = METRIC_ONE,
                                      .help = "Calls of Redis that failed and were tried again."},
};

void worker_count_job_begun(int64_t received_ms, int64_t deliveries)
{
    int64_t waited_ms = clock_unix_ms() - received_ms;

    metrics_observe(WORKER_METRIC_JOB_WAIT, 0, 0, waited_ms > 0 ? waited_ms : 0); /* two clocks */
    metrics_add(WORKER_METRIC_JOBS_REDELIVERED, 0, 0, deliveries > 1);
}

void worker_count_job(size_t kind, size_t end, int64_t ms)
{
    metrics_add(WORKER_METRIC_JOBS, kind, end, 1);
    metrics_observe(WORKER_METRIC_JOB_RUN, kind, 0, ms);
}

void worker_count_journal(enum journal_note note, int64_t count)
{
    switch (note) {
    case JOURNAL_WROTE:
        metrics_add(WORKER_METRIC_JOURNAL_EVENTS, 0, 0, count);
        break;
    case JOURNAL_FAILED:
        metrics_add(WORKER_METRIC_JOURNAL_FAILURES, 0, 0, count);
        break;
    case JOURNAL_CAUGHT_UP:
        metrics_set(WORKER_METRIC_JOURNAL_CAUGHT_UP, 0, 0, clock_unix_ms());
        break;
    }
}
