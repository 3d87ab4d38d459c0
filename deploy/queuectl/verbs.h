/* SPDX-License-Identifier: MIT */
/*
 * What queuectl can do: a row for each verb. Finding the verb, --help, the
 * completion of the shells and the man page come from the rows.
 *
 * To add a verb: a row in verbs.c, and its function in a verb_*.c. A function
 * asks Redis, puts rows into session->listing, and says how it ended. One that
 * changes something does so through act.h alone.
 */
#ifndef DEPLOY_QUEUECTL_VERBS_H
#define DEPLOY_QUEUECTL_VERBS_H

#include "deploy/queuectl/ending.h"
#include "deploy/queuectl/options.h"
#include "shared/base/buf.h"
#include "shared/base/err.h"

#include <stdbool.h>
#include <stddef.h>

struct session;

enum { VERB_OPTIONS_MAX = 8, VERB_ANY_NUMBER = 1000 };

struct verb {
    const char *name;      /* "dead"                                                          */
    const char *second;    /* "ls": a second word that belongs to the name; NULL for none. The */
                           /* first row of a name with second words is meant without one       */
    const char *arguments; /* as help shows them: "ID..."; NULL for none                       */
    size_t least, most;    /* arguments                                                       */
    enum option options[VERB_OPTIONS_MAX]; /* beside those of every verb; OPTION_NONE ends them */
    bool monitor;     /* its exit codes are those of a monitor: wrong usage is UNKNOWN */
    bool changes;     /* it changes something: --yes, --dry-run, --why, --who            */
    const char *help; /* one line                                                        */
    const char *more; /* what else there is to know, sentences; or NULL                  */
    void (*table)(struct buf *out); /* appends lines to `more`; or NULL */
    enum ending (*run)(struct session *session, struct err *err);
};

extern const struct verb VERBS[];
extern const size_t VERB_COUNT;

/*
 * The verb of the words typed; *out_taken is how many of them name it. The rest
 * are its arguments, as many as it takes.
 * Fails: ERR_REJECT no such verb, too few or too many arguments, an option that it does not take
 */
MUST_CHECK bool verb_find(const struct options *options, const struct verb **out, size_t *out_taken,
                          struct err *err);

/* True for an option of every verb, or of this one. */
bool verb_takes(const struct verb *verb, enum option option);

#endif
