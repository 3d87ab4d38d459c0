/* SPDX-License-Identifier: MIT */
/*
 * Says what the gateway waits for: one line when it begins or changes its
 * nature, one a minute while it lasts, one when it is over. Every time it is
 * noted in the process's health, too.
 */
#ifndef GATEWAY_WAITING_H
#define GATEWAY_WAITING_H

#include "gateway/gateway_health.h"
#include "gateway/poll_plan.h"
#include "gateway/telegram.h"
#include "shared/base/err.h"
#include "shared/base/outage.h"
#include "shared/queue/queue.h"

/* One thing that one thread waits for. Starts as WAITING_INIT, with the work that rests. */
struct waiting {
    struct outage outage;
    const char *part;      /* "start", "updates", "replies" or "outcomes"; static */
    const char *event;     /* of the last failure; NULL: all is well              */
    struct health *health; /* borrowed; NULL: what the wait is for is no check of it */
    enum gateway_check check;
};

#define WAITING_INIT(part_) ((struct waiting){.outage = OUTAGE_INIT, .part = (part_)})
#define WAITING_CHECK(part_, health_, check_) \
    ((struct waiting){                        \
        .outage = OUTAGE_INIT, .part = (part_), .health = (health_), .check = (check_)})

void waiting_for_redis(struct waiting *waiting, struct queue *queue, const struct err *err);
void waiting_redis_came(struct waiting *waiting);

/* `step` says what kind of failure it is; its wait_ms is told. */
void waiting_for_telegram(struct waiting *waiting, const char *method, const struct poll_step *step,
                          const struct telegram_answer *answer);
void waiting_telegram_came(struct waiting *waiting);

#endif
