/* SPDX-License-Identifier: MIT */
#include "shared/queue/queue.h"

#include "shared/queue/call.h"

bool queue_events_read(struct queue *queue, const char *after_id, size_t most, int64_t block_ms,
                       struct queue_batch **out, struct err *err)
{
    static const char READ[] = "XREAD";
    struct redis_command *command = redis_command_new(READ);
    struct redis_reply *reply = NULL;
    struct queue_batch *batch;
    bool read;

    redis_add_text(command, "COUNT");
    redis_add_int(command, (int64_t)most);
    if (block_ms > 0) { /* BLOCK 0 would wait for ever */
        redis_add_text(command, "BLOCK");
        redis_add_int(command, block_ms);
    }
    redis_add_text(command, "STREAMS");
    queue_add_key(queue, command, KEY_EVENTS, "");
    redis_add_text(command, after_id);
    read = block_ms > 0 ? redis_run_blocking(queue_line(queue), command, block_ms, &reply, err)
                        : redis_run(queue_line(queue), command, &reply, err);
    if (!read) {
        return false;
    }
    batch = queue_batch_new(reply);
    if (!batch) {
        (void)queue_odd_answer(READ, reply, err);
        redis_reply_free(reply);
        return false;
    }
    *out = batch;
    return true;
}

bool queue_events_followed(struct queue *queue, const char *name, const char *up_to_id,
                           struct err *err)
{
    static const char FUNCTION[] = "bq_followed";
    struct redis_command *command = queue_command(queue, FUNCTION);
    int64_t trimmed;

    redis_add_text(command, name);
    redis_add_text(command, up_to_id);
    return queue_call_int(queue, FUNCTION, command, &trimmed, err);
}
