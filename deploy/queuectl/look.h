/* SPDX-License-Identifier: MIT */
/* How everything stands and what is stuck, asked once: what ls, stats, stuck, check and metrics go
 * by. */
#ifndef DEPLOY_QUEUECTL_LOOK_H
#define DEPLOY_QUEUECTL_LOOK_H

#include "deploy/queuectl/session.h"
#include "shared/ops/stuck.h"
#include "shared/queue/survey.h"

struct look {
    struct survey survey;
    struct stuck_findings findings; /* with the patience of --older */
};

/* NULL: failed as queue_survey(). */
MUST_CHECK struct look *look_new(struct session *session, struct err *err);
void look_free(struct look *look); /* NULL is a no-op */

#endif
