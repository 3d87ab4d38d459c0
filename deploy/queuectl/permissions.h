/* SPDX-License-Identifier: MIT */
/* What this user of Redis may do, as ACL DRYRUN tells it. */
#ifndef DEPLOY_QUEUECTL_PERMISSIONS_H
#define DEPLOY_QUEUECTL_PERMISSIONS_H

#include "deploy/queuectl/session.h"
#include "shared/base/buf.h"

#include <stdbool.h>

enum permissions_answer {
    PERMISSIONS_ALL,       /* everything that a service or an operator needs   */
    PERMISSIONS_SOME,      /* `out_refused` has what is refused                 */
    PERMISSIONS_NOT_KNOWN, /* the server does not tell: it is old, or ACL is not allowed */
};

/* What is refused is appended to `out_refused`, with what it is for. Fails as redis_run(). */
MUST_CHECK bool permissions_ask(struct session *session, enum permissions_answer *out,
                                struct buf *out_refused, struct err *err);

#endif
