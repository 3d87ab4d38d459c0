/* SPDX-License-Identifier: MIT */
#include "shared/queue/queue.h"

#include "shared/base/clock.h"
#include "shared/base/mem.h"
#include "shared/queue/call.h"

#include <inttypes.h>
#include <stdlib.h>

/* The gateway that sends holds a lease, so one name is enough, and a restart finds its own. */
static const char CONSUMER[] = "sender";
static const char READ[] = "XREADGROUP";

/* XREADGROUP GROUP gateway sender COUNT most [BLOCK ms] STREAMS {prefix}:replies id */
static struct redis_command *read_command(const struct queue *queue, size_t most, int64_t block_ms,
                                          const char *id)
{
    struct redis_command *command = redis_command_new(READ);

    redis_add_text(command, "GROUP");
    redis_add_text(command, GROUP_GATEWAY);
    redis_add_text(command, CONSUMER);
    redis_add_text(command, "COUNT");
    redis_add_int(command, (int64_t)most);
    if (block_ms > 0) {
        redis_add_text(command, "BLOCK");
        redis_add_int(command, block_ms);
    }
    redis_add_text(command, "STREAMS");
    queue_add_key(queue, command, KEY_REPLIES, "");
    redis_add_text(command, id);
    return command;
}

/* The reply goes into *out or is released. */
static bool read_batch(struct redis_reply *reply, struct queue_batch **out, struct err *err)
{
    struct queue_batch *batch = queue_batch_new(reply);

    if (!batch) {
        (void)queue_odd_answer(READ, reply, err);
        redis_reply_free(reply);
        return false;
    }
    *out = batch;
    return true;
}

/* Takes entries that were deleted by hand out of the group. *out_any: there were some. */
static bool acknowledge_bodiless(struct queue *queue, const struct redis_reply *reply,
                                 bool *out_any, struct err *err)
{
    const struct redis_reply *list = queue_reply_entries(reply);
    struct redis_command *command = redis_command_new("XACK");
    struct redis_reply *answer = NULL;
    bool any = false;

    queue_add_key(queue, command, KEY_REPLIES, "");
    redis_add_text(command, GROUP_GATEWAY);
    for (size_t i = 0; i < redis_reply_count(list); i++) {
        const struct redis_reply *entry = redis_reply_item(list, i);
        const char *id = redis_reply_text(redis_reply_item(entry, 0), NULL);

        if (id && queue_is_bodiless(entry)) {
            redis_add_text(command, id);
            any = true;
        }
    }
    *out_any = any;
    if (!any) {
        redis_command_free(command);
        return true;
    }
    if (!redis_run(queue_line(queue), command, &answer, err)) {
        return false;
    }
    redis_reply_free(answer);
    return true;
}

bool queue_replies_pending(struct queue *queue, const char *after_id, size_t most,
                           struct queue_batch **out, struct err *err)
{
    struct queue_batch *batch = NULL;
    bool skipped = true;

    /* An empty batch means the end, so one that was only empty of bodies is read again. */
    while (skipped && (!batch || queue_batch_count(batch) == 0)) {
        struct redis_reply *reply = NULL;

        queue_batch_free(batch);
        batch = NULL;
        if (!queue_ready(queue, err)) {
            return false;
        }
        if (!redis_run(queue_line(queue), read_command(queue, most, 0, after_id), &reply, err)) {
            queue_note_failure(queue, err);
            return false;
        }
        if (!acknowledge_bodiless(queue, reply, &skipped, err)) {
            redis_reply_free(reply);
            return false;
        }
        if (!read_batch(reply, &batch, err)) {
            return false;
        }
    }
    *out = batch;
    return true;
}

