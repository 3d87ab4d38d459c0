/* SPDX-License-Identifier: MIT */
#include "shared/queue/queue.h"

#include "shared/queue/call.h"

#include <stdio.h>

bool queue_limit(struct queue *queue, const char *account, const struct queue_window windows[],
                 size_t count, struct queue_turn *out, struct err *err)
{
    static const char FUNCTION[] = "bq_limit";
    struct redis_command *command = queue_command(queue, FUNCTION);
    struct redis_reply *reply = NULL;
    const char *remark;
    int64_t wait_ms = 0;
    bool ok;

    redis_add_text(command, account);
    redis_add_int(command, (int64_t)count);
    for (size_t i = 0; i < count; i++) {
        redis_add_int(command, windows[i].calls);
        redis_add_int(command, windows[i].window_ms);
    }
    if (!queue_call(queue, FUNCTION, command, &reply, err)) {
        return false;
    }
    remark = redis_reply_text(redis_reply_item(reply, 1), NULL);
    ok = (remark && redis_reply_int(redis_reply_item(reply, 0), &wait_ms)) ||
         queue_odd_answer(FUNCTION, reply, err);
    if (ok) {
        out->wait_ms = wait_ms;
        (void)snprintf(out->remark, sizeof(out->remark), "%s", remark);
    }
    redis_reply_free(reply);
    return ok;
}

bool queue_limit_hit(struct queue *queue, const char *account, int64_t ms, struct err *err)
{
    static const char FUNCTION[] = "bq_limit_hit";
    struct redis_command *command = queue_command(queue, FUNCTION);
    struct redis_reply *reply = NULL;

    redis_add_text(command, account);
    redis_add_int(command, ms);
    if (!queue_call(queue, FUNCTION, command, &reply, err)) {
        return false;
    }
    redis_reply_free(reply);
    return true;
}
