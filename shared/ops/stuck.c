/* SPDX-License-Identifier: MIT */
#include "shared/ops/stuck.h"

#include "shared/base/compiler.h"
#include "shared/ops/next_command.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    FULL_PERCENT = 90,
    STARTING_MS = 10000,
    BEHIND_MS = 600000, /* a bot.db that is so far behind is not just slow */
};

static const char FREE[] = "_free"; /* holds what any worker may take, see functions.lua */

/* What the finders share. */
struct search {
    const struct survey *survey;
    const struct stuck_options *options;
    struct stuck_findings *out;
    enum stuck_cause cause;     /* of the finder that runs */
    struct stuck_finding spare; /* for what has no room */
};

/* ---- writing a finding down ---- */

/* What has no room is written down, too, and forgotten. */
static struct stuck_finding *add(struct search *search, int64_t since_ms)
{
    struct stuck_finding *row = &search->spare;

    if (search->out->count == STUCK_FINDINGS_MOST) {
        search->out->left_out++;
    } else {
        row = &search->out->rows[search->out->count++];
    }
    *row = (struct stuck_finding){.cause = search->cause, .since_ms = since_ms};
    return row;
}

static void PRINTF_LIKE(3, 4) say(char *out, size_t out_size, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    (void)vsnprintf(out, out_size, format, args);
    va_end(args);
}

#define SUBJECT(row, ...) say((row)->subject, sizeof((row)->subject), __VA_ARGS__)
#define WHAT(row, ...)    say((row)->what, sizeof((row)->what), __VA_ARGS__)
#define COMMAND(row, ...) say((row)->command, sizeof((row)->command), __VA_ARGS__)

static int64_t seconds(int64_t ms)
{
    return ms / 1000;
}

/* ---- processes ---- */

bool stuck_is_alive(const struct survey *survey, const struct survey_service *service)
{
    const char *ended = json_text(service->report, "ended");

    return survey->now_ms - service->seen_ms < STUCK_SILENCE_MS && (!ended || ended[0] == '\0');
}

const char *stuck_role(const struct survey_service *service)
{
    const char *role = json_text(service->report, "role");

    return role ? role : "";
}

bool stuck_has_role(const struct survey_service *service, const char *role)
{
    return strcmp(stuck_role(service), role) == 0;
}

const struct survey_service *stuck_service_of(const struct survey *survey, const char *consumer)
{
    for (size_t i = 0; i < survey->service_count; i++) {
        const char *name = survey->services[i].name;
        size_t len = strlen(name);

        if (strncmp(consumer, name, len) == 0 && consumer[len] == '-') {
            return &survey->services[i];
        }
    }
    return NULL;
}

static bool is_held_by_the_living(const struct survey *survey, const char *consumer)
{
    const struct survey_service *service = stuck_service_of(survey, consumer);

    return service && stuck_is_alive(survey, service);
}

int64_t stuck_count_alive(const struct survey *survey, const char *role)
{
    int64_t count = 0;

    for (size_t i = 0; i < survey->service_count; i++) {
        const struct survey_service *service = &survey->services[i];

        count += stuck_has_role(service, role) && stuck_is_alive(survey, service) ? 1 : 0;
    }
    return count;
}

/* Of those with the role the one heard from last; NULL for none. */
static const struct survey_service *last_heard(const struct survey *survey, const char *role)
{
    const struct survey_service *last = NULL;

    for (size_t i = 0; i < survey->service_count; i++) {
        const struct survey_service *service = &survey->services[i];

        if (stuck_has_role(service, role) && (!last || service->seen_ms > last->seen_ms)) {
            last = service;
        }
    }
    return last;
}

const struct json *stuck_check(const struct survey *survey, const struct survey_service *service,
                               const char *name, bool *out_ok)
{
    const struct json *check = json_at(json_at(service->report, "checks"), name);
    int64_t started_ms = 0;
    int64_t age_ms = 0;

    *out_ok = true;
    (void)json_bool(check, "ok", out_ok);
    if (!*out_ok && !json_int(check, "age_ms", &age_ms) &&
        json_int(service->report, "started_ms", &started_ms) &&
        survey->now_ms - started_ms < STUCK_SILENCE_MS) {
        *out_ok = true;
        return NULL;
    }
    return check;
}

