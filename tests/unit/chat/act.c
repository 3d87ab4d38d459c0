/* SPDX-License-Identifier: MIT */
#include "tests/unit/chat/act.h"

#include "shared/base/clock.h"
#include "tests/unit/chat/fake_world.h"
#include "worker/chat/step.h"
#include "worker/journal/log_reader.h"

#include <assert.h>

enum { WAITED_MS = 7 * 60000 };

static void make_payload(const struct act *act, struct buf *out)
{
    const char *type = act->chat_id < 0 ? "supergroup" : "private";

    if (act->payload) {
        buf_addf(out, "%s", act->payload);
        return;
    }
    if (act->kind == UPDATE_CALLBACK) {
        buf_addf(out, "{\"callback_query\":{\"id\":\"cb9\",\"from\":");
    } else if (act->kind == UPDATE_MEMBER) {
        buf_addf(out, "{\"my_chat_member\":{\"new_chat_member\":{\"status\":\"kicked\"},\"from\":");
    } else {
        buf_addf(out, "{\"message\":{\"message_id\":1,\"date\":1700000000,\"from\":");
    }
    buf_addf(out, "{\"id\":7,\"language_code\":\"%s\"},", act->language ? act->language : "en");
    if (act->kind == UPDATE_CALLBACK) {
        buf_addf(out, "\"message\":{\"message_id\":%d,\"date\":%d,", MESSAGE,
                 act->inaccessible ? 0 : 1700000000);
    }
    if (act->topic != 0) {
        buf_addf(out, "\"is_topic_message\":true,\"message_thread_id\":%d,", (int)act->topic);
    }
    buf_addf(out, "\"chat\":{\"id\":%d,\"type\":\"%s\"}%s}}", (int)act->chat_id, type,
             act->kind == UPDATE_CALLBACK ? "}" : "");
    assert(buf_ok(out));
}

bool act_answer(const struct act *act, struct queue_outcome *outcome, struct err *err)
{
    static const struct setting_ids ADMINS = {.ids = {ADMIN}, .count = 1};
    struct log_reader *log = log_reader_new("/nowhere");
    const struct step_tools tools = {.admins = &ADMINS, .log = log, .consumer = "worker-1"};
    struct update update = {.update_id = 9,
                            .chat_id = act->chat_id,
                            .user_id = act->user_id != 0 ? act->user_id : PERSON,
                            .user = "@anna",
                            .kind = act->kind,
                            .received_ms = clock_unix_ms() - WAITED_MS,
                            .text = act->text ? act->text : ""};
    struct buf payload;
    bool ok;

    buf_init(&payload, 10000);
    make_payload(act, &payload);
    update.payload = buf_text(&payload);
    fake_world_again();
    ok = step_answer(&tools, "1-9", &update, outcome, err);
    buf_free(&payload);
    log_reader_free(log);
    return ok;
}
