/* SPDX-License-Identifier: MIT */
#include "shared/ops/readings.h"

#include "shared/base/compiler.h"
#include "shared/ops/stuck_service.h"

#include <string.h>

static int64_t larger(int64_t a, int64_t b)
{
    return a > b ? a : b;
}

static int64_t age_ms(const struct survey *survey, const struct survey_entry *entry)
{
    return entry->id && entry->id[0] != '\0' ? larger(survey->now_ms - entry->ms, 0) : 0;
}

int64_t reading_waiting(const struct survey *survey)
{
    return survey->updates.unread + survey->updates.free;
}

int64_t reading_oldest_waiting_ms(const struct survey *survey)
{
    return larger(age_ms(survey, &survey->updates.oldest_unread),
                  age_ms(survey, &survey->updates.oldest_free));
}

int64_t reading_running(const struct survey *survey)
{
    return survey->updates.running;
}

/* "_free" is no worker: what it holds waits for one. */
int64_t reading_oldest_running_ms(const struct survey *survey)
{
    int64_t oldest_ms = 0;

    for (size_t i = 0; i < survey->running_shown; i++) {
        const struct survey_running *running = &survey->running[i];

        if (running->consumer[0] != '_') {
            oldest_ms = larger(oldest_ms, survey->now_ms - running->received_ms);
        }
    }
    return oldest_ms;
}

int64_t reading_parked(const struct survey *survey)
{
    return survey->updates.parked;
}

int64_t reading_oldest_parked_ms(const struct survey *survey)
{
    return age_ms(survey, &survey->updates.oldest_parked);
}

int64_t reading_unbegun_since_ms(const struct survey *survey)
{
    const struct survey_entry *const entries[] = {&survey->updates.oldest_unread,
                                                  &survey->updates.oldest_free,
                                                  &survey->updates.oldest_parked};
    int64_t since_ms = 0;

    for (size_t i = 0; i < ARRAY_LEN(entries); i++) {
        if (entries[i]->id[0] != '\0' && (since_ms == 0 || entries[i]->ms < since_ms)) {
            since_ms = entries[i]->ms;
        }
    }
    return since_ms;
}

int64_t reading_replies(const struct survey *survey)
{
    return survey->replies.length;
}

int64_t reading_oldest_reply_ms(const struct survey *survey)
{
    return age_ms(survey, &survey->replies.oldest);
}

int64_t reading_events(const struct survey *survey)
{
    return survey->events.length;
}

int64_t reading_oldest_event_ms(const struct survey *survey)
{
    return age_ms(survey, &survey->events.oldest);
}

int64_t reading_dead(const struct survey *survey)
{
    return survey->dead_count;
}

int64_t reading_unknown(const struct survey *survey)
{
    return survey->unknown_count;
}

int64_t reading_intents(const struct survey *survey)
{
    return survey->intent_count;
}

int64_t reading_paused(const struct survey *survey)
{
    return survey_is_paused(survey);
}

int64_t reading_workers(const struct survey *survey)
{
    return stuck_count_alive(survey, "worker");
}

int64_t reading_gateways(const struct survey *survey)
{
    return stuck_count_alive(survey, "gateway");
}

int64_t reading_memory_used(const struct survey *survey)
{
    return survey->memory_used;
}

int64_t reading_memory_limit(const struct survey *survey)
{
    return survey->memory_limit;
}

int64_t reading_memory_percent(const struct survey *survey)
{
    return survey->memory_limit > 0 ? survey->memory_used * 100 / survey->memory_limit : 0;
}

int64_t reading_aof_enabled(const struct survey *survey)
{
    return strcmp(survey->server.aof_enabled, "1") == 0;
}
