/* SPDX-License-Identifier: MIT */
#include "gateway/duty.h"

#include "gateway/holder.h"
#include "gateway/waiting.h"
#include "shared/base/backoff.h"
#include "shared/base/clock.h"
#include "shared/base/log.h"
#include "shared/base/mem.h"
#include "shared/base/stop.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

static const struct backoff REDIS_BACKOFF = {.first_ms = 500, .most_ms = 5000};

struct duty {
    struct queue *queue;
    struct health *health;
    char holder[QUEUE_HOLDER_SIZE]; /* our name                                       */
    struct waiting redis;
    char told[QUEUE_HOLDER_SIZE]; /* whom the log says we wait for; "" for nobody     */
    atomic_llong renewed_ms;      /* monotonic; when the last good renewal was asked  */
    atomic_bool lost;             /* stays so until the next duty_take()              */
    atomic_bool works;            /* taken, and neither lost nor released             */
    int lost_fd;                  /* an eventfd, and so is the other                  */
    int end_fd;
};

/* ---- pure ---- */

bool duty_is_lost(int64_t renewed_ms, int64_t now_ms, enum duty_answer answer)
{
    return answer == DUTY_NOT_OURS || now_ms - renewed_ms >= DUTY_SURE_MS;
}

int64_t duty_renew_wait_ms(int64_t renewed_ms, int64_t now_ms, enum duty_answer answer)
{
    int64_t sure_ms = renewed_ms + DUTY_SURE_MS - now_ms;
    int64_t wait_ms = answer == DUTY_NO_ANSWER ? DUTY_LOOK_MS : renewed_ms + DUTY_RENEW_MS - now_ms;

    if (wait_ms > sure_ms) {
        wait_ms = sure_ms;
    }
    return wait_ms > 0 ? wait_ms : 0;
}

int64_t duty_take_wait_ms(int64_t left_ms)
{
    if (left_ms < 1) {
        return 1;
    }
    return left_ms < DUTY_LOOK_MS ? left_ms : DUTY_LOOK_MS;
}

/* ---- one gateway's ---- */

struct duty *duty_new(struct queue *queue, struct health *health, struct err *err)
{
    struct duty *duty = xcalloc(1, sizeof(*duty));

    duty->queue = queue;
    duty->health = health;
    holder_name(duty->holder, sizeof(duty->holder));
    duty->redis = WAITING_CHECK("lease", health, GATEWAY_LEASE);
    atomic_init(&duty->renewed_ms, 0);
    atomic_init(&duty->lost, false);
    atomic_init(&duty->works, false);
    duty->lost_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    duty->end_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (duty->lost_fd < 0 || duty->end_fd < 0) {
        (void)err_set(err, ERR_FATAL, "cannot make an eventfd: errno %d", errno);
        duty_free(duty);
        return NULL;
    }
    return duty;
}

void duty_free(struct duty *duty)
{
    if (!duty) {
        return;
    }
    if (duty->lost_fd >= 0) {
        (void)close(duty->lost_fd);
    }
    if (duty->end_fd >= 0) {
        (void)close(duty->end_fd);
    }
    free(duty);
}

static void raise_fd(int fd)
{
    (void)eventfd_write(fd, 1);
}

static void lower_fd(int fd)
{
    eventfd_t ignored;

    (void)eventfd_read(fd, &ignored);
}

/* ---- losing it ---- */

static void lose(struct duty *duty, const char *why)
{
    if (!atomic_exchange(&duty->lost, true)) {
        raise_fd(duty->lost_fd);
        atomic_store(&duty->works, false);
        health_failed(duty->health, GATEWAY_LEASE, why);
        log_warn("lease.lost", LOG_TEXT("holder", duty->holder), LOG_TEXT("why", why));
    }
}

bool duty_lost(struct duty *duty)
{
    if (duty_is_lost(atomic_load(&duty->renewed_ms), clock_monotonic_ms(), DUTY_OURS)) {
        lose(duty, "it could not be renewed in time");
    }
    return atomic_load(&duty->lost);
}

bool duty_works(const struct duty *duty)
{
    return atomic_load(&duty->works);
}

bool duty_over(struct duty *duty)
{
    return stop_requested() || duty_lost(duty);
}

int64_t duty_left_ms(const struct duty *duty)
{
    int64_t left_ms = atomic_load(&duty->renewed_ms) + DUTY_SURE_MS - clock_monotonic_ms();

    return left_ms > 0 ? left_ms : 0;
}

int duty_fd(const struct duty *duty)
{
    return duty->lost_fd;
}

/* ---- having it ---- */

static void say_waiting(struct duty *duty, const struct queue_lease *lease)
{
    gateway_health_standing_by(duty->health);
    if (strcmp(duty->told, lease->holder) != 0) {
        (void)snprintf(duty->told, sizeof(duty->told), "%s", lease->holder);
        log_info("lease.waiting", LOG_TEXT("holder", lease->holder),
                 LOG_INT("left_ms", lease->left_ms),
                 LOG_TEXT("why", "another gateway polls and sends"));
    }
}

