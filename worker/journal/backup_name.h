/* SPDX-License-Identifier: MIT */
/* Backups in a folder: their names, which of them are too many, and when the next one is due. Pure.
 */
#ifndef WORKER_JOURNAL_BACKUP_NAME_H
#define WORKER_JOURNAL_BACKUP_NAME_H

#include <stddef.h>
#include <stdint.h>

enum { BACKUP_NAME_SIZE = 32 };

/* "bot-20261126T183000Z.db", from Unix time; what is below a second is left out. */
void backup_name(int64_t unix_ms, char out[BACKUP_NAME_SIZE]);

/* The moment in Unix ms that `name` tells; -1 when it is the name of no backup. */
int64_t backup_name_ms(const char *name);

/*
 * Sorts the moments, oldest first; so many of them, from the oldest, are beyond the `keep` newest.
 * The newest is never one of them.
 */
size_t backup_too_many(int64_t moments[], size_t count, size_t keep);

/*
 * When the next backup is to be made, Unix ms: now, when there is none. A
 * moment to come, of a clock that was wrong, does not count.
 */
int64_t backup_due_ms(const int64_t moments[], size_t count, int64_t every_ms, int64_t now_ms);

#endif
