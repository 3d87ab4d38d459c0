/* SPDX-License-Identifier: MIT */
/*
 * Makes the text of a JSON document one that cJSON takes as it is meant.
 *
 * cJSON ends texts at \u0000, refuses lone surrogates, passes malformed UTF-8
 * on, takes control characters for blanks, and has no limit on depth that a
 * thread's stack could rely on. Pure; part of shared/io/json.c.
 */
#ifndef SHARED_IO_JSON_REPAIR_H
#define SHARED_IO_JSON_REPAIR_H

#include "shared/base/buf.h"

#include <stdbool.h>
#include <stddef.h>

struct json_repair {
    enum {
        JSON_REPAIR_DONE,
        JSON_REPAIR_TOO_DEEP,          /* over 100 levels, at `at`                   */
        JSON_REPAIR_CONTROL_CHARACTER, /* outside of a text, at `at`                 */
    } outcome;
    size_t at;    /* bytes of the document that were read                            */
    bool in_text; /* the document ended between two quotes                           */
};

/* Appends the repaired copy of a document to `out`, whose ceiling is json_repair_max(len). */
struct json_repair json_repair(const char *bytes, size_t len, struct buf *out);

/* The byte of the document from which byte `copy_at` of its repaired copy was made. */
size_t json_repair_source(const char *bytes, size_t len, size_t copy_at);

/* Appends `text` with U+FFFD for every byte that is not UTF-8. */
void json_repair_utf8(const char *text, struct buf *out);

/* Bytes that the copy of `len` bytes can have. */
size_t json_repair_max(size_t len);

#endif
