/* SPDX-License-Identifier: MIT */
/* Stands in for shared/queue/intent.c: fake_world says what may be called. */
#include "shared/queue/intent.h"

#include "tests/unit/chat/fake_world.h"

#include <inttypes.h>
#include <stdio.h>

bool queue_begin(struct queue *queue, const char *consumer, const char *job_id,
                 const struct queue_intent *intent, enum queue_may *out, struct buf *out_text,
                 struct err *err)
{
    enum queue_may may = fake_world.may;

    (void)queue, (void)consumer, (void)job_id;
    if (!fake_call(err, "begin %" PRId64 " %c %s %s", intent->step, intent->class, intent->what,
                   intent->before)) {
        return false;
    }
    if (fake_world.remembers && may == QUEUE_MAY_CALL) {
        fake_world.intent = "{}";
        fake_world.may = QUEUE_MAY_DOUBT;
        (void)snprintf(fake_world.begun, sizeof(fake_world.begun), "%s", intent->before);
        fake_world.told = fake_world.begun;
    }
    if (!fake_worked(fake_world.calls, err)) {
        return false;
    }
    *out = may;
    buf_addf(out_text, "%s", may != QUEUE_MAY_CALL && fake_world.told ? fake_world.told : "");
    return true;
}

bool queue_record(struct queue *queue, const char *consumer, const char *job_id, int64_t step,
                  const char *result, bool *out_owner, struct err *err)
{
    (void)queue, (void)consumer, (void)job_id;
    if (!fake_call(err, "record %" PRId64 " %s", step, result)) {
        return false;
    }
    (void)snprintf(fake_world.recorded, sizeof(fake_world.recorded), "%s", result);
    if (fake_world.remembers) {
        fake_world.may = QUEUE_MAY_ENDED;
        fake_world.told = fake_world.recorded;
    }
    if (!fake_worked(fake_world.calls, err)) {
        return false;
    }
    *out_owner = !fake_world.lost_at_record;
    return true;
}
