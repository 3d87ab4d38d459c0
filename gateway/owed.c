/* SPDX-License-Identifier: MIT */
#include "gateway/owed.h"

#include "gateway/ledger.h"
#include "gateway/reply_log.h"
#include "shared/base/clock.h"

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

/* Redis knows: the reply is over. */
static void forget(struct owed *owed, struct outbox *outbox)
{
    struct delivery *delivery = outbox_load(owed->item);

    if (!owed->quiet) {
        reply_log_settled(delivery, owed->state, owed->reason);
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
    struct ledger_row rows[OUTBOX_UNDER_WAY_MAX];

    for (size_t i = 0; i < list->count; i++) {
        const struct owed *owed = &list->rows[i];

        rows[i] = (struct ledger_row){
            .delivery = outbox_load(owed->item),
            .dropped = owed->state == DELIVERY_DROPPED ? owed->reason : NULL,
        };
    }
    if (!ledger_acknowledge(ledger, rows, list->count, err)) {
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
