/* SPDX-License-Identifier: MIT */
#include "shared/base/buf.h"
#include "shared/base/utf8.h"
#include "tests/sandbox/telegram/control.h"
#include "tests/sandbox/telegram/format.h"
#include "tests/sandbox/telegram/html.h"
#include "tests/sandbox/telegram/methods.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum { MESSAGE_MAX_POINTS = 4096, ESCAPED_MAX_BYTES = 1 << 20, BURST_PEOPLE_MAX = 1000 };

static const int64_t FIRST_MIGRATED_ID = INT64_C(-1003000000000);

static struct json *refuse(struct err *err, const char *problem)
{
    (void)err_set(err, ERR_REJECT, "%s", problem);
    return NULL;
}

/* Who does what, and where. */
struct actor {
    struct chat *chat;
    const struct person *person;
};

static struct chat *find_chat(const struct control *control, struct err *err)
{
    int64_t id = 0;
    struct chat *chat;

    if (!json_int(control->body, "chat_id", &id)) {
        id = control_query_int(control, "chat_id", 0);
    }
    chat = world_find_chat(&control->sim->world, id);
    if (!chat) {
        (void)err_set(err, ERR_REJECT, "chat_id: no such chat");
    }
    return chat;
}

static bool find_actor(const struct control *control, struct actor *out, struct err *err)
{
    int64_t user_id = 0;

    out->chat = find_chat(control, err);
    if (!out->chat) {
        return false;
    }
    (void)json_int(control->body, "user_id", &user_id);
    out->person = world_find_person(&control->sim->world, user_id);
    if (!out->person || !chat_has_member(out->chat, user_id)) {
        return err_set(err, ERR_REJECT, "user_id: not a member of the chat");
    }
    if (out->chat->blocked && chat_is_private(out->chat)) {
        return err_set(err, ERR_REJECT, "the bot is blocked: unblock it first");
    }
    if (out->chat->migrated_to != 0) {
        return err_set(err, ERR_REJECT, "the group has moved to another chat");
    }
    return true;
}

static struct json *update_reply(int64_t update_id)
{
    struct json *out = json_object();

    json_set_int(out, "update_id", update_id);
    return out;
}

static void set_plain_text(struct message *message, const char *text)
{
    struct json *entities = json_list();
    struct buf html;

    buf_init(&html, ESCAPED_MAX_BYTES);
    html_escape(text, &html);
    format_add_commands(text, entities);
    message_set_text(message, text, buf_text(&html), entities);
    buf_free(&html);
}

static int64_t push_message(struct sim *sim, const char *kind, struct chat *chat,
                            const struct message *message)
{
    sim_touch(sim, chat);
    return sim_push_update(sim, kind, message_to_json(&sim->world, chat, message, sim->bot_id));
}

struct json *control_send(struct control *control, struct err *err)
{
    struct sim *sim = control->sim;
    const char *text = json_text(control->body, "text");
    bool photo = false;
    struct message *message;
    struct actor actor;
    struct json *out;

    (void)json_bool(control->body, "photo", &photo);
    text = text ? text : "";
    if (*text == '\0' && !photo) {
        return refuse(err, "text: is empty");
    }
    if (utf8_count(text, strlen(text)) > MESSAGE_MAX_POINTS) {
        return refuse(err, "text: is longer than 4096 characters");
    }
    if (!find_actor(control, &actor, err)) {
        return NULL;
    }
    message = chat_add_message(actor.chat, actor.person->id, sim_now_ms(sim) / 1000);
    message->kind = photo ? MESSAGE_PHOTO : MESSAGE_TEXT;
    (void)json_int(control->body, "reply_to", &message->reply_to);
    set_plain_text(message, text);
    out = update_reply(push_message(sim, "message", actor.chat, message));
    json_set_int(out, "message_id", message->id);
    return out;
}

/* The people of the private chats that the body names; false after filling in `err`. */
static bool find_people(const struct control *control, struct actor people[BURST_PEOPLE_MAX],
                        size_t *out_count, struct err *err)
{
    const struct json *row = json_first(json_at(control->body, "chat_ids"));
    size_t count = 0;

    for (; row && count < BURST_PEOPLE_MAX; row = json_next(row)) {
        struct actor *actor = &people[count++];
        int64_t id = 0;

        (void)json_int(row, "", &id);
        actor->chat = world_find_chat(&control->sim->world, id);
        actor->person = world_find_person(&control->sim->world, id);
        if (!actor->chat || !actor->person || actor->chat->blocked) {
            return err_set(err, ERR_REJECT, "chat_ids: not a private chat that is open");
        }
    }
    *out_count = count;
    return (count > 0 && !row) ||
           err_set(err, ERR_REJECT, "chat_ids: 1 to %d are needed", BURST_PEOPLE_MAX);
}

struct json *control_burst(struct control *control, struct err *err)
{
    struct sim *sim = control->sim;
    const char *text = json_text(control->body, "text");
    struct actor people[BURST_PEOPLE_MAX];
    size_t people_count = 0;
    int64_t count = 0;
    int64_t update_id = 0;