bool queue_replies_ask(struct queue *queue, size_t most, int64_t block_ms, struct err *err)
{
    if (queue->asked) {
        return true;
    }
    if (!queue_ready(queue, err) ||
        !redis_send(queue->redis, read_command(queue, most, block_ms, ">"), err)) {
        return false;
    }
    queue->asked = true;
    queue->ask_expires_ms = clock_monotonic_ms() + block_ms + queue->timeout_ms;
    return true;
}

bool queue_replies_collect(struct queue *queue, struct queue_batch **out, struct err *err)
{
    struct redis_reply *reply = NULL;

    if (!redis_receive(queue->redis, &reply, err)) {
        queue->asked = false;
        queue_note_failure(queue, err);
        return false;
    }
    if (reply) {
        queue->asked = false;
        return read_batch(reply, out, err);
    }
    if (clock_monotonic_ms() > queue->ask_expires_ms) {
        queue->asked = false;
        redis_disconnect(queue->redis);
        return err_set(err, ERR_RETRY, "redis %s: %s: no answer within %" PRId64 " ms of its time",
                       redis_address(queue->redis), READ, queue->timeout_ms);
    }
    *out = NULL;
    return true;
}

static void add_int_field(struct redis_command *command, const char *name, int64_t number)
{
    redis_add_text(command, name);
    redis_add_int(command, number);
}

/* Update, chat, step, and the number of fields and they themselves. */
static void add_delivery(struct redis_command *command, const struct queue_delivery *delivery)
{
    bool cut = delivery->parts > 1;

    if (delivery->ref == 0) {
        return;
    }
    redis_add_int(command, delivery->ref);
    redis_add_int(command, delivery->chat_id);
    redis_add_text(command, delivery->dropped ? "dropped" : "delivered");
    redis_add_int(command, 3 + (cut ? 2 : 0) + (delivery->dropped ? 1 : 0));
    redis_add_text(command, "method");
    redis_add_text(command, delivery->method ? delivery->method : "");
    add_int_field(command, "message_id", delivery->message_id);
    add_int_field(command, "tries", delivery->tries);
    if (cut) {
        add_int_field(command, "part", delivery->part);
        add_int_field(command, "parts", delivery->parts);
    }
    if (delivery->dropped) {
        redis_add_text(command, "why");
        redis_add_text(command, delivery->dropped);
    }
}

bool queue_replies_sent(struct queue *queue, const struct queue_sent rows[], size_t count,
                        struct err *err)
{
    static const char FUNCTION[] = "bq_sent";
    struct redis_command **commands;
    bool ok;

    if (count == 0) {
        return true;
    }
    /* NOLINTNEXTLINE(bugprone-sizeof-expression): pointers are what the array holds */
    commands = xcalloc(count, sizeof(*commands));
    for (size_t i = 0; i < count; i++) {
        commands[i] = queue_command(queue, FUNCTION);
        redis_add_text(commands[i], rows[i].entry_id);
        redis_add_text(commands[i], rows[i].slot);
        redis_add_int(commands[i], rows[i].message_id);
        add_delivery(commands[i], &rows[i].delivery);
    }
    ok = queue_call_all(queue, FUNCTION, commands, count, err);
    free(commands);
    return ok;
}

bool queue_part_sent(struct queue *queue, const char *slot, const struct queue_delivery *delivery,
                     struct err *err)
{
    static const char FUNCTION[] = "bq_part";
    struct redis_command *command = queue_command(queue, FUNCTION);
    int64_t ignored;

    redis_add_text(command, slot);
    redis_add_int(command, delivery->message_id);
    add_delivery(command, delivery);
    return queue_call_int(queue, FUNCTION, command, &ignored, err);
}

bool queue_reply_dead(struct queue *queue, const char *entry_id, const char *reason,
                      struct err *err)
{
    static const char FUNCTION[] = "bq_dead";
    struct redis_command *command = queue_command(queue, FUNCTION);
    int64_t settled;

    redis_add_text(command, entry_id);
    redis_add_text(command, reason);
    return queue_call_int(queue, FUNCTION, command, &settled, err);
}
