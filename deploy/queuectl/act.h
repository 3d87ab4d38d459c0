/* SPDX-License-Identifier: MIT */
/*
 * What changes something: asked for on a terminal or allowed by --yes, tried
 * out with --dry-run, and told to the log with who and why.
 *
 * A verb collects its acts and gives them to act_all(). Each is one call of a
 * function of shared/queue/operators.lua, which is atomic and leaves the event
 * operator.<verb>; with --dry-run the same function says what it would do, and
 * writes nothing.
 */
#ifndef DEPLOY_QUEUECTL_ACT_H
#define DEPLOY_QUEUECTL_ACT_H

#include "deploy/queuectl/ending.h"
#include "deploy/queuectl/session.h"

#include <stdbool.h>
#include <stddef.h>

enum { ACT_WORDS_MAX = 4 };

struct act {
    const char *function;             /* "bq_release"                                      */
    const char *subject;              /* what it is done to, for the row: an ID; "" for all */
    const char *words[ACT_WORDS_MAX]; /* before who and why; NULL ends them                */
    const char *text;                 /* behind who and why: what the chat is told; or NULL */
};

/*
 * Asks whether to do it, `question` without its question mark, unless --yes or
 * --dry-run is given; and why, unless --why is given or `why` says it for the
 * verb (else NULL). False: nothing is to be done, and *out says how to end; err
 * is filled in unless a person has said no.
 */
MUST_CHECK bool act_allowed(struct session *session, const char *question, const char *why,
                            enum ending *out, struct err *err);

/*
 * Does them in their order, a row for each: what, whether it was done, and the
 * sentence of the function. What cannot be done does not keep the others.
 * ENDING_PARTIAL: some were done; else as the first that was not.
 */
enum ending act_all(struct session *session, const struct act acts[], size_t count,
                    struct err *err);

/* act_allowed(), then act_all(). */
enum ending act_run(struct session *session, const char *question, const struct act acts[],
                    size_t count, struct err *err);

#endif
