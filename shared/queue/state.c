/* SPDX-License-Identifier: MIT */
#include "shared/queue/state.h"

#include "shared/base/clock.h"
#include "shared/base/mem.h"
#include "shared/queue/call.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { EACH_MOST = 1000 /* commands of one round trip */ };

struct state_hash {
    struct redis_reply **replies; /* owned; what fields points into */
    size_t reply_count;
    struct field *fields; /* owned */
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

/* ---- reading ahead ---- */

static const char *command_of(const struct state_read *read)
{
    return read->field ? "HGET" : read->hash ? "HGETALL" : "GET";
}

/* "COMMAND {prefix}:" + key + tail, and the field behind it; the caller frees it. */
static char *what_is_read(const struct queue *queue, const struct state_read *read)
{
    const char *command = command_of(read);
    const char *field = read->field ? read->field : "";
    size_t size = strlen(command) + strlen(queue->key) + strlen(read->key) + strlen(read->tail) +
                  strlen(field) + sizeof(" :\n");
    char *what = xcalloc(1, size);
    size_t len;

    (void)snprintf(what, size, "%s ", command);
    len = strlen(what);
    (void)queue_key(queue, read->key, read->tail, what + len, size - len);
    len = strlen(what);
    (void)snprintf(what + len, size - len, "%s%s", read->field ? "\n" : "", field);
    return what;
}

static struct redis_command *read_command(const struct queue *queue, const struct state_read *read)
{
    struct redis_command *command = key_command(queue, command_of(read), read->key, read->tail);

    if (read->field) {
        redis_add_text(command, read->field);
    }
    return command;
}

/* What is to be read: its names, and the commands. Returns how many. */
static size_t missing(const struct queue *queue, const struct state_read reads[], size_t count,
                      struct ahead_row rows[AHEAD_MOST], struct redis_command *commands[AHEAD_MOST])
{
    size_t room = AHEAD_MOST - queue->ahead.count;
    size_t asked = 0;

    for (size_t i = 0; i < count && asked < room; i++) {
        char *what = what_is_read(queue, &reads[i]);

        if (ahead_has(&queue->ahead, what)) {
            free(what);
            continue;
        }
        commands[asked] = read_command(queue, &reads[i]);
        rows[asked++] = (struct ahead_row){.what = what};
    }
    return asked;
}

bool state_read_ahead(struct queue *queue, const struct state_read reads[], size_t count,
                      struct err *err)
{
    struct redis_command *commands[AHEAD_MOST];
    struct redis_reply *replies[AHEAD_MOST];
    struct ahead_row rows[AHEAD_MOST];
    int64_t now_ms = clock_monotonic_ms();
    size_t asked;
    bool ok;

    if (!queue_ready(queue, err)) {
        return false;
    }
    ahead_age(&queue->ahead, now_ms);
    asked = missing(queue, reads, count, rows, commands);
    ok = asked == 0 || redis_run_pipeline(queue_line(queue), commands, asked, replies, err);
    for (size_t i = 0; i < asked; i++) {
        if (ok) {
            rows[i].reply = replies[i];
            ahead_put(&queue->ahead, &rows[i], now_ms);
        } else {
            free(rows[i].what);
        }
    }
    return ok;
}

/* As run_ready() for what may have been read ahead. */
static bool read_key(struct queue *queue, const struct state_read *read,
                     struct redis_reply **out_reply, struct err *err)
{
    char *what = what_is_read(queue, read);
    struct redis_reply *reply;

