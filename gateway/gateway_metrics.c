/* SPDX-License-Identifier: MIT */
#include "gateway/gateway_metrics.h"

#include "shared/base/clock.h"
#include "shared/base/compiler.h"
#include "shared/wire/update.h"

#include <string.h>

/* As the events of poll_plan.c are called, without "telegram.". The last is for whatever is none.
 */
static const char *const POLL_OUTCOMES[] = {
    "ok",      "unauthorized", "webhook",     "conflict",   "flood",
    "refused", "failing",      "unreachable", "unreadable",
};

/* The methods by which something is delivered; "other" for what an odd reply names. */
static const char *const SEND_METHODS[] = {
    "sendMessage",  "editMessageText", "answerCallbackQuery",
    "sendDocument", "setMyCommands",   "other",
};

static const char *const VERDICTS[VERDICT_COUNT] = {
    [VERDICT_DELIVERED] = "delivered",   [VERDICT_DROP] = "dropped",
    [VERDICT_FLOOD] = "flood",           [VERDICT_AGAIN] = "no_answer",
    [VERDICT_PLAIN] = "bad_markup",      [VERDICT_UNTHREADED] = "no_thread",
    [VERDICT_UNQUOTED] = "no_quote",     [VERDICT_SEND_INSTEAD] = "not_editable",
    [VERDICT_MIGRATE] = "chat_migrated", [VERDICT_GONE] = "chat_gone",
    [VERDICT_DEAD] = "refused",          [VERDICT_STOP_ALL] = "unauthorized",
};

static const int64_t SEND_BOUNDS_MS[] = {25, 50, 100, 250, 500, 1000, 2500, 5000, 10000, 30000};

static const char *poll_outcome(size_t index)
{
    return POLL_OUTCOMES[index];
}

static const char *send_method(size_t index)
{
    return SEND_METHODS[index];
}

static const char *verdict(size_t index)
{
    return VERDICTS[index];
}

static const char *update_kind(size_t index)
{
    return update_kind_name((enum update_kind)index);
}

#define POLL_OUTCOME                                      \
    {                                                     \
        "outcome", ARRAY_LEN(POLL_OUTCOMES), poll_outcome \
    }
#define SEND_METHOD                                    \
    {                                                  \
        "method", ARRAY_LEN(SEND_METHODS), send_method \
    }
#define SEND_OUTCOME                            \
    {                                           \
        "outcome", ARRAY_LEN(VERDICTS), verdict \
    }
#define UPDATE_KIND                            \
    {                                          \
        "kind", UPDATE_KIND_COUNT, update_kind \
    }

