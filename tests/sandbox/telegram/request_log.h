/* SPDX-License-Identifier: MIT */
/*
 * What the bot asked for, what it was answered, and what was wrong with it.
 * The newest requests are kept, all violations are.
 */
#ifndef TESTS_SANDBOX_TELEGRAM_REQUEST_LOG_H
#define TESTS_SANDBOX_TELEGRAM_REQUEST_LOG_H

#include "shared/io/json.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { REQUEST_LOG_MAX = 20000, VIOLATIONS_MAX = 1000 };

struct request_entry {
    int64_t n; /* 1, 2, 3...                                        */
    char method[64];
    struct json *params; /* owned                                             */
    int status;          /* of the answer; 0 while there is none, -1 for none */
    const char *fault;   /* static name of the kind that struck, or NULL      */
    bool effect;         /* it was carried out, whatever the answer said      */
    int64_t message_id;  /* of the message that it made or changed; 0 = none  */
    int64_t unix_us;     /* when it arrived                                   */
    int64_t answered_us; /* when the answer left; 0 while there is none       */
};

struct request_log {
    struct request_entry *entries; /* owned ring; entry n is at n % REQUEST_LOG_MAX */
    int64_t last;                  /* n of the newest; 0 = none                     */
    struct json *violations;       /* owned list                                    */
    size_t violation_count;        /* also counts those that are not kept           */
};

/* The first entry will be last_n + 1. */
void request_log_init(struct request_log *log, int64_t last_n);
void request_log_free(struct request_log *log);

/* Begins an entry, taking `params` over; returns its n. */
int64_t request_log_begin(struct request_log *log, const char *method, struct json *params,
                          int64_t unix_us);

/* What became of a request. */
struct request_end {
    int status;
    const char *fault;
    bool effect;
    int64_t message_id;
};

/* Says so; an entry that is no longer kept is a no-op. */
void request_log_end(struct request_log *log, int64_t n, const struct request_end *end,
                     int64_t unix_us);

void request_log_violation(struct request_log *log, int64_t n, const char *method,
                           const char *problem);

/* {"requests","violations","last"} with the requests after `after`, of one method or NULL for all.
 */
struct json *request_log_to_json(const struct request_log *log, int64_t after, const char *method);

#endif
