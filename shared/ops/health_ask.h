/* SPDX-License-Identifier: MIT */
/*
 * What `gateway --health` and `worker --health` do: ask the running program of
 * the same settings whether it is ready, and end with the answer. For the
 * health checks of containers, whose images need no other program for it.
 */
#ifndef SHARED_OPS_HEALTH_ASK_H
#define SHARED_OPS_HEALTH_ASK_H

#include "shared/base/buf.h"

#include <stdbool.h>

enum { HEALTH_ASK_READY = 0, HEALTH_ASK_NOT_READY = 1, HEALTH_ASK_SETTINGS = 2 };

/*
 * Asks for /readyz at `listen` (HTTP_LISTEN) with `token` (HTTP_TOKEN, or ""), for 3 s at most, and
 * appends the lines that it answers, or why it did not, to `out`. Returns the exit code: 2 when
 * there is nothing to ask.
 */
int health_ask(const char *listen, const char *token, struct buf *out);

/* Pure. Appends the URL to ask; false when `listen` is empty, or has no port that is known. */
bool health_ask_url(const char *listen, struct buf *out);

#endif
