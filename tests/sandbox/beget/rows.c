/* SPDX-License-Identifier: MIT */
#include "tests/sandbox/beget/rows.h"

#include "shared/base/mem.h"
#include "shared/io/json.h"

#include <stdlib.h>
#include <string.h>

enum { FIRST_ROOM = 8 };

static bool has_prefix(const char *text, const char *prefix)
{
    return strncmp(text, prefix, strlen(prefix)) == 0;
}

static void free_row(struct row *row)
{
    free(row->key);
    json_free(row->json);
}

void rows_free(struct rows *rows)
{
    for (size_t i = 0; i < rows->count; i++) {
        free_row(&rows->items[i]);
    }
    free(rows->items);
    *rows = (struct rows){0};
}

struct json *rows_find(const struct rows *rows, const char *key)
{
    for (size_t i = 0; i < rows->count; i++) {
        if (strcmp(rows->items[i].key, key) == 0) {
            return rows->items[i].json;
        }
    }
    return NULL;
}

bool rows_add(struct rows *rows, const char *key, struct json *json)
{
    if (rows_find(rows, key)) {
        json_free(json);
        return false;
    }
    if (rows->count == rows->room) {
        rows->room = rows->room ? rows->room * 2 : FIRST_ROOM;
        rows->items = xreallocarray(rows->items, rows->room, sizeof(*rows->items));
    }
    rows->items[rows->count] = (struct row){.key = xstrdup(key), .json = json};
    rows->count++;
    return true;
}

/* Keeps the order of the others. */
static void remove_at(struct rows *rows, size_t at)
{
    free_row(&rows->items[at]);
    memmove(&rows->items[at], &rows->items[at + 1], (rows->count - at - 1) * sizeof(*rows->items));
    rows->count--;
}

bool rows_remove(struct rows *rows, const char *key)
{
    for (size_t i = 0; i < rows->count; i++) {
        if (strcmp(rows->items[i].key, key) == 0) {
            remove_at(rows, i);
            return true;
        }
    }
    return false;
}

void rows_remove_all(struct rows *rows, const char *prefix)
{
    for (size_t i = rows->count; i > 0; i--) {
        if (has_prefix(rows->items[i - 1].key, prefix)) {
            remove_at(rows, i - 1);
        }
    }
}

struct json *rows_list(const struct rows *rows, const char *prefix)
{
    struct json *list = json_list();

    for (size_t i = 0; i < rows->count; i++) {
        if (has_prefix(rows->items[i].key, prefix)) {
            (void)json_add(list, json_copy(rows->items[i].json));
        }
    }
    return list;
}

struct json *rows_list_latest_first(const struct rows *rows)
{
    struct json *list = json_list();

    for (size_t i = rows->count; i > 0; i--) {
        (void)json_add(list, json_copy(rows->items[i - 1].json));
    }
    return list;
}
