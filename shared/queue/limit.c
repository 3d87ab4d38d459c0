/* SPDX-License-Identifier: MIT */
#include "shared/queue/queue.h"

#include "shared/queue/call.h"

bool queue_limit(struct queue *queue, const char *account, int64_t per_minute, int64_t *out_wait_ms,
                 struct err *err)
{
    static const char FUNCTION[] = "bq_limit";
    struct redis_command *command = queue_command(queue, FUNCTION);

    redis_add_text(command, account);
    redis_add_int(command, per_minute);
    return queue_call_int(queue, FUNCTION, command, out_wait_ms, err);
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
