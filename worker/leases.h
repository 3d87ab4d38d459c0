/* SPDX-License-Identifier: MIT */
/*
 * Keeps what this process works on its own: a thread renews the lease of each
 * update that a runner holds. Working on one may take longer than a lease (the
 * hosting API hangs, its limit is waited for), and as long as the runner lives
 * no other worker may take it over, let alone count that as a broken attempt.
 *
 * A runner that holds one update for longer than any work can take has broken:
 * its lease is left to run out. Thread-safe, except for new and free.
 */
#ifndef WORKER_LEASES_H
#define WORKER_LEASES_H

#include "shared/base/err.h"
#include "shared/queue/queue.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct leases; /* opaque */

/* For up to `most` runners at a time. */
struct leases *leases_new(size_t most);

/* NULL is a no-op. */
void leases_free(struct leases *leases);

/* `consumer` works on `job_id` from now on, instead of what it held before. Both are copied. */
void leases_hold(struct leases *leases, const char *consumer, const char *job_id);

/* `consumer` has finished, or given back, what it held. */
void leases_drop(struct leases *leases, const char *consumer);

/*
 * Renews each lease several times per `lease_ms` until shutdown is requested.
 * Has a connection of its own, and says nothing of a Redis that is away: the
 * runners do. Fails: ERR_FATAL only.
 */
MUST_CHECK bool leases_keep(struct leases *leases, const struct queue_options *options,
                            int64_t lease_ms, struct err *err);

#endif
