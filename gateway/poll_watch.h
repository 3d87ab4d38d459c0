/* SPDX-License-Identifier: MIT */
/*
 * What the stream of updates says about itself: how long nothing was heard of
 * Telegram though it was asked, whether updates pile up there, and whether
 * some are missing. Pure; times are of the monotonic clock.
 */
#ifndef GATEWAY_POLL_WATCH_H
#define GATEWAY_POLL_WATCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    WATCH_BEHIND_UPDATES = 200,       /* more than so many waiting are worth a warning      */
    WATCH_BACKLOG_MS = 5 * 60 * 1000, /* between two questions how many wait                */
    WATCH_GAP_MOST = 100000,          /* Telegram keeps no more: a wider one is a new count */
};

/* After so long without an update Telegram may begin to count from any number. */
static const int64_t WATCH_QUIET_MS = (int64_t)6 * 24 * 3600 * 1000;

struct poll_watch {
    int64_t heard_ms;       /* the last good answer, or whatever else ended the silence   */
    int64_t said_ms;        /* the silence was told then; 0: it was not                   */
    int64_t emptied_ms;     /* Telegram had no more then, or was asked how many wait; 0: never */
    bool behind;            /* told, and not over                                         */
    int64_t last_update_id; /* 0: not known                                               */
    int64_t last_update_ms; /* when it came                                               */
};

/* ---- silence ---- */

/* A poll was answered in full, or polling begins (again) after other work. */
void poll_watch_heard(struct poll_watch *watch, int64_t now_ms);

/*
 * After a failed poll: true when the silence has become, or has lasted another,
 * `limit_ms` and should be told: *out_silent_ms is its length.
 */
bool poll_watch_is_deaf(struct poll_watch *watch, int64_t limit_ms, int64_t now_ms,
                        int64_t *out_silent_ms);

/* ---- backlog ---- */

/* A poll brought fewer updates than it could. True when that ends a backlog that was told. */
bool poll_watch_emptied(struct poll_watch *watch, int64_t now_ms);

/* True when Telegram should be asked how many updates wait; it counts as asked. */
bool poll_watch_asks_backlog(struct poll_watch *watch, int64_t now_ms);

/* True when so many waiting are a backlog that should be told. */
bool poll_watch_is_behind(struct poll_watch *watch, int64_t waiting);

/* ---- a batch ---- */

/*
 * How many update ids were passed over before or within a batch (0 for an
 * unreadable one, which is not looked at). Lower ids, and any after a quiet
 * week, are a new count and no gap. *out_after_id is the id before the first gap.
 */
int64_t poll_watch_missing(struct poll_watch *watch, const int64_t update_ids[], size_t count,
                           int64_t now_ms, int64_t *out_after_id);

#endif
