/* SPDX-License-Identifier: MIT */
/*
 * What a process knows of its own work: for each part of it, when that last
 * worked, and why it does not now. Threads note it as they work; pages, reports
 * and the program's own --health read it.
 *
 * A process is live while its work has been done lately, and ready when nothing
 * of it fails: that it is running at all says neither.
 */
#ifndef SHARED_BASE_HEALTH_H
#define SHARED_BASE_HEALTH_H

#include "shared/base/buf.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { HEALTH_CHECKS_MAX = 16, HEALTH_WHY_SIZE = 256 };

/* A part of the work. */
struct health_check {
    const char *name; /* "redis"; static                                                   */
    int64_t alive_ms; /* an older success means that the process is not live; 0: never     */
    bool awaited;     /* not ready before its first success; else nothing need be done yet */
    const char *help; /* one line: what a success is; static                               */
};

enum health_mark {
    HEALTH_NEW,    /* nothing is known yet                            */
    HEALTH_OK,     /* the last thing noted was a success              */
    HEALTH_FAILED, /* ... a failure; `why` says what, and what to do  */
};

/* What is known of one check. A plain value. */
struct health_state {
    enum health_mark mark;
    bool succeeded;    /* ever                                                              */
    int64_t ok_ms;     /* monotonic: of the last success, else when health_new() was called */
    int64_t failed_ms; /* monotonic: the first failure since the last success               */
    char why[HEALTH_WHY_SIZE]; /* of the last failure; with HEALTH_OK a remark ("stands by"), or ""
                                */
};

struct health; /* opaque; shared by all threads */

/* The rows are copied, HEALTH_CHECKS_MAX at most. */
struct health *health_new(const struct health_check rows[], size_t count);
void health_free(struct health *health); /* NULL is a no-op */

/* ---- noting: any thread, as often as it works; `health` NULL is a no-op ---- */

void health_ok(struct health *health, size_t check);

/* A success, with a remark that readers should see: "stands by". */
void health_ok_with(struct health *health, size_t check, const char *remark);

/* `why`: one line for the one who reads it, without a secret. Cut when too long. */
void health_failed(struct health *health, size_t check, const char *why);

/* ---- reading: any thread ---- */

size_t health_count(const struct health *health);
const struct health_check *health_row(const struct health *health, size_t check);
void health_read(struct health *health, size_t check, struct health_state *out);

/* Whether all checks are, now. */
bool health_all_live(struct health *health, int64_t now_ms);
bool health_all_ready(struct health *health, int64_t now_ms);

/* ---- judging: pure ---- */

bool health_is_live(const struct health_check *row, const struct health_state *state,
                    int64_t now_ms);

/* Ready: live, not failing, and not still awaited. */
bool health_is_ready(const struct health_check *row, const struct health_state *state,
                     int64_t now_ms);

/* Why it is not ready, in words that need no other; the remark when it is. Into `out`. */
void health_reason(const struct health_check *row, const struct health_state *state, int64_t now_ms,
                   char out[HEALTH_WHY_SIZE]);

/* Appends "ok redis 0.2 s ago\n" or "failed telegram 35 s: 401 ...\n", the time since it failed. */
void health_line(const struct health_check *row, const struct health_state *state, bool good,
                 int64_t now_ms, struct buf *out);

#endif
