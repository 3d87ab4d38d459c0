/* SPDX-License-Identifier: MIT */
/*
 * What became of a change, and what is said about it. Pure.
 *
 * Three things are never mixed up: done, certainly not done, and unknown. A
 * call that may have been carried out is never "not done", and what nobody
 * saw end is looked at, not repeated.
 */
#ifndef WORKER_CHAT_CHANGE_OUTCOME_H
#define WORKER_CHAT_CHANGE_OUTCOME_H

#include "shared/base/buf.h"
#include "shared/base/err.h"
#include "shared/queue/intent.h"
#include "shared/wire/event.h"
#include "worker/beget/answer.h"
#include "worker/chat/changes.h"
#include "worker/chat/page.h"

#include <stdbool.h>
#include <stdint.h>

enum change_end {
    CHANGE_DONE,
    CHANGE_CHECKED,    /* done: the answer was lost, a look has shown it                      */
    CHANGE_ACCEPTED,   /* done, says the hosting API; it could not be read back               */
    CHANGE_DIFFERS,    /* done, says the hosting API; what is there says otherwise            */
    CHANGE_UNKNOWN,    /* it may have been carried out, or may yet be                         */
    CHANGE_REFUSED,    /* not done: the hosting API says no, or was not reached               */
    CHANGE_NOT_NEEDED, /* not done: it is so already, or cannot be                            */
    CHANGE_BUSY,       /* not done: another change of the same is under way                   */
    CHANGE_LATE,       /* not done: the request waited too long                               */
    CHANGE_CANCELLED,  /* not done: an operator did not want it any more                      */
    CHANGE_DROPPED,    /* not done: the person has said no                                    */
    CHANGE_DOUBT,      /* no end yet: a look decides between CHECKED and UNKNOWN              */
    CHANGE_END_COUNT,
};

struct change_outcome {
    enum change_end end;
    enum beget_failure failure; /* CHANGE_REFUSED: why                                */
    char text[BEGET_TEXT_SIZE]; /* CHANGE_REFUSED: what the API said                  */
    enum text_id why;           /* CHANGE_NOT_NEEDED: the sentence                    */
    int64_t waited_ms;          /* CHANGE_LATE                                        */
    struct buf before;          /* owned; JSON of the state before, "" when not known */
    struct buf after;           /* owned; the same after, when it is done or DIFFERS  */
};

void change_outcome_init(struct change_outcome *outcome);
void change_outcome_free(struct change_outcome *outcome);

/* What an answer to the call means: DONE, REFUSED or DOUBT. `accepted`: see struct change. */
enum change_end change_end_of_call(enum beget_failure failure, bool accepted);

/* What a look after a doubt means: CHECKED or UNKNOWN. */
enum change_end change_end_of_look(enum beget_failure failure, bool is_done);

/* What the log calls it. */
enum event_result change_event_result(enum change_end end);

/* "done", "late", ...: for events; static. */
const char *change_end_name(enum change_end end);

/* Whether the outcome is stored with the intent, for whoever takes the request over. */
bool change_is_stored(enum change_end end);

/* What is stored: JSON. Only of an end that is. */
void change_outcome_print(const struct change_outcome *outcome, struct buf *out);

/* The reverse; `outcome` is initialized. Fails: ERR_REJECT anything else. */
MUST_CHECK bool change_outcome_parse(const char *text, struct change_outcome *outcome,
                                     struct err *err);

/* The question, answered by two buttons. `plan` is PLAN_READY. */
void draw_change_question(enum change_id id, const struct scene *scene,
                          const struct change_plan *plan, struct page *page);

/* The outcome. The scene's lists may be empty. Not for CHANGE_DOUBT. */
void draw_change_outcome(enum change_id id, const struct scene *scene,
                         const struct change_outcome *outcome, struct page *page);

#endif
