/* SPDX-License-Identifier: MIT */
#include "tests/sandbox/beget/params.h"

#include "shared/base/mem.h"
#include "shared/io/json.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

enum { FIRST_ROOM = 16, BOUNDARY_SIZE = 128, DEPTH_MAX = 8 };

void params_free(struct params *params)
{
    for (size_t i = 0; i < params->count; i++) {
        free(params->items[i].name);
        free(params->items[i].value);
    }
    free(params->items);
    *params = (struct params){0};
}

/* Takes both texts over. */
static void take(struct params *params, char *name, char *value)
{
    if (params->count == PARAMS_MAX) {
        free(name);
        free(value);
        return;
    }
    if (params->count == params->room) {
        params->room = params->room ? params->room * 2 : FIRST_ROOM;
        params->items = xreallocarray(params->items, params->room, sizeof(*params->items));
    }
    params->items[params->count] = (struct param){.name = name, .value = value};
    params->count++;
}

void params_add(struct params *params, const char *name, const char *value)
{
    take(params, xstrdup(name), xstrdup(value));
}

/* ---- urlencoded ---- */

static int hex_digit(char digit)
{
    static const char DIGITS[] = "0123456789abcdef0123456789ABCDEF";
    const char *found = memchr(DIGITS, digit, sizeof(DIGITS) - 1);

    return found ? (int)(found - DIGITS) % 16 : -1;
}

static char *copy_bytes(const char *bytes, size_t len)
{
    char *copy = xcalloc(1, len + 1);

    return memcpy(copy, bytes, len);
}

static char *decode(const char *bytes, size_t len)
{
    unsigned char *text = xcalloc(1, len + 1);
    size_t used = 0;

    for (size_t i = 0; i < len; i++) {
        int high = i + 2 < len && bytes[i] == '%' ? hex_digit(bytes[i + 1]) : -1;
        int low = high >= 0 ? hex_digit(bytes[i + 2]) : -1;

        if (low >= 0) {
            text[used] = (unsigned char)(high * 16 + low);
            i += 2;
        } else {
            text[used] = (unsigned char)(bytes[i] == '+' ? ' ' : bytes[i]);
        }
        used++;
    }
    return (char *)text;
}

void params_add_urlencoded(struct params *params, const char *bytes, size_t len)
{
    size_t at = 0;

    while (at < len) {
        const char *end = memchr(bytes + at, '&', len - at);
        size_t size = end ? (size_t)(end - (bytes + at)) : len - at;
        const char *equals = memchr(bytes + at, '=', size);
        size_t name_size = equals ? (size_t)(equals - (bytes + at)) : size;

        if (name_size > 0) {
            take(params, decode(bytes + at, name_size),
                 equals ? decode(equals + 1, size - name_size - 1) : xstrdup(""));
        }
        at += size + 1;
    }
}

/* ---- multipart ---- */

static const char *find(const char *bytes, size_t len, const char *wanted)
{
    size_t wanted_len = strlen(wanted);

    for (size_t i = 0; i + wanted_len <= len; i++) {
        if (memcmp(bytes + i, wanted, wanted_len) == 0) {
            return bytes + i;
        }
    }
    return NULL;
}

/* Writes "--" and the boundary of the content type; false when there is none that fits. */
static bool read_boundary(const char *content_type, char out[BOUNDARY_SIZE])
{
    const char *found = strstr(content_type, "boundary=");
    size_t len;

    if (!found) {
        return false;
    }
    found += strlen("boundary=");
    if (*found == '"') {
        found++;
        len = strcspn(found, "\"");
    } else {
        len = strcspn(found, "; \t");
    }
    if (len == 0 || len + 3 > BOUNDARY_SIZE) {
        return false;
    }
    memcpy(out, "--", 2);
    memcpy(out + 2, found, len);
    out[len + 2] = '\0';
    return true;
}

/* One part: header lines, an empty line, the value. */
static void add_part(struct params *params, const char *part, size_t len)
{
    const char *head_end = find(part, len, "\r\n\r\n");
    const char *name = head_end ? find(part, (size_t)(head_end - part), " name=\"") : NULL;
    const char *name_end;
    const char *value;

    if (!name) {
        return;
    }
    name += strlen(" name=\"");
    name_end = memchr(name, '"', (size_t)(head_end - name));
    value = head_end + strlen("\r\n\r\n");
    if (name_end) {
        take(params, copy_bytes(name, (size_t)(name_end - name)),
             copy_bytes(value, len - (size_t)(value - part)));
    }
}

void params_add_multipart(struct params *params, const char *content_type, const char *bytes,
                          size_t len)
{
    char boundary[BOUNDARY_SIZE];
    const char *end = bytes + len;
    const char *part = NULL;

    if (!read_boundary(content_type, boundary)) {
        return;
    }
    for (;;) {
        const char *from = part ? part : bytes;
        const char *mark = find(from, (size_t)(end - from), boundary);

        if (!mark) {
            return;
        }
        if (part && mark - part >= 4) { /* CR LF on both sides of the part */
            add_part(params, part, (size_t)(mark - part) - 2);
        }
        part = mark + strlen(boundary);
    }
}

