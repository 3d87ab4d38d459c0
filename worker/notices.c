/* SPDX-License-Identifier: MIT */
#include "worker/notices.h"

#include "shared/base/clock.h"
#include "shared/base/crash_point.h"
#include "shared/base/log.h"
#include "shared/base/mem.h"
#include "shared/base/outage.h"
#include "shared/base/stop.h"
#include "shared/queue/state.h"
#include "worker/chat/notice.h"
#include "worker/chat/texts.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    BATCH_EVENTS = 500,
    READ_MOST_MS = 2000, /* of one look, beside which the journal waits    */
    MOVE_MS = 5000,      /* how long events stay that nobody is told of    */
    IDLE_MS = 3600000,   /* without events there is nothing to look for    */
    AGAIN_MS = 1000,     /* after a failure, and when others have told     */
    PAYLOAD_MAX_BYTES = 256 * 1024,
};

struct notices {
    struct setting_ids admins;
    int64_t gap_ms;
    int64_t due_ms;        /* monotonic; when to look; INT64_MAX: there is no reason to */
    int64_t not_before_ms; /* ... but not before                                        */
    struct outage outage;
};

struct notices *notices_new(const struct setting_ids *admins, int64_t gap_ms)
{
    struct notices *notices = xcalloc(1, sizeof(*notices));

    *notices = (struct notices){.admins = *admins, .gap_ms = gap_ms, .outage = OUTAGE_INIT};
    return notices;
}

void notices_free(struct notices *notices)
{
    free(notices);
}

/* ---- a round: word for every administrator, and the events that it is of ---- */

struct round {
    struct notice items[SETTING_IDS_MAX];
    size_t count;
    char from[REDIS_ID_SIZE];
    char to[REDIS_ID_SIZE];
    bool more; /* there are events behind `to` */
};

static bool round_begin(struct round *round, const struct notices *notices, struct queue *queue,
                        struct err *err)
{
    *round = (struct round){.count = notices->admins.count};
    for (size_t i = 0; i < round->count; i++) {
        notice_init(&round->items[i], notices->admins.ids[i], LANGUAGE_RU);
    }
    if (!queue_noticed(queue, round->from, err)) {
        return false;
    }
    (void)snprintf(round->to, sizeof(round->to), "%s", round->from);
    return true;
}

static void round_end(struct round *round)
{
    for (size_t i = 0; i < round->count; i++) {
        notice_free(&round->items[i]);
    }
}

/*
 * The language that the administrator has chosen. Who has not is told in Russian, the language of
 * the hosting's panel and letters: what Telegram says of a person comes with an update only.
 */
static bool read_language(struct queue *queue, int64_t admin, enum language *out, struct err *err)
{
    struct text_number person;
    bool found = false;
    struct buf chosen;
    bool ok;

    buf_init(&chosen, 64);
    ok = state_get(queue, KEY_LANGUAGE, text_number(&person, admin), &found, &chosen, err);
    *out = found ? language_from_code(buf_text(&chosen)) : LANGUAGE_RU;
    buf_free(&chosen);
    return ok;
}

static bool add_entry(struct round *round, const struct queue_entry *entry, struct queue *queue,
                      struct err *err)
{
    struct err unreadable = ERR_INIT; /* the journal says so */
    struct event event;
    bool ok = true;

    (void)snprintf(round->to, sizeof(round->to), "%s", entry->id);
    if (!event_decode(entry->fields, entry->field_count, &event, &unreadable)) {
        return true;
    }
    for (size_t i = 0; i < round->count && ok; i++) {
        struct notice *notice = &round->items[i];

        if (notice_wants(notice->admin, &event)) {
            ok = notice->count > 0 || read_language(queue, notice->admin, &notice->language, err);
            notice_add(notice, &event);
        }
    }
    return ok;
}

static bool add_batch(struct round *round, const struct queue_batch *batch, struct queue *queue,
                      struct err *err)
{
    bool ok = true;

    for (size_t i = 0; i < queue_batch_count(batch) && ok; i++) {
        struct queue_entry entry = queue_batch_entry(batch, i);

        ok = add_entry(round, &entry, queue, err);
    }
    return ok;
}

/* Reads to the last event, or for as long as a look may take. */
static bool gather(struct round *round, struct queue *queue, struct err *err)
{
    int64_t end_ms = clock_monotonic_ms() + READ_MOST_MS;
    size_t count = BATCH_EVENTS;
    bool ok = true;

    while (ok && count == BATCH_EVENTS && clock_monotonic_ms() < end_ms) {
        struct queue_batch *batch = NULL;

        if (!queue_events_read(queue, round->to, BATCH_EVENTS, 0, &batch, err)) {
            return false;
        }
        count = queue_batch_count(batch);
        ok = add_batch(round, batch, queue, err);
        queue_batch_free(batch);
    }
    round->more = count == BATCH_EVENTS;
    return ok;
}

