/* SPDX-License-Identifier: MIT */
#include "worker/leases.h"

#include "shared/base/clock.h"
#include "shared/base/mem.h"
#include "shared/base/stop.h"
#include "worker/runner.h"

#include <assert.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    RENEWALS_PER_LEASE = 3,        /* two may get lost                                      */
    HELD_MOST_MS = 30 * 60 * 1000, /* four calls at BEGET_TIMEOUT_S's most, with their waits */
    JOB_ID_SIZE = 48,              /* "<ms>-<update_id>"                                    */
};

/* What one runner works on; "" for nothing. A plain value. */
struct lease {
    char consumer[RUNNER_NAME_SIZE];
    char job_id[JOB_ID_SIZE];
    int64_t since_ms; /* monotonic */
};

struct leases {
    pthread_mutex_t lock;
    size_t count;
    struct lease held[]; /* a runner keeps its place once it has one */
};

struct leases *leases_new(size_t most)
{
    struct leases *leases = xcalloc(1, sizeof(*leases) + most * sizeof(leases->held[0]));

    (void)pthread_mutex_init(&leases->lock, NULL);
    leases->count = most;
    return leases;
}

void leases_free(struct leases *leases)
{
    if (!leases) {
        return;
    }
    (void)pthread_mutex_destroy(&leases->lock);
    free(leases);
}

/* The consumer's place, else the first free one. The lock is held. */
static struct lease *place_of(struct leases *leases, const char *consumer)
{
    size_t at = 0;

    while (at < leases->count && leases->held[at].consumer[0] != '\0' &&
           strcmp(leases->held[at].consumer, consumer) != 0) {
        at++;
    }
    assert(at < leases->count); /* more runners than leases_new() was told of */
    return &leases->held[at];
}

static void set(struct leases *leases, const char *consumer, const char *job_id)
{
    struct lease *lease;

    (void)pthread_mutex_lock(&leases->lock);
    lease = place_of(leases, consumer);
    (void)snprintf(lease->consumer, sizeof(lease->consumer), "%s", consumer);
    (void)snprintf(lease->job_id, sizeof(lease->job_id), "%s", job_id);
    lease->since_ms = clock_monotonic_ms();
    (void)pthread_mutex_unlock(&leases->lock);
}

void leases_hold(struct leases *leases, const char *consumer, const char *job_id)
{
    set(leases, consumer, job_id);
}

void leases_drop(struct leases *leases, const char *consumer)
{
    set(leases, consumer, "");
}

static struct lease copy(struct leases *leases, size_t index)
{
    struct lease lease;

    (void)pthread_mutex_lock(&leases->lock);
    lease = leases->held[index];
    (void)pthread_mutex_unlock(&leases->lock);
    return lease;
}

/*
 * Renews all leases once. A runner may finish between the look and the
 * renewal: then it is not the owner any more, which is no news.
 */
static bool renew(struct leases *leases, struct queue *queue, struct err *err)
{
    for (size_t i = 0; i < leases->count; i++) {
        struct lease lease = copy(leases, i);
        bool owner = false;

        if (lease.job_id[0] == '\0' || clock_monotonic_ms() - lease.since_ms > HELD_MOST_MS) {
            continue;
        }
        if (!queue_beat(queue, lease.consumer, lease.job_id, &owner, err)) {
            return false;
        }
    }
    return true;
}

bool leases_keep(struct leases *leases, const struct queue_options *options, int64_t lease_ms,
                 struct err *err)
{
    struct queue *queue = queue_new(options, err);
    bool ok = queue != NULL;

    while (ok && !stop_wait_ms(lease_ms / RENEWALS_PER_LEASE)) {
        struct err why = ERR_INIT;

        if (!renew(leases, queue, &why) && why.kind == ERR_FATAL) {
            *err = why;
            ok = false;
        }
    }
    queue_free(queue);
    return ok;
}