/* ---- looking up ---- */

const char *params_get(const struct params *params, const char *name)
{
    for (size_t i = params->count; i > 0; i--) {
        if (strcmp(params->items[i - 1].name, name) == 0) {
            return params->items[i - 1].value;
        }
    }
    return NULL;
}

/* ---- brackets ---- */

/* One step of a name: "a[b][0]" has the steps "a", "b" and "0". */
struct step {
    const char *text; /* borrowed, not terminated; NULL: no such step */
    size_t len;       /* bytes                                        */
};

/* Parameters that share their first steps. */
struct group {
    const struct param **items; /* owned array of borrowed members */
    size_t count;               /* members                         */
};

static struct step step_at(const char *name, size_t depth)
{
    size_t head = strcspn(name, "[");
    const char *at = name + head;

    if (depth == 0) {
        return (struct step){name, head > 0 ? head : strlen(name)};
    }
    for (size_t i = 1; head > 0 && *at == '[' && i <= DEPTH_MAX; i++) {
        const char *close = strchr(at, ']');

        if (!close) {
            break;
        }
        if (i == depth) {
            return (struct step){at + 1, (size_t)(close - at) - 1};
        }
        at = close + 1;
    }
    return (struct step){NULL, 0};
}

static bool same_step(struct step a, struct step b)
{
    return a.text && b.text && a.len == b.len && memcmp(a.text, b.text, a.len) == 0;
}

/* The members from `first` on whose step equals that of `first`; "[]" is always a new one. */
static struct group same_as(const struct group *group, size_t first, size_t depth)
{
    struct step step = step_at(group->items[first]->name, depth);
    struct group found = {.items = xcalloc(group->count, sizeof(const struct param *))};

    for (size_t i = first; i < group->count; i++) {
        if (i == first ||
            (step.len > 0 && same_step(step, step_at(group->items[i]->name, depth)))) {
            found.items[found.count] = group->items[i];
            found.count++;
        }
    }
    return found;
}

/* True when an earlier member has the step of `at` and so has taken it along. */
static bool taken_before(const struct group *group, size_t at, size_t depth)
{
    struct step step = step_at(group->items[at]->name, depth);

    for (size_t i = 0; i < at; i++) {
        if (step.len > 0 && same_step(step, step_at(group->items[i]->name, depth))) {
            return true;
        }
    }
    return false;
}

/* True when the steps count 0, 1, 2 or are empty: PHP prints such an array as a list. */
static bool is_list(const struct group *group, size_t depth)
{
    intmax_t expected = 0;

    for (size_t i = 0; i < group->count; i++) {
        struct step step = step_at(group->items[i]->name, depth);

        if (!step.text || taken_before(group, i, depth)) {
            continue;
        }
        if (step.len > 0 && (step.len > 6 || strspn(step.text, "0123456789") != step.len ||
                             strtoimax(step.text, NULL, 10) != expected)) {
            return false;
        }
        expected++;
    }
    return true;
}

static struct json *build(const struct group *group, size_t depth)
{
    const struct param *last = group->items[group->count - 1];
    bool list;
    struct json *node;

    if (!step_at(last->name, depth).text) {
        return json_new_text(last->value);
    }
    list = is_list(group, depth);
    node = list ? json_list() : json_object();
    for (size_t i = 0; i < group->count; i++) {
        struct step step = step_at(group->items[i]->name, depth);
        struct group part;

        if (!step.text || taken_before(group, i, depth)) {
            continue;
        }
        part = same_as(group, i, depth);
        if (list) {
            (void)json_add(node, build(&part, depth + 1));
        } else {
            char *name = copy_bytes(step.text, step.len);

            json_set(node, name, build(&part, depth + 1));
            free(name);
        }
        free(part.items);
    }
    return node;
}

static bool is_in(const char *const names[], const char *name)
{
    for (size_t i = 0; names[i]; i++) {
        if (strcmp(names[i], name) == 0) {
            return true;
        }
    }
    return false;
}

struct json *params_tree(const struct params *params, const char *const skip[])
{
    struct group all = {.items = xcalloc(params->count + 1, sizeof(const struct param *))};
    struct json *tree;

    for (size_t i = 0; i < params->count; i++) {
        if (!is_in(skip, params->items[i].name)) {
            all.items[all.count] = &params->items[i];
            all.count++;
        }
    }
    tree = json_object();
    for (size_t i = 0; i < all.count; i++) {
        if (!taken_before(&all, i, 0)) {
            struct step step = step_at(all.items[i]->name, 0);
            char *name = copy_bytes(step.text, step.len);
            struct group part = same_as(&all, i, 0);

            json_set(tree, name, build(&part, 1));
            free(part.items);
            free(name);
        }
    }
    free(all.items);
    return tree;
}
