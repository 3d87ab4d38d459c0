/* SPDX-License-Identifier: MIT */
/*
 * What the gateway's health is made of: shared/base/health.h. Each check is
 * noted where the log is told of the same thing (gateway/waiting.h).
 *
 * A gateway that stands by is as healthy as one that works: what it leaves to
 * the other is noted as good, with that remark.
 */
#ifndef GATEWAY_GATEWAY_HEALTH_H
#define GATEWAY_GATEWAY_HEALTH_H

#include "shared/base/health.h"

enum gateway_check {
    GATEWAY_REDIS,    /* the report of this process arrived (shared/ops/attendant.h)  */
    GATEWAY_LEASE,    /* Redis said who works                                         */
    GATEWAY_TELEGRAM, /* a poll was answered, be it with nothing                      */
    GATEWAY_UPDATES,  /* what a poll brought is in the queue                          */
    GATEWAY_REPLIES,  /* Redis was asked for replies                                  */
    GATEWAY_SENDING,  /* Telegram took a reply, or said what is wrong with that alone */
    GATEWAY_CHECK_COUNT,
};

/* `poll_timeout_s`: POLL_TIMEOUT_S, so long a good poll may take. The caller frees it. */
struct health *gateway_health_new(int64_t poll_timeout_s);

/* Notes that this gateway works from now on, or that another one does. */
void gateway_health_on_duty(struct health *health);
void gateway_health_standing_by(struct health *health);

#endif
