/* SPDX-License-Identifier: MIT */
#include "gateway/gateway_health.h"

enum {
    LEASE_ALIVE_MS = 60000,   /* it is asked for every five seconds                              */
    REPLIES_ALIVE_MS = 60000, /* the sender wakes up at least as often as the lease is renewed   */
    POLLS_ALIVE = 3,          /* the way to Telegram is made anew after two that were in vain    */
    POLL_SLACK_MS = 15000,
};

static const struct health_check CHECKS[GATEWAY_CHECK_COUNT] = {
    [GATEWAY_REDIS] = {.name = "redis",
                       .awaited = true,
                       .help = "Redis takes this process's report"},
    [GATEWAY_LEASE] = {.name = "lease", .alive_ms = LEASE_ALIVE_MS, .help = "Redis says who works"},
    [GATEWAY_TELEGRAM] = {.name = "telegram",
                          .awaited = true,
                          .help = "Telegram answers getUpdates"},
    [GATEWAY_UPDATES] = {.name = "updates", .help = "the queue takes what Telegram brings"},
    [GATEWAY_REPLIES] = {.name = "replies",
                         .alive_ms = REPLIES_ALIVE_MS,
                         .help = "the sender asks Redis for replies"},
    [GATEWAY_SENDING] = {.name = "sending", .help = "Telegram takes replies"},
};

struct health *gateway_health_new(int64_t poll_timeout_s)
{
    struct health_check rows[GATEWAY_CHECK_COUNT];

    for (int i = 0; i < GATEWAY_CHECK_COUNT; i++) {
        rows[i] = CHECKS[i];
    }
    rows[GATEWAY_TELEGRAM].alive_ms = POLLS_ALIVE * (poll_timeout_s * 1000 + POLL_SLACK_MS);
    return health_new(rows, GATEWAY_CHECK_COUNT);
}

void gateway_health_on_duty(struct health *health)
{
    for (size_t i = GATEWAY_LEASE; i < GATEWAY_CHECK_COUNT; i++) {
        health_ok(health, i);
    }
}

void gateway_health_standing_by(struct health *health)
{
    for (size_t i = GATEWAY_LEASE; i < GATEWAY_CHECK_COUNT; i++) {
        health_ok_with(health, i, "stands by: another gateway works");
    }
}
