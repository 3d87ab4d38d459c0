/* SPDX-License-Identifier: MIT */
/*
 * Button presses that wait for a worker's answer, so that the phone's spinner
 * can be stopped when none comes in time.
 *
 * The one thing that the gateway's two threads share: the poller notes a
 * press when it is durably queued and answers it when it is due; the sender
 * strikes it off when a worker's answer comes by. A lock guards every call.
 * When the table is full a press is not noted, and only a worker answers it.
 */
#ifndef GATEWAY_PRESSES_H
#define GATEWAY_PRESSES_H

#include "gateway/update_reader.h"

#include <stdbool.h>
#include <stdint.h>

enum { PRESS_WAIT_MS = 5000 }; /* a worker has this long to answer */

struct presses; /* opaque */

struct press {
    char id[CALLBACK_ID_SIZE]; /* callback_query_id                    */
    int64_t update_id;         /* of the press                         */
    int64_t due_ms;            /* on the monotonic clock               */
};

struct presses *presses_new(void);
void presses_free(struct presses *presses); /* NULL is a no-op */

/* A press with the same id is noted once. */
void presses_add(struct presses *presses, const struct press *press);

/* A worker answers this one. */
void presses_answered(struct presses *presses, const char *id);

/* Takes one press that is due. False: none is, and *out_wait_ms says for how long (-1: for ever).
 */
bool presses_take_due(struct presses *presses, int64_t now_ms, struct press *out,
                      int64_t *out_wait_ms);

#endif
