/* SPDX-License-Identifier: MIT */
/*
 * The worker that most people would write on Redis streams, to show what it loses.
 *
 * XREADGROUP, do the work, XADD the answer, XACK; XAUTOCLAIM for what a dead colleague has left.
 * It understands the commands that the fault harness sends and answers in the same words, so that
 * the same judge can look at it. Every step is what the documentation of Redis recommends, and
 * none of its faults is put in: it is at-least-once delivery, without a gate per chat and without
 * a note of what was begun, and without a limit of how often what kills its worker is tried again.
 *
 * Settings: REDIS_URL, BEGET_API_URL, BEGET_LOGIN, BEGET_PASSWORD, JOB_LEASE_S.
 */
#include "shared/base/crash_point.h"
#include "shared/base/err.h"
#include "shared/base/stop.h"
#include "shared/io/http.h"
#include "shared/io/json.h"
#include "shared/io/redis.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
    BLOCK_MS = 1000,
    BATCH = 10,
    REDIS_TIMEOUT_MS = 5000,
    HTTP_TIMEOUT_MS = 2000,
    BODY_MAX_BYTES = 8 << 20,
    TEXT_SIZE = 512,
    RETRY_MS = 200,
};

#define KEY_UPDATES "{beget}:updates"
#define KEY_REPLIES "{beget}:replies"
#define GROUP       "workers"

struct worker {
    struct redis *redis;
    struct http_client *http;
    char name[64];
    int64_t lease_ms;
};

/* What a person did; texts are borrowed from the reply of Redis. */
struct request {
    const char *id; /* of the entry */
    const char *chat_id;
    const char *kind;
    const char *text;
    const char *payload;
};

/* ---- the hosting API ---- */

static const char *setting(const char *name)
{
    const char *value = getenv(name); /* NOLINT(concurrency-mt-unsafe): one thread */

    return value ? value : "";
}

/* The result of a call, owned; NULL when there is none, for whatever reason. */
static struct json *call_beget(struct worker *worker, const char *method, struct json *input)
{
    struct http_response response = {.status = 0};
    struct json *document = NULL;
    struct json *result = NULL;
    struct err err = ERR_INIT;
    struct buf url;
    struct buf form;
    struct buf text;

    buf_init(&url, 1024);
    buf_init(&form, 65536);
    buf_init(&text, 16384);
    buf_addf(&url, "%s/%s", setting("BEGET_API_URL"), method);
    json_print(input, &text);
    json_free(input);
    buf_addf(&form, "login=%s&passwd=", setting("BEGET_LOGIN"));
    http_add_escaped(&form, setting("BEGET_PASSWORD"));
    buf_addf(&form, "&input_format=json&output_format=json&input_data=");
    http_add_escaped(&form, buf_text(&text));
    if (http_perform(worker->http,
                     &(struct http_request){.label = method,
                                            .url = buf_text(&url),
                                            .content_type = "application/x-www-form-urlencoded",
                                            .body = buf_text(&form),
                                            .body_len = form.len,
                                            .timeout_ms = HTTP_TIMEOUT_MS,
                                            .max_body_bytes = BODY_MAX_BYTES},
                     &response, &err)) {
        document = json_parse(buf_text(&response.body), response.body.len, &err);
    }
    if (json_at(document, "answer.result")) {
        result = json_copy(json_at(document, "answer.result"));
    }
    json_free(document);
    http_response_free(&response);
    buf_free(&text);
    buf_free(&form);
    buf_free(&url);
    return result;
}

/* The id of the row of `list` whose `fqdn` is `name`; 0 when there is none. */
static int64_t find_id(const struct json *list, const char *name)
{
    for (const struct json *row = json_first(list); row; row = json_next(row)) {
        const char *fqdn = json_text(row, "fqdn");
        int64_t id;

        if (fqdn && strcmp(fqdn, name) == 0 && json_int(row, "id", &id)) {
            return id;
        }
    }
    return 0;
}

static int64_t look_up(struct worker *worker, const char *method, const char *name)
{
    struct json *list = call_beget(worker, method, json_object());
    int64_t id = find_id(list, name);

    json_free(list);
    return id;
}

static bool add_subdomain(struct worker *worker, const char *name)
{
    const char *dot = strchr(name, '.');
    int64_t domain_id = dot ? look_up(worker, "domain/getList", dot + 1) : 0;
    struct json *input;
    struct json *result;
    char label[TEXT_SIZE];

    if (domain_id == 0) {
        return false;
    }
    input = json_object();
    (void)snprintf(label, sizeof(label), "%.*s", (int)(dot - name), name);
    json_set_text(input, "subdomain", label);
    json_set_int(input, "domain_id", domain_id);
    result = call_beget(worker, "domain/addSubdomainVirtual", input);
    json_free(result);
    return result != NULL;
}

