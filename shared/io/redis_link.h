/* SPDX-License-Identifier: MIT */
/*
 * Inside of a Redis handle: one non-blocking connection and its bytes. redis.c
 * implements this with hiredis, redis_run.c builds the commands' exchange on it.
 *
 * After any failure the connection is unusable: the caller closes it.
 */
#ifndef SHARED_IO_REDIS_LINK_H
#define SHARED_IO_REDIS_LINK_H

#include "shared/io/redis.h"
#include "shared/io/redis_url.h"

struct redisContext;
struct redis_tls;

struct redis {
    struct redis_url url;
    char address[416];            /* for messages; holds no secret             */
    size_t sentinel;              /* the one that answered last                */
    char *name;                   /* owned; for CLIENT SETNAME                 */
    int64_t timeout_ms;           /* for connecting and for a reply            */
    int64_t connections;          /* made so far                               */
    bool sent;                    /* redis_send() done, redis_receive() is due */
    struct redisContext *context; /* owned; NULL while not connected           */
    struct redis_tls *tls;        /* owned; NULL without TLS                   */
    struct redis_login *login;    /* borrowed; NULL: what the URL has is all   */
};

/* How long one exchange may take, and what it is called in messages. */
struct redis_patience {
    const char *what;    /* borrowed                           */
    int64_t wait_ms;     /* as granted, for the message        */
    int64_t deadline_ms; /* by the monotonic clock             */
    bool heed_stop;      /* give up when shutdown is requested */
};

struct redis_patience redis_patience_for(const char *what, int64_t wait_ms, bool heed_stop);

/* Connects, without a greeting. Fails: ERR_RETRY, ERR_STOPPED. */
MUST_CHECK bool redis_link_open(struct redis *redis, const struct redis_patience *patience,
                                struct err *err);
void redis_link_close(struct redis *redis);

/* Puts a command into the buffer; redis_link_flush() sends what is in it. */
MUST_CHECK bool redis_link_append(struct redis *redis, const struct redis_command *command,
                                  struct err *err);
MUST_CHECK bool redis_link_flush(struct redis *redis, const struct redis_patience *patience,
                                 struct err *err);

/* Waits for one whole reply. */
MUST_CHECK bool redis_link_read(struct redis *redis, const struct redis_patience *patience,
                                struct redis_reply **out, struct err *err);

/* Reads what is there without waiting; *out NULL: the reply is not complete. */
MUST_CHECK bool redis_link_poll(struct redis *redis, struct redis_reply **out, struct err *err);

/* Fills redis->address from its URL. */
void redis_write_address(struct redis *redis);

/* Fails as the error reply `text` asks for. */
bool redis_link_refused(const struct redis *redis, const char *what, const char *text,
                        struct err *err);

#endif
