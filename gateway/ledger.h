/* SPDX-License-Identifier: MIT */
/*
 * What the sender reads from and writes to Redis about one reply: the message
 * its slot has, how long its chat is flooded, and what became of it.
 *
 * All fail as redis_run() and may be repeated.
 */
#ifndef GATEWAY_LEDGER_H
#define GATEWAY_LEDGER_H

#include "gateway/delivery.h"
#include "shared/base/err.h"
#include "shared/queue/queue.h"

#include <stdbool.h>
#include <stdint.h>

/*
 * The message that the slot of each delivery's next part has, or 0. One round trip for all.
 */
MUST_CHECK bool ledger_find_slots(struct queue *queue, struct delivery *const deliveries[],
                                  size_t count, int64_t out_message_ids[], struct err *err);

/* A delivery that is over. */
struct ledger_row {
    const struct delivery *delivery;
    const char *dropped; /* DROPPED: why; NULL: DONE */
};

/* Stores that deliveries are over: the entries are settled. One round trip. */
MUST_CHECK bool ledger_acknowledge(struct queue *queue, const struct ledger_row rows[],
                                   size_t count, struct err *err);

/* Stores the message of the PART just delivered, so that delivering it again edits it. */
MUST_CHECK bool ledger_keep_part(struct queue *queue, const struct delivery *delivery,
                                 struct err *err);

/* Stores that a delivery is DEAD, and why: the entry is settled. */
MUST_CHECK bool ledger_bury(struct queue *queue, const struct delivery *delivery,
                            const char *reason, struct err *err);

/* Telegram told this reply's chat to wait: a restart shall obey it as well. */
MUST_CHECK bool ledger_keep_flood(struct queue *queue, int64_t chat_id, int64_t wait_ms,
                                  struct err *err);

enum { LEDGER_FLOODS_MOST = 100 };

/*
 * For how many ms from now each of the chats is still to be left alone; 0 or less: it is not.
 * LEDGER_FLOODS_MOST chats at most, in one round trip.
 */
MUST_CHECK bool ledger_find_floods(struct queue *queue, const int64_t chat_ids[], size_t count,
                                   int64_t out_wait_ms[], struct err *err);

#endif
