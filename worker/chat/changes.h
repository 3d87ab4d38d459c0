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
#include "worker/chat/chat_list.h"
#include "worker/chat/page.h"
#include "worker/chat/scene.h"
#include "worker/chat/target.h"
#include "worker/chat/texts.h"

#include <stdbool.h>
#include <stdint.h>

enum {
    CHANGE_STATE_MAX_BYTES = 64 * 1024, /* JSON of the state around a change */
    CHANGE_WORDS_SIZE = 512,
};

enum plan_kind {
    PLAN_READY,      /* it can be done: ask, or call                         */
    PLAN_NOT_OURS,   /* the name belongs to no domain of the account         */
    PLAN_NOT_NEEDED, /* it is so already, or cannot be: `why` says which     */
};

/* What a change of the scene's target would do as the account is now. */
struct change_plan {
    enum plan_kind kind;
    enum text_id why;            /* not PLAN_READY: a sentence with {name}                        */
    char seen[TARGET_SEEN_SIZE]; /* PLAN_READY: tells this state from another; no blanks          */
    char text[IDN_ASCII_SIZE];   /* of the method's text parameter                                */
    int64_t number;              /* of its number parameter                                       */
    struct buf json;             /* of its JSON parameter; owned: change_plan_free()              */
};

void change_plan_free(struct change_plan *plan);

/* Values for the texts of a change that are more than its name and text. A plain value. */
struct change_words {
    char chat[CHAT_ID_SIZE];        /* {chat}: whose rights are changed          */
    char who[CHAT_TITLE_SIZE];      /* {who}: the same as people know it         */
    char before[CHANGE_WORDS_SIZE]; /* {before}, {after}: what the change is about */
    char after[CHANGE_WORDS_SIZE];
};

struct change {
    const char *name;         /* in targets, events and logs: [a-z_]+             */
    const char *event;        /* what events call it; NULL: the name              */
    bool local;               /* it changes Redis alone: nothing is called        */
    bool replaces;            /* it writes all that is there, so that two at once would lose one: */
                              /* the name is held meanwhile, and what was written is read back    */
    bool admin_only;          /* others are refused, and `may` is NULL            */
    bool about_chat;          /* for the log: done to the chat of the target's text */
    enum beget_method method; /* not local: what carries it out                   */
    unsigned needs;           /* of enum screen_needs: what the functions look at */
    enum beget_method forgets; /* not local: the list that is another one afterwards */

    bool (*may)(const struct rights *rights, const char *name);

    /* The scene may not have been looked at. NULL: the texts need none. */
    void (*words)(const struct scene *scene, struct change_words *out);

    /*
     * Whether the target's text makes sense, asked before anything is looked at. False: *out_why is
     * a sentence with {name}. NULL: it always does.
     */
    bool (*check)(const struct target *target, enum text_id *out_why);

    /* What would be done; *out is zeroed. The target's text is what the person typed, of changes
     * that have one. */
    void (*plan)(const struct scene *scene, struct change_plan *out);

    /* Appends JSON of the target's state in the scene. */
    void (*state)(const struct scene *scene, struct buf *out);

    /* Adds lines to the question, below its text: what exactly would change. NULL: none. */
    void (*detail)(const struct scene *scene, const struct change_plan *plan, struct page *page);

    /* Appends {text} of the sentences below, as people read it. NULL: the target's text. */
    void (*say)(const struct scene *scene, struct buf *out);

    /* The question's button, when that depends on what would be done. NULL: `confirm`. */
    enum text_id (*label)(const struct scene *scene);

    /*
     * Reads the answer of a call that worked (local: NULL) and appends JSON of the state it left.
     * False: it is not what the API documents, and nobody knows.
     */
    bool (*accept)(const struct scene *scene, const struct json *result, struct buf *out);

    /*
     * The scene, fetched after the call, shows that it was carried out; `before` is the state() of
     * before the call, "" when that is not known. False: nobody knows. Local: NULL.
     */
    bool (*is_done)(const struct scene *scene, const char *before);

    /* Adds what is written when it is done: all of a local change, of others what goes with it. */
    void (*note)(const struct scene *scene, struct queue_outcome *outcome);

    /* Adds what other chats are told when it is done by this update. NULL: nothing. */
    void (*tell)(const struct scene *scene, int64_t update_id, struct queue_outcome *outcome);

    /* Adds buttons for what one may want next when it is done. NULL: none. */
    void (*ways)(const struct scene *scene, struct page *page);

    /* Where the way back from the outcome leads. NULL: to the menu alone. */
    struct target (*back)(const struct scene *scene);

    enum screen_id then; /* what to look at when it is done, about the name; SCREEN_MENU: none */

