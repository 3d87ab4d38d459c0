/* SPDX-License-Identifier: MIT */
/*
 * Who may do what, as an administrator looks at it: of all chats, not of the
 * one that asks (worker/chat/rights.h) or the one whose rights are to be
 * changed (worker/chat/grantee.h). Read from Redis as far as a row of
 * screens.h needs it.
 */
#ifndef WORKER_CHAT_PERMISSIONS_H
#define WORKER_CHAT_PERMISSIONS_H

#include "shared/base/err.h"
#include "shared/queue/state.h"

#include <stdbool.h>

/* NULL is what was not needed. Owned. */
struct permissions {
    struct state_hash *access;   /* NEEDS_ACCESS: the chats that may use the bot -> note  */
    struct state_hash *creators; /* NEEDS_CREATORS: name -> the chat that created it      */
    struct state_hash *holders;  /* NEEDS_HOLDERS: the chats of `access` that have a grant */
                                 /* on the name -> letters; borrows from `access`         */
};

/*
 * Reads what `needs` (of enum screen_needs) asks for, the holders of `name`. A round trip for all,
 * and one per thousand chats for the holders. Release it with permissions_free() in every case.
 * Fails as state_hgetall().
 */
MUST_CHECK bool permissions_fetch(struct permissions *permissions, unsigned needs, const char *name,
                                  struct queue *queue, struct err *err);

void permissions_free(struct permissions *permissions);

#endif
