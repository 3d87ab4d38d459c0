/* SPDX-License-Identifier: MIT */
/*
 * The methods of the Bot API. Each reads the parameters of a call, changes the
 * simulator and fills in the answer; it returns whether it succeeded. The lock
 * is held; only getUpdates gives it away while it waits.
 */
#ifndef TESTS_SANDBOX_TELEGRAM_METHODS_H
#define TESTS_SANDBOX_TELEGRAM_METHODS_H

#include "tests/sandbox/telegram/answer.h"
#include "tests/sandbox/telegram/params.h"
#include "tests/sandbox/telegram/sim.h"

#include <stdbool.h>

enum { CALLBACK_LATE_MS = 15000 }; /* a press can be answered for so long */

struct call {
    struct sim *sim;
    const struct params *params;
    struct answer *answer;
};

typedef bool method_fn(struct call *call);

/* The function of a method, named as in bot_api.json; NULL for one without. */
method_fn *method_find(const char *name);

/* method_get_updates.c */
bool method_get_updates(struct call *call);

/* Ends the waiting getUpdates, if there is one, with a 409. */
void poll_end_parked(struct sim *sim, bool by_webhook);

/* methods_send.c */
bool method_send_message(struct call *call);
bool method_send_document(struct call *call);
bool method_send_chat_action(struct call *call);

/* methods_edit.c */
bool method_edit_message_text(struct call *call);
bool method_edit_message_reply_markup(struct call *call);
bool method_delete_message(struct call *call);
bool method_answer_callback_query(struct call *call);

/* methods_commands.c */
bool method_set_my_commands(struct call *call);
bool method_delete_my_commands(struct call *call);
bool method_get_my_commands(struct call *call);

/* methods_bot.c */
bool method_get_me(struct call *call);
bool method_get_chat(struct call *call);
bool method_get_webhook_info(struct call *call);
bool method_set_webhook(struct call *call);
bool method_delete_webhook(struct call *call);

/* ---- what the methods share, methods.c ---- */

/* Refuses with "Bad Request: " and the message. Always returns false. */
bool call_refuse(struct call *call, const struct err *err);

/* The chat named by chat_id, or NULL after refusing. */
struct chat *call_chat(struct call *call);

/* False after refusing because the bot cannot write there, or not so fast. */
bool call_may_write(struct call *call, struct chat *chat);

/* False after refusing for the limits on sending; `chat` may be NULL. */
bool call_take_flood(struct call *call, struct chat *chat);

/* Succeeds with the message as result, and shows it. */
bool call_give_message(struct call *call, struct chat *chat, const struct message *message);

#endif
