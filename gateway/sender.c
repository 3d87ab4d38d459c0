/* SPDX-License-Identifier: MIT */
#include "gateway/sender.h"

#include "gateway/delivery.h"
#include "gateway/gateway_metrics.h"
#include "gateway/ledger.h"
#include "gateway/outbox.h"
#include "gateway/owed.h"
#include "gateway/reply_intake.h"
#include "gateway/reply_log.h"
#include "gateway/waiting.h"
#include "shared/base/backoff.h"
#include "shared/base/clock.h"
#include "shared/base/crash_point.h"
#include "shared/base/log.h"
#include "shared/base/mem.h"
#include "shared/base/stop.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    SEND_TIMEOUT_MS = 65000, /* the server itself waits out short floods before it answers */
    DRAIN_MS = 10000,        /* for calls under way at shutdown                            */
};

static const struct backoff REDIS_BACKOFF = {.first_ms = 500, .most_ms = 5000};
static const struct backoff REACH_BACKOFF = {.first_ms = 500, .most_ms = 5000};

struct sender {
    struct sender_parts parts;
    struct outbox *outbox;
    struct reply_intake *intake;
    struct http_exchange *calls[OUTBOX_UNDER_WAY_MAX];
    size_t call_count;
    struct owed_list owed;   /* an owed entry still counts as under way */
    int64_t ledger_retry_ms; /* nothing is asked of Redis before */
    struct backoff ledger_backoff;
    struct backoff reach_backoff; /* while Telegram cannot be reached at all */
    struct waiting redis;
    struct waiting telegram;
    int64_t delivered; /* replies, since the start */
};

struct sender *sender_new(const struct sender_parts *parts)
{
    struct sender *sender = xcalloc(1, sizeof(*sender));

    sender->parts = *parts;
    sender->outbox = outbox_new(parts->settings->telegram_rate == GATEWAY_RATE_ON);
    sender->intake = reply_intake_new(parts->inbox, parts->ledger, sender->outbox, parts->health);
    sender->ledger_backoff = REDIS_BACKOFF;
    sender->reach_backoff = REACH_BACKOFF;
    sender->redis = WAITING_INIT("outcomes");
    sender->telegram = WAITING_CHECK("replies", parts->health, GATEWAY_SENDING);
    return sender;
}

static void release(void *load)
{
    delivery_free(load);
}

void sender_free(struct sender *sender)
{
    if (!sender) {
        return;
    }
    for (size_t i = 0; i < sender->call_count; i++) {
        http_exchange_free(sender->calls[i]);
    }
    reply_intake_free(sender->intake);
    outbox_free(sender->outbox, release);
    free(sender);
}

/* ---- Redis: what may fail and is tried again ---- */

static void ledger_worked(struct sender *sender)
{
    backoff_reset(&sender->ledger_backoff);
    sender->ledger_retry_ms = 0;
    waiting_redis_came(&sender->redis);
}

/* False for ERR_FATAL; else the ledger rests for a while. */
static bool ledger_failed(struct sender *sender, const struct err *err)
{
    if (err->kind == ERR_FATAL) {
        return false;
    }
    sender->ledger_retry_ms =
        clock_monotonic_ms() + backoff_next_ms(&sender->ledger_backoff, backoff_random());
    waiting_for_redis(&sender->redis, sender->parts.ledger, err);
    return true;
}

/* Settles what is owed. False: ERR_FATAL. */
static bool settle_owed(struct sender *sender, struct err *err)
{
    if (sender->owed.count == 0 || clock_monotonic_ms() < sender->ledger_retry_ms) {
        return true;
    }
    if (!owed_settle(&sender->owed, sender->parts.ledger, sender->outbox, err)) {
        return ledger_failed(sender, err);
    }
    CRASH_POINT("sender.settled");
    ledger_worked(sender);
    return true;
}

/* ---- chats out of reach ---- */

