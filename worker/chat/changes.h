/* SPDX-License-Identifier: MIT */
/*
 * All changes that the bot can make, one row each: who may, what it would do,
 * which call does it, how one sees that it is done, and what is said.
 *
 * change_step.h takes a change through its question, its call and its outcome.
 * To add a change: an id in target.h, a row in changes.c, its functions in a
 * change_*.c file, its texts. The functions are pure.
 */
#ifndef WORKER_CHAT_CHANGES_H
#define WORKER_CHAT_CHANGES_H

#include "shared/base/buf.h"
#include "shared/io/json.h"
#include "shared/queue/queue.h"
#include "worker/beget/client.h"
#include "worker/beget/methods.h"
#include "worker/chat/page.h"
#include "worker/chat/scene.h"
#include "worker/chat/target.h"
#include "worker/chat/texts.h"

#include <stdbool.h>
#include <stdint.h>

enum { CHANGE_STATE_MAX_BYTES = 64 * 1024 /* JSON of the state around a change */ };

enum plan_kind {
    PLAN_READY,      /* it can be done: ask, or call                         */
    PLAN_NOT_OURS,   /* the name belongs to no domain of the account         */
    PLAN_NOT_NEEDED, /* it is so already, or cannot be: `why` says which     */
};

/* What a change of the scene's target would do as the account is now. A plain value. */
struct change_plan {
    enum plan_kind kind;
    enum text_id why;            /* not PLAN_READY: a sentence with {name}                        */
    char seen[TARGET_SEEN_SIZE]; /* PLAN_READY: tells this state from another; no blanks          */
    char text[IDN_ASCII_SIZE];   /* of the method's text parameter                                */
    int64_t number;              /* of its number parameter                                       */
};

struct change {
    const char *name;          /* in targets, events and logs: [a-z_]+             */
    bool local;                /* it changes Redis alone: nothing is called        */
    enum beget_method method;  /* not local: what carries it out                   */
    unsigned needs;            /* of enum screen_needs: what the functions look at */
    enum beget_method forgets; /* not local: the list that is another one afterwards */

    bool (*may)(const struct rights *rights, const char *name);

    /* What would be done. The target's text is what the person typed, of changes that have one. */
    void (*plan)(const struct scene *scene, struct change_plan *out);

    /* Appends JSON of the target's state in the scene. */
    void (*state)(const struct scene *scene, struct buf *out);

    /* Adds lines to the question, below its text: what exactly would change. NULL: none. */
    void (*detail)(const struct scene *scene, const struct change_plan *plan, struct page *page);

    /*
     * Reads the answer of a call that worked (local: NULL) and appends JSON of the state it left.
     * False: it is not what the API documents, and nobody knows.
     */
    bool (*accept)(const struct scene *scene, const struct json *result, struct buf *out);

    /*
     * The scene, fetched after the call, shows that it was carried out. False: nobody knows.
     * Local: NULL.
     */
    bool (*is_done)(const struct scene *scene);

    /* Adds what is written when it is done: all of a local change, of others what goes with it. */
    void (*note)(const struct scene *scene, struct queue_outcome *outcome);

    enum screen_id then; /* what to look at when it is done, about the name; SCREEN_MENU: none */

    /* texts with {name} and {text}, the target's; `unknown` also with {domain} */
    enum text_id no_right; /* and {chat}                                     */
    enum text_id question;
    enum text_id confirm; /* the button, begins with ✅                      */
    enum text_id done;
    enum text_id checked;  /* done, as a look has shown                     */
    enum text_id not_done; /* the first line; the second is the reason      */
    enum text_id unknown;
};

extern const struct change CHANGES[CHANGE_COUNT];

/* change_subdomain.c */
void sub_add_plan(const struct scene *scene, struct change_plan *out);
bool sub_add_accept(const struct scene *scene, const struct json *result, struct buf *out);
bool sub_add_is_done(const struct scene *scene);
void sub_add_note(const struct scene *scene, struct queue_outcome *outcome);
void sub_del_plan(const struct scene *scene, struct change_plan *out);
bool sub_del_accept(const struct scene *scene, const struct json *result, struct buf *out);
bool sub_del_is_done(const struct scene *scene);
void sub_del_note(const struct scene *scene, struct queue_outcome *outcome);
void sub_state(const struct scene *scene, struct buf *out);

#endif
