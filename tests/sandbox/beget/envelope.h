/* SPDX-License-Identifier: MIT */
/* The three answers of the hosting API, byte for byte. Pure. */
#ifndef TESTS_SANDBOX_BEGET_ENVELOPE_H
#define TESTS_SANDBOX_BEGET_ENVELOPE_H

#include "shared/base/buf.h"

struct json;

enum refusal_form {
    REFUSAL_TEXT,   /* "error_text":"…"                                 */
    REFUSAL_OBJECT, /* "error_text":{"type":"…","message":null}         */
};

/* Why a method refused. */
struct refusal {
    const char *code;       /* static; all digits print as a number; NULL: it did not refuse */
    enum refusal_form form; /* of the text                                                   */
    char text[400];         /* the text, or the type                                         */
};

/* {"status":"success","answer":{"status":"success","result":…}} */
void envelope_success(const struct json *result, struct buf *out);

/* {"status":"success","answer":{"status":"error","errors":[…]}} */
void envelope_refused(const struct refusal *refusal, struct buf *out);

/* {"status":"error","error_text":"…","error_code":"…"}: the method was not called. */
void envelope_error(const char *code, const char *text, struct buf *out);

/* Any JSON in PHP's spelling. */
void envelope_print(const struct json *node, struct buf *out);

#endif
