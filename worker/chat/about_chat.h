/* SPDX-License-Identifier: MIT */
/*
 * Targets about a chat and what it may do: their text is "CHAT", "CHAT LETTERS"
 * or "CHAT NOTE". Letters are of EDCX (worker/chat/rights.h), "-" for view
 * only. Pure.
 */
#ifndef WORKER_CHAT_ABOUT_CHAT_H
#define WORKER_CHAT_ABOUT_CHAT_H

#include "shared/base/buf.h"
#include "shared/wire/letters.h"
#include "worker/chat/language.h"
#include "worker/chat/target.h"

#include <stdbool.h>
#include <stdint.h>

enum { CHAT_ID_SIZE = 24, LETTERS_WORDS_MAX_BYTES = 1000 };

/* The chat, as it is written in Redis; "" when the text begins with no word of that length. */
void about_chat(const struct target *target, char out[CHAT_ID_SIZE]);

/* What follows the chat: letters or a note; "" for nothing. Borrowed. */
const char *about_chat_rest(const struct target *target);

/* `target` with the text "CHAT LETTERS"; view only is written "-". */
struct target target_with_letters(struct target target, const char *chat, const char *letters);

/* A chat's id as a person types it: "1002", "-1002000000001". False for everything else, and 0. */
bool chat_id_read(const char *typed, char out[CHAT_ID_SIZE]);

/* A group or a channel: ids below zero. */
bool chat_is_group(const char *chat);

/* `letters` with `chosen` instead of those that `level` is made of. */
void letters_change(const char *letters, const char *level, const char *chosen,
                    char out[LETTERS_SIZE]);

/* Appends what they allow in words: "edit DNS, create subdomains" or "view only". Not escaped. */
void letters_describe(struct buf *out, enum language language, const char *letters);

#endif
