/* SPDX-License-Identifier: MIT */
/*
 * Where a button leads: a screen and what it is about. A plain value, kept in
 * Redis as readable text, "dns 1 shop.example.com", so that an operator sees
 * what each button of a message does.
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
    SCREEN_DOMAINS,
    SCREEN_DOMAIN,
    SCREEN_SUBDOMAINS,
    SCREEN_DNS,
    SCREEN_COUNT,
};

enum { TARGET_FILTER_SIZE = 64, TARGET_PAGE_MAX = 100000 };

struct target {
    enum screen_id screen;
    int64_t page;                    /* from 1                                             */
    char name[IDN_ASCII_SIZE];       /* the domain name it is about, punycode; "" for none */
    char filter[TARGET_FILTER_SIZE]; /* of a list, UTF-8, as typed; "" for all             */
};

/* A target without page, name and filter. */
struct target target_to(enum screen_id screen);

/* A target about a name; `name` is at most 253 bytes. */
struct target target_about(enum screen_id screen, const char *name);

/* Appends "screen page name filter"; a missing name is written as "-". */
void target_print(const struct target *target, struct buf *out);

/* The reverse. Fails: ERR_REJECT anything target_print() does not write. */
MUST_CHECK bool target_parse(const char *text, struct target *out, struct err *err);

#endif
