/* SPDX-License-Identifier: MIT */
#include "shared/queue/queue.h"

#include "shared/queue/call.h"

#include <assert.h>

static const char FUNCTION[] = "bq_push";

static void add_admins(struct redis_command *command, const struct setting_ids *admins)
{
    redis_add_int(command, (int64_t)admins->count);
    for (size_t i = 0; i < admins->count; i++) {
        redis_add_int(command, admins->ids[i]);
    }
}

static void add_updates(struct redis_command *command, const struct update updates[], size_t count)
{
    redis_add_int(command, (int64_t)count);
    for (size_t i = 0; i < count; i++) {
        struct field_scratch scratch = {.used = 0};
        struct field fields[UPDATE_FIELD_COUNT];

        update_encode(&updates[i], &scratch, fields);
        queue_add_fields(command, fields, UPDATE_FIELD_COUNT);
    }
}

/* Of those that have somebody behind them, counted from 1. */
static void add_asking(struct redis_command *command, const char *const asking[], size_t count)
{
    int64_t known = 0;

    for (size_t i = 0; asking && i < count; i++) {
        known += asking[i][0] != '\0';
    }
    redis_add_int(command, known);
    for (size_t i = 0; asking && i < count; i++) {
        if (asking[i][0] != '\0') {
            redis_add_int(command, (int64_t)i + 1);
            redis_add_text(command, asking[i]);
        }
    }
}

/* added, duplicates, [update_id, chat_id, ...], requests */
static bool read_result(const struct redis_reply *reply, struct queue_push_result *out)
{
    struct queue_push_result result = {.stranger_count = 0};
    const struct redis_reply *strangers = redis_reply_item(reply, 2);

    result.stranger_count = redis_reply_count(strangers) / 2;
    if (!redis_reply_int(redis_reply_item(reply, 0), &result.added) ||
        !redis_reply_int(redis_reply_item(reply, 1), &result.duplicates) ||
        !redis_reply_int(redis_reply_item(reply, 3), &result.requests) || !strangers ||
        result.stranger_count > ARRAY_LEN(result.strangers)) {
        return false;
    }
    for (size_t i = 0; i < result.stranger_count; i++) {
        struct queue_stranger *stranger = &result.strangers[i];

        if (!redis_reply_int(redis_reply_item(strangers, 2 * i), &stranger->update_id) ||
            !redis_reply_int(redis_reply_item(strangers, 2 * i + 1), &stranger->chat_id)) {
            return false;
        }
    }
    *out = result;
    return true;
}

bool queue_push(struct queue *queue, const struct queue_push_options *options,
                const struct update updates[], size_t count, struct queue_push_result *out,
                struct err *err)
{
    struct redis_command *command = queue_command(queue, FUNCTION);
    struct redis_reply *reply = NULL;
    bool ok;

    assert(count <= ARRAY_LEN(out->strangers));
    redis_add_int(command, options->bot_id);
    redis_add_int(command, options->depth_limit);
    redis_add_int(command, options->deadline_s);
    add_admins(command, options->admins);
    add_updates(command, updates, count);
    add_asking(command, options->asking, count);
    if (!queue_call(queue, FUNCTION, command, &reply, err)) {
        return false;
    }
    ok = read_result(reply, out) || queue_odd_answer(FUNCTION, reply, err);
    redis_reply_free(reply);
    return ok;
}
