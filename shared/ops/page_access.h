/* SPDX-License-Identifier: MIT */
/*
 * Who may read a service's pages, and who may change something there. Pure.
 *
 * On loopback a browser is the danger: a page of a stranger, whose name leads
 * to 127.0.0.1 by now (DNS rebinding), would read ours with the browser of
 * whoever sits at this machine. Its requests have that stranger's name in Host,
 * so only names of this machine pass. Elsewhere a token is required.
 *
 * A token comes as "Bearer <token>", or as the password of Basic, which browsers
 * can ask for. A browser sends the latter by itself, also for a form on
 * somebody else's page: so what changes something takes Bearer alone.
 */
#ifndef SHARED_OPS_PAGE_ACCESS_H
#define SHARED_OPS_PAGE_ACCESS_H

#include <stdbool.h>

/* What a route asks for. */
enum page_need {
    PAGE_OPEN,   /* nothing: an orchestrator asks whether the process lives */
    PAGE_READ,   /* the token, where there is one                           */
    PAGE_CHANGE, /* the token for changes                                   */
};

enum page_access {
    PAGE_ALLOWED,
    PAGE_WRONG_HOST, /* 403: not a name of this machine              */
    PAGE_NO_TOKEN,   /* 401: none, or a wrong one                    */
    PAGE_READ_ONLY,  /* 403: there is no token for changes           */
};

/* Of the service. "" for no token. */
struct page_rules {
    bool loopback; /* it listens for this machine alone */
    const char *token;
    const char *change_token;
};

/* `host` and `authorization` as the request has them; NULL when it has none. */
enum page_access page_access_of(const struct page_rules *rules, enum page_need need,
                                const char *host, const char *authorization);

/* Whether "localhost:9101", "127.0.0.1" or "[::1]:9101" is a name of this machine. */
bool page_host_is_loopback(const char *host);

#endif
