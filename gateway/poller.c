/* SPDX-License-Identifier: MIT */
#include "gateway/poller.h"

#include "gateway/gateway_metrics.h"
#include "gateway/poll_plan.h"
#include "gateway/poll_watch.h"
#include "gateway/update_batch.h"
#include "gateway/waiting.h"
#include "shared/base/backoff.h"
#include "shared/base/clock.h"
#include "shared/base/crash_point.h"
#include "shared/base/log.h"
#include "shared/base/mem.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

enum {
    POLL_SLACK_MS = 15000,   /* a poll's total time above what the server waits        */
    CALL_TIMEOUT_MS = 15000, /* of the other calls                                     */
    CONFIRM_TIMEOUT_MS = 5000,
    DEPTH_LIMIT = 100000, /* updates waiting in Redis; Telegram keeps the rest      */
    PRESS_CALLS_MAX = 8,  /* presses that are being answered at the same time       */
    DEAF_AFTER_POLLS = 2, /* as long as so many can take: nothing is heard          */
    PARAMS_SIZE = 256,
};

static const struct backoff REDIS_BACKOFF = {.first_ms = 500, .most_ms = 5000};

/* A press that is being answered in place of the workers. */
struct press_call {
    struct http_exchange *exchange;
    int64_t update_id;
};

struct poller {
    struct poller_parts parts;
    int64_t offset;    /* of the next poll: everything below it is durably queued; 0: not known */
    int64_t confirmed; /* the offset that Telegram is known to have                              */
    struct poll_plan plan;
    struct poll_watch watch;
    struct waiting redis;
    struct waiting telegram;
    int64_t connections; /* of the queue, when the bot's name was stored */
    struct update_batch batch;
    struct press_call press_calls[PRESS_CALLS_MAX];
    size_t press_call_count;
};

struct poller *poller_new(const struct poller_parts *parts)
{
    struct poller *poller = xcalloc(1, sizeof(*poller));

    poller->parts = *parts;
    poller->redis = WAITING_CHECK("updates", parts->health, GATEWAY_UPDATES);
    poller->telegram = WAITING_CHECK("updates", parts->health, GATEWAY_TELEGRAM);
    poller->connections = redis_connections(queue_redis(parts->queue));
    poll_watch_heard(&poller->watch, clock_monotonic_ms());
    return poller;
}

static void drop_press_calls(struct poller *poller)
{
    for (size_t i = 0; i < poller->press_call_count; i++) {
        http_exchange_free(poller->press_calls[i].exchange);
    }
    poller->press_call_count = 0;
}

void poller_free(struct poller *poller)
{
    if (!poller) {
        return;
    }
    drop_press_calls(poller);
    update_batch_empty(&poller->batch);
    free(poller);
}

/* ---- waiting, and answering presses meanwhile ---- */

static bool answer_press(struct poller *poller, const struct press *press, struct err *err)
{
    struct json *params = json_object();
    struct http_exchange *exchange;
    struct buf text;

    buf_init(&text, PARAMS_SIZE);
    json_set_text(params, "callback_query_id", press->id);
    json_print(params, &text);
    exchange = telegram_start(poller->parts.telegram, "answerCallbackQuery", buf_text(&text),
                              CALL_TIMEOUT_MS, NULL, err);
    if (exchange) {
        log_warn("press.unanswered", LOG_INT("update_id", press->update_id),
                 LOG_TEXT("why", "no worker has answered it in time"));
        poller->press_calls[poller->press_call_count++] =
            (struct press_call){.exchange = exchange, .update_id = press->update_id};
    }
    buf_free(&text);
    json_free(params);
    return exchange != NULL;
}

static void end_press_call(struct poller *poller, struct http_exchange *exchange)
{
    struct telegram_answer answer;
    int64_t update_id;
    size_t at = 0;

    while (poller->press_calls[at].exchange != exchange) {
        at++;
    }
    update_id = poller->press_calls[at].update_id;
    poller->press_calls[at] = poller->press_calls[--poller->press_call_count];
    telegram_finish(poller->parts.telegram, exchange, &answer);
    if (!answer.ok) { /* too late, or answered after all: nobody misses it */
        log_debug("press.failed", LOG_INT("update_id", update_id),
                  LOG_TEXT("why", answer.description));
    }
    telegram_answer_free(&answer);
}

/*
 * Waits until `awaited` has ended (NULL: for nothing), until the time, or until
 * no work may begin any more, answering presses that are due. True: it has ended.
 */
