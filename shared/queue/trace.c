/* SPDX-License-Identifier: MIT */
#include "shared/queue/trace.h"

#include "shared/queue/call.h"

#include <stdio.h>
#include <string.h>

/* The reply goes into *out or is released. */
static bool read_part(struct redis_reply *reply, char cursor[REDIS_ID_SIZE],
                      struct queue_batch **out, const char *function, struct err *err)
{
    size_t len = 0;
    const char *next = redis_reply_text(redis_reply_item(reply, 0), &len);
    struct queue_batch *batch = NULL;

    if (next && len < REDIS_ID_SIZE && redis_reply_count(reply) == 2) {
        batch = queue_batch_of(reply, redis_reply_item(reply, 1));
    }
    if (!batch) {
        (void)queue_odd_answer(function, reply, err);
        redis_reply_free(reply);
        return false;
    }
    memcpy(cursor, next, len + 1);
    *out = batch;
    return true;
}

bool queue_trace_part(struct queue *queue, int64_t update_id, char cursor[REDIS_ID_SIZE],
                      struct queue_batch **out, struct err *err)
{
    static const char FUNCTION[] = "bq_trace";
    struct redis_command *command = queue_look_command(queue, FUNCTION);
    struct redis_reply *reply = NULL;

    redis_add_int(command, update_id);
    redis_add_text(command, cursor);
    return queue_look(queue, FUNCTION, command, &reply, err) &&
           read_part(reply, cursor, out, FUNCTION, err);
}

bool queue_trace_last(struct queue *queue, const char *before_id, size_t most,
                      struct queue_batch **out, struct err *err)
{
    static const char READ[] = "XREVRANGE";
    struct redis_command *command = redis_command_new(READ);
    struct redis_reply *reply = NULL;
    char before[REDIS_ID_SIZE + 1];

    (void)snprintf(before, sizeof(before), "%s%s", strcmp(before_id, "+") == 0 ? "" : "(",
                   before_id);
    queue_add_key(queue, command, KEY_TRACE, "");
    redis_add_text(command, before);
    redis_add_text(command, "-");
    redis_add_text(command, "COUNT");
    redis_add_int(command, (int64_t)most);
    if (!redis_run(queue_line(queue), command, &reply, err)) {
        return false;
    }
    *out = queue_batch_of(reply, reply);
    if (!*out) {
        (void)queue_odd_answer(READ, reply, err);
        redis_reply_free(reply);
    }
    return *out != NULL;
}

bool queue_trace_tail(struct queue *queue, const char *after_id, size_t most, int64_t block_ms,
                      struct queue_batch **out, struct err *err)
{
    return queue_stream_read(queue, KEY_TRACE, after_id, most, block_ms, out, err);
}
