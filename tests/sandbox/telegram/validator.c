/* SPDX-License-Identifier: MIT */
#include "tests/sandbox/telegram/validator.h"

#include "shared/base/buf.h"
#include "shared/base/mem.h"
#include "shared/base/utf8.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

static const char ARRAY_OF[] = "Array of ";

static void add(struct problems *out, bool only_if_accepted, const char *format, ...)
    PRINTF_LIKE(3, 4);

static void add(struct problems *out, bool only_if_accepted, const char *format, ...)
{
    struct problem *problem;
    va_list args;

    out->items = xreallocarray(out->items, out->count + 1, sizeof(*out->items));
    problem = &out->items[out->count++];
    problem->only_if_accepted = only_if_accepted;
    va_start(args, format);
    (void)vsnprintf(problem->text, sizeof(problem->text), format, args);
    va_end(args);
    problem->text[utf8_fit_bytes(problem->text, strlen(problem->text), PROBLEM_SIZE - 1)] = '\0';
}

void problems_free(struct problems *problems)
{
    free(problems->items);
    *problems = (struct problems){.count = 0};
}

const char *validator_method_name(const struct json *schema, const char *method)
{
    const struct json *row;

    for (row = json_first(json_at(schema, "methods")); row; row = json_next(row)) {
        if (strcasecmp(json_name(row), method) == 0) {
            return json_name(row);
        }
    }
    return NULL;
}

/* By its whole name: json_at() would take a dot in it for a step. */
static const struct json *find_member(const struct json *object, const char *name)
{
    const struct json *row = json_first(object);

    while (row && strcmp(json_name(row), name) != 0) {
        row = json_next(row);
    }
    return row;
}

static bool is_integer(const char *text)
{
    const char *digits = text + (*text == '-');

    return *digits != '\0' && digits[strspn(digits, "0123456789")] == '\0';
}

static bool has_type(const struct json *types, const char *type)
{
    for (const struct json *row = json_first(types); row; row = json_next(row)) {
        if (strcmp(json_text(row, ""), type) == 0) {
            return true;
        }
    }
    return false;
}

/* Bytes of the JSON string that begins at `text`. */
static size_t string_bytes(const char *text)
{
    size_t at = 1;

    while (text[at] != '"' && text[at] != '\0') {
        at += text[at] == '\\' && text[at + 1] != '\0' ? 2 : 1;
    }
    return at + (text[at] == '"');
}

/* Numbers are told apart by their spelling, which a parsed tree does not keep. */
static void check_spelling(const char *raw, const char *path, struct problems *out)
{
    size_t len;

    for (const char *at = raw; *at != '\0'; at += len) {
        size_t digits = strspn(at, "+-0123456789.eE");
        bool number = *at == '-' || (*at >= '0' && *at <= '9');

        len = *at == '"' ? string_bytes(at) : number ? digits : 1;
        if (number && strcspn(at, ".eE") < digits) {
            add(out, false, "%s: the number %.*s is not written as an integer", path, (int)digits,
                at);
        }
    }
}

static void check_length(const struct json *field, const char *text, const char *path,
                         struct problems *out)
{
    const char *unit = json_text(field, "unit");
    int64_t min = 0;
    int64_t max = 0;
    bool parsed = false;
    size_t len;

    (void)json_bool(field, "parsed", &parsed);
    if (!unit || parsed || !json_int(field, "min", &min) || !json_int(field, "max", &max)) {
        return;
    }
    len = strcmp(unit, "bytes") == 0 ? strlen(text) : utf8_count(text, strlen(text));
    if (len < (size_t)min || len > (size_t)max) {
        add(out, true, "%s: %zu %s, not %d to %d", path, len, unit, (int)min, (int)max);
    }
}

/* ---- values inside JSON ---- */

struct place {
    const struct json *schema;
    const char *path; /* how problems name it */
};

static void check_any(struct place place, const struct json *value, const struct json *types,
                      struct problems *out);

static void check_fields(struct place place, const struct json *object, const struct json *fields,
                         struct problems *out)
{
    const struct json *row;
    char path[PROBLEM_SIZE];
    struct place inner = {.schema = place.schema, .path = path};

    for (row = json_first(object); row; row = json_next(row)) {
        const struct json *field = find_member(fields, json_name(row));
        const char *text = json_text(row, "");
        const char *constant = json_text(field, "is");

        (void)snprintf(path, sizeof(path), "%s.%s", place.path, json_name(row));
        if (!field) {
            add(out, false, "%s: unknown field", path);
            continue;
        }
        check_any(inner, row, json_at(field, "types"), out);
        if (text) {
            check_length(field, text, path, out);
        }
        if (text && constant && strcmp(text, constant) != 0) {
            add(out, false, "%s: \"%s\" is not \"%s\"", path, text, constant);
        }
    }
    for (row = json_first(fields); row; row = json_next(row)) {
        bool required = false;

        if (json_bool(row, "required", &required) && !find_member(object, json_name(row))) {
            add(out, true, "%s.%s: required, missing", place.path, json_name(row));
        }
    }
}

static void check_list(struct place place, const struct json *value, const char *type,
                       struct problems *out)
{
    struct json *types = json_list();
    size_t position = 0;
    char path[PROBLEM_SIZE];
    struct place inner = {.schema = place.schema, .path = path};

