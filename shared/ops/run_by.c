/* SPDX-License-Identifier: MIT */
#include "shared/ops/run_by.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char *const NAMES[RUN_BY_COUNT] = {
    [RUN_BY_COMPOSE] = "compose",
    [RUN_BY_SYSTEMD] = "systemd",
    [RUN_BY_HAND] = "hand",
};

const char *run_by_name(enum run_by by)
{
    return NAMES[by];
}

/* ---- of this process ---- */

enum run_by run_by_signs(const struct run_signs *signs)
{
    char pid[24];

    (void)snprintf(pid, sizeof(pid), "%" PRId64, signs->pid);
    if (signs->systemd_pid && strcmp(signs->systemd_pid, pid) == 0) {
        return RUN_BY_SYSTEMD;
    }
    return signs->contained ? RUN_BY_COMPOSE : RUN_BY_HAND;
}

/* Docker and Podman each leave a file that says so. */
static bool is_contained(void)
{
    return access("/.dockerenv", F_OK) == 0 || access("/run/.containerenv", F_OK) == 0;
}

enum run_by run_by_here(void)
{
    const char *named = getenv("SYSTEMD_EXEC_PID"); /* NOLINT(concurrency-mt-unsafe): only read */

    return run_by_signs(&(struct run_signs){
        .systemd_pid = named, .pid = (int64_t)getpid(), .contained = is_contained()});
}

/* ---- in a report ---- */

enum run_by run_by_report(const struct json *report)
{
    const char *name = json_text(report, "run_by");
    bool contained = true;

    for (size_t by = 0; name && by < RUN_BY_COUNT; by++) {
        if (strcmp(NAMES[by], name) == 0) {
            return (enum run_by)by;
        }
    }
    (void)json_bool(report, "container", &contained);
    return contained ? RUN_BY_COMPOSE : RUN_BY_HAND;
}

void run_by_tell(enum run_by by, struct json *report)
{
    json_set_text(report, "run_by", run_by_name(by));
    json_set_bool(report, "container", by == RUN_BY_COMPOSE);
}