    /* texts with {name}, {text} and {words}; `unknown` also with {domain} */
    enum text_id no_right; /* with {name}, and {chat}: of who asks            */
    enum text_id question;
    enum text_id confirm; /* the button, begins with ✅                      */
    enum text_id done;
    enum text_id checked;  /* done, as a look has shown                     */
    enum text_id not_done; /* the first line; the second is the reason      */
    enum text_id unknown;
    enum text_id accepted; /* replaces: the API says done, and it could not be read back      */
    enum text_id differs;  /* replaces: the API says done, and what is there says otherwise   */
};

extern const struct change CHANGES[CHANGE_COUNT];

/* Whether who has `rights` may make a change to `name`. */
bool change_may(const struct change *change, const struct rights *rights, const char *name);

/* What a change to `target` is done to, as the log has it: the name or the chat. Borrowed, or
 * `room`. */
const char *change_about(const struct change *change, const struct target *target,
                         char room[CHAT_ID_SIZE]);

/* change_subdomain.c */
void sub_add_plan(const struct scene *scene, struct change_plan *out);
bool sub_add_accept(const struct scene *scene, const struct json *result, struct buf *out);
bool sub_add_is_done(const struct scene *scene, const char *before);
void sub_add_note(const struct scene *scene, struct queue_outcome *outcome);
void sub_del_plan(const struct scene *scene, struct change_plan *out);
bool sub_del_accept(const struct scene *scene, const struct json *result, struct buf *out);
bool sub_del_is_done(const struct scene *scene, const char *before);
void sub_del_note(const struct scene *scene, struct queue_outcome *outcome);
void sub_state(const struct scene *scene, struct buf *out);
struct target sub_back(const struct scene *scene);
/* change_rights.c */
void access_allow_words(const struct scene *scene, struct change_words *out);
void access_allow_plan(const struct scene *scene, struct change_plan *out);
void access_allow_detail(const struct scene *scene, const struct change_plan *plan,
                         struct page *page);
bool access_allow_accept(const struct scene *scene, const struct json *result, struct buf *out);
void access_allow_note(const struct scene *scene, struct queue_outcome *outcome);
void access_deny_words(const struct scene *scene, struct change_words *out);
void access_deny_plan(const struct scene *scene, struct change_plan *out);
bool access_deny_accept(const struct scene *scene, const struct json *result, struct buf *out);
void access_deny_note(const struct scene *scene, struct queue_outcome *outcome);
void access_state(const struct scene *scene, struct buf *out);
void grants_set_words(const struct scene *scene, struct change_words *out);
void grants_set_plan(const struct scene *scene, struct change_plan *out);
bool grants_set_accept(const struct scene *scene, const struct json *result, struct buf *out);
void grants_set_note(const struct scene *scene, struct queue_outcome *outcome);
void grants_unset_words(const struct scene *scene, struct change_words *out);
void grants_unset_plan(const struct scene *scene, struct change_plan *out);
void grants_unset_detail(const struct scene *scene, const struct change_plan *plan,
                         struct page *page);
bool grants_unset_accept(const struct scene *scene, const struct json *result, struct buf *out);
void grants_unset_note(const struct scene *scene, struct queue_outcome *outcome);
void grants_state(const struct scene *scene, struct buf *out);
void members_words(const struct scene *scene, struct change_words *out);
void members_plan(const struct scene *scene, struct change_plan *out);
bool members_accept(const struct scene *scene, const struct json *result, struct buf *out);
void members_note(const struct scene *scene, struct queue_outcome *outcome);
void members_state(const struct scene *scene, struct buf *out);
struct target chat_back(const struct scene *scene);
struct target chats_back(const struct scene *scene);
struct target grants_back(const struct scene *scene);
/* change_records.c: the changes of a name's records; the target says which */
bool records_check(const struct target *target, enum text_id *out_why);
void records_plan(const struct scene *scene, struct change_plan *out);
void records_state(const struct scene *scene, struct buf *out);
void records_detail(const struct scene *scene, const struct change_plan *plan, struct page *page);
void records_say(const struct scene *scene, struct buf *out);
enum text_id records_label(const struct scene *scene);
bool records_accept(const struct scene *scene, const struct json *result, struct buf *out);
bool records_is_done(const struct scene *scene, const char *before);
void records_note(const struct scene *scene, struct queue_outcome *outcome);
struct target records_back(const struct scene *scene);
bool records_may_undo(const struct rights *rights, const char *name);
void records_ways(const struct scene *scene, struct page *page);

/* change_request.c */
void request_plan(const struct scene *scene, struct change_plan *out);
void request_allow_tell(const struct scene *scene, int64_t update_id,
                        struct queue_outcome *outcome);
bool access_ignore_accept(const struct scene *scene, const struct json *result, struct buf *out);
void access_ignore_note(const struct scene *scene, struct queue_outcome *outcome);
/* change_language.c */
bool language_may(const struct rights *rights, const char *name);
void language_plan(const struct scene *scene, struct change_plan *out);
void language_state(const struct scene *scene, struct buf *out);
bool language_accept(const struct scene *scene, const struct json *result, struct buf *out);
void language_note(const struct scene *scene, struct queue_outcome *outcome);

#endif
