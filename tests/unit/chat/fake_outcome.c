/* SPDX-License-Identifier: MIT */
/* Stands in for shared/queue/outcome.c and queue_emit(): what a step brings stays readable. */
#include "shared/base/mem.h"
#include "shared/io/json.h"
#include "tests/unit/chat/fake_world.h"
#include "tests/unit/chat/page_lines.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { REPLIES_MAX = 16, WRITES_MAX = 128 };

/* A reply without what no test looks at. Its texts are owned. */
struct kept_reply {
    char *method;
    char *slot;
    char *payload;
};

struct queue_outcome {
    struct kept_reply replies[REPLIES_MAX];
    size_t reply_count;
    struct buf events;
    char *writes[WRITES_MAX]; /* owned */
    size_t write_count;
};

struct queue_outcome *queue_outcome_new(void)
{
    struct queue_outcome *outcome = xcalloc(1, sizeof(*outcome));

    buf_init(&outcome->events, 1 << 16);
    return outcome;
}

void queue_outcome_free(struct queue_outcome *outcome)
{
    if (!outcome) {
        return;
    }
    for (size_t i = 0; i < outcome->reply_count; i++) {
        free(outcome->replies[i].method);
        free(outcome->replies[i].slot);
        free(outcome->replies[i].payload);
    }
    for (size_t i = 0; i < outcome->write_count; i++) {
        free(outcome->writes[i]);
    }
    buf_free(&outcome->events);
    free(outcome);
}

void queue_outcome_reply(struct queue_outcome *outcome, const struct reply *reply)
{
    assert(outcome->reply_count < REPLIES_MAX);
    outcome->replies[outcome->reply_count++] = (struct kept_reply){
        .method = xstrdup(reply->method),
        .slot = xstrdup(reply->slot),
        .payload = xstrdup(reply->payload),
    };
}

void queue_outcome_event(struct queue_outcome *outcome, const struct event *event)
{
    buf_addf(&outcome->events, "event %s%s%s %s", event->action,
             event->target[0] != '\0' ? " " : "", event->target, event_result_name(event->result));
    if (event->before[0] != '\0' || event->after[0] != '\0') {
        buf_addf(&outcome->events, ", %s -> %s", event->before, event->after);
    }
    buf_addf(&outcome->events, "\n");
}

static void add_write(struct queue_outcome *outcome, const char *line)
{
    assert(outcome->write_count < WRITES_MAX);
    outcome->writes[outcome->write_count++] = xstrdup(line);
}

void queue_outcome_hset(struct queue_outcome *outcome, const char *key, const char *tail,
                        const char *field, const char *value)
{
    char line[1024];

    (void)snprintf(line, sizeof(line), "HSET %s%s %s %s", key, tail, field, value);
    add_write(outcome, line);
}

void queue_outcome_set(struct queue_outcome *outcome, const char *key, const char *tail,
                       const char *value, int64_t ttl_s)
{
    char line[1024];

    (void)snprintf(line, sizeof(line), "SET %s%s %s EX %" PRId64, key, tail, value, ttl_s);
    add_write(outcome, line);
}

void queue_outcome_expire(struct queue_outcome *outcome, const char *key, const char *tail,
                          int64_t ttl_s)
{
    char line[1024];

    (void)snprintf(line, sizeof(line), "EXPIRE %s%s %" PRId64, key, tail, ttl_s);
    add_write(outcome, line);
}

void queue_outcome_hdel(struct queue_outcome *outcome, const char *key, const char *tail,
                        const char *field)
{
    char line[1024];

    (void)snprintf(line, sizeof(line), "HDEL %s%s %s", key, tail, field);
    add_write(outcome, line);
}

void queue_outcome_hdel_value(struct queue_outcome *outcome, const char *key, const char *tail,
                              const char *value)
{
    char line[1024];

    (void)snprintf(line, sizeof(line), "HDEL_VALUE %s%s %s", key, tail, value);
    add_write(outcome, line);
}

void queue_outcome_revoke(struct queue_outcome *outcome, const char *name)
{
    char line[1024];

    (void)snprintf(line, sizeof(line), "REVOKE %s", name);
    add_write(outcome, line);
}

void queue_outcome_del(struct queue_outcome *outcome, const char *key, const char *tail)
{
    char line[1024];

    (void)snprintf(line, sizeof(line), "DEL %s%s", key, tail);
    add_write(outcome, line);
}

