/* SPDX-License-Identifier: MIT */
#include "tests/sandbox/telegram/methods.h"

#include <stdio.h>
#include <string.h>

/* In the order of the alphabet. */
static const struct {
    const char *name;
    method_fn *run;
} METHODS[] = {
    {"answerCallbackQuery", method_answer_callback_query},
    {"deleteMessage", method_delete_message},
    {"deleteMyCommands", method_delete_my_commands},
    {"deleteWebhook", method_delete_webhook},
    {"editMessageReplyMarkup", method_edit_message_reply_markup},
    {"editMessageText", method_edit_message_text},
    {"getChat", method_get_chat},
    {"getMe", method_get_me},
    {"getMyCommands", method_get_my_commands},
    {"getUpdates", method_get_updates},
    {"getWebhookInfo", method_get_webhook_info},
    {"sendChatAction", method_send_chat_action},
    {"sendDocument", method_send_document},
    {"sendMessage", method_send_message},
    {"setMyCommands", method_set_my_commands},
    {"setWebhook", method_set_webhook},
};

method_fn *method_find(const char *name)
{
    for (size_t i = 0; i < ARRAY_LEN(METHODS); i++) {
        if (strcmp(METHODS[i].name, name) == 0) {
            return METHODS[i].run;
        }
    }
    return NULL;
}

bool call_refuse(struct call *call, const struct err *err)
{
    return answer_refuse(call->answer, 400, "Bad Request: %s", err->message);
}

struct chat *call_chat(struct call *call)
{
    const char *id = params_text(call->params, "chat_id");
    struct chat *chat = NULL;

    if (*id == '\0') {
        (void)answer_refuse(call->answer, 400, "Bad Request: chat_id is empty");
        return NULL;
    }
    if (*id != '@') { /* a bot cannot find people by name, and the groups have none */
        chat = world_find_chat(&call->sim->world, params_to_int(id));
    }
    if (!chat) {
        (void)answer_refuse(call->answer, 400, "Bad Request: chat not found");
        return NULL;
    }
    if (chat->migrated_to != 0) {
        call->answer->migrate_to = chat->migrated_to;
        (void)answer_refuse(call->answer, 400,
                            "Bad Request: group chat was upgraded to a supergroup chat");
        return NULL;
    }
    return chat;
}

bool call_take_flood(struct call *call, struct chat *chat)
{
    struct sim *sim = call->sim;
    int64_t wait_s;

    if (!sim->flood) {
        return true;
    }
    wait_s = flood_take(&sim->overall, chat ? &chat->flood : NULL, chat && !chat_is_private(chat),
                        sim_now_ms(sim));
    return wait_s == 0 || answer_flood(call->answer, wait_s);
}

bool call_may_write(struct call *call, struct chat *chat)
{
    if (params_int(call->params, "message_thread_id", 0) != 0) { /* no chat here has topics */
        return answer_refuse(call->answer, 400, "Bad Request: message thread not found");
    }
    if (chat->blocked) {
        return answer_refuse(call->answer, 403,
                             chat_is_private(chat)
                                 ? "Forbidden: bot was blocked by the user"
                                 : "Forbidden: bot was kicked from the supergroup chat");
    }
    return call_take_flood(call, chat);
}

bool call_give_message(struct call *call, struct chat *chat, const struct message *message)
{
    sim_touch(call->sim, chat);
    return answer_give(call->answer,
                       message_to_json(&call->sim->world, chat, message, call->sim->bot_id));
}
