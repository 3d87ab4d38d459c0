/* SPDX-License-Identifier: MIT */
/* shared/wire: what is written is read back, and what is bad is named. */
#include "shared/wire/event.h"
#include "shared/wire/reply.h"
#include "shared/wire/update.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

enum { FIELDS_MAX = 16 };

/* ---- there and back ---- */

static void carries_an_update(void **state)
{
    const struct update sent = {
        .update_id = INT64_C(9007199254740991),
        .chat_id = INT64_C(-1001234567890123),
        .user_id = INT64_C(7000000001),
        .user = "@\xd0\xb8\xd0\xbc\xd1\x8f",
        .kind = UPDATE_CALLBACK,
        .text = "a\nb \"c\"",
        .payload = "{\"update_id\":1}",
    };
    struct field fields[UPDATE_FIELD_COUNT];
    struct field_scratch scratch = {.used = 0};
    struct update read;
    struct err err = ERR_INIT;

    (void)state;
    update_encode(&sent, &scratch, fields);
    assert_true(update_decode(fields, UPDATE_FIELD_COUNT, &read, &err));
    assert_int_equal(read.update_id, sent.update_id);
    assert_int_equal(read.chat_id, sent.chat_id);
    assert_int_equal(read.user_id, sent.user_id);
    assert_string_equal(read.user, sent.user);
    assert_int_equal(read.kind, sent.kind);
    assert_string_equal(read.text, sent.text);
    assert_string_equal(read.payload, sent.payload);
    assert_int_equal(read.received_ms, 0); /* push sets these two */
    assert_int_equal(read.deadline_ms, 0);
}

static void carries_a_reply(void **state)
{
    const struct reply sent = {.ref = 5,
                               .chat_id = INT64_MIN,
                               .method = "sendMessage",
                               .slot = "u5",
                               .payload = "{\"text\":\"\xe2\x8f\xb3\"}"};
    struct field fields[REPLY_FIELD_COUNT];
    struct field_scratch scratch = {.used = 0};
    struct reply read;
    struct err err = ERR_INIT;

    (void)state;
    reply_encode(&sent, &scratch, fields);
    assert_true(reply_decode(fields, REPLY_FIELD_COUNT, &read, &err));
    assert_int_equal(read.ref, sent.ref);
    assert_int_equal(read.chat_id, sent.chat_id);
    assert_string_equal(read.method, sent.method);
    assert_string_equal(read.slot, sent.slot);
    assert_string_equal(read.payload, sent.payload);
}

static void carries_an_event(void **state)
{
    const struct event sent = {.ref = 0,
                               .chat_id = -5,
                               .user_id = 6,
                               .user = "",
                               .action = "dns",
                               .target = "example.com",
                               .result = EVENT_UNKNOWN,
                               .before = "{}",
                               .after = "",
                               .ms = INT64_MAX};
    struct field fields[EVENT_FIELD_COUNT];
    struct field_scratch scratch = {.used = 0};
    struct event read;
    struct err err = ERR_INIT;

    (void)state;
    event_encode(&sent, &scratch, fields);
    assert_true(event_decode(fields, EVENT_FIELD_COUNT, &read, &err));
    assert_int_equal(read.ref, sent.ref);
    assert_int_equal(read.chat_id, sent.chat_id);
    assert_int_equal(read.user_id, sent.user_id);
    assert_string_equal(read.user, sent.user);
    assert_string_equal(read.action, sent.action);
    assert_string_equal(read.target, sent.target);
    assert_int_equal(read.result, sent.result);
    assert_string_equal(read.before, sent.before);
    assert_string_equal(read.after, sent.after);
    assert_int_equal(read.ms, sent.ms);
}

static void every_kind_and_result_comes_back(void **state)
{
    struct field_scratch scratch = {.used = 0};
    struct update update = {.update_id = 1, .user = "", .text = "", .payload = "{}"};
    struct event event = {.user = "", .action = "", .target = "", .before = "", .after = ""};
    struct field fields[FIELDS_MAX];
    struct err err = ERR_INIT;

    (void)state;
    for (int kind = UPDATE_MESSAGE; kind <= UPDATE_REQUEST; kind++) {
        scratch.used = 0;
        update.kind = (enum update_kind)kind;
        update_encode(&update, &scratch, fields);
        assert_true(update_decode(fields, UPDATE_FIELD_COUNT, &update, &err));
        assert_int_equal(update.kind, kind);
    }
    for (int result = EVENT_OK; result <= EVENT_UNKNOWN; result++) {
        scratch.used = 0;
        event.result = (enum event_result)result;
        event_encode(&event, &scratch, fields);
        assert_true(event_decode(fields, EVENT_FIELD_COUNT, &event, &err));
        assert_int_equal(event.result, result);
    }
}

