/* SPDX-License-Identifier: MIT */
#include "shared/queue/queue.h"

#include "shared/base/clock.h"
#include "shared/base/mem.h"
#include "shared/queue/call.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct queue *queue_new(const struct queue_options *options, struct err *err)
{
    struct queue *queue = xcalloc(1, sizeof(*queue));
    size_t size = strlen(options->prefix) + sizeof("{}");

    queue->prepared = -1;
    queue->timeout_ms = options->timeout_ms;
    queue->accept_unsafe = options->accept_unsafe;
    queue->recheck_ms = options->recheck_ms;
    queue->watch = options->watch;
    queue->key = xcalloc(1, size);
    (void)snprintf(queue->key, size, "{%s}", options->prefix);
    queue->redis = redis_new(options->redis_url, options->name, options->timeout_ms, err);
    if (queue->redis) {
        queue->side = redis_new(options->redis_url, options->name, options->timeout_ms, err);
    }
    if (!queue->side) {
        queue_free(queue);
        return NULL;
    }
    redis_use_login(queue->redis, options->login);
    redis_use_login(queue->side, options->login);
    return queue;
}

void queue_free(struct queue *queue)
{
    if (!queue) {
        return;
    }
    redis_free(queue->redis);
    redis_free(queue->side);
    ahead_forget(&queue->ahead);
    free(queue->key);
    free(queue);
}

struct redis *queue_redis(struct queue *queue)
{
    return queue->redis;
}

const char *queue_key(const struct queue *queue, const char *name, const char *tail, char out[],
                      size_t out_size)
{
    int len = snprintf(out, out_size, "%s:%s%s", queue->key, name, tail);

    assert(len > 0 && (size_t)len < out_size); /* a cut key would be another one */
    return out;
}

/* ---- answers ---- */

bool queue_answer_is(const struct redis_reply *reply, const char *word)
{
    const char *text = redis_reply_text(redis_reply_item(reply, 0), NULL);

    return text && strcmp(text, word) == 0;
}

bool queue_odd_answer(const char *function, const struct redis_reply *reply, struct err *err)
{
    char shape[64] = "something else";
    const char *text = redis_reply_text(reply, NULL);
    const char *first = redis_reply_text(redis_reply_item(reply, 0), NULL);
    int64_t number;

    if (redis_reply_is_nil(reply)) {
        (void)snprintf(shape, sizeof(shape), "nil");
    } else if (redis_reply_count(reply) > 0) {
        (void)snprintf(shape, sizeof(shape), "a list of %zu beginning with \"%.16s\"",
                       redis_reply_count(reply), first ? first : "?");
    } else if (text) {
        (void)snprintf(shape, sizeof(shape), "the text \"%.16s\"", text);
    } else if (redis_reply_int(reply, &number)) {
        (void)snprintf(shape, sizeof(shape), "%" PRId64, number);
    }
    return err_set(err, ERR_FATAL,
                   "%s answered with %s: the library on the server is another one;"
                   " restart the older program",
                   function, shape);
}

bool queue_read_fields(const struct redis_reply *list, struct field **out, size_t *out_count)
{
    size_t count = redis_reply_count(list) / 2;
    struct field *fields;

    if (count == 0 || redis_reply_count(list) % 2 != 0) {
        return false;
    }
    fields = xcalloc(count, sizeof(*fields));
    for (size_t i = 0; i < count; i++) {
        fields[i].name = redis_reply_text(redis_reply_item(list, 2 * i), NULL);
        fields[i].value = redis_reply_text(redis_reply_item(list, 2 * i + 1), &fields[i].value_len);
        if (!fields[i].name || !fields[i].value) {
            free(fields);
            return false;
        }
    }
    *out = fields;
    *out_count = count;
    return true;
}

/* ---- calls ---- */

/* Error replies that mean something else to the queue than to redis_run(). */
static const struct call_error {
    const char *prefix;
    enum err_kind kind;
    bool unprepared; /* the server has lost what queue_prepare() made */
    const char *advice;
} CALL_ERRORS[] = {
    {"FULL ", ERR_RETRY, false, ""},
    {"UNSEEDED ", ERR_RETRY, false, ": waiting for a worker to seed Redis from its bot.db"},
    {"ERR Function not found", ERR_RETRY, true, ""},
    {"NOGROUP ", ERR_RETRY, true, ""},
    {"ERR unknown command", ERR_FATAL, false, " (Redis or Valkey 7.0 or newer is needed)"},
};

