/* SPDX-License-Identifier: MIT */
#include "gateway/reply_intake.h"

#include "gateway/delivery.h"
#include "gateway/ledger.h"
#include "gateway/waiting.h"
#include "shared/base/backoff.h"
#include "shared/base/clock.h"
#include "shared/base/log.h"
#include "shared/base/mem.h"
#include "shared/wire/reply.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    PAGE_MAX = 100,
    BLOCK_MS = 30000,      /* for new replies                                       */
    BLOCK_SOON_MS = 1000,  /* while pending ones are to be read as soon as possible */
    LOOK_AFTER_MS = 10000, /* above the blocking time: the queue has given the connection up */
};

static const struct backoff REDIS_BACKOFF = {.first_ms = 500, .most_ms = 5000};
static const char OLDEST[] = "0";

struct reply_intake {
    struct queue *inbox;
    struct queue *ledger;
    struct outbox *outbox;
    bool reading_pending;       /* else new ones are read                              */
    char cursor[REDIS_ID_SIZE]; /* of the pending ones: read up to here                */
    bool asked;                 /* for new ones, and the answer has not come           */
    int64_t look_ms;            /* asked: look for it then, even if nothing is heard   */
    int64_t retry_ms;           /* nothing is asked of Redis before                    */
    struct backoff backoff;
    struct waiting redis;
    struct waiting newer; /* entries of a newer version: told now and then       */
};

struct reply_intake *reply_intake_new(struct queue *inbox, struct queue *ledger,
                                      struct outbox *outbox)
{
    struct reply_intake *intake = xcalloc(1, sizeof(*intake));

    intake->inbox = inbox;
    intake->ledger = ledger;
    intake->outbox = outbox;
    intake->reading_pending = true;
    (void)snprintf(intake->cursor, sizeof(intake->cursor), "%s", OLDEST);
    intake->backoff = REDIS_BACKOFF;
    intake->redis = WAITING_INIT("replies");
    intake->newer = WAITING_INIT("replies");
    return intake;
}

void reply_intake_free(struct reply_intake *intake)
{
    free(intake);
}

static void read_pending_again(struct reply_intake *intake)
{
    intake->reading_pending = true;
    (void)snprintf(intake->cursor, sizeof(intake->cursor), "%s", OLDEST);
    outbox_reread(intake->outbox);
}

/* ---- one entry ---- */

/* What Redis still knows of the chat's flood. Fails as redis_run(). */
static bool learn_flood(struct reply_intake *intake, int64_t chat_id, struct err *err)
{
    int64_t wait_ms;

    if (chat_id == 0 || outbox_knows_chat(intake->outbox, chat_id)) {
        return true;
    }
    if (!ledger_find_flood(intake->ledger, chat_id, &wait_ms, err)) {
        return false;
    }
    if (wait_ms > 0) {
        outbox_hold_chat(intake->outbox, chat_id, clock_monotonic_ms() + wait_ms);
    }
    return true;
}

/* An entry that is no reply of a version we know. Fails as redis_run(). */
static bool put_aside(struct reply_intake *intake, const struct queue_entry *entry,
                      const struct err *why, struct err *err)
{
    int64_t failures;

    if (why->kind == ERR_RETRY) {
        if (outage_failed(&intake->newer.outage, clock_monotonic_ms(), &failures)) {
            log_error("reply.newer", LOG_TEXT("entry", entry->id), LOG_TEXT("why", why->message),
                      LOG_TEXT("do", "update the gateway: the worker is newer"));
        }
        return true;
    }
    if (!queue_reply_dead(intake->ledger, entry->id, why->message, err)) {
        return false;
    }
    log_error("reply.dead", LOG_TEXT("entry", entry->id), LOG_TEXT("why", why->message));
    return true;
}

static bool take_entry(struct reply_intake *intake, const struct queue_entry *entry,
                       struct err *err)
{
    struct err why = ERR_INIT;
    struct delivery *delivery;
    struct reply reply;

