/* SPDX-License-Identifier: MIT */
/*
 * The states around a change, as the log keeps them in JSON, line by line for
 * people. Pure.
 *
 *   {"A":[{"value":"192.0.2.1","ttl":600}],"id":7}      A 192.0.2.1 600
 *                                                       id 7
 *
 * A text that is no JSON is a line as it is. Lines are cut, and so is their number.
 */
#ifndef WORKER_CHAT_LOG_STATES_H
#define WORKER_CHAT_LOG_STATES_H

#include "shared/base/buf.h"

#include <stdbool.h>
#include <stddef.h>

enum {
    LOG_STATE_LINES = 400,      /* of one state                       */
    LOG_STATE_LINE_SIZE = 1024, /* bytes of a line and the NUL        */
    LOG_STATE_MAX_BYTES = LOG_STATE_LINES * LOG_STATE_LINE_SIZE,
};

/* Appends the state's lines, each ended by "\n". */
void log_state_lines(const char *state, struct buf *out);

/*
 * Appends what differs, each line ended by "\n": "− " before what only `before` has, "+ " before
 * what only `after` has. Both are what log_state_lines() appends.
 */
void log_state_diff(const char *before, const char *after, struct buf *out);

#endif
