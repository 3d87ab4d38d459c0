/* SPDX-License-Identifier: MIT */
#include "shared/io/redis.h"

#include "shared/base/clock.h"
#include "shared/base/mem.h"
#include "shared/io/redis_command.h"
#include "shared/io/redis_greet.h"
#include "shared/io/redis_link.h"
#include "shared/io/redis_login.h"
#include "shared/io/redis_sentinel.h"
#include "shared/io/redis_tls.h"

#include <assert.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- connecting ---- */

static bool connect_once(struct redis *redis, const struct redis_patience *patience,
                         struct err *err)
{
    if ((redis->url.sentinel_count > 0 && !redis_sentinel_find(redis, patience, err)) ||
        !redis_link_open(redis, patience, err) || !redis_greet(redis, patience, err)) {
        redis_disconnect(redis);
        return false;
    }
    redis->connections++;
    return true;
}

static bool ensure_connected(struct redis *redis, bool heed_stop, struct err *err)
{
    struct redis_patience patience = redis_patience_for("connect", redis->timeout_ms, heed_stop);
    struct err why = ERR_INIT; /* *err stays as it is when the second attempt succeeds */

    if (redis->context) {
        return true;
    }
    if (connect_once(redis, &patience, &why) ||
        (why.kind == ERR_FATAL && redis_login_renew(redis->login, redis->address, &redis->url) &&
         connect_once(redis, &patience, &why))) {
        redis_login_note(redis->login, NULL, clock_monotonic_ms());
        return true;
    }
    redis_login_note(redis->login, &why, clock_monotonic_ms());
    *err = why;
    return false;
}

void redis_write_address(struct redis *redis)
{
    const struct redis_url *url = &redis->url;
    bool bracketed = strchr(url->place.host, ':') != NULL;
    int len = 0;

    if (url->path[0] != '\0') {
        (void)snprintf(redis->address, sizeof(redis->address), "unix://%s?db=%d", url->path,
                       url->db);
        return;
    }
    if (url->sentinel_count > 0) {
        len = snprintf(redis->address, sizeof(redis->address), "%s at ", url->master);
    }
    if (url->place.host[0] == '\0') {
        (void)snprintf(redis->address, sizeof(redis->address), "%s", url->master);
        return;
    }
    (void)snprintf(redis->address + len, sizeof(redis->address) - (size_t)len, "%s%s%s:%d/%d",
                   bracketed ? "[" : "", url->place.host, bracketed ? "]" : "", url->place.port,
                   url->db);
}

struct redis *redis_new(const char *url, const char *name, int64_t timeout_ms, struct err *err)
{
    struct redis *redis = xcalloc(1, sizeof(*redis));

    redis->name = xstrdup(name);
    redis->timeout_ms = timeout_ms;
    if (!redis_url_parse(url, &redis->url, err)) {
        redis_free(redis);
        return NULL;
    }
    redis_write_address(redis);
    if (redis->url.tls) {
        redis->tls = redis_tls_new(redis->address, err);
    }
    if (redis->url.tls && !redis->tls) {
        redis_free(redis);
        return NULL;
    }
    return redis;
}

void redis_use_login(struct redis *redis, struct redis_login *login)
{
    redis->login = login;
}

void redis_free(struct redis *redis)
{
    if (!redis) {
        return;
    }
    redis_disconnect(redis);
    redis_tls_free(redis->tls);
    free(redis->name);
    free(redis);
}

const char *redis_address(const struct redis *redis)
{
    return redis->address;
}

int64_t redis_connections(const struct redis *redis)
{
    return redis->connections;
}

void redis_disconnect(struct redis *redis)
{
    redis_link_close(redis);
}

/* ---- running ---- */

/* The command's name for messages, cut to `size`. */
static const char *command_name(const struct redis_command *command, char out[], size_t size)
{
    (void)snprintf(out, size, "%.*s", (int)command->lens[0], buf_text(&command->bytes));
    return out;
}

static bool check_size(const struct redis *redis, const struct redis_command *command,
                       struct err *err)
{
    if (!buf_ok(&command->bytes) || command->count > INT_MAX) {
        return err_set(err, ERR_REJECT, "redis %s: a command above %d bytes", redis->address,
                       REDIS_COMMAND_MAX_BYTES);
    }
    return true;
}

/* A server that has become a replica stays one for this connection: the next may find the master.
 */
