/* SPDX-License-Identifier: MIT */
/* The ways in which the hosting API can be told to fail. No locking: the caller serialises. */
#ifndef TESTS_SANDBOX_BEGET_FAULTS_H
#define TESTS_SANDBOX_BEGET_FAULTS_H

#include "shared/base/compiler.h"
#include "shared/base/err.h"
#include "shared/io/httpd.h"
#include "tests/sandbox/dice.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct json;

enum { FAULTS_MAX = 64, FAULT_METHOD_SIZE = 96 };

enum fault_wait { FAULT_AT_ONCE, FAULT_WAIT_BEFORE, FAULT_WAIT_AFTER };

struct fault_kind {
    const char *name;
    bool runs;            /* the method is called first, and has its effect               */
    enum httpd_fate fate; /* of the connection                                            */
    enum fault_wait wait; /* when the milliseconds pass                                   */
    int status;           /* of the answer below                                          */
    const char *body;     /* instead of the method's answer; NULL keeps that one          */
    const char *outcome;  /* for the log; NULL keeps the method's                         */
};

/* One fault that was asked for. A plain value. */
struct fault {
    const struct fault_kind *kind;  /* NULL: none                                           */
    char method[FAULT_METHOD_SIZE]; /* "section/method", or "*" for all                     */
    int64_t count;                  /* how often it strikes yet; -1 without end             */
    int64_t ms;                     /* to wait                                              */
    int64_t percent;                /* of those requests it strikes                         */
    struct dice dice;               /* which of them                                        */
    bool runs;                      /* as the kind says, unless the request said otherwise  */
};

/* All zero: none. */
struct faults {
    struct fault items[FAULTS_MAX]; /* in the order they were asked for */
    size_t count;                   /* in use                           */
};

/*
 * Adds {"method","kind","count","ms","effect","percent","seed"}; all but the kind have defaults.
 * Fails: ERR_REJECT unknown kind, bad number, too many.
 */
MUST_CHECK bool faults_add(struct faults *faults, const struct json *wanted, struct err *err);

/* The oldest fault for `method`, counted down, or one with kind NULL. */
struct fault faults_take(struct faults *faults, const char *method);

void faults_clear(struct faults *faults);

/* What is left, as a list; the caller owns it. */
struct json *faults_show(const struct faults *faults);

#endif
