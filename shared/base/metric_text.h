/* SPDX-License-Identifier: MIT */
/*
 * The text format in which Prometheus reads metrics (version 0.0.4): families,
 * and the samples of each right behind it. Pure.
 *
 *     # HELP beget_manager_updates_received_total Updates taken in from Telegram.
 *     # TYPE beget_manager_updates_received_total counter
 *     beget_manager_updates_received_total{kind="message"} 12
 */
#ifndef SHARED_BASE_METRIC_TEXT_H
#define SHARED_BASE_METRIC_TEXT_H

#include "shared/base/buf.h"

#include <stddef.h>
#include <stdint.h>

enum metric_type { METRIC_COUNTER, METRIC_GAUGE, METRIC_HISTOGRAM };

/* How many of what is counted make one of what is shown: durations are milliseconds here. */
enum metric_scale { METRIC_ONE = 1, METRIC_MS = 1000 };

struct metric_pair {
    const char *name;  /* of a label */
    const char *value; /* any text   */
};

/* `help` is a sentence. A family has its head once, before its samples. */
void metric_text_family(struct buf *out, const char *name, enum metric_type type, const char *help);

/* `suffix` follows the name: "_bucket"; "" for none. Pairs without a value are left out. */
void metric_text_sample(struct buf *out, const char *name, const char *suffix,
                        const struct metric_pair pairs[], size_t count, int64_t value,
                        enum metric_scale scale);

/* Adds `value` in units of `scale`, without zeros that say nothing: 1500 of METRIC_MS is "1.5". */
void metric_text_number(struct buf *out, int64_t value, enum metric_scale scale);

#endif
