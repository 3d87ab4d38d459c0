/* SPDX-License-Identifier: MIT */
/*
 * Figures of a survey by name, as `stats` shows them. Pure.
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

/* What grew by `by` in `ms`, in a minute. */
int64_t figure_per_minute(int64_t by, int64_t ms);

#endif
