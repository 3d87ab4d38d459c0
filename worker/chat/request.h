/* SPDX-License-Identifier: MIT */
/* A chat that may not use the bot and asks to: who it is, and the card that admins see. Pure. */
#ifndef WORKER_CHAT_REQUEST_H
#define WORKER_CHAT_REQUEST_H

#include "shared/base/err.h"
#include "worker/chat/incoming.h"
#include "worker/chat/page.h"

#include <stdbool.h>
#include <stdint.h>

enum { REQUEST_NAME_SIZE = 1024 };

struct request {
    int64_t chat_id;
    enum language language;        /* of whoever asks                                     */
    bool group;                    /* the chat has more than one person                   */
    char who[REQUEST_NAME_SIZE];   /* "Vera Stranger, @vera"; "" when Telegram says nothing */
    char title[REQUEST_NAME_SIZE]; /* of a group                                          */
};

/*
 * Reads the update of `incoming`, of kind UPDATE_REQUEST. Names come out in one line.
 * Fails: ERR_REJECT the payload is no JSON
 */
MUST_CHECK bool request_read(const struct incoming *incoming, struct request *out, struct err *err);

/* The card: who it is, and what may be done about it. */
void draw_request(const struct request *request, struct page *page);

#endif
