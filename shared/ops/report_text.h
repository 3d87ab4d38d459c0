/* SPDX-License-Identifier: MIT */
/*
 * What a process reports of itself, as JSON:
 *
 *   {"v":1,"role":"worker","host":"web1","pid":5,"version":"0.1.0","started_ms":1764154000000,
 *    "checks":{"redis":{"ok":true,"age_ms":200,"why":""}, ...},
 *    "run_by":"compose", "container":true, "ended":"" or why it has ended}
 *
 * `age_ms` is how long ago the check's last success was, null while there was
 * none. A service adds what only it knows: a gateway "duty" ("works", "stands
 * by"), a worker "account" and "doing", what its threads work on. Readers leave alone what
 * they do not know.
 */
#ifndef SHARED_OPS_REPORT_TEXT_H
#define SHARED_OPS_REPORT_TEXT_H

#include "shared/base/health.h"
#include "shared/io/json.h"
#include "shared/ops/run_by.h"

#include <stddef.h>
#include <stdint.h>

struct report_facts {
    const char *role; /* "gateway" or "worker" */
    const char *host;
    int64_t pid;
    const char *version;
    int64_t started_ms; /* Unix time                    */
    const char *ended;  /* why, or "" while it is there */
    enum run_by run_by;
    size_t arrival; /* the check that has passed when somebody reads this: Redis is there */
};

/* `now_ms` is monotonic. The caller owns the object. */
struct json *report_new(const struct report_facts *facts, struct health *health, int64_t now_ms);

#endif