static void field_order_and_unknown_fields_do_not_matter(void **state)
{
    const struct field fields[] = {
        {"colour", "red", 3},  {"payload", "{}", 2},  {"slot", "", 0}, {"method", "getMe", 5},
        {"chat_id", "-12", 3}, {"colour", "blue", 4}, {"ref", "0", 1}, {"v", "1", 1},
    };
    struct reply reply;
    struct err err = ERR_INIT;

    (void)state;
    assert_true(reply_decode(fields, ARRAY_LEN(fields), &reply, &err));
    assert_int_equal(reply.chat_id, -12);
}

/* ---- one bad field ---- */

enum message { UPDATE, REPLY, EVENT };

/* A good message of each kind, to spoil one field of. */
static const struct field GOOD[][FIELDS_MAX] = {
    [UPDATE] = {{"v", "1", 1},
                {"update_id", "10", 2},
                {"chat_id", "-100", 4},
                {"user_id", "7", 1},
                {"user", "@ann", 4},
                {"kind", "message", 7},
                {"text", "/start", 6},
                {"received_ms", "1700000000000", 13},
                {"deadline_ms", "1700000300000", 13},
                {"payload", "{}", 2}},
    [REPLY] = {{"v", "1", 1},
               {"ref", "10", 2},
               {"chat_id", "-100", 4},
               {"method", "sendMessage", 11},
               {"slot", "u10", 3},
               {"payload", "{}", 2}},
    [EVENT] = {{"v", "1", 1},
               {"ref", "10", 2},
               {"chat_id", "-100", 4},
               {"user_id", "7", 1},
               {"user", "@ann", 4},
               {"action", "dns", 3},
               {"target", "example.com", 11},
               {"result", "ok", 2},
               {"before", "", 0},
               {"after", "", 0},
               {"ms", "1700000000000", 13}},
};

struct spoilt_row {
    const char *name;
    enum message message;
    enum err_kind kind;
    const char *field;
    const char *value; /* NULL: the field is missing */
    const char *why;   /* the whole message */
};

/* clang-format off */
static struct spoilt_row spoilt_rows[] = {
    /* what it shows                                    message kind        field          value                  message */
    {"a version above ours is left for a newer reader", UPDATE, ERR_RETRY,  "v",           "2",                   "v: 2 is newer than 1, left for a newer reader"},
    {"a reply of a newer version",                      REPLY,  ERR_RETRY,  "v",           "9",                   "v: 9 is newer than 1, left for a newer reader"},
    {"an event of a newer version",                     EVENT,  ERR_RETRY,  "v",           "3",                   "v: 3 is newer than 1, left for a newer reader"},
    {"version 0 is none",                               UPDATE, ERR_REJECT, "v",           "0",                   "v: not a version"},
    {"a version that is no number",                     REPLY,  ERR_REJECT, "v",           "one",                 "v: not a number"},
    {"no version",                                      EVENT,  ERR_REJECT, "v",           NULL,                  "v: missing"},
    {"no update_id",                                    UPDATE, ERR_REJECT, "update_id",   NULL,                  "update_id: missing"},
    {"update_id 0",                                     UPDATE, ERR_REJECT, "update_id",   "0",                   "update_id: not above 0"},
    {"a negative update_id",                            UPDATE, ERR_REJECT, "update_id",   "-4",                  "update_id: not above 0"},
    {"an empty number",                                 UPDATE, ERR_REJECT, "chat_id",     "",                    "chat_id: not a number"},
    {"a number with a plus",                            UPDATE, ERR_REJECT, "chat_id",     "+1",                  "chat_id: not a number"},
    {"a number with a blank before it",                 UPDATE, ERR_REJECT, "chat_id",     " 1",                  "chat_id: not a number"},
    {"a number with a blank behind it",                 UPDATE, ERR_REJECT, "chat_id",     "1 ",                  "chat_id: not a number"},
    {"a lone minus",                                    UPDATE, ERR_REJECT, "chat_id",     "-",                   "chat_id: not a number"},
    {"a fraction",                                      UPDATE, ERR_REJECT, "user_id",     "1.0",                 "user_id: not a number"},
    {"a number above 64 bits",                          UPDATE, ERR_REJECT, "user_id",     "9223372036854775808", "user_id: not a number"},
    {"no user",                                         UPDATE, ERR_REJECT, "user",        NULL,                  "user: missing"},
    {"an unknown kind",                                 UPDATE, ERR_REJECT, "kind",        "poll",                "kind: not message, callback, member or request"},
    {"no kind",                                         UPDATE, ERR_REJECT, "kind",        NULL,                  "kind: missing"},
    {"no text",                                         UPDATE, ERR_REJECT, "text",        NULL,                  "text: missing"},
    {"a receipt time that is no number",                UPDATE, ERR_REJECT, "received_ms", "today",               "received_ms: not a number"},
    {"a deadline that is no number",                    UPDATE, ERR_REJECT, "deadline_ms", "soon",                "deadline_ms: not a number"},
    {"no payload",                                      UPDATE, ERR_REJECT, "payload",     NULL,                  "payload: missing"},
    {"no ref",                                          REPLY,  ERR_REJECT, "ref",         NULL,                  "ref: missing"},
    {"no method",                                       REPLY,  ERR_REJECT, "method",      NULL,                  "method: missing"},
    {"an empty method",                                 REPLY,  ERR_REJECT, "method",      "",                    "method: not the name of a Bot API method"},
    {"a method that leaves its place in the URL",       REPLY,  ERR_REJECT, "method",      "../getMe",            "method: not the name of a Bot API method"},
    {"a method with a query",                           REPLY,  ERR_REJECT, "method",      "getMe?a=1",           "method: not the name of a Bot API method"},
    {"no slot",                                         REPLY,  ERR_REJECT, "slot",        NULL,                  "slot: missing"},
    {"a reply without a payload",                       REPLY,  ERR_REJECT, "payload",     NULL,                  "payload: missing"},
    {"an unknown result",                               EVENT,  ERR_REJECT, "result",      "OK",                  "result: not ok, error, refused or unknown"},
    {"no action",                                       EVENT,  ERR_REJECT, "action",      NULL,                  "action: missing"},
    {"no target",                                       EVENT,  ERR_REJECT, "target",      NULL,                  "target: missing"},
    {"no state before",                                 EVENT,  ERR_REJECT, "before",      NULL,                  "before: missing"},
    {"no state after",                                  EVENT,  ERR_REJECT, "after",       NULL,                  "after: missing"},
    {"no time",                                         EVENT,  ERR_REJECT, "ms",          NULL,                  "ms: missing"},
};
/* clang-format on */

