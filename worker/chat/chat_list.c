/* SPDX-License-Identifier: MIT */
#include "worker/chat/chat_list.h"

#include "shared/base/mem.h"
#include "shared/base/utf8.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool has_filter(const struct chat_item *item, const char *small)
{
    return strstr(item->key, small) || strstr(item->chat, small);
}

/* Shorter ids first, so that 99 stands before 1002. */
static int compare_ids(const char *left, const char *right)
{
    size_t left_len = strlen(left);
    size_t right_len = strlen(right);

    if (left_len != right_len) {
        return left_len < right_len ? -1 : 1;
    }
    return strcmp(left, right);
}

static int compare(const void *left, const void *right)
{
    const struct chat_item *one = left;
    const struct chat_item *other = right;
    int order = (one->key[0] == '\0') - (other->key[0] == '\0');

    if (order == 0) {
        order = strcmp(one->key, other->key);
    }
    return order != 0 ? order : compare_ids(one->chat, other->chat);
}

static void add_item(struct chat_list *list, struct chat_item item, const char *small)
{
    item.key = xstrdup(item.note);
    utf8_lower(item.key);
    if (has_filter(&item, small)) {
        list->items[list->count++] = item;
    } else {
        free(item.key);
    }
}

void chat_list_make(const struct state_hash *access, const struct state_hash *holders,
                    const char *filter, struct chat_list *out)
{
    const struct state_hash *chats = holders ? holders : access;
    char *small = xstrdup(filter);

    utf8_lower(small);
    *out = (struct chat_list){.items = xcalloc(state_hash_count(chats) + 1, sizeof(*out->items))};
    for (size_t i = 0; i < state_hash_count(chats); i++) {
        const char *chat = state_hash_name(chats, i);
        const char *note = state_hash_find(access, chat);

        if (note) {
            add_item(out,
                     (struct chat_item){.chat = chat,
                                        .note = note,
                                        .letters = holders ? state_hash_value(chats, i) : NULL},
                     small);
        }
    }
    qsort(out->items, out->count, sizeof(*out->items), compare);
    free(small);
}

void chat_list_free(struct chat_list *list)
{
    for (size_t i = 0; i < list->count; i++) {
        free(list->items[i].key);
    }
    free(list->items);
    *list = (struct chat_list){0};
}

const char *chat_title(const char *note, const char *chat, char out[CHAT_TITLE_SIZE])
{
    char quoted[TEXT_QUOTE_SIZE];

    (void)text_quote(note, strlen(note), quoted);
    for (char *end = quoted; *end != '\0'; end++) { /* a note may be anything */
        if (strchr("\r\n\t", *end)) {
            *end = ' ';
        }
    }
    if (quoted[0] != '\0') {
        (void)snprintf(out, CHAT_TITLE_SIZE, "%s (%.*s)", quoted, CHAT_ID_SIZE - 1, chat);
    } else {
        (void)snprintf(out, CHAT_TITLE_SIZE, "%.*s", CHAT_ID_SIZE - 1, chat);
    }
    return out;
}
