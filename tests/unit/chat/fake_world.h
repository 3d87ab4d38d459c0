/* SPDX-License-Identifier: MIT */
/*
 * The world around one step of the chat: what Redis holds, what the hosting
 * API answers, and which outside call breaks, before or after doing its work.
 * The fakes stand behind the real headers and take the place of the modules
 * they are named after when the program is linked.
 */
#ifndef TESTS_UNIT_CHAT_FAKE_WORLD_H
#define TESTS_UNIT_CHAT_FAKE_WORLD_H

#include "shared/base/buf.h"
#include "shared/base/compiler.h"
#include "shared/base/err.h"
#include "shared/queue/hold.h"
#include "shared/queue/intent.h"
#include "shared/queue/queue.h"
#include "worker/beget/answer.h"
#include "worker/beget/methods.h"

#include <stdbool.h>

/* What the hosting API says to one method. Zeroed: an empty list. */
struct fake_answer {
    enum beget_failure failure;
    const char *text;   /* of the failure */
    const char *result; /* JSON           */
};

struct fake_world {
    /* Redis: see fake_hash(); NULL is empty */
    const char *grants;
    const char *own_grants; /* of the person as a chat with the bot                        */
    const char *access;     /* who may use the bot; NULL: everybody                        */
    const char *members;    /* groups whose members act for themselves                     */
    bool shut_out;          /* the chat is not allowed any more                            */
    const char *creators;   /* who created which name, asked for as a whole                */
    const char *button;
    const char *dialog;   /* what the person is asked to type; NULL: nothing */
    const char *language; /* that anybody has chosen; NULL: Telegram's */
    const char *survey;   /* JSON, see shared/queue/survey.h; NULL: nothing is there at all */
    const char *bot;      /* our user name; NULL: not known yet */
    const char *intent;   /* what is stored of a call of this update; NULL: none was begun */
    const char *creator;  /* of the name that is asked about; NULL: unknown                */
    enum queue_may may;   /* what queue_begin() answers; QUEUE_MAY_CALL is zero            */
    const char *told;     /* with DOUBT and ENDED; NULL: ""                                */
    bool remembers;       /* intents are kept from one answer to the next: `may` and `told` are */
                          /* what they make of them                                          */
    char recorded[1024];  /* what queue_record() was given last                              */
    char begun[1024];     /* the state before, of what `remembers`                              */
    enum queue_hold hold; /* what queue_hold() answers; QUEUE_HOLD_OURS is zero           */
    bool lost;            /* another worker has the update                                   */
    bool lost_at_record;  /* the same, from the call on          */

    /* the hosting API */
    struct fake_answer answers[BEGET_METHOD_COUNT];
    bool slow;    /* every call takes long enough for the hook           */
    bool no_turn; /* the account's limit is used up for longer than a call may wait */
    struct fake_answer later[BEGET_METHOD_COUNT]; /* from the change on, when `changes`   */
    bool changes;                                 /* the account is another one afterwards */
    int effects;                                  /* changes that were carried out */

    /* what breaks */
    int fail_at;        /* number of the outside call; 0: none           */
    bool fail_after;    /* the call does its work before it breaks       */
    enum err_kind kind; /* ERR_RETRY or ERR_STOPPED                      */

    /* what was seen */
    int calls;
    bool broken; /* the call that was to break was reached        */
    int beget_calls;
    int change_calls;   /* of those, the ones that change something           */
    bool cached;        /* some answer might have come from the cache         */
    struct buf log;     /* one line per outside call                     */
    struct buf emitted; /* progress, as outcome_lines() writes an outcome */
};

extern struct fake_world fake_world;

/* Forgets what was seen; what Redis and the API hold stays. */
void fake_world_again(void);

/* Forgets everything. */
void fake_world_free(void);

/* Counts an outside call. False: this one breaks before doing its work. */
bool fake_call(struct err *err, const char *format, ...) PRINTF_LIKE(2, 3);

/* False: the call that was counted as `number` breaks after having done its work. */
bool fake_worked(int number, struct err *err);

/*
 * Appends what a step brings, as an operator would tell it:
 *     send u7: Hello
 *     [Menu]
 *     event dns example.ru ok
 */
void outcome_lines(const struct queue_outcome *outcome, struct buf *out);

/* Appends the state writes that have nothing to do with buttons or leave a dialog, a line each. */
void outcome_state_lines(const struct queue_outcome *outcome, struct buf *out);

/* The first state write of an operation on a key, as "HSET button:abc chat 42"; NULL: none. */
const char *outcome_write(const struct queue_outcome *outcome, const char *begin);

/* Whether some state write holds `part`. */
bool outcome_holds(const struct queue_outcome *outcome, const char *part);

/* The parameters of the step's first call of `method`, JSON; NULL: none. */
const char *outcome_payload(const struct queue_outcome *outcome, const char *method);

/* How many calls of `method` the step brings. */
size_t outcome_count(const struct queue_outcome *outcome, const char *method);

#endif