/* The good message with the row's field changed or left out; returns how many fields. */
static size_t spoil(const struct spoilt_row *row, struct field out[FIELDS_MAX])
{
    size_t count = 0;
    bool found = false;

    for (const struct field *field = GOOD[row->message]; field->name; field++) {
        bool spoilt = strcmp(field->name, row->field) == 0;

        found = found || spoilt;
        if (!spoilt || row->value) {
            out[count++] = spoilt ? field_text(row->field, row->value) : *field;
        }
    }
    assert_true(found);
    return count;
}

static bool decode(enum message message, const struct field fields[], size_t count, struct err *err)
{
    struct update update = {.update_id = 42};
    struct reply reply = {.ref = 42};
    struct event event = {.ref = 42};
    bool ok = false;

    switch (message) {
    case UPDATE:
        ok = update_decode(fields, count, &update, err);
        break;
    case REPLY:
        ok = reply_decode(fields, count, &reply, err);
        break;
    case EVENT:
        ok = event_decode(fields, count, &event, err);
        break;
    }
    if (!ok) { /* the outputs are left alone */
        assert_int_equal(update.update_id, 42);
        assert_int_equal(reply.ref, 42);
        assert_int_equal(event.ref, 42);
    }
    return ok;
}

static void refuses(void **state)
{
    const struct spoilt_row *row = *state;
    struct field fields[FIELDS_MAX];
    size_t count = spoil(row, fields);
    struct err err = ERR_INIT;

    assert_false(decode(row->message, fields, count, &err));
    assert_int_equal(err.kind, row->kind);
    assert_string_equal(err.message, row->why);
}

static void accepts_what_the_rows_spoil(void **state)
{
    (void)state;
    for (enum message message = UPDATE; message <= EVENT; message++) {
        struct err err = ERR_INIT;
        size_t count = 0;

        while (GOOD[message][count].name) {
            count++;
        }
        assert_true(decode(message, GOOD[message], count, &err));
    }
}

int main(void)
{
    struct CMUnitTest tests[ARRAY_LEN(spoilt_rows) + 6] = {
        {.name = "an update is read as it was written", .test_func = carries_an_update},
        {.name = "a reply is read as it was written", .test_func = carries_a_reply},
        {.name = "an event is read as it was written", .test_func = carries_an_event},
        {.name = "every kind and result comes back", .test_func = every_kind_and_result_comes_back},
        {.name = "order and unknown fields do not matter",
         .test_func = field_order_and_unknown_fields_do_not_matter},
        {.name = "unspoilt messages are accepted", .test_func = accepts_what_the_rows_spoil},
    };

    for (size_t i = 0; i < ARRAY_LEN(spoilt_rows); i++) {
        tests[i + 6] =
            (struct CMUnitTest){spoilt_rows[i].name, refuses, NULL, NULL, &spoilt_rows[i]};
    }
    return cmocka_run_group_tests_name("wire", tests, NULL, NULL);
}
