/* SPDX-License-Identifier: MIT */
/*
 * Calls of the hosting API: POST, the account's shared rate limit, one
 * connection kept alive, answers of lists cached in Redis for all workers.
 *
 * A client belongs to one thread. The password is sent in the body and is
 * nowhere else: not in a URL, an error, a log line or Redis.
 */
#ifndef WORKER_BEGET_CLIENT_H
#define WORKER_BEGET_CLIENT_H

#include "shared/base/err.h"
#include "shared/base/health.h"
#include "shared/queue/queue.h"
#include "worker/beget/answer.h"
#include "worker/beget/call_list.h"
#include "worker/beget/methods.h"

#include <stdbool.h>
#include <stdint.h>

struct beget_client; /* opaque */

struct beget_options {
    const char *api_url;  /* "https://api.beget.com/api"; borrowed as long as the client lives */
    const char *login;    /* borrowed                                                          */
    const char *password; /* borrowed                                                          */
    int64_t timeout_ms;   /* of one call                                                       */
    int64_t calls_per_minute; /* of the whole account; 0 = unlimited */
    struct health *health;    /* borrowed; NULL: nobody wants to know how the API does */
    size_t check;             /* of `health`                                           */
};

/* `queue` is borrowed: the limit and the cache live in Redis. Fails: ERR_FATAL. */
MUST_CHECK struct beget_client *beget_client_new(const struct beget_options *options,
                                                 struct queue *queue, struct err *err);
void beget_client_free(struct beget_client *client); /* NULL is a no-op */

/* What beget_call() has been asked for so far, also in vain; the caller empties it. */
struct call_list *beget_calls(struct beget_client *client);

/* An argument of a call, in the order of the method's parameters. */
struct beget_argument {
    const char *text; /* of a JSON parameter: valid JSON */
    int64_t number;
};

/* How a call is made. Zeroed: no hook, cache allowed, never abandoned. */
struct beget_call_options {
    bool fresh;                  /* ask the API even when a cached answer is there             */
    void (*slow)(void *context); /* called once when the answer is not there after slow_after_ms: */
                                 /* the moment to tell the chat that work is under way         */
    void *context;               /* for slow()                                                 */
    int64_t slow_after_ms;
    int abandon_fd;  /* 0: none. Once it is readable, nobody wants the outcome any more: the   */
                     /* call ends at once, whatever its class. Borrowed, never read from       */
    bool turn_taken; /* beget_take_turn() has taken the turn: of the first request, and of its */
                     /* repetition when that was not sent                                      */
};

/*
 * Waits for `method`'s turn within the account's limit, for 30 s at most, and
 * takes it: for a caller that has something to write down between the wait
 * and the request. *out_go false: it would take longer, and nothing was taken.
 * Fails: as beget_call()
 */
MUST_CHECK bool beget_take_turn(struct beget_client *client, enum beget_method method,
                                const struct beget_call_options *options, bool *out_go,
                                struct err *err);

/*
 * Calls `method`. Waits for the rate limit, but for no longer than 30 s in
 * all. A read that was not answered is tried once more; LIMIT_ERROR of a read
 * is waited for once, within the same 30 s. The outcome is in `out` always;
 * free it with beget_answer_free(). Logs each call: method, milliseconds,
 * outcome, `update_id`.
 *
 * Fails (returns false) only for Redis: as redis_run(), and ERR_STOPPED on
 * shutdown or when abandoned; the outcome is then BEGET_STOPPED.
 */
MUST_CHECK bool beget_call(struct beget_client *client, enum beget_method method,
                           const struct beget_argument arguments[], int64_t update_id,
                           const struct beget_call_options *options, struct beget_answer *out,
                           struct err *err);

#endif
