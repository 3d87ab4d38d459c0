/* SPDX-License-Identifier: MIT */
/* What a person did, read from the update as Telegram sent it. */
#include "worker/chat/incoming.h"

#include "shared/base/compiler.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define FROM(code)  "\"from\":{\"id\":7,\"first_name\":\"Anna\",\"language_code\":\"" code "\"}"
#define PRIVATE     "\"chat\":{\"id\":7,\"type\":\"private\"}"
#define SUPERGROUP  "\"chat\":{\"id\":-100,\"type\":\"supergroup\",\"title\":\"Web\"}"
#define MESSAGE(it) "{\"update_id\":5,\"message\":{\"message_id\":11,\"date\":1700000000," it "}}"
#define PRESS(it)   "{\"update_id\":5,\"callback_query\":{\"id\":\"4242\"," FROM("ru") "," it "}}"
#define MEMBER(it)  "{\"update_id\":5,\"my_chat_member\":{" FROM("en") "," it "}}"
#define SITS(it)    "\"message\":{\"message_id\":33," it "}"

struct incoming_row {
    const char *name;
    enum update_kind kind;
    int64_t chat_id;
    const char *payload;
    enum language language;
    bool group;
    int64_t thread_id;
    int64_t message_id;
    const char *callback_id;
    const char *status;
};

/* clang-format off */
static struct incoming_row good_rows[] = {
    /* what it shows                               kind             chat  payload                                                                  language     group  thread message callback status */
    {"a message in a private chat",                UPDATE_MESSAGE,  7,    MESSAGE(FROM("en") "," PRIVATE ",\"text\":\"/help\""),                    LANGUAGE_EN, false, 0,     0,      "",      ""},
    {"a message in Russian",                       UPDATE_MESSAGE,  7,    MESSAGE(FROM("ru") "," PRIVATE),                                          LANGUAGE_RU, false, 0,     0,      "",      ""},
    {"a language with a country",                  UPDATE_MESSAGE,  7,    MESSAGE(FROM("ru-RU") "," PRIVATE),                                       LANGUAGE_RU, false, 0,     0,      "",      ""},
    {"a language that is not spoken here",         UPDATE_MESSAGE,  7,    MESSAGE(FROM("uk") "," PRIVATE),                                          LANGUAGE_EN, false, 0,     0,      "",      ""},
    {"a person without a language",                UPDATE_MESSAGE,  7,    MESSAGE("\"from\":{\"id\":7}," PRIVATE),                                  LANGUAGE_EN, false, 0,     0,      "",      ""},
    {"a language that is a number",                UPDATE_MESSAGE,  7,    MESSAGE("\"from\":{\"language_code\":42}," PRIVATE),                      LANGUAGE_EN, false, 0,     0,      "",      ""},
    {"nobody: an anonymous administrator",         UPDATE_MESSAGE,  -100, MESSAGE("\"sender_chat\":{\"id\":-100}," SUPERGROUP),                     LANGUAGE_EN, true,  0,     0,      "",      ""},
    {"a message in a group",                       UPDATE_MESSAGE,  -100, MESSAGE(FROM("ru") "," SUPERGROUP),                                       LANGUAGE_RU, true,  0,     0,      "",      ""},
    {"a message in a plain group",                 UPDATE_MESSAGE,  -5,   MESSAGE(FROM("en") ",\"chat\":{\"id\":-5,\"type\":\"group\"}"),           LANGUAGE_EN, true,  0,     0,      "",      ""},
    {"a chat without a type, a person's id",       UPDATE_MESSAGE,  7,    MESSAGE(FROM("en") ",\"chat\":{\"id\":7}"),                               LANGUAGE_EN, false, 0,     0,      "",      ""},
    {"a chat without a type, a group's id",        UPDATE_MESSAGE,  -100, MESSAGE(FROM("en") ",\"chat\":{\"id\":-100}"),                            LANGUAGE_EN, true,  0,     0,      "",      ""},
    {"a topic of a forum",                         UPDATE_MESSAGE,  -100, MESSAGE(FROM("en") "," SUPERGROUP ",\"is_topic_message\":true,\"message_thread_id\":9"), LANGUAGE_EN, true, 9, 0, "", ""},
    {"a thread of replies is no topic",            UPDATE_MESSAGE,  -100, MESSAGE(FROM("en") "," SUPERGROUP ",\"message_thread_id\":9"),            LANGUAGE_EN, true,  0,     0,      "",      ""},
    {"a message that is not in a topic",           UPDATE_MESSAGE,  -100, MESSAGE(FROM("en") "," SUPERGROUP ",\"is_topic_message\":false,\"message_thread_id\":9"), LANGUAGE_EN, true, 0, 0, "", ""},
    {"an update whose payload was too large",      UPDATE_MESSAGE,  -100, "{}",                                                                     LANGUAGE_EN, true,  0,     0,      "",      ""},

    {"a press",                                    UPDATE_CALLBACK, 7,    PRESS(SITS("\"date\":1700000000," PRIVATE) ",\"data\":\"x\""),            LANGUAGE_RU, false, 0,     33,     "4242",  ""},
    {"a press in a group",                         UPDATE_CALLBACK, -100, PRESS(SITS("\"date\":1700000000," SUPERGROUP)),                           LANGUAGE_RU, true,  0,     33,     "4242",  ""},
    {"a press in a topic",                         UPDATE_CALLBACK, -100, PRESS(SITS("\"date\":1," SUPERGROUP ",\"is_topic_message\":true,\"message_thread_id\":9")), LANGUAGE_RU, true, 9, 33, "4242", ""},
    {"the message's language is not the person's", UPDATE_CALLBACK, 7,    PRESS(SITS("\"date\":1," FROM("en") "," PRIVATE)),                        LANGUAGE_RU, false, 0,     33,     "4242",  ""},
    {"an inaccessible message cannot be edited",   UPDATE_CALLBACK, 7,    PRESS(SITS("\"date\":0," PRIVATE)),                                       LANGUAGE_RU, false, 0,     0,      "4242",  ""},
    {"a message without a date, neither",          UPDATE_CALLBACK, 7,    PRESS(SITS(PRIVATE)),                                                     LANGUAGE_RU, false, 0,     0,      "4242",  ""},
    {"a press without a message",                  UPDATE_CALLBACK, 7,    PRESS("\"inline_message_id\":\"AbC\""),                                   LANGUAGE_RU, false, 0,     0,      "4242",  ""},
    {"a message that is a number",                 UPDATE_CALLBACK, 7,    PRESS("\"message\":33"),                                                  LANGUAGE_RU, false, 0,     0,      "4242",  ""},

