/* SPDX-License-Identifier: MIT */
/*
 * What Telegram's answer to one reply means for that reply. One table; its
 * rows are the errors that the Bot API is known to give. Pure.
 */
#ifndef GATEWAY_VERDICT_H
#define GATEWAY_VERDICT_H

#include "gateway/telegram.h"

#include <stdbool.h>
#include <stdint.h>

enum verdict_kind {
    VERDICT_DELIVERED,    /* done, or what it wanted is already so                          */
    VERDICT_DROP,         /* of no use any more, and nobody misses it: acknowledge          */
    VERDICT_FLOOD,        /* this chat waits exactly wait_ms                                */
    VERDICT_AGAIN,        /* the same call after a back-off; see `ambiguous` and `everyone` */
    VERDICT_PLAIN,        /* send it without markup                                         */
    VERDICT_UNTHREADED,   /* send it without message_thread_id                              */
    VERDICT_UNQUOTED,     /* send it without quoting another message                        */
    VERDICT_SEND_INSTEAD, /* the message to edit is gone: send a new one                    */
    VERDICT_MIGRATE,      /* the chat has become new_chat_id                                */
    VERDICT_GONE,         /* can never be delivered, nor can others to this chat           */
    VERDICT_DEAD,         /* can never be delivered                                         */
    VERDICT_STOP_ALL,     /* the token or the server is wrong: nothing can be sent now      */
};

enum { VERDICT_COUNT = VERDICT_STOP_ALL + 1 };

struct verdict {
    enum verdict_kind kind;
    bool ambiguous;      /* AGAIN: the call may have had its effect                        */
    bool everyone;       /* AGAIN: Telegram was not reached, which concerns all chats      */
    int64_t wait_ms;     /* FLOOD only                                                     */
    int64_t new_chat_id; /* MIGRATE only                                                   */
};

struct verdict verdict_on(const char *method, const struct telegram_answer *answer);

/* True when a second call has no further effect; a second sendMessage is a second message. */
bool verdict_method_repeatable(const char *method);

/*
 * True when it is time to give a reply up: it failed `attempts` times while
 * `others_delivered` other replies went through, so it is not Telegram that is down.
 */
bool verdict_hopeless(int64_t attempts, int64_t others_delivered);

#endif
