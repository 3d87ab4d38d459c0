/* SPDX-License-Identifier: MIT */
/*
 * The state of telegram-sim, behind one lock.
 *
 * Every function that takes a `struct sim *` is called with the lock held,
 * unless it says otherwise. Who waits does so in sim_wait(), which gives the
 * lock away. Times are those of the simulator's clock, which the control API
 * can move forward; only the length of a wait is real.
 */
#ifndef TESTS_SANDBOX_TELEGRAM_SIM_H
#define TESTS_SANDBOX_TELEGRAM_SIM_H

#include "shared/base/err.h"
#include "shared/io/json.h"
#include "tests/sandbox/telegram/chats.h"
#include "tests/sandbox/telegram/faults.h"
#include "tests/sandbox/telegram/flood.h"
#include "tests/sandbox/telegram/request_log.h"
#include "tests/sandbox/telegram/updates.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

#define BOT_USERNAME "sandbox_bot"
#define BOT_NAME     "Sandbox"

/* What getUpdates remembers from call to call. */
struct poll_state {
    int64_t offset;          /* of the previous call                                  */
    int64_t started_ms;      /* of the previous call                                  */
    int64_t parked;          /* ticket of the call that is waiting; 0 = none          */
    int64_t tickets;         /* handed out so far                                     */
    bool ended_by_webhook;   /* why the parked call is to end                         */
    int64_t conflict_due_ms; /* before this, a 409 is held back for three seconds     */
};

struct sim {
    pthread_mutex_t lock;
    pthread_cond_t changed; /* signalled on every change that someone may wait for  */
    bool stopping;          /* waits end at once                                    */
    char token[128];        /* of the bot; its digits are the bot's id              */
    int64_t bot_id;
    bool flood;            /* the limits on sending apply                          */
    struct json *schema;   /* owned: bot_api.json                                  */
    int64_t clock_unix_ms; /* the clock: Unix time at a moment,                      */
    int64_t clock_at_ms;   /* the monotonic time of that moment,                     */
    bool frozen;           /* and whether it stands still since                      */
    int64_t version;       /* grows with every change that the chat page shows     */
    struct world world;    /* people, chats, messages                              */
    struct update_queue updates;
    struct poll_state poll;
    struct faults faults;
    struct flood_bucket overall; /* messages to all chats                                */
    struct request_log log;
    struct json *commands; /* owned: [{"scope","language_code","commands"}]        */
    char webhook_url[256]; /* "" when there is none                                */
    int64_t callbacks;     /* button presses so far                                */
    int64_t files;         /* uploads so far                                       */
};

/* Fails: ERR_FATAL a token that is not DIGITS:TEXT */
MUST_CHECK struct sim *sim_new(const char *token, bool flood, struct err *err);

/*
 * As when the owner revokes the token: the old one is refused from now on.
 * Fails: ERR_REJECT not DIGITS:TEXT, or of another bot
 */
MUST_CHECK bool sim_set_token(struct sim *sim, const char *token, struct err *err);

/* NULL is a no-op. Nobody may hold the lock. */
void sim_free(struct sim *sim);

/* Empties chats, queue, log, faults; people and groups are the default ones again. */
void sim_reset(struct sim *sim);

/* Ends every wait, for good. Called without the lock. */
void sim_stop(struct sim *sim);

/* Unix milliseconds of the simulator's clock. */
int64_t sim_now_ms(const struct sim *sim);

/* Moves the clock, then lets it run or stand still. */
void sim_set_clock(struct sim *sim, int64_t advance_ms, bool frozen);

/* Wakes everyone who waits. */
void sim_notify(struct sim *sim);

/* Gives `chat` (may be NULL) a higher version and wakes everyone who waits. */
void sim_touch(struct sim *sim, struct chat *chat);

/*
 * Waits for the next change, giving the lock away meanwhile. False when
 * `deadline_ms` (monotonic) has passed or the simulator is stopping.
 */
MUST_CHECK bool sim_wait(struct sim *sim, int64_t deadline_ms);

/* Waits for `ms` milliseconds, whatever changes. */
void sim_pause(struct sim *sim, int64_t ms);

/* Queues an update of one kind; takes `content` over. Returns the update_id, or 0. */
int64_t sim_push_update(struct sim *sim, const char *kind, struct json *content);

#endif
