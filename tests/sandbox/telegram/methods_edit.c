/* SPDX-License-Identifier: MIT */
#include "shared/base/utf8.h"
#include "tests/sandbox/telegram/format.h"
#include "tests/sandbox/telegram/markup.h"
#include "tests/sandbox/telegram/methods.h"

#include <string.h>

enum { CALLBACK_TEXT_MAX_POINTS = 200 };

static const char NOT_MODIFIED[] =
    "Bad Request: message is not modified: specified new message content and reply markup are "
    "exactly the same as a current content and reply markup of the message";

/* What to change, and into what. */
struct edit {
    struct chat *chat;
    struct message *message;
    struct markup markup;
};

/* The message to act on; NULL after refusing. `what` names it in the error text. */
static struct message *find_message(struct call *call, struct chat *chat, const char *what)
{
    int64_t id = params_int(call->params, "message_id", 0);
    struct message *message = chat_find_message(chat, id);

    if (id == 0) {
        (void)answer_refuse(call->answer, 400, "Bad Request: message identifier is not specified");
    } else if (!message) {
        (void)answer_refuse(call->answer, 400, "Bad Request: %s not found", what);
    }
    return message;
}

/* Reads chat_id, message_id and reply_markup; free edit->markup.keyboard anyway. */
static bool read_edit(struct call *call, struct edit *edit)
{
    struct err err = ERR_INIT;

    *edit = (struct edit){.chat = NULL};
    if (!markup_read(params_text(call->params, "reply_markup"), &edit->markup, &err)) {
        return call_refuse(call, &err);
    }
    edit->chat = call_chat(call);
    edit->message = edit->chat ? find_message(call, edit->chat, "message to edit") : NULL;
    if (!edit->message) {
        return false;
    }
    if (edit->message->from_id != call->sim->bot_id || edit->message->other_markup ||
        edit->message->kind == MESSAGE_SERVICE) {
        return answer_refuse(call->answer, 400, "Bad Request: message can't be edited");
    }
    if (edit->markup.other) {
        return answer_refuse(call->answer, 400, "Bad Request: inline keyboard expected");
    }
    return true;
}

static bool same_json(const struct json *left, const struct json *right)
{
    struct buf texts[2];
    bool same;

    for (size_t i = 0; i < 2; i++) {
        buf_init(&texts[i], (size_t)16 << 20);
        json_print(i == 0 ? left : right, &texts[i]);
    }
    same = strcmp(buf_text(&texts[0]), buf_text(&texts[1])) == 0;
    buf_free(&texts[0]);
    buf_free(&texts[1]);
    return same;
}

static bool same_keyboard(const struct json *left, const struct json *right)
{
    return left && right ? same_json(left, right) : !left && !right;
}

/* Makes the change; the keyboard goes to the message. */
static bool finish_edit(struct call *call, struct edit *edit)
{
    message_set_keyboard(edit->message, edit->markup.keyboard);
    edit->markup.keyboard = NULL;
    edit->message->edit_date_s = sim_now_ms(call->sim) / 1000;
    return call_give_message(call, edit->chat, edit->message);
}

static bool edit_text(struct call *call, struct edit *edit, struct formatted *formatted)
{
    struct message *message = edit->message;

    if (message->kind != MESSAGE_TEXT) {
        return answer_refuse(call->answer, 400,
                             "Bad Request: there is no text in the message to edit");
    }
    if (strcmp(message->text, formatted->text) == 0 &&
        same_json(message->entities, formatted->entities) &&
        same_keyboard(message->keyboard, edit->markup.keyboard)) {
        return answer_refuse(call->answer, 400, "%s", NOT_MODIFIED);
    }
    if (!call_take_flood(call, edit->chat)) {
        return false;
    }
    message_set_text(message, formatted->text, formatted->html, formatted->entities);
    formatted->entities = NULL;
    return finish_edit(call, edit);
}

bool method_edit_message_text(struct call *call)
{
    const struct params *params = call->params;
    struct json *entities = params_json(params, "entities");
    struct formatted formatted = {.text = NULL};
    struct edit edit = {.chat = NULL};
    struct err err = ERR_INIT;
    bool ok = format_text(params_text(params, "text"), params_text(params, "parse_mode"), entities,
                          &FORMAT_MESSAGE, &formatted, &err);

    if (!ok) {
        (void)call_refuse(call, &err);
    } else {
        ok = read_edit(call, &edit) && edit_text(call, &edit, &formatted);
    }
    formatted_free(&formatted);
    json_free(edit.markup.keyboard);
    json_free(entities);
    return ok;
}

bool method_edit_message_reply_markup(struct call *call)
{
    struct edit edit;
    bool ok = read_edit(call, &edit);

    if (ok && same_keyboard(edit.message->keyboard, edit.markup.keyboard)) {
        ok = answer_refuse(call->answer, 400, "%s", NOT_MODIFIED);
    }
    ok = ok && call_take_flood(call, edit.chat) && finish_edit(call, &edit);
    json_free(edit.markup.keyboard);
    return ok;
}

bool method_delete_message(struct call *call)
{
    struct chat *chat = call_chat(call);
    struct message *message = chat ? find_message(call, chat, "message to delete") : NULL;

    if (!message) {
        return false;
    }
    if (message->from_id != call->sim->bot_id && !chat_is_private(chat)) {
        return answer_refuse(call->answer, 400, "Bad Request: message can't be deleted");
    }
    chat_delete_message(chat, message->id);
    sim_touch(call->sim, chat);
    return answer_give(call->answer, json_new_bool(true));
}

bool method_answer_callback_query(struct call *call)
{
    const struct params *params = call->params;
    const char *text = params_text(params, "text");
    struct chat *chat = NULL;
    struct callback *callback =
        world_find_callback(&call->sim->world, params_text(params, "callback_query_id"), &chat);

    if (!callback || callback->answered ||
        sim_now_ms(call->sim) - callback->pressed_ms > CALLBACK_LATE_MS) {
        return answer_refuse(call->answer, 400,
                             "Bad Request: query is too old and response timeout expired or query "
                             "ID is invalid");
    }
    if (utf8_count(text, strlen(text)) > CALLBACK_TEXT_MAX_POINTS) {
        return answer_refuse(call->answer, 400, "Bad Request: MESSAGE_TOO_LONG");
    }
    if (!call_take_flood(call, NULL)) {
        return false;
    }
    callback_answer(callback, text, params_bool(params, "show_alert"));
    sim_touch(call->sim, chat);
    return answer_give(call->answer, json_new_bool(true));
}
