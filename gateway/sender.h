/* SPDX-License-Identifier: MIT */
/*
 * Takes replies from the queue and delivers them to Telegram: one thread, one
 * loop, many calls at once.
 *
 *   {prefix}:replies --read--> outbox --when due--> call --outcome--> settled
 *                                ^                     |
 *                                +---- again, later ---+
 *
 * An entry stays pending in Redis until it is settled there: delivered,
 * dropped, or moved to the dead letters. After a crash, a lost connection or
 * an outage of Redis everything pending is read again; entries that are in
 * the outbox already are not added twice. A settlement that Redis did not
 * take is repeated until it does, and its chat waits for it: a message that
 * was sent is not sent again because of Redis.
 */
#ifndef GATEWAY_SENDER_H
#define GATEWAY_SENDER_H

#include "gateway/duty.h"
#include "gateway/gateway_health.h"
#include "gateway/gateway_settings.h"
#include "gateway/presses.h"
#include "gateway/telegram.h"
#include "shared/base/err.h"
#include "shared/queue/queue.h"

struct sender; /* opaque */

/* Everything is borrowed, and the last three are used by nobody else while it runs. */
struct sender_parts {
    const struct gateway_settings *settings;
    struct health *health;
    struct duty *duty;
    struct presses *presses;
    struct telegram *telegram;
    struct queue *inbox;  /* waits for replies              */
    struct queue *ledger; /* reads slots, settles entries   */
};

struct sender *sender_new(const struct sender_parts *parts);
void sender_free(struct sender *sender); /* NULL is a no-op */

/*
 * Works until shutdown: lets the calls under way end (ten seconds at most),
 * settles them, and returns true. What was not sent stays pending. When the
 * lease is lost, the same without a limit of time: what was sent while Redis is
 * away would be sent again if it were not told of it.
 * Fails: ERR_FATAL settings of Redis or of the Bot API server are wrong
 */
MUST_CHECK bool sender_run(struct sender *sender, struct err *err);

#endif