static void begin(struct duty *duty, int64_t asked_ms)
{
    lower_fd(duty->lost_fd);
    lower_fd(duty->end_fd);
    atomic_store(&duty->renewed_ms, asked_ms);
    atomic_store(&duty->lost, false);
    atomic_store(&duty->works, true);
    gateway_health_on_duty(duty->health);
    duty->told[0] = '\0';
    log_info("lease.acquired", LOG_TEXT("holder", duty->holder));
}

/* A gateway that was killed on this machine need not be waited for: releases its lease for it. */
static bool release_for_the_dead(struct duty *duty, const struct queue_lease *lease)
{
    struct queue_lease released = {.done = false};
    struct err err = ERR_INIT; /* then its time runs out */

    if (!holder_has_ended(lease->holder) ||
        !queue_lease(duty->queue, lease->holder, DUTY_TTL_MS, QUEUE_LEASE_RELEASE, &released,
                     &err) ||
        !released.done) {
        return false;
    }
    log_info("lease.released", LOG_TEXT("holder", lease->holder),
             LOG_TEXT("why", "that gateway has ended on this machine"));
    return true;
}

/* Asks once: *out_wait_ms 0 for ours, else the time after which to ask again. Fails: ERR_FATAL. */
static bool acquire(struct duty *duty, struct backoff *backoff, int64_t *out_wait_ms,
                    struct err *err)
{
    int64_t asked_ms = clock_monotonic_ms();
    struct queue_lease lease;

    if (!queue_lease(duty->queue, duty->holder, DUTY_TTL_MS, QUEUE_LEASE_ACQUIRE, &lease, err)) {
        if (err->kind == ERR_FATAL) {
            return err_prefix(err, "lease");
        }
        waiting_for_redis(&duty->redis, duty->queue, err);
        *out_wait_ms = 1 + backoff_next_ms(backoff, backoff_random());
        return true;
    }
    waiting_redis_came(&duty->redis);
    backoff_reset(backoff);
    *out_wait_ms = 0;
    if (lease.done) {
        begin(duty, asked_ms);
    } else if (release_for_the_dead(duty, &lease)) {
        *out_wait_ms = 1;
    } else {
        say_waiting(duty, &lease);
        *out_wait_ms = duty_take_wait_ms(lease.left_ms);
    }
    return true;
}

bool duty_take(struct duty *duty, struct err *err)
{
    struct backoff backoff = REDIS_BACKOFF;
    int64_t wait_ms = 0;

    while (!stop_requested()) {
        log_tick();
        if (!acquire(duty, &backoff, &wait_ms, err)) {
            return false;
        }
        if (wait_ms == 0) {
            return true;
        }
        (void)stop_wait_ms(wait_ms);
    }
    return err_set(err, ERR_STOPPED, "stopped while waiting for the lease");
}

/* Asks once. Fails: ERR_FATAL. */
static bool renew(struct duty *duty, enum duty_answer *out, struct err *err)
{
    int64_t asked_ms = clock_monotonic_ms();
    struct queue_lease lease;

    if (!queue_lease(duty->queue, duty->holder, DUTY_TTL_MS, QUEUE_LEASE_RENEW, &lease, err)) {
        *out = DUTY_NO_ANSWER;
        health_failed(duty->health, GATEWAY_LEASE, err->message);
        return err->kind != ERR_FATAL;
    }
    *out = lease.done ? DUTY_OURS : DUTY_NOT_OURS;
    if (!lease.done) {
        lose(duty, lease.holder[0] != '\0' ? "another gateway has it" : "Redis forgot it");
    } else if (!duty_lost(duty)) { /* a late answer does not bring it back */
        atomic_store(&duty->renewed_ms, asked_ms);
        health_ok(duty->health, GATEWAY_LEASE);
    }
    return true;
}

/* True when duty_end() was called. */
static bool wait_for_end(const struct duty *duty, int64_t ms)
{
    struct pollfd end = {.fd = duty->end_fd, .events = POLLIN};

    return poll(&end, 1, ms < INT_MAX ? (int)ms : INT_MAX) > 0;
}

bool duty_keep(struct duty *duty, struct err *err)
{
    enum duty_answer answer = DUTY_OURS;

    while (!duty_lost(duty)) {
        int64_t now_ms = clock_monotonic_ms();

        if (wait_for_end(duty,
                         duty_renew_wait_ms(atomic_load(&duty->renewed_ms), now_ms, answer))) {
            return true;
        }
        log_tick();
        if (!duty_lost(duty) && !renew(duty, &answer, err)) {
            return err_prefix(err, "lease");
        }
    }
    return true;
}

void duty_end(struct duty *duty)
{
    raise_fd(duty->end_fd);
}

void duty_release(struct duty *duty)
{
    struct err err = ERR_INIT;
    struct queue_lease lease;

    atomic_store(&duty->works, false);
    if (!queue_lease(duty->queue, duty->holder, DUTY_TTL_MS, QUEUE_LEASE_RELEASE, &lease, &err)) {
        log_debug("lease.kept", LOG_TEXT("why", err.message));
    }
}
