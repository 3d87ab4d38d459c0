/* SPDX-License-Identifier: MIT */
#include "shared/ops/stuck_count.h"

#include "shared/base/mem.h"

#include <stdlib.h>

static void add(struct stuck_count *count, const struct stuck_finding *finding)
{
    count->count++;
    if (finding->since_ms > 0 && (count->since_ms == 0 || finding->since_ms < count->since_ms)) {
        count->since_ms = finding->since_ms;
    }
}

/* A survey shows the first of these, and knows how many there are. */
static void count_all(struct stuck_count *count, int64_t all)
{
    if (count->count > 0 && all > count->count) {
        count->count = all;
    }
}

static void count_ever(struct stuck_counts *counts, const struct survey *survey)
{
    for (size_t i = 0; i < STUCK_CAUSE_COUNT; i++) {
        const char *counter = stuck_cause_counter((enum stuck_cause)i);

        counts->of[i].ever = counter ? survey_counter(survey, counter) : 0;
    }
}

struct stuck_counts stuck_count(const struct survey *survey)
{
    const struct stuck_options options = {
        .patience_ms = STUCK_PATIENCE_MS, .prefix = "", .host = ""};
    struct stuck_findings *findings = xcalloc(1, sizeof(*findings));
    struct stuck_counts counts = {.of = {{0}}};

    stuck_find(survey, &options, findings);
    for (size_t i = 0; i < findings->count; i++) {
        add(&counts.of[findings->rows[i].cause], &findings->rows[i]);
    }
    free(findings);
    count_ever(&counts, survey);
    count_all(&counts.of[STUCK_DEAD], survey->dead_count);
    count_all(&counts.of[STUCK_UNKNOWN], survey->unknown_count);
    return counts;
}

size_t stuck_causes(const struct stuck_counts *counts)
{
    enum stuck_cause causes[STUCK_CAUSE_COUNT];

    return stuck_worst(counts, causes, STUCK_CAUSE_COUNT);
}

/* Appends the causes of one severity to the `found` that are there; returns how many are then. */
static size_t add_worst(const struct stuck_counts *counts, enum stuck_severity severity,
                        enum stuck_cause out[], size_t found, size_t most)
{
    for (size_t i = 0; i < STUCK_CAUSE_COUNT && found < most; i++) {
        enum stuck_cause cause = (enum stuck_cause)i;

        if (counts->of[cause].count > 0 && stuck_cause_severity(cause) == severity) {
            out[found++] = cause;
        }
    }
    return found;
}

size_t stuck_worst(const struct stuck_counts *counts, enum stuck_cause out[], size_t most)
{
    size_t found = add_worst(counts, STUCK_CRITICAL, out, 0, most);

    return add_worst(counts, STUCK_WARNING, out, found, most);
}
