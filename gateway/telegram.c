/* SPDX-License-Identifier: MIT */
#include "gateway/telegram.h"

#include "shared/base/buf.h"
#include "shared/base/mem.h"
#include "shared/base/stop.h"
#include "shared/base/utf8.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    URL_MAX_BYTES = 2048,
    METHOD_MAX_BYTES = 64,
    FIELD_MAX_BYTES = 1024 * 1024,
    ANSWER_MAX_BYTES = 8 * 1024 * 1024, /* getUpdates is cut at about 4 MiB by the server */
    STOP_CHECK_MS = 1000,
};

/* Longer than any flood wait; keeps the sums of times in range. */
static const int64_t RETRY_AFTER_MAX_S = (int64_t)10 * 366 * 24 * 3600;

struct telegram {
    struct http_client *http;
    char *api_url;
    char *token;
};

struct telegram *telegram_new(const char *api_url, const char *token, struct err *err)
{
    struct telegram *telegram = xcalloc(1, sizeof(*telegram));

    telegram->api_url = xstrdup(api_url);
    for (size_t len = strlen(api_url); len > 0 && api_url[len - 1] == '/'; len--) {
        telegram->api_url[len - 1] = '\0';
    }
    telegram->token = xstrdup(token);
    telegram->http = http_client_new(err);
    if (!telegram->http) {
        telegram_free(telegram);
        return NULL;
    }
    return telegram;
}

void telegram_free(struct telegram *telegram)
{
    if (!telegram) {
        return;
    }
    http_client_free(telegram->http);
    free(telegram->token);
    free(telegram->api_url);
    free(telegram);
}

bool telegram_reconnect(struct telegram *telegram, struct err *err)
{
    struct http_client *http = http_client_new(err);

    if (!http) {
        return false;
    }
    http_client_free(telegram->http);
    telegram->http = http;
    return true;
}

struct http_client *telegram_http(struct telegram *telegram)
{
    return telegram->http;
}

