/* SPDX-License-Identifier: MIT */
/*
 * What to type next, in a shell. A service runs in a container, which docker-compose starts, or
 * else as deploy/run starts it: its report says which ("container"). Without a report, or with one
 * that does not say, it is docker-compose. Pure.
 */
#ifndef SHARED_OPS_NEXT_COMMAND_H
#define SHARED_OPS_NEXT_COMMAND_H

#include "shared/io/json.h"
#include "shared/ops/stuck.h"

enum {
    NEXT_COMMAND_SIZE = 256,
    SHELL_WORD_SIZE = 160,
};

/*
 * `text`, which comes from Redis, as one word of a shell: as it is when that is harmless, else in
 * quotes; '' when it is longer than any name is. Into `out`, which is returned.
 */
const char *shell_word(const char *text, char out[SHELL_WORD_SIZE]);

/* Starts what has the role. `report` is of the process that had it last, or NULL. */
void next_start(const char *role, const struct json *report, char out[NEXT_COMMAND_SIZE]);

/* Shows what it has said last. */
void next_log(const char *role, const struct json *report, char out[NEXT_COMMAND_SIZE]);

/* Starts one more of what `alive` of are there. */
void next_one_more(const char *role, int64_t alive, const struct json *report,
                   char out[NEXT_COMMAND_SIZE]);

/* For a check that has failed, by what it says. */
void next_after_failure(enum stuck_cause cause, const char *why, const struct json *report,
                        char out[NEXT_COMMAND_SIZE]);

#endif
