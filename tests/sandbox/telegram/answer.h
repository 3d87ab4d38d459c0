/* SPDX-License-Identifier: MIT */
/*
 * The answer to one Bot API request: a result or a refusal, and its envelope.
 */
#ifndef TESTS_SANDBOX_TELEGRAM_ANSWER_H
#define TESTS_SANDBOX_TELEGRAM_ANSWER_H

#include "shared/base/compiler.h"
#include "shared/io/httpd.h"
#include "shared/io/json.h"

#include <stdbool.h>
#include <stdint.h>

struct answer {
    int status;            /* of HTTP, and error_code                              */
    struct json *result;   /* owned; NULL until answer_give()                      */
    struct buf raw;        /* the result as text, when it has been printed already */
    char description[512]; /* of a refusal, or of a result that has a comment      */
    int64_t retry_after;   /* 429: seconds                                         */
    int64_t migrate_to;    /* 400: the group is this chat now                      */
    bool no_body;          /* the status says it all                               */
};

void answer_init(struct answer *answer);
void answer_free(struct answer *answer);

/* Succeeds with `result`, which is taken over. Always returns true. */
bool answer_give(struct answer *answer, struct json *result);

/* Succeeds with true and a comment. Always returns true. */
bool answer_done(struct answer *answer, const char *comment);

/* Fails; the text is a whole description, "Bad Request: ...". Always returns false. */
bool answer_refuse(struct answer *answer, int status, const char *format, ...) PRINTF_LIKE(3, 4);

/* Fails with 429. Always returns false. */
bool answer_flood(struct answer *answer, int64_t retry_after);

/* Writes status, headers and the envelope. */
void answer_write(const struct answer *answer, struct httpd_response *response);

#endif
