/* SPDX-License-Identifier: MIT */
/*
 * Before the first update: waits for Redis, then for Telegram, learns who the
 * bot is, and makes sure that updates come by polling.
 *
 * The order in which the services start does not matter; what is missing is
 * waited for and named in the log.
 */
#ifndef GATEWAY_STARTUP_H
#define GATEWAY_STARTUP_H

#include "gateway/gateway_health.h"
#include "gateway/telegram.h"
#include "shared/base/err.h"
#include "shared/queue/queue.h"

#include <stdint.h>

struct bot {
    int64_t id;
    char username[64]; /* without the '@' */
};

/* All borrowed. */
struct startup_parts {
    struct queue *queue;
    struct telegram *telegram;
    struct health *health;
};

/* Fails: ERR_STOPPED on shutdown, ERR_FATAL as queue_prepare(). */
MUST_CHECK bool startup_run(const struct startup_parts *parts, struct bot *out_bot,
                            struct err *err);

/* Leaves the bot's id and name where the workers look for them. Fails as redis_run(). */
MUST_CHECK bool startup_store_bot(struct queue *queue, const struct bot *bot, struct err *err);

/* Parameters of deleteWebhook: what Telegram has queued meanwhile stays. */
extern const char STARTUP_KEEP_UPDATES[];

#endif
