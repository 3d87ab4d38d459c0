/* SPDX-License-Identifier: MIT */
#include "worker/announce.h"

#include "shared/io/json.h"
#include "worker/chat/commands.h"

#include <inttypes.h>
#include <stdio.h>

enum { PAYLOAD_MAX_BYTES = 64 * 1024 };

static struct json *command_list(enum language language, bool admin)
{
    struct json *list = json_list();

    for (size_t i = 0; i < COMMAND_COUNT; i++) {
        struct json *row;

        if (COMMANDS[i].admin_only && !admin) {
            continue;
        }
        row = json_add(list, json_object());
        json_set_text(row, "command", COMMANDS[i].name);
        json_set_text(row, "description", text_template(language, COMMANDS[i].help));
    }
    return list;
}

/* One setMyCommands call: for everyone when chat_id is 0, else for that chat. */
static void add_call(struct queue_outcome *outcome, struct buf *all, enum language language,
                     int64_t chat_id)
{
    struct json *payload = json_object();
    struct buf text;

    json_set(payload, "commands", command_list(language, chat_id != 0));
    if (chat_id != 0) {
        struct json *scope = json_object();

        json_set_text(scope, "type", "chat");
        json_set_int(scope, "chat_id", chat_id);
        json_set(payload, "scope", scope);
    }
    json_set_text(payload, "language_code", language_code(language));
    buf_init(&text, PAYLOAD_MAX_BYTES);
    json_print(payload, &text);
    queue_outcome_reply(
        outcome,
        &(struct reply){.method = "setMyCommands", .slot = "", .payload = buf_text(&text)});
    buf_add(all, buf_text(&text), text.len);
    buf_free(&text);
    json_free(payload);
}

/* FNV-1a: tells versions of the list apart; not for secrets. */
static uint64_t digest_of(const struct buf *all)
{
    uint64_t digest = 0xcbf29ce484222325u;

    for (size_t i = 0; i < all->len; i++) {
        digest = (digest ^ (unsigned char)all->data[i]) * 0x100000001b3u;
    }
    return digest;
}

bool announce_commands(struct queue *queue, const struct setting_ids *admins, struct err *err)
{
    struct queue_outcome *outcome = queue_outcome_new();
    char digest[24];
    struct buf all;
    bool ok;

    buf_init(&all, (size_t)(SETTING_IDS_MAX + 1) * LANGUAGE_COUNT * PAYLOAD_MAX_BYTES);
    for (int language = 0; language < LANGUAGE_COUNT; language++) {
        add_call(outcome, &all, (enum language)language, 0);
        for (size_t i = 0; i < admins->count; i++) {
            add_call(outcome, &all, (enum language)language, admins->ids[i]);
        }
    }
    (void)snprintf(digest, sizeof(digest), "%016" PRIx64, digest_of(&all));
    ok = queue_announce(queue, "commands", digest, outcome, err);
    buf_free(&all);
    queue_outcome_free(outcome);
    return ok;
}
