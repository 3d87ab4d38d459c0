/* SPDX-License-Identifier: MIT */
/*
 * Copies of bot.db by the clock (BACKUP_DIR), in a thread with a connection of
 * its own: the journal does not wait for it. When the last one was made is read
 * from the folder, so a new start makes none before its time.
 */
#ifndef WORKER_BACKUPS_H
#define WORKER_BACKUPS_H

#include "worker/worker_settings.h"

struct backups; /* opaque */

/* Nothing is done yet. `settings` are borrowed. */
struct backups *backups_new(const struct worker_settings *settings);

/* This process keeps the file from here on: the first time starts the thread. */
void backups_begin(struct backups *backups);

/* It does not: nothing is begun until backups_begin(). */
void backups_pause(struct backups *backups);

/* Waits for the thread, which ends at shutdown. NULL is a no-op. */
void backups_free(struct backups *backups);

#endif
