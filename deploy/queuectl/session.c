/* SPDX-License-Identifier: MIT */
#include "deploy/queuectl/session.h"

bool session_ask(struct session *session, const char *const words[], struct redis_reply **out,
                 struct err *err)
{
    struct redis_command *command = redis_command_new(words[0]);

    for (size_t i = 1; words[i]; i++) {
        redis_add_text(command, words[i]);
    }
    return redis_run(queue_redis(session->queue), command, out, err);
}

const char *session_key(const struct session *session, const char *name, char out[QUEUE_KEY_SIZE])
{
    return queue_key(session->queue, name, "", out, QUEUE_KEY_SIZE);
}

bool session_now(struct session *session, int64_t *out_ms, struct err *err)
{
    struct redis_reply *reply = NULL;
    int64_t seconds = 0;
    int64_t micros = 0;
    bool ok;

    if (!ASK_REDIS(session, &reply, err, "TIME")) {
        return false;
    }
    ok = (redis_reply_int(redis_reply_item(reply, 0), &seconds) &&
          redis_reply_int(redis_reply_item(reply, 1), &micros)) ||
         err_set(err, ERR_FATAL, "TIME: answered with something else");
    redis_reply_free(reply);
    if (ok) {
        *out_ms = seconds * 1000 + micros / 1000;
    }
    return ok;
}
