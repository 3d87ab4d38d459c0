/* SPDX-License-Identifier: MIT */
/*
 * One call of the hosting API as the trace of an update has it: a line of name=value pairs,
 * "method=dns/getData target=shop.example.com outcome=ok took_ms=212 http=200 at_ms=1764154000000".
 *
 * Fields that say nothing are left out: no target, no wait for the account's limit, one try only,
 * no answer of HTTP, not from the cache. No value has a blank in it. A reader passes over names
 * that it does not know.
 */
#ifndef SHARED_WIRE_MADE_CALL_H
#define SHARED_WIRE_MADE_CALL_H

#include <stdbool.h>
#include <stdint.h>

enum { MADE_CALL_SIZE = 512, MADE_CALL_TARGET_SIZE = 256, MADE_CALL_WORD_SIZE = 48 };

struct made_call {
    const char *method;  /* "dns/getData"                                         */
    const char *target;  /* the name or number it was about; "" for none          */
    const char *outcome; /* "ok", "limit", "no_answer": worker/beget/answer.h     */
    int64_t at_ms;       /* Unix time when it was asked for                       */
    int64_t took_ms;     /* until it was known what came of it                    */
    int64_t waited_ms;   /* of these, for the account's limit                     */
    int64_t tries;       /* requests that were sent; 0 from the cache             */
    int http_status;     /* of the last answer; 0: none came                      */
    bool cached;         /* answered from the cache                               */
};

/* Long texts are cut, between characters, and what would part the line is replaced. */
void made_call_print(const struct made_call *call, char out[MADE_CALL_SIZE]);

/* Where made_call_read() puts texts. */
struct made_call_texts {
    char method[MADE_CALL_WORD_SIZE];
    char target[MADE_CALL_TARGET_SIZE];
    char outcome[MADE_CALL_WORD_SIZE];
};

/* False for a line without a method; texts of `out` are in `texts`, "" where the line has none. */
bool made_call_read(const char *line, struct made_call_texts *texts, struct made_call *out);

#endif