static bool delete_subdomain(struct worker *worker, const char *name)
{
    int64_t id = look_up(worker, "domain/getSubdomainList", name);
    struct json *input;
    struct json *result;

    if (id == 0) {
        return false;
    }
    input = json_object();
    json_set_int(input, "id", id);
    result = call_beget(worker, "domain/deleteSubdomain", input);
    json_free(result);
    return result != NULL;
}

/* ---- answers ---- */

static bool add_reply(struct worker *worker, const struct request *request, const char *method,
                      const struct json *params, struct err *err)
{
    struct redis_command *command = redis_command_new("XADD");
    struct redis_reply *reply = NULL;
    struct buf payload;
    bool ok;

    buf_init(&payload, 65536);
    json_print(params, &payload);
    const char *const words[] = {
        KEY_REPLIES,      "*",      "v",    "1",    "ref", "0",       "chat_id",
        request->chat_id, "method", method, "slot", "",    "payload", buf_text(&payload)};
    for (size_t i = 0; i < ARRAY_LEN(words); i++) {
        redis_add_text(command, words[i]);
    }
    ok = redis_run(worker->redis, command, &reply, err);
    redis_reply_free(reply);
    buf_free(&payload);
    return ok;
}

static struct json *new_params(const struct request *request, const char *text)
{
    struct json *params = json_object();

    json_set_int(params, "chat_id", strtoimax(request->chat_id, NULL, 10));
    json_set_text(params, "text", text);
    return params;
}

static void add_button(struct json *row, const char *label, const char *data)
{
    struct json *button = json_add(row, json_object());

    json_set_text(button, "text", label);
    json_set_text(button, "callback_data", data);
}

/* "add NAME" or "del NAME": a question with two buttons. */
static bool ask(struct worker *worker, const struct request *request, const char *change,
                struct err *err)
{
    struct json *markup = json_object();
    struct json *keyboard = json_list();
    struct json *row = json_add(keyboard, json_list());
    struct json *params;
    char text[TEXT_SIZE];
    bool ok;

    (void)snprintf(text, sizeof(text), "Really %s?", change);
    add_button(row, "✅ Yes", change);
    add_button(row, "✖ No", "no");
    json_set(markup, "inline_keyboard", keyboard);
    params = new_params(request, text);
    json_set(params, "reply_markup", markup);
    ok = add_reply(worker, request, "sendMessage", params, err);
    json_free(params);
    return ok;
}

static bool say(struct worker *worker, const struct request *request, const char *text,
                struct err *err)
{
    struct json *params = new_params(request, text);
    bool ok = add_reply(worker, request, "sendMessage", params, err);

    json_free(params);
    return ok;
}

/* ---- the work ---- */

static bool show(struct worker *worker, const struct request *request, const char *method,
                 const char *name, struct err *err)
{
    struct json *input = json_object();
    struct json *result;
    char text[TEXT_SIZE];

    json_set_text(input, "fqdn", name);
    result = call_beget(worker, method, input);
    (void)snprintf(text, sizeof(text), "%s %s", result ? "Here it is:" : "Nothing to show for",
                   name);
    json_free(result);
    return say(worker, request, text, err);
}

/* The press of a button: does it, and the outcome takes the place of the question. */
static bool carry_out(struct worker *worker, const struct request *request, struct err *err)
{
    const char *name = strchr(request->text, ' ');
    struct json *update =
        json_parse(request->payload, strlen(request->payload), &(struct err){.kind = ERR_NONE});
    struct json *params;
    int64_t message_id = 0;
    char text[TEXT_SIZE];
    bool done = false;
    bool ok;

    if (name && strncmp(request->text, "add ", 4) == 0) {
        done = add_subdomain(worker, name + 1);
    } else if (name && strncmp(request->text, "del ", 4) == 0) {
        done = delete_subdomain(worker, name + 1);
    }
    (void)snprintf(text, sizeof(text), "%s: %s", done ? "✅ Done" : "⚠️ Not done",
                   request->text);
    (void)json_int(update, "callback_query.message.message_id", &message_id);
    params = new_params(request, text);
    json_set_int(params, "message_id", message_id);
    ok = add_reply(worker, request, "editMessageText", params, err);
    json_free(params);
    json_free(update);
    return ok;
}

static bool handle(struct worker *worker, const struct request *request, struct err *err)
{
    char text[TEXT_SIZE];

    if (strcmp(request->kind, "callback") == 0) {
        return carry_out(worker, request, err);
    }
    if (strncmp(request->text, "/domains ", 9) == 0) {
        return show(worker, request, "domain/getList", request->text + 9, err);
    }
    if (strncmp(request->text, "/dns ", 5) == 0) {
        return show(worker, request, "dns/getData", request->text + 5, err);
    }
    if (strncmp(request->text, "/sub ", 5) == 0) {
        return ask(worker, request, request->text + 5, err);
    }
    (void)snprintf(text, sizeof(text), "I do not know %s", request->text);
    return say(worker, request, text, err);
}

/* ---- the queue ---- */

