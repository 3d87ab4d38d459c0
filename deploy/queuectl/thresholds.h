/* SPDX-License-Identifier: MIT */
/*
 * What `check` compares and from which values on it warns, and the line that
 * monitors of Nagios' kind read. Pure.
 */
#ifndef DEPLOY_QUEUECTL_THRESHOLDS_H
#define DEPLOY_QUEUECTL_THRESHOLDS_H

#include "deploy/queuectl/ending.h"
#include "deploy/queuectl/look.h"
#include "deploy/queuectl/options.h"
#include "shared/base/buf.h"

#include <stddef.h>
#include <stdint.h>

enum { THRESHOLD_OFF = -1 };

struct threshold {
    const char *name;
    const char *unit; /* "s", "%", "" */
    int64_t warn;     /* from this value on; THRESHOLD_OFF for never */
    int64_t crit;
    bool least; /* it is the least: below it is bad */
    /* One of them: a reading, in milliseconds where the unit is "s", or a count of findings. */
    int64_t (*reading)(const struct survey *survey);
    int64_t (*count)(const struct look *look);
    const char *help;
};

extern const struct threshold THRESHOLDS[];
extern const size_t THRESHOLD_COUNT;

/* In its unit. */
int64_t threshold_value(const struct threshold *threshold, const struct look *look);

/* The limits in use, one for each row: those of the table, changed by --warn and --crit. */
struct threshold_limits {
    int64_t warn;
    int64_t crit;
};

/*
 * Fails: ERR_REJECT a name that there is not, a value that is none; "off" is
 * one, and a time for what has the unit "s"
 */
MUST_CHECK bool thresholds_read(const struct options *options, struct threshold_limits out[],
                                struct err *err);

enum check_ending threshold_judge(const struct threshold *threshold,
                                  const struct threshold_limits *limits, int64_t value);

/*
 * "CRITICAL: oldest 312s (from 300s), no worker is running ... | waiting=17;50;200 ..."
 * without a line feed; returns the worst of all.
 */
enum check_ending thresholds_print(const struct look *look, const struct threshold_limits limits[],
                                   struct buf *out);

/* A line for each row: its name, from when on it warns and is critical, what it is. */
void thresholds_help(struct buf *out);

/* "OK", "WARNING", "CRITICAL", "UNKNOWN"; static. */
const char *check_ending_name(enum check_ending ending);

#endif
