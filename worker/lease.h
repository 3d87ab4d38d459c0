/* SPDX-License-Identifier: MIT */
/*
 * The leases that the runners of this process hold: kept up by one thread.
 *
 * A runner holds the lease of the update it works on. Four times per lease the
 * beat thread renews every held one over a connection of its own, whatever the
 * runner is waiting for; with nothing held it sleeps until something is. A
 * lease is lost when Redis says that another worker has the update, and when
 * no beat has succeeded for half a lease: the other half is for what was begun
 * before that to end, if it takes no longer.
 */
#ifndef WORKER_LEASE_H
#define WORKER_LEASE_H

#include "shared/base/err.h"
#include "shared/base/outage.h"
#include "shared/queue/queue.h"
#include "worker/worker_health.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* ---- when something is due ---- */

enum lease_act {
    LEASE_WAIT, /* nothing before *out_wait_ms have passed       */
    LEASE_BEAT, /* renew it                                      */
    LEASE_LOST, /* somebody else may have it                     */
};

/* How long ago something was, in milliseconds. */
struct lease_ages {
    int64_t held;   /* the runner began to hold it                    */
    int64_t beaten; /* the last successful beat began, or the holding */
    int64_t tried;  /* the last beat ended, or the holding began      */
};

/*
 * What to do about a held lease of `lease_ms`. A runner that holds one update
 * for longer than any work can take has broken, and loses it, too.
 * *out_wait_ms is set with LEASE_WAIT only, and positive.
 */
enum lease_act lease_next(int64_t lease_ms, const struct lease_ages *ages, int64_t *out_wait_ms);

/* How long one beat may take, so that another one fits before the lease is lost. */
int64_t lease_beat_timeout_ms(int64_t lease_ms);

/* ---- all of a process ---- */

struct leases; /* opaque */

struct leases_options {
    struct queue_options queue; /* timeout_ms is not looked at: see lease_beat_timeout_ms() */
    int64_t lease_ms;
    size_t most;           /* runners */
    struct outage *redis;  /* borrowed: where it is noted that Redis cannot be reached */
    struct health *health; /* borrowed: the check WORKER_TAKING, as a renewal is work; or NULL */
};

/* Fails: ERR_FATAL bad URL, no descriptors left. */
MUST_CHECK struct leases *leases_new(const struct leases_options *options, struct err *err);

/* After leases_run() has returned and the runners have ended. NULL is a no-op. */
void leases_free(struct leases *leases);

/*
 * The beat thread: returns after leases_end(), which is called when the
 * runners have ended, and not at once on shutdown: they may have to finish
 * what they do. Redis being away is waited out. Fails: ERR_FATAL only.
 */
MUST_CHECK bool leases_run(struct leases *leases, struct err *err);
void leases_end(struct leases *leases);

/* What is being worked on. `consumer` and `job_id` are borrowed for the call. */
typedef void lease_each(void *context, const char *consumer, const char *job_id, int64_t held_ms);

/* Calls `each` for every lease that is held; held_ms is how long. Any thread. */
void leases_each_held(struct leases *leases, lease_each *each, void *context);

/* ---- one runner ---- */

struct lease; /* opaque: of one runner, for one update at a time; lives as long as its leases */

/* Another one of the `most`. `consumer` is the runner's name in the queue; copied. */
struct lease *lease_new(struct leases *leases, const char *consumer);

/* From now on `job_id`, which has just become ours, is renewed; it is not lost. */
void lease_hold(struct lease *lease, const char *job_id);

/* No longer. What was lost is forgotten. */
void lease_release(struct lease *lease);

bool lease_is_lost(struct lease *lease);

/* Readable while what is held is lost; > 0. Never read from it. */
int lease_lost_fd(const struct lease *lease);

#endif
