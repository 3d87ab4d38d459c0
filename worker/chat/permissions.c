/* SPDX-License-Identifier: MIT */
#include "worker/chat/permissions.h"

#include "shared/base/mem.h"
#include "worker/chat/screens.h"

#include <stdlib.h>

static bool fetch_hashes(struct permissions *permissions, unsigned needs, struct queue *queue,
                         struct err *err)
{
    struct state_read reads[2];
    size_t count = 0;

    if (needs & NEEDS_ACCESS) {
        reads[count++] = (struct state_read){.key = KEY_ACCESS, .tail = "", .hash = true};
    }
    if (needs & NEEDS_CREATORS) {
        reads[count++] = (struct state_read){.key = KEY_CREATORS, .tail = "", .hash = true};
    }
    return state_read_ahead(queue, reads, count, err) &&
           (!(needs & NEEDS_ACCESS) ||
            state_hgetall(queue, KEY_ACCESS, "", &permissions->access, err)) &&
           (!(needs & NEEDS_CREATORS) ||
            state_hgetall(queue, KEY_CREATORS, "", &permissions->creators, err));
}

static bool fetch_holders(struct permissions *permissions, const char *name, struct queue *queue,
                          struct err *err)
{
    size_t count = state_hash_count(permissions->access);
    const char **chats;
    bool ok;

    /* NOLINTNEXTLINE(bugprone-sizeof-expression): pointers are what the array holds */
    chats = xcalloc(count + 1, sizeof(*chats));
    for (size_t i = 0; i < count; i++) {
        chats[i] = state_hash_name(permissions->access, i);
    }
    ok = state_hget_each(queue, KEY_GRANTS, chats, count, name, &permissions->holders, err);
    free(chats);
    return ok;
}

bool permissions_fetch(struct permissions *permissions, unsigned needs, const char *name,
                       struct queue *queue, struct err *err)
{
    return fetch_hashes(permissions, needs, queue, err) &&
           (!(needs & NEEDS_HOLDERS) || fetch_holders(permissions, name, queue, err));
}

void permissions_free(struct permissions *permissions)
{
    state_hash_free(permissions->holders); /* borrows its names from the others */
    state_hash_free(permissions->creators);
    state_hash_free(permissions->access);
    *permissions = (struct permissions){0};
}
