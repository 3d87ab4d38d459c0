/* SPDX-License-Identifier: MIT */
/*
 * The decoders of shared/wire on arbitrary fields. Input: texts ended by NUL,
 * alternately name and value. What is accepted must survive a round trip.
 */
#include "shared/base/mem.h"
#include "shared/wire/event.h"
#include "shared/wire/reply.h"
#include "shared/wire/update.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

enum { FIELDS_MAX = 32 };

/* Cuts the input, which ends with a NUL, into fields. */
static size_t cut(const char *text, size_t size, struct field out[FIELDS_MAX])
{
    const char *end = text + size;
    size_t count = 0;

    while (text < end && count < FIELDS_MAX) {
        const char *value = text + strlen(text) + 1;

        if (value >= end) {
            break;
        }
        out[count++] = field_text(text, value);
        text = value + strlen(value) + 1;
    }
    return count;
}

static void check_update(const struct field fields[], size_t count)
{
    struct field again[UPDATE_FIELD_COUNT];
    struct field_scratch scratch = {.used = 0};
    struct update first;
    struct update second;
    struct err err = ERR_INIT;

    if (!update_decode(fields, count, &first, &err)) {
        assert(err.kind == ERR_RETRY || err.kind == ERR_REJECT);
        return;
    }
    update_encode(&first, &scratch, again);
    assert(update_decode(again, UPDATE_FIELD_COUNT, &second, &err));
    assert(first.update_id == second.update_id && first.chat_id == second.chat_id &&
           first.user_id == second.user_id && first.kind == second.kind);
    assert(strcmp(first.text, second.text) == 0 && strcmp(first.payload, second.payload) == 0);
}

static void check_reply(const struct field fields[], size_t count)
{
    struct field again[REPLY_FIELD_COUNT];
    struct field_scratch scratch = {.used = 0};
    struct reply first;
    struct reply second;
    struct err err = ERR_INIT;

    if (!reply_decode(fields, count, &first, &err)) {
        assert(err.kind == ERR_RETRY || err.kind == ERR_REJECT);
        return;
    }
    assert(!strpbrk(first.method, "/?&#%. "));
    reply_encode(&first, &scratch, again);
    assert(reply_decode(again, REPLY_FIELD_COUNT, &second, &err));
    assert(first.ref == second.ref && first.chat_id == second.chat_id);
    assert(strcmp(first.slot, second.slot) == 0 && strcmp(first.payload, second.payload) == 0);
}

static void check_event(const struct field fields[], size_t count)
{
    struct field again[EVENT_FIELD_COUNT];
    struct field_scratch scratch = {.used = 0};
    struct event first;
    struct event second;
    struct err err = ERR_INIT;

    if (!event_decode(fields, count, &first, &err)) {
        assert(err.kind == ERR_RETRY || err.kind == ERR_REJECT);
        return;
    }
    event_encode(&first, &scratch, again);
    assert(event_decode(again, EVENT_FIELD_COUNT, &second, &err));
    assert(first.ref == second.ref && first.result == second.result && first.ms == second.ms);
    assert(strcmp(first.before, second.before) == 0 && strcmp(first.after, second.after) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    char *text = xcalloc(size + 1, 1); /* exact size, so that one byte too far is seen */
    struct field fields[FIELDS_MAX];
    size_t count;

    memcpy(text, bytes, size);
    count = cut(text, size + 1, fields);
    check_update(fields, count);
    check_reply(fields, count);
    check_event(fields, count);
    free(text);
    return 0;
}
