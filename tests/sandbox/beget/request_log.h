/* SPDX-License-Identifier: MIT */
/*
 * Every request to the hosting API, in order of arrival: the judge of the
 * fault tests. No locking: the caller serialises.
 */
#ifndef TESTS_SANDBOX_BEGET_REQUEST_LOG_H
#define TESTS_SANDBOX_BEGET_REQUEST_LOG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct json;

enum { LOG_METHOD_SIZE = 96, LOG_OUTCOME_SIZE = 64, LOG_ENTRIES_MAX = 200000 };

struct log_entry {
    int64_t n;                      /* 1, 2, 3: never used twice before a reset               */
    char method[LOG_METHOD_SIZE];   /* "dns/getData"                                          */
    struct json *input;             /* owned; NULL when it could not be read                  */
    char outcome[LOG_OUTCOME_SIZE]; /* "pending" until the request is done, see README.md     */
    const char *fault;              /* static name of the kind that struck, or NULL           */
    bool effect;                    /* the account was changed, whatever the answer said      */
    int64_t arrived_ms;             /* Unix time                                              */
    int64_t done_ms;                /* Unix time; 0 while pending                             */
};

/* All zero: empty. */
struct request_log {
    struct log_entry *entries; /* owned, oldest first */
    size_t count;              /* in use              */
    size_t room;               /* allocated           */
    int64_t last_n;            /* of the latest entry */
};

/* Forgets everything; numbers begin at 1 again. */
void request_log_clear(struct request_log *log);

/* Adds an entry; takes `input` over, without login and with passwords masked. Returns its n. */
int64_t request_log_begin(struct request_log *log, const char *method, struct json *input,
                          int64_t now_ms);

/* Completes entry `n`; nothing when a reset has forgotten it. */
void request_log_end(struct request_log *log, int64_t n, const char *outcome, const char *fault,
                     bool effect, int64_t now_ms);

/* {"requests":[…]} with the entries after number `after`; the caller owns it. */
struct json *request_log_show(const struct request_log *log, int64_t after);

#endif
