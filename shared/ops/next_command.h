/* SPDX-License-Identifier: MIT */
/*
 * What to type next, in a shell: one table of what there is to do, in the words of each way to run
 * the services (run_by.h). Pure.
 */
#ifndef SHARED_OPS_NEXT_COMMAND_H
#define SHARED_OPS_NEXT_COMMAND_H

#include "shared/io/json.h"
#include "shared/ops/stuck.h"

#include <stdint.h>

enum {
    NEXT_COMMAND_SIZE = 256,
    SHELL_WORD_SIZE = 160,
};

/*
 * `text`, which comes from Redis, as one word of a shell: as it is when that is harmless, else in
 * quotes; '' when it is longer than any name is. Into `out`, which is returned.
 */
const char *shell_word(const char *text, char out[SHELL_WORD_SIZE]);

enum next {
    NEXT_START,      /* what is not there                               */
    NEXT_LOG,        /* show what it has said last                      */
    NEXT_ONE_MORE,   /* than there are                                  */
    NEXT_TOKEN,      /* give it another token of Telegram               */
    NEXT_PASSWORD,   /* give it the login and the password of Beget     */
    NEXT_STOP_OTHER, /* which has the same token                        */
    NEXT_UPGRADE,    /* to the version that wrote what it does not know */
    NEXT_ROOM,       /* make some on the disk of bot.db                 */
    NEXT_MEMORY,     /* give Redis more                                 */
    NEXT_SAFE,       /* let Redis keep a file and evict nothing         */
    NEXT_COUNT,
};

/* Of whom. */
struct next_of {
    const char *role;          /* "gateway", "worker"; NULL for what is to do to Redis */
    const struct json *report; /* of the process, of one that is run as it is, or NULL */
    int64_t alive;             /* NEXT_ONE_MORE: how many there are                    */
    int64_t megabytes;         /* NEXT_MEMORY: how many it shall have                  */
};

/* Fills `out`; cut when it is too long. */
void next_command(enum next what, const struct next_of *of, char out[NEXT_COMMAND_SIZE]);

/* What a check that has failed asks for, by what it says. */
enum next next_after_failure(enum stuck_cause cause, const char *why);

#endif
