/* SPDX-License-Identifier: MIT */
#include "gateway/poll_watch.h"

void poll_watch_heard(struct poll_watch *watch, int64_t now_ms)
{
    watch->heard_ms = now_ms;
    watch->said_ms = 0;
}

bool poll_watch_is_deaf(struct poll_watch *watch, int64_t limit_ms, int64_t now_ms,
                        int64_t *out_silent_ms)
{
    int64_t since_ms = watch->said_ms > watch->heard_ms ? watch->said_ms : watch->heard_ms;

    if (now_ms - since_ms < limit_ms) {
        return false;
    }
    watch->said_ms = now_ms;
    *out_silent_ms = now_ms - watch->heard_ms;
    return true;
}

bool poll_watch_emptied(struct poll_watch *watch, int64_t now_ms)
{
    bool was_behind = watch->behind;

    watch->behind = false;
    watch->emptied_ms = now_ms;
    return was_behind;
}

bool poll_watch_asks_backlog(struct poll_watch *watch, int64_t now_ms)
{
    if (watch->emptied_ms != 0 && now_ms - watch->emptied_ms < WATCH_BACKLOG_MS) {
        return false;
    }
    watch->emptied_ms = now_ms;
    return true;
}

bool poll_watch_is_behind(struct poll_watch *watch, int64_t waiting)
{
    watch->behind = watch->behind || waiting > WATCH_BEHIND_UPDATES;
    return watch->behind;
}

int64_t poll_watch_missing(struct poll_watch *watch, const int64_t update_ids[], size_t count,
                           int64_t now_ms, int64_t *out_after_id)
{
    bool counts_on = watch->last_update_id > 0 && now_ms - watch->last_update_ms < WATCH_QUIET_MS;
    int64_t last = counts_on ? watch->last_update_id : 0;
    int64_t missing = 0;

    for (size_t i = 0; i < count; i++) {
        int64_t passed = update_ids[i] - last - 1;

        if (update_ids[i] <= 0) {
            last += last > 0 ? 1 : 0; /* it has an id, though nobody can tell which */
            continue;
        }
        if (last > 0 && passed > 0 && passed <= WATCH_GAP_MOST) {
            *out_after_id = missing == 0 ? last : *out_after_id;
            missing += passed;
        }
        last = update_ids[i];
    }
    if (count > 0) {
        watch->last_update_id = last;
        watch->last_update_ms = now_ms;
    }
    return missing;
}
