/* SPDX-License-Identifier: MIT */
/* What the three messages of this folder share: reading and writing named fields. */
#ifndef SHARED_WIRE_FIELDS_H
#define SHARED_WIRE_FIELDS_H

#include "shared/base/err.h"
#include "shared/base/field.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { FIELD_SCRATCH_NUMBERS = 8 };

/* Room for the decimal text of numbers while a struct field points at it. */
struct field_scratch {
    char numbers[FIELD_SCRATCH_NUMBERS][24];
    size_t used; /* 0 to start with */
};

struct field field_text(const char *name, const char *value);
struct field field_int(struct field_scratch *scratch, const char *name, int64_t number);

/* The text of field `name`, or NULL. Values are NUL-terminated by whoever read them. */
const char *fields_find(const struct field fields[], size_t count, const char *name);

/* Fails: ERR_REJECT "<name>: missing" or "<name>: not a number". */
MUST_CHECK bool fields_text(const struct field fields[], size_t count, const char *name,
                            const char **out, struct err *err);
MUST_CHECK bool fields_int(const struct field fields[], size_t count, const char *name,
                           int64_t *out, struct err *err);

/* Checks field "v". Fails: ERR_REJECT missing or not a number; ERR_RETRY newer than `ours`. */
MUST_CHECK bool fields_version(const struct field fields[], size_t count, int64_t ours,
                               struct err *err);

#endif
