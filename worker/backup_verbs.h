/* SPDX-License-Identifier: MIT */
/* What a worker does with bot.db besides its work: backup, verify, restore. */
#ifndef WORKER_BACKUP_VERBS_H
#define WORKER_BACKUP_VERBS_H

#include "shared/base/program.h"

#include <stddef.h>

enum { BACKUP_VERB_COUNT = 3 };

/* Their settings are a struct worker_settings. */
extern const struct program_verb BACKUP_VERBS[BACKUP_VERB_COUNT];

#endif
