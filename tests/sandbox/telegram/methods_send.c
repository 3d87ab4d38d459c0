/* SPDX-License-Identifier: MIT */
#include "shared/base/mem.h"
#include "shared/base/utf8.h"
#include "tests/sandbox/telegram/format.h"
#include "tests/sandbox/telegram/markup.h"
#include "tests/sandbox/telegram/methods.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char FILE_ID_PREFIX[] = "sandbox-file-";

/* A message in the making. */
struct draft {
    struct formatted formatted;
    struct markup markup;
    int64_t reply_to;
    struct chat *chat;
};

static void draft_free(struct draft *draft)
{
    formatted_free(&draft->formatted);
    json_free(draft->markup.keyboard);
}

/* Finds the message that reply_parameters name; false after refusing. */
static bool read_reply(struct call *call, struct draft *draft)
{
    struct json *reply = params_json(call->params, "reply_parameters");
    int64_t message_id = 0;
    int64_t chat_id = draft->chat->id;
    bool optional = false;
    bool ok = true;

    (void)json_int(reply, "message_id", &message_id);
    (void)json_int(reply, "chat_id", &chat_id);
    (void)json_bool(reply, "allow_sending_without_reply", &optional);
    if (chat_id == draft->chat->id && chat_find_message(draft->chat, message_id)) {
        draft->reply_to = message_id;
    } else if (reply && !optional) {
        ok = answer_refuse(call->answer, 400, "Bad Request: message to be replied not found");
    }
    json_free(reply);
    return ok;
}

/* Reads what all messages have; `text_name` and `entities_name` differ. Free the draft anyway. */
static bool read_draft(struct call *call, const char *text_name, const char *entities_name,
                       const struct format_limits *limits, struct draft *draft)
{
    const struct params *params = call->params;
    struct json *entities = params_json(params, entities_name);
    struct err err = ERR_INIT;
    bool ok;

    *draft = (struct draft){.reply_to = 0};
    ok = format_text(params_text(params, text_name), params_text(params, "parse_mode"), entities,
                     limits, &draft->formatted, &err) &&
         markup_read(params_text(params, "reply_markup"), &draft->markup, &err);
    json_free(entities);
    if (!ok) {
        return call_refuse(call, &err);
    }
    draft->chat = call_chat(call);
    return draft->chat && read_reply(call, draft) && call_may_write(call, draft->chat);
}

/* Puts the draft into its chat. */
static struct message *post(struct call *call, struct draft *draft)
{
    struct sim *sim = call->sim;
    struct message *message = chat_add_message(draft->chat, sim->bot_id, sim_now_ms(sim) / 1000);

    message_set_text(message, draft->formatted.text, draft->formatted.html,
                     draft->formatted.entities);
    message_set_keyboard(message, draft->markup.keyboard);
    message->other_markup = draft->markup.other;
    message->reply_to = draft->reply_to;
    draft->formatted.entities = NULL;
    draft->markup.keyboard = NULL;
    return message;
}

bool method_send_message(struct call *call)
{
    struct draft draft;
    bool ok = read_draft(call, "text", "entities", &FORMAT_MESSAGE, &draft);

    if (ok) {
        ok = call_give_message(call, draft.chat, post(call, &draft));
    }
    draft_free(&draft);
    return ok;
}

/* The uploaded file that `document` is or names, or NULL. */
static const struct param *find_upload(const struct params *params, const struct param *document)
{
    static const char ATTACH[] = "attach://";
    const struct param *file = document;

    if (document->form != PARAM_FILE && strncmp(document->value, ATTACH, strlen(ATTACH)) == 0) {
        file = params_find(params, document->value + strlen(ATTACH));
    }
    return file && file->form == PARAM_FILE ? file : NULL;
}

static bool is_known_file(const struct sim *sim, const char *file_id)
{
    return strncmp(file_id, FILE_ID_PREFIX, strlen(FILE_ID_PREFIX)) == 0 &&
           params_to_int(file_id + strlen(FILE_ID_PREFIX)) > 0 &&
           params_to_int(file_id + strlen(FILE_ID_PREFIX)) <= sim->files;
}

/* What is in the file, to be freed; NULL when it is no text. */
static char *file_text(const struct param *upload)
{
    const struct buf *content = &upload->content;
    bool text =
        !memchr(content->data, '\0', content->len) && utf8_valid(content->data, content->len);

    return text ? xstrdup(content->data) : NULL;
}

bool method_send_document(struct call *call)
{
    const struct param *document = params_find(call->params, "document");
    const struct param *upload;
    struct message *message;
    struct draft draft;
    char file_id[48];

    if (!document || document->value[0] == '\0') {
        return answer_refuse(call->answer, 400, "Bad Request: there is no document in the request");
    }
    upload = find_upload(call->params, document);
    if (!upload && !is_known_file(call->sim, document->value)) {
        return answer_refuse(call->answer, 400,
                             "Bad Request: wrong file identifier/HTTP URL specified");
    }
    if (upload && upload->content.len == 0) {
        return answer_refuse(call->answer, 400, "Bad Request: file must be non-empty");
    }
    if (!read_draft(call, "caption", "caption_entities", &FORMAT_CAPTION, &draft)) {
        draft_free(&draft);
        return false;
    }
    message = post(call, &draft);
    draft_free(&draft);
    (void)snprintf(file_id, sizeof(file_id), "%s%" PRId64, FILE_ID_PREFIX,
                   upload ? call->sim->files + 1 : 0);
    call->sim->files += upload != NULL;
    message->kind = MESSAGE_DOCUMENT;
    message->file_id = xstrdup(upload ? file_id : document->value);
    message->file_name = xstrdup(upload ? upload->value : "document");
    message->file_text = upload ? file_text(upload) : NULL;
    return call_give_message(call, draft.chat, message);
}

bool method_send_chat_action(struct call *call)
{
    static const char *const ACTIONS[] = {
        "typing",        "upload_photo",      "record_video",      "upload_video",
        "record_voice",  "upload_voice",      "upload_document",   "choose_sticker",
        "find_location", "record_video_note", "upload_video_note",
    };
    const char *action = params_text(call->params, "action");
    struct chat *chat;

    for (size_t i = 0; i < ARRAY_LEN(ACTIONS); i++) {
        if (strcmp(ACTIONS[i], action) != 0) {
            continue;
        }
        chat = call_chat(call);
        if (!chat) {
            return false;
        }
        if (chat->blocked) {
            return answer_refuse(call->answer, 403, "Forbidden: bot was blocked by the user");
        }
        return answer_give(call->answer, json_new_bool(true));
    }
    return answer_refuse(call->answer, 400, "Bad Request: wrong parameter action in request");
}
