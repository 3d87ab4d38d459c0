/* SPDX-License-Identifier: MIT */
#include "shared/io/json.h"

#include "shared/base/mem.h"
#include "shared/base/utf8.h"
#include "shared/io/json_repair.h"

#include <assert.h>
#include <cJSON.h>
#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { INT_TEXT_SIZE = 24 }; /* "-9223372036854775808" and the NUL */

/* Above this, neighbouring whole numbers share one double: its digits would be invented. */
static const double EXACT_MAX = 9007199254740991.0; /* 2^53 - 1 */

/* ---- the border to cJSON: `struct json` is its node, seen from outside ---- */

static const cJSON *peek(const struct json *node)
{
    return (const cJSON *)node;
}

static cJSON *open_node(struct json *node)
{
    return (cJSON *)node;
}

static const struct json *lend(const cJSON *node)
{
    return (const struct json *)node;
}

static struct json *own(cJSON *node)
{
    assert(node); /* allocation does not fail, see use_our_memory() */
    return (struct json *)node;
}

static void *allocate(size_t size)
{
    return xcalloc(1, size);
}

static void use_our_memory(void)
{
    cJSON_Hooks hooks = {.malloc_fn = allocate, .free_fn = free};

    cJSON_InitHooks(&hooks);
}

/* Every node is born in a function that calls this first, so no cJSON allocation returns NULL. */
static void start_library(void)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;

    (void)pthread_once(&once, use_our_memory);
}

/* ---- parsing ---- */

/*
 * Makes numbers survive printing: cJSON writes whole numbers from 10^15 up as
 * 1e+15, which readers of ids take for 1. What no double can hold is null.
 */
static void settle_numbers(cJSON *item)
{
    double size = item->valuedouble < 0 ? -item->valuedouble : item->valuedouble;
    cJSON *member;

    if (cJSON_IsNumber(item) && !isfinite(size)) {
        item->type = cJSON_NULL;
    } else if (cJSON_IsNumber(item) && size >= 1e15 && size <= EXACT_MAX) {
        char text[INT_TEXT_SIZE];

        (void)snprintf(text, sizeof(text), "%.0f", item->valuedouble);
        item->type = cJSON_Raw;
        item->valuestring = xstrdup(text);
    }
    cJSON_ArrayForEach(member, item)
    {
        settle_numbers(member);
    }
}

struct json *json_parse(const char *bytes, size_t len, struct err *err)
{
    struct buf copy;
    struct json_repair repair;
    const char *stop = NULL;
    cJSON *root = NULL;

    start_library();
    buf_init(&copy, json_repair_max(len));
    repair = json_repair(bytes, len, &copy);
    if (repair.outcome != JSON_REPAIR_DONE) {
        (void)err_set(err, ERR_REJECT,
                      repair.outcome == JSON_REPAIR_TOO_DEEP
                          ? "json: nested too deeply at byte %zu"
                          : "json: a control character at byte %zu",
                      repair.at);
        goto out;
    }
    /* The end comes back through `stop`: cJSON_GetErrorPtr() is shared by all threads. */
    root = cJSON_ParseWithLengthOpts(buf_text(&copy), copy.len + 1, &stop, 1);
    if (!root) {
        size_t at =
            repair.in_text ? len : json_repair_source(bytes, len, (size_t)(stop - buf_text(&copy)));

        (void)err_set(err, ERR_REJECT,
                      at < len ? "json: malformed at byte %zu" : "json: cut short at byte %zu", at);
        goto out;
    }
    settle_numbers(root);
out:
    buf_free(&copy);
    return root ? own(root) : NULL;
}

void json_free(struct json *json)
{
    cJSON_Delete(open_node(json));
}

/* ---- reading ---- */

/* Reads `len` decimal digits as a list position; false when there is anything else. */
static bool read_position(const char *text, size_t len, size_t *out)
{
    size_t position = 0;

    if (len == 0 || len > 9) {
        return false;
    }
    for (size_t i = 0; i < len; i++) {
        if (text[i] < '0' || text[i] > '9') {
            return false;
        }
        position = position * 10 + (size_t)(text[i] - '0');
    }
    *out = position;
    return true;
}

static const cJSON *find_name(const cJSON *object, const char *name, size_t len)
{
    const cJSON *member;

    cJSON_ArrayForEach(member, object)
    {
        if (member->string && strlen(member->string) == len &&
            memcmp(member->string, name, len) == 0) {
            return member;
        }
    }
    return NULL;
}

static const cJSON *find_position(const cJSON *list, const char *text, size_t len)
{
    const cJSON *member = list->child;
    size_t position;

    if (!read_position(text, len, &position)) {
        return NULL;
    }
    while (member && position > 0) {
        member = member->next;
        position--;
    }
    return member;
}

const struct json *json_at(const struct json *node, const char *path)
{
    const cJSON *found = peek(node);
    const char *step = path;

    while (found && *step != '\0') {
        size_t len = strcspn(step, ".");

        if (cJSON_IsObject(found)) {
            found = find_name(found, step, len);
        } else if (cJSON_IsArray(found)) {
            found = find_position(found, step, len);
        } else {
            found = NULL;
        }
        step += len;
        step += *step == '.';
    }
    return lend(found);
}

enum json_type json_type(const struct json *node)
{
    static const struct {
        int theirs;
        enum json_type ours;
    } TYPES[] = {
        {cJSON_False, JSON_BOOL},    {cJSON_True, JSON_BOOL},   {cJSON_Number, JSON_NUMBER},
        {cJSON_Raw, JSON_NUMBER},    {cJSON_String, JSON_TEXT}, {cJSON_Array, JSON_LIST},
        {cJSON_Object, JSON_OBJECT},
    };