static void leave_replica(struct redis *redis, const struct redis_reply *reply)
{
    const char *error = redis_reply_error(reply);

    if (error && strncmp(error, "READONLY ", 9) == 0) {
        redis_disconnect(redis);
    }
}

/* Everything there and back. On failure the connection is gone and no reply is left. */
static bool exchange(struct redis *redis, struct redis_command *commands[], size_t count,
                     const struct redis_patience *patience, struct redis_reply *out_replies[],
                     struct err *err)
{
    size_t got = 0;

    assert(!redis->sent);
    for (size_t i = 0; i < count; i++) {
        if (!redis_link_append(redis, commands[i], err)) {
            goto failed;
        }
    }
    if (!redis_link_flush(redis, patience, err)) {
        goto failed;
    }
    for (; got < count; got++) {
        if (!redis_link_read(redis, patience, &out_replies[got], err)) {
            goto failed;
        }
    }
    for (size_t i = 0; i < count; i++) {
        leave_replica(redis, out_replies[i]);
    }
    return true;
failed:
    for (size_t i = 0; i < got; i++) {
        redis_reply_free(out_replies[i]);
        out_replies[i] = NULL; /* callers release what they find */
    }
    redis_disconnect(redis);
    return false;
}

static bool run(struct redis *redis, struct redis_command *command, int64_t wait_ms, bool heed_stop,
                struct redis_reply **out_reply, struct err *err)
{
    struct redis_reply *reply = NULL;
    struct redis_patience patience;
    char name[32];
    bool ok = false;

    if (!check_size(redis, command, err) || !ensure_connected(redis, heed_stop, err)) {
        goto out;
    }
    patience = redis_patience_for(command_name(command, name, sizeof(name)), wait_ms, heed_stop);
    if (!exchange(redis, &command, 1, &patience, &reply, err)) {
        goto out;
    }
    if (redis_reply_error(reply)) {
        (void)redis_link_refused(redis, name, redis_reply_error(reply), err);
        redis_reply_free(reply);
        goto out;
    }
    *out_reply = reply;
    ok = true;
out:
    redis_command_free(command);
    return ok;
}

bool redis_run(struct redis *redis, struct redis_command *command, struct redis_reply **out_reply,
               struct err *err)
{
    return run(redis, command, redis->timeout_ms, false, out_reply, err);
}

bool redis_run_blocking(struct redis *redis, struct redis_command *command, int64_t block_ms,
                        struct redis_reply **out_reply, struct err *err)
{
    return run(redis, command, block_ms + redis->timeout_ms, true, out_reply, err);
}

bool redis_run_pipeline(struct redis *redis, struct redis_command *commands[], size_t count,
                        struct redis_reply *out_replies[], struct err *err)
{
    struct redis_patience patience;
    bool ok = true;

    for (size_t i = 0; i < count; i++) {
        ok = ok && check_size(redis, commands[i], err);
    }
    ok = ok && ensure_connected(redis, false, err);
    if (ok) {
        patience = redis_patience_for("pipeline", redis->timeout_ms, false);
        ok = exchange(redis, commands, count, &patience, out_replies, err);
    }
    for (size_t i = 0; i < count; i++) {
        redis_command_free(commands[i]);
    }
    return ok;
}

bool redis_send(struct redis *redis, struct redis_command *command, struct err *err)
{
    struct redis_patience patience;
    bool ok = false;

    assert(!redis->sent);
    if (!check_size(redis, command, err) || !ensure_connected(redis, false, err)) {
        goto out;
    }
    patience = redis_patience_for("send", redis->timeout_ms, false);
    if (!redis_link_append(redis, command, err) || !redis_link_flush(redis, &patience, err)) {
        redis_disconnect(redis);
        goto out;
    }
    redis->sent = true;
    ok = true;
out:
    redis_command_free(command);
    return ok;
}

bool redis_receive(struct redis *redis, struct redis_reply **out_reply, struct err *err)
{
    struct redis_reply *reply = NULL;

    if (!redis->sent) {
        return err_set(err, ERR_RETRY, "redis %s: nothing was asked on this connection",
                       redis->address);
    }
    if (!redis_link_poll(redis, &reply, err)) {
        redis_disconnect(redis);
        return false;
    }
    redis->sent = reply == NULL;
    if (redis_reply_error(reply)) {
        leave_replica(redis, reply);
        (void)redis_link_refused(redis, "receive", redis_reply_error(reply), err);
        redis_reply_free(reply);
        return false;
    }
    *out_reply = reply;
    return true;
}
