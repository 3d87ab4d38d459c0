/* SPDX-License-Identifier: MIT */
/*
 * Is this Redis fit to hold the queue? Decided from what the server says of
 * itself; pure, shared/queue/prepare.c does the asking.
 *
 * Telegram forgets an update once it is confirmed, so from then on the server
 * has the only copy: it must write what it acknowledges to its disk, and never
 * throw a key away to make room.
 */
#ifndef SHARED_QUEUE_SERVER_CHECK_H
#define SHARED_QUEUE_SERVER_CHECK_H

#include <stdbool.h>
#include <stddef.h>

/* What is known of a server; a plain value. All zero: nothing is. */
struct server_facts {
    char run_id[48];       /* another one after every start; "" when not known  */
    char version[24];      /* "7.0.15"; "" when not known                       */
    char policy[32];       /* maxmemory-policy; "" when not known               */
    char aof_enabled[8];   /* "1" or "0"; "" when not known                     */
    char write_status[16]; /* of the AOF: "ok" or "err"; "" when not known      */
    char loading[8];       /* "1" while it reads its files; "" when not known   */
    char replicas[8];      /* that follow well; "" unless min-replicas-to-write is set */
};

enum server_verdict {
    SERVER_SAFE,   /* works                                                     */
    SERVER_UNSAFE, /* would lose updates; works only for who accepts that       */
    SERVER_LATER,  /* does not work yet, whatever is accepted                   */
};

enum { SERVER_WHY_SIZE = 256 };

/* Takes over what the answer to INFO says; what is missing in it stays as it is. */
void server_facts_read(const char *answer, struct server_facts *facts);

/* Takes over one answer of CONFIG GET unless INFO has said it; other names are passed over. */
void server_facts_config(const char *name, const char *value, struct server_facts *facts);

/* False while CONFIG GET could add something that server_judge() needs. */
bool server_facts_complete(const struct server_facts *facts);

/* `out_why` says all that is wrong and what to set, for a log line; "" when safe. */
enum server_verdict server_judge(const struct server_facts *facts, char out_why[SERVER_WHY_SIZE]);

#endif
