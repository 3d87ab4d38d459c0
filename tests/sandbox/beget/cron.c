/* SPDX-License-Identifier: MIT */
/* The cron section. */
#include "tests/sandbox/beget/handlers.h"

#include "shared/io/json.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum { KEY_SIZE = 24 };

static const char *const SCHEDULE[] = {"minutes", "hours", "days", "months", "weekdays"};

static struct rows *jobs(const struct call *call)
{
    return &call->account->tables[TABLE_CRON];
}

void cron_get_list(struct call *call)
{
    call->result = rows_list(jobs(call), "");
}

static struct json *show_number(int64_t number)
{
    struct json *shown = json_object();

    json_set_int(shown, "row_number", number);
    return shown;
}

/* A job as the list shows it, from the parameters; NULL after a refusal. */
static struct json *read_job(struct call *call, int64_t number)
{
    struct json *job = show_number(number);
    char text[CALL_TEXT_SIZE];

    for (size_t i = 0; i < ARRAY_LEN(SCHEDULE); i++) {
        if (!call_text(call, SCHEDULE[i], text)) {
            goto refused;
        }
        if (text[0] == '\0' || text[strspn(text, "0123456789*/,-")] != '\0') {
            (void)call_refuse(call, "INVALID_DATA", "Incorrect %s", SCHEDULE[i]);
            goto refused;
        }
        json_set_text(job, SCHEDULE[i], text);
    }
    if (!call_text(call, "command", text)) {
        goto refused;
    }
    if (text[0] == '\0') {
        (void)call_refuse_input(call);
        goto refused;
    }
    json_set_text(job, "command", text);
    json_set_int(job, "is_hidden", 0);
    return job;
refused:
    json_free(job);
    return NULL;
}

void cron_add(struct call *call)
{
    int64_t number = call->account->next_row_id;
    struct json *job = read_job(call, number);
    char key[KEY_SIZE];

    if (!job) {
        return;
    }
    call->account->next_row_id++;
    (void)snprintf(key, sizeof(key), "%" PRId64, number);
    (void)rows_add(jobs(call), key, job);
    call->result = show_number(number);
}

/* The job whose number is in `parameter`, or NULL after a refusal. */
static struct json *find_job(struct call *call, const char *parameter, int64_t *number)
{
    char key[KEY_SIZE];
    struct json *job;

    if (!call_int(call, parameter, number)) {
        return NULL;
    }
    (void)snprintf(key, sizeof(key), "%" PRId64, *number);
    job = rows_find(jobs(call), key);
    if (!job) {
        (void)call_refuse(call, "METHOD_FAILED", "Cron job not found");
    }
    return job;
}

void cron_edit(struct call *call)
{
    int64_t number;
    struct json *job = find_job(call, "id", &number);
    struct json *changed = job ? read_job(call, number) : NULL;

    if (!changed) {
        return;
    }
    json_set(changed, "is_hidden", json_copy(json_at(job, "is_hidden")));
    for (const struct json *one = json_first(changed); one; one = json_next(one)) {
        json_set(job, json_name(one), json_copy(one));
    }
    json_free(changed);
    call->result = show_number(number);
}

void cron_delete(struct call *call)
{
    char key[KEY_SIZE];
    int64_t number;

    if (find_job(call, "row_number", &number)) {
        (void)snprintf(key, sizeof(key), "%" PRId64, number);
        (void)rows_remove(jobs(call), key);
    }
}

void cron_change_hidden_state(struct call *call)
{
    int64_t number;
    bool hidden;
    struct json *job = find_job(call, "row_number", &number);

    if (!job) {
        return;
    }
    if (!json_bool(call->input, "is_hidden", &hidden)) {
        (void)call_refuse_input(call);
        return;
    }
    json_set_int(job, "is_hidden", hidden);
    call->result = show_number(number);
}

void cron_get_email(struct call *call)
{
    const char *email = call->account->cron_email;

    call->result = email[0] != '\0' ? json_new_text(email) : json_new_null();
}

void cron_set_email(struct call *call)
{
    char email[CALL_TEXT_SIZE];

    if (!call_text(call, "email", email)) {
        return;
    }
    if ((email[0] != '\0' && !strchr(email, '@')) ||
        strlen(email) >= sizeof(call->account->cron_email)) {
        (void)call_refuse(call, "INVALID_DATA", "Incorrect email");
        return;
    }
    memcpy(call->account->cron_email, email, strlen(email) + 1);
}
