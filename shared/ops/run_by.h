/* SPDX-License-Identifier: MIT */
/*
 * How a service is run: who starts it again, keeps its log and gives it its settings. It tells
 * that itself, in its report ("run_by").
 */
#ifndef SHARED_OPS_RUN_BY_H
#define SHARED_OPS_RUN_BY_H

#include "shared/io/json.h"

#include <stdbool.h>
#include <stdint.h>

enum run_by {
    RUN_BY_COMPOSE, /* in a container: docker-compose                              */
    RUN_BY_SYSTEMD, /* as a unit of deploy/systemd                                 */
    RUN_BY_HAND,    /* deploy/run, a shell, whatever else the person on call knows */
    RUN_BY_COUNT,
};

/* "compose", "systemd", "hand"; static. */
const char *run_by_name(enum run_by by);

/*
 * What a process knows of how it was started. systemd names the process that it has started itself
 * in SYSTEMD_EXEC_PID (systemd.exec(5)). All variables of a unit are inherited by whatever that
 * starts, a shell of a session and deploy/run in it as well: only the process that is named is the
 * unit's own.
 */
struct run_signs {
    const char *systemd_pid; /* SYSTEMD_EXEC_PID, or NULL         */
    int64_t pid;             /* of the process                    */
    bool contained;          /* it sees the files of a container  */
};

/* A unit of a container's own systemd is systemd's. Pure. */
enum run_by run_by_signs(const struct run_signs *signs);

/* How this process is run. */
enum run_by run_by_here(void);

/*
 * How a process is run as its report has it, also the report of an earlier version, which says
 * "container" true or false and no more. A report that says nothing, and NULL, is docker-compose.
 * Pure.
 */
enum run_by run_by_report(const struct json *report);

/* Adds it to a report, for readers of that earlier version, too. */
void run_by_tell(enum run_by by, struct json *report);

#endif
