/* SPDX-License-Identifier: MIT */
/*
 * The list of commands that Telegram shows beside the input line: built from
 * the command table and sent once per version of it, per language, and to each
 * admin's chat with the admins' commands.
 */
#ifndef WORKER_ANNOUNCE_H
#define WORKER_ANNOUNCE_H

#include "shared/base/err.h"
#include "shared/base/settings.h"
#include "shared/queue/queue.h"

#include <stdbool.h>

/* Puts the setMyCommands calls into the queue unless these very ones were before. Fails as
 * redis_run(). */
MUST_CHECK bool announce_commands(struct queue *queue, const struct setting_ids *admins,
                                  struct err *err);

#endif
