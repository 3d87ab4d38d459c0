/* SPDX-License-Identifier: MIT */
/*
 * A change of rights, as the tables of bot.db take it: read from an event or
 * from what Redis holds. Pure.
 *
 * Names in bot.db are as people write them ("пример.рф"), which is what the
 * Python bot compares them with; Redis has them in punycode.
 */
#ifndef WORKER_JOURNAL_RIGHT_CHANGE_H
#define WORKER_JOURNAL_RIGHT_CHANGE_H

#include "shared/base/err.h"
#include "shared/io/idn.h"
#include "worker/journal/rows.h"

#include <stdbool.h>
#include <stdint.h>

enum right_change_kind {
    RIGHT_ALLOW,       /* the chat may use the bot                       */
    RIGHT_UNLIST,      /* ... may not; its other rights stay as they are */
    RIGHT_SET,         /* the chat has these rights to the name          */
    RIGHT_UNSET,       /* ... none at all                                */
    RIGHT_ADD,         /* the chat has created the name                  */
    RIGHT_DEL,         /* the name is gone, with all rights to it        */
    RIGHT_ADMIT,       /* the chat may use the bot, and has no rights    */
    RIGHT_DENY,        /* it may not, and has none any more              */
    RIGHT_MEMBERS_ON,  /* the group's members have rights of their own   */
    RIGHT_MEMBERS_OFF, /* ... those of the group                         */
};

struct right_change {
    enum right_change_kind kind;
    int64_t chat_id;
    char name[IDN_UNICODE_SIZE]; /* "" where there is none                           */
    char *value;                 /* owned; the note, or letters of "EDCX"; never NULL */
    const char *by;              /* who did it; borrowed                              */
    int64_t ms;                  /* Unix time                                         */
};

void right_change_free(struct right_change *change);

/*
 * What an event asks for. *out_any false: nothing, as do most of them.
 * Fails: ERR_REJECT it is about rights but does not say which
 */
MUST_CHECK bool right_change_read(const struct journal_row *row, struct right_change *out,
                                  bool *out_any, struct err *err);

/* A chat as Redis has it: "1002", "-1002000000001". False for everything else. */
bool right_chat(const char *text, int64_t *out);

/* A name as bot.db has it. False for what is no name. */
bool right_name(const char *name, char out[IDN_UNICODE_SIZE]);

#endif
