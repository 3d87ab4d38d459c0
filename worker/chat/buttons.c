/* SPDX-License-Identifier: MIT */
#include "worker/chat/buttons.h"

#include "shared/base/compiler.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

/* 64 characters, so that 6 bits choose one without favouring any. */
static const char ALPHABET[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-";

/* In place of a person's number, which this can never be. */
static const char ANYBODY[] = "anybody";

bool button_token_make(char out[BUTTON_TOKEN_SIZE], struct err *err)
{
    unsigned char bytes[BUTTON_TOKEN_CHARS];

    if (getrandom(bytes, sizeof(bytes), 0) != (ssize_t)sizeof(bytes)) {
        return err_set(err, ERR_RETRY, "button: no random bytes: errno %d", errno);
    }
    for (size_t i = 0; i < ARRAY_LEN(bytes); i++) {
        out[i] = ALPHABET[bytes[i] & 63];
    }
    out[BUTTON_TOKEN_CHARS] = '\0';
    return true;
}

bool button_data_parse(const char *data, char out_token[BUTTON_TOKEN_SIZE], size_t *out_number,
                       struct err *err)
{
    const char *digits;
    size_t count;

    if (strspn(data, ALPHABET) != BUTTON_TOKEN_CHARS || data[BUTTON_TOKEN_CHARS] != '.') {
        return err_set(err, ERR_REJECT, "button data: no token");
    }
    digits = data + BUTTON_TOKEN_CHARS + 1;
    count = strspn(digits, "0123456789");
    if (count < 1 || count > 2 || digits[count] != '\0') {
        return err_set(err, ERR_REJECT, "button data: no number after the token");
    }
    memcpy(out_token, data, BUTTON_TOKEN_CHARS);
    out_token[BUTTON_TOKEN_CHARS] = '\0';
    *out_number = (size_t)strtoul(digits, NULL, 10);
    return true;
}

struct json *buttons_keyboard(const struct page *page, const char *token)
{
    struct json *keyboard = json_list();
    struct json *row = NULL;

    for (size_t i = 0; i < page->button_count; i++) {
        struct json *button = json_object();
        char data[BUTTON_TOKEN_SIZE + 24];

        (void)snprintf(data, sizeof(data), "%s.%zu", token, i);
        json_set_text(button, "text", page->buttons[i].label);
        json_set_text(button, "callback_data", data);
        if (!row || page->buttons[i].starts_row) {
            row = json_add(keyboard, json_list());
        }
        (void)json_add(row, button);
    }
    return keyboard;
}

static void remember_number(const char *token, const char *field, int64_t number,
                            struct queue_outcome *outcome)
{
    char text[24];

    (void)snprintf(text, sizeof(text), "%" PRId64, number);
    queue_outcome_hset(outcome, KEY_BUTTON, token, field, text);
}

/* For whom: the chats of `among`, else the chat and the person. */
static void remember_owner(const char *token, const char *among, int64_t chat_id, int64_t user_id,
                           struct queue_outcome *outcome)
{
    if (among[0] != '\0') {
        queue_outcome_hset(outcome, KEY_BUTTON, token, "chat", among);
        queue_outcome_hset(outcome, KEY_BUTTON, token, "user", ANYBODY);
    } else {
        remember_number(token, "chat", chat_id, outcome);
        remember_number(token, "user", user_id, outcome);
    }
}

static void remember_target(const char *token, size_t number, const struct target *target,
                            struct queue_outcome *outcome)
{
    char field[24];
    struct buf text;

    buf_init(&text, sizeof(*target));
    target_print(target, &text);
    (void)snprintf(field, sizeof(field), "%zu", number);
    queue_outcome_hset(outcome, KEY_BUTTON, token, field, buf_text(&text));
    buf_free(&text);
}

static void remember_targets(const struct page *page, const char *token,
                             struct queue_outcome *outcome)
{
    for (size_t i = 0; i < page->button_count; i++) {
        remember_target(token, i, &page->buttons[i].target, outcome);
    }
}

void buttons_remember_among(const struct page *page, const char *token,
                            const struct setting_ids *chats, struct queue_outcome *outcome)
{
    struct buf among;

    buf_init(&among, BUTTON_CHATS_SIZE);
    for (size_t i = 0; i < chats->count; i++) {
        buf_addf(&among, "%s%" PRId64, i > 0 ? " " : "", chats->ids[i]);
    }
    remember_owner(token, buf_text(&among), 0, 0, outcome);
    remember_targets(page, token, outcome);
    queue_outcome_expire(outcome, KEY_BUTTON, token, BUTTON_TTL_S);
    buf_free(&among);
}

void buttons_remember(const struct page *page, const char *token, int64_t chat_id, int64_t user_id,
                      struct queue_outcome *outcome)
{
    remember_owner(token, "", chat_id, user_id, outcome);
    remember_targets(page, token, outcome);
    queue_outcome_expire(outcome, KEY_BUTTON, token,
                         page->asks ? BUTTON_QUESTION_TTL_S : BUTTON_TTL_S);
}

/* Whose the question is, and which update has taken it. */
static void remember_taker(const struct button_pressed *pressed, struct queue_outcome *outcome)
{
    remember_owner(pressed->token, pressed->among, pressed->chat_id, pressed->user_id, outcome);
    remember_number(pressed->token, "taken", pressed->update_id, outcome);
    queue_outcome_expire(outcome, KEY_BUTTON, pressed->token, BUTTON_TTL_S);
}

void button_take(const struct button_pressed *pressed, const struct target *target,
                 struct queue_outcome *outcome)
{
    /* Written anew: its ten minutes may have ended since it was read. */
    remember_target(pressed->token, pressed->number, target, outcome);
    remember_taker(pressed, outcome);
}

void button_use(const struct button_pressed *pressed, struct queue_outcome *outcome)
{
    queue_outcome_del(outcome, KEY_BUTTON, pressed->token);
    remember_taker(pressed, outcome);
}

static bool is_number(const char *text, int64_t number)
{
    char expected[24];

    (void)snprintf(expected, sizeof(expected), "%" PRId64, number);
    return text && strcmp(text, expected) == 0;
}

/* Whether `chats`, numbers with blanks between, has this one. */
static bool has_chat(const char *chats, int64_t chat_id)
{
    char padded_chats[BUTTON_CHATS_SIZE + 2];
    char padded_chat[28];

    (void)snprintf(padded_chats, sizeof(padded_chats), " %s ", chats);
    (void)snprintf(padded_chat, sizeof(padded_chat), " %" PRId64 " ", chat_id);
    return strstr(padded_chats, padded_chat) != NULL;
}

/* Whether this press is by one for whom the buttons were made. */
static bool is_owner(const struct state_hash *hash, struct button_pressed *pressed)
{
    const char *chat = state_hash_find(hash, "chat");
    const char *user = state_hash_find(hash, "user");

    pressed->among[0] = '\0';
    if (!chat || !user) {
        return false;
    }
    if (strcmp(user, ANYBODY) != 0) {
        return is_number(chat, pressed->chat_id) && is_number(user, pressed->user_id);
    }
    (void)snprintf(pressed->among, sizeof(pressed->among), "%s", chat);
    return has_chat(pressed->among, pressed->chat_id);
}

enum button_press button_read(const struct state_hash *hash, struct button_pressed *pressed,
                              struct target *out)
{
    const char *taken = state_hash_find(hash, "taken");
    char name[24];
    const char *target;
    struct err ignored = ERR_INIT;

    if (state_hash_count(hash) == 0) {
        return BUTTON_EXPIRED;
    }
    if (!is_owner(hash, pressed)) {
        return BUTTON_FOREIGN;
    }
    if (taken && !is_number(taken, pressed->update_id)) {
        return BUTTON_USED;
    }
    (void)snprintf(name, sizeof(name), "%zu", pressed->number);
    target = state_hash_find(hash, name);
    return target && target_parse(target, out, &ignored) ? BUTTON_LEADS : BUTTON_EXPIRED;
}
