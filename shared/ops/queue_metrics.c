/* SPDX-License-Identifier: MIT */
#include "shared/ops/queue_metrics.h"

#include "shared/base/compiler.h"
#include "shared/base/metric_text.h"
#include "shared/ops/readings.h"
#include "shared/ops/stuck_service.h"

#include <stdbool.h>
#include <string.h>

struct facts {
    const struct survey *survey;
    const struct stuck_findings *findings;
    struct buf *out;
};

struct family {
    const char *name;
    enum metric_type type;
    enum metric_scale scale;
    const char *help;
    /* One of them: what it is, or a function that adds the samples. */
    int64_t (*value)(const struct survey *survey);
    void (*add)(const struct facts *facts, const struct family *family);
};

static void add_sample(const struct facts *facts, const struct family *family, const char *label,
                       const char *text, int64_t value)
{
    const struct metric_pair pair = {label, text};

    metric_text_sample(facts->out, family->name, "", &pair, 1, value, family->scale);
}

/* ---- streams ---- */

static int64_t larger(int64_t a, int64_t b)
{
    return a > b ? a : b;
}

static void add_waiting(const struct facts *facts, const struct family *family)
{
    const struct survey *survey = facts->survey;

    add_sample(facts, family, "stream", "updates", reading_waiting(survey));
    add_sample(facts, family, "stream", "replies", survey->replies.unread);
    add_sample(facts, family, "stream", "events", survey->events.length);
}

static void add_in_flight(const struct facts *facts, const struct family *family)
{
    add_sample(facts, family, "stream", "updates", facts->survey->updates.running);
    add_sample(facts, family, "stream", "replies", facts->survey->replies.taken);
}

static void add_waiting_age(const struct facts *facts, const struct family *family)
{
    const struct survey *survey = facts->survey;

    add_sample(facts, family, "stream", "updates", reading_oldest_waiting_ms(survey));
    add_sample(facts, family, "stream", "parked", reading_oldest_parked_ms(survey));
    add_sample(facts, family, "stream", "replies", reading_oldest_reply_ms(survey));
    add_sample(facts, family, "stream", "events", reading_oldest_event_ms(survey));
}

static int64_t floods(const struct survey *survey)
{
    return (int64_t)survey->flood_count;
}

/* ---- who works ---- */

static const char *const ROLES[] = {"gateway", "worker"};

/* When one of them was heard from last; 0 for never. */
static int64_t last_seen_ms(const struct survey *survey, const char *role)
{
    int64_t seen_ms = 0;

    for (size_t i = 0; i < survey->service_count; i++) {
        if (stuck_has_role(&survey->services[i], role)) {
            seen_ms = larger(seen_ms, survey->services[i].seen_ms);
        }
    }
    return seen_ms;
}

static void add_services(const struct facts *facts, const struct family *family)
{
    for (size_t i = 0; i < ARRAY_LEN(ROLES); i++) {
        add_sample(facts, family, "role", ROLES[i], stuck_count_alive(facts->survey, ROLES[i]));
    }
}

static void add_heartbeats(const struct facts *facts, const struct family *family)
{
    for (size_t i = 0; i < ARRAY_LEN(ROLES); i++) {
        int64_t seen_ms = last_seen_ms(facts->survey, ROLES[i]);

        if (seen_ms > 0) {
            add_sample(facts, family, "role", ROLES[i], larger(facts->survey->now_ms - seen_ms, 0));
        }
    }
}

/* ---- Redis, the limit, what is stuck ---- */

static void add_memory(const struct facts *facts, const struct family *family)
{
    const struct survey *survey = facts->survey;

    if (survey->memory_limit > 0) {
        add_sample(facts, family, NULL, NULL,
                   survey->memory_used * METRIC_MS / survey->memory_limit);
    }
}

static void add_aof(const struct facts *facts, const struct family *family)
{
    const char *enabled = facts->survey->server.aof_enabled;

    if (enabled[0] != '\0') {
        add_sample(facts, family, NULL, NULL, strcmp(enabled, "1") == 0);
    }
}

static void add_tokens(const struct facts *facts, const struct family *family)
{
    for (size_t i = 0; i < facts->survey->limit_count; i++) {
        const struct survey_limit *limit = &facts->survey->limits[i];

        for (size_t n = 0; n < limit->bucket_count; n++) {
            const struct metric_pair pairs[] = {{"account", limit->account},
                                                {"window", limit->buckets[n].window}};

            metric_text_sample(facts->out, family->name, "", pairs, ARRAY_LEN(pairs),
                               limit->buckets[n].milli_tokens, family->scale);
        }
    }
}

static void add_blocked(const struct facts *facts, const struct family *family)
{
    for (size_t i = 0; i < facts->survey->limit_count; i++) {
        const struct survey_limit *limit = &facts->survey->limits[i];

        add_sample(facts, family, "account", limit->account,
                   larger(limit->until_ms - facts->survey->now_ms, 0));
    }
}

static void add_stuck(const struct facts *facts, const struct family *family)
{
    static const char *const SEVERITIES[] = {
        [STUCK_WARNING] = "warning", [STUCK_CRITICAL] = "critical"};
    int64_t found[STUCK_CAUSE_COUNT] = {0};

    for (size_t i = 0; i < facts->findings->count; i++) {
        found[facts->findings->rows[i].cause] = 1;
    }
    for (size_t cause = 0; cause < STUCK_CAUSE_COUNT; cause++) {
        const struct metric_pair pairs[] = {
            {"cause", stuck_cause_name((enum stuck_cause)cause)},
            {"severity", SEVERITIES[stuck_cause_severity((enum stuck_cause)cause)]}};

        metric_text_sample(facts->out, family->name, "", pairs, ARRAY_LEN(pairs), found[cause],
                           family->scale);
    }
}

