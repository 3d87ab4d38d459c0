/* SPDX-License-Identifier: MIT */
/*
 * A redis-server of a test's own (or what REDIS_SERVER names, see tests/valkey/run): in a temporary
 * folder, on a unix socket and a free TCP port of the loopback, without persistence unless asked
 * for. It ends with the test program, however that ends. Whatever cannot be done is a failed
 * assertion.
 */
#ifndef TESTS_INTEGRATION_REDIS_SERVER_H
#define TESTS_INTEGRATION_REDIS_SERVER_H

#include <stdbool.h>

struct redis_server; /* opaque */

/* `extra` are further arguments, {"--maxmemory", "2mb", NULL}; NULL for none. Ready on return. */
struct redis_server *redis_server_start(const char *const extra[]);

/* Kills it and removes its folder. NULL is a no-op. */
void redis_server_stop(struct redis_server *server);

/* Ends it as a power cut would (SIGKILL); redis_server_restart() brings it back where it was. */
void redis_server_kill(struct redis_server *server);
void redis_server_restart(struct redis_server *server);

/* Lets it hang (SIGSTOP) with its connections open, and go on. */
void redis_server_freeze(struct redis_server *server);
void redis_server_thaw(struct redis_server *server);

const char *redis_server_tcp_url(const struct redis_server *server);  /* "redis://127.0.0.1:n" */
const char *redis_server_unix_url(const struct redis_server *server); /* "unix:///..."         */
const char *redis_server_folder(const struct redis_server *server);
int redis_server_port(const struct redis_server *server);

#endif
