/* SPDX-License-Identifier: MIT */
/*
 * Everything the bot says, in every language, in one table.
 *
 * A text may hold placeholders, {name}, and Telegram's HTML. Values put into
 * an HTML text are escaped here and nowhere else. To add a text, add an id
 * and a row; the unit test compares placeholders and lengths.
 */
#ifndef WORKER_CHAT_TEXTS_H
#define WORKER_CHAT_TEXTS_H

#include "shared/base/buf.h"
#include "worker/beget/answer.h"
#include "worker/chat/language.h"

#include <stdint.h>

enum text_id {
    TEXT_MENU,
    TEXT_HELP_HEAD,
    TEXT_HELP_TAIL,
    TEXT_HELP_START,
    TEXT_HELP_HELP,
    TEXT_HELP_DOMAINS,
    TEXT_HELP_DNS,
    TEXT_HELP_SUB,
    TEXT_BUTTON_DOMAINS,
    TEXT_BUTTON_HELP,
    TEXT_BUTTON_MENU,
    TEXT_BUTTON_BACK,
    TEXT_BUTTON_RETRY,
    TEXT_BUTTON_REFRESH,
    TEXT_BUTTON_DNS,
    TEXT_BUTTON_SUBDOMAINS,
    TEXT_BUTTON_SUB_ADD,
    TEXT_BUTTON_SUB_DEL,
    TEXT_BUTTON_SUB_DEL_ASK,
    TEXT_BUTTON_DROP,
    TEXT_BUTTON_ALL,
    TEXT_DOMAINS,
    TEXT_DOMAINS_FILTERED,
    TEXT_DOMAINS_NONE,
    TEXT_DOMAINS_NONE_FOUND,
    TEXT_DOMAINS_NO_ACCESS,
    TEXT_DOMAIN,
    TEXT_DOMAIN_EXPIRES,
    TEXT_SUBDOMAINS,
    TEXT_SUBDOMAINS_NONE,
    TEXT_SUB_USAGE,
    TEXT_SUB_ADD_HINT,
    TEXT_SUB_IS_DOMAIN,
    TEXT_SUB_ADD_NO_RIGHT,
    TEXT_SUB_ADD_QUESTION,
    TEXT_SUB_ADD_THERE,
    TEXT_SUB_ADD_DONE,
    TEXT_SUB_ADD_CHECKED,
    TEXT_SUB_ADD_NOT_DONE,
    TEXT_SUB_ADD_UNKNOWN,
    TEXT_SUB_DEL_NO_RIGHT,
    TEXT_SUB_DEL_QUESTION,
    TEXT_SUB_DEL_GONE,
    TEXT_SUB_DEL_DONE,
    TEXT_SUB_DEL_CHECKED,
    TEXT_SUB_DEL_NOT_DONE,
    TEXT_SUB_DEL_UNKNOWN,
    TEXT_CHANGE_OTHER,
    TEXT_CHANGE_LATE,
    TEXT_CHANGE_CANCELLED,
    TEXT_CHANGE_DROPPED,
    TEXT_CHANGE_LIMIT,
    TEXT_DNS,
    TEXT_DNS_EMPTY,
    TEXT_DNS_TTL,
    TEXT_DNS_SERVERS,
    TEXT_DNS_SERVER_IPS,
    TEXT_DNS_ELSEWHERE,
    TEXT_DNS_IS_CNAME,
    TEXT_DNS_IS_NS,
    TEXT_DNS_UNKNOWN_TYPES,
    TEXT_DNS_CUT,
    TEXT_DNS_USAGE,
    TEXT_NOT_A_NAME,
    TEXT_NOT_ON_ACCOUNT,
    TEXT_NO_ACCESS,
    TEXT_NO_COMMAND,
    TEXT_NO_TEXT,
    TEXT_WORKING,
    TEXT_BUTTON_EXPIRED,
    TEXT_BUTTON_FOREIGN,
    TEXT_BUTTON_USED,
    TEXT_DEAD,
    TEXT_DEAD_DOUBT,
    TEXT_FAIL_NOT_SENT,
    TEXT_FAIL_NO_ANSWER,
    TEXT_FAIL_UNREADABLE,
    TEXT_FAIL_DENIED,
    TEXT_FAIL_SECTION_OFF,
    TEXT_FAIL_LIMIT,
    TEXT_FAIL_INVALID,
    TEXT_FAIL_NOT_FOUND,
    TEXT_FAIL_FAILED,
    TEXT_FAIL_BAD_REQUEST,
    TEXT_NO_REASON,
    TEXT_COUNT,
};

/* A value for a placeholder. */
struct text_arg {
    const char *name;  /* without the braces; NULL ends the list */
    const char *value; /* UTF-8                                  */
};

#define TEXT_ARGS(...) ((const struct text_arg[]){__VA_ARGS__, {NULL, NULL}})

/* Appends an HTML text; values are escaped. `args` may be NULL. */
void text_html(struct buf *out, enum language language, enum text_id id,
               const struct text_arg *args);

/* Appends a text for a place without markup: a button, a toast. Values are copied as they are. */
void text_plain(struct buf *out, enum language language, enum text_id id,
                const struct text_arg *args);

/* Appends `value` escaped for Telegram's HTML. */
void text_escape(struct buf *out, const char *value);

/* The text itself, placeholders and all; static. */
const char *text_template(enum language language, enum text_id id);

/* The sentence for a failed call of the hosting API. Not for BEGET_OK and BEGET_STOPPED. */
enum text_id text_of_failure(enum beget_failure failure);

/* Room for a number as a value. */
struct text_number {
    char text[24];
};

/* Writes `number` into `room`; returns its text. */
const char *text_number(struct text_number *room, int64_t number);

#endif