const struct metric_row GATEWAY_METRICS[GATEWAY_METRIC_COUNT] = {
    [GATEWAY_METRIC_ON_DUTY] = {.name = "beget_manager_gateway_on_duty",
                                .type = METRIC_GAUGE,
                                .scale = METRIC_ONE,
                                .help =
                                    "1 while this gateway polls and sends, 0 while it stands by."},
    [GATEWAY_METRIC_POLLS] = {.name = "beget_manager_telegram_polls_total",
                              .type = METRIC_COUNTER,
                              .scale = METRIC_ONE,
                              .help =
                                  "Calls that receive updates (getUpdates, and getMe at the start "
                                  "when it fails), by what came of them.",
                              .labels = {POLL_OUTCOME}},
    [GATEWAY_METRIC_POLL_TIMESTAMP] =
        {.name = "beget_manager_telegram_last_poll_timestamp_seconds",
         .type = METRIC_GAUGE,
         .scale = METRIC_MS,
         .help = "When a getUpdates was last answered and its updates were "
                 "stored, Unix time."},
    [GATEWAY_METRIC_UPDATES] =
        {.name = "beget_manager_updates_received_total",
         .type = METRIC_COUNTER,
         .scale = METRIC_ONE,
         .help = "Updates that came from Telegram, repeats and strangers included.",
         .labels = {UPDATE_KIND}},
    [GATEWAY_METRIC_UPDATES_DUPLICATE] =
        {.name = "beget_manager_updates_duplicate_total",
         .type = METRIC_COUNTER,
         .scale = METRIC_ONE,
         .help = "Updates dropped because they had been taken in before."},
    [GATEWAY_METRIC_UPDATES_STRANGER] = {.name = "beget_manager_updates_stranger_total",
                                         .type = METRIC_COUNTER,
                                         .scale = METRIC_ONE,
                                         .help = "Updates of chats that may not use the bot."},
    [GATEWAY_METRIC_UPDATES_UNREADABLE] = {.name = "beget_manager_updates_unreadable_total",
                                           .type = METRIC_COUNTER,
                                           .scale = METRIC_ONE,
                                           .help = "Updates without an id or a chat: left out."},
    [GATEWAY_METRIC_UPDATES_MISSING] =
        {.name = "beget_manager_updates_missing_total",
         .type = METRIC_COUNTER,
         .scale = METRIC_ONE,
         .help = "Update ids passed over: expired at Telegram, or taken by "
                 "another program."},
    [GATEWAY_METRIC_SENDS] =
        {.name = "beget_manager_sends_total",
         .type = METRIC_COUNTER,
         .scale = METRIC_ONE,
         .help = "Calls of the Bot API that deliver something, by what the answer meant.",
         .labels = {SEND_METHOD, SEND_OUTCOME}},
    [GATEWAY_METRIC_SEND_DURATION] = {.name = "beget_manager_send_duration_seconds",
                                      .type = METRIC_HISTOGRAM,
                                      .scale = METRIC_MS,
                                      .help = "How long such a call took.",
                                      .labels = {SEND_METHOD},
                                      .bounds = SEND_BOUNDS_MS,
                                      .bound_count = ARRAY_LEN(SEND_BOUNDS_MS)},
    [GATEWAY_METRIC_FLOODS] = {.name = "beget_manager_flood_waits_total",
                               .type = METRIC_COUNTER,
                               .scale = METRIC_ONE,
                               .help = "How often Telegram told a chat to wait (429)."},
    [GATEWAY_METRIC_FLOOD_WAIT] = {.name = "beget_manager_flood_wait_seconds_total",
                                   .type = METRIC_COUNTER,
                                   .scale = METRIC_MS,
                                   .help = "For how long, summed over chats."},
    [GATEWAY_METRIC_REDIS_FAILURES] = {.name = "beget_manager_redis_failures_total",
                                       .type = METRIC_COUNTER,
                                       .scale = METRIC_ONE,
                                       .help = "Calls of Redis that failed and were tried again."},
};

/* The index of `text` among names, else of the last. */
static size_t index_of(const char *text, const char *const names[], size_t count)
{
    for (size_t i = 0; i + 1 < count; i++) {
        if (strcmp(names[i], text) == 0) {
            return i;
        }
    }
    return count - 1;
}

void gateway_count_poll(const char *event)
{
    const char *dot = event ? strchr(event, '.') : NULL;
    const char *outcome = dot ? dot + 1 : POLL_OUTCOMES[0];

    metrics_add(GATEWAY_METRIC_POLLS, index_of(outcome, POLL_OUTCOMES, ARRAY_LEN(POLL_OUTCOMES)), 0,
                1);
    if (!event) {
        metrics_set(GATEWAY_METRIC_POLL_TIMESTAMP, 0, 0, clock_unix_ms());
    }
}

void gateway_count_send(const char *method, const struct verdict *verdict, int64_t ms)
{
    size_t index = index_of(method, SEND_METHODS, ARRAY_LEN(SEND_METHODS));

    metrics_add(GATEWAY_METRIC_SENDS, index, (size_t)verdict->kind, 1);
    metrics_observe(GATEWAY_METRIC_SEND_DURATION, index, 0, ms);
    if (verdict->kind == VERDICT_FLOOD) {
        metrics_add(GATEWAY_METRIC_FLOODS, 0, 0, 1);
        metrics_add(GATEWAY_METRIC_FLOOD_WAIT, 0, 0, verdict->wait_ms);
    }
}
