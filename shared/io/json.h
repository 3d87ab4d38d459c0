/* SPDX-License-Identifier: MIT */
/*
 * JSON: typed reading by path, and building with exact 64-bit ids.
 *
 * The only module that includes <cJSON.h>. Readers never fail halfway: a path
 * that is missing, or of another type, gives false or NULL, and the caller
 * decides. A path is names and list positions joined by dots:
 * "callback_query.message.chat.id", "result.0.update_id", "" for the node
 * itself.
 *
 * A `struct json *` without const owns its tree; `const struct json *` borrows
 * from one and is valid until the owner is freed or changed.
 */
#ifndef SHARED_IO_JSON_H
#define SHARED_IO_JSON_H

#include "shared/base/buf.h"
#include "shared/base/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct json; /* opaque */

enum json_type { JSON_NULL, JSON_BOOL, JSON_NUMBER, JSON_TEXT, JSON_LIST, JSON_OBJECT };

/*
 * Parses exactly one document of `len` bytes; blanks around it are allowed.
 * Escapes that C text or UTF-8 cannot hold (\u0000, a lone surrogate) and
 * malformed UTF-8 become U+FFFD instead of failing the document: one odd
 * update must not block the batch it came in.
 *
 * Fails: ERR_REJECT not JSON, cut short, nested deeper than 100 levels
 */
MUST_CHECK struct json *json_parse(const char *bytes, size_t len, struct err *err);

/* NULL is a no-op. */
void json_free(struct json *json);

/* ---- reading; `node` may be NULL and then nothing is found ---- */

/* The node at `path`, or NULL. */
const struct json *json_at(const struct json *node, const char *path);

/* Type of a node; JSON_NULL for NULL. */
enum json_type json_type(const struct json *node);

/* UTF-8 text at `path`, or NULL when it is not a text. Borrowed. */
const char *json_text(const struct json *node, const char *path);

/* A whole number: 12, "12" and 12.0 all read as 12. Exact to 2^53 for numbers, all of int64 for
 * texts. */
bool json_int(const struct json *node, const char *path, int64_t *out);

/* true, 1, "1", "true" read as true; false, 0, "0", "false" as false; nothing else is found. */
bool json_bool(const struct json *node, const char *path, bool *out);

/* Members of a list or object; 0 for anything else. */
size_t json_count(const struct json *node);

/* First member of a list or object, and the one after `member`; NULL at the end. */
const struct json *json_first(const struct json *node);
const struct json *json_next(const struct json *member);

/* Name of a member of an object; NULL for list members. Borrowed. */
const char *json_name(const struct json *member);

/* ---- building ---- */

struct json *json_object(void);
struct json *json_list(void);
struct json *json_new_text(const char *text);
struct json *json_new_int(int64_t number); /* printed digit by digit, never as 1e+15 */
struct json *json_new_bool(bool value);
struct json *json_new_null(void);
struct json *json_copy(const struct json *node);

/* Puts a member into an object, replacing one of that name. Takes ownership of `value`. */
void json_set(struct json *object, const char *name, struct json *value);
void json_set_text(struct json *object, const char *name, const char *text);
void json_set_int(struct json *object, const char *name, int64_t number);
void json_set_bool(struct json *object, const char *name, bool value);

/* Takes a member out of an object; missing is a no-op. */
void json_remove(struct json *object, const char *name);

/* Appends to a list. Takes ownership of `value`; returns it, now borrowed from the list. */
struct json *json_add(struct json *list, struct json *value);

/* Appends the compact text of `node` to `out`; check buf_ok() afterwards. */
void json_print(const struct json *node, struct buf *out);

#endif
