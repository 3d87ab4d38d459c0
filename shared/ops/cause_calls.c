/* SPDX-License-Identifier: MIT */
/* Calls of Beget: the limit of the account, and changes whose end nobody knows. */
#include "shared/ops/stuck_search.h"

#include "shared/ops/next_command.h"

#include <inttypes.h>

void find_beget_limit(struct search *search)
{
    const struct survey *survey = search->survey;

    for (size_t i = 0; i < survey->limit_count; i++) {
        const struct survey_limit *limit = &survey->limits[i];
        char word[SHELL_WORD_SIZE];
        struct stuck_finding *row;

        if (limit->until_ms <= survey->now_ms) {
            continue;
        }
        row = search_add(search, 0);
        SUBJECT(row, "account %s", limit->account);
        WHAT(row,
             "Beget takes no calls for %" PRId64
             " s more: its limit is used up. Only if that is "
             "known to be void:",
             search_seconds(limit->until_ms - survey->now_ms));
        COMMAND(row, "queuectl limits clear %s --why \"Beget answers again\"",
                shell_word(limit->account, word));
    }
}

void find_unknown(struct search *search)
{
    const struct survey *survey = search->survey;

    for (size_t i = 0; i < survey->unknown_shown; i++) {
        const struct survey_unknown *unknown = &survey->unknown[i];
        char word[SHELL_WORD_SIZE];
        struct stuck_finding *row = search_add(search, unknown->ms);

        SUBJECT(row, "update %s", unknown->update_id);
        WHAT(row,
             "nobody knows whether \"%s\" was carried out for chat %s: look at the hosting "
             "account, then say done or not-done",
             unknown->what, unknown->chat_id);
        COMMAND(row, "queuectl unknown settle u%s done --why \"the account shows it\"",
                shell_word(unknown->update_id, word));
    }
}
