/* SPDX-License-Identifier: MIT */
#include "shared/queue/state.h"

#include "shared/base/mem.h"
#include "shared/queue/call.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

struct state_hash {
    struct redis_reply *reply; /* owned; what fields points into; NULL for an empty hash */
    struct field *fields;      /* owned */
    size_t count;
};

static struct redis_command *key_command(const struct queue *queue, const char *name,
                                         const char *key, const char *tail)
{
    struct redis_command *command = redis_command_new(name);

    queue_add_key(queue, command, key, tail);
    return command;
}

/* Nothing is read from or written to a server that is not fit for the queue. */
static bool run_ready(struct queue *queue, struct redis_command *command,
                      struct redis_reply **out_reply, struct err *err)
{
    if (!queue_ready(queue, err)) {
        redis_command_free(command);
        return false;
    }
    return redis_run(queue_line(queue), command, out_reply, err);
}

/* For a command whose answer says nothing that its success does not. */
static bool run(struct queue *queue, struct redis_command *command, struct err *err)
{
    struct redis_reply *reply = NULL;

    if (!run_ready(queue, command, &reply, err)) {
        return false;
    }
    redis_reply_free(reply);
    return true;
}

/* For a command that answers with a text or nil. */
static bool run_text(struct queue *queue, struct redis_command *command, bool *out_found,
                     struct buf *out, struct err *err)
{
    struct redis_reply *reply = NULL;
    const char *text;
    size_t len = 0;

    if (!run_ready(queue, command, &reply, err)) {
        return false;
    }
    text = redis_reply_text(reply, &len);
    if (text) {
        buf_add(out, text, len);
    }
    *out_found = text != NULL;
    redis_reply_free(reply);
    return buf_ok(out) || err_set(err, ERR_REJECT, "state: a value above %zu bytes", out->max);
}

bool state_get(struct queue *queue, const char *key, const char *tail, bool *out_found,
               struct buf *out, struct err *err)
{
    return run_text(queue, key_command(queue, "GET", key, tail), out_found, out, err);
}

bool state_numbers(struct queue *queue, const char *key, const char *const tails[], size_t count,
                   int64_t out[], struct err *err)
{
    struct redis_command *command = redis_command_new("MGET");
    struct redis_reply *reply = NULL;

    assert(count > 0);
    for (size_t i = 0; i < count; i++) {
        queue_add_key(queue, command, key, tails[i]);
    }
    if (!run_ready(queue, command, &reply, err)) {
        return false;
    }
    for (size_t i = 0; i < count; i++) {
        if (!redis_reply_int(redis_reply_item(reply, i), &out[i])) {
            out[i] = 0;
        }
    }
    redis_reply_free(reply);
    return true;
}

bool state_set(struct queue *queue, const char *key, const char *tail, const char *value,
               int64_t ttl_s, struct err *err)
{
    struct redis_command *command = key_command(queue, "SET", key, tail);

    assert(ttl_s > 0);
    redis_add_text(command, value);
    redis_add_text(command, "EX");
    redis_add_int(command, ttl_s);
    return run(queue, command, err);
}

bool state_del(struct queue *queue, const char *key, const char *tail, struct err *err)
{
    return run(queue, key_command(queue, "DEL", key, tail), err);
}

bool state_hget(struct queue *queue, const char *key, const char *tail, const char *field,
                bool *out_found, struct buf *out, struct err *err)
{
    struct redis_command *command = key_command(queue, "HGET", key, tail);

    redis_add_text(command, field);
    return run_text(queue, command, out_found, out, err);
}

bool state_hset(struct queue *queue, const char *key, const char *tail, const char *field,
                const char *value, struct err *err)
{
    struct redis_command *command = key_command(queue, "HSET", key, tail);

    redis_add_text(command, field);
    redis_add_text(command, value);
    return run(queue, command, err);
}

bool state_hgetall(struct queue *queue, const char *key, const char *tail, struct state_hash **out,
                   struct err *err)
{
    struct redis_reply *reply = NULL;
    struct state_hash *hash;

    if (!run_ready(queue, key_command(queue, "HGETALL", key, tail), &reply, err)) {
        return false;
    }
    hash = xcalloc(1, sizeof(*hash));
    hash->reply = reply;
    if (redis_reply_count(reply) > 0 && !queue_read_fields(reply, &hash->fields, &hash->count)) {
        (void)queue_odd_answer("HGETALL", reply, err);
        state_hash_free(hash);
        return false;
    }
    *out = hash;
    return true;
}

void state_hash_free(struct state_hash *hash)
{
    if (!hash) {
        return;
    }
    redis_reply_free(hash->reply);
    free(hash->fields);
    free(hash);
}

size_t state_hash_count(const struct state_hash *hash)
{
    return hash->count;
}

const char *state_hash_name(const struct state_hash *hash, size_t index)
{
    assert(index < hash->count);
    return hash->fields[index].name;
}

const char *state_hash_value(const struct state_hash *hash, size_t index)
{
    assert(index < hash->count);
    return hash->fields[index].value;
}

const char *state_hash_find(const struct state_hash *hash, const char *name)
{
    return fields_find(hash->fields, hash->count, name);
}
