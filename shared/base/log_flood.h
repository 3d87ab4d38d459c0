/* SPDX-License-Identifier: MIT */
/*
 * Decides which lines of a repeated event are written. Of each event the first
 * LOG_FLOOD_LINES in LOG_FLOOD_WINDOW_MS pass; those beyond are counted, and
 * one sum tells their number when the window has ended. Nothing is lost in
 * silence. Pure: the caller brings the clock, and a lock where threads share it.
 */
#ifndef SHARED_BASE_LOG_FLOOD_H
#define SHARED_BASE_LOG_FLOOD_H

#include "shared/base/log.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    LOG_FLOOD_LINES = 20,
    LOG_FLOOD_WINDOW_MS = 10000,
    LOG_FLOOD_EVENTS = 128, /* names that are kept apart; a further one passes always */
};

/* One event in its present window. */
struct log_flood_row {
    const char *event;    /* static text                           */
    enum log_level level; /* the gravest of what was left out      */
    int64_t began_ms;     /* monotonic                             */
    int64_t lines;        /* that passed                           */
    int64_t left_out;     /* lines, not told yet                   */
};

/* Starts zeroed. */
struct log_flood {
    struct log_flood_row rows[LOG_FLOOD_EVENTS];
    size_t count;
};

/*
 * True when a line of `event` (static text) at `now_ms` is to be written. What
 * is due then has to be taken first, or it waits for the end of the new window.
 */
bool log_flood_passes(struct log_flood *flood, const char *event, enum log_level level,
                      int64_t now_ms);

/*
 * True when lines were left out in a window that has ended: *out is a copy of
 * its row, which is told then. To be repeated until it is false. INT64_MAX: all windows have.
 */
bool log_flood_take_due(struct log_flood *flood, int64_t now_ms, struct log_flood_row *out);

#endif
