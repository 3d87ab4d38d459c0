/* SPDX-License-Identifier: MIT */
#include "deploy/queuectl/figures.h"

#include "shared/ops/stuck_service.h"

#include <string.h>

int64_t figure_age_ms(const struct survey *survey, const struct survey_entry *entry)
{
    return entry->id && entry->id[0] != '\0' ? survey->now_ms - entry->ms : 0;
}

const struct survey_entry *figure_oldest_waiting(const struct survey *survey)
{
    const struct survey_entry *unread = &survey->updates.oldest_unread;
    const struct survey_entry *free_entry = &survey->updates.oldest_free;

    return figure_age_ms(survey, free_entry) > figure_age_ms(survey, unread) ? free_entry : unread;
}

int64_t figure_oldest_running_ms(const struct survey *survey)
{
    int64_t oldest_ms = 0;

    for (size_t i = 0; i < survey->running_shown; i++) {
        const struct survey_running *running = &survey->running[i];
        int64_t age_ms = survey->now_ms - running->received_ms;

        if (running->consumer[0] != '_' && age_ms > oldest_ms) {
            oldest_ms = age_ms;
        }
    }
    return oldest_ms;
}

int64_t figure_memory_percent(const struct survey *survey)
{
    return survey->memory_limit > 0 ? survey->memory_used * 100 / survey->memory_limit : 0;
}

int64_t figure_per_minute(int64_t by, int64_t ms)
{
    return ms > 0 ? by * 60000 / ms : 0;
}

static int64_t waiting(const struct survey *survey)
{
    return survey->updates.unread + survey->updates.free;
}

static int64_t oldest_waiting_ms(const struct survey *survey)
{
    return figure_age_ms(survey, figure_oldest_waiting(survey));
}

static int64_t running(const struct survey *survey)
{
    return survey->updates.running;
}

static int64_t parked(const struct survey *survey)
{
    return survey->updates.parked;
}

static int64_t replies(const struct survey *survey)
{
    return survey->replies.length;
}

static int64_t oldest_reply_ms(const struct survey *survey)
{
    return figure_age_ms(survey, &survey->replies.oldest);
}

static int64_t events(const struct survey *survey)
{
    return survey->events.length;
}

static int64_t dead(const struct survey *survey)
{
    return survey->dead_count;
}

static int64_t unknown(const struct survey *survey)
{
    return survey->unknown_count;
}

static int64_t intents(const struct survey *survey)
{
    return survey->intent_count;
}

static int64_t workers(const struct survey *survey)
{
    return stuck_count_alive(survey, "worker");
}

static int64_t gateways(const struct survey *survey)
{
    return stuck_count_alive(survey, "gateway");
}

static int64_t paused(const struct survey *survey)
{
    return survey_is_paused(survey);
}

static int64_t memory_used(const struct survey *survey)
{
    return survey->memory_used;
}

static int64_t memory_limit(const struct survey *survey)
{
    return survey->memory_limit;
}

static int64_t aof_enabled(const struct survey *survey)
{
    return strcmp(survey->server.aof_enabled, "1") == 0;
}

/* clang-format off */
const struct figure FIGURES[] = {
    {"waiting",           "updates that wait",             CELL_NUMBER, NULL, waiting},
    {"oldest_waiting_ms", "the oldest of them",            CELL_AGE,    NULL, oldest_waiting_ms},
    {"running",           "updates at work",               CELL_NUMBER, NULL, running},
    {"oldest_running_ms", "the oldest of them",            CELL_AGE,    NULL, figure_oldest_running_ms},
    {"parked",            "behind another of their chat",  CELL_NUMBER, NULL, parked},
    {"replies",           "replies not delivered",         CELL_NUMBER, NULL, replies},
    {"oldest_reply_ms",   "the oldest of them",            CELL_AGE,    NULL, oldest_reply_ms},
    {"events",            "events that are kept",          CELL_NUMBER, NULL, events},
    {"dead_letters",      "dead letters",                  CELL_NUMBER, NULL, dead},
    {"unknown_outcomes",  "outcomes nobody knows",         CELL_NUMBER, NULL, unknown},
    {"intents",           "changes under way",             CELL_NUMBER, NULL, intents},
    {"workers",           "workers",                       CELL_NUMBER, NULL, workers},
    {"gateways",          "gateways",                      CELL_NUMBER, NULL, gateways},
    {"paused",            "paused",                        CELL_TRUTH,  NULL, paused},
    {"memory_used",       "memory of Redis",               CELL_BYTES,  NULL, memory_used},
    {"memory_limit",      "which may be",                  CELL_BYTES,  NULL, memory_limit},
    {"aof_enabled",       "append-only file",              CELL_TRUTH,  NULL, aof_enabled},
    {"pushed",            "updates taken in",              CELL_NUMBER, "pushed", NULL},
    {"done",              "finished",                      CELL_NUMBER, "done", NULL},
    {"sent",              "replies delivered",             CELL_NUMBER, "sent", NULL},
    {"duplicates",        "repeats dropped",               CELL_NUMBER, "duplicates", NULL},
    {"strangers",         "of strangers",                  CELL_NUMBER, "strangers", NULL},
    {"reaped",            "taken over",                    CELL_NUMBER, "reaped", NULL},
    {"given_back",        "given back",                    CELL_NUMBER, "given_back", NULL},
    {"dead",              "given up",                      CELL_NUMBER, "dead", NULL},
    {"unknown",           "became unknown",                CELL_NUMBER, "unknown", NULL},
};
/* clang-format on */

const size_t FIGURE_COUNT = sizeof(FIGURES) / sizeof(FIGURES[0]);

int64_t figure_value(const struct figure *figure, const struct survey *survey)
{
    return figure->value ? figure->value(survey) : survey_counter(survey, figure->counter);
}
