/* SPDX-License-Identifier: MIT */
/*
 * Redis commands and replies, with reconnection.
 *
 * The only module that includes <hiredis.h>, with redis_tls.c beside it. A handle belongs to one
 * thread. It connects on first use, and again after any broken connection: hiredis cannot reuse a
 * context that has had an error, so nobody gets to.
 */
#ifndef SHARED_IO_REDIS_H
#define SHARED_IO_REDIS_H

#include "shared/base/buf.h"
#include "shared/base/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct redis;       /* opaque */
struct redis_login; /* shared/io/redis_login.h */
struct redis_reply; /* opaque */

enum { REDIS_ID_SIZE = 48 }; /* "<ms>-<sequence>" of a stream entry, and the NUL */

/* ---- connection ---- */

/*
 * `url` is redis://[user:password@]host[:port][/db], rediss://… (TLS),
 * unix:///path[?db=n], sentinel://…/master or sentinels://… (TLS); see redis_url.h.
 * Sentinels are asked for the master at every connection. `name` is shown by CLIENT
 * LIST; no blanks. Every reply is awaited for at most `timeout_ms` plus the command's
 * own blocking time, and so is a connection. Does not connect yet.
 *
 * TLS checks that a certificate is made out for the host, by a CA of the system or
 * of SSL_CERT_FILE: the sentinel's for the host in the URL, the server's for the
 * host that the sentinel names.
 * Fails: ERR_FATAL malformed URL, or TLS in a build whose hiredis has none
 */
MUST_CHECK struct redis *redis_new(const char *url, const char *name, int64_t timeout_ms,
                                   struct err *err);

/*
 * Has user and password read again when a server refuses them, see redis_login.h; the login
 * outlives the handle. NULL, as at first: what the URL says is all there is.
 */
void redis_use_login(struct redis *redis, struct redis_login *login);

/* NULL is a no-op. */
void redis_free(struct redis *redis);

/* Where it connects to, without user and password: "127.0.0.1:6379/0", "master at …". Borrowed. */
const char *redis_address(const struct redis *redis);

/* How often this handle has connected: a change means that the server may have restarted. */
int64_t redis_connections(const struct redis *redis);

/* Drops the connection; the next command opens another. For a caller whose own deadline passed. */
void redis_disconnect(struct redis *redis);

/* ---- commands ---- */

/* A command being built; arguments are copied. Any bytes are allowed in them. */
struct redis_command;

struct redis_command *redis_command_new(const char *name);
void redis_command_free(struct redis_command *command); /* NULL is a no-op */
void redis_add_text(struct redis_command *command, const char *text);
void redis_add_bytes(struct redis_command *command, const char *bytes, size_t len);
void redis_add_int(struct redis_command *command, int64_t number);

/*
 * Runs one command. Takes ownership of `command`, also on failure. The caller
 * releases *out_reply with redis_reply_free(). An error reply is a failure.
 *
 * After ERR_RETRY the command may or may not have run: the caller's function
 * must be safe to repeat, or ask. After READONLY the connection is dropped as
 * well: the server has become a replica, and the next one may find the master.
 *
 * Fails: ERR_RETRY  cannot connect, connection lost, no reply in time, or the server
 *                   says not now: LOADING, BUSY, OOM, READONLY, MASTERDOWN, TRYAGAIN,
 *                   NOREPLICAS, CLUSTERDOWN, MISCONF, UNBLOCKED, NOGROUP, max clients
 *        ERR_REJECT any other error reply; its text is in the message
 *        ERR_FATAL  NOAUTH, WRONGPASS, NOPERM: settings are wrong; where they were right before,
 *                   a refusal at connecting may be ERR_RETRY, see redis_login_note()
 */
MUST_CHECK bool redis_run(struct redis *redis, struct redis_command *command,
                          struct redis_reply **out_reply, struct err *err);

/*
 * As redis_run() for a command that blocks for up to `block_ms` on the server.
 * Returns early with ERR_STOPPED when shutdown is requested; the connection is
 * then dropped, and what the server still hands out stays pending.
 */
MUST_CHECK bool redis_run_blocking(struct redis *redis, struct redis_command *command,
                                   int64_t block_ms, struct redis_reply **out_reply,
                                   struct err *err);

/*
 * Sends all commands in one write and collects the replies. Takes ownership of
 * the commands. On true every out_replies[i] is set, some of them may be error
 * replies (redis_reply_error()); on false none is. Fails as redis_run(), for
 * the connection only.
 */
MUST_CHECK bool redis_run_pipeline(struct redis *redis, struct redis_command *commands[],
                                   size_t count, struct redis_reply *out_replies[],
                                   struct err *err);

/*
 * The two halves of redis_run(), for a caller that waits on several things:
 * send, wait until redis_fd() is readable, receive. redis_receive() returns
 * true with *out_reply NULL while the reply is incomplete. One command at a
 * time; takes ownership of `command`.
 */
MUST_CHECK bool redis_send(struct redis *redis, struct redis_command *command, struct err *err);
MUST_CHECK bool redis_receive(struct redis *redis, struct redis_reply **out_reply, struct err *err);

/* The connection's descriptor, or -1 while there is none. */
int redis_fd(const struct redis *redis);

/* ---- replies; every reader accepts NULL and a reply of another type ---- */

void redis_reply_free(struct redis_reply *reply); /* top-level replies only; NULL is a no-op */

/* True for nil, for NULL, and for nothing else. */
bool redis_reply_is_nil(const struct redis_reply *reply);

/* Text of an error reply, or NULL. Borrowed. */
const char *redis_reply_error(const struct redis_reply *reply);

/* False for an error reply to `what`, which then fails as it does in redis_run(); for pipelines. */
MUST_CHECK bool redis_reply_check(const struct redis *redis, const struct redis_reply *reply,
                                  const char *what, struct err *err);

/* Text of a bulk or status reply, NUL-terminated, or NULL. Borrowed. Sets *out_len unless NULL. */
const char *redis_reply_text(const struct redis_reply *reply, size_t *out_len);

/* An integer reply, or a text that is a whole number. */
bool redis_reply_int(const struct redis_reply *reply, int64_t *out);

/* Elements of an array reply; 0 for anything else. */
size_t redis_reply_count(const struct redis_reply *reply);

/* Element `index`, or NULL past the end. Borrowed. */
const struct redis_reply *redis_reply_item(const struct redis_reply *reply, size_t index);

#endif
