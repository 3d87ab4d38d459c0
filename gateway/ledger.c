/* SPDX-License-Identifier: MIT */
#include "gateway/ledger.h"

#include "shared/base/buf.h"
#include "shared/base/clock.h"
#include "shared/queue/keys.h"
#include "shared/queue/state.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>

enum { SLOT_TTL_S = 48 * 3600, NUMBER_SIZE = 24 };

static const char *print_number(int64_t number, char out[NUMBER_SIZE])
{
    (void)snprintf(out, NUMBER_SIZE, "%" PRId64, number);
    return out;
}

/* The number under a key; 0 when there is none, or something odd. */
static bool read_number(struct queue *queue, const char *key, const char *tail, int64_t *out,
                        struct err *err)
{
    struct buf number;
    bool found = false;
    bool ok;

    buf_init(&number, NUMBER_SIZE);
    ok = state_get(queue, key, tail, &found, &number, err);
    *out = found ? strtoimax(buf_text(&number), NULL, 10) : 0;
    buf_free(&number);
    return ok;
}

bool ledger_find_slot(struct queue *queue, const struct delivery *delivery, int64_t *out_message_id,
                      struct err *err)
{
    struct buf slot;
    bool ok = true;

    *out_message_id = 0;
    buf_init(&slot, DELIVERY_SLOT_MAX_BYTES);
    delivery_part_slot(delivery, &slot);
    if (slot.len > 0 && buf_ok(&slot)) {
        ok = read_number(queue, KEY_SLOT, buf_text(&slot), out_message_id, err);
    }
    buf_free(&slot);
    return ok;
}

/* Keeps the message of the part just delivered, so that delivering it again edits it. */
static bool keep_part(struct queue *queue, const struct delivery *delivery, struct err *err)
{
    char number[NUMBER_SIZE];
    struct buf slot;
    bool ok;

    buf_init(&slot, DELIVERY_SLOT_MAX_BYTES);
    delivery_part_slot(delivery, &slot);
    ok = delivery->part_message_id == 0 || !buf_ok(&slot) ||
         state_set(queue, KEY_SLOT, buf_text(&slot),
                   print_number(delivery->part_message_id, number), SLOT_TTL_S, err);
    buf_free(&slot);
    return ok;
}

static bool acknowledge(struct queue *queue, const struct delivery *delivery, struct err *err)
{
    const char *slot = delivery->message_id != 0 ? delivery->slot : "";

    return queue_reply_sent(queue, delivery->entry_id, slot, delivery->message_id, err);
}

bool ledger_settle(struct queue *queue, const struct delivery *delivery, enum delivery_state state,
                   const char *reason, bool *out_more, struct err *err)
{
    *out_more = false;
    switch (state) {
    case DELIVERY_PART:
        if (!keep_part(queue, delivery, err)) {
            return false;
        }
        *out_more = delivery->part + 1 < delivery->text.count;
        return *out_more || acknowledge(queue, delivery, err);
    case DELIVERY_DONE:
    case DELIVERY_DROPPED:
        return acknowledge(queue, delivery, err);
    case DELIVERY_DEAD:
        return queue_reply_dead(queue, delivery->entry_id, reason, err);
    case DELIVERY_AGAIN:
        break;
    }
    assert(false); /* is no outcome yet */
    return false;
}

bool ledger_keep_flood(struct queue *queue, int64_t chat_id, int64_t wait_ms, struct err *err)
{
    char chat[NUMBER_SIZE];
    char until[NUMBER_SIZE];

    return state_set(queue, KEY_FLOOD, print_number(chat_id, chat),
                     print_number(clock_unix_ms() + wait_ms, until), wait_ms / 1000 + 1, err);
}

bool ledger_find_flood(struct queue *queue, int64_t chat_id, int64_t *out_wait_ms, struct err *err)
{
    char chat[NUMBER_SIZE];
    int64_t until_ms;

    if (!read_number(queue, KEY_FLOOD, print_number(chat_id, chat), &until_ms, err)) {
        return false;
    }
    *out_wait_ms = until_ms > 0 ? until_ms - clock_unix_ms() : 0;
    return true;
}
