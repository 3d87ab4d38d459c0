/* SPDX-License-Identifier: MIT */
/* Redis itself: how it is set up, and its memory. */
#include "shared/ops/stuck_search.h"

#include <inttypes.h>

enum { FULL_PERCENT = 90 };

void find_redis_unsafe(struct search *search)
{
    char why[SERVER_WHY_SIZE];
    bool known = search->survey->server.version[0] != '\0';

    if (known && server_judge(&search->survey->server, why) != SERVER_SAFE) {
        struct stuck_finding *row = search_add(search, 0);

        SUBJECT(row, "Redis");
        WHAT(row, "nothing is taken in or worked on: %s", why);
        COMMAND(row, "redis-cli CONFIG SET appendonly yes maxmemory-policy noeviction");
    }
}

void find_redis_full(struct search *search)
{
    const struct survey *survey = search->survey;

    if (survey->memory_limit > 0 &&
        survey->memory_used >= survey->memory_limit / 100 * FULL_PERCENT) {
        struct stuck_finding *row = search_add(search, 0);

        SUBJECT(row, "Redis");
        WHAT(row,
             "Redis uses %" PRId64 " of %" PRId64
             " MB: when it is full, new messages stay with "
             "Telegram",
             survey->memory_used >> 20, survey->memory_limit >> 20);
        COMMAND(row, "redis-cli CONFIG SET maxmemory %" PRId64 "mb",
                ((survey->memory_used > survey->memory_limit ? survey->memory_used
                                                             : survey->memory_limit) >>
                 20) * 2 +
                    16);
    }
}
