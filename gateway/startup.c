/* SPDX-License-Identifier: MIT */
#include "gateway/startup.h"

#include "gateway/gateway_metrics.h"
#include "gateway/poll_plan.h"
#include "gateway/waiting.h"
#include "shared/base/backoff.h"
#include "shared/base/log.h"
#include "shared/base/stop.h"
#include "shared/queue/keys.h"
#include "shared/queue/state.h"

#include <inttypes.h>
#include <stdio.h>

enum { CALL_TIMEOUT_MS = 15000 };

static const struct backoff REDIS_BACKOFF = {.first_ms = 500, .most_ms = 5000};

const char STARTUP_KEEP_UPDATES[] = "{\"drop_pending_updates\":false}";

bool startup_store_bot(struct queue *queue, const struct bot *bot, struct err *err)
{
    char id[24];

    (void)snprintf(id, sizeof(id), "%" PRId64, bot->id);
    return state_hset(queue, KEY_META, "", "bot_id", id, err) &&
           state_hset(queue, KEY_META, "", "bot_username", bot->username, err);
}

/* What is done again until Redis is there. */
typedef bool redis_step_fn(struct queue *queue, const struct bot *bot, struct err *err);

static bool prepare(struct queue *queue, const struct bot *bot, struct err *err)
{
    (void)bot;
    return queue_prepare(queue, err);
}

static bool wait_for_redis(struct queue *queue, redis_step_fn *step, const struct bot *bot,
                           struct err *err)
{
    struct waiting waiting = WAITING_INIT("start");
    struct backoff backoff = REDIS_BACKOFF;

    while (!step(queue, bot, err)) {
        if (err->kind != ERR_RETRY) {
            return false;
        }
        waiting_for_redis(&waiting, queue, err);
        if (stop_wait_ms(backoff_next_ms(&backoff, backoff_random()))) {
            return err_set(err, ERR_STOPPED, "stopped while waiting for redis");
        }
    }
    waiting_redis_came(&waiting);
    return true;
}

/* Calls `method` until the answer is good. The caller frees it. */
static bool call(const struct startup_parts *parts, const char *method, const char *params,
                 enum json_type expected, struct telegram_answer *out, struct err *err)
{
    struct waiting waiting = WAITING_CHECK("start", parts->health, GATEWAY_TELEGRAM);
    struct poll_plan plan = {.row = NULL};

    for (;;) {
        struct poll_step step;

        if (!telegram_call(parts->telegram, method, params, CALL_TIMEOUT_MS, true, out, err)) {
            return false;
        }
        step = poll_plan_next(&plan, out, expected, backoff_random());
        if (step.action == POLL_USE) {
            waiting_telegram_came(&waiting);
            return true;
        }
        gateway_count_poll(step.event);
        waiting_for_telegram(&waiting, method, &step, out);
        telegram_answer_free(out);
        if (stop_wait_ms(step.wait_ms)) {
            return err_set(err, ERR_STOPPED, "stopped while waiting for Telegram");
        }
    }
}

static bool learn_bot(const struct startup_parts *parts, struct bot *out, struct err *err)
{
    struct telegram_answer answer;
    const char *username;
    bool ok;

    if (!call(parts, "getMe", "{}", JSON_OBJECT, &answer, err)) {
        return false;
    }
    username = json_text(answer.result, "username");
    ok = json_int(answer.result, "id", &out->id) && username;
    if (ok) {
        (void)snprintf(out->username, sizeof(out->username), "%s", username);
    } else {
        (void)err_set(err, ERR_FATAL, "getMe: the answer has no id or username");
    }
    telegram_answer_free(&answer);
    return ok;
}

/* Polling and a webhook exclude each other; the webhook is always a leftover. */
static bool remove_webhook(const struct startup_parts *parts, int64_t *out_pending, struct err *err)
{
    struct telegram_answer info;
    struct telegram_answer removed = {.sent = false};
    const char *url;
    bool ok = true;

    *out_pending = 0;
    if (!call(parts, "getWebhookInfo", "{}", JSON_OBJECT, &info, err)) {
        return false;
    }
    (void)json_int(info.result, "pending_update_count", out_pending);
    url = json_text(info.result, "url");
    if (url && *url != '\0') {
        log_warn("webhook.removing",
                 LOG_TEXT("why", "a webhook is set for this bot, and polling excludes it"));
        ok = call(parts, "deleteWebhook", STARTUP_KEEP_UPDATES, JSON_BOOL, &removed, err);
    }
    telegram_answer_free(&removed);
    telegram_answer_free(&info);
    return ok;
}

bool startup_run(const struct startup_parts *parts, struct bot *out_bot, struct err *err)
{
    int64_t pending;

    if (!wait_for_redis(parts->queue, prepare, NULL, err) || !learn_bot(parts, out_bot, err) ||
        !remove_webhook(parts, &pending, err) ||
        !wait_for_redis(parts->queue, startup_store_bot, out_bot, err)) {
        return false;
    }
    log_info("telegram.ready", LOG_TEXT("bot", out_bot->username), LOG_INT("bot_id", out_bot->id),
             LOG_INT("pending_updates", pending));
    return true;
}
