/* SPDX-License-Identifier: MIT */
#include "worker/worker_settings.h"

#include "shared/base/log.h"
#include "worker/chat/when.h"

#include <string.h>

#define MEMBER(name) SETTING_MEMBER(struct worker_settings, name)

/* clang-format off */
const struct setting WORKER_SETTINGS[] = {
    /* name                    type            member                         fallback                      min  max    choices             check                    help */
    {"ADMIN_CHAT_ID",          SETTING_IDS,    MEMBER(admins),                NULL,                         0,   0,     NULL,               NULL,                    "Telegram chats that may do everything, comma separated"},
    {"BEGET_LOGIN",            SETTING_TEXT,   MEMBER(beget_login),           NULL,                         1,   0,     NULL,               NULL,                    "Login of the hosting account"},
    {"BEGET_PASSWORD",         SETTING_SECRET, MEMBER(beget_password),        NULL,                         1,   0,     NULL,               NULL,                    "API password: set in Beget's panel, not the panel's own; or BEGET_PASSWORD_FILE"},
    {"REDIS_URL",              SETTING_TEXT,   MEMBER(redis_url),             "redis://127.0.0.1:6379/0",   1,   0,     NULL,               setting_check_redis_url, "Queue: redis://[user:password@]host:port/db, rediss://..., unix:///path, sentinel://host:port,host:port/master/db, sentinels://..."},
    {"QUEUE_PREFIX",           SETTING_TEXT,   MEMBER(queue_prefix),          "beget",                      1,   0,     NULL,               setting_check_prefix,    "Redis keys are {prefix}:..."},
    {"REDIS_UNSAFE",           SETTING_CHOICE, MEMBER(redis_unsafe),          "off",                        0,   0,     "off|on",           NULL,                    "Work on a Redis that evicts or does not persist: requests may be lost"},
    {"DATA_DIR",               SETTING_TEXT,   MEMBER(data_dir),              "data",                       1,   0,     NULL,               NULL,                    "Folder of bot.db, the lasting log"},
    {"LOG_LEVEL",              SETTING_CHOICE, MEMBER(log_level),             "info",                       0,   0,     LOG_LEVEL_CHOICES,  NULL,                    "error, warn, info or debug"},
    {"LOG_FORMAT",             SETTING_CHOICE, MEMBER(log_format),            "logfmt",                     0,   0,     LOG_FORMAT_CHOICES, NULL,                    "logfmt or json"},
    {"BEGET_API_URL",          SETTING_TEXT,   MEMBER(beget_api_url),         "https://api.beget.com/api",  1,   0,     NULL,               setting_check_http_url,  "Address of the hosting API"},
    {"BEGET_TIMEOUT_S",        SETTING_INT,    MEMBER(beget_timeout_s),       "20",                         1,   300,   NULL,               NULL,                    "Longest wait for one answer of the hosting API, seconds"},
    {"BEGET_RATE_PER_MINUTE",  SETTING_INT,    MEMBER(beget_rate_per_minute), "60",                         0,   6000,  NULL,               NULL,                    "Calls of the hosting API a minute, all workers together; 0 = unlimited"},
    {"WORKER_THREADS",         SETTING_INT,    MEMBER(threads),               "4",                          1,   64,    NULL,               NULL,                    "Requests worked on at a time"},
    {"JOB_LEASE_S",            SETTING_INT,    MEMBER(job_lease_s),           "60",                         2,   3600,  NULL,               NULL,                    "A request whose worker is silent for so long is taken over, seconds"},
    {"JOB_MAX_DELIVERIES",     SETTING_INT,    MEMBER(job_max_deliveries),    "3",                          1,   100,   NULL,               NULL,                    "A request that broke so many workers is put aside"},
    {"NOTICE_EVERY_S",         SETTING_INT,    MEMBER(notice_every_s),        "30",                         0,   86400, NULL,               NULL,                    "Administrators are told of others' changes at most once in so many seconds; what comes meanwhile is collected"},
    {"LOG_KEEP_DAYS",          SETTING_INT,    MEMBER(log_keep_days),         "365",                        0,   36500, NULL,               NULL,                    "Days that the log keeps who only looked; 0 = for ever, as it keeps changes"},
    {"HTTP_LISTEN",            SETTING_TEXT,   MEMBER(http_listen),           "127.0.0.1:9102",             0,   0,     NULL,               listen_address_check,    "Address of the operators' page, /livez, /readyz and /metrics: an IP address and a port; empty = off. Beyond this machine only with HTTP_TOKEN"},
    {"HTTP_TOKEN",             SETTING_SECRET, MEMBER(http_token),            "",                           0,   0,     NULL,               listen_token_check,      "What a reader of HTTP_LISTEN has to know, 16 characters or more; or HTTP_TOKEN_FILE; empty: on this machine everybody may"},
    {"HTTP_CHANGES_TOKEN",     SETTING_SECRET, MEMBER(http_changes_token),    "",                           0,   0,     NULL,               listen_token_check,      "The same for who may change something there; empty: nobody"},
    {"ALARMS",                 SETTING_CHOICE, MEMBER(alarms),                "on",                         0,   0,     "on|off",           NULL,                    "Tell the admins when something is stuck and when it is over"},
    {"ALARM_AFTER_S",          SETTING_INT,    MEMBER(alarm_after_s),         "30",                         1,   86400, NULL,               NULL,                    "How long something has to be stuck, or to be well again, before the admins are told, seconds; what can wait: four times that"},
    {"BACKUP_DIR",              SETTING_TEXT,   MEMBER(backup_dir),            "",                           0,   0,     NULL,               NULL,                    "Folder for copies of bot.db, made while it is in use, one folder for each bot.db; empty = none are made"},
    {"BACKUP_EVERY_H",          SETTING_INT,    MEMBER(backup_every_h),        "24",                         1,   8760,  NULL,               NULL,                    "How often a copy is made, hours"},
    {"BACKUP_KEEP",             SETTING_INT,    MEMBER(backup_keep),           "14",                         1,   10000, NULL,               NULL,                    "How many copies are kept in a folder: the newest"},
    {"TZ",                     SETTING_TEXT,   MEMBER(time_zone),             "UTC",                        1,   0,     NULL,               when_check_zone,         "Time zone of the times in chats and files: UTC, Europe/Moscow, ..."},
};
/* clang-format on */

const size_t WORKER_SETTING_COUNT = sizeof(WORKER_SETTINGS) / sizeof(WORKER_SETTINGS[0]);

/* Who only reads shall not be able to change anything. */
static bool check_tokens(const struct worker_settings *worker, struct buf *problems)
{
    if (worker->http_changes_token[0] == '\0' ||
        strcmp(worker->http_changes_token, worker->http_token) != 0) {
        return true;
    }
    buf_addf(problems, "HTTP_CHANGES_TOKEN: must be another one than HTTP_TOKEN\n");
    return false;
}

static bool check_times(const struct worker_settings *worker, struct buf *problems)
{
    /* A lease counts as lost after half of it without a renewal; the rest is for a call to end. */
    if (worker->beget_timeout_s <= worker->job_lease_s / 2) {
        return true;
    }
    buf_addf(problems,
             "BEGET_TIMEOUT_S: must be at most half of JOB_LEASE_S, so that a call ends before its "
             "request can be taken over: lower it, or raise JOB_LEASE_S\n");
    return false;
}

bool worker_settings_check(const void *settings, struct buf *problems)
{
    const struct worker_settings *worker = settings;
    bool times = check_times(worker, problems);
    bool tokens = check_tokens(worker, problems);

    return listen_check_together(worker->http_listen, worker->http_token, problems) && times &&
           tokens;
}
