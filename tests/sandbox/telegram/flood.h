/* SPDX-License-Identifier: MIT */
/*
 * Telegram's limits on sending: bursts are free, then a steady pace. Pure.
 *
 *     overall    30 at once, 30 a second
 *     a chat     20 at once, then 1 a second
 *     a group    20 at once, then 20 a minute
 */
#ifndef TESTS_SANDBOX_TELEGRAM_FLOOD_H
#define TESTS_SANDBOX_TELEGRAM_FLOOD_H

#include <stdbool.h>
#include <stdint.h>

/* A pace; `next_us` is when all that was sent would have gone out at that pace. */
struct flood_bucket {
    int64_t next_us;
};

/*
 * Takes one message out of both buckets. Returns 0, or the seconds to wait when
 * one of them is empty; nothing is taken then. `chat` may be NULL.
 */
int64_t flood_take(struct flood_bucket *overall, struct flood_bucket *chat, bool is_group,
                   int64_t now_ms);

#endif
