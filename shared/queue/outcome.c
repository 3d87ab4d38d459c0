/* SPDX-License-Identifier: MIT */
#include "shared/queue/queue.h"

#include "shared/base/mem.h"
#include "shared/queue/call.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Arguments for functions.lua: `items` things, each of several texts. */
struct text_list {
    char **texts; /* owned, each one too */
    size_t count;
    size_t cap;
    size_t items;
};

struct queue_outcome {
    struct text_list replies;
    struct text_list events;
    struct text_list writes;
    enum event_result result; /* of the last event */
    struct text_list traced;
};

static void add_owned(struct text_list *list, char *text)
{
    if (list->count == list->cap) {
        list->cap = list->cap ? list->cap * 2 : 16;
        list->texts = xreallocarray(list->texts, list->cap, sizeof(*list->texts));
    }
    list->texts[list->count++] = text;
}

static void add_text(struct text_list *list, const char *text)
{
    add_owned(list, xstrdup(text));
}

static void add_int(struct text_list *list, int64_t number)
{
    char text[24];

    (void)snprintf(text, sizeof(text), "%" PRId64, number);
    add_text(list, text);
}

static void add_fields(struct text_list *list, const struct field fields[], size_t count)
{
    add_int(list, (int64_t)count);
    for (size_t i = 0; i < count; i++) {
        add_text(list, fields[i].name);
        add_text(list, fields[i].value);
    }
    list->items++;
}

static void free_list(struct text_list *list)
{
    for (size_t i = 0; i < list->count; i++) {
        free(list->texts[i]);
    }
    free(list->texts);
}

struct queue_outcome *queue_outcome_new(void)
{
    return xcalloc(1, sizeof(struct queue_outcome));
}

void queue_outcome_free(struct queue_outcome *outcome)
{
    if (!outcome) {
        return;
    }
    free_list(&outcome->replies);
    free_list(&outcome->events);
    free_list(&outcome->writes);
    free_list(&outcome->traced);
    free(outcome);
}

void queue_outcome_reply(struct queue_outcome *outcome, const struct reply *reply)
{
    struct field_scratch scratch = {.used = 0};
    struct field fields[REPLY_FIELD_COUNT];

    reply_encode(reply, &scratch, fields);
    add_fields(&outcome->replies, fields, REPLY_FIELD_COUNT);
}

void queue_outcome_event(struct queue_outcome *outcome, const struct event *event)
{
    struct field_scratch scratch = {.used = 0};
    struct field fields[EVENT_FIELD_COUNT];

    event_encode(event, &scratch, fields);
    add_fields(&outcome->events, fields, EVENT_FIELD_COUNT);
    outcome->result = event->result;
}

enum event_result queue_outcome_result(const struct queue_outcome *outcome)
{
    return outcome->result;
}

/* Begins a state write: operation and key. */
static struct text_list *add_write(struct queue_outcome *outcome, const char *operation,
                                   const char *key, const char *tail)
{
    size_t size = strlen(key) + strlen(tail) + 1;
    char *name = xcalloc(1, size);

    (void)snprintf(name, size, "%s%s", key, tail);
    add_text(&outcome->writes, operation);
    add_owned(&outcome->writes, name);
    outcome->writes.items++;
    return &outcome->writes;
}

void queue_outcome_hset(struct queue_outcome *outcome, const char *key, const char *tail,
                        const char *field, const char *value)
{
    struct text_list *writes = add_write(outcome, "HSET", key, tail);

    add_text(writes, field);
    add_text(writes, value);
}

void queue_outcome_hdel(struct queue_outcome *outcome, const char *key, const char *tail,
                        const char *field)
{
    add_text(add_write(outcome, "HDEL", key, tail), field);
}

void queue_outcome_hdel_value(struct queue_outcome *outcome, const char *key, const char *tail,
                              const char *value)
{
    add_text(add_write(outcome, "HDEL_VALUE", key, tail), value);
}

void queue_outcome_revoke(struct queue_outcome *outcome, const char *name)
{
    add_text(add_write(outcome, "REVOKE", KEY_ACCESS, ""), name);
}

void queue_outcome_set(struct queue_outcome *outcome, const char *key, const char *tail,
                       const char *value, int64_t ttl_s)
{
    struct text_list *writes = add_write(outcome, "SET", key, tail);

    add_text(writes, value);
    add_int(writes, ttl_s);
}

void queue_outcome_del(struct queue_outcome *outcome, const char *key, const char *tail)
{
    (void)add_write(outcome, "DEL", key, tail);
}

void queue_outcome_expire(struct queue_outcome *outcome, const char *key, const char *tail,
                          int64_t ttl_s)
{
    add_int(add_write(outcome, "EXPIRE", key, tail), ttl_s);
}

void queue_outcome_trace(struct queue_outcome *outcome, const char *name, const char *value)
{
    add_text(&outcome->traced, name);
    add_text(&outcome->traced, value);
    outcome->traced.items++;
}

void queue_add_outcome(struct redis_command *command, const struct queue_outcome *outcome)
{
    const struct text_list *lists[] = {&outcome->replies, &outcome->events, &outcome->writes,
                                       &outcome->traced};
    size_t count = outcome->traced.items > 0 ? 4 : 3;

    for (size_t i = 0; i < count; i++) {
        redis_add_int(command, (int64_t)lists[i]->items);
        for (size_t j = 0; j < lists[i]->count; j++) {
            redis_add_text(command, lists[i]->texts[j]);
        }
    }
}

bool queue_announce(struct queue *queue, const char *name, const char *digest,
                    const struct queue_outcome *outcome, struct err *err)
{
    static const char FUNCTION[] = "bq_announce";
    struct redis_command *command = queue_command(queue, FUNCTION);
    bool is_new; /* as good when it is not */

    redis_add_text(command, name);
    redis_add_text(command, digest);
    queue_add_outcome(command, outcome);
    return queue_call_ok(queue, FUNCTION, command, "SAME", &is_new, err);
}
