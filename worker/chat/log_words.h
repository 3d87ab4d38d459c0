/* SPDX-License-Identifier: MIT */
/*
 * What was done, by whom and with which result, in people's words: for the log
 * and for telling the administrators. Pure.
 *
 * Texts are cut: whatever somebody typed or was called, a line stays a line.
 */
#ifndef WORKER_CHAT_LOG_WORDS_H
#define WORKER_CHAT_LOG_WORDS_H

#include "shared/base/buf.h"
#include "worker/chat/language.h"
#include "worker/chat/texts.h"

#include <stdint.h>

/* Something that was done: a row of the log, or an event. Texts are borrowed, "" for none. */
struct log_item {
    int64_t ms;       /* Unix time                          */
    int64_t chat_id;  /* 0: unknown                         */
    int64_t user_id;  /* 0: the system itself               */
    const char *user; /* with or without "@"                */
    const char *action;
    const char *target; /* names in punycode                  */
    const char *result; /* "ok", "error", "refused", "unknown" */
};

/* The beginning of `text`, on one line. Returns `out`. */
const char *log_cut(const char *text, char out[TEXT_QUOTE_SIZE]);

/* "create subdomain"; what has no words is told as it is called. Returns `out`. */
const char *log_action(enum language language, const char *action, char out[TEXT_QUOTE_SIZE]);

/* The person's name, else the id, else that nobody did it. Returns `out`. */
const char *log_who(enum language language, const struct log_item *item, char out[TEXT_QUOTE_SIZE]);

/* The target as people write it. Returns `out`. */
const char *log_target(const struct log_item *item, char out[TEXT_QUOTE_SIZE]);

/* ✅, ⚠️, 🚫 or ❓; static. */
const char *log_sign(const char *result);

/*
 * Appends two lines of HTML, "lead sign time" and "who: action target", behind a "\n" when `out` is
 * not empty. `lead` needs no escaping.
 */
void log_item_html(const struct log_item *item, const char *lead, enum language language,
                   struct buf *out);

#endif
