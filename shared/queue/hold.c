/* SPDX-License-Identifier: MIT */
#include "shared/queue/hold.h"

#include "shared/base/compiler.h"
#include "shared/queue/call.h"

static const struct {
    const char *word;
    enum queue_hold hold;
} ANSWERS[] = {
    {"OK", QUEUE_HOLD_OURS},
    {"HELD", QUEUE_HOLD_OTHERS},
    {"LOST", QUEUE_HOLD_LOST},
};

static bool read_hold(const struct redis_reply *reply, enum queue_hold *out)
{
    for (size_t i = 0; i < ARRAY_LEN(ANSWERS); i++) {
        if (queue_answer_is(reply, ANSWERS[i].word)) {
            *out = ANSWERS[i].hold;
            return true;
        }
    }
    return false;
}

bool queue_hold(struct queue *queue, const char *consumer, const char *job_id, const char *name,
                int64_t ttl_ms, enum queue_hold *out, struct err *err)
{
    static const char FUNCTION[] = "bq_hold";
    struct redis_command *command = queue_command(queue, FUNCTION);
    struct redis_reply *reply = NULL;
    bool ok;

    redis_add_text(command, consumer);
    redis_add_text(command, job_id);
    redis_add_text(command, name);
    redis_add_int(command, ttl_ms);
    if (!queue_call(queue, FUNCTION, command, &reply, err)) {
        return false;
    }
    ok = read_hold(reply, out) || queue_odd_answer(FUNCTION, reply, err);
    redis_reply_free(reply);
    return ok;
}
