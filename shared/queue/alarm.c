/* SPDX-License-Identifier: MIT */
#include "shared/queue/alarm.h"

#include "shared/queue/call.h"

static bool read_turn(const struct redis_reply *reply, struct queue_alarm_turn *out)
{
    struct queue_alarm_turn turn = {.ours = false};
    int64_t ours = 0;

    if (!redis_reply_int(redis_reply_item(reply, 0), &ours) ||
        !redis_reply_int(redis_reply_item(reply, 1), &turn.now_ms) ||
        !redis_reply_int(redis_reply_item(reply, 2), &turn.looked_ms)) {
        return false;
    }
    turn.ours = ours == 1;
    *out = turn;
    return true;
}

bool queue_alarm_turn(struct queue *queue, int64_t every_ms, struct queue_alarm_turn *out,
                      struct err *err)
{
    static const char FUNCTION[] = "bq_alarm_turn";
    struct redis_command *command = queue_command(queue, FUNCTION);
    struct redis_reply *reply = NULL;
    bool ok;

    redis_add_int(command, every_ms);
    if (!queue_call(queue, FUNCTION, command, &reply, err)) {
        return false;
    }
    ok = read_turn(reply, out) || queue_odd_answer(FUNCTION, reply, err);
    redis_reply_free(reply);
    return ok;
}

bool queue_alarm(struct queue *queue, const struct queue_alarm_change changes[], size_t count,
                 const struct queue_outcome *outcome, bool *out_done, struct err *err)
{
    static const char FUNCTION[] = "bq_alarm";
    struct redis_command *command = queue_command(queue, FUNCTION);
    int64_t done = 0;

    redis_add_int(command, (int64_t)count);
    for (size_t i = 0; i < count; i++) {
        redis_add_text(command, changes[i].cause);
        redis_add_text(command, changes[i].was);
        redis_add_text(command, changes[i].becomes);
    }
    queue_add_outcome(command, outcome);
    if (!queue_call_int(queue, FUNCTION, command, &done, err)) {
        return false;
    }
    *out_done = done == 1;
    return true;
}
