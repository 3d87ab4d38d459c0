/* SPDX-License-Identifier: MIT */
/*
 * One reply on its way to Telegram: which call comes next, and what each
 * outcome does to it.
 *
 *                       +--------------------------------------+ another part
 *                       v                                      |
 *   delivery_prepare -> request -> (call) -> DELIVERY_PART ----+
 *                       ^                 -> DELIVERY_DONE     acknowledge
 *                       |                 -> DELIVERY_DROPPED  acknowledge
 *                       |                 -> DELIVERY_DEAD     to the dead letters
 *                       +---------------- -> DELIVERY_AGAIN    after wait_ms
 *
 * A reply with a slot is an edit once the slot has a message. A long text goes
 * out in parts, each with a slot of its own, so that a reply that is delivered
 * again edits its parts instead of sending them twice; the keyboard belongs to
 * the last part. Each remedy (without markup, without the quote, into the chat
 * that replaced this one, ...) is tried once; after that the reply is dead.
 * Pure: calls, time and Redis are the sender's.
 */
#ifndef GATEWAY_DELIVERY_H
#define GATEWAY_DELIVERY_H

#include "gateway/split.h"
#include "gateway/verdict.h"
#include "shared/base/backoff.h"
#include "shared/base/buf.h"
#include "shared/base/err.h"
#include "shared/io/json.h"
#include "shared/wire/reply.h"

#include <stdbool.h>
#include <stdint.h>

enum { DELIVERY_SLOT_MAX_BYTES = 256, DELIVERY_PARAMS_MAX_BYTES = 1024 * 1024 };

struct delivery {
    char *entry_id;           /* of the stream entry; owned                                  */
    char *method;             /* as the worker named it; owned                               */
    char *slot;               /* "" for none; owned                                          */
    char *payload;            /* as it came; NULL once prepared; owned                       */
    struct json *params;      /* of the call, without the text; NULL until prepared; owned   */
    char *file_name;          /* of the file that goes with it; NULL for none; owned         */
    char *file_content;       /* text; NULL for none; owned                                  */
    struct split text;        /* the text in parts; none when there is no text to cut        */
    const char *call;         /* method of the call under way; static or `method`            */
    int64_t ref;              /* update_id it answers; 0 for none                            */
    int64_t chat_id;          /* its lane                                                    */
    size_t part;              /* the one that is next, or under way                          */
    int64_t edits_message_id; /* message that the call under way edits; 0: it sends          */
    int64_t call_began_ms;    /* monotonic; set and read by the sender                       */
    int64_t part_message_id;  /* message of the part just delivered; 0 when not known        */
    int64_t message_id;       /* message of the first part, for the slot; 0 when not known   */
    unsigned remedies;        /* tried so far, a bit per verdict kind                        */
    int64_t attempts;         /* that failed without a definite answer                       */
    int64_t calls;            /* made for the part that is next, or under way                */
    int64_t delivered_before; /* by the sender, when the first of them failed                */
    struct backoff backoff;
};

enum delivery_state {
    DELIVERY_PART,    /* a part of several: keep part_message_id for its slot, go on     */
    DELIVERY_DONE,    /* everything is delivered                                       */
    DELIVERY_DROPPED, /* of no use any more                                            */
    DELIVERY_DEAD,    /* never: *out_reason says why                                   */
    DELIVERY_AGAIN,   /* call again after *out_wait_ms                                 */
};

/* Copies `reply`. The caller releases it with delivery_free(). */
struct delivery *delivery_new(const char *entry_id, const struct reply *reply);
void delivery_free(struct delivery *delivery); /* NULL is a no-op */

/*
 * Reads the payload, cuts the text, takes the file out. Repeatable.
 * Fails: ERR_REJECT the method, the payload or its file is not one; the reply is dead
 */
MUST_CHECK bool delivery_prepare(struct delivery *delivery, struct err *err);

/* True for answerCallbackQuery; *out_id is then the press it answers, or NULL. Prepared only. */
bool delivery_answers_press(const struct delivery *delivery, const char **out_id);

/* The slot of the part that is next, appended to `out`; empty when it has none. */
void delivery_part_slot(const struct delivery *delivery, struct buf *out);

/*
 * The next call. `slot_message_id` is the message its slot has, 0 for none.
 * Appends the parameters to `out_params`; returns the method, static or borrowed.
 */
const char *delivery_request(struct delivery *delivery, int64_t slot_message_id,
                             struct buf *out_params);

/* True when a file goes with the call: it is uploaded. Prepared only; borrowed. */
bool delivery_file(const struct delivery *delivery, struct telegram_file *out);

struct delivery_outcome {
    enum delivery_state state;
    struct verdict verdict; /* what the answer meant                                    */
    int64_t wait_ms;        /* AGAIN                                                    */
    const char *remedy;     /* AGAIN with another call: what changed; else NULL; static */
    bool maybe_repeated;    /* AGAIN: the person may see the message twice              */
    char reason[400];       /* DEAD, DROPPED, AGAIN: what Telegram said                 */
};

/*
 * What `answer` to the call under way does. `delivered` is how many replies the
 * sender has delivered so far, `random` spreads the waiting.
 */
struct delivery_outcome delivery_apply(struct delivery *delivery,
                                       const struct telegram_answer *answer, int64_t delivered,
                                       uint32_t random);

/* After DELIVERY_PART: the part counts as delivered, the next one is up. */
void delivery_next_part(struct delivery *delivery);

#endif
