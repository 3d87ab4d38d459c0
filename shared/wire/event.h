/* SPDX-License-Identifier: MIT */
/*
 * Something that was done, or refused, or could not be known: an entry of
 * {beget}:events, and later a row of action_logs in bot.db.
 * The procedure for changing the fields stands in shared/wire/update.h.
 */
#ifndef SHARED_WIRE_EVENT_H
#define SHARED_WIRE_EVENT_H

#include "shared/base/err.h"
#include "shared/wire/fields.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { EVENT_VERSION = 1, EVENT_FIELD_COUNT = 11 };

/*
 * Actions that change rights, which bot.db keeps: with the result "ok" the
 * journal does to its tables what they say. Names are in punycode; `after` is
 * a JSON object with the members named here; others may be there for people
 * to read. `note` and `grants` may be missing; empty grants, {}, say that the
 * chat has no rights from before. `subject` is who created the name, when that
 * is not the event's chat.
 */
#define EVENT_ACCESS_ALLOW "access_allow" /* target: the chat; note, grants, see below */
#define EVENT_ACCESS_DENY  "access_deny"  /* target: the chat, which loses all rights  */
#define EVENT_GRANTS_SET   "grants_set"   /* target: the name; chat_id, rights "EDCX"  */
#define EVENT_GRANTS_UNSET "grants_unset" /* target: the name; chat_id                 */
#define EVENT_MEMBERS_ON   "members_on"   /* target: the group                         */
#define EVENT_MEMBERS_OFF  "members_off"  /* target: the group                         */
#define EVENT_SUB_ADD      "sub_add"      /* target: the name; subject, see below      */
#define EVENT_SUB_DEL      "sub_del"      /* target: the name, and all grants on it    */

enum event_result { EVENT_OK, EVENT_ERROR, EVENT_REFUSED, EVENT_UNKNOWN };
enum { EVENT_RESULT_COUNT = EVENT_UNKNOWN + 1 };

struct event {
    int64_t ref;        /* update_id that caused it; 0 for none                   */
    int64_t chat_id;    /* where                                                  */
    int64_t user_id;    /* who; 0 for the system itself                           */
    const char *user;   /* "@name", full name, or ""                              */
    const char *action; /* "dns", "domains", "start": the command or screen       */
    const char *target; /* the name it was done to, or ""                         */
    enum event_result result;
    const char *before; /* JSON of the state before a change, or ""               */
    const char *after;  /* JSON of the state after it, or ""                      */
    int64_t ms;         /* Unix time by the worker's clock                        */
};

/* "ok", "error", "refused", "unknown"; static. */
const char *event_result_name(enum event_result result);

void event_encode(const struct event *event, struct field_scratch *scratch,
                  struct field out[EVENT_FIELD_COUNT]);

/* Texts are borrowed from `fields`. Fails as update_decode(). */
MUST_CHECK bool event_decode(const struct field fields[], size_t count, struct event *out,
                             struct err *err);

#endif
