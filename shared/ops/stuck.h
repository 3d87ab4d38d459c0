/* SPDX-License-Identifier: MIT */
/*
 * What is stuck, why, and what to type next: decided from a survey of the queue alone. The same
 * findings are what `queuectl stuck` and `check`, the operators' page, /status, the alarms in the
 * chat and the metrics go by. The causes are the rows of stuck_causes.def. Pure.
 */
#ifndef SHARED_OPS_STUCK_H
#define SHARED_OPS_STUCK_H

#include "shared/queue/survey.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    STUCK_PATIENCE_MS = 60000, /* what takes longer than this is stuck  */
    STUCK_FINDINGS_MOST = 200, /* of which the most serious come first */
};

enum stuck_cause {
#define CAUSE(cause, name, severity, find, counter, help) cause,
#include "shared/ops/stuck_causes.def"
#undef CAUSE
    STUCK_CAUSE_COUNT,
};

enum stuck_severity {
    STUCK_WARNING,  /* somebody has to look, it can wait until the morning */
    STUCK_CRITICAL, /* people get no answers                               */
};

/* "no_worker": the name in JSON, in metrics and in alarms; lower case, digits, "_". */
const char *stuck_cause_name(enum stuck_cause cause);
enum stuck_severity stuck_cause_severity(enum stuck_cause cause);

/* One line: what it is that the cause tells. */
const char *stuck_cause_help(enum stuck_cause cause);

/*
 * For a cause whose findings need a person each, so that one more of them is news: the counter of
 * meta (survey_counter()) that has grown with each. NULL for the others.
 */
const char *stuck_cause_counter(enum stuck_cause cause);

/* False for no cause of that name. */
bool stuck_cause_of(const char *name, enum stuck_cause *out);

struct stuck_finding {
    enum stuck_cause cause;
    int64_t since_ms;  /* Unix ms; 0 when nobody knows        */
    char subject[96];  /* "update 1001", "chat 42", "Redis"   */
    char what[384];    /* a sentence                          */
    char command[256]; /* what to type, in a shell; may be only the first step */
};

struct stuck_options {
    int64_t patience_ms; /* STUCK_PATIENCE_MS, or what a person asks for            */
    const char *prefix;  /* QUEUE_PREFIX                                            */
    const char *host;    /* where the commands are going to be typed; "" when unknown */
    /* State of a process of that host as ps tells it, 'T' for a stopped one; 0 when there is none.
     */
    char (*process_state)(int64_t pid); /* NULL: not known */
};

struct stuck_findings {
    struct stuck_finding rows[STUCK_FINDINGS_MOST];
    size_t count;
    size_t left_out; /* findings for which there was no room */
};

/* Fills `out`, the critical ones first; about 200 KB: not for the stack. */
void stuck_find(const struct survey *survey, const struct stuck_options *options,
                struct stuck_findings *out);

#endif
