/* SPDX-License-Identifier: MIT */
/*
 * Reading a Redis URL. Pure: knows no connection.
 *
 *     redis://[user:password@]host[:port][/db]    rediss://… is the same over TLS
 *     unix://[user:password@]/path[?db=n]
 *     sentinel://[user:password@]host[:port][,host[:port]...]/master[/db]
 *     sentinels://… is the same over TLS, to the sentinels and to where they lead
 *
 * User, password and path may be percent-encoded. "redis://:password@host" is a
 * password without a user. An IPv6 address stands in brackets. With sentinel:// and
 * sentinels:// the hosts are sentinels, which are asked where the server named
 * `master` is; user and password are that server's.
 */
#ifndef SHARED_IO_REDIS_URL_H
#define SHARED_IO_REDIS_URL_H

#include "shared/base/compiler.h"
#include "shared/base/err.h"

#include <stdbool.h>
#include <stddef.h>

enum { REDIS_DEFAULT_PORT = 6379, REDIS_SENTINEL_PORT = 26379, REDIS_SENTINELS_MAX = 9 };

enum { REDIS_URL_SIZE = 512 }; /* of a setting that has one, with its end */

struct redis_place {
    char host[256]; /* name or address without brackets */
    int port;       /* 1 to 65535                       */
};

/* A plain value. */
struct redis_url {
    bool tls;                 /* rediss://, sentinels://                             */
    char path[104];           /* of the socket; "" for TCP; fits sun_path            */
    struct redis_place place; /* of the server; zeroed for unix:// and sentinels     */
    int db;                   /* 0 unless given                                      */
    char user[128];           /* "" for none                                         */
    char password[512];       /* secret; "" for none                                 */
    char master[128];         /* what the sentinels call the server; "" without them */
    struct redis_place sentinels[REDIS_SENTINELS_MAX];
    size_t sentinel_count; /* 0 unless sentinel:// or sentinels:// */
};

/*
 * Fails: ERR_FATAL "redis URL: <what is wrong>"; no part of `text` is repeated,
 * it holds a password.
 */
MUST_CHECK bool redis_url_parse(const char *text, struct redis_url *out, struct err *err);

#endif
