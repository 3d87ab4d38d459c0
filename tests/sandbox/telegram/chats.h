/* SPDX-License-Identifier: MIT */
/*
 * People, chats and messages, as a Telegram server keeps them, and their JSON:
 * the Bot API's and the control API's. No rules here, and no clock.
 */
#ifndef TESTS_SANDBOX_TELEGRAM_CHATS_H
#define TESTS_SANDBOX_TELEGRAM_CHATS_H

#include "shared/io/json.h"
#include "tests/sandbox/telegram/flood.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    CHAT_MESSAGES_MAX = 5000, /* kept per chat; older ones are forgotten */
    CHAT_CALLBACKS_MAX = 500, /* the same for button presses             */
    CHAT_MEMBERS_MAX = 64,
};

struct person {
    int64_t id;
    char first_name[65];
    char last_name[65];    /* or "" */
    char username[33];     /* or "" */
    char language_code[9]; /* or "" */
};

enum message_kind { MESSAGE_TEXT, MESSAGE_PHOTO, MESSAGE_DOCUMENT, MESSAGE_SERVICE };

struct message {
    int64_t id;          /* message_id, grows within the chat                         */
    int64_t from_id;     /* a person or the bot                                       */
    int64_t date_s;      /* Unix                                                      */
    int64_t edit_date_s; /* Unix; 0 = never edited                                    */
    enum message_kind kind;
    char *text;            /* owned: plain text, or the caption                         */
    char *html;            /* owned: as the bot sent it; escaped where it sent no HTML  */
    struct json *entities; /* owned list, may be empty                                  */
    struct json *keyboard; /* owned InlineKeyboardMarkup, or NULL                       */
    bool other_markup;     /* sent with a keyboard that is not inline: not editable     */
    char *file_name;       /* owned, documents only                                     */
    char *file_id;         /* owned, documents only                                     */
    char *file_text;       /* owned; what is in an uploaded document of text, else NULL */
    int64_t reply_to;      /* message_id, or 0                                          */
    struct json *service;  /* owned: members of a service message                       */
};

/* A press of an inline button. */
struct callback {
    char id[24];
    int64_t user_id;
    int64_t message_id;
    int64_t pressed_ms;
    char *data;      /* owned                                       */
    bool answered;   /* by answerCallbackQuery                      */
    char *text;      /* owned: what the answer shows; "" = nothing  */
    bool show_alert; /* as a box instead of a passing note          */
};

struct chat {
    int64_t id;
    const char *type; /* static: "private" or "supergroup"                        */
    char title[129];  /* of a group; a private chat is named after its person     */
    int64_t members[CHAT_MEMBERS_MAX];
    size_t member_count;
    bool blocked;        /* the bot is blocked by the person, or kicked out          */
    int64_t migrated_to; /* where the group went, or 0                               */
    int64_t version;     /* grows with every visible change                          */
    int64_t next_message_id;
    struct message **messages; /* owned; by id */
    size_t message_count;
    struct callback **callbacks; /* owned; in the order of pressing */
    size_t callback_count;
    struct flood_bucket flood;
};

struct world {
    struct person **people; /* owned */
    size_t person_count;
    struct chat **chats; /* owned */
    size_t chat_count;
};

/* The people and chats everyone starts with. */
void world_init(struct world *world);
void world_free(struct world *world);

/* Copies `person`, with a private chat; NULL when the id is taken. */
struct person *world_add_person(struct world *world, const struct person *person);

/* An empty group; NULL when the id is taken. */
struct chat *world_add_group(struct world *world, int64_t id, const char *title);

struct person *world_find_person(const struct world *world, int64_t id);
struct chat *world_find_chat(const struct world *world, int64_t id);

/* The press with this id, and its chat; NULL when there is none. */
struct callback *world_find_callback(const struct world *world, const char *id,
                                     struct chat **out_chat);

bool chat_is_private(const struct chat *chat);
bool chat_has_member(const struct chat *chat, int64_t user_id);

/* False when the group is full. */
bool chat_add_member(struct chat *chat, int64_t user_id);

/* Appends an empty text message with the next id; borrowed. */
struct message *chat_add_message(struct chat *chat, int64_t from_id, int64_t date_s);

/* NULL when there is none. Borrowed until the next message is added or deleted. */
struct message *chat_find_message(const struct chat *chat, int64_t message_id);
void chat_delete_message(struct chat *chat, int64_t message_id);

/* Replaces the texts; all are copied except `entities`, which is taken over. */
void message_set_text(struct message *message, const char *text, const char *html,
                      struct json *entities);

/* Takes the keyboard over; NULL removes it. */
void message_set_keyboard(struct message *message, struct json *keyboard);

struct callback *chat_add_callback(struct chat *chat, const char *id, int64_t user_id,
                                   int64_t message_id, const char *data);

/* Copies `text`. */
void callback_answer(struct callback *callback, const char *text, bool show_alert);

/* ---- as the Bot API writes them; to be freed ---- */

struct json *bot_to_json(int64_t bot_id);
struct json *person_to_json(const struct person *person);
struct json *chat_to_json(const struct world *world, const struct chat *chat);
struct json *message_to_json(const struct world *world, const struct chat *chat,
                             const struct message *message, int64_t bot_id);

/* ---- as the control API writes them; to be freed ---- */

struct json *world_people_json(const struct world *world);
struct json *world_chats_json(const struct world *world);

/* {"version","messages","callbacks","blocked"}; a press older than `late_ms` is "late". */
struct json *chat_contents_json(const struct chat *chat, int64_t bot_id, int64_t now_ms,
                                int64_t late_ms);

#endif
