/* SPDX-License-Identifier: MIT */
/*
 * Of a process's idle runners, one waits at Redis for the next update, and the
 * others wait for their turn to do so: else each update would wake them all,
 * and all but one in vain. Who was idle last is next: its memory is warm.
 */
#ifndef WORKER_TURN_H
#define WORKER_TURN_H

#include "shared/base/err.h"
#include "shared/io/redis.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct turns;     /* opaque; shared by the runners of a process */
struct turn_seat; /* opaque; a runner's                         */

/* For up to `most` runners. Fails: ERR_FATAL no descriptors left. */
MUST_CHECK struct turns *turns_new(size_t most, struct err *err);

/* NULL is a no-op. Nobody waits any more. */
void turns_free(struct turns *turns);

/* A place of its own for each runner, kept until turns_free(). */
struct turn_seat *turn_seat(struct turns *turns);

/* Waits for the turn for up to `wait_ms`, or until shutdown. True: it is ours until turn_pass(). */
bool turn_await(struct turn_seat *seat, int64_t wait_ms);

/* Where whoever had the turn before has left off; "" at first. For the holder of the turn alone. */
char *turn_position(struct turn_seat *seat); /* char[REDIS_ID_SIZE] */

/* The turn goes to the next one. */
void turn_pass(struct turn_seat *seat);

#endif
