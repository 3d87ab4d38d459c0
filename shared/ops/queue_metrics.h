/* SPDX-License-Identifier: MIT */
/*
 * How the queue stands, for Prometheus: a survey and what follows from it as
 * metrics. Every worker serves them, and `queuectl metrics` writes them; they
 * are the same wherever they are read, so that queries take the max() over
 * those who tell. Pure.
 */
#ifndef SHARED_OPS_QUEUE_METRICS_H
#define SHARED_OPS_QUEUE_METRICS_H

#include "shared/base/buf.h"
#include "shared/ops/stuck.h"
#include "shared/queue/survey.h"

/*
 * Appends the families. `findings` are those of the survey: each cause of
 * stuck.h is a series, 1 while there is a finding of it. With `survey` NULL,
 * because Redis could not be asked, only that is told.
 */
void queue_metrics_print(const struct survey *survey, const struct stuck_findings *findings,
                         struct buf *out);

#endif
