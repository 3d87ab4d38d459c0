/* SPDX-License-Identifier: MIT */
/*
 * Keeps the journal while the process runs, and beside it word of changes to the administrators
 * and copies of the file. Of several workers on one folder one keeps its log; the others are ready
 * to.
 */
#ifndef WORKER_KEEPER_H
#define WORKER_KEEPER_H

#include "shared/base/err.h"
#include "shared/base/health.h"
#include "shared/queue/queue.h"
#include "worker/worker_settings.h"

#include <stdbool.h>

/*
 * Until shutdown. What is wrong with the file when the worker starts is for a person to see at
 * once, so it fails; what goes wrong with it later is waited out: the events wait in Redis.
 * Fails: ERR_FATAL as journal_open()
 */
MUST_CHECK bool keeper_run(const struct worker_settings *settings, struct health *health,
                           const struct queue_options *queue, struct err *err);

#endif
