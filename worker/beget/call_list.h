/* SPDX-License-Identifier: MIT */
/*
 * The calls of the hosting API that a step has made: kept until they are told to the trace of its
 * update, with whatever the step brings next. Of many the first are kept and all are counted.
 */
#ifndef WORKER_BEGET_CALL_LIST_H
#define WORKER_BEGET_CALL_LIST_H

#include "shared/queue/queue.h"
#include "shared/wire/made_call.h"

#include <stddef.h>

enum { CALL_LIST_MOST = 40 };

/* Zeroed: none was made. */
struct call_list {
    char lines[CALL_LIST_MOST][MADE_CALL_SIZE]; /* as made_call_print() has them */
    size_t made;                                /* more than there are lines, when it was many */
};

void call_list_clear(struct call_list *list);

/* Everything is copied. */
void call_list_add(struct call_list *list, const struct made_call *call);

/* Adds the calls to what the trace gets with `outcome`, and forgets them. */
void call_list_tell(struct call_list *list, struct queue_outcome *outcome);

#endif
