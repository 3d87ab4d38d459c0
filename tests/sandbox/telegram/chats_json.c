/* SPDX-License-Identifier: MIT */
#include "shared/base/buf.h"
#include "tests/sandbox/telegram/chats.h"
#include "tests/sandbox/telegram/sim.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static void set_if_any(struct json *object, const char *name, const char *text)
{
    if (*text != '\0') {
        json_set_text(object, name, text);
    }
}

/* ---- the Bot API's forms ---- */

struct json *bot_to_json(int64_t bot_id)
{
    struct json *user = json_object();

    json_set_int(user, "id", bot_id);
    json_set_bool(user, "is_bot", true);
    json_set_text(user, "first_name", BOT_NAME);
    json_set_text(user, "username", BOT_USERNAME);
    return user;
}

struct json *person_to_json(const struct person *person)
{
    struct json *user = json_object();

    json_set_int(user, "id", person->id);
    json_set_bool(user, "is_bot", false);
    json_set_text(user, "first_name", person->first_name);
    set_if_any(user, "last_name", person->last_name);
    set_if_any(user, "username", person->username);
    set_if_any(user, "language_code", person->language_code);
    return user;
}

static struct json *user_to_json(const struct world *world, int64_t id, int64_t bot_id)
{
    const struct person *person = world_find_person(world, id);

    return person ? person_to_json(person) : bot_to_json(bot_id);
}

struct json *chat_to_json(const struct world *world, const struct chat *chat)
{
    const struct person *person = world_find_person(world, chat->id);
    struct json *out = json_object();

    json_set_int(out, "id", chat->id);
    if (person) {
        json_set_text(out, "first_name", person->first_name);
        set_if_any(out, "last_name", person->last_name);
        set_if_any(out, "username", person->username);
    } else {
        json_set_text(out, "title", chat->title);
    }
    json_set_text(out, "type", chat->type);
    return out;
}

static void set_photo(struct json *out, const struct message *message)
{
    struct json *sizes = json_list();
    struct json *size = json_add(sizes, json_object());
    char id[48];

    (void)snprintf(id, sizeof(id), "photo-%" PRId64 "-%" PRId64, message->from_id, message->id);
    json_set_text(size, "file_id", id);
    json_set_text(size, "file_unique_id", id);
    json_set_int(size, "width", 320);
    json_set_int(size, "height", 240);
    json_set_int(size, "file_size", 4096);
    json_set(out, "photo", sizes);
}

static void set_document(struct json *out, const struct message *message)
{
    struct json *document = json_object();

    json_set_text(document, "file_name", message->file_name);
    json_set_text(document, "file_id", message->file_id);
    json_set_text(document, "file_unique_id", message->file_id);
    json_set(out, "document", document);
}

static void set_content(struct json *out, const struct message *message)
{
    bool is_text = message->kind == MESSAGE_TEXT;

    switch (message->kind) {
    case MESSAGE_TEXT:
        json_set_text(out, "text", message->text);
        break;
    case MESSAGE_PHOTO:
        set_photo(out, message);
        set_if_any(out, "caption", message->text);
        break;
    case MESSAGE_DOCUMENT:
        set_document(out, message);
        set_if_any(out, "caption", message->text);
        break;
    case MESSAGE_SERVICE:
        for (const struct json *row = json_first(message->service); row; row = json_next(row)) {
            json_set(out, json_name(row), json_copy(row));
        }
        break;
    }
    if (json_count(message->entities) > 0) {
        json_set(out, is_text ? "entities" : "caption_entities", json_copy(message->entities));
    }
}

struct json *message_to_json(const struct world *world, const struct chat *chat,
                             const struct message *message, int64_t bot_id)
{
    const struct message *target = chat_find_message(chat, message->reply_to);
    struct json *out = json_object();

    json_set_int(out, "message_id", message->id);
    json_set(out, "from", user_to_json(world, message->from_id, bot_id));
    json_set(out, "chat", chat_to_json(world, chat));
    json_set_int(out, "date", message->date_s);
    if (message->edit_date_s != 0) {
        json_set_int(out, "edit_date", message->edit_date_s);
    }
    if (target) {
        struct message shallow = *target;

        shallow.reply_to = 0; /* the Bot API nests one level only */
        json_set(out, "reply_to_message", message_to_json(world, chat, &shallow, bot_id));
    }
    set_content(out, message);
    if (message->keyboard) {
        json_set(out, "reply_markup", json_copy(message->keyboard));
    }
    return out;
}

/* ---- the control API's forms ---- */

struct json *world_people_json(const struct world *world)
{
    struct json *people = json_list();

