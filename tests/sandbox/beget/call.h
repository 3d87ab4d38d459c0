/* SPDX-License-Identifier: MIT */
/* One call of a method: what a handler gets, and how it answers. */
#ifndef TESTS_SANDBOX_BEGET_CALL_H
#define TESTS_SANDBOX_BEGET_CALL_H

#include "shared/base/compiler.h"
#include "tests/sandbox/beget/account.h"
#include "tests/sandbox/beget/envelope.h"
#include "tests/sandbox/beget/modes.h"

#include <stdbool.h>
#include <stdint.h>

struct json;

enum { CALL_TEXT_SIZE = 1024 };

/*
 * A handler reads `input`, changes `account`, and leaves either a result or a
 * refusal. It checks everything before it changes anything.
 */
struct call {
    struct account *account;   /* borrowed, locked                                     */
    const struct modes *modes; /* borrowed                                             */
    const struct json *input;  /* an object; holds every required parameter            */
    int64_t now_ms;            /* Unix time                                            */
    struct json *result;       /* owned; left NULL it means `true`                     */
    struct refusal refusal;    /* filled by call_refuse()                              */
};

/*
 * Copies a parameter as text: a number gives its digits, an absent one "".
 * Refuses with INVALID_DATA what is neither, or does not fit.
 */
MUST_CHECK bool call_text(struct call *call, const char *name, char out[CALL_TEXT_SIZE]);

/* A whole number, also as text. Refuses with INVALID_DATA anything else. */
MUST_CHECK bool call_int(struct call *call, const char *name, int64_t *out);

/* Records why the method refuses. Returns false, so `return call_refuse(...)` reads well. */
bool call_refuse(struct call *call, const char *code, const char *format, ...) PRINTF_LIKE(3, 4);
bool call_refuse_object(struct call *call, const char *type);

/* INVALID_DATA "Incorrect input data". */
bool call_refuse_input(struct call *call);

#endif
