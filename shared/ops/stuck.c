/* SPDX-License-Identifier: MIT */
#include "shared/ops/stuck.h"

#include "shared/ops/stuck_search.h"

#include <string.h>

/* clang-format off */
static const struct cause {
    const char *name;
    enum stuck_severity severity;
    void (*find)(struct search *search);
    const char *help;
    const char *counter; /* NULL: more of it is no news */
} CAUSES[STUCK_CAUSE_COUNT] = {
#define CAUSE(cause, name, severity, find, counter, help) [cause] = {name, severity, find, help, counter},
#include "shared/ops/stuck_causes.def"
#undef CAUSE
};
/* clang-format on */

const char *stuck_cause_name(enum stuck_cause cause)
{
    return CAUSES[cause].name;
}

enum stuck_severity stuck_cause_severity(enum stuck_cause cause)
{
    return CAUSES[cause].severity;
}

const char *stuck_cause_help(enum stuck_cause cause)
{
    return CAUSES[cause].help;
}

const char *stuck_cause_counter(enum stuck_cause cause)
{
    return CAUSES[cause].counter;
}

bool stuck_cause_of(const char *name, enum stuck_cause *out)
{
    for (size_t i = 0; i < STUCK_CAUSE_COUNT; i++) {
        if (strcmp(CAUSES[i].name, name) == 0) {
            *out = (enum stuck_cause)i;
            return true;
        }
    }
    return false;
}

static void find_all(struct search *search, enum stuck_severity severity)
{
    for (size_t cause = 0; cause < STUCK_CAUSE_COUNT; cause++) {
        if (CAUSES[cause].severity == severity) {
            search->cause = (enum stuck_cause)cause;
            CAUSES[cause].find(search);
        }
    }
}

void stuck_find(const struct survey *survey, const struct stuck_options *options,
                struct stuck_findings *out)
{
    struct search search = {.survey = survey, .options = options, .out = out};

    out->count = 0;
    out->left_out = 0;
    find_all(&search, STUCK_CRITICAL);
    find_all(&search, STUCK_WARNING);
}
