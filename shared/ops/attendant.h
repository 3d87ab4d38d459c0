/* SPDX-License-Identifier: MIT */
/*
 * One thread of a service, beside its work: it keeps the pages open and writes
 * the process's report into Redis, every five seconds (oftener when it starts)
 * and at the end. It waits for nobody, and nobody waits for it.
 *
 * That its reports arrive is how the process knows whether Redis is there,
 * whatever else it is busy with: the check `redis_check` is noted here.
 */
#ifndef SHARED_OPS_ATTENDANT_H
#define SHARED_OPS_ATTENDANT_H

#include "shared/base/err.h"
#include "shared/base/health.h"
#include "shared/base/log.h"
#include "shared/io/json.h"
#include "shared/ops/pages.h"
#include "shared/queue/queue.h"

#include <stddef.h>
#include <stdint.h>

struct attendant_options {
    struct queue_options queue; /* of its own connection; name and timeout_ms are set here      */
    const char *process;        /* in {prefix}:services; of no other: "web1-5", "gateway-web1-4" */
    const char *role;           /* "gateway" or "worker"                                        */
    const char *version;
    struct health *health;
    size_t redis_check;                              /* of `health`                       */
    struct pages *pages;                             /* borrowed, and so is all above     */
    void (*add)(void *context, struct json *report); /* what only the service knows; may be NULL */
    void *context;
    log_sink *log; /* of the process: the pages are there, or not */
};

struct attendant; /* opaque */

/* Begins at once. Fails: ERR_FATAL. */
MUST_CHECK struct attendant *attendant_start(const struct attendant_options *options,
                                             struct err *err);

/*
 * Writes the last report, with `ended` as the reason, and ends: within a few seconds, whether Redis
 * is there or not. It works until this is called, through the whole shutdown. NULL is a no-op.
 */
void attendant_end(struct attendant *attendant, const char *ended);

#endif
