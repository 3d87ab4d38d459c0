/* SPDX-License-Identifier: MIT */
#include "shared/io/redis_link.h"

#include "shared/base/clock.h"
#include "shared/base/mem.h"
#include "shared/base/stop.h"
#include "shared/io/redis_command.h"
#include "shared/io/redis_error.h"
#include "shared/io/redis_tls.h"

#include <errno.h>
#include <hiredis/hiredis.h>
#include <inttypes.h>
#include <limits.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

/* ---- messages ---- */

static bool fail_connect(const struct redis *redis, int cause, struct err *err)
{
    const char *text = redis_connect_cause(cause);

    if (text) {
        return err_set(err, ERR_RETRY, "redis %s: %s", redis->address, text);
    }
    return err_set(err, ERR_RETRY, "redis %s: cannot connect: errno %d", redis->address, cause);
}

/* The connection broke in the middle; hiredis says how. */
static bool fail_lost(const struct redis *redis, const char *what, struct err *err)
{
    return err_set(err, ERR_RETRY, "redis %s: %s: connection lost: %s", redis->address, what,
                   redis->context->errstr);
}

bool redis_link_refused(const struct redis *redis, const char *what, const char *text,
                        struct err *err)
{
    struct redis_refusal refusal = redis_refusal_of(text);

    return err_set(err, refusal.kind, "redis %s: %s: %s%s", redis->address, what, text,
                   refusal.advice);
}

/* ---- writing and reading ---- */

bool redis_link_append(struct redis *redis, const struct redis_command *command, struct err *err)
{
    const char **args = xcalloc(command->count, sizeof(*args));
    const char *at = buf_text(&command->bytes);
    int result;

    for (size_t i = 0; i < command->count; i++) {
        args[i] = at;
        at += command->lens[i];
    }
    result = redisAppendCommandArgv(redis->context, (int)command->count, args, command->lens);
    free(args);
    return result == REDIS_OK || fail_lost(redis, "send", err);
}

struct redis_patience redis_patience_for(const char *what, int64_t wait_ms, bool heed_stop)
{
    return (struct redis_patience){.what = what,
                                   .wait_ms = wait_ms,
                                   .deadline_ms = clock_monotonic_ms() + wait_ms,
                                   .heed_stop = heed_stop};
}

static bool wait_ready(const struct redis *redis, short events,
                       const struct redis_patience *patience, struct err *err)
{
    struct pollfd fds[2] = {
        {.fd = redis->context->fd, .events = events},
        {.fd = patience->heed_stop ? stop_fd() : -1, .events = POLLIN}, /* -1 is passed over */
    };

    for (;;) {
        int64_t left_ms = patience->deadline_ms - clock_monotonic_ms();
        int ready;

        if (patience->heed_stop && stop_requested()) {
            return err_set(err, ERR_STOPPED, "redis %s: %s: shutdown requested", redis->address,
                           patience->what);
        }
        if (left_ms <= 0) {
            return err_set(err, ERR_RETRY, "redis %s: %s: no answer within %" PRId64 " ms",
                           redis->address, patience->what, patience->wait_ms);
        }
        ready = poll(fds, ARRAY_LEN(fds), left_ms > INT_MAX ? INT_MAX : (int)left_ms);
        if (ready < 0 && errno != EINTR) {
            return err_set(err, ERR_RETRY, "redis %s: poll: errno %d", redis->address, errno);
        }
        if (ready > 0 && fds[0].revents != 0) {
            return true;
        }
    }
}

bool redis_link_flush(struct redis *redis, const struct redis_patience *patience, struct err *err)
{
    for (;;) {
        int done = 0;

        if (redisBufferWrite(redis->context, &done) != REDIS_OK) {
            return fail_lost(redis, patience->what, err);
        }
        if (done) {
            return true;
        }
        if (!wait_ready(redis, POLLOUT, patience, err)) {
            return false;
        }
    }
}

/* A complete reply out of what has been read so far; *out is NULL when there is none. */
static bool next_reply(struct redis *redis, const char *what, struct redis_reply **out,
                       struct err *err)
{
    void *reply = NULL;

    if (redisGetReplyFromReader(redis->context, &reply) != REDIS_OK) {
        return fail_lost(redis, what, err);
    }
    *out = reply;
    return true;
}

bool redis_link_read(struct redis *redis, const struct redis_patience *patience,
                     struct redis_reply **out, struct err *err)
{
    for (;;) {
        if (!next_reply(redis, patience->what, out, err)) {
            return false;
        }
        if (*out) {
            return true;
        }
        if (!wait_ready(redis, POLLIN, patience, err)) {
            return false;
        }
        if (redisBufferRead(redis->context) != REDIS_OK) {
            return fail_lost(redis, patience->what, err);
        }
    }
}

