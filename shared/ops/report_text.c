/* SPDX-License-Identifier: MIT */
#include "shared/ops/report_text.h"

enum { REPORT_VERSION = 1 };

static struct json *check_of(const struct health_check *row, const struct health_state *state,
                             int64_t now_ms)
{
    struct json *check = json_object();
    char why[HEALTH_WHY_SIZE];

    health_reason(row, state, now_ms, why);
    json_set_bool(check, "ok", health_is_ready(row, state, now_ms));
    json_set(check, "age_ms",
             state->succeeded ? json_new_int(now_ms - state->ok_ms) : json_new_null());
    json_set_text(check, "why", why);
    return check;
}

struct json *report_new(const struct report_facts *facts, struct health *health, int64_t now_ms)
{
    struct json *report = json_object();
    struct json *checks = json_object();
    struct health_state state;

    json_set_int(report, "v", REPORT_VERSION);
    json_set_text(report, "role", facts->role);
    json_set_text(report, "host", facts->host);
    json_set_int(report, "pid", facts->pid);
    json_set_text(report, "version", facts->version);
    json_set_int(report, "started_ms", facts->started_ms);
    for (size_t i = 0; i < health_count(health); i++) {
        health_read(health, i, &state);
        if (i == facts->arrival) {
            state = (struct health_state){.mark = HEALTH_OK, .succeeded = true, .ok_ms = now_ms};
        }
        json_set(checks, health_row(health, i)->name,
                 check_of(health_row(health, i), &state, now_ms));
    }
    json_set(report, "checks", checks);
    run_by_tell(facts->run_by, report);
    json_set_text(report, "ended", facts->ended);
    return report;
}
