/* SPDX-License-Identifier: MIT */
#include "gateway/gateway_settings.h"

#include "shared/base/log.h"

#include <string.h>

#define MEMBER(name) SETTING_MEMBER(struct gateway_settings, name)

enum { TOKEN_SECRET_MIN = 30 };

/* "123456789:" and the secret part, as @BotFather gives it. */
static const char *check_token(const char *text)
{
    static const char SHAPE[] = "must look like 123456789:AAF... as @BotFather gives it";
    size_t digits = strspn(text, "0123456789");
    const char *secret = text + digits + 1;
    size_t secret_len;

    if (digits == 0 || text[digits] != ':') {
        return SHAPE;
    }
    secret_len = strspn(secret, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-");
    return secret_len >= TOKEN_SECRET_MIN && secret[secret_len] == '\0' ? NULL : SHAPE;
}

/* clang-format off */
const struct setting GATEWAY_SETTINGS[] = {
    /* name                type            member                      fallback                     min  max    choices             check                    help */
    {"TELEGRAM_BOT_TOKEN", SETTING_SECRET, MEMBER(telegram_bot_token), NULL,                        1,   0,     NULL,               check_token,             "The bot's token, from @BotFather; or TELEGRAM_BOT_TOKEN_FILE"},
    {"ADMIN_CHAT_ID",      SETTING_IDS,    MEMBER(admins),             NULL,                        0,   0,     NULL,               NULL,                    "Telegram chats that may do everything, comma separated"},
    {"REDIS_URL",          SETTING_TEXT,   MEMBER(redis_url),          "redis://127.0.0.1:6379/0",  1,   0,     NULL,               setting_check_redis_url, "Queue: redis://[user:password@]host:port/db, rediss://..., unix:///path, sentinel://host:port,host:port/master/db, sentinels://..."},
    {"QUEUE_PREFIX",       SETTING_TEXT,   MEMBER(queue_prefix),       "beget",                     1,   0,     NULL,               setting_check_prefix,    "Redis keys are {prefix}:..."},
    {"REDIS_UNSAFE",       SETTING_CHOICE, MEMBER(redis_unsafe),       "off",                       0,   0,     "off|on",           NULL,                    "Work on a Redis that evicts or does not persist: requests may be lost"},
    {"LOG_LEVEL",          SETTING_CHOICE, MEMBER(log_level),          "info",                      0,   0,     LOG_LEVEL_CHOICES,  NULL,                    "error, warn, info or debug"},
    {"LOG_FORMAT",         SETTING_CHOICE, MEMBER(log_format),         "logfmt",                    0,   0,     LOG_FORMAT_CHOICES, NULL,                    "logfmt or json"},
    {"TELEGRAM_API_URL",   SETTING_TEXT,   MEMBER(telegram_api_url),   "https://api.telegram.org",  1,   0,     NULL,               setting_check_http_url,  "Address of the Bot API server"},
    {"TELEGRAM_RATE",      SETTING_CHOICE, MEMBER(telegram_rate),      "on",                        0,   0,     "on|off",           NULL,                    "Keep below Telegram's limits; off for a Bot API server of one's own"},
    {"POLL_TIMEOUT_S",     SETTING_INT,    MEMBER(poll_timeout_s),     "50",                        1,   50,    NULL,               NULL,                    "Longest wait for updates in one request, seconds"},
    {"JOB_DEADLINE_S",     SETTING_INT,    MEMBER(job_deadline_s),     "300",                       1,   86400, NULL,               NULL,                    "A change asked for longer ago than this is not made any more, seconds"},
    {"ACCESS_REQUESTS",    SETTING_CHOICE, MEMBER(access_requests),    "on",                        0,   0,     "on|off",           NULL,                    "Show the admins who writes to the bot without being allowed, with buttons to allow or ignore"},
    {"HTTP_LISTEN",        SETTING_TEXT,   MEMBER(http_listen),        "127.0.0.1:9101",            0,   0,     NULL,               listen_address_check,    "Address of /livez, /readyz and /metrics: an IP address and a port; empty = off. Beyond this machine only with HTTP_TOKEN"},
    {"HTTP_TOKEN",         SETTING_SECRET, MEMBER(http_token),         "",                          0,   0,     NULL,               listen_token_check,      "What a reader of HTTP_LISTEN has to know, 16 characters or more; or HTTP_TOKEN_FILE; empty: on this machine everybody may"},
    {"ALARMS",             SETTING_CHOICE, MEMBER(alarms),             "on",                        0,   0,     "on|off",           NULL,                    "Tell the admins when something is stuck and when it is over"},
    {"ALARM_AFTER_S",      SETTING_INT,    MEMBER(alarm_after_s),      "30",                        1,   86400, NULL,               NULL,                    "How long something has to be stuck, or to be well again, before the admins are told, seconds; what can wait: four times that"},
};
/* clang-format on */

const size_t GATEWAY_SETTING_COUNT = sizeof(GATEWAY_SETTINGS) / sizeof(GATEWAY_SETTINGS[0]);

bool gateway_settings_check(const void *settings, struct buf *problems)
{
    const struct gateway_settings *gateway = settings;

    return listen_check_together(gateway->http_listen, gateway->http_token, problems);
}
