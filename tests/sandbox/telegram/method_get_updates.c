/* SPDX-License-Identifier: MIT */
/*
 * getUpdates: one call may wait; a later one that also has nothing to take home
 * sends it away with a 409. Of several 409 within three seconds all but the
 * first are held back for three seconds.
 */
#include "shared/base/clock.h"
#include "tests/sandbox/telegram/methods.h"

enum {
    TIMEOUT_MAX_S = 50,
    SAME_OFFSET_MS = 3000,     /* the same offset again within this is made to wait */
    SAME_OFFSET_FAST_MS = 500, /* within this it also gets one update only          */
    SAME_OFFSET_TIMEOUT_S = 3,
    CONFLICT_PAUSE_MS = 3000,
};

static const char WEBHOOK_ACTIVE[] =
    "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook to delete "
    "the webhook first";
static const char OTHER_GET_UPDATES[] =
    "Conflict: terminated by other getUpdates request; make sure that only one bot instance is "
    "running";
static const char BY_SET_WEBHOOK[] = "Conflict: terminated by setWebhook request";

struct poll {
    int64_t offset;
    int64_t limit;
    int64_t timeout_s;
};

static int64_t clamp(int64_t value, int64_t min, int64_t max)
{
    return value < min ? min : value > max ? max : value;
}

static bool refuse_conflict(struct call *call, const char *description)
{
    struct sim *sim = call->sim;
    int64_t now_ms = sim_now_ms(sim);

    if (now_ms < sim->poll.conflict_due_ms) {
        sim_pause(sim, CONFLICT_PAUSE_MS);
    } else {
        sim->poll.conflict_due_ms = now_ms + CONFLICT_PAUSE_MS;
    }
    return answer_refuse(call->answer, 409, "%s", description);
}

void poll_end_parked(struct sim *sim, bool by_webhook)
{
    if (sim->poll.parked != 0) {
        sim->poll.parked = 0;
        sim->poll.ended_by_webhook = by_webhook;
        sim_notify(sim);
    }
}

static void allow_updates(struct call *call)
{
    struct json *allowed = params_json(call->params, "allowed_updates");

    (void)updates_allow(&call->sim->updates, allowed);
    json_free(allowed);
}

static struct poll read_poll(struct call *call)
{
    const struct params *params = call->params;
    struct poll_state *state = &call->sim->poll;
    int64_t now_ms = sim_now_ms(call->sim);
    struct poll poll = {
        .offset = params_int(params, "offset", 0),
        .limit = clamp(params_int(params, "limit", UPDATES_LIMIT), 1, UPDATES_LIMIT),
        .timeout_s = clamp(params_int(params, "timeout", 0), 0, TIMEOUT_MAX_S),
    };

    if (poll.offset == state->offset && now_ms < state->started_ms + SAME_OFFSET_MS &&
        poll.timeout_s < SAME_OFFSET_TIMEOUT_S) {
        poll.timeout_s = SAME_OFFSET_TIMEOUT_S;
    }
    if (poll.offset == state->offset && now_ms < state->started_ms + SAME_OFFSET_FAST_MS) {
        poll.limit = 1;
    }
    state->offset = poll.offset;
    state->started_ms = now_ms;
    return poll;
}

/* Fills the answer; false when there was nothing, and the answer is an empty list. */
static bool fetch(struct call *call, const struct poll *poll)
{
    struct buf *out = &call->answer->raw;
    size_t max = out->max;

    buf_free(out);
    buf_init(out, max);
    return updates_get(&call->sim->updates, poll->offset, (size_t)poll->limit,
                       sim_now_ms(call->sim), out) > 0;
}

/* Waits for updates, the timeout, or for being sent away. */
static bool park(struct call *call, const struct poll *poll)
{
    struct sim *sim = call->sim;
    int64_t deadline_ms = clock_monotonic_ms() + poll->timeout_s * 1000;
    int64_t ticket = ++sim->poll.tickets;

    poll_end_parked(sim, false);
    sim->poll.parked = ticket;
    while (sim_wait(sim, deadline_ms)) {
        if (sim->poll.parked != ticket) {
            return refuse_conflict(call,
                                   sim->poll.ended_by_webhook ? BY_SET_WEBHOOK : OTHER_GET_UPDATES);
        }
        if (fetch(call, poll)) {
            break;
        }
    }
    if (sim->poll.parked == ticket) {
        sim->poll.parked = 0;
    }
    return true;
}

bool method_get_updates(struct call *call)
{
    struct poll poll;

    if (call->sim->webhook_url[0] != '\0') {
        return refuse_conflict(call, WEBHOOK_ACTIVE);
    }
    allow_updates(call);
    poll = read_poll(call);
    if (fetch(call, &poll) || poll.timeout_s == 0) {
        return true;
    }
    return park(call, &poll);
}
