/* SPDX-License-Identifier: MIT */
/*
 * Which of several gateways polls and sends: the one that holds the lease.
 *
 * Telegram ends the poll of one program when another polls, and two senders
 * would send everything twice. So a gateway waits for its duty, renews the
 * lease while it is on duty, and is off duty as soon as it cannot be sure any
 * more: when the lease is not its own, or when it could not renew it for two
 * thirds of its time. By then nobody else can have it yet, and a program that
 * was stopped for a while knows before it does anything else. The lease of a
 * gateway that has ended on this machine is released for it: holder.h.
 */
#ifndef GATEWAY_DUTY_H
#define GATEWAY_DUTY_H

#include "gateway/gateway_health.h"
#include "shared/base/err.h"
#include "shared/queue/queue.h"

#include <stdbool.h>
#include <stdint.h>

struct duty; /* opaque */

/* `queue` is borrowed and used for nothing else; `health` is borrowed. Fails: ERR_FATAL. */
MUST_CHECK struct duty *duty_new(struct queue *queue, struct health *health, struct err *err);
void duty_free(struct duty *duty); /* NULL is a no-op */

/* ---- the thread that starts and ends the others ---- */

/* Waits for the lease and says whom it waits for. Fails: ERR_STOPPED, ERR_FATAL as queue_lease().
 */
MUST_CHECK bool duty_take(struct duty *duty, struct err *err);

/* Ends duty_keep(). */
void duty_end(struct duty *duty);

/* Lets the next gateway begin at once; when that fails, it waits for the rest of the lease. */
void duty_release(struct duty *duty);

/* ---- a thread of its own ---- */

/* Renews the lease until duty_end() or until it is lost; true. Fails: ERR_FATAL as queue_lease().
 */
MUST_CHECK bool duty_keep(struct duty *duty, struct err *err);

/* ---- any thread ---- */

/* True from the moment the lease is lost until the next duty_take(). */
bool duty_lost(struct duty *duty);

/* True between duty_take() and the loss or the release. */
bool duty_works(const struct duty *duty);

/* True when no work may begin: lost, or shutdown. */
bool duty_over(struct duty *duty);

/* How long the lease is sure without a renewal: wait no longer without asking duty_over(). */
int64_t duty_left_ms(const struct duty *duty);

/* Readable when the lease is lost. Never read from it. */
int duty_fd(const struct duty *duty);

/* ---- pure ---- */

enum {
    DUTY_TTL_MS = 15000,
    DUTY_RENEW_MS = DUTY_TTL_MS / 3,
    DUTY_SURE_MS = DUTY_TTL_MS * 2 / 3, /* after a renewal; on this machine's clock */
    DUTY_LOOK_MS = 1000,                /* at most so long between two attempts     */
};

enum duty_answer { DUTY_OURS, DUTY_NOT_OURS, DUTY_NO_ANSWER };

/* Whether the lease is lost at `now_ms`, when the last good renewal was asked for at `renewed_ms`.
 */
bool duty_is_lost(int64_t renewed_ms, int64_t now_ms, enum duty_answer answer);

/* How long to wait before the next renewal; it is not lost. */
int64_t duty_renew_wait_ms(int64_t renewed_ms, int64_t now_ms, enum duty_answer answer);

/* How long to wait before asking again for a lease that somebody has for `left_ms`. */
int64_t duty_take_wait_ms(int64_t left_ms);

#endif
