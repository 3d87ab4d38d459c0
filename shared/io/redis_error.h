/* SPDX-License-Identifier: MIT */
/* What Redis' refusals and a failed connect() mean for the caller. Pure. */
#ifndef SHARED_IO_REDIS_ERROR_H
#define SHARED_IO_REDIS_ERROR_H

#include "shared/base/err.h"

struct redis_refusal {
    enum err_kind kind; /* what the caller does next                            */
    const char *advice; /* " (what an operator does)", or ""; put after the text */
};

/* By the beginning of an error reply's text. What is not known can never succeed. */
struct redis_refusal redis_refusal_of(const char *text);

/* A sentence for an errno value of connect(), or NULL. Static. */
const char *redis_connect_cause(int number);

#endif
