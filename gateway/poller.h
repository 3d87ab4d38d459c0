/* SPDX-License-Identifier: MIT */
/*
 * Takes updates from Telegram and puts them into the queue: one thread.
 *
 * The offset is what confirms updates to Telegram, and it moves only when the
 * whole batch is durably queued. While Redis is away the batch is kept and
 * pushed again, and nothing else is asked of Telegram, which keeps updates for
 * a day. When the gateway goes off duty the batch is given up: it is not
 * confirmed, so whoever is on duty next gets it again. A button press that no worker answers in
 * time is answered here. Chats that may not use the bot are logged and get no sign of life; who
 * they are goes to the admins, unless ACCESS_REQUESTS is off.
 */
#ifndef GATEWAY_POLLER_H
#define GATEWAY_POLLER_H

#include "gateway/duty.h"
#include "gateway/gateway_health.h"
#include "gateway/gateway_settings.h"
#include "gateway/presses.h"
#include "gateway/startup.h"
#include "gateway/telegram.h"
#include "shared/base/err.h"
#include "shared/queue/queue.h"

struct poller; /* opaque */

/* Everything is borrowed, and `telegram` and `queue` are used by nobody else while it runs. */
struct poller_parts {
    const struct gateway_settings *settings;
    const struct bot *bot;
    struct health *health;
    struct duty *duty;
    struct presses *presses;
    struct telegram *telegram;
    struct queue *queue;
};

struct poller *poller_new(const struct poller_parts *parts);
void poller_free(struct poller *poller); /* NULL is a no-op */

/*
 * Works until shutdown or the loss of the lease: aborts the poll, finishes the
 * push and returns true. At shutdown it confirms the offset; without the lease
 * that would disturb the poll of another gateway.
 * Fails: ERR_FATAL as queue_push()
 */
MUST_CHECK bool poller_run(struct poller *poller, struct err *err);

#endif
