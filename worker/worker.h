/* SPDX-License-Identifier: MIT */
/*
 * The worker as a whole: its runners, the journal thread, and a look at the
 * hosting account when it starts. One fatal error of any of them stops all.
 */
#ifndef WORKER_WORKER_H
#define WORKER_WORKER_H

#include "shared/base/err.h"
#include "worker/worker_settings.h"

#include <stdbool.h>

/*
 * Runs until shutdown is requested. Updates that are being worked on are
 * finished, or given back when they would take long.
 * Fails: ERR_FATAL a setting turns out to be unusable, bot.db is not ours
 */
MUST_CHECK bool worker_run(const struct worker_settings *settings, struct err *err);

#endif
