/* SPDX-License-Identifier: MIT */
#include "gateway/reply_intake.h"

#include "gateway/delivery.h"
#include "gateway/ledger.h"
#include "gateway/waiting.h"
#include "shared/base/backoff.h"
#include "shared/base/clock.h"
#include "shared/base/log.h"
#include "shared/base/mem.h"
#include "shared/wire/fields.h"
#include "shared/wire/reply.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    PAGE_MAX = 100,
    BLOCK_MS = 10000,      /* for new replies; so long a server that hangs is not noticed   */
    FLOOD_LOOK_MS = 3000,  /* so often, whether a person has ended a chat's wait            */
    LOOK_AFTER_MS = 10000, /* above the blocking time: the queue has given the connection up */
};

static const struct backoff REDIS_BACKOFF = {.first_ms = 500, .most_ms = 5000};
static const char OLDEST[] = "0";

struct reply_intake {
    struct queue *inbox;
    struct queue *ledger;
    struct outbox *outbox;
    bool reading_pending;       /* page after page                                     */
    bool to_the_end;            /* all of them, else until no lane seeks any more      */
    char cursor[REDIS_ID_SIZE]; /* the last pending one that was read                  */
    char newest[REDIS_ID_SIZE]; /* of all pending ones that were read                  */
    bool asked;                 /* for new ones, and the answer has not come           */
    int64_t look_ms;            /* asked: look for it then, even if nothing is heard   */
    int64_t retry_ms;           /* nothing is asked of Redis before                    */
    int64_t flood_look_ms;      /* the next look at what held chats wait for           */
    struct backoff backoff;
    struct waiting redis;
    struct waiting newer; /* entries of a newer version: told now and then       */
};

static void read_pending_again(struct reply_intake *intake, bool to_the_end)
{
    intake->reading_pending = true;
    intake->to_the_end = to_the_end;
    (void)snprintf(intake->cursor, sizeof(intake->cursor), "%s", OLDEST);
    if (to_the_end) { /* nothing is asked, and the stream may be another one */
        (void)snprintf(intake->newest, sizeof(intake->newest), "%s", OLDEST);
    }
    outbox_reread(intake->outbox);
}

struct reply_intake *reply_intake_new(struct queue *inbox, struct queue *ledger,
                                      struct outbox *outbox, struct health *health)
{
    struct reply_intake *intake = xcalloc(1, sizeof(*intake));

    intake->inbox = inbox;
    intake->ledger = ledger;
    intake->outbox = outbox;
    intake->backoff = REDIS_BACKOFF;
    intake->redis = WAITING_CHECK("replies", health, GATEWAY_REPLIES);
    intake->newer = WAITING_INIT("replies");
    read_pending_again(intake, true);
    return intake;
}

void reply_intake_free(struct reply_intake *intake)
{
    free(intake);
}

/* ---- one entry ---- */

/* What Redis still knows of the chat's flood. Fails as redis_run(). */
static bool learn_flood(struct reply_intake *intake, int64_t chat_id, struct err *err)
{
    int64_t wait_ms;

    if (chat_id == 0 || outbox_knows_chat(intake->outbox, chat_id)) {
        return true;
    }
    if (!ledger_find_floods(intake->ledger, &chat_id, 1, &wait_ms, err)) {
        return false;
    }
    if (wait_ms > 0) {
        outbox_hold_chat(intake->outbox, chat_id, clock_monotonic_ms() + wait_ms);
    }
    return true;
}

/* Of an entry that is no reply we can read; 0 when it does not say. */
static int64_t update_id_of(const struct queue_entry *entry)
{
    int64_t update_id = 0;
    struct err ignored = ERR_INIT;

    return fields_int(entry->fields, entry->field_count, "ref", &update_id, &ignored) ? update_id
                                                                                      : 0;
}

/* Lets those chats go whose wait is not in Redis any more. Fails as redis_run(). */
static bool look_at_floods(struct reply_intake *intake, int64_t now_ms, struct err *err)
{
    int64_t chats[LEDGER_FLOODS_MOST];
    int64_t wait_ms[LEDGER_FLOODS_MOST];
    size_t count = outbox_held_chats(intake->outbox, now_ms, chats, LEDGER_FLOODS_MOST);

    if (now_ms < intake->flood_look_ms || count == 0) {
        return true;
    }
    if (!ledger_find_floods(intake->ledger, chats, count, wait_ms, err)) {
        return false;
    }
    for (size_t i = 0; i < count; i++) {
        if (wait_ms[i] <= 0) {
            outbox_release_chat(intake->outbox, chats[i]);
        }
    }
    intake->flood_look_ms = now_ms + FLOOD_LOOK_MS;
    return true;
}