static bool is_limited(const struct survey *survey)
{
    for (size_t i = 0; i < survey->limit_count; i++) {
        if (survey->limits[i].until_ms > survey->now_ms) {
            return true;
        }
    }
    return false;
}

/* True for a process of the host where commands are typed that somebody has stopped (SIGSTOP). */
static bool is_stopped_here(const struct search *search, const struct survey_service *service,
                            int64_t *out_pid)
{
    const char *host = json_text(service->report, "host");

    return search->options->process_state && host && search->options->host[0] != '\0' &&
           strcmp(host, search->options->host) == 0 && json_int(service->report, "pid", out_pid) &&
           search->options->process_state(*out_pid) == 'T';
}

/* What had never worked when it reported may have had no time for it. */
static bool is_starting(const struct survey_service *service)
{
    int64_t started_ms = 0;

    return json_int(service->report, "started_ms", &started_ms) &&
           service->seen_ms - started_ms < STARTING_MS;
}

/* What the first failed check of a process says; NULL when all is well with it. */
static const char *first_failure(const struct survey_service *service)
{
    for (const struct json *check = json_first(json_at(service->report, "checks")); check;
         check = json_next(check)) {
        bool ok = true;

        if (json_bool(check, "ok", &ok) && !ok) {
            return json_text(check, "why");
        }
    }
    return NULL;
}

/* Why a process is missed, and what brings it back. */
static void explain_missing(const struct search *search, const char *role,
                            struct stuck_finding *row)
{
    const struct survey_service *last = last_heard(search->survey, role);
    const char *ended = last ? json_text(last->report, "ended") : NULL;
    int64_t age_s = last ? seconds(search->survey->now_ms - last->seen_ms) : 0;
    char command[NEXT_COMMAND_SIZE];
    int64_t pid = 0;

    SUBJECT(row, "%s", role);
    next_start(role, last ? last->report : NULL, command);
    COMMAND(row, "%s", command);
    if (!last) {
        WHAT(row, "no %s is running, and none has reported within a day", role);
    } else if (ended && ended[0] != '\0') {
        WHAT(row, "no %s is running: %s has ended %" PRId64 " s ago: %s", role, last->name, age_s,
             ended);
    } else if (is_stopped_here(search, last, &pid)) {
        WHAT(row, "no %s is running: process %" PRId64 " was stopped by a signal", role, pid);
        COMMAND(row, "kill -CONT %" PRId64 "  # on %s", pid, search->options->host);
    } else if (stuck_is_alive(search->survey, last) && !is_starting(last) && first_failure(last)) {
        WHAT(row, "%s runs and does not work: %s", last->name, first_failure(last));
        next_log(role, last->report, command);
        COMMAND(row, "%s", command);
    } else {
        WHAT(row, "no %s is running: %s was last heard from %" PRId64 " s ago", role, last->name,
             age_s);
    }
}

/* ---- the finders, one per cause ---- */

static void find_unsafe(struct search *search)
{
    char why[SERVER_WHY_SIZE];
    bool known = search->survey->server.version[0] != '\0';

    if (known && server_judge(&search->survey->server, why) != SERVER_SAFE) {
        struct stuck_finding *row = add(search, 0);

        SUBJECT(row, "Redis");
        WHAT(row, "nothing is taken in or worked on: %s", why);
        COMMAND(row, "redis-cli CONFIG SET appendonly yes maxmemory-policy noeviction");
    }
}