    if (!find_people(control, people, &people_count, err)) {
        return NULL;
    }
    assert(people_count > 0);
    if (!json_int(control->body, "count", &count) || count < 1 || count > UPDATES_QUEUE_MAX) {
        return refuse(err, "count: 1 to 100000 messages");
    }
    if (!text || *text == '\0' || utf8_count(text, strlen(text)) > MESSAGE_MAX_POINTS) {
        return refuse(err, "text: 1 to 4096 characters are needed");
    }
    for (int64_t i = 0; i < count; i++) {
        struct actor *actor = &people[(size_t)i % people_count];
        struct message *message =
            chat_add_message(actor->chat, actor->person->id, sim_now_ms(sim) / 1000);

        set_plain_text(message, text);
        update_id = push_message(sim, "message", actor->chat, message);
    }
    return update_reply(update_id);
}

struct json *control_edit(struct control *control, struct err *err)
{
    struct sim *sim = control->sim;
    const char *text = json_text(control->body, "text");
    struct message *message;
    struct actor actor;
    int64_t id = 0;

    if (!text || !find_actor(control, &actor, err)) {
        return text ? NULL : refuse(err, "text: is missing");
    }
    (void)json_int(control->body, "message_id", &id);
    message = chat_find_message(actor.chat, id);
    if (!message || message->from_id != actor.person->id) {
        return refuse(err, "message_id: no message of this person");
    }
    set_plain_text(message, text);
    message->edit_date_s = sim_now_ms(sim) / 1000;
    return update_reply(push_message(sim, "edited_message", actor.chat, message));
}

/* ---- buttons ---- */

/* The callback_data behind the label in one row of buttons, or NULL. */
static const char *find_in_row(const struct json *row, const char *label)
{
    for (const struct json *button = json_first(row); button; button = json_next(button)) {
        const char *data = json_text(button, "callback_data");

        if (data && strcmp(json_text(button, "text"), label) == 0) {
            return data;
        }
    }
    return NULL;
}

static const char *find_data(const struct message *message, const char *label)
{
    const struct json *row = json_first(json_at(message->keyboard, "inline_keyboard"));
    const char *data = NULL;

    for (; row && !data; row = json_next(row)) {
        data = find_in_row(row, label);
    }
    return data;
}

static struct json *callback_json(struct sim *sim, const struct actor *actor,
                                  const struct message *message, const struct callback *callback)
{
    struct json *out = json_object();
    char instance[24];

    (void)snprintf(instance, sizeof(instance), "%" PRId64, actor->chat->id * 31 + 7);
    json_set_text(out, "id", callback->id);
    json_set(out, "from", person_to_json(actor->person));
    json_set(out, "message", message_to_json(&sim->world, actor->chat, message, sim->bot_id));
    json_set_text(out, "chat_instance", instance);
    json_set_text(out, "data", callback->data);
    return out;
}

struct json *control_press(struct control *control, struct err *err)
{
    struct sim *sim = control->sim;
    const char *data = json_text(control->body, "data");
    const char *label = json_text(control->body, "button");
    const struct message *message;
    struct callback *callback;
    struct actor actor;
    int64_t message_id = 0;
    struct json *out;
    char id[24];

    if (!find_actor(control, &actor, err)) {
        return NULL;
    }
    (void)json_int(control->body, "message_id", &message_id);
    message = chat_find_message(actor.chat, message_id);
    if (!message || message->from_id != sim->bot_id) {
        return refuse(err, "message_id: no message of the bot");
    }
    if (!data && label) {
        data = find_data(message, label);
    }
    if (!data) {
        return refuse(err, "button: no such button");
    }
    (void)snprintf(id, sizeof(id), "%" PRId64,
                   actor.person->id * (INT64_C(1) << 32) + ++sim->callbacks);
    callback = chat_add_callback(actor.chat, id, actor.person->id, message_id, data);
    callback->pressed_ms = sim_now_ms(sim);
    sim_touch(sim, actor.chat);
    out = update_reply(
        sim_push_update(sim, "callback_query", callback_json(sim, &actor, message, callback)));
    json_set_text(out, "callback_query_id", id);
    return out;
}

/* ---- membership ---- */

static struct json *bot_member_json(const struct sim *sim, const char *status)
{
    struct json *out = json_object();

    json_set(out, "user", bot_to_json(sim->bot_id));
    json_set_text(out, "status", status);
    if (strcmp(status, "kicked") == 0) {
        json_set_int(out, "until_date", 0);
    }
    return out;
}

struct json *control_block(struct control *control, struct err *err)
{
    struct sim *sim = control->sim;
    struct chat *chat = find_chat(control, err);
    struct json *update;
    int64_t user_id = 0;
    bool blocked = true;

