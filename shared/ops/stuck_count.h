/* SPDX-License-Identifier: MIT */
/* What is stuck, cause by cause: for those who say a sentence for each, not for each finding. Pure.
 */
#ifndef SHARED_OPS_STUCK_COUNT_H
#define SHARED_OPS_STUCK_COUNT_H

#include "shared/ops/stuck.h"

#include <stddef.h>
#include <stdint.h>

struct stuck_count {
    int64_t count;    /* of findings; of dead letters and unknown outcomes all that there are */
    int64_t since_ms; /* Unix ms of the oldest one that is known, 0 for none                  */
    int64_t ever;     /* how many there have been so far, where each needs a person; else 0   */
};

struct stuck_counts {
    struct stuck_count of[STUCK_CAUSE_COUNT];
};

/* With the patience of stuck_find(). */
struct stuck_counts stuck_count(const struct survey *survey);

/* How many causes there are. */
size_t stuck_causes(const struct stuck_counts *counts);

/* The causes that there are, the critical ones first, up to `most`. Returns how many. */
size_t stuck_worst(const struct stuck_counts *counts, enum stuck_cause out[], size_t most);

#endif
