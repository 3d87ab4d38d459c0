/* SPDX-License-Identifier: MIT */
/* Where an update is now, in words. */
#include "shared/base/buf.h"
#include "shared/base/compiler.h"
#include "shared/ops/place.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static struct field fields[] = {{"method", "sendMessage", 11}, {"reason", "403 blocked", 11}};

static const struct place_row {
    const char *name;
    const char *stream;
    const char *holder;
    const char *runs; /* of its chat */
    int64_t before;
    const char *phrase;
} ROWS[] = {
    {"a worker has it", "updates", "web1-5-1", "17-5", 0,
     "web1-5-1 works on it, renewed 61 s ago, delivery 2"},
    {"it waits for its chat", "updates", "_park", "17-5", 0, "waits behind 17-5 of its chat"},
    {"it waits behind several", "updates", "_park", "17-5", 3,
     "waits behind 17-5 of its chat, and 3 more"},
    {"its chat is free, which a person may have brought about", "updates", "_park", "", 0,
     "waits behind another one of its chat"},
    {"it was given back", "updates", "_free", "17-9", 0, "waits, any worker may take it"},
    {"nobody has read it", "updates", "", "", 0, "waits, no worker has looked at it"},
    {"a reply waits", "replies", "", "", 0, "a reply waits for the gateway: sendMessage"},
    {"a reply is being sent", "replies", "sender", "", 0,
     "the gateway has a reply since 61 s: sendMessage"},
    {"it was given up", "dead", "", "", 0, "is among the dead as 17-9: 403 blocked"},
};

static void a_place_is_told(void **state)
{
    const struct place_row *row = *state;
    struct queue_place place = {.stream = row->stream,
                                .id = "17-9",
                                .fields = fields,
                                .field_count = ARRAY_LEN(fields),
                                .holder = row->holder,
                                .idle_ms = 61234,
                                .deliveries = 2};
    const struct queue_whereabouts now = {
        .places = &place, .place_count = 1, .runs = row->runs, .before = row->before};
    struct buf phrase;

    buf_init(&phrase, 1000);
    place_tell(&now, 0, &phrase);
    assert_string_equal(buf_text(&phrase), row->phrase);
    buf_free(&phrase);
}

int main(void)
{
    struct CMUnitTest tests[ARRAY_LEN(ROWS)];

    for (size_t i = 0; i < ARRAY_LEN(ROWS); i++) {
        tests[i] = (struct CMUnitTest){ROWS[i].name, a_place_is_told, NULL, NULL,
                                       (void *)(uintptr_t)&ROWS[i]};
    }
    return cmocka_run_group_tests_name("place", tests, NULL, NULL);
}
