/* SPDX-License-Identifier: MIT */
/* Replies on their way to Telegram. */
#include "shared/ops/stuck_search.h"

#include "shared/ops/next_command.h"

#include <inttypes.h>
#include <string.h>

static bool is_old(const struct search *search, const struct survey_entry *entry)
{
    return entry->id[0] != '\0' &&
           search->survey->now_ms - entry->ms >= search->options->patience_ms;
}

static bool is_flooded(const struct survey *survey, const char *chat_id)
{
    for (size_t i = 0; i < survey->flood_count; i++) {
        if (strcmp(survey->floods[i].chat_id, chat_id) == 0 &&
            survey->floods[i].until_ms > survey->now_ms) {
            return true;
        }
    }
    return false;
}

void find_replies_wait(struct search *search)
{
    const struct survey *survey = search->survey;
    const struct survey_entry *oldest = &survey->replies.oldest;

    if (is_old(search, oldest) && survey->lease_holder[0] != '\0' &&
        !is_flooded(survey, oldest->chat_id)) {
        struct stuck_finding *row = search_add(search, oldest->ms);

        SUBJECT(row, "chat %s", oldest->chat_id);
        WHAT(row, "%s has not been delivered for %" PRId64 " s; %" PRId64 " replies wait",
             oldest->kind, search_seconds(survey->now_ms - oldest->ms), survey->replies.length);
        COMMAND(row, "queuectl show %s", oldest->id);
    }
}

void find_telegram_flood(struct search *search)
{
    const struct survey *survey = search->survey;

    for (size_t i = 0; i < survey->flood_count; i++) {
        const struct survey_flood *flood = &survey->floods[i];
        char word[SHELL_WORD_SIZE];
        struct stuck_finding *row;

        if (flood->until_ms - survey->now_ms < search->options->patience_ms) {
            continue;
        }
        row = search_add(search, 0);
        SUBJECT(row, "chat %s", flood->chat_id);
        WHAT(row,
             "Telegram lets nothing be sent there for %" PRId64 " s more; %" PRId64
             " replies wait, and are sent then. Only if that is known to be void:",
             search_seconds(flood->until_ms - survey->now_ms), flood->waiting);
        COMMAND(row, "queuectl limits clear chat:%s --why \"Telegram sends again\"",
                shell_word(flood->chat_id, word));
    }
}