    if (!chat) {
        return NULL;
    }
    (void)json_bool(control->body, "blocked", &blocked);
    if (!json_int(control->body, "user_id", &user_id) && chat->member_count > 0) {
        user_id = chat->members[0];
    }
    if (!world_find_person(&sim->world, user_id)) {
        return refuse(err, "user_id: no such person");
    }
    if (chat->blocked == blocked) {
        return update_reply(0);
    }
    chat->blocked = blocked;
    update = json_object();
    json_set(update, "chat", chat_to_json(&sim->world, chat));
    json_set(update, "from", person_to_json(world_find_person(&sim->world, user_id)));
    json_set_int(update, "date", sim_now_ms(sim) / 1000);
    json_set(update, "old_chat_member", bot_member_json(sim, blocked ? "member" : "kicked"));
    json_set(update, "new_chat_member", bot_member_json(sim, blocked ? "kicked" : "member"));
    sim_touch(sim, chat);
    return update_reply(sim_push_update(sim, "my_chat_member", update));
}

static void post_service(struct sim *sim, struct chat *chat, const char *name, int64_t value)
{
    struct message *message = chat_add_message(chat, chat->members[0], sim_now_ms(sim) / 1000);
    char text[64];

    message->kind = MESSAGE_SERVICE;
    message->service = json_object();
    json_set_int(message->service, name, value);
    (void)snprintf(text, sizeof(text), "%s %" PRId64, name, value);
    set_plain_text(message, text);
    (void)push_message(sim, "message", chat, message);
}

struct json *control_migrate(struct control *control, struct err *err)
{
    struct sim *sim = control->sim;
    struct chat *old = find_chat(control, err);
    struct chat *moved;
    struct json *out;

    if (!old) {
        return NULL;
    }
    if (chat_is_private(old) || old->migrated_to != 0 || old->member_count == 0) {
        return refuse(err, "chat_id: not a group that can move");
    }
    moved = world_add_group(&sim->world, FIRST_MIGRATED_ID - (int64_t)sim->world.chat_count,
                            old->title);
    if (!moved) {
        return refuse(err, "chat_id: the id it would get is taken");
    }
    for (size_t i = 0; i < old->member_count; i++) {
        (void)chat_add_member(moved, old->members[i]);
    }
    post_service(sim, old, "migrate_to_chat_id", moved->id);
    old->migrated_to = moved->id;
    post_service(sim, moved, "migrate_from_chat_id", old->id);
    out = json_object();
    json_set_int(out, "migrate_to_chat_id", moved->id);
    return out;
}

static void copy_text(const struct json *body, const char *name, char *out, size_t size)
{
    const char *text = json_text(body, name);

    (void)snprintf(out, size, "%s", text ? text : "");
    out[utf8_fit_bytes(out, strlen(out), size - 1)] = '\0';
}

struct json *control_person(struct control *control, struct err *err)
{
    const struct json *body = control->body;
    struct person person = {.id = 0};

    (void)json_int(body, "id", &person.id);
    copy_text(body, "first_name", person.first_name, sizeof(person.first_name));
    copy_text(body, "last_name", person.last_name, sizeof(person.last_name));
    copy_text(body, "username", person.username, sizeof(person.username));
    copy_text(body, "language_code", person.language_code, sizeof(person.language_code));
    if (person.id < 1 || person.first_name[0] == '\0') {
        return refuse(err, "id and first_name are needed");
    }
    if (!world_add_person(&control->sim->world, &person)) {
        return refuse(err, "id: is taken");
    }
    sim_touch(control->sim, world_find_chat(&control->sim->world, person.id));
    return json_object();
}

struct json *control_group(struct control *control, struct err *err)
{
    struct sim *sim = control->sim;
    const struct json *row;
    struct chat *chat;
    int64_t id = 0;
    char title[sizeof(chat->title)];

    (void)json_int(control->body, "id", &id);
    copy_text(control->body, "title", title, sizeof(title));
    if (id >= 0) {
        return refuse(err, "id: a negative number is needed");
    }
    chat = world_add_group(&sim->world, id, title[0] ? title : "Group");
    if (!chat) {
        return refuse(err, "id: is taken");
    }
    for (row = json_first(json_at(control->body, "members")); row; row = json_next(row)) {
        if (json_int(row, "", &id) && world_find_person(&sim->world, id)) {
            (void)chat_add_member(chat, id);
        }
    }
    sim_touch(sim, chat);
    return json_object();
}

/* ---- looking ---- */

static struct json *contents(const struct control *control, const struct chat *chat)
{
    return chat_contents_json(chat, control->sim->bot_id, sim_now_ms(control->sim),
                              CALLBACK_LATE_MS);
}

struct json *control_chat(struct control *control, struct err *err)
{
    struct chat *chat = find_chat(control, err);

    return chat ? contents(control, chat) : NULL;
}

struct json *control_wait(struct control *control, struct err *err)
{
    int64_t after = control_query_int(control, "after", 0);
    int64_t deadline_ms = control_deadline_ms(control);
    struct chat *chat = find_chat(control, err);

    while (chat && chat->version <= after && sim_wait(control->sim, deadline_ms)) {
        chat = find_chat(control, err); /* a reset may have replaced it */
    }
    return chat ? contents(control, chat) : NULL;
}
