/* SPDX-License-Identifier: MIT */
/* Replies that state_read_ahead() got and nobody has asked for yet; for shared/queue alone. */
#ifndef SHARED_QUEUE_AHEAD_H
#define SHARED_QUEUE_AHEAD_H

#include "shared/io/redis.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { AHEAD_MOST = 12, AHEAD_FRESH_MS = 1000 };

struct ahead_row {
    char *what;                /* owned; the command and its arguments */
    struct redis_reply *reply; /* owned; may be an error reply         */
};

/* Zeroed: nothing was read ahead. */
struct ahead {
    struct ahead_row rows[AHEAD_MOST];
    size_t count;
    int64_t read_ms; /* monotonic; the oldest of them */
};

/* Forgets what is older than AHEAD_FRESH_MS at `now_ms`; first of all. */
void ahead_age(struct ahead *ahead, int64_t now_ms);

bool ahead_has(const struct ahead *ahead, const char *what);

/* A row that was read at `now_ms`, taken over. There is room. */
void ahead_put(struct ahead *ahead, const struct ahead_row *row, int64_t now_ms);

/* The reply, now the caller's; NULL when it was not read ahead. */
struct redis_reply *ahead_take(struct ahead *ahead, const char *what);

void ahead_forget(struct ahead *ahead);

#endif
