/* SPDX-License-Identifier: MIT */
#include "shared/ops/state_json.h"

#include "shared/base/compiler.h"
#include "shared/ops/readings.h"
#include "shared/ops/stuck_service.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* ---- times ---- */

/* How long ago a moment was; null for none, 0 for one to come. */
static struct json *age_of(const struct survey *survey, int64_t ms)
{
    int64_t age_ms = survey->now_ms - ms;

    if (ms <= 0) {
        return json_new_null();
    }
    return json_new_int(age_ms > 0 ? age_ms : 0);
}

/* How long it is until a moment; null for none, 0 for one that is over. */
static struct json *left_until(const struct survey *survey, int64_t ms)
{
    int64_t left_ms = ms - survey->now_ms;

    if (ms <= 0) {
        return json_new_null();
    }
    return json_new_int(left_ms > 0 ? left_ms : 0);
}

/* When an entry was added; 0 for none. */
static int64_t added_ms(const struct survey_entry *entry)
{
    return entry->id[0] != '\0' ? entry->ms : 0;
}

/* ---- streams ---- */

struct stream {
    const char *name;
    int64_t length, waiting, running, parked;
    int64_t oldest_ms;
};

static void add_stream(const struct survey *survey, struct json *list, const struct stream *stream)
{
    struct json *row = json_add(list, json_object());

    json_set_text(row, "name", stream->name);
    json_set_int(row, "length", stream->length);
    json_set_int(row, "waiting", stream->waiting);
    json_set_int(row, "running", stream->running);
    json_set_int(row, "parked", stream->parked);
    json_set(row, "oldest_age_ms", age_of(survey, stream->oldest_ms));
}

static struct json *streams_of(const struct survey *survey)
{
    const struct stream streams[] = {
        {"updates", survey->updates.length, reading_waiting(survey), survey->updates.running,
         survey->updates.parked, reading_unbegun_since_ms(survey)},
        {"replies", survey->replies.length, survey->replies.unread, survey->replies.taken, 0,
         added_ms(&survey->replies.oldest)},
        {"events", survey->events.length, survey->events.length, 0, 0,
         added_ms(&survey->events.oldest)},
        {"dead", survey->dead_count, survey->dead_count, 0, 0,
         survey->dead_shown > 0 ? survey->dead[0].died_ms : 0},
    };
    struct json *list = json_list();

    for (size_t i = 0; i < ARRAY_LEN(streams); i++) {
        add_stream(survey, list, &streams[i]);
    }
    return list;
}

/* ---- processes ---- */

/* A text of a report, or "". */
static const char *said(const struct json *report, const char *name)
{
    const char *text = json_text(report, name);

    return text ? text : "";
}

static int64_t number_in(const struct json *report, const char *name)
{
    int64_t number = 0;

    (void)json_int(report, name, &number);
    return number;
}

static struct json *checks_of(const struct survey_service *service)
{
    struct json *list = json_list();

    for (const struct json *check = json_first(json_at(service->report, "checks")); check;
         check = json_next(check)) {
        struct json *row = json_add(list, json_object());
        const struct json *age = json_at(check, "age_ms");
        bool ok = false;

        (void)json_bool(check, "ok", &ok);
        json_set_text(row, "name", json_name(check) ? json_name(check) : "");
        json_set_bool(row, "ok", ok);
        json_set(row, "age_ms", age ? json_copy(age) : json_new_null());
        json_set_text(row, "why", said(check, "why"));
    }
    return list;
}

static const struct survey_running *running_of(const struct survey *survey, const char *id)
{
    for (size_t i = 0; i < survey->running_shown; i++) {
        if (strcmp(survey->running[i].id, id) == 0) {
            return &survey->running[i];
        }
    }
    return NULL;
}

/* What each thread does, as the process says, and what the queue knows of it. */
static struct json *doing_of(const struct survey *survey, const struct survey_service *service)
{
    struct json *list = json_list();

    for (const struct json *does = json_first(json_at(service->report, "doing")); does;
         does = json_next(does)) {
        const char *id = said(does, "entry");
        const struct survey_running *running = running_of(survey, id);
        struct json *row = json_add(list, json_object());

        json_set_text(row, "thread", said(does, "thread"));
        json_set_text(row, "id", id);
        json_set(row, "age_ms", age_of(survey, number_in(does, "since_ms")));
        json_set_text(row, "update_id", running ? running->update_id : "");
        json_set_text(row, "chat_id", running ? running->chat_id : "");
        json_set_text(row, "begun", running ? running->begun : "");
    }
    return list;
}

static struct json *services_of(const struct survey *survey)
{
    struct json *list = json_list();

