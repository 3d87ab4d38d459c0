/* SPDX-License-Identifier: MIT */
#include "shared/queue/operators.h"

#include "shared/base/compiler.h"
#include "shared/queue/call.h"

#include <string.h>

/* Error replies that are answers. */
static const struct {
    const char *prefix;
    enum operator_end end;
} ENDS[] = {
    {"NOT_FOUND ", OPERATOR_NOT_FOUND},
    {"REFUSED ", OPERATOR_REFUSED},
    {"TOO_LATE ", OPERATOR_REFUSED},
};

/* True when an error reply is an answer, whose sentence is appended. */
static bool read_refusal(const char *error, enum operator_end *out, struct buf *out_sentence)
{
    for (size_t i = 0; error && i < ARRAY_LEN(ENDS); i++) {
        size_t len = strlen(ENDS[i].prefix);

        if (strncmp(error, ENDS[i].prefix, len) == 0) {
            buf_addf(out_sentence, "%s", error + len);
            *out = ENDS[i].end;
            return true;
        }
    }
    return false;
}

/* True for the answer of a library that does not know the function, or no dry run. */
static bool is_older(const char *error, bool dry_run)
{
    return error && (strncmp(error, "ERR Function not found", 22) == 0 ||
                     (dry_run && strstr(error, "arguments too many")));
}

static struct redis_command *command_of(const struct queue *queue, const struct operator_call *call)
{
    struct redis_command *command = queue_command(queue, call->function);

    for (size_t i = 0; i < call->word_count; i++) {
        redis_add_text(command, call->words[i]);
    }
    if (call->dry_run) {
        redis_add_text(command, "dry-run");
    }
    return command;
}

bool queue_operate(struct queue *queue, const struct operator_call *call, enum operator_end *out,
                   struct buf *out_sentence, struct err *err)
{
    struct redis_reply *reply = NULL;
    const char *text;
    bool ok = true;

    if (!call->dry_run && !queue_ready(queue, err)) {
        return false;
    }
    if (!queue_run_lastingly(queue, command_of(queue, call), &reply, err)) {
        return false;
    }
    if (read_refusal(redis_reply_error(reply), out, out_sentence)) {
        redis_reply_free(reply);
        return true;
    }
    if (is_older(redis_reply_error(reply), call->dry_run)) {
        redis_reply_free(reply);
        return err_set(err, ERR_RETRY,
                       "%s: the functions in Redis are missing, or older than this program: the"
                       " first newer service that starts brings them",
                       call->function);
    }
    if (!queue_check_reply(queue, call->function, reply, err)) {
        return false;
    }
    text = redis_reply_text(reply, NULL);
    ok = text || queue_odd_answer(call->function, reply, err);
    if (ok) {
        buf_addf(out_sentence, "%s", text);
        *out = OPERATOR_DONE;
    }
    redis_reply_free(reply);
    return ok;
}
