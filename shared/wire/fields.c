/* SPDX-License-Identifier: MIT */
#include "shared/wire/fields.h"

#include <assert.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

struct field field_text(const char *name, const char *value)
{
    return (struct field){.name = name, .value = value, .value_len = strlen(value)};
}

struct field field_int(struct field_scratch *scratch, const char *name, int64_t number)
{
    char *text;
    int len;

    assert(scratch->used < FIELD_SCRATCH_NUMBERS);
    text = scratch->numbers[scratch->used++];
    len = snprintf(text, sizeof(scratch->numbers[0]), "%" PRId64, number);
    assert(len > 0 && (size_t)len < sizeof(scratch->numbers[0]));
    return (struct field){.name = name, .value = text, .value_len = (size_t)len};
}

const char *fields_find(const struct field fields[], size_t count, const char *name)
{
    for (size_t i = 0; i < count; i++) {
        if (strcmp(fields[i].name, name) == 0) {
            return fields[i].value;
        }
    }
    return NULL;
}

bool fields_text(const struct field fields[], size_t count, const char *name, const char **out,
                 struct err *err)
{
    const char *text = fields_find(fields, count, name);

    if (!text) {
        return err_set(err, ERR_REJECT, "%s: missing", name);
    }
    *out = text;
    return true;
}

/* Decimal digits with at most a minus before them; strtoimax() alone also takes " 1" and "+1". */
static bool parse_int(const char *text, int64_t *out)
{
    const char *digits = text[0] == '-' ? text + 1 : text;
    intmax_t number;
    char *end;

    if (digits[0] < '0' || digits[0] > '9') {
        return false;
    }
    errno = 0;
    number = strtoimax(text, &end, 10);
    if (errno != 0 || *end != '\0' || number < INT64_MIN || number > INT64_MAX) {
        return false;
    }
    *out = (int64_t)number;
    return true;
}

bool fields_int(const struct field fields[], size_t count, const char *name, int64_t *out,
                struct err *err)
{
    const char *text = fields_find(fields, count, name);
    int64_t number;

    if (!text) {
        return err_set(err, ERR_REJECT, "%s: missing", name);
    }
    if (!parse_int(text, &number)) {
        return err_set(err, ERR_REJECT, "%s: not a number", name);
    }
    *out = number;
    return true;
}

bool fields_version(const struct field fields[], size_t count, int64_t ours, struct err *err)
{
    int64_t version = 0;

    if (!fields_int(fields, count, "v", &version, err)) {
        return false;
    }
    if (version > ours) {
        return err_set(err, ERR_RETRY,
                       "v: %" PRId64 " is newer than %" PRId64 ", left for a newer reader", version,
                       ours);
    }
    if (version < 1) {
        return err_set(err, ERR_REJECT, "v: not a version");
    }
    return true;
}
