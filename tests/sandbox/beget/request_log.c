/* SPDX-License-Identifier: MIT */
#include "tests/sandbox/beget/request_log.h"

#include "shared/base/compiler.h"
#include "shared/base/mem.h"
#include "shared/io/json.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FIRST_ROOM = 256 };

static const char *const DROPPED[] = {"login", "passwd"};
static const char *const MASKED[] = {"password", "mailbox_password"};

void request_log_clear(struct request_log *log)
{
    for (size_t i = 0; i < log->count; i++) {
        json_free(log->entries[i].input);
    }
    free(log->entries);
    *log = (struct request_log){0};
}

static void drop_oldest_half(struct request_log *log)
{
    size_t half = log->count / 2;

    for (size_t i = 0; i < half; i++) {
        json_free(log->entries[i].input);
    }
    memmove(log->entries, log->entries + half, (log->count - half) * sizeof(*log->entries));
    log->count -= half;
}

static void hide_secrets(struct json *input)
{
    for (size_t i = 0; i < ARRAY_LEN(DROPPED); i++) {
        json_remove(input, DROPPED[i]);
    }
    for (size_t i = 0; i < ARRAY_LEN(MASKED); i++) {
        if (json_at(input, MASKED[i])) {
            json_set_text(input, MASKED[i], "***");
        }
    }
}

int64_t request_log_begin(struct request_log *log, const char *method, struct json *input,
                          int64_t now_ms)
{
    struct log_entry *entry;

    if (log->count == LOG_ENTRIES_MAX) {
        drop_oldest_half(log);
    }
    if (log->count == log->room) {
        log->room = log->room ? log->room * 2 : FIRST_ROOM;
        log->entries = xreallocarray(log->entries, log->room, sizeof(*log->entries));
    }
    log->last_n++;
    entry = &log->entries[log->count];
    *entry = (struct log_entry){.n = log->last_n, .input = input, .arrived_ms = now_ms};
    (void)snprintf(entry->method, sizeof(entry->method), "%s", method);
    (void)snprintf(entry->outcome, sizeof(entry->outcome), "pending");
    if (json_type(input) == JSON_OBJECT) {
        hide_secrets(entry->input);
    }
    log->count++;
    return entry->n;
}

void request_log_end(struct request_log *log, int64_t n, const char *outcome, const char *fault,
                     bool effect, int64_t now_ms)
{
    for (size_t i = log->count; i > 0; i--) {
        struct log_entry *entry = &log->entries[i - 1];

        if (entry->n == n) {
            (void)snprintf(entry->outcome, sizeof(entry->outcome), "%s", outcome);
            entry->fault = fault;
            entry->effect = effect;
            entry->done_ms = now_ms;
            return;
        }
    }
}

static struct json *show_entry(const struct log_entry *entry)
{
    struct json *shown = json_object();

    json_set_int(shown, "n", entry->n);
    json_set_text(shown, "method", entry->method);
    json_set(shown, "input", entry->input ? json_copy(entry->input) : json_new_null());
    json_set_text(shown, "outcome", entry->outcome);
    json_set(shown, "fault", entry->fault ? json_new_text(entry->fault) : json_new_null());
    json_set_bool(shown, "effect", entry->effect);
    json_set_int(shown, "ms", entry->arrived_ms);
    json_set_int(shown, "done_ms", entry->done_ms);
    return shown;
}

struct json *request_log_show(const struct request_log *log, int64_t after)
{
    struct json *shown = json_object();
    struct json *requests = json_list();

    for (size_t i = 0; i < log->count; i++) {
        if (log->entries[i].n > after) {
            (void)json_add(requests, show_entry(&log->entries[i]));
        }
    }
    json_set(shown, "requests", requests);
    return shown;
}
