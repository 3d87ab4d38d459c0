/* SPDX-License-Identifier: MIT */
#include "worker/chat/incoming.h"

#include "shared/io/json.h"

#include <stdio.h>
#include <string.h>

/* Where an update of each kind keeps its message and its person. */
static const struct {
    const char *message;
    const char *from;
} PATHS[] = {
    [UPDATE_MESSAGE] = {"message", "message.from"},
    [UPDATE_CALLBACK] = {"callback_query.message", "callback_query.from"},
    [UPDATE_MEMBER] = {"my_chat_member", "my_chat_member.from"},
    [UPDATE_REQUEST] = {"request", "request.from"},
};

/* A thread id is echoed only for real topics: ordinary reply threads carry one too. */
static int64_t read_thread(const struct json *message)
{
    bool topic = false;
    int64_t thread_id = 0;

    if (json_bool(message, "is_topic_message", &topic) && topic &&
        json_int(message, "message_thread_id", &thread_id)) {
        return thread_id;
    }
    return 0;
}

/* An inaccessible message has date 0 and cannot be edited. */
static int64_t read_message_id(const struct json *message)
{
    int64_t message_id = 0;
    int64_t date = 0;

    if (!json_int(message, "date", &date) || date == 0 ||
        !json_int(message, "message_id", &message_id)) {
        return 0;
    }
    return message_id;
}

static bool read_callback(const struct json *payload, const struct json *message,
                          struct incoming *out, struct err *err)
{
    const char *id = json_text(payload, "callback_query.id");

    if (!id || *id == '\0' || strlen(id) >= sizeof(out->callback_id)) {
        return err_set(err, ERR_REJECT, "callback_query.id: missing or too long");
    }
    (void)snprintf(out->callback_id, sizeof(out->callback_id), "%s", id);
    out->message_id = read_message_id(message);
    return true;
}

bool incoming_read(const struct update *update, struct incoming *out, struct err *err)
{
    struct json *payload = json_parse(update->payload, strlen(update->payload), err);
    struct incoming result = {.update = update};
    const struct json *message;
    const char *chat_type;
    bool ok = true;

    if (!payload) {
        return err_prefix(err, "payload");
    }
    if (json_type(payload) != JSON_OBJECT) {
        json_free(payload);
        return err_set(err, ERR_REJECT, "payload: not an object");
    }
    message = json_at(payload, PATHS[update->kind].message);
    chat_type = json_text(message, "chat.type");
    result.group = chat_type ? strcmp(chat_type, "private") != 0 : update->chat_id < 0;
    result.language =
        language_from_code(json_text(json_at(payload, PATHS[update->kind].from), "language_code"));
    result.thread_id = read_thread(message);
    if (update->kind == UPDATE_CALLBACK) {
        ok = read_callback(payload, message, &result, err);
    }
    if (update->kind == UPDATE_MEMBER) {
        const char *status = json_text(message, "new_chat_member.status");

        (void)snprintf(result.member_status, sizeof(result.member_status), "%s",
                       status ? status : "");
    }
    json_free(payload);
    if (ok) {
        *out = result;
    }
    return ok;
}
