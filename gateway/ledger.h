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

/* The message that the slot of the next part has, or 0. */
MUST_CHECK bool ledger_find_slot(struct queue *queue, const struct delivery *delivery,
                                 int64_t *out_message_id, struct err *err);

/*
 * Stores an outcome: PART, DONE, DROPPED or DEAD with its `reason`. *out_more:
 * it is kept, and parts remain to be sent; else the entry is settled.
 */
MUST_CHECK bool ledger_settle(struct queue *queue, const struct delivery *delivery,
                              enum delivery_state state, const char *reason, bool *out_more,
                              struct err *err);

/* Telegram told this reply's chat to wait: a restart shall obey it as well. */
MUST_CHECK bool ledger_keep_flood(struct queue *queue, int64_t chat_id, int64_t wait_ms,
                                  struct err *err);

/* For how many ms from now a chat is still to be left alone; 0 or less: it is not. */
MUST_CHECK bool ledger_find_flood(struct queue *queue, int64_t chat_id, int64_t *out_wait_ms,
                                  struct err *err);

#endif