    ahead_age(&queue->ahead, clock_monotonic_ms());
    reply = ahead_take(&queue->ahead, what);
    free(what);
    if (!reply) {
        return run_ready(queue, read_command(queue, read), out_reply, err);
    }
    if (!redis_reply_check(queue_line(queue), reply, command_of(read), err)) {
        redis_reply_free(reply);
        return false;
    }
    *out_reply = reply;
    return true;
}

/* ---- one key ---- */

/* For a command that writes, and whose answer says nothing that its success does not. */
static bool run(struct queue *queue, struct redis_command *command, struct err *err)
{
    struct redis_reply *reply = NULL;

    ahead_forget(&queue->ahead);
    if (!run_ready(queue, command, &reply, err)) {
        return false;
    }
    redis_reply_free(reply);
    return true;
}

/* Reads a text or nil, and releases the reply. */
static bool read_text(struct redis_reply *reply, bool *out_found, struct buf *out, struct err *err)
{
    const char *text;
    size_t len = 0;

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
    struct redis_reply *reply = NULL;

    return read_key(queue, &(struct state_read){.key = key, .tail = tail}, &reply, err) &&
           read_text(reply, out_found, out, err);
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
    struct redis_reply *reply = NULL;

    return read_key(queue, &(struct state_read){.key = key, .tail = tail, .field = field}, &reply,
                    err) &&
           read_text(reply, out_found, out, err);
}

bool state_hset(struct queue *queue, const char *key, const char *tail, const char *field,
                const char *value, struct err *err)
{
    struct redis_command *command = key_command(queue, "HSET", key, tail);

    redis_add_text(command, field);
    redis_add_text(command, value);
    return run(queue, command, err);
}

/* A hash without fields, with room for the replies they will point into. */
static struct state_hash *hash_new(size_t reply_count)
{
    struct state_hash *hash = xcalloc(1, sizeof(*hash));

    /* NOLINTNEXTLINE(bugprone-sizeof-expression): pointers are what the array holds */
    hash->replies = xcalloc(reply_count + 1, sizeof(*hash->replies));
    hash->reply_count = reply_count;
    return hash;
}

bool state_hgetall(struct queue *queue, const char *key, const char *tail, struct state_hash **out,
                   struct err *err)
{
    const struct state_read read = {.key = key, .tail = tail, .hash = true};
    struct redis_reply *reply = NULL;
    struct state_hash *hash = NULL;

    if (!read_key(queue, &read, &reply, err)) {
        return false;
    }
    hash = hash_new(1);
    hash->replies[0] = reply;
    if (redis_reply_count(reply) > 0 && !queue_read_fields(reply, &hash->fields, &hash->count)) {
        (void)queue_odd_answer("HGETALL", reply, err);
        state_hash_free(hash);
        return false;
    }
    *out = hash;
    return true;
}

/* Asks for the field of at most EACH_MOST hashes, in one round trip. */
static bool read_each(struct queue *queue, const char *key, const char *const tails[], size_t count,
                      const char *field, struct redis_reply *out[], struct err *err)
{
    struct redis_command *commands[EACH_MOST];

    for (size_t i = 0; i < count; i++) {
        commands[i] = key_command(queue, "HGET", key, tails[i]);
        redis_add_text(commands[i], field);
    }
    return redis_run_pipeline(queue_line(queue), commands, count, out, err);
}

/* Makes fields of the replies: those that are there. */
static bool read_values(struct queue *queue, const char *const tails[], struct state_hash *hash,
                        struct err *err)
{
    hash->fields = xcalloc(hash->reply_count + 1, sizeof(*hash->fields));
    for (size_t i = 0; i < hash->reply_count; i++) {
        struct field *field = &hash->fields[hash->count];

        if (!redis_reply_check(queue_line(queue), hash->replies[i], "HGET", err)) {
            return false;
        }
        field->name = tails[i];
        field->value = redis_reply_text(hash->replies[i], &field->value_len);
        hash->count += field->value ? 1 : 0;
    }
    return true;
}

bool state_hget_each(struct queue *queue, const char *key, const char *const tails[], size_t count,
                     const char *field, struct state_hash **out, struct err *err)
{
    struct state_hash *hash;
    bool ok = true;

    if (!queue_ready(queue, err)) {
        return false;
    }
    hash = hash_new(count);
    for (size_t at = 0; ok && at < count; at += EACH_MOST) {
        size_t some = count - at < EACH_MOST ? count - at : EACH_MOST;

        ok = read_each(queue, key, tails + at, some, field, hash->replies + at, err);
    }
    if (!ok || !read_values(queue, tails, hash, err)) {
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
    for (size_t i = 0; i < hash->reply_count; i++) {
        redis_reply_free(hash->replies[i]);
    }
    free(hash->replies);
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