    {"the bot is blocked",                         UPDATE_MEMBER,   7,    MEMBER(PRIVATE ",\"new_chat_member\":{\"status\":\"kicked\"}"),           LANGUAGE_EN, false, 0,     0,      "",      "kicked"},
    {"the bot is added to a group",                UPDATE_MEMBER,   -100, MEMBER(SUPERGROUP ",\"new_chat_member\":{\"status\":\"member\"}"),        LANGUAGE_EN, true,  0,     0,      "",      "member"},
    {"a change without a status",                  UPDATE_MEMBER,   -100, MEMBER(SUPERGROUP),                                                       LANGUAGE_EN, true,  0,     0,      "",      ""},
    {"a status longer than any",                   UPDATE_MEMBER,   7,    MEMBER(PRIVATE ",\"new_chat_member\":{\"status\":\"abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyz\"}"), LANGUAGE_EN, false, 0, 0, "", "abcdefghijklmnopqrstuvwxyzabcde"},
};

static struct incoming_row bad_rows[] = {
    {"no payload",                         UPDATE_MESSAGE,  7, "",                                                0, 0, 0, 0, NULL, NULL},
    {"a payload that is no JSON",          UPDATE_MESSAGE,  7, "hello",                                           0, 0, 0, 0, NULL, NULL},
    {"a payload that is cut",              UPDATE_MESSAGE,  7, "{\"message\":{",                                  0, 0, 0, 0, NULL, NULL},
    {"a payload that is a list",           UPDATE_MESSAGE,  7, "[]",                                              0, 0, 0, 0, NULL, NULL},
    {"a payload that is a text",           UPDATE_MEMBER,   7, "\"message\"",                                     0, 0, 0, 0, NULL, NULL},
    {"a payload that is null",             UPDATE_MESSAGE,  7, "null",                                            0, 0, 0, 0, NULL, NULL},
    {"a press whose payload was too large", UPDATE_CALLBACK, 7, "{}",                                             0, 0, 0, 0, NULL, NULL},
    {"a press without an id",              UPDATE_CALLBACK, 7, "{\"callback_query\":{" FROM("ru") "}}",           0, 0, 0, 0, NULL, NULL},
    {"a press with an empty id",           UPDATE_CALLBACK, 7, "{\"callback_query\":{\"id\":\"\"}}",              0, 0, 0, 0, NULL, NULL},
    {"a press whose id is a number",       UPDATE_CALLBACK, 7, "{\"callback_query\":{\"id\":42}}",                0, 0, 0, 0, NULL, NULL},
    {"a press with an id longer than any", UPDATE_CALLBACK, 7, "{\"callback_query\":{\"id\":\"0123456789012345678901234567890123456789012345678901234567890123\"}}", 0, 0, 0, 0, NULL, NULL},
};
/* clang-format on */

static struct update update_of(const struct incoming_row *row)
{
    return (struct update){.update_id = 5,
                           .chat_id = row->chat_id,
                           .user_id = 7,
                           .user = "@anna",
                           .kind = row->kind,
                           .text = "",
                           .payload = row->payload};
}

static void reads(void **state)
{
    const struct incoming_row *row = *state;
    struct update update = update_of(row);
    struct incoming incoming = {0};
    struct err err = ERR_INIT;

    assert_true(incoming_read(&update, &incoming, &err));
    assert_ptr_equal(incoming.update, &update);
    assert_int_equal(incoming.language, row->language);
    assert_int_equal(incoming.group, row->group);
    assert_int_equal(incoming.thread_id, row->thread_id);
    assert_int_equal(incoming.message_id, row->message_id);
    assert_string_equal(incoming.callback_id, row->callback_id);
    assert_string_equal(incoming.member_status, row->status);
}

static void is_refused(void **state)
{
    const struct incoming_row *row = *state;
    struct update update = update_of(row);
    struct incoming incoming = {.thread_id = 77};
    struct err err = ERR_INIT;

    assert_false(incoming_read(&update, &incoming, &err));
    assert_int_equal(err.kind, ERR_REJECT);
    assert_int_equal(incoming.thread_id, 77); /* outputs are untouched */
    assert_null(incoming.update);
}

int main(void)
{
    struct CMUnitTest tests[ARRAY_LEN(good_rows) + ARRAY_LEN(bad_rows)];
    size_t count = 0;

    for (size_t i = 0; i < ARRAY_LEN(good_rows); i++) {
        tests[count++] = (struct CMUnitTest){
            .name = good_rows[i].name, .test_func = reads, .initial_state = &good_rows[i]};
    }
    for (size_t i = 0; i < ARRAY_LEN(bad_rows); i++) {
        tests[count++] = (struct CMUnitTest){
            .name = bad_rows[i].name, .test_func = is_refused, .initial_state = &bad_rows[i]};
    }
    return cmocka_run_group_tests_name("chat_incoming", tests, NULL, NULL);
}