static bool wait_until(struct poller *poller, const struct http_exchange *awaited, int64_t until_ms)
{
    struct http_client *http = telegram_http(poller->parts.telegram);

    for (;;) {
        int64_t now_ms = clock_monotonic_ms();
        int64_t wait_ms = -1;
        struct http_exchange *ended;
        struct press press;
        struct err ignored = ERR_INIT; /* the URL is the one that the polls use */

        while (poller->press_call_count < PRESS_CALLS_MAX &&
               presses_take_due(poller->parts.presses, now_ms, &press, &wait_ms)) {
            (void)answer_press(poller, &press, &ignored);
        }
        if (now_ms >= until_ms || duty_over(poller->parts.duty)) {
            return false;
        }
        if (wait_ms < 0 || wait_ms > until_ms - now_ms) {
            wait_ms = until_ms - now_ms;
        }
        if (wait_ms > duty_left_ms(poller->parts.duty)) {
            wait_ms = duty_left_ms(poller->parts.duty);
        }
        ended = http_wait(http, wait_ms, duty_fd(poller->parts.duty), true);
        if (ended && ended == awaited) {
            return true;
        }
        if (ended) {
            end_press_call(poller, ended);
        }
    }
}

static void pause_ms(struct poller *poller, int64_t ms)
{
    (void)wait_until(poller, NULL, clock_monotonic_ms() + ms);
}

/* telegram_call() for a thread that has other calls under way. Fails: ERR_STOPPED, ERR_FATAL. */
static bool call(struct poller *poller, const char *method, const char *params, int64_t timeout_ms,
                 struct telegram_answer *out, struct err *err)
{
    struct http_exchange *exchange =
        telegram_start(poller->parts.telegram, method, params, timeout_ms, NULL, err);

    if (!exchange) {
        return false;
    }
    if (!wait_until(poller, exchange, INT64_MAX)) {
        http_exchange_free(exchange);
        return err_set(err, ERR_STOPPED, "%s: stopping", method);
    }
    telegram_finish(poller->parts.telegram, exchange, out);
    return true;
}

/* ---- what the stream of updates says about itself ---- */

/* Asks how many updates wait at Telegram, now and then. Fails as call(). */
static bool look_at_backlog(struct poller *poller, struct err *err)
{
    struct telegram_answer answer;
    int64_t waiting = 0;

    if (!poll_watch_asks_backlog(&poller->watch, clock_monotonic_ms())) {
        return true;
    }
    if (!call(poller, "getWebhookInfo", "{}", CALL_TIMEOUT_MS, &answer, err)) {
        return false;
    }
    if (answer.ok && json_int(answer.result, "pending_update_count", &waiting) &&
        poll_watch_is_behind(&poller->watch, waiting)) {
        log_warn("telegram.behind", LOG_INT("count", waiting),
                 LOG_TEXT("why", "so many updates wait at Telegram, which keeps them for a day"));
    }
    telegram_answer_free(&answer);
    return true;
}

static void note_missing(struct poller *poller)
{
    const struct update_batch *batch = &poller->batch;
    int64_t after_id = 0;
    int64_t missing = poll_watch_missing(&poller->watch, batch->ids, batch->id_count,
                                         clock_monotonic_ms(), &after_id);

    if (missing > 0) {
        metrics_add(GATEWAY_METRIC_UPDATES_MISSING, 0, 0, missing);
        log_warn("updates.gap", LOG_INT("missing", missing), LOG_INT("after_update_id", after_id),
                 LOG_TEXT("why", "they expired at Telegram, or another program took them"));
    }
}

/* After a batch of so many, which is durable. Fails as call(). */
static bool note_backlog(struct poller *poller, size_t count, struct err *err)
{
    if (count >= UPDATE_BATCH_MAX) {
        return look_at_backlog(poller, err);
    }
    if (poll_watch_emptied(&poller->watch, clock_monotonic_ms())) {
        log_info("telegram.caught_up", LOG_TEXT("why", "no updates wait at Telegram any more"));
    }
    return true;
}

