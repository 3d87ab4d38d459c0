/* SPDX-License-Identifier: MIT */
#include "gateway/update_batch.h"

#include "gateway/gateway_metrics.h"
#include "shared/base/log.h"

static void read_one(struct update_batch *batch, const struct json *node)
{
    struct update *update = &batch->updates[batch->count];
    int64_t update_id;

    switch (update_read(node, &batch->storages[batch->count], update, &update_id)) {
    case UPDATE_READ:
        batch->asking[batch->count] = buf_text(&batch->storages[batch->count].asking);
        batch->count++;
        metrics_add(GATEWAY_METRIC_UPDATES, update->kind, 0, 1);
        log_debug("update.received", LOG_INT("update_id", update_id),
                  LOG_INT("chat_id", update->chat_id),
                  LOG_TEXT("kind", update_kind_name(update->kind)));
        break;
    case UPDATE_UNKNOWN:
        log_debug("update.skipped", LOG_INT("update_id", update_id),
                  LOG_TEXT("why", "of a kind that is not asked for"));
        break;
    case UPDATE_UNREADABLE:
        metrics_add(GATEWAY_METRIC_UPDATES_UNREADABLE, 0, 0, 1);
        log_warn("update.unreadable", LOG_INT("update_id", update_id),
                 LOG_TEXT("why", "no update_id, or no chat: left out and confirmed"));
        break;
    }
    batch->ids[batch->id_count++] = update_id;
}

void update_batch_read(struct update_batch *batch, const struct json *list)
{
    update_batch_empty(batch);
    for (const struct json *node = json_first(list); node && batch->id_count < UPDATE_BATCH_MAX;
         node = json_next(node)) {
        read_one(batch, node);
    }
}

void update_batch_empty(struct update_batch *batch)
{
    for (size_t i = 0; i < batch->count; i++) {
        update_storage_free(&batch->storages[i]);
    }
    batch->count = 0;
    batch->id_count = 0;
}
