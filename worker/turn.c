/* SPDX-License-Identifier: MIT */
#include "worker/turn.h"

#include "shared/base/clock.h"
#include "shared/base/compiler.h"
#include "shared/base/mem.h"
#include "shared/base/stop.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <pthread.h>
#include <stdlib.h>
#include <unistd.h>

struct turn_seat {
    struct turns *turns;
    int pipe[2]; /* holds a byte while the turn is given and not yet taken up */

    /* Under the lock of `turns`. */
    struct turn_seat *next; /* waiting for longer than this one */
    bool given;
};

struct turns {
    char position[REDIS_ID_SIZE]; /* the turn's holder's; the lock passes it on */

    pthread_mutex_t lock; /* of everything below */
    bool taken;
    struct turn_seat *waiting; /* the newest first */
    size_t seated;
    size_t most;
    struct turn_seat seats[];
};

static bool open_pipe(int out[2], struct err *err)
{
    if (pipe(out) != 0) {
        out[0] = out[1] = -1;
        return err_set(err, ERR_FATAL, "turn: pipe: errno %d", errno);
    }
    if (fcntl(out[0], F_SETFD, FD_CLOEXEC) != 0 || fcntl(out[1], F_SETFD, FD_CLOEXEC) != 0) {
        return err_set(err, ERR_FATAL, "turn: fcntl: errno %d", errno);
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

struct turns *turns_new(size_t most, struct err *err)
{
    struct turns *turns = xcalloc(1, sizeof(*turns) + most * sizeof(turns->seats[0]));
    bool ok = true;

    turns->most = most;
    (void)pthread_mutex_init(&turns->lock, NULL);
    for (size_t i = 0; i < most; i++) {
        turns->seats[i] = (struct turn_seat){.turns = turns, .pipe = {-1, -1}};
    }
    for (size_t i = 0; ok && i < most; i++) {
        ok = open_pipe(turns->seats[i].pipe, err);
    }
    if (!ok) {
        turns_free(turns);
        return NULL;
    }
    return turns;
}

void turns_free(struct turns *turns)
{
    if (!turns) {
        return;
    }
    for (size_t i = 0; i < turns->most; i++) {
        close_pipe(turns->seats[i].pipe);
    }
    (void)pthread_mutex_destroy(&turns->lock);
    free(turns);
}

struct turn_seat *turn_seat(struct turns *turns)
{
    struct turn_seat *seat;

    (void)pthread_mutex_lock(&turns->lock);
    assert(turns->seated < turns->most);
    seat = &turns->seats[turns->seated++];
    (void)pthread_mutex_unlock(&turns->lock);
    return seat;
}

/* Takes the turn when it is free; else queues up. */
static bool take_or_queue(struct turn_seat *seat)
{
    struct turns *turns = seat->turns;
    bool mine;

    (void)pthread_mutex_lock(&turns->lock);
    mine = !turns->taken;
    turns->taken = true;
    if (!mine) {
        seat->next = turns->waiting;
        turns->waiting = seat;
    }
    (void)pthread_mutex_unlock(&turns->lock);
    return mine;
}

static void wait_for_byte(const struct turn_seat *seat, int64_t wait_ms)
{
    struct pollfd fds[] = {{.fd = seat->pipe[0], .events = POLLIN},
                           {.fd = stop_fd(), .events = POLLIN}};
    int64_t until_ms = clock_monotonic_ms() + wait_ms;
    int64_t left_ms = wait_ms;

    while (left_ms > 0 &&
           poll(fds, ARRAY_LEN(fds), left_ms > INT_MAX ? INT_MAX : (int)left_ms) < 0) {
        left_ms = until_ms - clock_monotonic_ms(); /* EINTR */
    }
}

/* Takes up the turn when it was given meanwhile; else leaves the queue. */
static bool take_up_or_leave(struct turn_seat *seat)
{
    struct turns *turns = seat->turns;
    struct turn_seat **link = &turns->waiting;
    bool given;
    char byte;

    (void)pthread_mutex_lock(&turns->lock);
    given = seat->given;
    seat->given = false;
    while (!given && *link != seat) {
        link = &(*link)->next;
    }
    if (!given) {
        *link = seat->next;
    }
    (void)pthread_mutex_unlock(&turns->lock);
    if (given) {
        ssize_t ignored = read(seat->pipe[0], &byte, 1); /* it is there: written under the lock */

        (void)ignored;
    }
    return given;
}

bool turn_await(struct turn_seat *seat, int64_t wait_ms)
{
    if (take_or_queue(seat)) {
        return true;
    }
    wait_for_byte(seat, wait_ms);
    return take_up_or_leave(seat);
}

char *turn_position(struct turn_seat *seat)
{
    return seat->turns->position;
}

void turn_pass(struct turn_seat *seat)
{
    struct turns *turns = seat->turns;
    struct turn_seat *next;

    (void)pthread_mutex_lock(&turns->lock);
    next = turns->waiting;
    turns->taken = next != NULL;
    if (next) {
        ssize_t ignored = write(next->pipe[1], "x", 1); /* into an empty pipe */

        (void)ignored;
        turns->waiting = next->next;
        next->given = true;
    }
    (void)pthread_mutex_unlock(&turns->lock);
}
