/* SPDX-License-Identifier: MIT */
#include "gateway/owed.h"

#include "gateway/ledger.h"
#include "shared/base/clock.h"
#include "shared/base/log.h"

#include <assert.h>
#include <stdio.h>

void owed_add(struct owed_list *list, struct outbox_item *item, enum delivery_state state,
              const char *reason)
{
    struct owed *owed = &list->rows[list->count++];

    *owed = (struct owed){.item = item, .state = state};
    (void)snprintf(owed->reason, sizeof(owed->reason), "%s", reason);
}

void owed_add_quietly(struct owed_list *list, struct outbox_item *item, const char *reason)
{
    owed_add(list, item, DELIVERY_DEAD, reason);
    list->rows[list->count - 1].quiet = true;
}

static void log_settled(const struct delivery *delivery, const struct owed *owed)
{
    const struct log_field fields[] = {
        LOG_INT("update_id", delivery->ref),   LOG_INT("chat_id", delivery->chat_id),
        LOG_TEXT("entry", delivery->entry_id), LOG_TEXT("method", delivery->call),
        LOG_TEXT("why", owed->reason),         LOG_END,
    };

    if (owed->state == DELIVERY_DEAD) {
        log_event(LOG_LEVEL_ERROR, "reply.dead", fields);
    } else if (owed->state == DELIVERY_DROPPED) {
        log_event(LOG_LEVEL_WARN, "reply.dropped", fields);
    } else {
        log_info("reply.delivered", LOG_INT("update_id", delivery->ref),
                 LOG_INT("chat_id", delivery->chat_id), LOG_TEXT("method", delivery->call),
                 LOG_INT("message_id", delivery->message_id));
    }
}

/* Redis knows: the reply is over. */
static void forget(struct owed *owed, struct outbox *outbox)
{
    struct delivery *delivery = outbox_load(owed->item);

    if (!owed->quiet) {
        log_settled(delivery, owed);
    }
    outbox_remove(outbox, owed->item);
    delivery_free(delivery);
    owed->item = NULL;
}

/* Settles one that is dead, or the part of one; a last part leaves it DONE. Fails as redis_run().
 */
static bool settle_apart(struct owed *owed, struct queue *ledger, struct outbox *outbox,
                         struct err *err)
{
    struct delivery *delivery = outbox_load(owed->item);

    if (owed->state == DELIVERY_DEAD) {
        if (!ledger_bury(ledger, delivery, owed->reason, err)) {
            return false;
        }
        forget(owed, outbox);
    } else if (owed->state == DELIVERY_PART) {
        if (!ledger_keep_part(ledger, delivery, err)) {
            return false;
        }
        owed->state = DELIVERY_DONE;
        if (delivery->part + 1 < delivery->text.count) {
            delivery_next_part(delivery);
            outbox_retry(outbox, owed->item, clock_monotonic_ms());
            owed->item = NULL;
        }
    }
    return true;
}

/* Settles the rare ones one by one; the others are left. Fails as redis_run(). */
static bool settle_rare(struct owed_list *list, struct queue *ledger, struct outbox *outbox,
                        struct err *err)
{
    size_t left = 0;
    bool ok = true;

    for (size_t i = 0; i < list->count; i++) {
        ok = ok && settle_apart(&list->rows[i], ledger, outbox, err);
        if (list->rows[i].item) {
            list->rows[left++] = list->rows[i];
        }
    }
    list->count = left;
    return ok;
}

/* Settles all that are owed, in one round trip. Fails as redis_run(). */
static bool settle_delivered(struct owed_list *list, struct queue *ledger, struct outbox *outbox,
                             struct err *err)
{
    struct delivery *deliveries[OUTBOX_UNDER_WAY_MAX];

    for (size_t i = 0; i < list->count; i++) {
        deliveries[i] = outbox_load(list->rows[i].item);
    }
    if (!ledger_acknowledge(ledger, deliveries, list->count, err)) {
        return false;
    }
    for (size_t i = 0; i < list->count; i++) {
        forget(&list->rows[i], outbox);
    }
    list->count = 0;
    return true;
}

bool owed_settle(struct owed_list *list, struct queue *ledger, struct outbox *outbox,
                 struct err *err)
{
    return settle_rare(list, ledger, outbox, err) && settle_delivered(list, ledger, outbox, err);
}