/* After a failed poll: has it lasted so long that the way to Telegram has to be found anew? */
static bool note_silence(struct poller *poller, const char *event, struct err *err)
{
    int64_t poll_ms = poller->parts.settings->poll_timeout_s * 1000 + POLL_SLACK_MS;
    int64_t silent_ms;

    if (!poll_watch_is_deaf(&poller->watch, DEAF_AFTER_POLLS * poll_ms, clock_monotonic_ms(),
                            &silent_ms)) {
        return true;
    }
    log_error("telegram.deaf", LOG_INT("silent_ms", silent_ms), LOG_TEXT("last", event),
              LOG_TEXT("why", "no poll has been answered as it should be"),
              LOG_TEXT("do", "connecting anew; see the last event"));
    drop_press_calls(poller);
    return telegram_reconnect(poller->parts.telegram, err);
}

/* ---- a batch on its way into the queue ---- */

/* Before the push: a worker may answer sooner than the push returns. */
static void watch_presses(struct poller *poller)
{
    int64_t due_ms = clock_monotonic_ms() + PRESS_WAIT_MS;

    for (size_t i = 0; i < poller->batch.count; i++) {
        struct press press = {.update_id = poller->batch.updates[i].update_id, .due_ms = due_ms};

        if (poller->batch.storages[i].callback_id[0] != '\0') {
            (void)snprintf(press.id, sizeof(press.id), "%s", poller->batch.storages[i].callback_id);
            presses_add(poller->parts.presses, &press);
        }
    }
}

/* Nobody waits for an answer to the press of this update, or of any with `update_id` 0. */
static void unwatch_presses(struct poller *poller, int64_t update_id)
{
    for (size_t i = 0; i < poller->batch.count; i++) {
        if (update_id == 0 || poller->batch.updates[i].update_id == update_id) {
            presses_answered(poller->parts.presses, poller->batch.storages[i].callback_id);
        }
    }
}

/* Pushes until it worked. Fails: ERR_STOPPED, ERR_FATAL. */
static bool push_batch(struct poller *poller, struct queue_push_result *out, struct err *err)
{
    const struct queue_push_options options = {
        .bot_id = poller->parts.bot->id,
        .admins = &poller->parts.settings->admins,
        .depth_limit = DEPTH_LIMIT,
        .deadline_s = poller->parts.settings->job_deadline_s,
        .asking = poller->parts.settings->access_requests == GATEWAY_REQUESTS_ON
                      ? poller->batch.asking
                      : NULL,
    };
    struct backoff backoff = REDIS_BACKOFF;

    for (;;) {
        watch_presses(poller);
        if (queue_push(poller->parts.queue, &options, poller->batch.updates, poller->batch.count,
                       out, err)) {
            waiting_redis_came(&poller->redis);
            return true;
        }
        unwatch_presses(poller, 0);
        if (err->kind == ERR_FATAL) {
            return err_prefix(err, "push");
        }
        if (duty_over(poller->parts.duty)) {
            return err_set(err, ERR_STOPPED, "push: stopping");
        }
        waiting_for_redis(&poller->redis, poller->parts.queue, err);
        pause_ms(poller, backoff_next_ms(&backoff, backoff_random()));
        if (!look_at_backlog(poller, err)) {
            return false;
        }
    }
}

static void log_push(struct poller *poller, const struct queue_push_result *result)
{
    const struct update_batch *batch = &poller->batch;

    for (size_t i = 0; i < result->stranger_count; i++) {
        log_info_capped("update.stranger", LOG_INT("update_id", result->strangers[i].update_id),
                        LOG_INT("chat_id", result->strangers[i].chat_id));
        unwatch_presses(poller, result->strangers[i].update_id);
    }
    metrics_add(GATEWAY_METRIC_UPDATES_DUPLICATE, 0, 0, result->duplicates);
    metrics_add(GATEWAY_METRIC_UPDATES_STRANGER, 0, 0, (int64_t)result->stranger_count);
    log_info("updates.queued", LOG_INT("update_id", batch->updates[0].update_id),
             LOG_INT("last_update_id", batch->updates[batch->count - 1].update_id),
             LOG_INT("added", result->added), LOG_INT("duplicates", result->duplicates),
             LOG_INT("strangers", (int64_t)result->stranger_count),
             LOG_INT("requests", result->requests));
}

/* A server that came back empty has forgotten the bot's name. */
static void keep_bot_stored(struct poller *poller)
{
    int64_t connections = redis_connections(queue_redis(poller->parts.queue));
    struct err ignored = ERR_INIT; /* the next batch tries again */

    if (connections != poller->connections &&
        startup_store_bot(poller->parts.queue, poller->parts.bot, &ignored)) {
        poller->connections = connections;
    }
}

