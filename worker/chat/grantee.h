/* SPDX-License-Identifier: MIT */
/*
 * The chat whose rights an administrator looks at or is about to change, which
 * the target's text begins with (worker/chat/about_chat.h), as Redis has it.
 */
#ifndef WORKER_CHAT_GRANTEE_H
#define WORKER_CHAT_GRANTEE_H

#include "shared/base/err.h"
#include "shared/base/settings.h"
#include "shared/queue/state.h"
#include "worker/chat/about_chat.h"
#include "worker/chat/chat_list.h"

#include <stdbool.h>
#include <stdint.h>

/* Zeroed: not looked at. */
struct grantee {
    char chat[CHAT_ID_SIZE];   /* "" when the text names none                    */
    bool admin;                /* it may do everything, whatever is granted      */
    bool allowed;              /* it may use the bot                             */
    bool members_act;          /* a group whose members have rights of their own */
    char *note;                /* owned; "" for none                             */
    struct state_hash *grants; /* owned; name -> letters                         */
};

/* Reads it, in one round trip. Release it with grantee_free() in every case. Fails as state_get().
 */
MUST_CHECK bool grantee_fetch(struct grantee *grantee, const struct target *target,
                              const struct setting_ids *admins, struct queue *queue,
                              struct err *err);

void grantee_free(struct grantee *grantee);

/* How it is called, see chat_title(). */
const char *grantee_title(const struct grantee *grantee, char out[CHAT_TITLE_SIZE]);

/* What it may do by a grant on the name itself; NULL: there is none. Borrowed. */
const char *grantee_letters(const struct grantee *grantee, const char *name);

#endif