    for (size_t i = 0; i < survey->service_count; i++) {
        const struct survey_service *service = &survey->services[i];
        const struct json *report = service->report;
        struct json *row = json_add(list, json_object());

        json_set_text(row, "name", service->name);
        json_set_text(row, "role", stuck_role(service));
        json_set_text(row, "host", said(report, "host"));
        json_set_int(row, "pid", number_in(report, "pid"));
        json_set_text(row, "version", said(report, "version"));
        json_set_text(row, "duty", said(report, "duty"));
        json_set_text(row, "ended", said(report, "ended"));
        json_set_bool(row, "alive", stuck_is_alive(survey, service));
        json_set(row, "seen_age_ms", age_of(survey, service->seen_ms));
        json_set(row, "started_age_ms", age_of(survey, number_in(report, "started_ms")));
        json_set(row, "checks", checks_of(service));
        json_set(row, "doing", doing_of(survey, service));
    }
    return list;
}

/* ---- what is under way, what is wrong ---- */

static struct json *all_running_of(const struct survey *survey)
{
    struct json *list = json_list();

    for (size_t i = 0; i < survey->running_shown; i++) {
        const struct survey_running *running = &survey->running[i];
        struct json *row = json_add(list, json_object());

        json_set_text(row, "id", running->id);
        json_set_text(row, "update_id", running->update_id);
        json_set_text(row, "chat_id", running->chat_id);
        json_set_text(row, "kind", running->kind);
        json_set_bool(row, "taken", running->consumer[0] != '_'); /* else any worker may take it */
        json_set_text(row, "by", running->consumer);
        json_set(row, "age_ms", age_of(survey, running->received_ms));
        json_set_int(row, "idle_ms", running->idle_ms);
        json_set_int(row, "deliveries", running->deliveries);
        json_set(row, "deadline_left_ms", left_until(survey, running->deadline_ms));
        json_set_int(row, "behind", running->behind);
        json_set_text(row, "begun", running->begun);
        json_set_bool(row, "begun_ended", running->begun_ended);
        json_set(row, "begun_age_ms", age_of(survey, running->begun_ms));
    }
    return list;
}

static const char *severity_name(enum stuck_severity severity)
{
    return severity == STUCK_CRITICAL ? "critical" : "warning";
}

static struct json *stuck_of(const struct survey *survey, const struct stuck_findings *findings)
{
    struct json *list = json_list();

    for (size_t i = 0; i < findings->count; i++) {
        const struct stuck_finding *finding = &findings->rows[i];
        struct json *row = json_add(list, json_object());

        json_set_text(row, "cause", stuck_cause_name(finding->cause));
        json_set_text(row, "severity", severity_name(stuck_cause_severity(finding->cause)));
        json_set_text(row, "help", stuck_cause_help(finding->cause));
        json_set(row, "age_ms", age_of(survey, finding->since_ms));
        json_set_text(row, "subject", finding->subject);
        json_set_text(row, "what", finding->what);
        json_set_text(row, "command", finding->command);
    }
    return list;
}

static struct json *dead_of(const struct survey *survey)
{
    struct json *list = json_list();

    for (size_t i = 0; i < survey->dead_shown; i++) {
        const struct survey_dead *dead = &survey->dead[i];
        struct json *row = json_add(list, json_object());

        json_set_text(row, "id", dead->id);
        json_set_text(row, "kind", dead->kind);
        json_set_text(row, "update_id", dead->update_id);
        json_set_text(row, "chat_id", dead->chat_id);
        json_set_text(row, "reason", dead->reason);
        json_set(row, "age_ms", age_of(survey, dead->died_ms));
    }
    return list;
}

static struct json *unknown_of(const struct survey *survey)
{
    struct json *list = json_list();

    for (size_t i = 0; i < survey->unknown_shown; i++) {
        const struct survey_unknown *unknown = &survey->unknown[i];
        struct json *row = json_add(list, json_object());

        json_set_text(row, "update_id", unknown->update_id);
        json_set_text(row, "what", unknown->what);
        json_set_text(row, "chat_id", unknown->chat_id);
        json_set(row, "age_ms", age_of(survey, unknown->ms));
    }
    return list;
}

/* ---- what slows down ---- */

/* "60/60000" as numbers; what is no such text is left out by whoever reads zeros. */
static struct json *bucket_of(const struct survey_bucket *bucket)
{
    struct json *row = json_object();
    char *slash = NULL;
    int64_t calls = (int64_t)strtoimax(bucket->window, &slash, 10);

    json_set_int(row, "calls", calls);
    json_set_int(row, "window_ms", *slash == '/' ? (int64_t)strtoimax(slash + 1, NULL, 10) : 0);
    json_set_int(row, "left", bucket->milli_tokens / 1000);
    return row;
}

static struct json *limits_of(const struct survey *survey)
{
    struct json *list = json_list();

