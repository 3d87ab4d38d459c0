/* SPDX-License-Identifier: MIT */
#include "shared/queue/queue.h"

#include "shared/queue/call.h"
#include "shared/queue/state.h"

#include <stdio.h>

bool queue_stream_read(struct queue *queue, const char *key, const char *after_id, size_t most,
                       int64_t block_ms, struct queue_batch **out, struct err *err)
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
    queue_add_key(queue, command, key, "");
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

bool queue_events_read(struct queue *queue, const char *after_id, size_t most, int64_t block_ms,
                       struct queue_batch **out, struct err *err)
{
    return queue_stream_read(queue, KEY_EVENTS, after_id, most, block_ms, out, err);
}

bool queue_events_followed(struct queue *queue, const char *name, const char *up_to_id,
                           bool keep_untold, struct err *err)
{
    static const char FUNCTION[] = "bq_followed";
    struct redis_command *command = queue_command(queue, FUNCTION);
    int64_t trimmed;

    redis_add_text(command, name);
    redis_add_text(command, up_to_id);
    if (keep_untold) {
        redis_add_text(command, "noticed");
    }
    return queue_call_int(queue, FUNCTION, command, &trimmed, err);
}

bool queue_noticed(struct queue *queue, char out[REDIS_ID_SIZE], struct err *err)
{
    bool found = false;
    struct buf text;
    bool ok;

    buf_init(&text, REDIS_ID_SIZE - 1);
    ok = queue_ready(queue, err) && state_hget(queue, KEY_META, "", "noticed", &found, &text, err);
    if (ok && !found) { /* Redis was emptied since this connection was made */
        ok = err_set(err, ERR_RETRY, "meta.noticed is missing");
        queue->prepared = -1;
    }
    if (ok) {
        (void)snprintf(out, REDIS_ID_SIZE, "%s", buf_text(&text));
    }
    buf_free(&text);
    return ok;
}

bool queue_notice(struct queue *queue, const struct queue_notice *notice,
                  const struct queue_outcome *outcome, enum queue_notice_end *out,
                  int64_t *out_wait_ms, struct err *err)
{
    static const char FUNCTION[] = "bq_notice";
    struct redis_command *command = queue_command(queue, FUNCTION);
    int64_t answer = 0;

    redis_add_text(command, notice->from);
    redis_add_text(command, notice->to);
    redis_add_int(command, notice->gap_ms);
    queue_add_outcome(command, outcome);
    if (!queue_call_int(queue, FUNCTION, command, &answer, err)) {
        return false;
    }
    *out = answer == 0  ? QUEUE_NOTICE_DONE
           : answer < 0 ? QUEUE_NOTICE_ELSEWHERE
                        : QUEUE_NOTICE_EARLY;
    *out_wait_ms = answer > 0 ? answer : 0;
    return true;
}
