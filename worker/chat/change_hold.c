/* SPDX-License-Identifier: MIT */
#include "worker/chat/change_hold.h"

#include "shared/base/backoff.h"
#include "shared/base/clock.h"
#include "shared/base/stop.h"
#include "shared/queue/hold.h"

#include <poll.h>

enum {
    HOLD_MS =
        600000, /* longer than any call: that is half a lease at most, see worker_settings.h */
    WAIT_MS = 10000,
    WAIT_FIRST_MS = 100,
    WAIT_MOST_MS = 1000,
};

static bool ask(struct step *step, const char *name, enum queue_hold *out, struct err *err)
{
    if (!queue_hold(step->tools->queue, step->tools->consumer, step->job_id, name, HOLD_MS, out,
                    err)) {
        return false;
    }
    return *out != QUEUE_HOLD_LOST || err_set(err, ERR_STOPPED, "another worker has the update");
}

/* Sleeps. Fails: ERR_STOPPED. */
static bool pause_for(const struct step *step, int64_t ms, struct err *err)
{
    int lost_fd = step->tools->lost_fd > 0 ? step->tools->lost_fd : -1;
    struct pollfd fds[] = {{.fd = stop_fd(), .events = POLLIN}, {.fd = lost_fd, .events = POLLIN}};
    int ready = poll(fds, ARRAY_LEN(fds), (int)ms);

    if (ready > 0 || stop_requested()) {
        return err_set(err, ERR_STOPPED, "waiting for a name: %s",
                       stop_requested() ? "shutting down" : "another worker has the update");
    }
    return true; /* EINTR: a shorter sleep */
}

bool change_hold(struct step *step, const char *name, bool *out_held, struct err *err)
{
    struct beget_call_options options = step_call_options(step);
    struct backoff backoff = {.first_ms = WAIT_FIRST_MS, .most_ms = WAIT_MOST_MS};
    int64_t began_ms = clock_monotonic_ms();
    enum queue_hold hold = QUEUE_HOLD_OTHERS;

    if (!ask(step, name, &hold, err)) {
        return false;
    }
    while (hold == QUEUE_HOLD_OTHERS && clock_monotonic_ms() - began_ms < WAIT_MS) {
        if (clock_monotonic_ms() - began_ms >= options.slow_after_ms) {
            options.slow(options.context);
        }
        if (!pause_for(step, backoff_next_ms(&backoff, backoff_random()), err) ||
            !ask(step, name, &hold, err)) {
            return false;
        }
    }
    *out_held = hold == QUEUE_HOLD_OURS;
    return true;
}

bool change_hold_on(struct step *step, const char *name, struct err *err)
{
    enum queue_hold hold = QUEUE_HOLD_OTHERS;

    return ask(step, name, &hold, err) &&
           (hold == QUEUE_HOLD_OURS || err_set(err, ERR_RETRY, "hold of a name: it has run out"));
}
