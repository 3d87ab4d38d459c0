/* SPDX-License-Identifier: MIT */
#include "shared/queue/ahead.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

/* The place of a reply, or ahead->count. */
static size_t find(const struct ahead *ahead, const char *what)
{
    size_t at = 0;

    while (at < ahead->count && strcmp(ahead->rows[at].what, what) != 0) {
        at++;
    }
    return at;
}

void ahead_forget(struct ahead *ahead)
{
    for (size_t i = 0; i < ahead->count; i++) {
        free(ahead->rows[i].what);
        redis_reply_free(ahead->rows[i].reply);
    }
    ahead->count = 0;
}

void ahead_age(struct ahead *ahead, int64_t now_ms)
{
    if (ahead->count > 0 && now_ms - ahead->read_ms > AHEAD_FRESH_MS) {
        ahead_forget(ahead);
    }
}

bool ahead_has(const struct ahead *ahead, const char *what)
{
    return find(ahead, what) < ahead->count;
}

void ahead_put(struct ahead *ahead, const struct ahead_row *row, int64_t now_ms)
{
    assert(ahead->count < AHEAD_MOST);
    if (ahead->count == 0) {
        ahead->read_ms = now_ms;
    }
    ahead->rows[ahead->count++] = *row;
}

struct redis_reply *ahead_take(struct ahead *ahead, const char *what)
{
    size_t at = find(ahead, what);
    struct redis_reply *reply;

    if (at == ahead->count) {
        return NULL;
    }
    reply = ahead->rows[at].reply;
    free(ahead->rows[at].what);
    ahead->rows[at] = ahead->rows[--ahead->count];
    return reply;
}
