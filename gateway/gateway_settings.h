/* SPDX-License-Identifier: MIT */
/* Settings of the gateway. A plain value, but it holds the token: keep one and point at it. */
#ifndef GATEWAY_GATEWAY_SETTINGS_H
#define GATEWAY_GATEWAY_SETTINGS_H

#include "shared/base/listen_address.h"
#include "shared/base/settings.h"
#include "shared/io/redis_url.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum gateway_unsafe { GATEWAY_UNSAFE_OFF, GATEWAY_UNSAFE_ON };
enum gateway_rate { GATEWAY_RATE_ON, GATEWAY_RATE_OFF };
enum gateway_alarms { GATEWAY_ALARMS_ON, GATEWAY_ALARMS_OFF };
enum gateway_requests { GATEWAY_REQUESTS_ON, GATEWAY_REQUESTS_OFF };

struct gateway_settings {
    char telegram_bot_token[128];
    struct setting_ids admins;
    char redis_url[REDIS_URL_SIZE];
    char queue_prefix[33];
    int redis_unsafe; /* enum gateway_unsafe */
    int log_level;
    int log_format;
    char telegram_api_url[256];
    int telegram_rate; /* enum gateway_rate */
    int64_t poll_timeout_s;
    int64_t job_deadline_s;
    int access_requests; /* enum gateway_requests */
    char http_listen[LISTEN_HOST_SIZE + 8];
    char http_token[LISTEN_TOKEN_SIZE];
    int alarms; /* enum gateway_alarms */
    int64_t alarm_after_s;
};

extern const struct setting GATEWAY_SETTINGS[];
extern const size_t GATEWAY_SETTING_COUNT;

/*
 * Whether settings that are good each also go together. `settings` is a struct
 * gateway_settings; what is wrong is appended to `problems`, a line each.
 */
MUST_CHECK bool gateway_settings_check(const void *settings, struct buf *problems);

#endif
