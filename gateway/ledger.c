/* SPDX-License-Identifier: MIT */
#include "gateway/ledger.h"

#include "gateway/outbox.h"
#include "shared/base/buf.h"
#include "shared/base/clock.h"
#include "shared/queue/keys.h"
#include "shared/queue/state.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>

enum { NUMBER_SIZE = 24 };

static const char *print_number(int64_t number, char out[NUMBER_SIZE])
{
    (void)snprintf(out, NUMBER_SIZE, "%" PRId64, number);
    return out;
}

static bool has_slot(const struct buf *slot)
{
    return slot->len > 0 && buf_ok(slot);
}

bool ledger_find_slots(struct queue *queue, struct delivery *const deliveries[], size_t count,
                       int64_t out_message_ids[], struct err *err)
{
    struct buf slots[OUTBOX_UNDER_WAY_MAX];
    const char *tails[OUTBOX_UNDER_WAY_MAX];
    int64_t found[OUTBOX_UNDER_WAY_MAX] = {0};
    size_t asked = 0;
    size_t answered = 0;
    bool ok;

    assert(count <= OUTBOX_UNDER_WAY_MAX);
    for (size_t i = 0; i < count; i++) {
        buf_init(&slots[i], DELIVERY_SLOT_MAX_BYTES);
        delivery_part_slot(deliveries[i], &slots[i]);
        if (has_slot(&slots[i])) {
            tails[asked++] = buf_text(&slots[i]);
        }
    }
    ok = asked == 0 || state_numbers(queue, KEY_SLOT, tails, asked, found, err);
    for (size_t i = 0; i < count; i++) {
        if (ok) {
            out_message_ids[i] = has_slot(&slots[i]) ? found[answered++] : 0;
        }
        buf_free(&slots[i]);
    }
    return ok;
}

/* What the trace is to have of the part that was delivered last. */
static struct queue_delivery traced(const struct delivery *delivery)
{
    return (struct queue_delivery){.ref = delivery->ref,
                                   .chat_id = delivery->chat_id,
                                   .method = delivery->call,
                                   .message_id = delivery->part_message_id,
                                   .tries = delivery->calls,
                                   .part = (int64_t)delivery->part + 1,
                                   .parts = (int64_t)delivery->text.count};
}

bool ledger_acknowledge(struct queue *queue, const struct ledger_row rows[], size_t count,
                        struct err *err)
{
    struct queue_sent sent[OUTBOX_UNDER_WAY_MAX];

    assert(count <= OUTBOX_UNDER_WAY_MAX);
    for (size_t i = 0; i < count; i++) {
        const struct delivery *delivery = rows[i].delivery;

        sent[i] = (struct queue_sent){.entry_id = delivery->entry_id,
                                      .slot = delivery->message_id != 0 ? delivery->slot : "",
                                      .message_id = delivery->message_id,
                                      .delivery = traced(delivery)};
        sent[i].delivery.dropped = rows[i].dropped;
        if (delivery->text.count > 1 && !rows[i].dropped) {
            sent[i].delivery.ref = 0; /* each part was told of by itself */
        }
    }
    return queue_replies_sent(queue, sent, count, err);
}

bool ledger_keep_part(struct queue *queue, const struct delivery *delivery, struct err *err)
{
    struct queue_delivery part = traced(delivery);
    struct buf slot;
    bool ok;

    buf_init(&slot, DELIVERY_SLOT_MAX_BYTES);
    delivery_part_slot(delivery, &slot);
    ok = queue_part_sent(queue, has_slot(&slot) ? buf_text(&slot) : "", &part, err);
    buf_free(&slot);
    return ok;
}

bool ledger_bury(struct queue *queue, const struct delivery *delivery, const char *reason,
                 struct err *err)
{
    return queue_reply_dead(queue, delivery->entry_id, reason, err);
}

bool ledger_keep_flood(struct queue *queue, int64_t chat_id, int64_t wait_ms, struct err *err)
{
    char chat[NUMBER_SIZE];
    char until[NUMBER_SIZE];

    return state_set(queue, KEY_FLOOD, print_number(chat_id, chat),
                     print_number(clock_unix_ms() + wait_ms, until), wait_ms / 1000 + 1, err);
}

bool ledger_find_floods(struct queue *queue, const int64_t chat_ids[], size_t count,
                        int64_t out_wait_ms[], struct err *err)
{
    char numbers[LEDGER_FLOODS_MOST][NUMBER_SIZE];
    const char *chats[LEDGER_FLOODS_MOST] = {NULL};
    int64_t until_ms[LEDGER_FLOODS_MOST];

    assert(count <= LEDGER_FLOODS_MOST);
    for (size_t i = 0; i < count; i++) {
        chats[i] = print_number(chat_ids[i], numbers[i]);
    }
    if (!state_numbers(queue, KEY_FLOOD, chats, count, until_ms, err)) {
        return false;
    }
    for (size_t i = 0; i < count; i++) {
        out_wait_ms[i] = until_ms[i] > 0 ? until_ms[i] - clock_unix_ms() : 0;
    }
    return true;
}
