/* SPDX-License-Identifier: MIT */
#include "tests/sandbox/telegram/chats.h"

#include "shared/base/mem.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define WEB_TEAM_ID INT64_C(-1002000000001)

static const struct person PEOPLE[] = {
    {1001, "Anna", "Owner", "anna", "ru"},
    {1002, "Boris", "Colleague", "boris", "en"},
    {1003, "Vera", "Stranger", "", "ru"},
};

/* ---- people and chats ---- */

static struct chat *add_chat(struct world *world, int64_t id, const char *type)
{
    struct chat *chat = xcalloc(1, sizeof(*chat));

    chat->id = id;
    chat->type = type;
    chat->next_message_id = 1;
    world->chats = xreallocarray(world->chats, world->chat_count + 1, sizeof(struct chat *));
    world->chats[world->chat_count++] = chat;
    return chat;
}

void world_init(struct world *world)
{
    struct chat *group;

    *world = (struct world){.person_count = 0};
    for (size_t i = 0; i < sizeof(PEOPLE) / sizeof(PEOPLE[0]); i++) {
        (void)world_add_person(world, &PEOPLE[i]);
    }
    group = world_add_group(world, WEB_TEAM_ID, "Web team");
    for (size_t i = 0; i < world->person_count; i++) {
        (void)chat_add_member(group, world->people[i]->id);
    }
}

static void free_message(struct message *message)
{
    free(message->text);
    free(message->html);
    json_free(message->entities);
    json_free(message->keyboard);
    free(message->file_name);
    free(message->file_id);
    free(message->file_text);
    json_free(message->service);
    free(message);
}

static void free_callback(struct callback *callback)
{
    free(callback->data);
    free(callback->text);
    free(callback);
}

static void free_chat(struct chat *chat)
{
    for (size_t i = 0; i < chat->message_count; i++) {
        free_message(chat->messages[i]);
    }
    for (size_t i = 0; i < chat->callback_count; i++) {
        free_callback(chat->callbacks[i]);
    }
    free(chat->messages);
    free(chat->callbacks);
    free(chat);
}

void world_free(struct world *world)
{
    for (size_t i = 0; i < world->person_count; i++) {
        free(world->people[i]);
    }
    for (size_t i = 0; i < world->chat_count; i++) {
        free_chat(world->chats[i]);
    }
    free(world->people);
    free(world->chats);
    *world = (struct world){.person_count = 0};
}

struct person *world_add_person(struct world *world, const struct person *person)
{
    struct person *copy;

    if (world_find_person(world, person->id) || world_find_chat(world, person->id)) {
        return NULL;
    }
    copy = xcalloc(1, sizeof(*copy));
    *copy = *person;
    world->people = xreallocarray(world->people, world->person_count + 1, sizeof(struct person *));
    world->people[world->person_count++] = copy;
    (void)chat_add_member(add_chat(world, person->id, "private"), person->id);
    return copy;
}

struct chat *world_add_group(struct world *world, int64_t id, const char *title)
{
    struct chat *chat;

    if (world_find_chat(world, id)) {
        return NULL;
    }
    chat = add_chat(world, id, "supergroup");
    (void)snprintf(chat->title, sizeof(chat->title), "%s", title);
    return chat;
}

struct person *world_find_person(const struct world *world, int64_t id)
{
    for (size_t i = 0; i < world->person_count; i++) {
        if (world->people[i]->id == id) {
            return world->people[i];
        }
    }
    return NULL;
}

struct chat *world_find_chat(const struct world *world, int64_t id)
{
    for (size_t i = 0; i < world->chat_count; i++) {
        if (world->chats[i]->id == id) {
            return world->chats[i];
        }
    }
    return NULL;
}

static struct callback *find_callback(const struct chat *chat, const char *id)
{
    for (size_t i = chat->callback_count; i > 0; i--) {
        if (strcmp(chat->callbacks[i - 1]->id, id) == 0) {
            return chat->callbacks[i - 1];
        }
    }
    return NULL;
}