    if (outbox_has(intake->outbox, entry->id)) {
        return true;
    }
    if (!reply_decode(entry->fields, entry->field_count, &reply, &why)) {
        return put_aside(intake, entry, &why, err);
    }
    if (!learn_flood(intake, reply.chat_id, err)) {
        return false;
    }
    delivery = delivery_new(entry->id, &reply);
    if (!outbox_add(intake->outbox, &(struct outbox_entry){
                                        .id = entry->id,
                                        .chat_id = reply.chat_id,
                                        .answer = strcmp(reply.method, "answerCallbackQuery") == 0,
                                        .bytes = strlen(reply.payload),
                                        .load = delivery,
                                    })) {
        delivery_free(delivery); /* it stays pending, and is read again when there is room */
    }
    return true;
}

static bool take_batch(struct reply_intake *intake, const struct queue_batch *batch,
                       struct err *err)
{
    for (size_t i = 0; i < queue_batch_count(batch); i++) {
        struct queue_entry entry = queue_batch_entry(batch, i);

        if (!take_entry(intake, &entry, err)) {
            return false;
        }
        if (intake->reading_pending) {
            (void)snprintf(intake->cursor, sizeof(intake->cursor), "%s", entry.id);
        }
    }
    return true;
}

/* ---- pages ---- */

static size_t page_size(const struct reply_intake *intake)
{
    size_t room = outbox_room(intake->outbox);

    return room < PAGE_MAX ? room : PAGE_MAX;
}

/* One page of pending entries; an empty one is the end of them. */
static bool read_pending(struct reply_intake *intake, struct err *err)
{
    struct queue_batch *batch = NULL;
    bool ok = queue_replies_pending(intake->inbox, intake->cursor, page_size(intake), &batch, err);

    if (ok && queue_batch_count(batch) == 0) {
        intake->reading_pending = false;
    }
    ok = ok && take_batch(intake, batch, err);
    queue_batch_free(batch);
    return ok;
}

static bool ask(struct reply_intake *intake, struct err *err)
{
    int64_t block_ms = outbox_left_some(intake->outbox) ? BLOCK_SOON_MS : BLOCK_MS;

    if (!queue_replies_ask(intake->inbox, page_size(intake), block_ms, err)) {
        return false;
    }
    intake->asked = true;
    intake->look_ms = clock_monotonic_ms() + block_ms + LOOK_AFTER_MS;
    return true;
}

/*
 * The answer, if it is there. Silence is used to look at the pending entries
 * again: a connection that died half-open may have been given some.
 */
static bool collect(struct reply_intake *intake, struct err *err)
{
    struct queue_batch *batch = NULL;
    bool ok = queue_replies_collect(intake->inbox, &batch, err);

    if (ok && batch) {
        intake->asked = false;
        ok = take_batch(intake, batch, err);
    }
    if (ok && batch && queue_batch_count(batch) == 0) {
        read_pending_again(intake);
    }
    queue_batch_free(batch);
    return ok;
}

static bool step(struct reply_intake *intake, struct err *err)
{
    if (intake->asked && !collect(intake, err)) {
        return false;
    }
    if (intake->asked) {
        return true;
    }
    if (outbox_wants_rereading(intake->outbox)) {
        read_pending_again(intake);
    }
    while (intake->reading_pending && page_size(intake) > 0) {
        if (!read_pending(intake, err)) {
            return false;
        }
    }
    return page_size(intake) == 0 || intake->reading_pending || ask(intake, err);
}

bool reply_intake_step(struct reply_intake *intake, struct err *err)
{
    int64_t now_ms = clock_monotonic_ms();

    if (now_ms < intake->retry_ms) {
        return true;
    }
    if (step(intake, err)) {
        backoff_reset(&intake->backoff);
        intake->retry_ms = 0;
        waiting_redis_came(&intake->redis);
        return true;
    }
    if (err->kind == ERR_FATAL || err->kind == ERR_STOPPED) {
        return err->kind == ERR_STOPPED;
    }
    intake->asked = false; /* what was handed to a broken connection is pending */
    read_pending_again(intake);
    intake->retry_ms = now_ms + backoff_next_ms(&intake->backoff, backoff_random());
    waiting_for_redis(&intake->redis, intake->inbox, err);
    return true;
}

int reply_intake_fd(const struct reply_intake *intake)
{
    return intake->asked ? redis_fd(queue_redis(intake->inbox)) : -1;
}

int64_t reply_intake_wait_ms(const struct reply_intake *intake, int64_t now_ms)
{
    if (now_ms < intake->retry_ms) {
        return intake->retry_ms - now_ms;
    }
    return intake->asked ? intake->look_ms - now_ms : -1;
}
