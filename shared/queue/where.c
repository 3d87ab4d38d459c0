/* SPDX-License-Identifier: MIT */
#include "shared/queue/where.h"

#include "shared/base/mem.h"
#include "shared/queue/call.h"

#include <stdlib.h>
#include <string.h>

/* What bq_where answers, in order. */
enum { UPDATE_ID, PLACES, INTENTS, UNKNOWN, RUNS, BEFORE, NOW_MS, ANSWER_COUNT };

static bool read_place(const struct redis_reply *reply, struct queue_place *out)
{
    out->stream = redis_reply_text(redis_reply_item(reply, 0), NULL);
    out->id = redis_reply_text(redis_reply_item(reply, 1), NULL);
    out->holder = redis_reply_text(redis_reply_item(reply, 3), NULL);
    return out->stream && out->id && out->holder &&
           redis_reply_int(redis_reply_item(reply, 4), &out->idle_ms) &&
           redis_reply_int(redis_reply_item(reply, 5), &out->deliveries) &&
           queue_read_fields(redis_reply_item(reply, 2), &out->fields, &out->field_count);
}

static bool read_places(const struct redis_reply *reply, struct queue_whereabouts *out)
{
    size_t count = redis_reply_count(reply);

    out->places = xcalloc(count + 1, sizeof(*out->places));
    for (size_t i = 0; i < count; i++) {
        if (!read_place(redis_reply_item(reply, i), &out->places[i])) {
            return false;
        }
        out->place_count++;
    }
    return true;
}

/* The reply goes into `out`, whatever the outcome. */
static bool read_answer(struct redis_reply *reply, struct queue_whereabouts *out)
{
    const struct redis_reply *intents = redis_reply_item(reply, INTENTS);

    out->reply = reply;
    out->update_id = redis_reply_text(redis_reply_item(reply, UPDATE_ID), NULL);
    out->unknown = redis_reply_text(redis_reply_item(reply, UNKNOWN), NULL);
    out->runs = redis_reply_text(redis_reply_item(reply, RUNS), NULL);
    if (redis_reply_count(reply) != ANSWER_COUNT || !out->update_id || !out->unknown ||
        !out->runs || !redis_reply_int(redis_reply_item(reply, BEFORE), &out->before) ||
        !redis_reply_int(redis_reply_item(reply, NOW_MS), &out->now_ms) ||
        !read_places(redis_reply_item(reply, PLACES), out)) {
        return false;
    }
    return redis_reply_count(intents) == 0 ||
           queue_read_fields(intents, &out->intents, &out->intent_count);
}

bool queue_where(struct queue *queue, const char *name, struct queue_whereabouts *out,
                 struct err *err)
{
    static const char FUNCTION[] = "bq_where";
    struct redis_command *command = queue_look_command(queue, FUNCTION);
    struct queue_whereabouts found = {.place_count = 0};
    struct redis_reply *reply = NULL;

    redis_add_text(command, name);
    if (!queue_look(queue, FUNCTION, command, &reply, err)) {
        return false;
    }
    if (!read_answer(reply, &found)) {
        (void)queue_odd_answer(FUNCTION, reply, err);
        queue_where_free(&found);
        return false;
    }
    *out = found;
    return true;
}

void queue_where_free(struct queue_whereabouts *whereabouts)
{
    for (size_t i = 0; i < whereabouts->place_count; i++) {
        free(whereabouts->places[i].fields);
    }
    free(whereabouts->places);
    free(whereabouts->intents);
    redis_reply_free(whereabouts->reply);
    *whereabouts = (struct queue_whereabouts){.place_count = 0};
}

const char *queue_place_text(const struct queue_place *place, const char *name)
{
    for (size_t i = 0; i < place->field_count; i++) {
        if (strcmp(place->fields[i].name, name) == 0) {
            return place->fields[i].value;
        }
    }
    return "";
}
