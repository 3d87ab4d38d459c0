/* SPDX-License-Identifier: MIT */
#include "deploy/queuectl/figures.h"

#include "shared/ops/readings.h"

int64_t figure_per_minute(int64_t by, int64_t ms)
{
    return ms > 0 ? by * 60000 / ms : 0;
}

/* clang-format off */
const struct figure FIGURES[] = {
    {"waiting",           "updates that wait",             CELL_NUMBER, NULL, reading_waiting},
    {"oldest_waiting_ms", "the oldest of them",            CELL_AGE,    NULL, reading_oldest_waiting_ms},
    {"running",           "updates at work",               CELL_NUMBER, NULL, reading_running},
    {"oldest_running_ms", "the oldest of them",            CELL_AGE,    NULL, reading_oldest_running_ms},
    {"parked",            "behind another of their chat",  CELL_NUMBER, NULL, reading_parked},
    {"replies",           "replies not delivered",         CELL_NUMBER, NULL, reading_replies},
    {"oldest_reply_ms",   "the oldest of them",            CELL_AGE,    NULL, reading_oldest_reply_ms},
    {"events",            "events that are kept",          CELL_NUMBER, NULL, reading_events},
    {"dead_letters",      "dead letters",                  CELL_NUMBER, NULL, reading_dead},
    {"unknown_outcomes",  "outcomes nobody knows",         CELL_NUMBER, NULL, reading_unknown},
    {"intents",           "changes under way",             CELL_NUMBER, NULL, reading_intents},
    {"workers",           "workers",                       CELL_NUMBER, NULL, reading_workers},
    {"gateways",          "gateways",                      CELL_NUMBER, NULL, reading_gateways},
    {"paused",            "paused",                        CELL_TRUTH,  NULL, reading_paused},
    {"memory_used",       "memory of Redis",               CELL_BYTES,  NULL, reading_memory_used},
    {"memory_limit",      "which may be",                  CELL_BYTES,  NULL, reading_memory_limit},
    {"aof_enabled",       "append-only file",              CELL_TRUTH,  NULL, reading_aof_enabled},
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
