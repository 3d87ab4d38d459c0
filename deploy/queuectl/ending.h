/* SPDX-License-Identifier: MIT */
/* How a run of queuectl ends: the exit code, which scripts and monitors go by. */
#ifndef DEPLOY_QUEUECTL_ENDING_H
#define DEPLOY_QUEUECTL_ENDING_H

#include "shared/base/err.h"

enum ending {
    ENDING_OK = 0,
    ENDING_USAGE = 1,      /* the command line or the settings make no sense      */
    ENDING_NOT_FOUND = 2,  /* there is no such update, consumer, dead letter, ... */
    ENDING_CONNECTION = 3, /* Redis cannot be asked                               */
    ENDING_REFUSED = 4,    /* it cannot be done, or not by this user; nothing has changed */
    ENDING_PARTIAL = 5,    /* done in part, or not within the time given          */

    ENDING_FAILED = -1, /* of a verb: struct err says why, ending_of() what it means */
};

/* What `check` ends with, as monitors of Nagios' kind expect it. */
enum check_ending { CHECK_OK = 0, CHECK_WARNING = 1, CHECK_CRITICAL = 2, CHECK_UNKNOWN = 3 };

/*
 * What a failure means: whatever could succeed later counts as the connection's; what this user of
 * Redis may not do is refused, and nothing has changed.
 */
enum ending ending_of(const struct err *err);

/* "ok", "usage", "not_found", "connection", "refused", "partial"; static. */
const char *ending_name(enum ending ending);

#endif