/* What waits for the chat of `item` waits in vain. A later reply tries again: people come back. */
static void end_queue(struct sender *sender, struct outbox_item *item, const char *reason)
{
    size_t waiting = outbox_doom(item, reason);
    const struct delivery *delivery = outbox_load(item);

    reply_log_gone(delivery, waiting + 1, reason);
    owed_add_quietly(&sender->owed, item, reason);
}

/* False: ERR_FATAL. */
static bool bury_doomed(struct sender *sender, struct err *err)
{
    const char *reason;

    while (clock_monotonic_ms() >= sender->ledger_retry_ms) {
        struct outbox_item *item = outbox_next_doomed(sender->outbox, &reason);

        if (!item) {
            return true;
        }
        owed_add_quietly(&sender->owed, item, reason);
        if (!settle_owed(sender, err)) {
            return false;
        }
    }
    return true;
}

/* ---- a call begins ---- */

static bool start_call(struct sender *sender, struct outbox_item *item, int64_t slot_message_id,
                       struct err *err)
{
    struct delivery *delivery = outbox_load(item);
    struct http_exchange *exchange = NULL;
    struct telegram_file file;
    struct buf params;
    const char *method;
    bool ok = true;

    buf_init(&params, DELIVERY_PARAMS_MAX_BYTES);
    method = delivery_request(delivery, slot_message_id, &params);
    if (!buf_ok(&params)) {
        owed_add(&sender->owed, item, DELIVERY_DEAD, "the parameters are too long");
        goto out;
    }
    exchange = delivery_file(delivery, &file)
                   ? telegram_start_upload(sender->parts.telegram, method, buf_text(&params), &file,
                                           SEND_TIMEOUT_MS, item, err)
                   : telegram_start(sender->parts.telegram, method, buf_text(&params),
                                    SEND_TIMEOUT_MS, item, err);
    ok = exchange != NULL;
    delivery->call_began_ms = clock_monotonic_ms();
    if (ok) {
        sender->calls[sender->call_count++] = exchange;
    }
out:
    buf_free(&params);
    return ok;
}

/* False: it can never be sent, which is owed to Redis. */
static bool prepare(struct sender *sender, struct outbox_item *item)
{
    struct delivery *delivery = outbox_load(item);
    struct err problem = ERR_INIT;
    const char *press_id = NULL;

    CRASH_POINT("sender.read");
    if (!delivery_prepare(delivery, &problem)) {
        owed_add(&sender->owed, item, DELIVERY_DEAD, problem.message);
        return false;
    }
    if (delivery_answers_press(delivery, &press_id) && press_id) {
        presses_answered(sender->parts.presses, press_id);
    }
    return true;
}

/* Starts the next call of each, all under way from here on. False: ERR_FATAL. */
static bool send_all(struct sender *sender, struct outbox_item *const items[], size_t count,
                     struct err *err)
{
    struct delivery *deliveries[OUTBOX_UNDER_WAY_MAX];
    int64_t slot_message_ids[OUTBOX_UNDER_WAY_MAX];

    for (size_t i = 0; i < count; i++) {
        deliveries[i] = outbox_load(items[i]);
    }
    if (!ledger_find_slots(sender->parts.ledger, deliveries, count, slot_message_ids, err)) {
        for (size_t i = 0; i < count; i++) {
            outbox_retry(sender->outbox, items[i], 0); /* the ledger's rest holds it back */
        }
        return ledger_failed(sender, err);
    }
    for (size_t i = 0; i < count; i++) {
        if (!start_call(sender, items[i], slot_message_ids[i], err)) {
            return false;
        }
    }
    return true;
}

