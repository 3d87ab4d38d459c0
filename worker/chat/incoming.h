/* SPDX-License-Identifier: MIT */
/*
 * What a person did, as the chat understands it: read from the update's
 * payload. Pure. A plain value except for texts borrowed from the update.
 */
#ifndef WORKER_CHAT_INCOMING_H
#define WORKER_CHAT_INCOMING_H

#include "shared/base/err.h"
#include "shared/wire/update.h"
#include "worker/chat/language.h"

#include <stdbool.h>
#include <stdint.h>

enum { INCOMING_CALLBACK_ID_SIZE = 64, INCOMING_STATUS_SIZE = 32 };

struct incoming {
    const struct update *update; /* borrowed: ids, kind, text                              */
    enum language language;      /* of the person                                          */
    bool group;                  /* the chat has more than one person                      */
    int64_t thread_id;           /* forum topic to answer in; 0 for none                   */
    int64_t message_id;          /* callback: the message its buttons sit on; 0 when that  */
                                 /* message can no longer be edited                        */
    char callback_id[INCOMING_CALLBACK_ID_SIZE]; /* callback: what answerCallbackQuery wants; else
                                                    "" */
    char member_status[INCOMING_STATUS_SIZE]; /* member: what the bot has become there: "kicked" */
};

/* Reads `update->payload`. Fails: ERR_REJECT not a JSON object, a callback without an id. */
MUST_CHECK bool incoming_read(const struct update *update, struct incoming *out, struct err *err);

#endif
