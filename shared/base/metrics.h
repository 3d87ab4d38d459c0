/* SPDX-License-Identifier: MIT */
/*
 * What a process counts of its own work, for Prometheus: counters, gauges and
 * histograms out of a table that each service has (gateway_metrics.h,
 * worker_metrics.h).
 *
 * There is one registry per process, as there is one log: whoever has something
 * to count does so by the row's number, without a handle. Before
 * metrics_init(), and with a row or label that is not in the table, nothing is
 * counted. Counting is safe from any thread and costs one atomic addition.
 *
 * Labels are bounded: their values come from a table, never from a peer, and
 * no id of a chat or an update, nor a domain's name, is among them. Every
 * combination is printed from the start, with 0, so that a rate of the first
 * event is not lost.
 */
#ifndef SHARED_BASE_METRICS_H
#define SHARED_BASE_METRICS_H

#include "shared/base/buf.h"
#include "shared/base/metric_text.h"

#include <stddef.h>
#include <stdint.h>

enum { METRIC_LABELS_MAX = 2, METRICS_MAX_BYTES = 256 * 1024 };

struct metric_label {
    const char *name;                   /* NULL: no label                            */
    size_t count;                       /* how many values there are                 */
    const char *(*value)(size_t index); /* static texts, each another one; index < count */
};

struct metric_row {
    const char *name; /* in full; "_total" at the end of a counter's alone; base units        */
    enum metric_type type;
    enum metric_scale scale; /* of what is added, set and observed; METRIC_MS is shown in seconds */
    const char *help;
    struct metric_label labels[METRIC_LABELS_MAX];
    const int64_t *bounds; /* of a histogram: upper ends of its buckets, growing, in `scale` */
    size_t bound_count;
};

/*
 * `rows` and `service` are static. Call before any thread starts; a second
 * call begins anew.
 */
void metrics_init(const char *service, const char *version, const struct metric_row rows[],
                  size_t count);

/* `metric` is the number of the row; `first` and `second` are indices of its labels' values, 0
 * where there is no label. A gauge that may be added to has to be set before. */
void metrics_add(size_t metric, size_t first, size_t second, int64_t amount);

/* Of a gauge, which is printed from the first time on. */
void metrics_set(size_t metric, size_t first, size_t second, int64_t value);

/* Of a histogram. */
void metrics_observe(size_t metric, size_t first, size_t second, int64_t value);

/* Appends every metric of the process: the table's, build_info, and process_*. */
void metrics_print(struct buf *out);

#endif
