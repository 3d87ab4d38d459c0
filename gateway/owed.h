/* SPDX-License-Identifier: MIT */
/*
 * Calls that have ended, until Redis has been told what became of them. An
 * entry that is owed counts as under way in the outbox: the next of its lane
 * is not sent before this one is settled.
 */
#ifndef GATEWAY_OWED_H
#define GATEWAY_OWED_H

#include "gateway/delivery.h"
#include "gateway/outbox.h"
#include "shared/base/err.h"
#include "shared/queue/queue.h"

#include <stdbool.h>
#include <stddef.h>

struct owed {
    struct outbox_item *item;  /* its load is the delivery             */
    enum delivery_state state; /* PART, DONE, DROPPED or DEAD         */
    bool quiet;                /* one of many of a chat: told before   */
    char reason[400];          /* of DEAD and DROPPED, for the log too */
};

/* Oldest first. Zeroed: nothing is owed. */
struct owed_list {
    struct owed rows[OUTBOX_UNDER_WAY_MAX];
    size_t count;
};

/* `reason` is copied. There is room for whatever can be under way. */
void owed_add(struct owed_list *list, struct outbox_item *item, enum delivery_state state,
              const char *reason);

/* The same for a dead one that the log has told of together with others of its chat. */
void owed_add_quietly(struct owed_list *list, struct outbox_item *item, const char *reason);

/*
 * Tells Redis, all that were delivered in one round trip, logs it and takes the settled ones out
 * of the outbox; a part that is followed by another is up for its next call. Fails as
 * redis_run(): what is not settled stays owed, and telling Redis again changes nothing.
 */
MUST_CHECK bool owed_settle(struct owed_list *list, struct queue *ledger, struct outbox *outbox,
                            struct err *err);

#endif
