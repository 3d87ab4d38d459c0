/* SPDX-License-Identifier: MIT */
#include "tests/sandbox/telegram/updates.h"

#include "shared/base/buf.h"
#include "shared/base/mem.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const int64_t DAY_MS = INT64_C(24) * 3600 * 1000;

/* How long an update of a kind waits; a message is counted from its date. */
static const struct {
    const char *kind;
    int64_t ms;
} LIFETIMES[] = {
    {"callback_query", 150000},     {"inline_query", 30000},          {"shipping_query", 150000},
    {"pre_checkout_query", 150000}, {"chosen_inline_result", 600000},
};

/* Not sent unless asked for by name. */
static const char *const NOT_DEFAULT[] = {"chat_member", "message_reaction",
                                          "message_reaction_count"};

static uint32_t kind_bit(const struct update_queue *queue, const char *kind)
{
    for (size_t i = 0; i < queue->kind_count; i++) {
        if (strcmp(queue->kinds[i], kind) == 0) {
            return UINT32_C(1) << i;
        }
    }
    return 0;
}

static uint32_t default_set(const struct update_queue *queue)
{
    uint32_t set = 0;

    for (size_t i = 0; i < queue->kind_count; i++) {
        set |= UINT32_C(1) << i;
    }
    for (size_t i = 0; i < ARRAY_LEN(NOT_DEFAULT); i++) {
        set &= ~kind_bit(queue, NOT_DEFAULT[i]);
    }
    return set;
}

void updates_init(struct update_queue *queue, const struct json *kinds)
{
    *queue = (struct update_queue){.next_id = UPDATES_FIRST_ID};
    for (const struct json *row = json_first(kinds); row; row = json_next(row)) {
        assert(queue->kind_count < UPDATES_KINDS);
        (void)snprintf(queue->kinds[queue->kind_count++], sizeof(queue->kinds[0]), "%s",
                       json_text(row, ""));
    }
    queue->allowed = default_set(queue);
}

static void pop(struct update_queue *queue)
{
    struct update *oldest = &queue->items[queue->head++];

    queue->bytes -= oldest->bytes;
    free(oldest->text);
    oldest->text = NULL;
    if (queue->head == queue->end) {
        queue->head = 0;
        queue->end = 0;
    }
}

void updates_clear(struct update_queue *queue)
{
    while (queue->head < queue->end) {
        pop(queue);
    }
}

void updates_free(struct update_queue *queue)
{
    updates_clear(queue);
    free(queue->items);
    queue->items = NULL;
    queue->cap = 0;
}

void updates_set_next_id(struct update_queue *queue, int64_t id)
{
    for (size_t i = queue->head; i < queue->end; i++) {
        queue->items[i].older_series = true;
    }
    queue->next_id = id;
}

/* The member that says what kind of update it is. */
static const struct json *find_kind(const struct update_queue *queue, const struct json *update)
{
    for (const struct json *row = json_first(update); row; row = json_next(row)) {
        if (kind_bit(queue, json_name(row)) != 0) {
            return row;
        }
    }
    return NULL;
}

static int64_t expiry_ms(const struct json *kind, int64_t now_ms)
{
    int64_t date_s;

    for (size_t i = 0; i < ARRAY_LEN(LIFETIMES); i++) {
        if (strcmp(LIFETIMES[i].kind, json_name(kind)) == 0) {
            return now_ms + LIFETIMES[i].ms;
        }
    }
    if (json_int(kind, "edit_date", &date_s) || json_int(kind, "date", &date_s)) {
        return date_s * 1000 + DAY_MS;
    }
    return now_ms + DAY_MS;
}

static void append(struct update_queue *queue, struct update update)
{
    if (queue->end == queue->cap && queue->head > 0) {
        memmove(queue->items, queue->items + queue->head,
                (queue->end - queue->head) * sizeof(*queue->items));
        queue->end -= queue->head;
        queue->head = 0;
    }
    if (queue->end == queue->cap) {
        queue->cap = queue->cap ? queue->cap * 2 : 64;
        queue->items = xreallocarray(queue->items, queue->cap, sizeof(*queue->items));
    }
    queue->items[queue->end++] = update;
    queue->bytes += update.bytes;
}

