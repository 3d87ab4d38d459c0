/* SPDX-License-Identifier: MIT */
#include "shared/queue/seed.h"

#include "shared/base/mem.h"
#include "shared/queue/call.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

static const char SEED[] = "bq_seed";
static const char RIGHTS[] = "bq_rights";

enum { RIGHT_ITEMS = 3 }; /* chat, name, value */

struct queue_seed {
    struct redis_command *command; /* owned; the whole call, to which rows are added */
};

struct queue_rights {
    struct redis_reply *reply;      /* owned                 */
    const struct redis_reply *rows; /* borrowed from `reply` */
};

bool queue_seed_mark(struct queue *queue, char out[QUEUE_MARK_SIZE], struct err *err)
{
    struct redis_command *command = redis_command_new("HGET");
    struct redis_reply *reply = NULL;
    const char *mark;

    queue_add_key(queue, command, KEY_META, "");
    redis_add_text(command, "seeded");
    if (!queue_call(queue, "HGET", command, &reply, err)) {
        return false;
    }
    mark = redis_reply_text(reply, NULL);
    (void)snprintf(out, QUEUE_MARK_SIZE, "%s", mark ? mark : "");
    redis_reply_free(reply);
    return true;
}

/* ---- from the file to Redis ---- */

struct queue_seed *queue_seed_new(const struct queue *queue, const char *follower,
                                  const char *position)
{
    struct queue_seed *seed = xcalloc(1, sizeof(*seed));

    seed->command = queue_command(queue, SEED);
    redis_add_text(seed->command, follower);
    redis_add_text(seed->command, position);
    return seed;
}

void queue_seed_free(struct queue_seed *seed)
{
    if (!seed) {
        return;
    }
    redis_command_free(seed->command);
    free(seed);
}

void queue_seed_access(struct queue_seed *seed, int64_t chat_id, const char *note)
{
    redis_add_text(seed->command, KEY_ACCESS);
    redis_add_int(seed->command, chat_id);
    redis_add_text(seed->command, note);
}

void queue_seed_members(struct queue_seed *seed, int64_t group)
{
    redis_add_text(seed->command, KEY_MEMBERS);
    redis_add_int(seed->command, group);
    redis_add_text(seed->command, "1");
}

void queue_seed_grant(struct queue_seed *seed, int64_t chat_id, const char *name,
                      const char *letters)
{
    char key[sizeof(KEY_GRANTS) + 24];

    (void)snprintf(key, sizeof(key), KEY_GRANTS "%" PRId64, chat_id);
    redis_add_text(seed->command, key);
    redis_add_text(seed->command, name);
    redis_add_text(seed->command, letters);
}

void queue_seed_creator(struct queue_seed *seed, const char *name, int64_t chat_id)
{
    redis_add_text(seed->command, KEY_CREATORS);
    redis_add_text(seed->command, name);
    redis_add_int(seed->command, chat_id);
}

/* OK mark, KEPT mark, or BEHIND */
static bool read_seeded(const struct redis_reply *reply, enum queue_seeded *out,
                        char mark[QUEUE_MARK_SIZE])
{
    const char *text = redis_reply_text(redis_reply_item(reply, 1), NULL);

    if (queue_answer_is(reply, "BEHIND")) {
        *out = QUEUE_SEED_BEHIND;
        return true;
    }
    if (!text || (!queue_answer_is(reply, "OK") && !queue_answer_is(reply, "KEPT"))) {
        return false;
    }
    *out = queue_answer_is(reply, "OK") ? QUEUE_SEED_DONE : QUEUE_SEED_KEPT;
    (void)snprintf(mark, QUEUE_MARK_SIZE, "%s", text);
    return true;
}

bool queue_seed(struct queue *queue, struct queue_seed *seed, enum queue_seeded *out,
                char mark[QUEUE_MARK_SIZE], struct err *err)
{
    struct redis_command *command = seed->command;
    struct redis_reply *reply = NULL;
    bool ok;

    seed->command = NULL;
    queue_seed_free(seed);
    if (!queue_call(queue, SEED, command, &reply, err)) {
        return false;
    }
    ok = read_seeded(reply, out, mark) || queue_odd_answer(SEED, reply, err);
    redis_reply_free(reply);
    return ok;
}

/* ---- from Redis to the file ---- */

bool queue_rights_read(struct queue *queue, enum queue_rights_kind kind,
                       char cursor[QUEUE_CURSOR_SIZE], struct queue_rights **out, struct err *err)
{
    static const char *const KINDS[] = {"access", "grants"};
    struct redis_command *command = queue_command(queue, RIGHTS);
    struct redis_reply *reply = NULL;
    struct queue_rights *rights;
    const char *next;

    redis_add_text(command, KINDS[kind]);
    redis_add_text(command, cursor);
    if (!queue_call(queue, RIGHTS, command, &reply, err)) {
        return false;
    }
    next = redis_reply_text(redis_reply_item(reply, 1), NULL);
    if (redis_reply_count(reply) != 3 || !redis_reply_text(redis_reply_item(reply, 0), NULL) ||
        !next || redis_reply_count(redis_reply_item(reply, 2)) % RIGHT_ITEMS != 0) {
        (void)queue_odd_answer(RIGHTS, reply, err);
        redis_reply_free(reply);
        return false;
    }
    (void)snprintf(cursor, QUEUE_CURSOR_SIZE, "%s", next);
    rights = xcalloc(1, sizeof(*rights));
    *rights = (struct queue_rights){.reply = reply, .rows = redis_reply_item(reply, 2)};
    *out = rights;
    return true;
}

void queue_rights_free(struct queue_rights *rights)
{
    if (!rights) {
        return;
    }
    redis_reply_free(rights->reply);
    free(rights);
}

const char *queue_rights_mark(const struct queue_rights *rights)
{
    return redis_reply_text(redis_reply_item(rights->reply, 0), NULL);
}

size_t queue_rights_count(const struct queue_rights *rights)
{
    return redis_reply_count(rights->rows) / RIGHT_ITEMS;
}

static const char *text_of(const struct queue_rights *rights, size_t item)
{
    const char *text = redis_reply_text(redis_reply_item(rights->rows, item), NULL);

    return text ? text : "";
}

struct queue_right queue_rights_item(const struct queue_rights *rights, size_t index)
{
    assert(index < queue_rights_count(rights));
    return (struct queue_right){.chat = text_of(rights, RIGHT_ITEMS * index),
                                .name = text_of(rights, RIGHT_ITEMS * index + 1),
                                .value = text_of(rights, RIGHT_ITEMS * index + 2)};
}
