/* SPDX-License-Identifier: MIT */
#include "tests/sandbox/telegram/flood.h"

struct pace {
    int64_t interval_us; /* between two messages  */
    int64_t burst;       /* messages without wait */
};

static const struct pace OVERALL = {1000000 / 30, 30};
static const struct pace CHAT = {1000000, 20};
static const struct pace GROUP = {3000000, 20};

static int64_t wait_us(const struct flood_bucket *bucket, const struct pace *pace, int64_t now_us)
{
    int64_t wait = bucket->next_us - now_us - (pace->burst - 1) * pace->interval_us;

    return wait > 0 ? wait : 0;
}

static void take(struct flood_bucket *bucket, const struct pace *pace, int64_t now_us)
{
    if (bucket->next_us < now_us) {
        bucket->next_us = now_us;
    }
    bucket->next_us += pace->interval_us;
}

int64_t flood_take(struct flood_bucket *overall, struct flood_bucket *chat, bool is_group,
                   int64_t now_ms)
{
    const struct pace *chat_pace = is_group ? &GROUP : &CHAT;
    int64_t now_us = now_ms * 1000;
    int64_t longest_us = wait_us(overall, &OVERALL, now_us);

    if (chat && wait_us(chat, chat_pace, now_us) > longest_us) {
        longest_us = wait_us(chat, chat_pace, now_us);
    }
    if (longest_us > 0) {
        return (longest_us + 999999) / 1000000;
    }
    take(overall, &OVERALL, now_us);
    if (chat) {
        take(chat, chat_pace, now_us);
    }
    return 0;
}
