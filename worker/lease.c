/* SPDX-License-Identifier: MIT */
#include "worker/lease.h"

#include "shared/base/clock.h"
#include "shared/base/log.h"
#include "shared/base/mem.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum {
    BEATS_PER_LEASE = 4,
    TRIES_PER_LEASE = 16, /* after a failure: Redis may be back in time */
    TIMEOUT_MIN_MS = 50,
    TIMEOUT_MAX_MS = 5000,
    HELD_MOST_MS = 3600 * 1000, /* four reads, each tried twice, and a change, with their waits */
    CONSUMER_SIZE = 128,
};

struct lease {
    struct leases *leases;
    int lost_pipe[2];

    /* Under the lock of `leases`. */
    char consumer[CONSUMER_SIZE]; /* "": no runner has this place */
    bool held;
    bool lost; /* a byte is in the pipe */
    char job_id[REDIS_ID_SIZE];
    int64_t hold_number; /* tells this holding from the ones before */
    int64_t held_ms;     /* monotonic                                */
    int64_t beaten_ms;   /* monotonic                                */
    int64_t tried_ms;    /* monotonic                                */
};

struct leases {
    int64_t lease_ms;
    struct queue *queue;   /* of the beat thread */
    struct outage *redis;  /* borrowed */
    struct health *health; /* borrowed; or NULL */
    int wake_pipe[2];

    pthread_mutex_t lock; /* of everything below and of the slots */
    bool idle;            /* the beat thread waits for a lease to be held, without a deadline */
    bool ending;
    size_t most;
    struct lease slots[];
};

/* One lease to be renewed, copied out of its slot: the lock is not held while Redis is asked. */
struct beat {
    struct lease *lease;
    int64_t hold_number;
    char consumer[CONSUMER_SIZE];
    char job_id[REDIS_ID_SIZE];
};

/* ---- when something is due ---- */

