/* SPDX-License-Identifier: MIT */
/*
 * A Bot API call that the worker wants made: an entry of {beget}:replies.
 *
 * A file to be sent is in the payload of sendDocument, which the gateway makes
 * an upload of: "document" is then an object, {"file_name":"log.csv",
 * "content":"..."}. The content is text, in UTF-8. A file has no place that it
 * could be edited into: it is sent whatever its slot holds.
 *
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

/* What the gateway takes of a file; others are dead letters. */
enum {
    REPLY_FILE_MAX_BYTES = 512 * 1024, /* of content, and at least one                     */
    REPLY_FILE_NAME_MAX_BYTES = 128,   /* without control characters, quotes, slashes      */
};

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