static bool send_due(struct sender *sender, struct err *err)
{
    struct outbox_item *items[OUTBOX_UNDER_WAY_MAX];
    struct outbox_item *item;
    int64_t now_ms = clock_monotonic_ms();
    size_t count = 0;

    if (now_ms < sender->ledger_retry_ms) {
        return true; /* without Redis nobody knows what a slot holds */
    }
    for (item = outbox_next(sender->outbox, now_ms); item;
         item = outbox_next(sender->outbox, now_ms)) {
        if (prepare(sender, item)) {
            items[count++] = item;
        }
    }
    return count == 0 || send_all(sender, items, count, err);
}

/* ---- a call ends ---- */

/*
 * Telegram tells the chat to wait; for an answer to a press it is not worth keeping. True when
 * Redis has it: a person can end it there.
 */
static bool keep_flood(struct sender *sender, const struct delivery *delivery, int64_t wait_ms)
{
    struct err err = ERR_INIT;
    const char *press_id;

    if (delivery->chat_id == 0 || delivery_answers_press(delivery, &press_id)) {
        return false;
    }
    if (!ledger_keep_flood(sender->parts.ledger, delivery->chat_id, wait_ms, &err)) {
        log_debug("flood.not_kept", LOG_INT("update_id", delivery->ref),
                  LOG_INT("chat_id", delivery->chat_id),
                  LOG_TEXT("why", err.message)); /* the outbox obeys it all the same */
        return false;
    }
    return true;
}

/* The trouble is Telegram's, or the way there, and not this reply's. */
static void note_trouble(struct sender *sender, const struct delivery *delivery,
                         const struct delivery_outcome *outcome,
                         const struct telegram_answer *answer)
{
    struct poll_plan plan = {.row = NULL};
    struct poll_step step = poll_plan_next(&plan, answer, JSON_NULL, 0);

    step.wait_ms = outcome->wait_ms;
    waiting_for_telegram(&sender->telegram, delivery->call, &step, answer);
}

static void call_again(struct sender *sender, struct outbox_item *item,
                       const struct delivery_outcome *outcome, const struct telegram_answer *answer)
{
    struct delivery *delivery = outbox_load(item);
    int64_t now_ms = clock_monotonic_ms();
    int64_t until_ms = now_ms + outcome->wait_ms;

    reply_log_again(delivery, outcome);
    if (outcome->verdict.kind == VERDICT_FLOOD) {
        outbox_flooded(sender->outbox, item, until_ms, now_ms);
        if (keep_flood(sender, delivery, outcome->wait_ms)) {
            outbox_hold_chat(sender->outbox, delivery->chat_id, until_ms);
        }
        return;
    }
    if (outcome->verdict.kind == VERDICT_STOP_ALL) {
        outbox_hold_all(sender->outbox, until_ms);
    }
    if (outcome->verdict.everyone) {
        until_ms = now_ms + backoff_next_ms(&sender->reach_backoff, backoff_random());
        outbox_hold_all(sender->outbox, until_ms);
    }
    if (!outcome->remedy) {
        note_trouble(sender, delivery, outcome, answer);
    }
    outbox_retry(sender->outbox, item, until_ms);
}

static void forget_call(struct sender *sender, const struct http_exchange *exchange)
{
    size_t at = 0;

    while (sender->calls[at] != exchange) {
        at++;
    }
    sender->calls[at] = sender->calls[--sender->call_count];
}

static void end_call(struct sender *sender, struct http_exchange *exchange)
{
    struct outbox_item *item = http_exchange_context(exchange);
    struct delivery *delivery = outbox_load(item);
    const char *method = delivery->call;
    struct telegram_answer answer;
    struct delivery_outcome outcome;

    forget_call(sender, exchange);
    telegram_finish(sender->parts.telegram, exchange, &answer);
    CRASH_POINT("sender.sent");
    outcome = delivery_apply(delivery, &answer, sender->delivered, backoff_random());
    gateway_count_send(method, &outcome.verdict, clock_monotonic_ms() - delivery->call_began_ms);
    sender->delivered += answer.ok ? 1 : 0;
    if (answer.sent) {
        backoff_reset(&sender->reach_backoff);
    }
    if (outcome.verdict.kind != VERDICT_AGAIN && outcome.verdict.kind != VERDICT_STOP_ALL) {
        waiting_telegram_came(&sender->telegram);
    }
    if (outcome.state == DELIVERY_AGAIN) {
        call_again(sender, item, &outcome, &answer);
    } else if (outcome.verdict.kind == VERDICT_GONE) {
        end_queue(sender, item, outcome.reason);
    } else {
        owed_add(&sender->owed, item, outcome.state, outcome.reason);
    }
    telegram_answer_free(&answer);
}

