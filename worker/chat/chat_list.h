/* SPDX-License-Identifier: MIT */
/* The chats that may use the bot, in an order and under names that people find them by. Pure. */
#ifndef WORKER_CHAT_CHAT_LIST_H
#define WORKER_CHAT_CHAT_LIST_H

#include "shared/queue/state.h"
#include "worker/chat/about_chat.h"
#include "worker/chat/texts.h"

#include <stddef.h>

enum { CHAT_TITLE_SIZE = TEXT_QUOTE_SIZE + CHAT_ID_SIZE + 4 };

struct chat_item {
    const char *chat;    /* borrowed; the id */
    const char *note;    /* borrowed; may be "" */
    const char *letters; /* borrowed; what it holds, of a list of holders; else NULL */
    char *key;           /* owned; what it is sorted and searched by: the note, small */
};

struct chat_list {
    struct chat_item *items; /* owned */
    size_t count;
};

/*
 * The chats of `access` that have `filter` in their note or id, in any case; with `holders`, those
 * of these that are in `access`. By note; those without one by id, at the end. The hashes are
 * borrowed.
 */
void chat_list_make(const struct state_hash *access, const struct state_hash *holders,
                    const char *filter, struct chat_list *out);
void chat_list_free(struct chat_list *list);

/*
 * How a chat is called: "Boris (1002)", or "1002" without a note. On one line; of a long note the
 * beginning. Returns `out`.
 */
const char *chat_title(const char *note, const char *chat, char out[CHAT_TITLE_SIZE]);

#endif
