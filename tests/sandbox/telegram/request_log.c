/* SPDX-License-Identifier: MIT */
#include "tests/sandbox/telegram/request_log.h"

#include "shared/base/mem.h"

#include <stdio.h>
#include <stdlib.h>
#include <strings.h>

void request_log_init(struct request_log *log, int64_t last_n)
{
    *log = (struct request_log){.last = last_n};
    log->entries = xcalloc(REQUEST_LOG_MAX, sizeof(*log->entries));
    log->violations = json_list();
}

void request_log_free(struct request_log *log)
{
    for (size_t i = 0; log->entries && i < REQUEST_LOG_MAX; i++) {
        json_free(log->entries[i].params);
    }
    free(log->entries);
    json_free(log->violations);
    *log = (struct request_log){.last = 0};
}

static struct request_entry *slot(const struct request_log *log, int64_t n)
{
    return &log->entries[n % REQUEST_LOG_MAX];
}

int64_t request_log_begin(struct request_log *log, const char *method, struct json *params,
                          int64_t unix_us)
{
    struct request_entry *entry = slot(log, ++log->last);

    json_free(entry->params);
    *entry = (struct request_entry){.n = log->last, .params = params, .unix_us = unix_us};
    (void)snprintf(entry->method, sizeof(entry->method), "%s", method);
    return entry->n;
}

void request_log_end(struct request_log *log, int64_t n, const struct request_end *end,
                     int64_t unix_us)
{
    struct request_entry *entry = slot(log, n);

    if (entry->n == n) {
        entry->status = end->status;
        entry->fault = end->fault;
        entry->effect = end->effect;
        entry->message_id = end->message_id;
        entry->answered_us = unix_us;
    }
}

void request_log_violation(struct request_log *log, int64_t n, const char *method,
                           const char *problem)
{
    struct json *row;

    log->violation_count++;
    if (log->violation_count > VIOLATIONS_MAX) {
        return;
    }
    row = json_add(log->violations, json_object());
    json_set_int(row, "n", n);
    json_set_text(row, "method", method);
    json_set_text(row, "problem", problem);
}

static struct json *entry_to_json(const struct request_entry *entry)
{
    struct json *row = json_object();

    json_set_int(row, "n", entry->n);
    json_set_text(row, "method", entry->method);
    json_set(row, "params", json_copy(entry->params));
    json_set_int(row, "status", entry->status);
    json_set(row, "fault", entry->fault ? json_new_text(entry->fault) : json_new_null());
    json_set_bool(row, "effect", entry->effect);
    json_set_int(row, "message_id", entry->message_id);
    json_set_int(row, "ms", entry->unix_us / 1000);
    json_set_int(row, "answered_ms", entry->answered_us / 1000);
    json_set_int(row, "us", entry->unix_us);
    json_set_int(row, "answered_us", entry->answered_us);
    return row;
}

struct json *request_log_to_json(const struct request_log *log, int64_t after, const char *method)
{
    struct json *out = json_object();
    struct json *requests = json_list();
    int64_t oldest = log->last - REQUEST_LOG_MAX;
    int64_t from = after > oldest ? after : oldest;

    for (int64_t n = from > 0 ? from : 0; n < log->last; n++) {
        const struct request_entry *entry = slot(log, n + 1);

        if (entry->n == n + 1 && (!method || strcasecmp(method, entry->method) == 0)) {
            (void)json_add(requests, entry_to_json(entry));
        }
    }
    json_set(out, "requests", requests);
    json_set(out, "violations", json_copy(log->violations));
    json_set_int(out, "last", log->last);
    return out;
}