static int64_t smaller(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

enum lease_act lease_next(int64_t lease_ms, const struct lease_ages *ages, int64_t *out_wait_ms)
{
    int64_t until_beat = lease_ms / BEATS_PER_LEASE - ages->beaten;
    int64_t until_try = lease_ms / TRIES_PER_LEASE - ages->tried;
    int64_t until_lost = smaller(lease_ms / 2 - ages->beaten, HELD_MOST_MS - ages->held);

    if (until_lost <= 0) {
        return LEASE_LOST;
    }
    if (until_beat <= 0 && until_try <= 0) {
        return LEASE_BEAT;
    }
    *out_wait_ms = smaller(until_beat > until_try ? until_beat : until_try, until_lost);
    return LEASE_WAIT;
}

int64_t lease_beat_timeout_ms(int64_t lease_ms)
{
    int64_t part = lease_ms / TRIES_PER_LEASE;

    return part < TIMEOUT_MIN_MS ? TIMEOUT_MIN_MS : smaller(part, TIMEOUT_MAX_MS);
}

/* ---- pipes ---- */

static bool open_pipe(int out[2], struct err *err)
{
    if (pipe(out) != 0) {
        out[0] = out[1] = -1;
        return err_set(err, ERR_FATAL, "lease: pipe: errno %d", errno);
    }
    for (size_t i = 0; i < 2; i++) {
        if (fcntl(out[i], F_SETFD, FD_CLOEXEC) != 0 || fcntl(out[i], F_SETFL, O_NONBLOCK) != 0) {
            return err_set(err, ERR_FATAL, "lease: fcntl: errno %d", errno);
        }
    }
    return true;
}

static void close_pipe(const int fds[2])
{
    for (size_t i = 0; i < 2; i++) {
        if (fds[i] >= 0) {
            (void)close(fds[i]);
        }
    }
}

static void put_byte(const int fds[2])
{
    ssize_t ignored = write(fds[1], "x", 1);

    (void)ignored; /* a full pipe is already readable */
}

static void drain(const int fds[2])
{
    char bytes[16];

    while (read(fds[0], bytes, sizeof(bytes)) > 0) {
    }
}

/* ---- all of a process ---- */

static bool open_pipes(struct leases *leases, struct err *err)
{
    for (size_t i = 0; i < leases->most; i++) {
        if (!open_pipe(leases->slots[i].lost_pipe, err)) {
            return false;
        }
    }
    return open_pipe(leases->wake_pipe, err);
}

struct leases *leases_new(const struct leases_options *options, struct err *err)
{
    struct leases *leases = xcalloc(1, sizeof(*leases) + options->most * sizeof(leases->slots[0]));
    struct queue_options queue = options->queue;

    leases->lease_ms = options->lease_ms;
    leases->redis = options->redis;
    leases->health = options->health;
    leases->wake_pipe[0] = leases->wake_pipe[1] = -1;
    leases->most = options->most;
    for (size_t i = 0; i < options->most; i++) {
        leases->slots[i] = (struct lease){.leases = leases, .lost_pipe = {-1, -1}};
    }
    (void)pthread_mutex_init(&leases->lock, NULL);
    queue.timeout_ms = lease_beat_timeout_ms(options->lease_ms);
    leases->queue = queue_new(&queue, err);
    if (!leases->queue || !open_pipes(leases, err)) {
        leases_free(leases);
        return NULL;
    }
    return leases;
}

void leases_free(struct leases *leases)
{
    if (!leases) {
        return;
    }
    for (size_t i = 0; i < leases->most; i++) {
        close_pipe(leases->slots[i].lost_pipe);
    }
    close_pipe(leases->wake_pipe);
    queue_free(leases->queue);
    (void)pthread_mutex_destroy(&leases->lock);
    free(leases);
}

void leases_end(struct leases *leases)
{
    (void)pthread_mutex_lock(&leases->lock);
    leases->ending = true;
    (void)pthread_mutex_unlock(&leases->lock);
    put_byte(leases->wake_pipe);
}

/* Under the lock. */
static void lose(struct lease *lease)
{
    lease->lost = true;
    put_byte(lease->lost_pipe);
}

/*
 * Finds a lease to renew, and marks those that are lost. False: there is none
 * for *out_wait_ms, -1: until one is held. Under the lock.
 */
static bool find_due(struct leases *leases, struct beat *out, int64_t *out_wait_ms)
{
    int64_t now_ms = clock_monotonic_ms();
    int64_t wait_ms = 0;

    *out_wait_ms = -1;
    for (size_t i = 0; i < leases->most; i++) {
        struct lease *lease = &leases->slots[i];
        const struct lease_ages ages = {.held = now_ms - lease->held_ms,
                                        .beaten = now_ms - lease->beaten_ms,
                                        .tried = now_ms - lease->tried_ms};

        if (!lease->held || lease->lost) {
            continue;
        }
        switch (lease_next(leases->lease_ms, &ages, &wait_ms)) {
        case LEASE_LOST:
            lose(lease);
            break;
        case LEASE_BEAT:
            *out = (struct beat){.lease = lease, .hold_number = lease->hold_number};
            (void)snprintf(out->consumer, sizeof(out->consumer), "%s", lease->consumer);
            (void)snprintf(out->job_id, sizeof(out->job_id), "%s", lease->job_id);
            return true;
        case LEASE_WAIT:
            *out_wait_ms = *out_wait_ms < 0 ? wait_ms : smaller(*out_wait_ms, wait_ms);
            break;
        }
    }
    return false;
}

/* Writes down that Redis answered a beat that began at `began_ms`. Under the lock. */
static void note_answer(const struct beat *beat, int64_t began_ms, bool owner)
{
    struct lease *lease = beat->lease;

    if (!lease->held || lease->hold_number != beat->hold_number) {
        return; /* finished meanwhile: no wonder that it is not ours */
    }
    if (owner) {
        lease->beaten_ms = lease->tried_ms = began_ms;
    } else {
        lose(lease);
    }
}

/* Redis is away for all of them: none is tried before a pause. Under the lock. */
static void note_silence(struct leases *leases)
{
    int64_t now_ms = clock_monotonic_ms();

    for (size_t i = 0; i < leases->most; i++) {
        leases->slots[i].tried_ms = now_ms;
    }
}

static void say(const struct leases *leases, bool answered, const struct err *why)
{
    const char *address = redis_address(queue_redis(leases->queue));
    int64_t number;

    if (answered) {
        health_ok(leases->health, WORKER_TAKING);
    } else {
        health_failed(leases->health, WORKER_TAKING, why->message);
    }
    if (answered && outage_over(leases->redis, clock_monotonic_ms(), &number)) {
        log_info("redis.recovered", LOG_TEXT("address", address), LOG_INT("after_ms", number));
    }
    if (!answered && outage_failed(leases->redis, clock_monotonic_ms(), &number)) {
        log_warn("redis.waiting", LOG_TEXT("address", address), LOG_TEXT("why", why->message),
                 LOG_INT("failures", number));
    }
}

/* Renews one lease. Called with the lock, which is free meanwhile. Fails: ERR_FATAL. */
static bool renew(struct leases *leases, const struct beat *beat, struct err *err)
{
    int64_t began_ms = clock_monotonic_ms();
    struct err why = ERR_INIT;
    bool owner = false;
    bool answered;

    (void)pthread_mutex_unlock(&leases->lock);
    answered = queue_beat(leases->queue, beat->consumer, beat->job_id, &owner, &why);
    say(leases, answered, &why);
    (void)pthread_mutex_lock(&leases->lock);
    if (answered) {
        note_answer(beat, began_ms, owner);
    } else {
        note_silence(leases);
    }
    if (why.kind == ERR_FATAL) {
        *err = why;
        return err_prefix(err, "lease");
    }
    return true;
}

/* Sleeps until woken or, unless it is -1, for `wait_ms`. Called with the lock. */
static void wait_for_due(struct leases *leases, int64_t wait_ms)
{
    struct pollfd wake = {.fd = leases->wake_pipe[0], .events = POLLIN};

    leases->idle = wait_ms < 0;
    (void)pthread_mutex_unlock(&leases->lock);
    (void)poll(&wake, 1, (int)smaller(wait_ms, INT_MAX)); /* EINTR: looked at again */
    drain(leases->wake_pipe);
    (void)pthread_mutex_lock(&leases->lock);
    leases->idle = false;
}

bool leases_run(struct leases *leases, struct err *err)
{
    bool ok = true;

    (void)pthread_mutex_lock(&leases->lock);
    while (ok && !leases->ending) {
        struct beat beat;
        int64_t wait_ms;

        if (find_due(leases, &beat, &wait_ms)) {
            ok = renew(leases, &beat, err);
        } else {
            wait_for_due(leases, wait_ms);
        }
    }
    (void)pthread_mutex_unlock(&leases->lock);
    return ok;
}

void leases_each_held(struct leases *leases, lease_each *each, void *context)
{
    int64_t now_ms = clock_monotonic_ms();

    (void)pthread_mutex_lock(&leases->lock);
    for (size_t i = 0; i < leases->most; i++) {
        const struct lease *lease = &leases->slots[i];

        if (lease->held) {
            each(context, lease->consumer, lease->job_id, now_ms - lease->held_ms);
        }
    }
    (void)pthread_mutex_unlock(&leases->lock);
}

/* ---- one runner ---- */

struct lease *lease_new(struct leases *leases, const char *consumer)
{
    struct lease *lease = leases->slots;

    assert(consumer[0] != '\0');
    (void)pthread_mutex_lock(&leases->lock);
    while (lease < leases->slots + leases->most && lease->consumer[0] != '\0') {
        lease++;
    }
    assert(lease < leases->slots + leases->most);
    (void)snprintf(lease->consumer, sizeof(lease->consumer), "%s", consumer);
    (void)pthread_mutex_unlock(&leases->lock);
    return lease;
}

void lease_hold(struct lease *lease, const char *job_id)
{
    struct leases *leases = lease->leases;
    bool wake;

    (void)pthread_mutex_lock(&leases->lock);
    assert(!lease->held);
    lease->held = true;
    (void)snprintf(lease->job_id, sizeof(lease->job_id), "%s", job_id);
    lease->hold_number++;
    lease->held_ms = lease->beaten_ms = lease->tried_ms = clock_monotonic_ms();
    wake = leases->idle;
    leases->idle = false;
    (void)pthread_mutex_unlock(&leases->lock);
    if (wake) {
        put_byte(leases->wake_pipe);
    }
}

void lease_release(struct lease *lease)
{
    (void)pthread_mutex_lock(&lease->leases->lock);
    lease->held = false;
    if (lease->lost) {
        lease->lost = false;
        drain(lease->lost_pipe);
    }
    (void)pthread_mutex_unlock(&lease->leases->lock);
}

bool lease_is_lost(struct lease *lease)
{
    bool lost;

    (void)pthread_mutex_lock(&lease->leases->lock);
    lost = lease->lost;
    (void)pthread_mutex_unlock(&lease->leases->lock);
    return lost;
}

int lease_lost_fd(const struct lease *lease)
{
    return lease->lost_pipe[0];
}
