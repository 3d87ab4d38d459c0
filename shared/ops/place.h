/* SPDX-License-Identifier: MIT */
/* Where an update, a reply or a dead letter is now, as a phrase for people. Pure. */
#ifndef SHARED_OPS_PLACE_H
#define SHARED_OPS_PLACE_H

#include "shared/base/buf.h"
#include "shared/queue/where.h"

#include <stdbool.h>
#include <stddef.h>

/* Appends "w1 works on it, renewed 3 s ago, delivery 1", "waits behind 17-5 of its chat", ... */
void place_tell(const struct queue_whereabouts *whereabouts, size_t index, struct buf *out);

/* True for an entry that a worker or the gateway has. */
bool place_is_held(const struct queue_place *place);

#endif
