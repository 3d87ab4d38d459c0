/* SPDX-License-Identifier: MIT */
/*
 * An update as it travels from the gateway to the worker: an entry of the
 * stream {beget}:updates. Its ID is "<ms>-<update_id>".
 *
 * To change the fields:
 *   1. A field that old readers may miss is added here, in UPDATE_FIELDS, in
 *      decoding with a default, and in docs/protocol.md. The version stays.
 *   2. Anything else (a field renamed, removed, or with another meaning) raises
 *      UPDATE_VERSION. Readers are deployed before writers and read both
 *      versions until no entry of the old one is left.
 *   3. A reader that meets a version it does not know leaves the entry pending
 *      and says so: the other side is newer and a newer reader will come.
 *   4. A new kind is a name at the end of KIND_NAMES. The version stays: a reader
 *      that does not know the kind finishes the entry as unreadable, which the
 *      log keeps and no chat hears of.
 */
#ifndef SHARED_WIRE_UPDATE_H
#define SHARED_WIRE_UPDATE_H

#include "shared/base/err.h"
#include "shared/wire/fields.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { UPDATE_VERSION = 1 };

enum update_kind {
    UPDATE_MESSAGE,  /* a message, new or edited                       */
    UPDATE_CALLBACK, /* a press of an inline button                    */
    UPDATE_MEMBER,   /* the bot was added, blocked, removed (my_chat_member) */
    UPDATE_REQUEST,  /* a chat that may not use the bot has written to it, or added it */
};

enum { UPDATE_KIND_COUNT = UPDATE_REQUEST + 1 };

struct update {
    int64_t update_id; /* Telegram's; > 0                                               */
    int64_t chat_id;   /* negative for groups                                           */
    int64_t user_id;   /* who acts; 0 when Telegram names nobody                        */
    const char *user;  /* "@name", else the full name, else ""; UTF-8, borrowed         */
    enum update_kind kind;
    const char *text;    /* the message's text, or the button's data; "" for none         */
    int64_t received_ms; /* Unix time by Redis' clock; set by push, 0 before              */
    int64_t deadline_ms; /* after this a change must not be made any more; set by push    */
    const char *payload; /* JSON of the whole update, as Telegram sent it; of a request   */
                         /* only of who asks, see gateway/update_reader.h; borrowed       */
};

/* The field names in order, for encoding: those that push sets itself are not among them. */
enum { UPDATE_FIELD_COUNT = 8 };

/* "message", "callback", "member", "request"; static. */
const char *update_kind_name(enum update_kind kind);

/*
 * Fills `out` with the fields of `update`. Texts are borrowed from `update`,
 * numbers are written into `scratch`; both must outlive `out`.
 */
void update_encode(const struct update *update, struct field_scratch *scratch,
                   struct field out[UPDATE_FIELD_COUNT]);

/*
 * Reads stream fields. Unknown fields are ignored. Texts are borrowed from `fields`.
 * Fails: ERR_RETRY  version newer than ours: leave the entry for a newer reader
 *        ERR_REJECT a field is missing or not of its kind; the message names it
 */
MUST_CHECK bool update_decode(const struct field fields[], size_t count, struct update *out,
                              struct err *err);

#endif
