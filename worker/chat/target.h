/* SPDX-License-Identifier: MIT */
/*
 * Where a button or a command leads: to a screen, to a change and how far it
 * has come, or to something the person is asked to type. A plain value, kept in
 * Redis as readable text, "dns 1 shop.example.com", "prompt sub_add example.com"
 * or "do sub_del shop.example.com 3344001", so that an operator sees what each
 * button of a message does.
 */
#ifndef WORKER_CHAT_TARGET_H
#define WORKER_CHAT_TARGET_H

#include "shared/base/buf.h"
#include "shared/base/err.h"
#include "shared/io/idn.h"

#include <stdbool.h>
#include <stdint.h>

enum screen_id {
    SCREEN_MENU,
    SCREEN_HELP,
    SCREEN_CANCELLED,
    SCREEN_DOMAINS,
    SCREEN_DOMAIN,
    SCREEN_SUBDOMAINS,
    SCREEN_DNS,
    SCREEN_LANGUAGE,
    SCREEN_ADMIN,
    SCREEN_CHATS,
    SCREEN_CHAT,
    SCREEN_CHAT_GRANTS,
    SCREEN_CHAT_GRANT,
    SCREEN_NAMES,
    SCREEN_NAME_ITEMS,
    SCREEN_HOLDERS,
    SCREEN_HOLDER,
    SCREEN_GRANT_CHATS,
    SCREEN_GRANT_DNS,
    SCREEN_GRANT_SUB,
    SCREEN_DNS_TYPES,
    SCREEN_DNS_TYPE,
    SCREEN_DNS_RECORD,
    SCREEN_DNS_ADD,
    SCREEN_HISTORY,
    SCREEN_LOGS,
    SCREEN_LOGS_NEWER,
    SCREEN_LOGS_FILE,
    SCREEN_LOG,
    SCREEN_STATUS,
    SCREEN_COUNT,
};

/* Rows of changes.h. */
enum change_id {
    CHANGE_SUB_ADD,
    CHANGE_SUB_DEL,
    CHANGE_ACCESS_ALLOW,
    CHANGE_ACCESS_DENY,
    CHANGE_GRANTS_SET,
    CHANGE_GRANTS_UNSET,
    CHANGE_MEMBERS_ON,
    CHANGE_MEMBERS_OFF,
    CHANGE_REQUEST_ALLOW,
    CHANGE_ACCESS_IGNORE,
    CHANGE_LANGUAGE,
    CHANGE_DNS_ADD,
    CHANGE_DNS_DEL,
    CHANGE_DNS_SET,
    CHANGE_DNS_UNDO,
    CHANGE_COUNT,
};

enum target_act {
    TARGET_SHOW, /* a screen                                          */
    TARGET_ASK,  /* the question whether a change is to be made       */
    TARGET_DO,   /* the change itself: its question was answered yes  */
    TARGET_DROP, /* its question was answered no                      */
    TARGET_TYPE, /* a prompt: what the person types next leads on     */
};

/* Rows of prompts.h. */
enum prompt_id {
    PROMPT_SUB_ADD,
    PROMPT_ALLOW,
    PROMPT_ALLOW_NOTE,
    PROMPT_GRANT,
    PROMPT_CHAT_NAME,
    PROMPT_CHATS_FILTER,
    PROMPT_NAMES_FILTER,
    PROMPT_ITEMS_FILTER,
    PROMPT_GRANT_FILTER,
    PROMPT_DNS_ADD,
    PROMPT_DNS_SET,
    PROMPT_LOGS_FILTER,
    PROMPT_DOMAINS_FILTER,
    PROMPT_SUBDOMAINS_FILTER,
    PROMPT_COUNT,
};

#define TARGET_PAGE_MAX INT64_C(999999999999999) /* an id of the log is one, too */

enum {
    TARGET_SEEN_SIZE = 64,
    TARGET_TEXT_SIZE = 2304, /* two records of 1024 bytes, and what stands between them */
};

struct target {
    enum screen_id screen;     /* TARGET_SHOW                                        */
    int64_t page;              /* TARGET_SHOW: from 1; of the log see log_view.h      */
    char name[IDN_ASCII_SIZE]; /* the domain name it is about, punycode; "" for none */
    enum target_act act;
    enum change_id change;       /* TARGET_ASK, TARGET_DO, TARGET_DROP                 */
    enum prompt_id prompt;       /* TARGET_TYPE                                        */
    char seen[TARGET_SEEN_SIZE]; /* TARGET_DO: what the question was drawn from        */
    char text[TARGET_TEXT_SIZE]; /* UTF-8; of a list the filter, as typed; of the      */
                                 /* others what their rows say; "" for nothing         */
};

/* A target without page, name and text. */
struct target target_to(enum screen_id screen);

/* A target about a name; `name` is at most 253 bytes. */
struct target target_about(enum screen_id screen, const char *name);

/* A step of a change. `seen` is "" but for TARGET_DO; without blanks, as `name`, which may be "".
 */
struct target target_of_change(enum target_act act, enum change_id change, const char *name,
                               const char *seen);

/* A prompt about a name; `name` may be "". */
struct target target_of_prompt(enum prompt_id prompt, const char *name);

/* The same target with `text`, which is UTF-8 and cut where it would not fit. */
struct target target_with_text(struct target target, const char *text);

/*
 * Appends "screen page name text"; a missing name is written as "-". Of a
 * change "ask change name text", "do change name seen text" or "drop change
 * name text"; of a prompt "type prompt name text".
 */
void target_print(const struct target *target, struct buf *out);

/* The reverse. Fails: ERR_REJECT anything target_print() does not write. */
MUST_CHECK bool target_parse(const char *text, struct target *out, struct err *err);

#endif
