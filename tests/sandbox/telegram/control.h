/* SPDX-License-Identifier: MIT */
/* clang-format off */
/*
 * The control API: to be a person, to look, to break things.
 *
 *   GET  people           {"people":[..],"chats":[..]}
 *   POST send             {"chat_id","user_id","text","photo":bool,"reply_to"}
 *                           -> {"update_id","message_id"}
 *   POST edit             {"chat_id","user_id","message_id","text"} -> {"update_id"}
 *   POST press            {"chat_id","user_id","message_id","data" or "button"}
 *                           -> {"update_id","callback_query_id"}
 *   POST block            {"chat_id","blocked":bool,"user_id"} -> {"update_id"}
 *   POST migrate          {"chat_id"} -> {"migrate_to_chat_id"}
 *   POST person           {"id","first_name","last_name","username","language_code"}
 *   POST group            {"id","title","members":[..]}
 *   GET  chat             ?chat_id -> {"version","messages","callbacks","blocked"}
 *   GET  wait             ?chat_id&after&timeout_s -> the same, once the version passes `after`
 *   GET  changes          ?after&timeout_s -> everything but the messages, once anything changed
 *   GET  log              ?after&method&timeout_s -> {"requests","violations","last"}
 *   GET  commands         [{"scope","language_code","commands"}]
 *   POST update           a raw update without update_id -> {"update_id"}
 *   POST next_update_id   {"id"}
 *   POST token            {"token"}: another one of the same bot; the old one is unknown
 *   POST webhook          {"url"}
 *   POST clock            {"advance_ms","frozen":bool}
 *   POST fault            {"method","kind","count","ms","retry_after","chat_id","description",
 *                          "effect":bool}
 *   POST fault/clear      {}
 *   POST reset            {}
 *
 * An update_id of 0 says that Telegram would not have queued the update. What
 * cannot be done is answered 400 {"error":"..."}. Called without the lock.
 */
/* clang-format on */
#ifndef TESTS_SANDBOX_TELEGRAM_CONTROL_H
#define TESTS_SANDBOX_TELEGRAM_CONTROL_H

#include "shared/io/httpd.h"
#include "tests/sandbox/telegram/sim.h"

/* `request->path` begins with "/control/". */
void control_handle(struct sim *sim, const struct httpd_request *request,
                    struct httpd_response *response);

/* ---- for the routes: control_chat.c and control.c ---- */

struct control {
    struct sim *sim;
    const struct httpd_request *request;
    const struct json *body; /* of a POST: an object */
};

/* Returns the answer, or NULL after filling in `err`. */
typedef struct json *control_fn(struct control *control, struct err *err);

/* A number of the query; `fallback` when it is missing or none. */
int64_t control_query_int(const struct control *control, const char *name, int64_t fallback);

/* When a wait is to end: timeout_s of the query, ten seconds without. */
int64_t control_deadline_ms(const struct control *control);

control_fn control_block;
control_fn control_burst;
control_fn control_chat;
control_fn control_edit;
control_fn control_group;
control_fn control_migrate;
control_fn control_person;
control_fn control_press;
control_fn control_send;
control_fn control_wait;

#endif
