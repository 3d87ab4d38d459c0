/* SPDX-License-Identifier: MIT */
/*
 * The parameters of one Bot API request, from its query and its body. Pure.
 *
 * Telegram takes every parameter as text: a JSON number keeps its spelling, and
 * an integer ends at the first character that is not a digit. A body that is
 * not JSON gives the parameters that were read before the fault.
 */
#ifndef TESTS_SANDBOX_TELEGRAM_PARAMS_H
#define TESTS_SANDBOX_TELEGRAM_PARAMS_H

#include "shared/base/buf.h"
#include "shared/base/compiler.h"
#include "shared/io/json.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum param_form {
    PARAM_PLAIN, /* query, urlencoded or multipart: text of any type       */
    PARAM_TEXT,  /* a JSON string                                          */
    PARAM_RAW,   /* any other JSON value, as spelled                       */
    PARAM_FILE,  /* an uploaded file; the value is its name                */
};

struct param {
    char *name;           /* owned                  */
    char *value;          /* owned                  */
    enum param_form form; /* how it was transmitted */
    struct buf content;   /* owned; PARAM_FILE only */
};

struct params {
    struct param *items; /* owned; of two with one name the first counts */
    size_t count;
    const char *problem; /* static: what is wrong with the body, or NULL */
};

/* Copies both texts. */
void params_add(struct params *params, const char *name, const char *value, enum param_form form);

/* Takes the texts in `param` over. */
void params_add_owned(struct params *params, struct param param);

/* params_body.c: appends what the body holds; `content_type` is the header's value. */
void params_read_body(struct params *params, const char *content_type, const char *body,
                      size_t body_len);

void params_free(struct params *params);

/* NULL when absent. Borrowed. */
const struct param *params_find(const struct params *params, const char *name);

/* "" when absent. Borrowed. */
const char *params_text(const struct params *params, const char *name);

/* As Telegram reads integers: "12abc" is 12, "1e+15" is 1, "x" is 0. `fallback` when absent or "".
 */
int64_t params_int(const struct params *params, const char *name, int64_t fallback);

/* true, yes and 1 in any case. */
bool params_bool(const struct params *params, const char *name);

/* The value as JSON, to be freed; NULL when it is absent, "" or not JSON. */
MUST_CHECK struct json *params_json(const struct params *params, const char *name);

bool params_are_utf8(const struct params *params);

/* All parameters as one object, as they were spelled; to be freed. */
struct json *params_to_json(const struct params *params);

/* Telegram's reading of an integer's text. */
int64_t params_to_int(const char *text);

#endif
