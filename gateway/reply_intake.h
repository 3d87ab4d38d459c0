/* SPDX-License-Identifier: MIT */
/*
 * From the stream of replies into the outbox.
 *
 * First what is pending since before, oldest first; then, page after page,
 * what is new. Back to the pending ones after every lost connection, and when
 * the outbox can take entries that it had to leave behind. What this build
 * cannot read because it is newer stays pending; what nobody can read goes to
 * the dead letters.
 */
#ifndef GATEWAY_REPLY_INTAKE_H
#define GATEWAY_REPLY_INTAKE_H

#include "gateway/gateway_health.h"
#include "gateway/outbox.h"
#include "shared/base/err.h"
#include "shared/queue/queue.h"

#include <stdint.h>

struct reply_intake; /* opaque */

/* All borrowed. `inbox` waits for replies and is used for nothing else; the loads are deliveries.
 */
struct reply_intake *reply_intake_new(struct queue *inbox, struct queue *ledger,
                                      struct outbox *outbox, struct health *health);
void reply_intake_free(struct reply_intake *intake); /* NULL is a no-op */

/*
 * Does what can be done without waiting; an outage of Redis is logged and
 * survived. Call it again when reply_intake_fd() is readable (-1: nothing to
 * wait for), or after reply_intake_wait_ms() (-1: no need).
 * Fails: ERR_FATAL
 */
MUST_CHECK bool reply_intake_step(struct reply_intake *intake, struct err *err);

int reply_intake_fd(const struct reply_intake *intake);
int64_t reply_intake_wait_ms(const struct reply_intake *intake, int64_t now_ms);

#endif
