/* SPDX-License-Identifier: MIT */
/* The queue as a whole: what it contradicts, who follows its events, who has stopped it. */
#include "shared/ops/stuck_search.h"

#include "shared/ops/next_command.h"

#include <inttypes.h>

enum { BEHIND_MS = 600000 }; /* a bot.db that is so far behind is not just slow */

void find_damaged(struct search *search)
{
    for (size_t i = 0; i < search->survey->damage_count; i++) {
        struct stuck_finding *row = search_add(search, 0);

        SUBJECT(row, "queue");
        WHAT(row, "%s", search->survey->damage[i]);
        COMMAND(row, "queuectl fsck --repair");
    }
}

/* A follower that is gone keeps all events; one that is only slow fails a check of its worker. */
void find_events_behind(struct search *search)
{
    const struct survey *survey = search->survey;

    for (size_t i = 0; i < survey->events.follower_count; i++) {
        const struct survey_follower *follower = &survey->events.followers[i];
        char word[SHELL_WORD_SIZE];
        int64_t position_ms = (int64_t)strtoimax(follower->position, NULL, 10);
        int64_t oldest_ms = survey->events.oldest.ms; /* nothing before it is kept for anybody */
        int64_t ms = position_ms > oldest_ms ? position_ms : oldest_ms;
        struct stuck_finding *row;

        if (survey->events.newest_ms - ms < BEHIND_MS || survey->events.length == 0 ||
            survey->now_ms - survey->events.oldest.ms < BEHIND_MS) {
            continue;
        }
        row = search_add(search, ms);
        SUBJECT(row, "%s", follower->name);
        WHAT(row,
             "a bot.db does not follow the events: it is %" PRId64 " s behind, and %" PRId64
             " are kept for it. If it is gone for good:",
             search_seconds(survey->events.newest_ms - ms), survey->events.length);
        COMMAND(row, "redis-cli XGROUP DESTROY '{%s}:events' %s", search->options->prefix,
                shell_word(follower->name, word));
    }
}

void find_paused(struct search *search)
{
    const struct json *meta = search->survey->meta;
    const char *who = json_text(meta, "paused_by");
    const char *why = json_text(meta, "paused_why");
    int64_t since_ms = 0;

    if (survey_is_paused(search->survey)) {
        struct stuck_finding *row;

        (void)json_int(meta, "paused_ms", &since_ms);
        row = search_add(search, since_ms);
        SUBJECT(row, "queue");
        WHAT(row, "paused by %s: %s", who && who[0] != '\0' ? who : "somebody",
             why && why[0] != '\0' ? why : "no reason is given");
        COMMAND(row, "queuectl resume --why \"it works again\"");
    }
}