int64_t updates_push(struct update_queue *queue, const struct json *update, int64_t now_ms)
{
    const struct json *kind = find_kind(queue, update);
    struct update made = {.id = queue->next_id};
    struct json *whole;
    struct buf text;

    if (!kind || !(queue->allowed & kind_bit(queue, json_name(kind)))) {
        return 0;
    }
    made.expires_ms = expiry_ms(kind, now_ms);
    if (made.expires_ms <= now_ms || queue->end - queue->head >= UPDATES_QUEUE_MAX) {
        return 0;
    }
    whole = json_object();
    json_set_int(whole, "update_id", made.id);
    for (const struct json *row = json_first(update); row; row = json_next(row)) {
        if (strcmp(json_name(row), "update_id") != 0) {
            json_set(whole, json_name(row), json_copy(row));
        }
    }
    buf_init(&text, UPDATE_MAX_BYTES);
    json_print(whole, &text);
    json_free(whole);
    if (!buf_ok(&text) || queue->bytes + text.len > UPDATES_QUEUE_BYTES) {
        buf_free(&text);
        return 0;
    }
    made.text = text.data;
    made.bytes = text.len;
    append(queue, made);
    queue->next_id++;
    return made.id;
}

const char *updates_allow(struct update_queue *queue, const struct json *names)
{
    const char *unknown = NULL;
    uint32_t set = 0;

    if (json_type(names) != JSON_LIST) {
        return NULL;
    }
    for (const struct json *row = json_first(names); row; row = json_next(row)) {
        const char *name = json_text(row, "");

        if (!name) {
            return NULL;
        }
        set |= kind_bit(queue, name);
        if (kind_bit(queue, name) == 0 && !unknown) {
            unknown = name;
        }
    }
    queue->allowed = set ? set : default_set(queue);
    return unknown;
}

struct json *updates_allowed_names(const struct update_queue *queue)
{
    struct json *names;

    if (queue->allowed == default_set(queue)) {
        return NULL;
    }
    names = json_list();
    for (size_t i = 0; i < queue->kind_count; i++) {
        if (queue->allowed & (UINT32_C(1) << i)) {
            (void)json_add(names, json_new_text(queue->kinds[i]));
        }
    }
    return names;
}

/* Takes the expired ones out, wherever they are. */
static void expire(struct update_queue *queue, int64_t now_ms)
{
    size_t kept = queue->head;

    for (size_t i = queue->head; i < queue->end; i++) {
        if (queue->items[i].expires_ms > now_ms) {
            queue->items[kept++] = queue->items[i];
        } else {
            queue->bytes -= queue->items[i].bytes;
            free(queue->items[i].text);
        }
    }
    queue->end = kept;
}

size_t updates_count(struct update_queue *queue, int64_t now_ms)
{
    expire(queue, now_ms);
    return queue->end - queue->head;
}

static bool is_below(const struct update *update, int64_t offset)
{
    return update->older_series || update->id < offset;
}

/* Deletes what `offset` confirms. */
static void confirm(struct update_queue *queue, int64_t offset)
{
    int64_t first_id = queue->next_id;

    if (offset < 0) {
        while ((int64_t)(queue->end - queue->head) + offset > 0) {
            pop(queue);
        }
        return;
    }
    for (size_t i = queue->end; i > queue->head && !queue->items[i - 1].older_series; i--) {
        first_id = queue->items[i - 1].id;
    }
    if (offset == 0 || offset > queue->next_id + UPDATES_OFFSET_SLACK ||
        offset < first_id - UPDATES_OFFSET_PAST_MAX) {
        return; /* read from the head, confirming nothing */
    }
    while (queue->head < queue->end && is_below(&queue->items[queue->head], offset)) {
        pop(queue);
    }
}

size_t updates_get(struct update_queue *queue, int64_t offset, size_t limit, int64_t now_ms,
                   struct buf *out)
{
    size_t count = 0;
    size_t bytes = 0;

    expire(queue, now_ms);
    confirm(queue, offset);
    buf_add(out, "[", 1);
    for (size_t i = queue->head; i < queue->end && count < limit; i++) {
        bytes += queue->items[i].bytes;
        if (count > 0 && bytes > UPDATES_ANSWER_BYTES) {
            break;
        }
        buf_addf(out, "%s%s", count > 0 ? "," : "", queue->items[i].text);
        count++;
    }
    buf_add(out, "]", 1);
    return count;
}
