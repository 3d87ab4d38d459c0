/* SPDX-License-Identifier: MIT */
/*
 * Calls that change something at the hosting account, each announced before it is made.
 *
 * The way of one such call: queue_begin() stores the intent; QUEUE_MAY_CALL is
 * answered once for each step of an update, so whoever is told it calls, once;
 * queue_record() stores what came of it. Whoever works on the update afterwards,
 * because a worker died, hung or gave it back, is told either that result or that
 * there is a doubt, and then only looks. queue_done() clears the update's intents.
 *
 * A lost answer of queue_begin() is a doubt too: asked again it answers QUEUE_MAY_DOUBT.
 */
#ifndef SHARED_QUEUE_INTENT_H
#define SHARED_QUEUE_INTENT_H

#include "shared/base/buf.h"
#include "shared/queue/queue.h"

#include <stdbool.h>
#include <stdint.h>

enum { QUEUE_STEPS_MOST = 9 };

enum queue_may {
    QUEUE_MAY_CALL,      /* it is recorded: call, once                                       */
    QUEUE_MAY_DOUBT,     /* an earlier attempt began and nobody knows its end: do not call   */
    QUEUE_MAY_ENDED,     /* an earlier attempt ended with the result told: do not call       */
    QUEUE_MAY_LATE,      /* the update's deadline has passed and nothing of it was begun     */
    QUEUE_MAY_CANCELLED, /* an operator does not want it any more, nothing of it was begun   */
    QUEUE_MAY_LOST,      /* another worker has the update: stop                              */
};

struct queue_intent {
    int64_t step;       /* 1 to QUEUE_STEPS_MOST, in the order of the update's calls     */
    char class;         /* 'I' sets a value, 'N' creates or deletes                      */
    const char *what;   /* for people: "domain/addSubdomainVirtual shop.example.com"     */
    const char *before; /* the state before, as told when there is doubt; may be ""      */
};

/*
 * May this step's call be made? The deadline is judged by the server's clock.
 * The text of DOUBT (the earlier attempt's `before`) or ENDED (its result) is
 * appended to `out_text`. With QUEUE_MAY_CALL the lease is renewed.
 * Fails as any function of the queue: then the call must not be made.
 */
MUST_CHECK bool queue_begin(struct queue *queue, const char *consumer, const char *job_id,
                            const struct queue_intent *intent, enum queue_may *out,
                            struct buf *out_text, struct err *err);

/*
 * Stores what came of a step that was begun. The first result stays, so it is
 * safe to repeat. *out_owner false: another worker has the update, nothing was stored.
 * Fails: ERR_REJECT also for a step that was not begun.
 */
MUST_CHECK bool queue_record(struct queue *queue, const char *consumer, const char *job_id,
                             int64_t step, const char *result, bool *out_owner, struct err *err);

#endif
