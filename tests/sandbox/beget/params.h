/* SPDX-License-Identifier: MIT */
/*
 * Request parameters the way PHP collects them: query, urlencoded and
 * multipart bodies merged, the last one of a name wins, "a[b][0]" is a tree.
 * Pure.
 */
#ifndef TESTS_SANDBOX_BEGET_PARAMS_H
#define TESTS_SANDBOX_BEGET_PARAMS_H

#include <stddef.h>

struct json;

enum { PARAMS_MAX = 2000 };

struct param {
    char *name;  /* owned, decoded, brackets included       */
    char *value; /* owned, decoded, cut at the first NUL    */
};

/* All zero: none. */
struct params {
    struct param *items; /* owned, in order of arrival */
    size_t count;        /* in use                     */
    size_t room;         /* allocated                  */
};

void params_free(struct params *params);

/* Copies both texts. Beyond PARAMS_MAX parameters are ignored, as PHP does. */
void params_add(struct params *params, const char *name, const char *value);

/* "a=1&b=%20": application/x-www-form-urlencoded. */
void params_add_urlencoded(struct params *params, const char *bytes, size_t len);

/* `content_type` carries the boundary; without one nothing is added. */
void params_add_multipart(struct params *params, const char *content_type, const char *bytes,
                          size_t len);

/* The value of exactly this name, borrowed, or NULL. */
const char *params_get(const struct params *params, const char *name);

/*
 * All parameters as an object of texts, objects and lists, but for the names
 * in `skip` (ends with NULL). The caller owns it.
 */
struct json *params_tree(const struct params *params, const char *const skip[]);

#endif