/* ---- telling ---- */

/* False: nobody has to be told of anything. */
static bool add_replies(const struct round *round, struct queue_outcome *outcome)
{
    bool any = false;

    for (size_t i = 0; i < round->count; i++) {
        const struct notice *notice = &round->items[i];
        char slot[96]; /* a repeated delivery edits the message */
        struct buf payload;

        if (notice->count == 0) {
            continue;
        }
        any = true;
        buf_init(&payload, PAYLOAD_MAX_BYTES);
        notice_print(notice, &payload);
        (void)snprintf(slot, sizeof(slot), "n%s:%" PRId64, round->to, notice->admin);
        queue_outcome_reply(outcome, &(struct reply){.chat_id = notice->admin,
                                                     .method = "sendMessage",
                                                     .slot = slot,
                                                     .payload = buf_text(&payload)});
        buf_free(&payload);
    }
    return any;
}

/* *out_wait_ms: when to look again; 0 when there is no need to. */
static bool tell(const struct notices *notices, const struct round *round, struct queue *queue,
                 int64_t *out_wait_ms, struct err *err)
{
    const struct queue_notice told = {
        .from = round->from, .to = round->to, .gap_ms = notices->gap_ms};
    struct queue_outcome *outcome = queue_outcome_new();
    enum queue_notice_end end = QUEUE_NOTICE_DONE;
    bool any = add_replies(round, outcome);
    int64_t early_ms = 0;
    bool ok;

    if (any) {
        CRASH_POINT("worker.noticing");
    }
    ok = queue_notice(queue, &told, outcome, &end, &early_ms, err);
    if (any) {
        CRASH_POINT("worker.noticed");
    }
    queue_outcome_free(outcome);
    if (ok && end == QUEUE_NOTICE_EARLY) {
        *out_wait_ms = early_ms;
    } else if (ok && (end == QUEUE_NOTICE_ELSEWHERE || round->more)) {
        *out_wait_ms = end == QUEUE_NOTICE_DONE ? 1 : AGAIN_MS;
    }
    return ok;
}

static bool look(const struct notices *notices, struct queue *queue, int64_t *out_wait_ms,
                 struct err *err)
{
    struct round round;
    bool ok = round_begin(&round, notices, queue, err) && gather(&round, queue, err) &&
              (strcmp(round.from, round.to) == 0 || tell(notices, &round, queue, out_wait_ms, err));

    round_end(&round);
    return ok;
}

/* ---- when ---- */

/* Whether some administrator is told of it. */
static bool is_news(const struct notices *notices, const struct queue_entry *entry)
{
    struct err unreadable = ERR_INIT;
    struct event event;

    if (!event_decode(entry->fields, entry->field_count, &event, &unreadable)) {
        return false;
    }
    for (size_t i = 0; i < notices->admins.count; i++) {
        if (notice_wants(notices->admins.ids[i], &event)) {
            return true;
        }
    }
    return false;
}

static bool has_news(const struct notices *notices, const struct queue_batch *batch)
{
    for (size_t i = 0; i < queue_batch_count(batch); i++) {
        struct queue_entry entry = queue_batch_entry(batch, i);

        if (is_news(notices, &entry)) {
            return true;
        }
    }
    return false;
}

static int64_t wait_until(const struct notices *notices, int64_t now_ms)
{
    int64_t at_ms =
        notices->due_ms > notices->not_before_ms ? notices->due_ms : notices->not_before_ms;

    return at_ms <= now_ms ? 0 : at_ms - now_ms < IDLE_MS ? at_ms - now_ms : IDLE_MS;
}

int64_t notices_look(void *context, struct queue *queue, const struct queue_batch *batch)
{
    struct notices *notices = context;
    int64_t now_ms = clock_monotonic_ms();
    struct err why = ERR_INIT;
    int64_t wait_ms = 0;
    int64_t number;

    if (batch) {
        int64_t due_ms = has_news(notices, batch) ? now_ms : now_ms + MOVE_MS;

        notices->due_ms = due_ms < notices->due_ms ? due_ms : notices->due_ms;
    }
    if (wait_until(notices, now_ms) > 0) {
        return wait_until(notices, now_ms);
    }
    if (look(notices, queue, &wait_ms, &why)) {
        (void)outage_over(&notices->outage, now_ms, &number);
    } else {
        wait_ms = AGAIN_MS;
        if (why.kind != ERR_STOPPED && outage_failed(&notices->outage, now_ms, &number)) {
            log_warn("notices.waiting", LOG_TEXT("why", why.message), LOG_INT("failures", number));
        }
    }
    now_ms = clock_monotonic_ms();
    notices->due_ms = wait_ms > 0 ? now_ms : INT64_MAX;
    notices->not_before_ms = now_ms + wait_ms;
    return wait_until(notices, now_ms);
}