    for (size_t i = 0; node && i < ARRAY_LEN(TYPES); i++) {
        if ((peek(node)->type & 0xff) == TYPES[i].theirs) {
            return TYPES[i].ours;
        }
    }
    return JSON_NULL;
}

const char *json_text(const struct json *node, const char *path)
{
    return cJSON_GetStringValue(peek(json_at(node, path)));
}

/* Only "-" and digits: strtoimax() alone would also take blanks and "+". */
static bool read_int(const char *text, int64_t *out)
{
    const char *digits = text + (*text == '-');
    intmax_t number;

    if (*digits == '\0' || digits[strspn(digits, "0123456789")] != '\0') {
        return false;
    }
    errno = 0;
    number = strtoimax(text, NULL, 10);
    if (errno != 0) {
        return false;
    }
    *out = number;
    return true;
}

bool json_int(const struct json *node, const char *path, int64_t *out)
{
    const cJSON *found = peek(json_at(node, path));
    double value;

    if (cJSON_IsString(found) || cJSON_IsRaw(found)) {
        return read_int(found->valuestring, out);
    }
    if (!cJSON_IsNumber(found)) {
        return false;
    }
    value = found->valuedouble;
    if (value < -EXACT_MAX || value > EXACT_MAX || (double)(int64_t)value != value) {
        return false;
    }
    *out = (int64_t)value;
    return true;
}

bool json_bool(const struct json *node, const char *path, bool *out)
{
    const struct json *found = json_at(node, path);
    const char *text = json_text(found, "");
    int64_t number;

    if (cJSON_IsBool(peek(found))) {
        *out = cJSON_IsTrue(peek(found));
        return true;
    }
    if (text && (strcmp(text, "true") == 0 || strcmp(text, "false") == 0)) {
        *out = *text == 't';
        return true;
    }
    if ((text && strlen(text) != 1) || !json_int(found, "", &number) || number < 0 || number > 1) {
        return false;
    }
    *out = number == 1;
    return true;
}

size_t json_count(const struct json *node)
{
    return (size_t)cJSON_GetArraySize(peek(node));
}

const struct json *json_first(const struct json *node)
{
    return node ? lend(peek(node)->child) : NULL;
}

const struct json *json_next(const struct json *member)
{
    return member ? lend(peek(member)->next) : NULL;
}

const char *json_name(const struct json *member)
{
    return member ? peek(member)->string : NULL;
}

/* ---- building ---- */

struct json *json_object(void)
{
    start_library();
    return own(cJSON_CreateObject());
}

struct json *json_list(void)
{
    start_library();
    return own(cJSON_CreateArray());
}

struct json *json_new_text(const char *text)
{
    size_t len = strlen(text);
    struct buf copy;
    struct json *node;

    start_library();
    if (utf8_valid(text, len)) {
        return own(cJSON_CreateString(text));
    }
    buf_init(&copy, json_repair_max(len));
    json_repair_utf8(text, &copy);
    node = own(cJSON_CreateString(buf_text(&copy)));
    buf_free(&copy);
    return node;
}

struct json *json_new_int(int64_t number)
{
    char text[INT_TEXT_SIZE];

    start_library();
    (void)snprintf(text, sizeof(text), "%" PRId64, number);
    return own(cJSON_CreateRaw(text));
}

struct json *json_new_bool(bool value)
{
    start_library();
    return own(cJSON_CreateBool(value));
}

struct json *json_new_null(void)
{
    start_library();
    return own(cJSON_CreateNull());
}

struct json *json_copy(const struct json *node)
{
    cJSON *copy;

    assert(node);
    copy = cJSON_Duplicate(peek(node), 1);
    assert(copy);
    cJSON_free(copy->string); /* the name belongs to the place, not to the value */
    copy->string = NULL;
    return own(copy);
}

void json_set(struct json *object, const char *name, struct json *value)
{
    cJSON_bool done;

    assert(cJSON_IsObject(peek(object)) && value);
    if (cJSON_GetObjectItemCaseSensitive(peek(object), name)) {
        done = cJSON_ReplaceItemInObjectCaseSensitive(open_node(object), name, open_node(value));
    } else {
        done = cJSON_AddItemToObject(open_node(object), name, open_node(value));
    }
    assert(done);
    (void)done;
}

void json_set_text(struct json *object, const char *name, const char *text)
{
    json_set(object, name, json_new_text(text));
}

void json_set_int(struct json *object, const char *name, int64_t number)
{
    json_set(object, name, json_new_int(number));
}

void json_set_bool(struct json *object, const char *name, bool value)
{
    json_set(object, name, json_new_bool(value));
}

void json_remove(struct json *object, const char *name)
{
    cJSON_DeleteItemFromObjectCaseSensitive(open_node(object), name);
}

struct json *json_add(struct json *list, struct json *value)
{
    cJSON_bool done;

    assert(cJSON_IsArray(peek(list)) && value);
    done = cJSON_AddItemToArray(open_node(list), open_node(value));
    assert(done);
    (void)done;
    return value;
}

void json_print(const struct json *node, struct buf *out)
{
    char *text = node ? cJSON_PrintUnformatted(peek(node)) : NULL;

    buf_add(out, text ? text : "null", text ? strlen(text) : strlen("null"));
    cJSON_free(text);
}
