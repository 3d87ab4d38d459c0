/* SPDX-License-Identifier: MIT */
/* The 65 methods of the hosting API, one row each. */
#ifndef TESTS_SANDBOX_BEGET_METHODS_H
#define TESTS_SANDBOX_BEGET_METHODS_H

#include "tests/sandbox/beget/call.h"

#include <stdbool.h>
#include <stddef.h>

enum { METHOD_COUNT = 65, METHOD_PARAMETER_SIZE = 32 };

struct method {
    const char *path;                   /* "section/method", exact spelling                   */
    bool changes;                       /* success means that something has been changed      */
    void (*handler)(struct call *call); /* NULL: known, but not modelled                */
    const char *required;               /* parameters that must be there, separated by blanks */
};

extern const struct method METHODS[METHOD_COUNT];

/* NULL when there is no such method. */
const struct method *method_find(const char *path);

/* Checks the required parameters and calls the handler. Leaves a result or a refusal in `call`. */
void method_call(const struct method *method, struct call *call);

#endif
