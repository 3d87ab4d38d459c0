/* SPDX-License-Identifier: MIT */
/*
 * Which steps of the trace are meant: of one chat, of updates of one kind. Pure. Only the first
 * step of an update says its kind, so steps are asked about in their order.
 */
#ifndef DEPLOY_QUEUECTL_STEP_FILTER_H
#define DEPLOY_QUEUECTL_STEP_FILTER_H

#include "shared/queue/queue.h"

#include <stdbool.h>

struct step_filter; /* opaque */

/* NULL for any chat, any kind; "reply" are the deliveries. Borrowed. */
struct step_filter *step_filter_new(const char *chat_id, const char *kind);
void step_filter_free(struct step_filter *filter); /* NULL is a no-op */

/* True when everything is meant. */
bool step_filter_is_open(const struct step_filter *filter);

bool step_filter_passes(struct step_filter *filter, const struct queue_entry *entry);

/* The text of a step's field, or "". Borrowed. */
const char *step_field(const struct queue_entry *entry, const char *name);

#endif
