/* SPDX-License-Identifier: MIT */
/*
 * Figures of a survey by name: what `stats` shows and `check` compares. Pure.
 */
#ifndef DEPLOY_QUEUECTL_FIGURES_H
#define DEPLOY_QUEUECTL_FIGURES_H

#include "deploy/queuectl/listing.h"
#include "shared/queue/survey.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct figure {
    const char *name;  /* "oldest_waiting_ms", in JSON                      */
    const char *label; /* "oldest waiting"                                  */
    enum cell_kind kind;
    const char *counter; /* of meta, which grows: there is a rate; or NULL  */
    int64_t (*value)(const struct survey *survey); /* NULL: the counter     */
};

extern const struct figure FIGURES[];
extern const size_t FIGURE_COUNT;

int64_t figure_value(const struct figure *figure, const struct survey *survey);

/* How long the entry has been there; 0 for none. */
int64_t figure_age_ms(const struct survey *survey, const struct survey_entry *entry);

/* The one that was there first of those that wait for a worker. */
const struct survey_entry *figure_oldest_waiting(const struct survey *survey);

/* How long the oldest update has been worked on; 0 for none. */
int64_t figure_oldest_running_ms(const struct survey *survey);

/* Of memory that Redis may use, 0 when there is no limit. */
int64_t figure_memory_percent(const struct survey *survey);

/* What grew by `by` in `ms`, in a minute. */
int64_t figure_per_minute(int64_t by, int64_t ms);

#endif
