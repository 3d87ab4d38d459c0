/* SPDX-License-Identifier: MIT */
/*
 * How people name what is in the queue: by the ID of its entry, or by the
 * update, "u1001". Where an update is is looked up among what runs and among
 * the dead.
 */
#ifndef DEPLOY_QUEUECTL_ENTRY_NAME_H
#define DEPLOY_QUEUECTL_ENTRY_NAME_H

#include "deploy/queuectl/session.h"

#include <stdbool.h>

/* The digits of "u1001" or of "1001"; NULL for anything else. Borrowed from `word`. */
const char *entry_update_id(const char *word);

/* True for "1764154000000-1001". */
bool entry_is_id(const char *word);

/*
 * Writes the ID of the entry that `word` names; *out_found false when it is
 * found in neither place. Fails: ERR_REJECT it is neither an ID nor an update;
 * else as redis_run().
 */
MUST_CHECK bool entry_find(struct session *session, const char *word, char out[REDIS_ID_SIZE],
                           bool *out_found, struct err *err);

#endif
