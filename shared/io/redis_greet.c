/* SPDX-License-Identifier: MIT */
#include "shared/io/redis_greet.h"

#include "shared/io/redis_command.h"

#include <string.h>

/* One command. A refusal is a matter of settings unless the server says not now. */
static bool ask(struct redis *redis, struct redis_command *command, const char *what,
                const struct redis_patience *patience, struct redis_reply **out, struct err *err)
{
    struct redis_reply *reply = NULL;
    bool ok = redis_link_append(redis, command, err) && redis_link_flush(redis, patience, err) &&
              redis_link_read(redis, patience, &reply, err);

    redis_command_free(command);
    if (ok && redis_reply_error(reply)) {
        (void)redis_link_refused(redis, what, redis_reply_error(reply), err);
        err->kind = err->kind == ERR_RETRY ? ERR_RETRY : ERR_FATAL;
        redis_reply_free(reply);
        return false;
    }
    *out = reply;
    return ok;
}

/* As ask(), for an answer that says nothing more than that it was done. */
static bool tell(struct redis *redis, struct redis_command *command, const char *what,
                 const struct redis_patience *patience, struct err *err)
{
    struct redis_reply *reply = NULL;

    if (!ask(redis, command, what, patience, &reply, err)) {
        return false;
    }
    redis_reply_free(reply);
    return true;
}

bool redis_greet_login(struct redis *redis, const struct redis_patience *patience, struct err *err)
{
    struct redis_command *command;

    if (redis->url.password[0] == '\0') {
        return true;
    }
    command = redis_command_new("AUTH");
    if (redis->url.user[0] != '\0') {
        redis_add_text(command, redis->url.user);
    }
    redis_add_text(command, redis->url.password);
    if (tell(redis, command, "AUTH", patience, err)) {
        return true;
    }
    if (err->kind == ERR_FATAL) { /* an error text may repeat the arguments */
        (void)err_set(
            err, ERR_FATAL,
            "redis %s: AUTH refused: user or password in the URL is wrong, or the server has none",
            redis->address);
    }
    return false;
}

static bool select_db(struct redis *redis, const struct redis_patience *patience, struct err *err)
{
    struct redis_command *command;

    if (redis->url.db == 0) {
        return true;
    }
    command = redis_command_new("SELECT");
    redis_add_int(command, redis->url.db);
    return tell(redis, command, "SELECT", patience, err);
}

static bool set_name(struct redis *redis, const struct redis_patience *patience, struct err *err)
{
    struct redis_command *command = redis_command_new("CLIENT");

    redis_add_text(command, "SETNAME");
    redis_add_text(command, redis->name);
    return tell(redis, command, "CLIENT SETNAME", patience, err);
}

static bool check_role(struct redis *redis, const struct redis_patience *patience, struct err *err)
{
    struct redis_reply *reply = NULL;
    const char *role;
    bool ok;

    if (redis->url.sentinel_count == 0) {
        return true;
    }
    if (!ask(redis, redis_command_new("ROLE"), "ROLE", patience, &reply, err)) {
        return false;
    }
    role = redis_reply_text(redis_reply_item(reply, 0), NULL);
    ok = (role && strcmp(role, "master") == 0) ||
         err_set(err, ERR_RETRY, "redis %s: is a %s, not the master: a fail-over is under way",
                 redis->address, role ? role : "stranger");
    redis_reply_free(reply);
    return ok;
}

bool redis_greet(struct redis *redis, const struct redis_patience *patience, struct err *err)
{
    return redis_greet_login(redis, patience, err) && select_db(redis, patience, err) &&
           set_name(redis, patience, err) && check_role(redis, patience, err);
}
