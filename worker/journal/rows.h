/* SPDX-License-Identifier: MIT */
/*
 * One event as a row of action_logs. Pure.
 *
 * The columns of the Python bot stay readable for it: username without the
 * "@" that it puts there itself, details "target: result". The rest is in the
 * columns that version 3 of the schema added.
 */
#ifndef WORKER_JOURNAL_ROWS_H
#define WORKER_JOURNAL_ROWS_H

#include "shared/base/buf.h"
#include "shared/base/err.h"
#include "shared/queue/queue.h"

#include <stdbool.h>
#include <stdint.h>

/* Action of an event that could not be decoded; its details are the fields as they are. */
#define ROW_UNREADABLE "unreadable"

enum { ROW_DETAILS_MAX_BYTES = 16 * 1024 };

/* Texts are UTF-8, or what the entry holds; NULL is stored as NULL. */
struct journal_row {
    int64_t chat_id;      /* 0 when unknown                                   */
    int64_t user_id;      /* 0 when unknown or the system itself              */
    const char *username; /* borrowed from the entry, as are the others below */
    const char *action;   /* never NULL                                       */
    const char *details;  /* borrowed from the buffer                         */
    int64_t ref;          /* update_id; 0 for none                            */
    const char *target;
    const char *result; /* "ok", ..., static; NULL for an unreadable event */
    const char *before;
    const char *after;
    int64_t ms; /* Unix time; the entry's own when the event has none */
};

/*
 * Fills `out`. `details` is an empty buffer of ROW_DETAILS_MAX_BYTES that
 * outlives the row. What cannot be decoded becomes a row of its own.
 * Fails: ERR_RETRY the event is of a newer version: leave it for a newer program
 */
MUST_CHECK bool journal_row_read(const struct queue_entry *entry, struct buf *details,
                                 struct journal_row *out, struct err *err);

#endif
