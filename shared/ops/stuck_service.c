/* SPDX-License-Identifier: MIT */
#include "shared/ops/stuck_service.h"

#include <string.h>

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

int64_t stuck_count_alive(const struct survey *survey, const char *role)
{
    int64_t count = 0;

    for (size_t i = 0; i < survey->service_count; i++) {
        const struct survey_service *service = &survey->services[i];

        count += stuck_has_role(service, role) && stuck_is_alive(survey, service) ? 1 : 0;
    }
    return count;
}

const struct survey_service *stuck_last_heard(const struct survey *survey, const char *role)
{
    const struct survey_service *last = NULL;

    for (size_t i = 0; i < survey->service_count; i++) {
        const struct survey_service *service = &survey->services[i];

        if ((!role || stuck_has_role(service, role)) &&
            (!last || service->seen_ms > last->seen_ms)) {
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
