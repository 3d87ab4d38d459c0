/* SPDX-License-Identifier: MIT */
/* What is done once per connection: is the server fit, has it our library, is its file whole? */
#include "shared/queue/queue.h"

#include "shared/base/clock.h"
#include "shared/base/compiler.h"
#include "shared/queue/call.h"
#include "shared/queue/server_check.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The text of functions.lua, made by CMake. */
extern const char functions_lua[]; /* NOLINT(readability-identifier-naming): named after the file */

/* ---- what the process is told ---- */

/* Says it through the watch that the handles of a process share, once per start of the server. */
static void say(struct queue *queue, enum queue_note note, const char *run_id, const char *why)
{
    static const char *const EVENTS[] = {
        [QUEUE_NOTE_UNSAFE] = "redis.unsafe",
        [QUEUE_NOTE_NOT_REWRITTEN] = "redis.not_rewritten",
    };
    struct queue_watch *watch = queue->watch;
    bool due;

    if (!watch) {
        return;
    }
    (void)pthread_mutex_lock(&watch->lock);
    due = !watch->said[note] || strcmp(watch->run_ids[note], run_id) != 0;
    watch->said[note] = true;
    (void)snprintf(watch->run_ids[note], sizeof(watch->run_ids[note]), "%s", run_id);
    (void)pthread_mutex_unlock(&watch->lock);
    if (due) {
        LOG_TO(watch->log, LOG_LEVEL_WARN, EVENTS[note],
               LOG_TEXT("address", redis_address(queue->redis)), LOG_TEXT("why", why));
    }
}

/* ---- is the server fit? ---- */

/* True for an answer that this user, or this server, never gives. */
static bool is_withheld(const struct redis_reply *reply)
{
    const char *error = redis_reply_error(reply);

    return error && (strncmp(error, "NOPERM ", 7) == 0 || strncmp(error, "ERR unknown", 11) == 0);
}

static bool ask_info(struct queue *queue, struct server_facts *facts, struct err *err)
{
    static const char INFO[] = "INFO"; /* with no sections: before 7.0 it takes one at most */
    struct redis_reply *reply = NULL;
    const char *text;

    if (!queue_run_once(queue, redis_command_new(INFO), &reply, err)) {
        return false;
    }
    if (!is_withheld(reply) && !queue_check_reply(queue, INFO, reply, err)) {
        return false;
    }
    text = redis_reply_text(reply, NULL);
    if (text && !redis_reply_error(reply)) {
        server_facts_read(text, facts);
    }
    redis_reply_free(reply);
    return true;
}

static bool ask_config(struct queue *queue, struct server_facts *facts, struct err *err)
{
    static const char *const NAMES[] = {"maxmemory-policy", "appendonly"};

    for (size_t i = 0; i < ARRAY_LEN(NAMES); i++) {
        struct redis_command *command = redis_command_new("CONFIG");
        struct redis_reply *reply = NULL;
        const char *value;

        redis_add_text(command, "GET");
        redis_add_text(command, NAMES[i]);
        if (!queue_run_once(queue, command, &reply, err)) {
            return false;
        }
        value = redis_reply_text(redis_reply_item(reply, 1), NULL);
        if (value) {
            server_facts_config(NAMES[i], value, facts);
        }
        redis_reply_free(reply);
    }
    return true;
}

static bool check_server(struct queue *queue, struct server_facts *facts, struct err *err)
{
    char why[SERVER_WHY_SIZE];
    enum server_verdict verdict;

    if (!ask_info(queue, facts, err) ||
        (!server_facts_complete(facts) && !ask_config(queue, facts, err))) {
        return false;
    }
    verdict = server_judge(facts, why);
    if (verdict == SERVER_LATER || (verdict == SERVER_UNSAFE && !queue->accept_unsafe)) {
        return err_set(err, ERR_RETRY, "%s", why);
    }
    if (verdict == SERVER_UNSAFE) {
        say(queue, QUEUE_NOTE_UNSAFE, facts->run_id, why);
    }
    return true;
}

/* ---- the library ---- */

/* The number in "local VERSION = n". */
int64_t queue_library_version(void)
{
    static const char LINE[] = "\nlocal VERSION = ";
    const char *at = strstr(functions_lua, LINE);

    assert(at);
    return strtoimax(at + sizeof(LINE) - 1, NULL, 10);
}

