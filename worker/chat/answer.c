/* SPDX-License-Identifier: MIT */
#include "worker/chat/answer.h"

#include "shared/base/utf8.h"
#include "worker/chat/buttons.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum {
    PAYLOAD_MAX_BYTES = 6 * REPLY_FILE_MAX_BYTES + 4096, /* each byte an escape of six at most */
    TOAST_POINTS = 200,                                  /* of answerCallbackQuery.text (Bot API) */
};

static void add_call(int64_t update_id, int64_t chat_id, const char *method, const char *slot,
                     const struct json *payload, struct queue_outcome *outcome)
{
    struct buf text;

    buf_init(&text, PAYLOAD_MAX_BYTES);
    json_print(payload, &text);
    assert(buf_ok(&text)); /* a page and its buttons are far smaller */
    queue_outcome_reply(outcome, &(struct reply){
                                     .ref = update_id,
                                     .chat_id = chat_id,
                                     .method = method,
                                     .slot = slot,
                                     .payload = buf_text(&text),
                                 });
    buf_free(&text);
}

/* The parameters that every message of ours has. */
static struct json *message_payload(int64_t chat_id, const char *html)
{
    struct json *payload = json_object();
    struct json *preview = json_object();

    json_set_int(payload, "chat_id", chat_id);
    json_set_text(payload, "text", html);
    json_set_text(payload, "parse_mode", "HTML");
    json_set_bool(preview, "is_disabled", true); /* every screen names a domain */
    json_set(payload, "link_preview_options", preview);
    return payload;
}

static void add_keyboard(struct json *payload, const struct page *page, const char *token)
{
    struct json *markup = json_object();

    json_set(markup, "inline_keyboard", buttons_keyboard(page, token));
    json_set(payload, "reply_markup", markup);
}

/* Sends `payload` as the answer: a new message, or an edit of the one that was pressed. */
static void add_message(const struct incoming *incoming, struct json *payload,
                        struct queue_outcome *outcome)
{
    const struct update *update = incoming->update;
    char slot[32];

    if (incoming->message_id != 0) {
        json_set_int(payload, "message_id", incoming->message_id);
        add_call(update->update_id, update->chat_id, "editMessageText", "", payload, outcome);
        return;
    }
    if (incoming->thread_id != 0) {
        json_set_int(payload, "message_thread_id", incoming->thread_id);
    }
    (void)snprintf(slot, sizeof(slot), "u%" PRId64, update->update_id);
    add_call(update->update_id, update->chat_id, "sendMessage", slot, payload, outcome);
}

/* A file is a message of its own, which nothing edits. */
static void add_file(const struct incoming *incoming, const struct page *page,
                     struct queue_outcome *outcome)
{
    const struct update *update = incoming->update;
    struct json *payload = json_object();
    struct json *document = json_object();

    json_set_int(payload, "chat_id", update->chat_id);
    json_set_text(document, "file_name", page->file_name);
    json_set_text(document, "content", buf_text(&page->file));
    json_set(payload, "document", document);
    if (incoming->thread_id != 0) {
        json_set_int(payload, "message_thread_id", incoming->thread_id);
    }
    add_call(update->update_id, update->chat_id, "sendDocument", "", payload, outcome);
    json_free(payload);
}

bool answer_page(const struct incoming *incoming, const struct page *page,
                 struct queue_outcome *outcome, struct err *err)
{
    char token[BUTTON_TOKEN_SIZE];
    struct json *payload;

    if (page->button_count > 0 && !button_token_make(token, err)) {
        return false;
    }
    payload = message_payload(incoming->update->chat_id, buf_text(&page->text));
    if (page->button_count > 0) {
        add_keyboard(payload, page, token);
        buttons_remember(page, token, incoming->update->chat_id, incoming->update->user_id,
                         outcome);
    }
    add_message(incoming, payload, outcome);
    json_free(payload);
    if (page->file.len > 0) {
        add_file(incoming, page, outcome);
    }
    return true;
}

void answer_elsewhere(int64_t update_id, int64_t chat_id, const struct page *page,
                      const char *token, struct queue_outcome *outcome)
{
    struct json *payload = message_payload(chat_id, buf_text(&page->text));
    char slot[64];

    if (token) {
        add_keyboard(payload, page, token);
    }
    (void)snprintf(slot, sizeof(slot), "u%" PRId64 ".%" PRId64, update_id, chat_id);
    add_call(update_id, chat_id, "sendMessage", slot, payload, outcome);
    json_free(payload);
}

void answer_progress(const struct incoming *incoming, enum text_id id,
                     struct queue_outcome *outcome)
{
    struct buf html;
    struct json *payload;

    buf_init(&html, PAGE_TEXT_MAX_BYTES);
    text_html(&html, incoming->language, id, NULL);
    payload = message_payload(incoming->update->chat_id, buf_text(&html));
    add_message(incoming, payload, outcome);
    json_free(payload);
    buf_free(&html);
}

void answer_press(const struct incoming *incoming, const char *toast, bool alert,
                  struct queue_outcome *outcome)
{
    struct json *payload = json_object();

    json_set_text(payload, "callback_query_id", incoming->callback_id);
    if (toast) {
        char cut[TOAST_POINTS * 4 + 1];
        size_t len = utf8_prefix_bytes(toast, strlen(toast), TOAST_POINTS);

        (void)snprintf(cut, sizeof(cut), "%.*s", (int)len, toast);
        json_set_text(payload, "text", cut);
    }
    if (alert) {
        json_set_bool(payload, "show_alert", true);
    }
    add_call(incoming->update->update_id, incoming->update->chat_id, "answerCallbackQuery", "",
             payload, outcome);
    json_free(payload);
}