struct callback *world_find_callback(const struct world *world, const char *id,
                                     struct chat **out_chat)
{
    for (size_t i = 0; i < world->chat_count; i++) {
        struct callback *callback = find_callback(world->chats[i], id);

        if (callback) {
            *out_chat = world->chats[i];
            return callback;
        }
    }
    return NULL;
}

bool chat_is_private(const struct chat *chat)
{
    return chat->id > 0;
}

bool chat_has_member(const struct chat *chat, int64_t user_id)
{
    for (size_t i = 0; i < chat->member_count; i++) {
        if (chat->members[i] == user_id) {
            return true;
        }
    }
    return false;
}

bool chat_add_member(struct chat *chat, int64_t user_id)
{
    if (chat_has_member(chat, user_id)) {
        return true;
    }
    if (chat->member_count == CHAT_MEMBERS_MAX) {
        return false;
    }
    chat->members[chat->member_count++] = user_id;
    return true;
}

/* ---- messages ---- */

static void forget_message(struct chat *chat, size_t position)
{
    free_message(chat->messages[position]);
    chat->message_count--;
    memmove(chat->messages + position, chat->messages + position + 1,
            (chat->message_count - position) * sizeof(struct message *));
}

struct message *chat_add_message(struct chat *chat, int64_t from_id, int64_t date_s)
{
    struct message *message = xcalloc(1, sizeof(*message));

    message->id = chat->next_message_id++;
    message->from_id = from_id;
    message->date_s = date_s;
    message->text = xstrdup("");
    message->html = xstrdup("");
    message->entities = json_list();
    if (chat->message_count == CHAT_MESSAGES_MAX) {
        forget_message(chat, 0);
    }
    chat->messages =
        xreallocarray(chat->messages, chat->message_count + 1, sizeof(struct message *));
    chat->messages[chat->message_count++] = message;
    return message;
}

/* The position of the message, or message_count. */
static size_t find_position(const struct chat *chat, int64_t message_id)
{
    size_t low = 0;
    size_t high = chat->message_count;

    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (chat->messages[middle]->id < message_id) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    if (low < chat->message_count && chat->messages[low]->id == message_id) {
        return low;
    }
    return chat->message_count;
}

struct message *chat_find_message(const struct chat *chat, int64_t message_id)
{
    size_t position = find_position(chat, message_id);

    return position < chat->message_count ? chat->messages[position] : NULL;
}

void chat_delete_message(struct chat *chat, int64_t message_id)
{
    size_t position = find_position(chat, message_id);

    if (position < chat->message_count) {
        forget_message(chat, position);
    }
}

void message_set_text(struct message *message, const char *text, const char *html,
                      struct json *entities)
{
    free(message->text);
    free(message->html);
    json_free(message->entities);
    message->text = xstrdup(text);
    message->html = xstrdup(html);
    message->entities = entities;
}

void message_set_keyboard(struct message *message, struct json *keyboard)
{
    json_free(message->keyboard);
    message->keyboard = keyboard;
}

struct callback *chat_add_callback(struct chat *chat, const char *id, int64_t user_id,
                                   int64_t message_id, const char *data)
{
    struct callback *callback = xcalloc(1, sizeof(*callback));

    (void)snprintf(callback->id, sizeof(callback->id), "%s", id);
    callback->user_id = user_id;
    callback->message_id = message_id;
    callback->data = xstrdup(data);
    callback->text = xstrdup("");
    if (chat->callback_count == CHAT_CALLBACKS_MAX) {
        free_callback(chat->callbacks[0]);
        chat->callback_count--;
        memmove(chat->callbacks, chat->callbacks + 1,
                chat->callback_count * sizeof(struct callback *));
    }
    chat->callbacks =
        xreallocarray(chat->callbacks, chat->callback_count + 1, sizeof(struct callback *));
    chat->callbacks[chat->callback_count++] = callback;
    return callback;
}

void callback_answer(struct callback *callback, const char *text, bool show_alert)
{
    free(callback->text);
    callback->text = xstrdup(text);
    callback->answered = true;
    callback->show_alert = show_alert;
}
