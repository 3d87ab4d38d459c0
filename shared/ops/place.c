/* SPDX-License-Identifier: MIT */
#include "shared/ops/place.h"

#include <inttypes.h>
#include <string.h>

bool place_is_held(const struct queue_place *place)
{
    return place->holder[0] != '\0' && place->holder[0] != '_';
}

static void tell_update(const struct queue_whereabouts *whereabouts,
                        const struct queue_place *place, struct buf *out)
{
    if (place_is_held(place)) {
        buf_addf(out, "%s works on it, renewed %" PRId64 " s ago, delivery %" PRId64, place->holder,
                 place->idle_ms / 1000, place->deliveries);
    } else if (strcmp(place->holder, "_park") == 0) {
        buf_addf(out, "waits behind %s of its chat",
                 whereabouts->runs[0] != '\0' ? whereabouts->runs : "another one");
        if (whereabouts->before > 0) {
            buf_addf(out, ", and %" PRId64 " more", whereabouts->before);
        }
    } else if (strcmp(place->holder, "_free") == 0) {
        buf_addf(out, "waits, any worker may take it");
    } else {
        buf_addf(out, "waits, no worker has looked at it");
    }
}

static void tell_reply(const struct queue_place *place, struct buf *out)
{
    const char *method = queue_place_text(place, "method");

    if (place_is_held(place)) {
        buf_addf(out, "the gateway has a reply since %" PRId64 " s: %s", place->idle_ms / 1000,
                 method);
    } else {
        buf_addf(out, "a reply waits for the gateway: %s", method);
    }
}

void place_tell(const struct queue_whereabouts *whereabouts, size_t index, struct buf *out)
{
    const struct queue_place *place = &whereabouts->places[index];

    if (strcmp(place->stream, "updates") == 0) {
        tell_update(whereabouts, place, out);
    } else if (strcmp(place->stream, "replies") == 0) {
        tell_reply(place, out);
    } else {
        buf_addf(out, "is among the dead as %s: %s", place->id, queue_place_text(place, "reason"));
    }
}