    (void)json_add(types, json_new_text(type));
    for (const struct json *row = json_first(value); row; row = json_next(row)) {
        (void)snprintf(path, sizeof(path), "%s[%zu]", place.path, position++);
        check_any(inner, row, types, out);
    }
    json_free(types);
}

/* What a type looks like in JSON. */
static enum json_type shape_of(const char *type)
{
    static const struct {
        const char *name;
        enum json_type shape;
    } SHAPES[] = {
        {"Boolean", JSON_BOOL},
        {"Integer", JSON_NUMBER},
        {"String", JSON_TEXT},
        {"True", JSON_BOOL},
    };

    for (size_t i = 0; i < ARRAY_LEN(SHAPES); i++) {
        if (strcmp(SHAPES[i].name, type) == 0) {
            return SHAPES[i].shape;
        }
    }
    return strncmp(type, ARRAY_OF, strlen(ARRAY_OF)) == 0 ? JSON_LIST : JSON_OBJECT;
}

static void check_one(struct place place, const struct json *value, const char *type,
                      struct problems *out)
{
    enum json_type shape = shape_of(type);
    const struct json *known = json_at(json_at(place.schema, "types"), type);

    if (json_at(known, "any")) {
        check_any(place, value, json_at(known, "any"), out);
    } else if (json_type(value) != shape) {
        add(out, false, "%s: is not of type %s", place.path, type);
    } else if (shape == JSON_LIST) {
        check_list(place, value, type + strlen(ARRAY_OF), out);
    } else if (shape == JSON_OBJECT) {
        check_fields(place, value, json_at(known, "fields"), out);
    }
}

/* Of several types, the one with the fewest problems is what the caller meant. */
static void check_any(struct place place, const struct json *value, const struct json *types,
                      struct problems *out)
{
    struct problems best = {.count = 0};
    bool first = true;

    for (const struct json *row = json_first(types); row; row = json_next(row)) {
        struct problems found = {.count = 0};

        check_one(place, value, json_text(row, ""), &found);
        if (first || found.count < best.count) {
            problems_free(&best);
            best = found;
        } else {
            problems_free(&found);
        }
        first = false;
    }
    for (size_t i = 0; i < best.count; i++) {
        add(out, best.items[i].only_if_accepted, "%s", best.items[i].text);
    }
    problems_free(&best);
}

/* ---- parameters: everything arrives as text ---- */

static void check_scalar(const struct param *param, const struct json *types, struct problems *out)
{
    bool text = has_type(types, "String");
    bool integer = has_type(types, "Integer");
    const char *value = param->value;

    if (integer && text) { /* an id, or @name */
        if (!is_integer(value) && value[0] != '@') {
            add(out, false, "%s: \"%.60s\" is neither an integer nor @name", param->name, value);
        }
    } else if (integer && !is_integer(value)) {
        add(out, false, "%s: \"%.60s\" is not an integer", param->name, value);
    } else if (has_type(types, "Boolean") && strcmp(value, "true") != 0 &&
               strcmp(value, "false") != 0) {
        add(out, false, "%s: \"%.60s\" is not a boolean", param->name, value);
    } else if (text && param->form == PARAM_RAW) {
        add(out, false, "%s: is not of type String", param->name);
    }
}

static bool is_scalar(const struct json *types)
{
    return has_type(types, "String") || has_type(types, "Integer") || has_type(types, "Boolean") ||
           has_type(types, "InputFile");
}

static void check_param(const struct json *schema, const struct json *fields,
                        const struct param *param, struct problems *out)
{
    const struct json *field = find_member(fields, param->name);
    const struct json *types = json_at(field, "types");
    struct place place = {.schema = schema, .path = param->name};
    struct err err = ERR_INIT;
    struct json *value;

    if (!field) {
        if (param->form != PARAM_FILE) { /* a file may be named by attach://NAME */
            add(out, false, "%s: unknown field", param->name);
        }
        return;
    }
    if (param->form == PARAM_RAW) {
        check_spelling(param->value, param->name, out);
    }
    if (param->form == PARAM_FILE) {
        if (!has_type(types, "InputFile")) {
            add(out, false, "%s: a file where none is taken", param->name);
        }
        return;
    }
    if (is_scalar(types)) {
        check_scalar(param, types, out);
        check_length(field, param->value, param->name, out);
        return;
    }
    value = json_parse(param->value, strlen(param->value), &err);
    if (!value) {
        add(out, false, "%s: is not JSON", param->name);
        return;
    }
    check_any(place, value, types, out);
    json_free(value);
}

void validator_check(const struct json *schema, const char *method, const struct params *params,
                     struct problems *out)
{
    const struct json *fields = json_at(json_at(schema, "methods"), method);

    if (params->problem) {
        add(out, false, "%s", params->problem);
    }
    for (size_t i = 0; i < params->count; i++) {
        if (params_find(params, params->items[i].name) != &params->items[i]) {
            add(out, false, "%s: given twice", params->items[i].name);
        }
        check_param(schema, fields, &params->items[i], out);
    }
    for (const struct json *row = json_first(fields); row; row = json_next(row)) {
        bool required = false;

        if (json_bool(row, "required", &required) && !params_find(params, json_name(row))) {
            add(out, true, "%s: required, missing", json_name(row));
        }
    }
}
