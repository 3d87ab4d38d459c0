/* SPDX-License-Identifier: MIT */
/* An update, and the chat that waits behind it: at a worker, before one, given up. */
#include "shared/ops/stuck_search.h"

#include "shared/ops/next_command.h"
#include "shared/ops/stuck_service.h"

#include <inttypes.h>
#include <string.h>

static const char FREE[] = "_free"; /* holds what any worker may take, see functions.lua */

/* ---- at a worker ---- */

static bool is_held_by_the_living(const struct survey *survey, const char *consumer)
{
    const struct survey_service *service = stuck_service_of(survey, consumer);

    return service && stuck_is_alive(survey, service);
}

/* What a worker has begun of an entry, for the end of a sentence. */
static void add_begun(const struct survey_running *running, struct stuck_finding *row)
{
    size_t len = strlen(row->what);

    if (running->begun[0] != '\0') {
        search_say(row->what + len, sizeof(row->what) - len,
                   "; it has begun \"%s\": the next worker looks "
                   "whether that was carried out",
                   running->begun);
    }
}

void find_held_by_silent(struct search *search)
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
        row = search_add(search, survey->now_ms - running->idle_ms);
        SUBJECT(row, "update %s", running->update_id);
        WHAT(row,
             "%s has it and is silent for %" PRId64 " s; chat %s waits, with %" PRId64 " behind it",
             running->consumer, search_seconds(running->idle_ms), running->chat_id,
             running->behind);
        add_begun(running, row);
        COMMAND(row, "queuectl release %s --why \"its worker is silent\"", running->id);
        service = stuck_service_of(survey, running->consumer);
        if (service && search_is_stopped_here(search, service, &pid)) {
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

void find_running_long(struct search *search)
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
        row = search_add(search, since_ms);
        SUBJECT(row, "update %s", running->update_id);
        WHAT(row, "%s works on it for %" PRId64 " s; chat %s waits, with %" PRId64 " behind it",
             running->consumer, search_seconds(survey->now_ms - since_ms), running->chat_id,
             running->behind);
        add_begun(running, row);
        COMMAND(row, "queuectl release %s --why \"its call hangs\"", running->id);
    }
}

/* ---- before a worker ---- */

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
void find_updates_wait(struct search *search)
{
    const struct survey *survey = search->survey;
    const struct survey_entry *entry;
    int64_t since_ms = waiting_since(survey, &entry);
    const struct survey_service *last = stuck_last_heard(survey, "worker");
    int64_t alive = stuck_count_alive(survey, "worker");

    if (entry->id[0] != '\0' && survey->now_ms - since_ms >= search->options->patience_ms &&
        !survey_is_paused(survey) && last && alive > 0) {
        struct stuck_finding *row = search_add(search, since_ms);
        char command[NEXT_COMMAND_SIZE];

        SUBJECT(row, "%" PRId64 " updates", survey->updates.unread + survey->updates.free);
        WHAT(row, "nobody has taken %s for %" PRId64 " s: %" PRId64 " are being worked on",
             entry->id, search_seconds(survey->now_ms - since_ms), survey->updates.running);
        next_command(NEXT_ONE_MORE,
                     &(struct next_of){.role = "worker", .report = last->report, .alive = alive},
                     command);
        COMMAND(row, "%s", command);
    }
}

/* ---- given up ---- */

void find_dead(struct search *search)
{
    const struct survey *survey = search->survey;

    for (size_t i = 0; i < survey->dead_shown; i++) {
        const struct survey_dead *dead = &survey->dead[i];
        struct stuck_finding *row = search_add(search, dead->died_ms);

        SUBJECT(row, "update %s", dead->update_id);
        WHAT(row, "%s of chat %s was given up: %s", dead->kind[0] != '\0' ? dead->kind : "an entry",
             dead->chat_id, dead->reason);
        COMMAND(row, "queuectl drop %s --why \"seen\"", dead->id);
    }
}