static const struct call_error *find_error(const char *text)
{
    for (size_t i = 0; text && i < ARRAY_LEN(CALL_ERRORS); i++) {
        if (strncmp(text, CALL_ERRORS[i].prefix, strlen(CALL_ERRORS[i].prefix)) == 0) {
            return &CALL_ERRORS[i];
        }
    }
    return NULL;
}

struct redis *queue_line(const struct queue *queue)
{
    return queue->asked ? queue->side : queue->redis;
}

int64_t queue_connections(const struct queue *queue)
{
    return redis_connections(queue->redis) + redis_connections(queue->side);
}

static struct redis_command *command_by(const char *how, const struct queue *queue,
                                        const char *function)
{
    struct redis_command *command = redis_command_new(how);

    redis_add_text(command, function);
    redis_add_int(command, 1);
    redis_add_text(command, queue->key);
    return command;
}

struct redis_command *queue_command(const struct queue *queue, const char *function)
{
    return command_by("FCALL", queue, function);
}

struct redis_command *queue_look_command(const struct queue *queue, const char *function)
{
    return command_by("FCALL_RO", queue, function);
}

void queue_add_key(const struct queue *queue, struct redis_command *command, const char *name,
                   const char *tail)
{
    size_t size = strlen(queue->key) + strlen(name) + strlen(tail) + sizeof(":");
    char *key = xcalloc(1, size);

    (void)snprintf(key, size, "%s:%s%s", queue->key, name, tail);
    redis_add_text(command, key);
    free(key);
}

void queue_add_fields(struct redis_command *command, const struct field fields[], size_t count)
{
    redis_add_int(command, (int64_t)count);
    for (size_t i = 0; i < count; i++) {
        redis_add_text(command, fields[i].name);
        redis_add_bytes(command, fields[i].value, fields[i].value_len);
    }
}

bool queue_run_once(struct queue *queue, struct redis_command *command,
                    struct redis_reply **out_reply, struct err *err)
{
    return redis_run_pipeline(queue_line(queue), &command, 1, out_reply, err);
}

static bool check_reply(struct queue *queue, const char *function, const struct redis_reply *reply,
                        struct err *err)
{
    const struct call_error *known = find_error(redis_reply_error(reply));

    if (known) {
        queue->prepared = known->unprepared ? -1 : queue->prepared;
        return err_set(err, known->kind, "redis %s: %s: %s%s", redis_address(queue->redis),
                       function, redis_reply_error(reply), known->advice);
    }
    return redis_reply_check(queue_line(queue), reply, function, err);
}

bool queue_check_reply(struct queue *queue, const char *function, struct redis_reply *reply,
                       struct err *err)
{
    if (check_reply(queue, function, reply, err)) {
        return true;
    }
    redis_reply_free(reply);
    return false;
}

bool queue_ready(struct queue *queue, struct err *err)
{
    bool connected = redis_fd(queue_line(queue)) >= 0;
    bool checked =
        queue->recheck_ms == 0 || clock_monotonic_ms() - queue->checked_ms < queue->recheck_ms;

    return (connected && checked && queue->prepared == queue_connections(queue)) ||
           queue_prepare(queue, err);
}

static struct redis_command *wait_command(const struct queue *queue)
{
    struct redis_command *command = redis_command_new("WAIT");

    redis_add_int(command, 1);
    redis_add_int(command, queue->timeout_ms / 2);
    return command;
}

/* False unless a replica has all that was written on this connection. */
static bool reached_replica(const struct queue *queue, const struct redis_reply *answer,
                            struct err *err)
{
    int64_t replicas = 0;

    if (!redis_reply_check(queue_line(queue), answer, "WAIT", err)) {
        return false;
    }
    return (redis_reply_int(answer, &replicas) && replicas > 0) ||
           err_set(err, ERR_RETRY, "redis %s: WAIT: no replica has taken it within %" PRId64 " ms",
                   redis_address(queue_line(queue)), queue->timeout_ms / 2);
}

