/* SPDX-License-Identifier: MIT */
/* Redis itself: how it is set up, and its memory. */
#include "shared/ops/stuck_search.h"

#include "shared/ops/next_command.h"
#include "shared/ops/stuck_service.h"

#include <inttypes.h>

enum { FULL_PERCENT = 90 };

/* Redis does not tell how it is run: as the services are. */
static void say_next(const struct search *search, enum next what, int64_t megabytes,
                     struct stuck_finding *row)
{
    const struct survey_service *like = stuck_last_heard(search->survey, NULL);
    char command[NEXT_COMMAND_SIZE];

    next_command(what,
                 &(struct next_of){.report = like ? like->report : NULL, .megabytes = megabytes},
                 command);
    COMMAND(row, "%s", command);
}

void find_redis_unsafe(struct search *search)
{
    char why[SERVER_WHY_SIZE];
    bool known = search->survey->server.version[0] != '\0';

    if (known && server_judge(&search->survey->server, why) != SERVER_SAFE) {
        struct stuck_finding *row = search_add(search, 0);

        SUBJECT(row, "Redis");
        WHAT(row, "nothing is taken in or worked on: %s", why);
        say_next(search, NEXT_SAFE, 0, row);
    }
}

void find_redis_full(struct search *search)
{
    const struct survey *survey = search->survey;

    if (survey->memory_limit > 0 &&
        survey->memory_used >= survey->memory_limit / 100 * FULL_PERCENT) {
        int64_t most =
            survey->memory_used > survey->memory_limit ? survey->memory_used : survey->memory_limit;
        struct stuck_finding *row = search_add(search, 0);

        SUBJECT(row, "Redis");
        WHAT(row,
             "Redis uses %" PRId64 " of %" PRId64
             " MB: when it is full, new messages stay with "
             "Telegram",
             survey->memory_used >> 20, survey->memory_limit >> 20);
        say_next(search, NEXT_MEMORY, (most >> 20) * 2 + 16, row);
    }
}