void queue_outcome_trace(struct queue_outcome *outcome, const char *name, const char *value)
{
    (void)outcome; /* no chat sees it */
    (void)name;
    (void)value;
}

bool queue_emit(struct queue *queue, const char *consumer, const char *job_id,
                const struct queue_outcome *outcome, bool *out_owner, struct err *err)
{
    (void)queue;
    if (!fake_call(err, "emit %s %s", consumer, job_id)) {
        return false;
    }
    outcome_lines(outcome, &fake_world.emitted);
    if (!fake_worked(fake_world.calls, err)) {
        return false;
    }
    *out_owner = !fake_world.lost;
    return true;
}

/* ---- telling ---- */

static void add_keyboard(const struct json *payload, struct buf *out)
{
    const struct json *keyboard = json_at(payload, "reply_markup.inline_keyboard");

    for (const struct json *row = json_first(keyboard); row; row = json_next(row)) {
        for (const struct json *one = json_first(row); one; one = json_next(one)) {
            buf_addf(out, "%s[%s]", one == json_first(row) ? "" : " ", json_text(one, "text"));
        }
        buf_addf(out, "\n");
    }
}

static void add_message(const struct json *payload, struct buf *out)
{
    html_visible(json_text(payload, "text"), out);
    buf_addf(out, "\n");
    add_keyboard(payload, out);
}

static void add_reply(const struct kept_reply *reply, struct buf *out)
{
    struct err err = ERR_INIT;
    struct json *payload = json_parse(reply->payload, strlen(reply->payload), &err);
    bool alert = false;
    int64_t id = 0;

    assert(payload);
    if (json_int(payload, "message_thread_id", &id)) {
        buf_addf(out, "in topic %" PRId64 ", ", id);
    }
    if (strcmp(reply->method, "sendMessage") == 0) {
        buf_addf(out, "send %s: ", reply->slot);
        add_message(payload, out);
    } else if (strcmp(reply->method, "editMessageText") == 0) {
        (void)json_int(payload, "message_id", &id);
        buf_addf(out, "edit %" PRId64 ": ", id);
        add_message(payload, out);
    } else {
        const char *toast = json_text(payload, "text");

        (void)json_bool(payload, "show_alert", &alert);
        buf_addf(out, "%s %s%s%s%s\n", reply->method, json_text(payload, "callback_query_id"),
                 toast ? ": " : "", toast ? toast : "", alert ? " (alert)" : "");
    }
    json_free(payload);
}

void outcome_lines(const struct queue_outcome *outcome, struct buf *out)
{
    for (size_t i = 0; i < outcome->reply_count; i++) {
        add_reply(&outcome->replies[i], out);
    }
    buf_addf(out, "%s", buf_text(&outcome->events));
    assert(buf_ok(out));
}

void outcome_state_lines(const struct queue_outcome *outcome, struct buf *out)
{
    for (size_t i = 0; i < outcome->write_count; i++) {
        if (!strstr(outcome->writes[i], " button:") &&
            strncmp(outcome->writes[i], "DEL dialog:", 11) != 0) {
            buf_addf(out, "%s\n", outcome->writes[i]);
        }
    }
    assert(buf_ok(out));
}

const char *outcome_write(const struct queue_outcome *outcome, const char *begin)
{
    for (size_t i = 0; i < outcome->write_count; i++) {
        if (strncmp(outcome->writes[i], begin, strlen(begin)) == 0) {
            return outcome->writes[i];
        }
    }
    return NULL;
}

bool outcome_holds(const struct queue_outcome *outcome, const char *part)
{
    for (size_t i = 0; i < outcome->write_count; i++) {
        if (strstr(outcome->writes[i], part)) {
            return true;
        }
    }
    return false;
}

const char *outcome_payload(const struct queue_outcome *outcome, const char *method)
{
    for (size_t i = 0; i < outcome->reply_count; i++) {
        if (strcmp(outcome->replies[i].method, method) == 0) {
            return outcome->replies[i].payload;
        }
    }
    return NULL;
}

size_t outcome_count(const struct queue_outcome *outcome, const char *method)
{
    size_t count = 0;

    for (size_t i = 0; i < outcome->reply_count; i++) {
        count += strcmp(outcome->replies[i].method, method) == 0;
    }
    return count;
}
