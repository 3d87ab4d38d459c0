/* SPDX-License-Identifier: MIT */
/* What this user of Redis may do, as ACL DRYRUN tells it. Whose users there are: docs/redis.md. */
#ifndef DEPLOY_QUEUECTL_PERMISSIONS_H
#define DEPLOY_QUEUECTL_PERMISSIONS_H

#include "deploy/queuectl/session.h"
#include "shared/base/buf.h"

#include <stdbool.h>
#include <stddef.h>

/* What a need belongs to; each duty takes all needs of those before it. */
enum permissions_duty { PERMISSIONS_LOOK, PERMISSIONS_OPERATE, PERMISSIONS_SERVE };
enum { PERMISSIONS_DUTIES = PERMISSIONS_SERVE + 1 };

enum permissions_answer {
    PERMISSIONS_ALL,          /* everything that a service or an operator needs      */
    PERMISSIONS_OF_OPERATORS, /* every verb                                          */
    PERMISSIONS_OF_READERS,   /* what only looks; nothing of the rest                */
    PERMISSIONS_SOME,         /* a duty in part: `out_refused` has what is refused   */
    PERMISSIONS_NOT_KNOWN,    /* the server does not tell: it is old, or ACL is not allowed */
};

/* How much of the needs of each duty is granted. */
struct permissions_tally {
    size_t needs[PERMISSIONS_DUTIES];
    size_t granted[PERMISSIONS_DUTIES];
};

/* Pure; never PERMISSIONS_NOT_KNOWN. A duty in part is nobody's: it ends in the middle of its work.
 */
enum permissions_answer permissions_judge(const struct permissions_tally *tally);

struct permissions {
    char user[128]; /* "" when the server does not tell */
    enum permissions_answer answer;
};

/* What is refused is appended to `out_refused`, with what it is for. Fails as redis_run(). */
MUST_CHECK bool permissions_ask(struct session *session, struct permissions *out,
                                struct buf *out_refused, struct err *err);

#endif