    for (size_t i = 0; i < world->person_count; i++) {
        struct json *row = json_add(people, person_to_json(world->people[i]));

        json_remove(row, "is_bot");
    }
    return people;
}

static void set_title(struct json *out, const struct world *world, const struct chat *chat)
{
    const struct person *person = world_find_person(world, chat->id);
    char title[sizeof(person->first_name) + sizeof(person->last_name) + 1];

    if (!person) {
        json_set_text(out, "title", chat->title);
        return;
    }
    (void)snprintf(title, sizeof(title), "%s%s%s", person->first_name,
                   person->last_name[0] ? " " : "", person->last_name);
    json_set_text(out, "title", title);
}

struct json *world_chats_json(const struct world *world)
{
    struct json *chats = json_list();

    for (size_t i = 0; i < world->chat_count; i++) {
        const struct chat *chat = world->chats[i];
        const struct message *last =
            chat->message_count > 0 ? chat->messages[chat->message_count - 1] : NULL;
        struct json *row = json_add(chats, json_object());
        struct json *members = json_list();

        json_set_int(row, "id", chat->id);
        json_set_text(row, "type", chat->type);
        set_title(row, world, chat);
        for (size_t j = 0; j < chat->member_count; j++) {
            (void)json_add(members, json_new_int(chat->members[j]));
        }
        json_set(row, "members", members);
        json_set_bool(row, "blocked", chat->blocked);
        json_set_int(row, "migrated_to", chat->migrated_to);
        json_set_int(row, "version", chat->version);
        json_set_int(row, "last_message_id", last ? last->id : 0);
    }
    return chats;
}

/* [[{"text","data","url"}]] */
static struct json *keyboard_json(const struct json *keyboard)
{
    struct json *rows = json_list();
    const struct json *row;
    const struct json *button;

    for (row = json_first(json_at(keyboard, "inline_keyboard")); row; row = json_next(row)) {
        struct json *out = json_add(rows, json_list());

        for (button = json_first(row); button; button = json_next(button)) {
            const char *data = json_text(button, "callback_data");
            const char *url = json_text(button, "url");
            const char *copy = json_text(button, "copy_text.text");
            struct json *made = json_add(out, json_object());

            json_set_text(made, "text", json_text(button, "text"));
            set_if_any(made, "data", data ? data : "");
            set_if_any(made, "url", url ? url : "");
            set_if_any(made, "copy_text", copy ? copy : "");
        }
    }
    return rows;
}

static struct json *message_json(const struct message *message, int64_t bot_id)
{
    static const char *const KINDS[] = {"text", "photo", "document", "service"};
    struct json *row = json_object();

    json_set_int(row, "message_id", message->id);
    if (message->from_id == bot_id) {
        json_set_text(row, "from", "bot");
    } else {
        json_set_int(row, "from", message->from_id);
    }
    json_set_text(row, "kind", KINDS[message->kind]);
    json_set_text(row, "text", message->text);
    json_set_text(row, "html", message->html);
    json_set(row, "entities", json_copy(message->entities));
    json_set(row, "keyboard", keyboard_json(message->keyboard));
    json_set_bool(row, "edited", message->edit_date_s != 0);
    json_set_int(row, "date", message->date_s);
    if (message->file_name) {
        json_set_text(row, "file_name", message->file_name);
    }
    if (message->file_text) {
        json_set_text(row, "file_text", message->file_text);
    }
    if (message->reply_to != 0) {
        json_set_int(row, "reply_to", message->reply_to);
    }
    return row;
}

struct json *chat_contents_json(const struct chat *chat, int64_t bot_id, int64_t now_ms,
                                int64_t late_ms)
{
    struct json *out = json_object();
    struct json *messages = json_list();
    struct json *callbacks = json_list();

    for (size_t i = 0; i < chat->message_count; i++) {
        (void)json_add(messages, message_json(chat->messages[i], bot_id));
    }
    for (size_t i = 0; i < chat->callback_count; i++) {
        const struct callback *callback = chat->callbacks[i];
        struct json *row = json_add(callbacks, json_object());

        json_set_text(row, "id", callback->id);
        json_set_int(row, "user_id", callback->user_id);
        json_set_int(row, "message_id", callback->message_id);
        json_set_text(row, "data", callback->data);
        json_set_bool(row, "answered", callback->answered);
        json_set_bool(row, "late", !callback->answered && now_ms - callback->pressed_ms > late_ms);
        json_set_text(row, "text", callback->text);
        json_set_bool(row, "show_alert", callback->show_alert);
    }
    json_set_int(out, "version", chat->version);
    json_set(out, "messages", messages);
    json_set(out, "callbacks", callbacks);
    json_set_bool(out, "blocked", chat->blocked);
    return out;
}