static void find_full(struct search *search)
{
    const struct survey *survey = search->survey;

    if (survey->memory_limit > 0 &&
        survey->memory_used >= survey->memory_limit / 100 * FULL_PERCENT) {
        struct stuck_finding *row = add(search, 0);

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

static void find_damage(struct search *search)
{
    for (size_t i = 0; i < search->survey->damage_count; i++) {
        struct stuck_finding *row = add(search, 0);

        SUBJECT(row, "queue");
        WHAT(row, "%s", search->survey->damage[i]);
        COMMAND(row, "queuectl fsck --repair");
    }
}

static void find_no_gateway(struct search *search)
{
    if (search->survey->lease_holder[0] == '\0') {
        explain_missing(search, "gateway", add(search, 0));
    }
}

static void find_no_worker(struct search *search)
{
    if (stuck_count_alive(search->survey, "worker") == 0) {
        const struct survey_service *last = last_heard(search->survey, "worker");

        explain_missing(search, "worker", add(search, last ? last->seen_ms : 0));
    }
}

/*
 * A check that the living processes with `role` report as failed, and for how long. What says
 * `except` is not told; NULL for nothing.
 */
static void find_failed_check(struct search *search, const char *role, const char *check,
                              const char *except)
{
    const struct survey *survey = search->survey;

    for (size_t i = 0; i < survey->service_count; i++) {
        const struct survey_service *service = &survey->services[i];
        bool ok;
        const struct json *found = stuck_check(survey, service, check, &ok);
        struct stuck_finding *row;
        const char *why = json_text(found, "why");
        char command[NEXT_COMMAND_SIZE];
        int64_t age_ms = 0;

        if (ok || !stuck_has_role(service, role) || !stuck_is_alive(survey, service)) {
            continue;
        }
        why = why ? why : "it does not say why";
        if (except && strstr(why, except)) {
            continue;
        }
        row = add(search, json_int(found, "age_ms", &age_ms) ? service->seen_ms - age_ms : 0);
        SUBJECT(row, "%s", service->name);
        WHAT(row, "%s", why);
        next_after_failure(search->cause, why, service->report, command);
        COMMAND(row, "%s", command);
    }
}

static void find_telegram(struct search *search)
{
    find_failed_check(search, "gateway", "telegram", NULL);
}

/* That the limit is used up is told by a cause of its own, as long as nobody calls. */
static void find_beget(struct search *search)
{
    find_failed_check(search, "worker", "beget",
                      is_limited(search->survey) ? "limit of calls" : NULL);
}

static void find_journal(struct search *search)
{
    find_failed_check(search, "worker", "journal", NULL);
}

/* What a worker has begun of an entry, for the end of a sentence. */
static void add_begun(const struct survey_running *running, struct stuck_finding *row)
{
    size_t len = strlen(row->what);

    if (running->begun[0] != '\0') {
        say(row->what + len, sizeof(row->what) - len,
            "; it has begun \"%s\": the next worker looks "
            "whether that was carried out",
            running->begun);
    }
}

static void find_held(struct search *search)
{
    const struct survey *survey = search->survey;

    for (size_t i = 0; i < survey->running_shown; i++) {
        const struct survey_running *running = &survey->running[i];
        const struct survey_service *service;
        struct stuck_finding *row;
        int64_t pid = 0;

        if (strcmp(running->consumer, FREE) == 0 || running->idle_ms < STUCK_SILENCE_MS ||
            is_held_by_the_living(survey, running->consumer)) {
            continue;
        }
        row = add(search, survey->now_ms - running->idle_ms);
        SUBJECT(row, "update %s", running->update_id);
        WHAT(row,
             "%s has it and is silent for %" PRId64 " s; chat %s waits, with %" PRId64 " behind it",
             running->consumer, seconds(running->idle_ms), running->chat_id, running->behind);
        add_begun(running, row);
        COMMAND(row, "queuectl release %s --why \"its worker is silent\"", running->id);
        service = stuck_service_of(survey, running->consumer);
        if (service && is_stopped_here(search, service, &pid)) {
            COMMAND(row, "kill -CONT %" PRId64 "  # on %s: a signal has stopped it", pid,
                    search->options->host);
        }
    }
}

/* Since when a thread of a living worker is at it, as it reports; else since it came. */
static int64_t at_work_since(const struct survey *survey, const struct survey_running *running)
{
    const struct survey_service *service = stuck_service_of(survey, running->consumer);
    const struct json *doing = service ? json_at(service->report, "doing") : NULL;
    int64_t since_ms = 0;

    for (const struct json *row = json_first(doing); row; row = json_next(row)) {
        const char *entry = json_text(row, "entry");

        if (entry && strcmp(entry, running->id) == 0 && json_int(row, "since_ms", &since_ms)) {
            return since_ms;
        }
    }
    return running->received_ms;
}

static void find_running_long(struct search *search)
{
    const struct survey *survey = search->survey;

    for (size_t i = 0; i < survey->running_shown; i++) {
        const struct survey_running *running = &survey->running[i];
        int64_t since_ms = at_work_since(survey, running);
        struct stuck_finding *row;

        if (strcmp(running->consumer, FREE) == 0 ||
            survey->now_ms - since_ms < search->options->patience_ms ||
            !is_held_by_the_living(survey, running->consumer)) {
            continue;
        }
        row = add(search, since_ms);
        SUBJECT(row, "update %s", running->update_id);
        WHAT(row, "%s works on it for %" PRId64 " s; chat %s waits, with %" PRId64 " behind it",
             running->consumer, seconds(survey->now_ms - since_ms), running->chat_id,
             running->behind);
        add_begun(running, row);
        COMMAND(row, "queuectl release %s --why \"its call hangs\"", running->id);
    }
}

static bool is_old(const struct search *search, const struct survey_entry *entry)
{
    return entry->id[0] != '\0' &&
           search->survey->now_ms - entry->ms >= search->options->patience_ms;
}

/* Since when the entry that waits for a worker could have been taken; 0 for none. */
static int64_t waiting_since(const struct survey *survey, const struct survey_entry **out_entry)
{
    const struct survey_entry *unread = &survey->updates.oldest_unread;
    const struct survey_entry *free = &survey->updates.oldest_free;
    bool is_free = free->id[0] != '\0' &&
                   (unread->id[0] == '\0' || survey->updates.free_since_ms < unread->ms);

    *out_entry = is_free ? free : unread;
    return is_free ? survey->updates.free_since_ms : unread->ms;
}

/* Without workers, or while the queue is paused, that is what there is to say. */
static void find_updates_wait(struct search *search)
{
    const struct survey *survey = search->survey;
    const struct survey_entry *entry;
    int64_t since_ms = waiting_since(survey, &entry);

    const struct survey_service *last = last_heard(survey, "worker");
    int64_t alive = stuck_count_alive(survey, "worker");

    if (entry->id[0] != '\0' && survey->now_ms - since_ms >= search->options->patience_ms &&
        !survey_is_paused(survey) && last && alive > 0) {
        struct stuck_finding *row = add(search, since_ms);
        char command[NEXT_COMMAND_SIZE];

        SUBJECT(row, "%" PRId64 " updates", survey->updates.unread + survey->updates.free);
        WHAT(row, "nobody has taken %s for %" PRId64 " s: %" PRId64 " are being worked on",
             entry->id, seconds(survey->now_ms - since_ms), survey->updates.running);
        next_one_more("worker", alive, last->report, command);
        COMMAND(row, "%s", command);
    }
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

static void find_replies_wait(struct search *search)
{
    const struct survey *survey = search->survey;
    const struct survey_entry *oldest = &survey->replies.oldest;

    if (is_old(search, oldest) && survey->lease_holder[0] != '\0' &&
        !is_flooded(survey, oldest->chat_id)) {
        struct stuck_finding *row = add(search, oldest->ms);

        SUBJECT(row, "chat %s", oldest->chat_id);
        WHAT(row, "%s has not been delivered for %" PRId64 " s; %" PRId64 " replies wait",
             oldest->kind, seconds(survey->now_ms - oldest->ms), survey->replies.length);
        COMMAND(row, "queuectl show %s", oldest->id);
    }
}

static void find_floods(struct search *search)
{
    const struct survey *survey = search->survey;

    for (size_t i = 0; i < survey->flood_count; i++) {
        const struct survey_flood *flood = &survey->floods[i];
        char word[SHELL_WORD_SIZE];
        struct stuck_finding *row;

        if (flood->until_ms - survey->now_ms < search->options->patience_ms) {
            continue;
        }
        row = add(search, 0);
        SUBJECT(row, "chat %s", flood->chat_id);
        WHAT(row,
             "Telegram lets nothing be sent there for %" PRId64 " s more; %" PRId64
             " replies wait, and are sent then. Only if that is known to be void:",
             seconds(flood->until_ms - survey->now_ms), flood->waiting);
        COMMAND(row, "queuectl limits clear chat:%s --why \"Telegram sends again\"",
                shell_word(flood->chat_id, word));
    }
}

static void find_limit(struct search *search)
{
    const struct survey *survey = search->survey;

    for (size_t i = 0; i < survey->limit_count; i++) {
        const struct survey_limit *limit = &survey->limits[i];
        char word[SHELL_WORD_SIZE];
        struct stuck_finding *row;

        if (limit->until_ms <= survey->now_ms) {
            continue;
        }
        row = add(search, 0);
        SUBJECT(row, "account %s", limit->account);
        WHAT(row,
             "Beget takes no calls for %" PRId64
             " s more: its limit is used up. Only if that is "
             "known to be void:",
             seconds(limit->until_ms - survey->now_ms));
        COMMAND(row, "queuectl limits clear %s --why \"Beget answers again\"",
                shell_word(limit->account, word));
    }
}

/* A follower that is gone keeps all events; one that is only slow has a journal check of its own.
 */
static void find_behind(struct search *search)
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
        row = add(search, ms);
        SUBJECT(row, "%s", follower->name);
        WHAT(row,
             "a bot.db does not follow the events: it is %" PRId64 " s behind, and %" PRId64
             " are kept for it. If it is gone for good:",
             seconds(survey->events.newest_ms - ms), survey->events.length);
        COMMAND(row, "redis-cli XGROUP DESTROY '{%s}:events' %s", search->options->prefix,
                shell_word(follower->name, word));
    }
}

static void find_paused(struct search *search)
{
    const struct json *meta = search->survey->meta;
    const char *who = json_text(meta, "paused_by");
    const char *why = json_text(meta, "paused_why");
    int64_t since_ms = 0;

    if (survey_is_paused(search->survey)) {
        struct stuck_finding *row;

        (void)json_int(meta, "paused_ms", &since_ms);
        row = add(search, since_ms);
        SUBJECT(row, "queue");
        WHAT(row, "paused by %s: %s", who && who[0] != '\0' ? who : "somebody",
             why && why[0] != '\0' ? why : "no reason is given");
        COMMAND(row, "queuectl resume --why \"it works again\"");
    }
}

static void find_unknown(struct search *search)
{
    const struct survey *survey = search->survey;

    for (size_t i = 0; i < survey->unknown_shown; i++) {
        const struct survey_unknown *unknown = &survey->unknown[i];
        char word[SHELL_WORD_SIZE];
        struct stuck_finding *row = add(search, unknown->ms);

        SUBJECT(row, "update %s", unknown->update_id);
        WHAT(row,
             "nobody knows whether \"%s\" was carried out for chat %s: look at the hosting "
             "account, then say done or not-done",
             unknown->what, unknown->chat_id);
        COMMAND(row, "queuectl unknown settle u%s done --why \"the account shows it\"",
                shell_word(unknown->update_id, word));
    }
}

static void find_dead(struct search *search)
{
    const struct survey *survey = search->survey;

    for (size_t i = 0; i < survey->dead_shown; i++) {
        const struct survey_dead *dead = &survey->dead[i];
        struct stuck_finding *row = add(search, dead->died_ms);

        SUBJECT(row, "update %s", dead->update_id);
        WHAT(row, "%s of chat %s was given up: %s", dead->kind[0] != '\0' ? dead->kind : "an entry",
             dead->chat_id, dead->reason);
        COMMAND(row, "queuectl drop %s --why \"seen\"", dead->id);
    }
}

/* clang-format off */
static const struct cause {
    const char *name;
    enum stuck_severity severity;
    void (*find)(struct search *search);
    const char *help;
} CAUSES[STUCK_CAUSE_COUNT] = {
    [STUCK_REDIS_UNSAFE]   = {"redis_unsafe",   STUCK_CRITICAL, find_unsafe,       "Redis evicts, or keeps no append-only file, or cannot write it"},
    [STUCK_REDIS_FULL]     = {"redis_full",     STUCK_CRITICAL, find_full,         "Redis has used 90 % of its memory"},
    [STUCK_DAMAGED]        = {"damaged",        STUCK_CRITICAL, find_damage,       "the queue contradicts itself, as after surgery by hand"},
    [STUCK_NO_GATEWAY]     = {"no_gateway",     STUCK_CRITICAL, find_no_gateway,   "no gateway polls Telegram"},
    [STUCK_NO_WORKER]      = {"no_worker",      STUCK_CRITICAL, find_no_worker,    "no worker is heard from"},
    [STUCK_TELEGRAM]       = {"telegram",       STUCK_CRITICAL, find_telegram,     "Telegram refuses the gateway, or is not reached"},
    [STUCK_BEGET]          = {"beget",          STUCK_CRITICAL, find_beget,        "Beget refuses the worker, or is not reached"},
    [STUCK_JOURNAL]        = {"journal",        STUCK_CRITICAL, find_journal,      "bot.db cannot be written"},
    [STUCK_HELD_BY_SILENT] = {"held_by_silent", STUCK_CRITICAL, find_held,         "a worker that is not heard from has an update"},
    [STUCK_RUNNING_LONG]   = {"running_long",   STUCK_WARNING,  find_running_long, "an update is worked on for over a minute"},
    [STUCK_UPDATES_WAIT]   = {"updates_wait",   STUCK_WARNING,  find_updates_wait, "an update waits for over a minute for a worker"},
    [STUCK_REPLIES_WAIT]   = {"replies_wait",   STUCK_WARNING,  find_replies_wait, "a reply waits for over a minute to be delivered"},
    [STUCK_TELEGRAM_FLOOD] = {"telegram_flood", STUCK_WARNING,  find_floods,       "Telegram lets nothing be sent to a chat for over a minute more"},
    [STUCK_BEGET_LIMIT]    = {"beget_limit",    STUCK_WARNING,  find_limit,        "Beget's limit of calls is used up"},
    [STUCK_EVENTS_BEHIND]  = {"events_behind",  STUCK_WARNING,  find_behind,       "a bot.db is ten minutes behind, and all events are kept for it"},
    [STUCK_PAUSED]         = {"paused",         STUCK_WARNING,  find_paused,       "an operator has paused the queue"},
    [STUCK_UNKNOWN]        = {"unknown",        STUCK_WARNING,  find_unknown,      "a change of which nobody knows whether it was carried out"},
    [STUCK_DEAD]           = {"dead",           STUCK_WARNING,  find_dead,         "an update or a reply was given up"},
};
/* clang-format on */

const char *stuck_cause_name(enum stuck_cause cause)
{
    return CAUSES[cause].name;
}

enum stuck_severity stuck_cause_severity(enum stuck_cause cause)
{
    return CAUSES[cause].severity;
}

const char *stuck_cause_help(enum stuck_cause cause)
{
    return CAUSES[cause].help;
}

bool stuck_cause_of(const char *name, enum stuck_cause *out)
{
    for (size_t i = 0; i < STUCK_CAUSE_COUNT; i++) {
        if (strcmp(CAUSES[i].name, name) == 0) {
            *out = (enum stuck_cause)i;
            return true;
        }
    }
    return false;
}

static void find_all(struct search *search, enum stuck_severity severity)
{
    for (size_t cause = 0; cause < STUCK_CAUSE_COUNT; cause++) {
        if (CAUSES[cause].severity == severity) {
            search->cause = (enum stuck_cause)cause;
            CAUSES[cause].find(search);
        }
    }
}

void stuck_find(const struct survey *survey, const struct stuck_options *options,
                struct stuck_findings *out)
{
    struct search search = {.survey = survey, .options = options, .out = out};

    out->count = 0;
    out->left_out = 0;
    find_all(&search, STUCK_CRITICAL);
    find_all(&search, STUCK_WARNING);
}
