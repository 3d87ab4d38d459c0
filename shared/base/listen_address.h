/* SPDX-License-Identifier: MIT */
/*
 * The address that a program listens on, "127.0.0.1:9101" or "[::1]:9101", and
 * who can reach it. Pure.
 */
#ifndef SHARED_BASE_LISTEN_ADDRESS_H
#define SHARED_BASE_LISTEN_ADDRESS_H

#include "shared/base/buf.h"
#include "shared/base/compiler.h"

#include <stdbool.h>

enum { LISTEN_HOST_SIZE = 64, LISTEN_TOKEN_MIN = 16, LISTEN_TOKEN_SIZE = 256 };

struct listen_address {
    char host[LISTEN_HOST_SIZE]; /* as written, without the brackets */
    int port;                    /* 0: any free one                  */
};

/* False for what has no port, or is an IPv6 address without brackets. Names are not looked up. */
MUST_CHECK bool listen_address_read(const char *text, struct listen_address *out);

/* True for 127.0.0.0/8, ::1 and localhost: only programs of this machine reach it. */
bool listen_host_is_loopback(const char *host);

/* Where this machine itself asks for what listens on all addresses: 127.0.0.1 or ::1. */
const char *listen_host_to_ask(const char *host);

/* Checks for settings tables: NULL when `text` is good, or empty. */
const char *listen_address_check(const char *text);
const char *listen_token_check(const char *text);

/*
 * What others can reach needs a token. False: a line is appended to `problems`. Both are good for
 * themselves.
 */
MUST_CHECK bool listen_check_together(const char *listen, const char *token, struct buf *problems);

#endif
