/* SPDX-License-Identifier: MIT */
/*
 * Requests compared with the published Bot API. Pure.
 *
 * Telegram forgives much: an unknown parameter is ignored, a float is cut to
 * its first digits. Whatever it forgives is still a defect of the caller, and
 * is listed here as a problem.
 */
#ifndef TESTS_SANDBOX_TELEGRAM_VALIDATOR_H
#define TESTS_SANDBOX_TELEGRAM_VALIDATOR_H

#include "shared/io/json.h"
#include "tests/sandbox/telegram/params.h"

#include <stdbool.h>
#include <stddef.h>

enum { PROBLEM_SIZE = 256 };

struct problem {
    bool only_if_accepted;   /* missing or too long: Telegram may say so itself */
    char text[PROBLEM_SIZE]; /* UTF-8                                           */
};

struct problems {
    struct problem *items; /* owned */
    size_t count;
};

/* The spelling of a method that `schema` (bot_api.json) knows, in any case; NULL for others. */
const char *validator_method_name(const struct json *schema, const char *method);

/* Appends what is wrong with a request of `method`, a name from validator_method_name(). */
void validator_check(const struct json *schema, const char *method, const struct params *params,
                     struct problems *out);

void problems_free(struct problems *problems);

#endif
