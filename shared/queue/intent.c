/* SPDX-License-Identifier: MIT */
#include "shared/queue/intent.h"

#include "shared/base/compiler.h"
#include "shared/queue/call.h"

static const struct {
    const char *word;
    enum queue_may may;
    bool has_text;
} ANSWERS[] = {
    {"CALL", QUEUE_MAY_CALL, false},           {"DOUBT", QUEUE_MAY_DOUBT, true},
    {"ENDED", QUEUE_MAY_ENDED, true},          {"LATE", QUEUE_MAY_LATE, false},
    {"CANCELLED", QUEUE_MAY_CANCELLED, false}, {"LOST", QUEUE_MAY_LOST, false},
};

/* False when it is no answer of bq_begin. */
static bool read_may(const struct redis_reply *reply, enum queue_may *out, const char **out_text,
                     size_t *out_len)
{
    for (size_t i = 0; i < ARRAY_LEN(ANSWERS); i++) {
        if (queue_answer_is(reply, ANSWERS[i].word)) {
            *out = ANSWERS[i].may;
            *out_text = redis_reply_text(redis_reply_item(reply, 1), out_len);
            return *out_text || !ANSWERS[i].has_text;
        }
    }
    return false;
}

bool queue_begin(struct queue *queue, const char *consumer, const char *job_id,
                 const struct queue_intent *intent, enum queue_may *out, struct buf *out_text,
                 struct err *err)
{
    static const char FUNCTION[] = "bq_begin";
    struct redis_command *command = queue_command(queue, FUNCTION);
    struct redis_reply *reply = NULL;
    enum queue_may may = QUEUE_MAY_LOST;
    const char *text = NULL;
    size_t len = 0;
    bool ok;

    redis_add_text(command, consumer);
    redis_add_text(command, job_id);
    redis_add_int(command, intent->step);
    redis_add_bytes(command, &intent->class, 1);
    redis_add_text(command, intent->what);
    redis_add_text(command, intent->before);
    if (!queue_call(queue, FUNCTION, command, &reply, err)) {
        return false;
    }
    ok = read_may(reply, &may, &text, &len) || queue_odd_answer(FUNCTION, reply, err);
    if (ok && text) {
        buf_add(out_text, text, len);
        ok = buf_ok(out_text) ||
             err_set(err, ERR_REJECT, "%s: a text above %zu bytes", FUNCTION, out_text->max);
    }
    redis_reply_free(reply);
    if (ok) {
        *out = may;
    }
    return ok;
}

bool queue_record(struct queue *queue, const char *consumer, const char *job_id, int64_t step,
                  const char *result, bool *out_owner, struct err *err)
{
    static const char FUNCTION[] = "bq_record";
    struct redis_command *command = queue_command(queue, FUNCTION);

    redis_add_text(command, consumer);
    redis_add_text(command, job_id);
    redis_add_int(command, step);
    redis_add_text(command, result);
    return queue_call_ok(queue, FUNCTION, command, "LOST", out_owner, err);
}
