/* SPDX-License-Identifier: MIT */
/* What the gateway counts: the rows of its registry, see shared/base/metrics.h. */
#ifndef GATEWAY_GATEWAY_METRICS_H
#define GATEWAY_GATEWAY_METRICS_H

#include "gateway/verdict.h"
#include "shared/base/metrics.h"

#include <stddef.h>
#include <stdint.h>

enum gateway_metric {
    GATEWAY_METRIC_ON_DUTY,
    GATEWAY_METRIC_POLLS,              /* by outcome; gateway_count_poll() */
    GATEWAY_METRIC_POLL_TIMESTAMP,     /* ms                               */
    GATEWAY_METRIC_UPDATES,            /* by enum update_kind              */
    GATEWAY_METRIC_UPDATES_DUPLICATE,  /*                                  */
    GATEWAY_METRIC_UPDATES_STRANGER,   /*                                  */
    GATEWAY_METRIC_UPDATES_UNREADABLE, /*                                  */
    GATEWAY_METRIC_UPDATES_MISSING,    /*                                  */
    GATEWAY_METRIC_SENDS,              /* by method and enum verdict_kind  */
    GATEWAY_METRIC_SEND_DURATION,      /* by method, ms                    */
    GATEWAY_METRIC_FLOODS,             /*                                  */
    GATEWAY_METRIC_FLOOD_WAIT,         /* ms                               */
    GATEWAY_METRIC_REDIS_FAILURES,     /*                                  */
    GATEWAY_METRIC_COUNT,
};

extern const struct metric_row GATEWAY_METRICS[GATEWAY_METRIC_COUNT];

/* One getUpdates: `event` is the log event of its failure (poll_plan.h), NULL for a good answer. */
void gateway_count_poll(const char *event);

/* One call that was to deliver something, what its answer meant, and how long it took. */
void gateway_count_send(const char *method, const struct verdict *verdict, int64_t ms);

#endif
