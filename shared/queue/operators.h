/* SPDX-License-Identifier: MIT */
/*
 * What a person on call does to the queue: the C face of the functions for
 * people in operators.lua and allowance.lua. See docs/protocol.md, "By hand".
 */
#ifndef SHARED_QUEUE_OPERATORS_H
#define SHARED_QUEUE_OPERATORS_H

#include "shared/base/buf.h"
#include "shared/queue/queue.h"

#include <stdbool.h>
#include <stddef.h>

enum operator_end {
    OPERATOR_DONE,      /* or, of a dry run, it would be                            */
    OPERATOR_NOT_FOUND, /* there is no such thing; nothing has changed              */
    OPERATOR_REFUSED,   /* it cannot be done, the sentence says what to do instead; */
                        /* nothing has changed                                      */
};

struct operator_call {
    const char *function;     /* "bq_release"                                          */
    const char *const *words; /* its arguments, who and why among them                 */
    size_t word_count;
    bool dry_run; /* say what would be done; nothing is written, not even the library  */
};

/*
 * Calls it; the function's sentence is appended to `out_sentence`.
 * Fails as any function of the queue; ERR_RETRY also when the library on the
 * server does not know how: a newer service that starts brings it.
 */
MUST_CHECK bool queue_operate(struct queue *queue, const struct operator_call *call,
                              enum operator_end *out, struct buf *out_sentence, struct err *err);

#endif