/* An entry that is no reply of a version we know. Fails as redis_run(). */
static bool put_aside(struct reply_intake *intake, const struct queue_entry *entry,
                      const struct err *why, struct err *err)
{
    int64_t update_id = update_id_of(entry);
    int64_t failures;

    if (why->kind == ERR_RETRY) {
        if (outage_failed(&intake->newer.outage, clock_monotonic_ms(), &failures)) {
            log_error("reply.newer", LOG_INT("update_id", update_id), LOG_TEXT("entry", entry->id),
                      LOG_TEXT("why", why->message),
                      LOG_TEXT("do", "update the gateway: the worker is newer"));
        }
        return true;
    }
    if (!queue_reply_dead(intake->ledger, entry->id, why->message, err)) {
        return false;
    }
    log_error("reply.dead", LOG_INT("update_id", update_id), LOG_TEXT("entry", entry->id),
              LOG_TEXT("why", why->message));
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

/* Whether entry `a` is later in the stream than `b`; both are "<ms>-<number>", or OLDEST. */
static bool is_later(const char *a, const char *b)
{
    char *a_end;
    char *b_end;
    uintmax_t a_ms = strtoumax(a, &a_end, 10);
    uintmax_t b_ms = strtoumax(b, &b_end, 10);

    if (a_ms != b_ms) {
        return a_ms > b_ms;
    }
    return strtoumax(*a_end == '-' ? a_end + 1 : "0", NULL, 10) >
           strtoumax(*b_end == '-' ? b_end + 1 : "0", NULL, 10);
}

/*
 * Takes what it has not met before. New entries are met twice when they are
 * handed out while the pending ones are being read: they are pending then,
 * and may be settled already when the answer to the question is collected.
 */
static bool take_new(struct reply_intake *intake, const struct queue_batch *batch, struct err *err)
{
    for (size_t i = 0; i < queue_batch_count(batch); i++) {
        struct queue_entry entry = queue_batch_entry(batch, i);

        if (is_later(entry.id, intake->newest) && !take_entry(intake, &entry, err)) {
            return false;
        }
    }
    return true;
}

static bool take_pending(struct reply_intake *intake, const struct queue_batch *batch,
                         struct err *err)
{
    for (size_t i = 0; i < queue_batch_count(batch); i++) {
        struct queue_entry entry = queue_batch_entry(batch, i);

        if (!take_entry(intake, &entry, err)) {
            return false;
        }
        (void)snprintf(intake->cursor, sizeof(intake->cursor), "%s", entry.id);
        if (is_later(entry.id, intake->newest)) {
            (void)snprintf(intake->newest, sizeof(intake->newest), "%s", entry.id);
        }
    }
    return true;
}

/* ---- pages ---- */

/*
 * One page of pending entries. Pages are whole even when the outbox has less
 * room: it says itself what it leaves.
 */
static bool read_pending(struct reply_intake *intake, struct err *err)
{
    struct queue_batch *batch = NULL;
    bool ok = queue_replies_pending(intake->inbox, intake->cursor, PAGE_MAX, &batch, err) &&
              take_pending(intake, batch, err);

    if (ok &&
        (queue_batch_count(batch) == 0 || (!intake->to_the_end && !outbox_seeks(intake->outbox)))) {
        intake->reading_pending = false;
    }
    queue_batch_free(batch);
    return ok;
}

/* Asks for new ones, unless the outbox is full: then the end of a call makes room. */
static bool ask(struct reply_intake *intake, struct err *err)
{
    size_t room = outbox_room(intake->outbox);

    if (room == 0) {
        return true;
    }
    if (!queue_replies_ask(intake->inbox, room < PAGE_MAX ? room : PAGE_MAX, BLOCK_MS, err)) {
        return false;
    }
    intake->asked = true;
    intake->look_ms = clock_monotonic_ms() + BLOCK_MS + LOOK_AFTER_MS;
    return true;
}

/*
 * The answer, if it is there. A long silence is used to look at the pending
 * entries again: a connection that died half-open may have been given some.
 */
static bool collect(struct reply_intake *intake, struct err *err)
{
    struct queue_batch *batch = NULL;
    bool ok = queue_replies_collect(intake->inbox, &batch, err);

    if (ok && batch) {
        intake->asked = false;
        ok = take_new(intake, batch, err);
    }
    if (ok && batch && queue_batch_count(batch) == 0) {
        read_pending_again(intake, true);
    }
    queue_batch_free(batch);
    return ok;
}

static bool step(struct reply_intake *intake, struct err *err)
{
    if (intake->asked && !collect(intake, err)) {
        return false;
    }
    if (!intake->reading_pending && outbox_wants_rereading(intake->outbox)) {
        read_pending_again(intake, false);
    }
    if (intake->reading_pending && !read_pending(intake, err)) {
        return false;
    }
    return intake->asked || intake->reading_pending || ask(intake, err);
}

bool reply_intake_step(struct reply_intake *intake, struct err *err)
{
    int64_t now_ms = clock_monotonic_ms();

    if (now_ms < intake->retry_ms) {
        return true;
    }
    if (look_at_floods(intake, now_ms, err) && step(intake, err)) {
        backoff_reset(&intake->backoff);
        intake->retry_ms = 0;
        waiting_redis_came(&intake->redis);
        return true;
    }
    if (err->kind == ERR_FATAL || err->kind == ERR_STOPPED) {
        return err->kind == ERR_STOPPED;
    }
    intake->asked = false; /* what was handed to a broken connection is pending */
    read_pending_again(intake, true);
    intake->retry_ms = now_ms + backoff_next_ms(&intake->backoff, backoff_random());
    waiting_for_redis(&intake->redis, intake->inbox, err);
    return true;
}

int reply_intake_fd(const struct reply_intake *intake)
{
    return intake->asked ? redis_fd(queue_redis(intake->inbox)) : -1;
}

/* Without a look at the floods. */
static int64_t next_step_ms(const struct reply_intake *intake, int64_t now_ms)
{
    if (intake->reading_pending) {
        return 0; /* the next page */
    }
    if (intake->asked) {
        return intake->look_ms - now_ms;
    }
    return outbox_room(intake->outbox) > 0 ? 0 : -1;
}

int64_t reply_intake_wait_ms(const struct reply_intake *intake, int64_t now_ms)
{
    int64_t wait_ms;
    int64_t look_ms = intake->flood_look_ms > now_ms ? intake->flood_look_ms - now_ms : 0;
    int64_t chat;

    if (now_ms < intake->retry_ms) {
        return intake->retry_ms - now_ms;
    }
    wait_ms = next_step_ms(intake, now_ms);
    if (wait_ms >= 0 && wait_ms <= look_ms) {
        return wait_ms;
    }
    return outbox_held_chats(intake->outbox, now_ms, &chat, 1) > 0 ? look_ms : wait_ms;
}