bool queue_run_lastingly(struct queue *queue, struct redis_command *command,
                         struct redis_reply **out_reply, struct err *err)
{
    struct redis_command *commands[2] = {command};
    struct redis_reply *replies[2] = {NULL, NULL};
    bool ok;

    if (!queue->replicated) {
        return queue_run_once(queue, command, out_reply, err);
    }
    commands[1] = wait_command(queue);
    if (!redis_run_pipeline(queue_line(queue), commands, 2, replies, err)) {
        return false;
    }
    ok = redis_reply_error(replies[0]) || reached_replica(queue, replies[1], err);
    redis_reply_free(replies[1]);
    if (!ok) {
        redis_reply_free(replies[0]);
        return false;
    }
    *out_reply = replies[0];
    return true;
}

bool queue_call(struct queue *queue, const char *function, struct redis_command *command,
                struct redis_reply **out_reply, struct err *err)
{
    struct redis_reply *reply = NULL;

    if (!queue_ready(queue, err)) {
        redis_command_free(command);
        return false;
    }
    if (!queue_run_lastingly(queue, command, &reply, err) ||
        !queue_check_reply(queue, function, reply, err)) {
        return false;
    }
    *out_reply = reply;
    return true;
}

bool queue_look(struct queue *queue, const char *function, struct redis_command *command,
                struct redis_reply **out_reply, struct err *err)
{
    struct redis_reply *reply = NULL;

    if (!queue_run_once(queue, command, &reply, err) ||
        !queue_check_reply(queue, function, reply, err)) {
        return false;
    }
    *out_reply = reply;
    return true;
}

bool queue_call_int(struct queue *queue, const char *function, struct redis_command *command,
                    int64_t *out, struct err *err)
{
    struct redis_reply *reply = NULL;
    bool ok;

    if (!queue_call(queue, function, command, &reply, err)) {
        return false;
    }
    ok = redis_reply_int(reply, out) || queue_odd_answer(function, reply, err);
    redis_reply_free(reply);
    return ok;
}

bool queue_call_ok(struct queue *queue, const char *function, struct redis_command *command,
                   const char *otherwise, bool *out_ok, struct err *err)
{
    struct redis_reply *reply = NULL;
    bool said_ok;
    bool ok;

    if (!queue_call(queue, function, command, &reply, err)) {
        return false;
    }
    said_ok = queue_answer_is(reply, "OK");
    ok = said_ok || queue_answer_is(reply, otherwise) || queue_odd_answer(function, reply, err);
    redis_reply_free(reply);
    if (ok) {
        *out_ok = said_ok;
    }
    return ok;
}

/* Borrows the reply. */
static bool check_number(struct queue *queue, const char *function, const struct redis_reply *reply,
                         struct err *err)
{
    int64_t ignored;

    return check_reply(queue, function, reply, err) &&
           (redis_reply_int(reply, &ignored) || queue_odd_answer(function, reply, err));
}

bool queue_call_all(struct queue *queue, const char *function, struct redis_command *commands[],
                    size_t count, struct err *err)
{
    struct redis_command **all;
    struct redis_reply **replies;
    size_t sent = count;
    bool ok;

    if (!queue_ready(queue, err)) {
        for (size_t i = 0; i < count; i++) {
            redis_command_free(commands[i]);
        }
        return false;
    }
    /* NOLINTNEXTLINE(bugprone-sizeof-expression): pointers are what the array holds */
    all = xcalloc(count + 1, sizeof(*all));
    /* NOLINTNEXTLINE(bugprone-sizeof-expression): pointers are what the array holds */
    replies = xcalloc(count + 1, sizeof(*replies));
    for (size_t i = 0; i < count; i++) {
        all[i] = commands[i];
    }
    if (queue->replicated) {
        all[sent++] = wait_command(queue);
    }
    ok = redis_run_pipeline(queue_line(queue), all, sent, replies, err);
    for (size_t i = 0; i < count; i++) {
        ok = ok && check_number(queue, function, replies[i], err);
        redis_reply_free(replies[i]);
    }
    ok = ok && (sent == count || reached_replica(queue, replies[count], err));
    redis_reply_free(replies[count]);
    free(replies);
    free(all);
    return ok;
}

void queue_note_failure(struct queue *queue, const struct err *err)
{
    if (err->kind != ERR_STOPPED) {
        queue->prepared = -1;
    }
}
