/* SPDX-License-Identifier: MIT */
/* Stands in for shared/queue/hold.c: fake_world says whose the name is. */
#include "shared/queue/hold.h"

#include "tests/unit/chat/fake_world.h"

bool queue_hold(struct queue *queue, const char *consumer, const char *job_id, const char *name,
                int64_t ttl_ms, enum queue_hold *out, struct err *err)
{
    (void)queue, (void)consumer, (void)job_id, (void)ttl_ms;
    if (!fake_call(err, "hold %s", name) || !fake_worked(fake_world.calls, err)) {
        return false;
    }
    *out = fake_world.hold;
    return true;
}