static bool finish(struct worker *worker, const struct request *request, struct err *err)
{
    struct redis_command *commands[] = {redis_command_new("XACK"), redis_command_new("XDEL")};
    struct redis_reply *replies[ARRAY_LEN(commands)] = {NULL};
    bool ok;

    redis_add_text(commands[0], KEY_UPDATES);
    redis_add_text(commands[0], GROUP);
    redis_add_text(commands[0], request->id);
    redis_add_text(commands[1], KEY_UPDATES);
    redis_add_text(commands[1], request->id);
    ok = redis_run_pipeline(worker->redis, commands, ARRAY_LEN(commands), replies, err);
    for (size_t i = 0; i < ARRAY_LEN(replies); i++) {
        redis_reply_free(replies[i]);
    }
    return ok;
}

static const char *field_of(const struct redis_reply *fields, const char *name)
{
    for (size_t i = 0; i + 1 < redis_reply_count(fields); i += 2) {
        const char *found = redis_reply_text(redis_reply_item(fields, i), NULL);

        if (found && strcmp(found, name) == 0) {
            return redis_reply_text(redis_reply_item(fields, i + 1), NULL);
        }
    }
    return "";
}

static bool work_on_all(struct worker *worker, const struct redis_reply *entries, struct err *err)
{
    for (size_t i = 0; i < redis_reply_count(entries) && !stop_requested(); i++) {
        const struct redis_reply *entry = redis_reply_item(entries, i);
        const struct redis_reply *fields = redis_reply_item(entry, 1);
        const struct request request = {.id = redis_reply_text(redis_reply_item(entry, 0), NULL),
                                        .chat_id = field_of(fields, "chat_id"),
                                        .kind = field_of(fields, "kind"),
                                        .text = field_of(fields, "text"),
                                        .payload = field_of(fields, "payload")};

        CRASH_ON_TEXT(request.text);
        if (!handle(worker, &request, err) || !finish(worker, &request, err)) {
            return false;
        }
    }
    return true;
}

static void add_texts(struct redis_command *command, const char *const texts[], size_t count)
{
    for (size_t i = 0; i < count; i++) {
        redis_add_text(command, texts[i]);
    }
}

/* What a colleague has taken and not acknowledged for a lease. */
static bool claim(struct worker *worker, struct err *err)
{
    struct redis_command *command = redis_command_new("XAUTOCLAIM");
    struct redis_reply *reply = NULL;
    bool ok;

    add_texts(command, (const char *const[]){KEY_UPDATES, GROUP, worker->name}, 3);
    redis_add_int(command, worker->lease_ms);
    add_texts(command, (const char *const[]){"0-0", "COUNT"}, 2);
    redis_add_int(command, BATCH);
    ok = redis_run(worker->redis, command, &reply, err) &&
         work_on_all(worker, redis_reply_item(reply, 1), err);
    redis_reply_free(reply);
    return ok;
}

static bool read_new(struct worker *worker, struct err *err)
{
    struct redis_command *command = redis_command_new("XREADGROUP");
    struct redis_reply *reply = NULL;
    bool ok;

    add_texts(command, (const char *const[]){"GROUP", GROUP, worker->name, "COUNT"}, 4);
    redis_add_int(command, BATCH);
    redis_add_text(command, "BLOCK");
    redis_add_int(command, BLOCK_MS);
    add_texts(command, (const char *const[]){"STREAMS", KEY_UPDATES, ">"}, 3);
    ok = redis_run_blocking(worker->redis, command, BLOCK_MS, &reply, err) &&
         work_on_all(worker, redis_reply_item(redis_reply_item(reply, 0), 1), err);
    redis_reply_free(reply);
    return ok;
}

static bool run(struct worker *worker, struct err *err)
{
    worker->http = http_client_new(err);
    if (!worker->http) {
        return false;
    }
    (void)snprintf(worker->name, sizeof(worker->name), "textbook-%ld", (long)getpid());
    worker->lease_ms = strtoimax(setting("JOB_LEASE_S"), NULL, 10) * 1000;
    worker->redis = redis_new(setting("REDIS_URL"), worker->name, REDIS_TIMEOUT_MS, err);
    if (!worker->redis) {
        return false;
    }
    while (!stop_requested()) {
        *err = ERR_INIT;
        if (!claim(worker, err) || !read_new(worker, err)) {
            (void)stop_wait_ms(RETRY_MS); /* Redis is away: again */
        }
    }
    return true;
}

int main(void)
{
    struct worker worker = {.lease_ms = 0};
    struct err err = ERR_INIT;
    bool ok = stop_install(&err) && http_library_init(&err) && run(&worker, &err);

    if (!ok) {
        (void)fprintf(stderr, "textbook_worker: %s\n", err.message);
    }
    redis_free(worker.redis);
    http_client_free(worker.http);
    http_library_free();
    return ok ? EXIT_SUCCESS : EXIT_FAILURE;
}