/* ---- the families ---- */

/* clang-format off */
static const struct family FAMILIES[] = {
    {"beget_manager_stream_waiting", METRIC_GAUGE, METRIC_ONE, "Entries of a stream that nobody has taken yet; of events those that are kept.", NULL, add_waiting},
    {"beget_manager_stream_in_flight", METRIC_GAUGE, METRIC_ONE, "Updates that are worked on, replies that are being delivered.", NULL, add_in_flight},
    {"beget_manager_stream_parked", METRIC_GAUGE, METRIC_ONE, "Updates that wait for an earlier one of their chat.", reading_parked, NULL},
    {"beget_manager_oldest_waiting_age_seconds", METRIC_GAUGE, METRIC_MS, "Age of the oldest entry that waits, 0 without one; of replies that is not delivered.", NULL, add_waiting_age},
    {"beget_manager_oldest_running_age_seconds", METRIC_GAUGE, METRIC_MS, "How long ago the oldest update that is worked on came in.", reading_oldest_running_ms, NULL},
    {"beget_manager_dead_letters", METRIC_GAUGE, METRIC_ONE, "What was given up and waits for a person.", reading_dead, NULL},
    {"beget_manager_unknown_outcomes", METRIC_GAUGE, METRIC_ONE, "Changes of which nobody knows whether they were carried out.", reading_unknown, NULL},
    {"beget_manager_intents", METRIC_GAUGE, METRIC_ONE, "Changes that were begun by updates that are not finished.", reading_intents, NULL},
    {"beget_manager_paused", METRIC_GAUGE, METRIC_ONE, "1 while an operator has paused the queue.", reading_paused, NULL},
    {"beget_manager_flooded_chats", METRIC_GAUGE, METRIC_ONE, "Chats to which Telegram lets nothing be sent, and for which replies wait.", floods, NULL},
    {"beget_manager_services", METRIC_GAUGE, METRIC_ONE, "Processes that have reported lately.", NULL, add_services},
    {"beget_manager_heartbeat_age_seconds", METRIC_GAUGE, METRIC_MS, "How long ago the last report of any such process came.", NULL, add_heartbeats},
    {"beget_manager_redis_memory_used_bytes", METRIC_GAUGE, METRIC_ONE, "Memory that Redis uses.", reading_memory_used, NULL},
    {"beget_manager_redis_memory_used_ratio", METRIC_GAUGE, METRIC_MS, "The same as a part of maxmemory, when that is set.", NULL, add_memory},
    {"beget_manager_redis_aof_enabled", METRIC_GAUGE, METRIC_ONE, "1 when Redis keeps an append-only file.", NULL, add_aof},
    {"beget_manager_limiter_tokens", METRIC_GAUGE, METRIC_MS, "Calls that the account had left at once when it was last asked, by calls/milliseconds.", NULL, add_tokens},
    {"beget_manager_limiter_blocked_seconds", METRIC_GAUGE, METRIC_MS, "For how long nobody calls the hosting API, because it said that its limit is used up.", NULL, add_blocked},
    {"beget_manager_stuck", METRIC_GAUGE, METRIC_ONE, "1 while something is stuck for this cause, as `queuectl stuck` tells it.", NULL, add_stuck},
};

static const struct counter {
    const char *meta; /* its name in {prefix}:meta */
    const char *name;
    const char *help;
} COUNTERS[] = {
    {"pushed",     "beget_manager_queue_pushed_total",     "Updates taken into the queue."},
    {"duplicates", "beget_manager_queue_duplicates_total", "Updates that had been taken in before."},
    {"strangers",  "beget_manager_queue_strangers_total",  "Updates of chats that may not use the bot."},
    {"done",       "beget_manager_queue_done_total",       "Updates that were finished."},
    {"given_back", "beget_manager_queue_given_back_total", "Updates given back unfinished."},
    {"reaped",     "beget_manager_queue_reaped_total",     "Updates taken over from a worker that was silent."},
    {"dead",       "beget_manager_queue_dead_total",       "Updates and replies that were given up."},
    {"sent",       "beget_manager_queue_sent_total",       "Replies that were delivered."},
    {"unknown",    "beget_manager_queue_unknown_total",    "Changes that ended with an outcome that nobody knows."},
};
/* clang-format on */

static void print_family(const struct facts *facts, const struct family *family)
{
    metric_text_family(facts->out, family->name, family->type, family->help);
    if (family->add) {
        family->add(facts, family);
    } else {
        add_sample(facts, family, NULL, NULL, family->value(facts->survey));
    }
}

static void print_counter(const struct facts *facts, const struct counter *counter)
{
    metric_text_family(facts->out, counter->name, METRIC_COUNTER, counter->help);
    metric_text_sample(facts->out, counter->name, "", NULL, 0,
                       survey_counter(facts->survey, counter->meta), METRIC_ONE);
}

void queue_metrics_print(const struct survey *survey, const struct stuck_findings *findings,
                         struct buf *out)
{
    static const char UP[] = "beget_manager_queue_up";
    const struct facts facts = {survey, findings, out};

    metric_text_family(out, UP, METRIC_GAUGE, "1 when Redis could be asked how the queue stands.");
    metric_text_sample(out, UP, "", NULL, 0, survey != NULL, METRIC_ONE);
    if (!survey) {
        return;
    }
    for (size_t i = 0; i < ARRAY_LEN(FAMILIES); i++) {
        print_family(&facts, &FAMILIES[i]);
    }
    for (size_t i = 0; i < ARRAY_LEN(COUNTERS); i++) {
        print_counter(&facts, &COUNTERS[i]);
    }
}
