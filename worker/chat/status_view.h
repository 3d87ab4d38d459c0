/* SPDX-License-Identifier: MIT */
/* How everything stands, for the screen that tells it: of Redis alone, so also while the hosting is
 * away. */
#ifndef WORKER_CHAT_STATUS_VIEW_H
#define WORKER_CHAT_STATUS_VIEW_H

#include "shared/ops/stuck_count.h"
#include "shared/queue/survey.h"

#include <stdbool.h>

/* Owned by the scene. */
struct status_view {
    struct survey survey;
    struct stuck_counts stuck;
    const char *asker; /* the thread that answers, which is no news; borrowed         */
    char trouble[256]; /* why it cannot be seen; "" when it can, and all else is there */
};

/*
 * Looks. What will not be better by itself is a trouble and no failure. Release with status_free()
 * in every case. Fails: ERR_RETRY, ERR_STOPPED as queue_survey()
 */
MUST_CHECK bool status_fetch(struct status_view *view, struct queue *queue, const char *asker,
                             struct err *err);

void status_free(struct status_view *view); /* all zero is a no-op */

#endif
