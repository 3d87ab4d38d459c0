/* SPDX-License-Identifier: MIT */
#include "shared/queue/queue.h"

#include "shared/queue/call.h"

#include <stdio.h>

static const char FUNCTION[] = "bq_lease";

static const char *const ACTIONS[] = {
    [QUEUE_LEASE_ACQUIRE] = "acquire",
    [QUEUE_LEASE_RENEW] = "renew",
    [QUEUE_LEASE_RELEASE] = "release",
};

/* False when it is no answer of bq_lease. */
static bool read_lease(const struct redis_reply *reply, struct queue_lease *out)
{
    const char *holder = redis_reply_text(redis_reply_item(reply, 1), NULL);
    int64_t done;

    if (!holder || !redis_reply_int(redis_reply_item(reply, 0), &done) ||
        !redis_reply_int(redis_reply_item(reply, 2), &out->left_ms)) {
        return false;
    }
    out->done = done == 1;
    (void)snprintf(out->holder, sizeof(out->holder), "%s", holder);
    return true;
}

bool queue_lease(struct queue *queue, const char *holder, int64_t ttl_ms,
                 enum queue_lease_action action, struct queue_lease *out, struct err *err)
{
    struct redis_command *command = queue_command(queue, FUNCTION);
    struct redis_reply *reply = NULL;
    bool ok;

    redis_add_text(command, holder);
    redis_add_int(command, ttl_ms);
    redis_add_text(command, ACTIONS[action]);
    if (!queue_call(queue, FUNCTION, command, &reply, err)) {
        return false;
    }
    ok = read_lease(reply, out) || queue_odd_answer(FUNCTION, reply, err);
    redis_reply_free(reply);
    return ok;
}
