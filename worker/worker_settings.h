/* SPDX-License-Identifier: MIT */
/* Settings of the worker. A plain value: copy it freely, nothing to release. */
#ifndef WORKER_WORKER_SETTINGS_H
#define WORKER_WORKER_SETTINGS_H

#include "shared/base/listen_address.h"
#include "shared/base/settings.h"
#include "shared/io/redis_url.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum worker_alarms { WORKER_ALARMS_ON, WORKER_ALARMS_OFF };
enum worker_unsafe { WORKER_UNSAFE_OFF, WORKER_UNSAFE_ON };

struct worker_settings {
    struct setting_ids admins;
    char beget_login[64];
    char beget_password[256];
    char redis_url[REDIS_URL_SIZE];
    char queue_prefix[33];
    int redis_unsafe; /* enum worker_unsafe */
    char data_dir[512];
    int log_level;
    int log_format;
    char beget_api_url[256];
    int64_t beget_timeout_s;
    int64_t beget_rate_per_minute;
    int64_t threads;
    int64_t job_lease_s;
    int64_t job_max_deliveries;
    char time_zone[64];
    int64_t notice_every_s;
    int64_t log_keep_days;
    char http_listen[LISTEN_HOST_SIZE + 8];
    char http_token[LISTEN_TOKEN_SIZE];
    char http_changes_token[LISTEN_TOKEN_SIZE];
    int alarms; /* enum worker_alarms */
    int64_t alarm_after_s;
    char backup_dir[512]; /* "" for none */
    int64_t backup_every_h;
    int64_t backup_keep;
};

extern const struct setting WORKER_SETTINGS[];
extern const size_t WORKER_SETTING_COUNT;

/*
 * Whether settings that are good each also go together. `settings` is a struct
 * worker_settings; what is wrong is appended to `problems`, a line each.
 */
MUST_CHECK bool worker_settings_check(const void *settings, struct buf *problems);

#endif
