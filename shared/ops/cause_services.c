/* SPDX-License-Identifier: MIT */
/* A gateway or a worker: missing, or at work and failing. */
#include "shared/ops/stuck_search.h"

#include "shared/ops/next_command.h"
#include "shared/ops/stuck_service.h"

#include <inttypes.h>
#include <string.h>

enum { STARTING_MS = 10000 };

/* ---- missing ---- */

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

/* Why a process is missed, and what brings it back; one that was never there as others are run. */
static void explain_missing(const struct search *search, const char *role,
                            struct stuck_finding *row)
{
    const struct survey_service *last = stuck_last_heard(search->survey, role);
    const struct survey_service *like = last ? last : stuck_last_heard(search->survey, NULL);
    const struct next_of next = {.role = role, .report = like ? like->report : NULL};
    const char *ended = last ? json_text(last->report, "ended") : NULL;
    int64_t age_s = last ? search_seconds(search->survey->now_ms - last->seen_ms) : 0;
    char command[NEXT_COMMAND_SIZE];
    int64_t pid = 0;

    SUBJECT(row, "%s", role);
    next_command(NEXT_START, &next, command);
    COMMAND(row, "%s", command);
    if (!last) {
        WHAT(row, "no %s is running, and none has reported within a day", role);
    } else if (ended && ended[0] != '\0') {
        WHAT(row, "no %s is running: %s has ended %" PRId64 " s ago: %s", role, last->name, age_s,
             ended);
    } else if (search_is_stopped_here(search, last, &pid)) {
        WHAT(row, "no %s is running: process %" PRId64 " was stopped by a signal", role, pid);
        COMMAND(row, "kill -CONT %" PRId64 "  # on %s", pid, search->options->host);
    } else if (stuck_is_alive(search->survey, last) && !is_starting(last) && first_failure(last)) {
        WHAT(row, "%s runs and does not work: %s", last->name, first_failure(last));
        next_command(NEXT_LOG, &next, command);
        COMMAND(row, "%s", command);
    } else {
        WHAT(row, "no %s is running: %s was last heard from %" PRId64 " s ago", role, last->name,
             age_s);
    }
}

void find_no_gateway(struct search *search)
{
    if (search->survey->lease_holder[0] == '\0') {
        explain_missing(search, "gateway", search_add(search, 0));
    }
}

void find_no_worker(struct search *search)
{
    if (stuck_count_alive(search->survey, "worker") == 0) {
        const struct survey_service *last = stuck_last_heard(search->survey, "worker");

        explain_missing(search, "worker", search_add(search, last ? last->seen_ms : 0));
    }
}

/* ---- failing ---- */

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
        row =
            search_add(search, json_int(found, "age_ms", &age_ms) ? service->seen_ms - age_ms : 0);
        SUBJECT(row, "%s", service->name);
        WHAT(row, "%s", why);
        next_command(next_after_failure(search->cause, why),
                     &(struct next_of){.role = role, .report = service->report}, command);
        COMMAND(row, "%s", command);
    }
}

void find_telegram(struct search *search)
{
    find_failed_check(search, "gateway", "telegram", NULL);
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

/* That the limit is used up is told by a cause of its own, as long as nobody calls. */
void find_beget(struct search *search)
{
    find_failed_check(search, "worker", "beget",
                      is_limited(search->survey) ? "limit of calls" : NULL);
}

void find_journal(struct search *search)
{
    find_failed_check(search, "worker", "journal", NULL);
}