/* The offset moves on when everything below it is durable. Fails as push_batch(). */
static bool take_batch(struct poller *poller, const struct json *result, struct err *err)
{
    struct queue_push_result pushed = {.added = 0};
    size_t count;

    update_batch_read(&poller->batch, result);
    note_missing(poller);
    if (poller->batch.count > 0) {
        CRASH_POINT("gateway.polled");
        if (!push_batch(poller, &pushed, err)) {
            return false;
        }
        CRASH_POINT("gateway.pushed");
        log_push(poller, &pushed);
        keep_bot_stored(poller);
    }
    poller->offset = poll_next_offset(poller->offset, poller->batch.ids, poller->batch.id_count);
    count = poller->batch.id_count;
    update_batch_empty(&poller->batch);
    return note_backlog(poller, count, err);
}

/* ---- the loop ---- */

static void write_params(const struct poller *poller, size_t limit, int64_t timeout_s,
                         char out[PARAMS_SIZE])
{
    /* The list is stored by the server, so another program's would rule if ours were not sent. */
    (void)snprintf(out, PARAMS_SIZE,
                   "{\"offset\":%" PRId64 ",\"limit\":%zu,\"timeout\":%" PRId64
                   ",\"allowed_updates\":[\"message\",\"callback_query\",\"my_chat_member\"]}",
                   poller->offset, limit, timeout_s);
}

/* Somebody has set a webhook since the start. Fails as call(). */
static bool remove_webhook(struct poller *poller, struct err *err)
{
    struct telegram_answer answer;

    if (!call(poller, "deleteWebhook", STARTUP_KEEP_UPDATES, CALL_TIMEOUT_MS, &answer, err)) {
        return false;
    }
    telegram_answer_free(&answer); /* a failure shows in the next poll */
    return true;
}

/* Fails: ERR_STOPPED, ERR_FATAL. */
static bool poll_once(struct poller *poller, struct err *err)
{
    int64_t timeout_s = poller->parts.settings->poll_timeout_s;
    int64_t asked_ms = clock_monotonic_ms();
    int64_t asked_offset = poller->offset;
    struct telegram_answer answer = {.sent = false};
    struct poll_step step;
    char params[PARAMS_SIZE];
    bool ok = true;

    write_params(poller, UPDATE_BATCH_MAX, timeout_s, params);
    if (!call(poller, "getUpdates", params, timeout_s * 1000 + POLL_SLACK_MS, &answer, err)) {
        return false;
    }
    step = poll_plan_next(&poller->plan, &answer, JSON_LIST, backoff_random());
    if (step.action == POLL_USE) {
        waiting_telegram_came(&poller->telegram);
        poller->confirmed = asked_offset;
        ok = take_batch(poller, answer.result, err);
        if (ok) {
            gateway_count_poll(NULL);
        }
        poll_watch_heard(&poller->watch, clock_monotonic_ms());
        step.wait_ms =
            poll_pause_ms(poller->offset != asked_offset, clock_monotonic_ms() - asked_ms);
    } else {
        gateway_count_poll(step.event);
        waiting_for_telegram(&poller->telegram, "getUpdates", &step, &answer);
        ok = note_silence(poller, step.event, err);
    }
    telegram_answer_free(&answer);
    if (ok && step.action == POLL_REMOVE_WEBHOOK) {
        ok = remove_webhook(poller, err);
    }
    if (ok && step.wait_ms > 0) {
        pause_ms(poller, step.wait_ms);
    }
    return ok;
}

/* Tells Telegram what is durable, so that the next start does not fetch it again. */
static void confirm(struct poller *poller)
{
    struct telegram_answer answer;
    struct err err = ERR_INIT; /* a failure: the next start drops the duplicates */
    char params[PARAMS_SIZE];

    drop_press_calls(poller);
    if (poller->offset == poller->confirmed) {
        return;
    }
    write_params(poller, 1, 0, params);
    if (!telegram_call(poller->parts.telegram, "getUpdates", params, CONFIRM_TIMEOUT_MS, false,
                       &answer, &err)) {
        log_debug("confirm.failed", LOG_TEXT("why", err.message));
    }
    CRASH_POINT("gateway.confirmed");
    telegram_answer_free(&answer);
}

bool poller_run(struct poller *poller, struct err *err)
{
    while (!duty_over(poller->parts.duty) && poll_once(poller, err)) {
    }
    if (!duty_lost(poller->parts.duty)) {
        confirm(poller);
    }
    return duty_over(poller->parts.duty) && err->kind != ERR_FATAL;
}
