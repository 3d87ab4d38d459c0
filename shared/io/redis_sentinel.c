/* SPDX-License-Identifier: MIT */
#include "shared/io/redis_sentinel.h"

#include "shared/base/clock.h"
#include "shared/io/redis_command.h"
#include "shared/io/redis_greet.h"
#include "shared/io/redis_login.h"

#include <stdio.h>
#include <string.h>

enum { ASK_MS = 1000 }; /* one sentinel; the others may answer */

/* SENTINEL GET-MASTER-ADDR-BY-NAME; *out may be an error reply. */
static bool query(struct redis *sentinel, const char *master, const struct redis_patience *patience,
                  struct redis_reply **out, struct err *err)
{
    struct redis_command *command = redis_command_new("SENTINEL");
    bool ok;

    redis_add_text(command, "GET-MASTER-ADDR-BY-NAME");
    redis_add_text(command, master);
    ok = redis_link_append(sentinel, command, err) && redis_link_flush(sentinel, patience, err) &&
         redis_link_read(sentinel, patience, out, err);
    redis_command_free(command);
    return ok;
}

/* As query(); a sentinel that wants a password is given that of the URL, and no other is. */
static bool query_in_turn(struct redis *sentinel, const char *master,
                          const struct redis_patience *patience, struct redis_reply **out,
                          struct err *err)
{
    struct redis_reply *reply = NULL;

    if (!query(sentinel, master, patience, &reply, err)) {
        return false;
    }
    if (redis_reply_error(reply) && strncmp(redis_reply_error(reply), "NOAUTH ", 7) == 0 &&
        sentinel->url.password[0] != '\0') {
        redis_reply_free(reply);
        return redis_greet_login(sentinel, patience, err) &&
               query(sentinel, master, patience, out, err);
    }
    *out = reply;
    return true;
}

/* A host and a port out of the answer. */
static bool read_place(const struct redis *sentinel, const char *master,
                       const struct redis_reply *reply, struct redis_place *out, struct err *err)
{
    const char *host = redis_reply_text(redis_reply_item(reply, 0), NULL);
    int64_t port = 0;

    if (redis_reply_error(reply)) {
        return redis_link_refused(sentinel, "SENTINEL", redis_reply_error(reply), err);
    }
    if (redis_reply_is_nil(reply)) {
        return err_set(err, ERR_RETRY, "redis %s: knows no master \"%s\": check its name",
                       sentinel->address, master);
    }
    if (!host || strlen(host) >= sizeof(out->host) ||
        !redis_reply_int(redis_reply_item(reply, 1), &port) || port < 1 || port > 65535) {
        return err_set(err, ERR_RETRY, "redis %s: its answer is no address", sentinel->address);
    }
    (void)snprintf(out->host, sizeof(out->host), "%s", host);
    out->port = (int)port;
    return true;
}

static bool ask(const struct redis *redis, const struct redis_place *place, int64_t ask_ms,
                bool heed_stop, struct redis_place *out, struct err *err)
{
    struct redis sentinel = {.name = redis->name, .timeout_ms = ask_ms, .tls = redis->tls};
    struct redis_patience patience = redis_patience_for("SENTINEL", ask_ms, heed_stop);
    struct redis_reply *reply = NULL;
    bool ok;

    sentinel.url = redis->url;
    sentinel.url.place = *place;
    (void)snprintf(sentinel.address, sizeof(sentinel.address), "sentinel %s:%d", place->host,
                   place->port);
    ok = redis_link_open(&sentinel, &patience, err) &&
         query_in_turn(&sentinel, redis->url.master, &patience, &reply, err) &&
         read_place(&sentinel, redis->url.master, reply, out, err);
    redis_reply_free(reply);
    redis_link_close(&sentinel);
    return ok;
}

/* A sentinel that wants a password may be the first to have another. */
static bool ask_with_login(struct redis *redis, const struct redis_place *place, int64_t ask_ms,
                           bool heed_stop, struct redis_place *out, struct err *err)
{
    return ask(redis, place, ask_ms, heed_stop, out, err) ||
           (err->kind == ERR_FATAL &&
            redis_login_renew(redis->login, redis->address, &redis->url) &&
            ask(redis, place, ask_ms, heed_stop, out, err));
}

bool redis_sentinel_find(struct redis *redis, const struct redis_patience *patience,
                         struct err *err)
{
    size_t count = redis->url.sentinel_count;

    (void)err_set(err, ERR_RETRY, "redis %s: no time left to ask the sentinels", redis->address);
    for (size_t i = 0; i < count; i++) {
        size_t at = (redis->sentinel + i) % count;
        int64_t left_ms = patience->deadline_ms - clock_monotonic_ms();
        struct redis_place place;

        if (left_ms <= 0) {
            return false;
        }
        if (ask_with_login(redis, &redis->url.sentinels[at], left_ms < ASK_MS ? left_ms : ASK_MS,
                           patience->heed_stop, &place, err)) {
            redis->sentinel = at;
            redis->url.place = place;
            redis_write_address(redis);
            return true;
        }
        if (err->kind == ERR_STOPPED) {
            return false;
        }
        err->kind = ERR_RETRY; /* another sentinel, or another moment, may do */
    }
    return false;
}
