/* SPDX-License-Identifier: MIT */
/*
 * Reading a Redis URL. Pure: knows no connection.
 *
 *     redis://[user:password@]host[:port][/db]    rediss://… is the same over TLS
 *     unix://[user:password@]/path[?db=n]
 *
 * User, password and path may be percent-encoded. "redis://:password@host" is a
 * password without a user. An IPv6 address stands in brackets.
 */
#ifndef SHARED_IO_REDIS_URL_H
#define SHARED_IO_REDIS_URL_H

#include "shared/base/compiler.h"
#include "shared/base/err.h"

#include <stdbool.h>

enum { REDIS_DEFAULT_PORT = 6379 };

/* A plain value. */
struct redis_url {
    bool tls;           /* rediss://                                        */
    char path[104];     /* of the socket; "" for TCP; fits sun_path         */
    char host[256];     /* name or address without brackets; "" for unix:// */
    int port;           /* 1 to 65535; 0 for unix://                        */
    int db;             /* 0 unless given                                   */
    char user[128];     /* "" for none                                      */
    char password[512]; /* secret; "" for none                              */
};

/*
 * Fails: ERR_FATAL "redis URL: <what is wrong>"; no part of `text` is repeated,
 * it holds a password.
 */
MUST_CHECK bool redis_url_parse(const char *text, struct redis_url *out, struct err *err);

#endif
