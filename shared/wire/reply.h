/* SPDX-License-Identifier: MIT */
/*
 * A Bot API call that the worker wants made: an entry of {beget}:replies.
 * The procedure for changing the fields stands in shared/wire/update.h.
 */
#ifndef SHARED_WIRE_REPLY_H
#define SHARED_WIRE_REPLY_H

#include "shared/base/err.h"
#include "shared/wire/fields.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { REPLY_VERSION = 1, REPLY_FIELD_COUNT = 6 };

struct reply {
    int64_t ref;         /* update_id it answers; 0 when it answers none                     */
    int64_t chat_id;     /* sends of one chat keep their order; 0 for calls without a chat   */
    const char *method;  /* "sendMessage", "editMessageText", "answerCallbackQuery", ...     */
    const char *slot;    /* names a place in the chat: the first reply with it is sent, later */
                         /* ones edit that message; "" for none                              */
    const char *payload; /* JSON object: the parameters of the call                          */
};

void reply_encode(const struct reply *reply, struct field_scratch *scratch,
                  struct field out[REPLY_FIELD_COUNT]);

/* Texts are borrowed from `fields`. Fails as update_decode(). */
MUST_CHECK bool reply_decode(const struct field fields[], size_t count, struct reply *out,
                             struct err *err);

#endif
