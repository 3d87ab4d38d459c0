/* SPDX-License-Identifier: MIT */
/*
 * What a button's data means.
 *
 * Telegram gives a button 64 bytes and hands back whatever a client sends. So
 * the data is only "<token>.<number>"; the key button:<token> holds for whom
 * the message was drawn and where each of its buttons leads. A token is
 * unguessable, and it is good only for the chat and the person it was made
 * for.
 *
 * The buttons of a question change something: they are good for ten minutes
 * and for one press. An update that begins to act on a press takes the
 * question (button_take), so that its own repetition finds it however late,
 * and nobody else does; when it is done it uses the question up (button_use).
 *
 * A question may be put to several chats at once, under one token: then anybody
 * in one of them may answer it, and it is answered for all.
 */
#ifndef WORKER_CHAT_BUTTONS_H
#define WORKER_CHAT_BUTTONS_H

#include "shared/base/err.h"
#include "shared/base/settings.h"
#include "shared/io/json.h"
#include "shared/queue/queue.h"
#include "shared/queue/state.h"
#include "worker/chat/page.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    BUTTON_TOKEN_CHARS = 16, /* 96 random bits                                    */
    BUTTON_TOKEN_SIZE = BUTTON_TOKEN_CHARS + 1,
    BUTTON_TTL_S = 48 * 3600, /* of buttons that only show: as long as a bot may edit its message */
    BUTTON_QUESTION_TTL_S = 600, /* of a question */
    BUTTON_CHATS_SIZE = SETTING_IDS_MAX * 24,
};

/* Fills `out` with random characters of [A-Za-z0-9_-]. Fails: ERR_RETRY no randomness. */
MUST_CHECK bool button_token_make(char out[BUTTON_TOKEN_SIZE], struct err *err);

/* "<token>.<number>" of a button. Pure. Fails: ERR_REJECT anything else. */
MUST_CHECK bool button_data_parse(const char *data, char out_token[BUTTON_TOKEN_SIZE],
                                  size_t *out_number, struct err *err);

/* The page's buttons as Telegram's inline_keyboard; the caller owns it. Pure. */
struct json *buttons_keyboard(const struct page *page, const char *token);

/* Adds to `outcome` what button:<token> must hold for this page. */
void buttons_remember(const struct page *page, const char *token, int64_t chat_id, int64_t user_id,
                      struct queue_outcome *outcome);

/* The same for a page that is shown in several chats, to anybody there; good for BUTTON_TTL_S. */
void buttons_remember_among(const struct page *page, const char *token,
                            const struct setting_ids *chats, struct queue_outcome *outcome);

enum button_press {
    BUTTON_LEADS,   /* *out is where                                   */
    BUTTON_EXPIRED, /* too old, or never ours, or malformed            */
    BUTTON_FOREIGN, /* drawn for another person or another chat        */
    BUTTON_USED,    /* of a question that another press has answered   */
};

/* A press: which button, and the update that tells of it. A plain value. */
struct button_pressed {
    char token[BUTTON_TOKEN_SIZE];
    size_t number;
    int64_t update_id;
    int64_t chat_id;
    int64_t user_id;
    char among[BUTTON_CHATS_SIZE]; /* set by button_read(): the chats of a question put to several;
                                    */
    /* else ""                                                      */
};

/* What a press means, from the hash button:<token>. Pure. */
enum button_press button_read(const struct state_hash *hash, struct button_pressed *pressed,
                              struct target *out);

/* Adds that the question belongs to this press from now on, which leads to `target`. */
void button_take(const struct button_pressed *pressed, const struct target *target,
                 struct queue_outcome *outcome);

/* Adds that the question is answered: its buttons mean nothing any more. */
void button_use(const struct button_pressed *pressed, struct queue_outcome *outcome);

#endif
