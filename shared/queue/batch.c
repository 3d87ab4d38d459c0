/* SPDX-License-Identifier: MIT */
#include "shared/queue/queue.h"

#include "shared/base/mem.h"
#include "shared/queue/call.h"

#include <assert.h>
#include <stdlib.h>

struct queue_batch {
    struct redis_reply *reply; /* owned; what the rest points into */
    struct batch_entry {
        const char *id;
        struct field *fields; /* owned */
        size_t field_count;
    } * entries; /* owned */
    size_t count;
};

static bool read_entry(const struct redis_reply *item, struct batch_entry *out)
{
    out->id = redis_reply_text(redis_reply_item(item, 0), NULL);
    return out->id && queue_read_fields(redis_reply_item(item, 1), &out->fields, &out->field_count);
}

const struct redis_reply *queue_reply_entries(const struct redis_reply *reply)
{
    return redis_reply_item(redis_reply_item(reply, 0), 1);
}

bool queue_is_bodiless(const struct redis_reply *entry)
{
    return redis_reply_count(entry) == 2 && redis_reply_is_nil(redis_reply_item(entry, 1));
}

struct queue_batch *queue_batch_of(struct redis_reply *reply, const struct redis_reply *list)
{
    size_t most = redis_reply_count(list);
    struct queue_batch *batch = xcalloc(1, sizeof(*batch));

    batch->entries = xcalloc(most + 1, sizeof(*batch->entries));
    for (size_t i = 0; i < most; i++) {
        const struct redis_reply *item = redis_reply_item(list, i);

        if (queue_is_bodiless(item)) {
            continue;
        }
        if (!read_entry(item, &batch->entries[batch->count])) {
            queue_batch_free(batch);
            return NULL;
        }
        batch->count++;
    }
    batch->reply = reply;
    return batch;
}

struct queue_batch *queue_batch_new(struct redis_reply *reply)
{
    const struct redis_reply *list = queue_reply_entries(reply);

    return list || redis_reply_is_nil(reply) ? queue_batch_of(reply, list) : NULL;
}

void queue_batch_free(struct queue_batch *batch)
{
    if (!batch) {
        return;
    }
    for (size_t i = 0; i < batch->count; i++) {
        free(batch->entries[i].fields);
    }
    free(batch->entries);
    redis_reply_free(batch->reply);
    free(batch);
}

size_t queue_batch_count(const struct queue_batch *batch)
{
    return batch->count;
}

struct queue_entry queue_batch_entry(const struct queue_batch *batch, size_t index)
{
    const struct batch_entry *entry = &batch->entries[index];

    assert(index < batch->count);
    return (struct queue_entry){entry->id, entry->fields, entry->field_count};
}
