/* SPDX-License-Identifier: MIT */
/*
 * All things that the bot asks people to type, one row each: who is asked,
 * what is said, and where the typed text leads.
 *
 * prompt_step.h keeps what a person was asked and takes the answer. To add a
 * prompt: an id in target.h, a row in prompts.c, the function that reads the
 * answer, its text. The functions are pure.
 */
#ifndef WORKER_CHAT_PROMPTS_H
#define WORKER_CHAT_PROMPTS_H

#include "worker/chat/rights.h"
#include "worker/chat/target.h"
#include "worker/chat/texts.h"

#include <stdbool.h>

struct prompt {
    const char *name; /* in targets: [a-z_]+ */

    /* Who may answer, asked at the prompt and at the answer. `name` is the target's. */
    bool (*may)(const struct rights *rights, const char *name);
    enum text_id no_right; /* with {name} and {chat} */

    /* A line below `ask`, an example of an answer. NULL: none. */
    enum text_id (*hint)(const struct target *target);

    enum text_id ask;    /* with {name} and {text}, the target's; the button ✖ is below it */
    enum screen_id back; /* where ✖ leads, about the target's name and text                 */

    /*
     * Where the answer leads: `typed` has no blanks around it and is not empty, *out is the
     * prompt's own target. False: *out_why is a sentence with {name} and {typed}, and the person
     * is asked again.
     */
    bool (*read)(const char *typed, struct target *out, enum text_id *out_why);
};

extern const struct prompt PROMPTS[PROMPT_COUNT];

/* prompt_admin.c */
bool prompt_is_admin(const struct rights *rights, const char *name);
bool prompt_allow(const char *typed, struct target *out, enum text_id *out_why);
bool prompt_allow_note(const char *typed, struct target *out, enum text_id *out_why);
bool prompt_grant(const char *typed, struct target *out, enum text_id *out_why);
bool prompt_chat_name(const char *typed, struct target *out, enum text_id *out_why);
bool prompt_filter(const char *typed, struct target *out, enum text_id *out_why);

#endif