/* Ends the first call that has ended within `ms`, and all that have ended with it. */
static void wait_for_calls(struct sender *sender, int64_t ms, int fd, bool until_stop)
{
    struct http_client *http = telegram_http(sender->parts.telegram);
    struct http_exchange *ended = http_wait(http, ms, fd, until_stop);

    while (ended) {
        end_call(sender, ended);
        ended = http_wait(http, 0, -1, false);
    }
}

/* ---- the loop ---- */

static int64_t earlier(int64_t a_ms, int64_t b_ms)
{
    return a_ms < 0 || (b_ms >= 0 && b_ms < a_ms) ? b_ms : a_ms;
}

/* How long nothing but a call's end, a reply or shutdown can bring work. */
static int64_t idle_ms(const struct sender *sender)
{
    int64_t now_ms = clock_monotonic_ms();
    int64_t ledger_ms = sender->ledger_retry_ms - now_ms;
    int64_t wait_ms = outbox_wait_ms(sender->outbox, now_ms);

    if (ledger_ms > 0) {
        wait_ms = ledger_ms; /* until then, neither sending nor settling */
    }
    wait_ms = earlier(wait_ms, reply_intake_wait_ms(sender->intake, now_ms));
    return earlier(wait_ms, duty_left_ms(sender->parts.duty));
}

static bool work(struct sender *sender, struct err *err)
{
    while (!duty_over(sender->parts.duty)) {
        if (!settle_owed(sender, err) || !bury_doomed(sender, err) ||
            !reply_intake_step(sender->intake, err) || !send_due(sender, err) ||
            !settle_owed(sender, err)) {
            return false;
        }
        wait_for_calls(sender, idle_ms(sender), reply_intake_fd(sender->intake), true);
    }
    return true;
}

/* Off duty: lets all calls under way end and settles them, whenever Redis comes back. */
static bool wind_up(struct sender *sender, struct err *err)
{
    while (sender->call_count + sender->owed.count > 0 && !stop_requested()) {
        int64_t wait_ms;

        if (!settle_owed(sender, err)) {
            return false;
        }
        wait_ms = sender->owed.count > 0 ? sender->ledger_retry_ms - clock_monotonic_ms() : -1;
        if (sender->call_count + sender->owed.count > 0) {
            wait_for_calls(sender, wait_ms < 0 ? DRAIN_MS : wait_ms, -1, true);
        }
    }
    return true;
}

/* Lets the calls under way end and settles them once more. */
static bool drain(struct sender *sender, struct err *err)
{
    int64_t deadline_ms = clock_monotonic_ms() + DRAIN_MS;

    while (sender->call_count > 0 && clock_monotonic_ms() < deadline_ms) {
        wait_for_calls(sender, deadline_ms - clock_monotonic_ms(), -1, false);
    }
    sender->ledger_retry_ms = 0;
    if (!settle_owed(sender, err)) {
        return false;
    }
    if (sender->call_count + sender->owed.count > 0) {
        log_warn("replies.unsettled",
                 LOG_INT("count", (int64_t)(sender->call_count + sender->owed.count)),
                 LOG_TEXT("why", "stopped before their outcome was stored: sent again later"));
    }
    return true;
}

bool sender_run(struct sender *sender, struct err *err)
{
    return work(sender, err) && wind_up(sender, err) && drain(sender, err);
}
