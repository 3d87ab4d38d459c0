/* SPDX-License-Identifier: MIT */
/*
 * Word of others' changes for one administrator: many events, one message. Pure.
 *
 * Told are changes that were made, and what nobody can know; not refusals, not
 * what came to nothing, not who looked, and not what the administrator did.
 */
#ifndef WORKER_CHAT_NOTICE_H
#define WORKER_CHAT_NOTICE_H

#include "shared/base/buf.h"
#include "shared/wire/event.h"
#include "worker/chat/language.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { NOTICE_ITEMS = 8 /* that one message lists; the others are counted */ };

struct notice {
    int64_t admin; /* the chat, which in private is the person, too */
    enum language language;
    struct buf lines; /* owned; HTML of the listed ones */
    size_t count;     /* of all                         */
};

void notice_init(struct notice *notice, int64_t admin, enum language language);
void notice_free(struct notice *notice);

/* Whether the administrator is told of the event. */
bool notice_wants(int64_t admin, const struct event *event);

/* Adds an event of which the administrator is told. */
void notice_add(struct notice *notice, const struct event *event);

/* Appends the parameters of sendMessage as JSON; only when something was added. */
void notice_print(const struct notice *notice, struct buf *out);

#endif
