/* SPDX-License-Identifier: MIT */
/*
 * What to do after a call that receives: getUpdates, and getMe before it. One
 * table says how each kind of failure is told and how long to wait. Pure.
 */
#ifndef GATEWAY_POLL_PLAN_H
#define GATEWAY_POLL_PLAN_H

#include "gateway/telegram.h"
#include "shared/base/backoff.h"
#include "shared/base/log.h"
#include "shared/io/json.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum poll_action {
    POLL_USE,            /* the answer is good                               */
    POLL_AGAIN,          /* ask again after wait_ms                          */
    POLL_REMOVE_WEBHOOK, /* the same, and remove the webhook that was set    */
};

struct poll_step {
    enum poll_action action;
    int64_t wait_ms;      /* before the next call; 0 for POLL_USE             */
    const char *event;    /* log event of the failure; static; NULL for USE   */
    enum log_level level; /* of that event                                    */
    const char *advice;   /* what an operator can do; "" for nothing; static  */
};

struct poll_row; /* opaque */

/* What is remembered between calls. Starts zeroed. */
struct poll_plan {
    const struct poll_row *row; /* the failure of the last call, or NULL */
    struct backoff backoff;     /* grows while the failure stays the same */
};

/* `expected` is the type of result that makes an answer good; `random` spreads the waiting. */
struct poll_step poll_plan_next(struct poll_plan *plan, const struct telegram_answer *answer,
                                enum json_type expected, uint32_t random);

/*
 * The offset after a batch with these update_ids (0 for an unreadable one), in
 * order: one past the last, even when that is lower than before, because
 * Telegram sometimes starts its numbering anew. An empty batch keeps it.
 */
int64_t poll_next_offset(int64_t offset, const int64_t update_ids[], size_t count);

/*
 * How long to wait before polling after a good answer: asking for the same
 * offset at once again would be a busy loop, and makes the server hold
 * updates back.
 */
int64_t poll_pause_ms(bool offset_moved, int64_t took_ms);

#endif
