/* SPDX-License-Identifier: MIT */
/*
 * What to do next after a call of the hosting API did not work. Pure.
 *
 * The question is not how bad a failure is but whether the call may have been
 * carried out: a change is repeated only when it certainly was not.
 */
#ifndef WORKER_BEGET_RETRY_H
#define WORKER_BEGET_RETRY_H

#include "worker/beget/answer.h"
#include "worker/beget/methods.h"

#include <stdbool.h>

enum beget_next {
    BEGET_NEXT_GIVE_UP, /* this is the outcome                                     */
    BEGET_NEXT_REPEAT,  /* call again after a short pause                          */
    BEGET_NEXT_WAIT,    /* call again when the account's limit lets calls through  */
};

/* What has been tried for one call already. */
struct beget_tries {
    bool repeated; /* BEGET_NEXT_REPEAT was followed */
    bool waited;   /* BEGET_NEXT_WAIT was followed   */
};

/* Each of the two ways on is offered once for a call. */
enum beget_next beget_next(enum beget_failure failure, enum beget_class class,
                           struct beget_tries tries);

#endif
