/* SPDX-License-Identifier: MIT */
/*
 * Faults on order: which request is to fail, how, how often. Pure.
 */
#ifndef TESTS_SANDBOX_TELEGRAM_FAULTS_H
#define TESTS_SANDBOX_TELEGRAM_FAULTS_H

#include "shared/base/err.h"
#include "shared/io/httpd.h"
#include "shared/io/json.h"
#include "tests/sandbox/dice.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { FAULTS_MAX = 64 };

/* Whether the request still has its effect. */
enum fault_effect {
    FAULT_INSTEAD, /* no effect                          */
    FAULT_AROUND,  /* the effect, then a spoilt answer   */
    FAULT_BEFORE,  /* a wait, then effect and answer     */
    FAULT_AFTER,   /* the effect, a wait, the answer     */
};

struct fault_kind {
    const char *name; /* as the control API spells it                              */
    enum fault_effect effect;
    int status;              /* of an answer that is made up; 0 keeps the real one        */
    const char *description; /* of an answer in JSON; NULL for a body that is not         */
    const char *body;        /* sent instead; NULL keeps the real one                     */
    bool half_body;          /* the body ends in its middle, the HTTP message is whole    */
    enum httpd_fate fate;    /* what becomes of the connection                            */
};

struct fault {
    const struct fault_kind *kind;
    char method[64];       /* or "*"                                         */
    char description[256]; /* replaces the kind's when not ""                */
    int64_t count;         /* how often it strikes yet; -1 = until cleared   */
    int64_t percent;       /* of the requests it is for                      */
    struct dice dice;      /* which of them                                  */
    int64_t ms;            /* FAULT_BEFORE and FAULT_AFTER: how long         */
    int64_t retry_after;   /* 429: seconds                                   */
    int64_t chat_id;       /* only requests for this chat; 0 = any           */
    bool effect;           /* FAULT_INSTEAD: the effect takes place all the same */
};

struct faults {
    struct fault items[FAULTS_MAX];
    size_t count;
};

/*
 * Appends the fault that `order` describes: {"method","kind","count","ms",
 * "retry_after","chat_id","description","effect","percent","seed"}; all but "kind" may be missing.
 *
 * Fails: ERR_REJECT unknown kind, bad percent, too many faults
 */
MUST_CHECK bool faults_add(struct faults *faults, const struct json *order, struct err *err);

/* The first fault for this request, counted down; false when there is none. */
MUST_CHECK bool faults_take(struct faults *faults, const char *method, int64_t chat_id,
                            struct fault *out);

/* What is still armed, as a list of orders; to be freed. */
struct json *faults_to_json(const struct faults *faults);

#endif