/* The version of the library on the server; 0 when there is none. */
static bool server_version(struct queue *queue, int64_t *out, struct err *err)
{
    static const char FUNCTION[] = "bq_version";
    struct redis_reply *reply = NULL;
    const char *error;
    bool ok;

    if (!queue_run_once(queue, queue_command(queue, FUNCTION), &reply, err)) {
        return false;
    }
    error = redis_reply_error(reply);
    if (error && strncmp(error, "ERR Function not found", 22) == 0) {
        redis_reply_free(reply);
        *out = 0;
        return true;
    }
    if (!queue_check_reply(queue, FUNCTION, reply, err)) {
        return false;
    }
    ok = redis_reply_int(reply, out) || queue_odd_answer(FUNCTION, reply, err);
    redis_reply_free(reply);
    return ok;
}

static bool load_library(struct queue *queue, struct err *err)
{
    struct redis_command *command = redis_command_new("FUNCTION");
    struct redis_reply *reply = NULL;

    redis_add_text(command, "LOAD");
    redis_add_text(command, "REPLACE");
    redis_add_text(command, functions_lua);
    if (!queue_run_once(queue, command, &reply, err) ||
        !queue_check_reply(queue, "FUNCTION LOAD", reply, err)) {
        return false;
    }
    redis_reply_free(reply);
    return true;
}

/* ---- a whole file ---- */

static struct redis_command *meta_command(const struct queue *queue, const char *name)
{
    struct redis_command *command = redis_command_new(name);

    queue_add_key(queue, command, KEY_META, "");
    redis_add_text(command, "rewritten");
    return command;
}

/* Asks for the rewrite. *out_begun false: the server will not, and the process is told. */
static bool begin_rewrite(struct queue *queue, const char *run_id, bool *out_begun, struct err *err)
{
    struct redis_reply *reply = NULL;
    const char *error;

    if (!queue_run_once(queue, redis_command_new("BGREWRITEAOF"), &reply, err)) {
        return false;
    }
    error = redis_reply_error(reply);
    *out_begun = !error || strstr(error, "already in progress") != NULL;
    if (!*out_begun) {
        say(queue, QUEUE_NOTE_NOT_REWRITTEN, run_id, error);
    }
    redis_reply_free(reply);
    return true;
}

/*
 * Lets the server write its append-only file anew, once after each of its
 * starts. A power cut can leave half a transaction at the end of the file;
 * Redis 7 drops that when it starts but keeps the opening MULTI, and at the
 * start after next would take all that was written since for a part of it.
 */
static bool rewrite_once(struct queue *queue, const struct server_facts *facts, struct err *err)
{
    struct redis_command *command;
    struct redis_reply *reply = NULL;
    const char *text;
    bool begun = false;
    bool known;

    if (strcmp(facts->aof_enabled, "1") != 0) {
        return true; /* it is written whole when it is switched on */
    }
    if (!queue_run_once(queue, meta_command(queue, "HGET"), &reply, err)) {
        return false;
    }
    text = redis_reply_text(reply, NULL);
    known = text && facts->run_id[0] != '\0' && strcmp(text, facts->run_id) == 0;
    redis_reply_free(reply);
    if (known) {
        return true;
    }
    if (!begin_rewrite(queue, facts->run_id, &begun, err)) {
        return false;
    }
    if (!begun || facts->run_id[0] == '\0') {
        return true;
    }
    command = meta_command(queue, "HSET");
    redis_add_text(command, facts->run_id);
    if (!queue_run_once(queue, command, &reply, err)) {
        return false;
    }
    redis_reply_free(reply); /* not stored, as when memory is full: then it is rewritten again */
    return true;
}

bool queue_prepare(struct queue *queue, struct err *err)
{
    static const char FUNCTION[] = "bq_prepare";
    struct server_facts facts = {.run_id = ""};
    struct redis_reply *reply = NULL;
    int64_t version = 0;

    if (!check_server(queue, &facts, err) || !server_version(queue, &version, err) ||
        (version < queue_library_version() && !load_library(queue, err)) ||
        !queue_run_once(queue, queue_command(queue, FUNCTION), &reply, err) ||
        !queue_check_reply(queue, FUNCTION, reply, err)) {
        return false;
    }
    redis_reply_free(reply);
    if (!rewrite_once(queue, &facts, err)) {
        return false;
    }
    queue->replicated = facts.replicas[0] != '\0';
    queue->prepared = queue_connections(queue);
    queue->checked_ms = clock_monotonic_ms();
    return true;
}