bool redis_link_poll(struct redis *redis, struct redis_reply **out, struct err *err)
{
    static const char WHAT[] = "receive";

    if (!next_reply(redis, WHAT, out, err)) {
        return false;
    }
    if (*out) {
        return true;
    }
    if (redisBufferRead(redis->context) != REDIS_OK) {
        return fail_lost(redis, WHAT, err);
    }
    return next_reply(redis, WHAT, out, err);
}

/* ---- connection ---- */

bool redis_link_open(struct redis *redis, const struct redis_patience *patience, struct err *err)
{
    const struct redis_url *url = &redis->url;
    int cause = 0;
    socklen_t size = sizeof(cause);

    redis->context = url->path[0] != '\0' ? redisConnectUnixNonBlock(url->path)
                                          : redisConnectNonBlock(url->place.host, url->place.port);
    if (!redis->context) {
        return fail_connect(redis, ENOMEM, err);
    }
    if (redis->context->err == REDIS_ERR_IO) {
        return fail_connect(redis, errno, err);
    }
    if (redis->context->err != 0) {
        return err_set(err, ERR_RETRY, "redis %s: %s", redis->address, redis->context->errstr);
    }
    if (!wait_ready(redis, POLLOUT, patience, err)) {
        return false;
    }
    if (getsockopt(redis->context->fd, SOL_SOCKET, SO_ERROR, &cause, &size) != 0 || cause != 0) {
        return fail_connect(redis, cause, err);
    }
    if (url->path[0] == '\0') {
        (void)redisEnableKeepAlive(redis->context); /* a refusal costs only time to notice */
        redis->context->err = 0;
    }
    return !redis->tls || redis_tls_start(redis->tls, redis->context, url->place.host,
                                          redis->timeout_ms, redis->address, err);
}

void redis_link_close(struct redis *redis)
{
    redisFree(redis->context); /* accepts NULL */
    redis->context = NULL;
    redis->sent = false;
}

int redis_fd(const struct redis *redis)
{
    return redis->context ? redis->context->fd : -1;
}

/* ---- replies ---- */

static const redisReply *raw(const struct redis_reply *reply)
{
    return (const redisReply *)reply;
}

void redis_reply_free(struct redis_reply *reply)
{
    if (reply) {
        freeReplyObject(reply);
    }
}

bool redis_reply_is_nil(const struct redis_reply *reply)
{
    return !reply || raw(reply)->type == REDIS_REPLY_NIL;
}

const char *redis_reply_error(const struct redis_reply *reply)
{
    return reply && raw(reply)->type == REDIS_REPLY_ERROR ? raw(reply)->str : NULL;
}

bool redis_reply_check(const struct redis *redis, const struct redis_reply *reply, const char *what,
                       struct err *err)
{
    const char *error = redis_reply_error(reply);

    return !error || redis_link_refused(redis, what, error, err);
}

const char *redis_reply_text(const struct redis_reply *reply, size_t *out_len)
{
    if (!reply ||
        (raw(reply)->type != REDIS_REPLY_STRING && raw(reply)->type != REDIS_REPLY_STATUS)) {
        return NULL;
    }
    if (out_len) {
        *out_len = raw(reply)->len;
    }
    return raw(reply)->str;
}

/* Decimal digits with at most a minus before them; strtoimax() alone also takes " 1" and "+1". */
static bool parse_int(const char *text, size_t len, int64_t *out)
{
    const char *digits = text[0] == '-' ? text + 1 : text;
    intmax_t number;
    char *end;

    if (digits[0] < '0' || digits[0] > '9') {
        return false;
    }
    errno = 0;
    number = strtoimax(text, &end, 10);
    if (errno != 0 || end != text + len || number < INT64_MIN || number > INT64_MAX) {
        return false;
    }
    *out = (int64_t)number;
    return true;
}

bool redis_reply_int(const struct redis_reply *reply, int64_t *out)
{
    size_t len = 0;
    const char *text = redis_reply_text(reply, &len);

    if (text) {
        return parse_int(text, len, out);
    }
    if (!reply || raw(reply)->type != REDIS_REPLY_INTEGER) {
        return false;
    }
    *out = raw(reply)->integer;
    return true;
}

size_t redis_reply_count(const struct redis_reply *reply)
{
    return reply && raw(reply)->type == REDIS_REPLY_ARRAY ? raw(reply)->elements : 0;
}

const struct redis_reply *redis_reply_item(const struct redis_reply *reply, size_t index)
{
    return index < redis_reply_count(reply) ? (const struct redis_reply *)raw(reply)->element[index]
                                            : NULL;
}