    for (size_t i = 0; i < survey->limit_count; i++) {
        const struct survey_limit *limit = &survey->limits[i];
        struct json *row = json_add(list, json_object());
        struct json *buckets = json_list();

        for (size_t at = 0; at < limit->bucket_count; at++) {
            (void)json_add(buckets, bucket_of(&limit->buckets[at]));
        }
        json_set_text(row, "account", limit->account);
        json_set_text(row, "operators", limit->operators);
        json_set(row, "wait_ms", left_until(survey, limit->until_ms));
        json_set(row, "buckets", buckets); /* as the last call has left them */
    }
    return list;
}

static struct json *floods_of(const struct survey *survey)
{
    struct json *list = json_list();

    for (size_t i = 0; i < survey->flood_count; i++) {
        const struct survey_flood *flood = &survey->floods[i];
        struct json *row = json_add(list, json_object());

        json_set_text(row, "chat_id", flood->chat_id);
        json_set(row, "wait_ms", left_until(survey, flood->until_ms));
        json_set_int(row, "waiting", flood->waiting);
    }
    return list;
}

/* By how much time: of a follower that has nothing yet, all that there is. */
static int64_t behind_ms(const struct survey *survey, const struct survey_follower *follower)
{
    int64_t has_ms = (int64_t)strtoimax(follower->position, NULL, 10);
    int64_t from_ms = has_ms > survey->events.oldest.ms ? has_ms : survey->events.oldest.ms;

    if (survey->events.length == 0 || from_ms > survey->events.newest_ms) {
        return 0;
    }
    return survey->events.newest_ms - from_ms;
}

static struct json *followers_of(const struct survey *survey)
{
    struct json *list = json_list();

    for (size_t i = 0; i < survey->events.follower_count; i++) {
        const struct survey_follower *follower = &survey->events.followers[i];
        struct json *row = json_add(list, json_object());

        json_set_text(row, "name", follower->name);
        json_set_text(row, "position", follower->position);
        json_set_int(row, "behind_ms", behind_ms(survey, follower));
    }
    return list;
}

/* ---- all of the queue ---- */

static struct json *pause_of(const struct survey *survey)
{
    struct json *object = json_object();

    json_set_bool(object, "on", survey_is_paused(survey));
    json_set_text(object, "by", said(survey->meta, "paused_by"));
    json_set_text(object, "why", said(survey->meta, "paused_why"));
    json_set(object, "age_ms", age_of(survey, number_in(survey->meta, "paused_ms")));
    return object;
}

static struct json *counters_of(const struct survey *survey)
{
    static const char *const NAMES[] = {"pushed", "duplicates", "strangers", "done",   "given_back",
                                        "reaped", "sent",       "dead",      "unknown"};
    struct json *object = json_object();

    for (size_t i = 0; i < ARRAY_LEN(NAMES); i++) {
        json_set_int(object, NAMES[i], survey_counter(survey, NAMES[i]));
    }
    return object;
}

static struct json *redis_of(const struct survey *survey)
{
    struct json *object = json_object();

    json_set_text(object, "version", survey->server.version);
    json_set_text(object, "policy", survey->server.policy);
    json_set_text(object, "aof_enabled", survey->server.aof_enabled);
    json_set_text(object, "write_status", survey->server.write_status);
    json_set_int(object, "memory_used", survey->memory_used);
    json_set_int(object, "memory_limit", survey->memory_limit); /* 0: none */
    return object;
}

static struct json *lease_of(const struct survey *survey)
{
    struct json *object = json_object();

    json_set_text(object, "holder", survey->lease_holder ? survey->lease_holder : "");
    json_set_int(object, "left_ms", survey->lease_left_ms);
    return object;
}

static struct json *counts_of(const struct survey *survey, const struct stuck_findings *findings)
{
    struct json *object = json_object();

    json_set_int(object, "dead", survey->dead_count);
    json_set_int(object, "unknown", survey->unknown_count);
    json_set_int(object, "intents", survey->intent_count);
    json_set_int(object, "stuck", (int64_t)(findings->count + findings->left_out));
    return object;
}

struct json *state_json(const struct survey *survey, const struct stuck_findings *findings)
{
    struct json *object = json_object();

    json_set_text(object, "schema", STATE_SCHEMA);
    json_set_int(object, "now_ms", survey->now_ms);
    json_set_int(object, "library", survey->library);
    json_set(object, "counts", counts_of(survey, findings));
    json_set(object, "pause", pause_of(survey));
    json_set(object, "stuck", stuck_of(survey, findings));
    json_set(object, "streams", streams_of(survey));
    json_set(object, "running", all_running_of(survey));
    json_set(object, "services", services_of(survey));
    json_set(object, "dead", dead_of(survey));
    json_set(object, "unknown", unknown_of(survey));
    json_set(object, "limits", limits_of(survey));
    json_set(object, "floods", floods_of(survey));
    json_set(object, "lease", lease_of(survey));
    json_set(object, "followers", followers_of(survey));
    json_set(object, "counters", counters_of(survey));
    json_set(object, "redis", redis_of(survey));
    return object;
}