bool telegram_method_valid(const char *method)
{
    size_t letters = strspn(method, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ");

    return letters > 0 && letters <= METHOD_MAX_BYTES && method[letters] == '\0';
}

/* Sends `request` to the URL of `method`; everything else about it is filled in. */
static struct http_exchange *start(struct telegram *telegram, const char *method,
                                   struct http_request *request, int64_t timeout_ms, void *context,
                                   struct err *err)
{
    struct http_exchange *exchange = NULL;
    struct buf url;

    assert(telegram_method_valid(method));
    buf_init(&url, URL_MAX_BYTES);
    buf_addf(&url, "%s/bot%s/%s", telegram->api_url, telegram->token, method);
    if (!buf_ok(&url)) {
        (void)err_set(err, ERR_FATAL, "%s: the URL of the Bot API is too long", method);
        goto out;
    }
    request->label = method;
    request->url = buf_text(&url);
    request->timeout_ms = timeout_ms;
    request->max_body_bytes = ANSWER_MAX_BYTES;
    exchange = http_start(telegram->http, request, context, err);
out:
    buf_free(&url);
    return exchange;
}

struct http_exchange *telegram_start(struct telegram *telegram, const char *method,
                                     const char *params, int64_t timeout_ms, void *context,
                                     struct err *err)
{
    struct http_request request = {
        .content_type = "application/json", .body = params, .body_len = strlen(params)};

    return start(telegram, method, &request, timeout_ms, context, err);
}

/* ---- a form: each parameter is a field, a text as it is, everything else as JSON ---- */

/* The texts of a form's fields, with the form. */
struct form {
    struct http_part *parts;
    struct buf *values;
    size_t count;
};

static void form_free(struct form *form)
{
    for (size_t i = 0; i < form->count; i++) {
        buf_free(&form->values[i]);
    }
    free(form->values);
    free(form->parts);
}

static void add_field(struct form *form, const struct json *param)
{
    struct buf *value = &form->values[form->count];
    const char *text = json_text(param, "");

    buf_init(value, FIELD_MAX_BYTES);
    if (text) {
        buf_addf(value, "%s", text);
    } else {
        json_print(param, value);
    }
    form->parts[form->count++] =
        (struct http_part){.name = json_name(param), .data = buf_text(value), .len = value->len};
}

struct http_exchange *telegram_start_upload(struct telegram *telegram, const char *method,
                                            const char *params, const struct telegram_file *file,
                                            int64_t timeout_ms, void *context, struct err *err)
{
    struct err ignored = ERR_INIT;
    struct json *fields = json_parse(params, strlen(params), &ignored);
    struct http_exchange *exchange;
    struct form form = {.count = 0};

    assert(json_type(fields) == JSON_OBJECT);
    form.values = xcalloc(json_count(fields) + 1, sizeof(form.values[0]));
    form.parts = xcalloc(json_count(fields) + 1, sizeof(form.parts[0]));
    for (const struct json *param = json_first(fields); param; param = json_next(param)) {
        add_field(&form, param);
    }
    form.parts[form.count] = (struct http_part){.name = file->field,
                                                .file_name = file->name,
                                                .content_type = "application/octet-stream",
                                                .data = file->content,
                                                .len = file->len};
    exchange = start(telegram, method,
                     &(struct http_request){.parts = form.parts, .part_count = form.count + 1},
                     timeout_ms, context, err);
    form_free(&form);
    json_free(fields);
    return exchange;
}

/* Writes stars over the token: servers in between like to repeat the URL they were given. */
static void mask(const struct telegram *telegram, char *text)
{
    size_t len = strlen(telegram->token);

    for (char *found = strstr(text, telegram->token); found;
         found = strstr(found, telegram->token)) {
        memset(found, '*', len);
    }
}

static void describe(struct telegram_answer *answer, const char *text)
{
    size_t len = utf8_fit_bytes(text, strlen(text), sizeof(answer->description) - 1);

    memcpy(answer->description, text, len);
    answer->description[len] = '\0';
}

void telegram_finish(struct telegram *telegram, struct http_exchange *exchange,
                     struct telegram_answer *out)
{
    const struct http_response *response;
    struct err err = ERR_INIT;

    if (http_exchange_result(exchange, &response, &err)) {
        telegram_read(response->status, buf_text(&response->body), response->body.len, out);
        if (out->error_code == 429 && out->retry_after_s == 0) {
            out->retry_after_s = response->retry_after_ms / 1000;
        }
    } else {
        *out = (struct telegram_answer){.sent = response->sent};
        describe(out, err.message);
    }
    mask(telegram, out->description);
    http_exchange_free(exchange);
}

bool telegram_call(struct telegram *telegram, const char *method, const char *params,
                   int64_t timeout_ms, bool until_stop, struct telegram_answer *out,
                   struct err *err)
{
    struct http_exchange *exchange;
    struct http_exchange *ended = NULL;

    *out = (struct telegram_answer){.sent = false};
    exchange = telegram_start(telegram, method, params, timeout_ms, NULL, err);
    if (!exchange) {
        return false;
    }
    while (!ended) { /* ends at timeout_ms at the latest */
        if (until_stop && stop_requested()) {
            http_exchange_free(exchange);
            return err_set(err, ERR_STOPPED, "%s: stopping", method);
        }
        ended = http_wait(telegram->http, STOP_CHECK_MS, -1, until_stop);
    }
    assert(ended == exchange);
    telegram_finish(telegram, ended, out);
    return true;
}

static void read_error(const struct json *envelope, struct telegram_answer *out)
{
    const char *description = json_text(envelope, "description");
    int64_t number;

    if (json_int(envelope, "error_code", &number) && number >= 100 && number <= 999) {
        out->error_code = (int)number;
    }
    describe(out, description ? description : "no description");
    if (json_int(envelope, "parameters.retry_after", &number) && number > 0) {
        out->retry_after_s = number < RETRY_AFTER_MAX_S ? number : RETRY_AFTER_MAX_S;
    }
    if (json_int(envelope, "parameters.migrate_to_chat_id", &number)) {
        out->migrate_to_chat_id = number;
    }
}

static void read_unreadable(int status, size_t len, struct telegram_answer *out)
{
    (void)snprintf(out->description, sizeof(out->description),
                   "HTTP %d and %zu bytes that are no Bot API answer", status, len);
}

void telegram_read(int status, const char *body, size_t len, struct telegram_answer *out)
{
    struct err ignored = ERR_INIT;
    struct json *envelope = json_parse(body, len, &ignored);
    const struct json *result = json_at(envelope, "result");
    bool done = false;

    *out = (struct telegram_answer){
        .sent = true,
        .status = status,
        .error_code = status >= 400 ? status : 0,
    };
    if (json_bool(envelope, "ok", &done) && !done) {
        out->readable = true;
        read_error(envelope, out);
    } else if (done && result && status >= 200 && status <= 299) {
        out->readable = true;
        out->ok = true;
        out->result = result;
        out->envelope = envelope;
        envelope = NULL;
    } else {
        read_unreadable(status, len, out);
    }
    json_free(envelope);
}

void telegram_answer_free(struct telegram_answer *answer)
{
    json_free(answer->envelope);
    *answer = (struct telegram_answer){.sent = false};
}
