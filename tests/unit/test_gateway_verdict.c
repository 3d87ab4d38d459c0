/* SPDX-License-Identifier: MIT */
/* gateway/verdict.c: one row per error that the Bot API is known to give to a send. */
#include "gateway/verdict.h"

#include "shared/base/compiler.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

struct verdict_row {
    const char *name;
    const char *method;
    int code; /* 200: ok; 0: no response */
    const char *description;
    enum verdict_kind kind;
    bool ambiguous;
};

/* clang-format off */
static struct verdict_row verdict_rows[] = {
    /* what it shows                                   method                     code description                                                                     verdict               ambiguous */
    {"ok is delivered",                                "sendMessage",             200, "",                                                                             VERDICT_DELIVERED,    false},
    {"an edit to the same text is delivered",          "editMessageText",         400, "Bad Request: message is not modified: specified new message content and reply markup are exactly the same as a current content and reply markup of the message", VERDICT_DELIVERED, false},
    {"bad markup is sent without",                     "sendMessage",             400, "Bad Request: can't parse entities: Unsupported start tag \"div\" at byte offset 0", VERDICT_PLAIN,     false},
    {"bad markup of an edit is sent without",          "editMessageText",         400, "Bad Request: can't parse entities: Can't find end tag corresponding to start tag b", VERDICT_PLAIN,   false},
    {"a text that is too long is dead",                "sendMessage",             400, "Bad Request: message is too long",                                             VERDICT_DEAD,         false},
    {"a raw text that is too long is dead",            "sendMessage",             400, "Bad Request: text is too long",                                                VERDICT_DEAD,         false},
    {"a caption that is too long is dead",             "sendPhoto",               400, "Bad Request: message caption is too long",                                     VERDICT_DEAD,         false},
    {"an empty text is dead",                          "sendMessage",             400, "Bad Request: message text is empty",                                           VERDICT_DEAD,         false},
    {"an unknown chat is dead",                        "sendMessage",             400, "Bad Request: chat not found",                                                  VERDICT_GONE,         false},
    {"an unknown private chat is dead",                "sendMessage",             400, "Bad Request: private chat not found",                                          VERDICT_GONE,         false},
    {"an invalid peer is dead",                        "sendMessage",             400, "Bad Request: PEER_ID_INVALID",                                                 VERDICT_GONE,         false},
    {"an edit of a lost message is sent instead",      "editMessageText",         400, "Bad Request: message to edit not found",                                       VERDICT_SEND_INSTEAD, false},
    {"an edit that is refused is sent instead",        "editMessageText",         400, "Bad Request: message can't be edited",                                         VERDICT_SEND_INSTEAD, false},
    {"an edit of an invalid message is sent instead",  "editMessageText",         400, "Bad Request: MESSAGE_ID_INVALID",                                              VERDICT_SEND_INSTEAD, false},
    {"an edit of a photo is sent instead",             "editMessageText",         400, "Bad Request: there is no text in the message to edit",                         VERDICT_SEND_INSTEAD, false},
    {"buttons of a lost message are dropped",          "editMessageReplyMarkup",  400, "Bad Request: message to edit not found",                                       VERDICT_DROP,         false},
    {"buttons that are as they are, are delivered",    "editMessageReplyMarkup",  400, "Bad Request: message is not modified",                                         VERDICT_DELIVERED,    false},
    {"deleting a deleted message is dropped",          "deleteMessage",           400, "Bad Request: message to delete not found",                                     VERDICT_DROP,         false},
    {"a quoted message that is gone is not quoted",    "sendMessage",             400, "Bad Request: message to be replied not found",                                 VERDICT_UNQUOTED,     false},
    {"a topic that is gone is left out",               "sendMessage",             400, "Bad Request: message thread not found",                                        VERDICT_UNTHREADED,   false},
    {"an answer to an old press is dropped",           "answerCallbackQuery",     400, "Bad Request: query is too old and response timeout expired or query ID is invalid", VERDICT_DROP,    false},
    {"a bad button is dead",                           "sendMessage",             400, "Bad Request: BUTTON_DATA_INVALID",                                             VERDICT_DEAD,         false},
    {"too many buttons are dead",                      "sendMessage",             400, "Bad Request: reply markup is too long",                                        VERDICT_DEAD,         false},
    {"missing rights are dead",                        "sendMessage",             400, "Bad Request: not enough rights to send text messages to the chat",             VERDICT_DEAD,         false},
    {"an empty chat id is dead",                       "sendMessage",             400, "Bad Request: chat_id is empty",                                                VERDICT_DEAD,         false},
    {"a bad file is dead",                             "sendDocument",            400, "Bad Request: wrong file identifier/HTTP URL specified",                        VERDICT_DEAD,         false},
    {"a revoked token stops everything",               "sendMessage",             401, "Unauthorized",                                                                 VERDICT_STOP_ALL,     false},
    {"an invalid token stops everything",              "sendMessage",             401, "Unauthorized: invalid token specified",                                        VERDICT_STOP_ALL,     false},
    {"a blocked bot is dead for the chat",             "sendMessage",             403, "Forbidden: bot was blocked by the user",                                       VERDICT_GONE,         false},
    {"a deactivated user is dead for the chat",        "sendMessage",             403, "Forbidden: user is deactivated",                                               VERDICT_GONE,         false},
    {"a kicked bot is dead for the chat",              "sendMessage",             403, "Forbidden: bot was kicked from the supergroup chat",                           VERDICT_GONE,         false},
    {"a bot that is no member is dead for the chat",   "sendMessage",             403, "Forbidden: bot is not a member of the channel chat",                           VERDICT_GONE,         false},
    {"a chat that was never begun is dead",            "sendMessage",             403, "Forbidden: bot can't initiate conversation with a user",                       VERDICT_GONE,         false},
    {"a deleted group is dead",                        "sendMessage",             403, "Forbidden: the group chat was deleted",                                        VERDICT_GONE,         false},
    {"an unknown method is dead",                      "sendMesage",              404, "Not Found: method not found",                                                  VERDICT_DEAD,         false},
    {"a conflict is tried again",                      "sendMessage",             409, "Conflict: terminated by other getUpdates request",                             VERDICT_AGAIN,        false},
    {"a request that is too large is dead",            "sendMessage",             413, "HTTP 413 and 0 bytes that are no Bot API answer",                              VERDICT_DEAD,         false},
    {"a malformed request is dead",                    "sendMessage",             415, "HTTP 415 and 0 bytes that are no Bot API answer",                              VERDICT_DEAD,         false},
    {"too long headers are dead",                      "sendMessage",             431, "HTTP 431 and 0 bytes that are no Bot API answer",                              VERDICT_DEAD,         false},
    {"a server that filters stops everything",         "sendMessage",             421, "Misdirected Request",                                                          VERDICT_STOP_ALL,     false},
    {"a request that was too slow is tried again",     "sendMessage",             408, "Request Timeout",                                                              VERDICT_AGAIN,        false},
    {"a flood holds the chat",                         "sendMessage",             429, "Too Many Requests: retry after 7",                                             VERDICT_FLOOD,        false},
    {"a server that restarts leaves doubt",            "sendMessage",             500, "Internal Server Error: restart",                                               VERDICT_AGAIN,        true },
    {"a bad gateway leaves doubt",                     "sendMessage",             502, "HTTP 502 and 150 bytes that are no Bot API answer",                            VERDICT_AGAIN,        true },
    {"an unavailable service leaves doubt",            "sendMessage",             503, "HTTP 503 and 0 bytes that are no Bot API answer",                              VERDICT_AGAIN,        true },
    {"a gateway that timed out leaves doubt",          "sendMessage",             504, "HTTP 504 and 0 bytes that are no Bot API answer",                              VERDICT_AGAIN,        true },
    {"a connection that broke leaves doubt",           "sendMessage",             0,   "sendMessage: connection lost before an answer",                                VERDICT_AGAIN,        true },
    {"failed commands are dropped",                    "setMyCommands",           400, "Bad Request: BOT_COMMAND_INVALID",                                             VERDICT_DROP,         false},
    {"commands that are flooded wait",                 "setMyCommands",           429, "Too Many Requests: retry after 1128",                                          VERDICT_FLOOD,        false},
    {"words are compared in any case",                 "editMessageText",         400, "Bad Request: Message Is Not Modified",                                         VERDICT_DELIVERED,    false},
    {"words of one method are not those of another",   "sendMessage",             400, "Bad Request: message to edit not found",                                       VERDICT_DEAD,         false},
    {"an error nobody knows is dead",                  "sendMessage",             400, "Bad Request: the moon is in the wrong phase",                                  VERDICT_DEAD,         false},
};
/* clang-format on */

static struct telegram_answer answer_of(int code, const char *description)
{
    struct telegram_answer answer = {.sent = true, .status = code, .error_code = code};

    answer.readable = code != 0;
    answer.ok = code == 200;
    (void)strncat(answer.description, description, sizeof(answer.description) - 1);
    return answer;
}

static void judges(void **state)
{
    const struct verdict_row *row = *state;
    struct telegram_answer answer = answer_of(row->code, row->description);
    struct verdict verdict = verdict_on(row->method, &answer);

    assert_int_equal(verdict.kind, row->kind);
    assert_int_equal(verdict.ambiguous, row->ambiguous);
    assert_false(verdict.everyone);
}

static void a_flood_waits_exactly_what_it_says(void **state)
{
    struct telegram_answer answer = answer_of(429, "Too Many Requests");

    (void)state;
    answer.retry_after_s = 10072;
    assert_int_equal(verdict_on("sendMessage", &answer).wait_ms, 10072000);
    answer.retry_after_s = 0;
    assert_int_equal(verdict_on("sendMessage", &answer).wait_ms, 5000);
}

static void a_migration_names_the_new_chat(void **state)
{
    struct telegram_answer answer =
        answer_of(400, "Bad Request: group chat was upgraded to a supergroup chat");
    struct verdict verdict;

    (void)state;
    answer.migrate_to_chat_id = -1001234567890;
    verdict = verdict_on("sendMessage", &answer);
    assert_int_equal(verdict.kind, VERDICT_MIGRATE);
    assert_int_equal(verdict.new_chat_id, -1001234567890);
}

static void what_was_never_sent_concerns_everyone_and_leaves_no_doubt(void **state)
{
    struct telegram_answer answer = answer_of(0, "sendMessage: connection refused");
    struct verdict verdict;

    (void)state;
    answer.sent = false;
    verdict = verdict_on("sendMessage", &answer);
    assert_int_equal(verdict.kind, VERDICT_AGAIN);
    assert_true(verdict.everyone);
    assert_false(verdict.ambiguous);
}

static void half_an_answer_leaves_doubt(void **state)
{
    static const char BODY[] = "{\"ok\":true,\"result\":{\"mess";
    struct telegram_answer answer;
    struct verdict verdict;

    (void)state;
    telegram_read(200, BODY, strlen(BODY), &answer);
    verdict = verdict_on("sendMessage", &answer);
    assert_int_equal(verdict.kind, VERDICT_AGAIN);
    assert_true(verdict.ambiguous);
}

struct method_row {
    const char *name;
    const char *method;
    bool repeatable;
};

static struct method_row method_rows[] = {
    {"a second message is a second message", "sendMessage", false},
    {"a second document is a second document", "sendDocument", false},
    {"a forwarded message is there twice", "forwardMessage", false},
    {"a second edit changes nothing", "editMessageText", true},
    {"a second answer changes nothing", "answerCallbackQuery", true},
    {"a second deletion changes nothing", "deleteMessage", true},
    {"commands may be set twice", "setMyCommands", true},
    {"an action may be shown twice", "sendChatAction", true},
    {"a message may be pinned twice", "pinChatMessage", true},
};

static void knows_what_may_be_repeated(void **state)
{
    const struct method_row *row = *state;

    assert_int_equal(verdict_method_repeatable(row->method), row->repeatable);
}

static void a_reply_is_given_up_only_while_others_go_through(void **state)
{
    (void)state;
    assert_false(verdict_hopeless(1, 1000));
    assert_false(verdict_hopeless(1000, 0)); /* Telegram is down for hours */
    assert_true(verdict_hopeless(10, 10));
}

#define ADD_ROWS(tests, count, test, rows)                                                         \
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {                                                 \
        (tests)[(*(count))++] = (struct CMUnitTest){(rows)[i].name, test, NULL, NULL, &(rows)[i]}; \
    }

int main(void)
{
    struct CMUnitTest tests[ARRAY_LEN(verdict_rows) + ARRAY_LEN(method_rows) + 5] = {
        cmocka_unit_test(a_flood_waits_exactly_what_it_says),
        cmocka_unit_test(a_migration_names_the_new_chat),
        cmocka_unit_test(what_was_never_sent_concerns_everyone_and_leaves_no_doubt),
        cmocka_unit_test(half_an_answer_leaves_doubt),
        cmocka_unit_test(a_reply_is_given_up_only_while_others_go_through),
    };
    size_t count = 5;

    ADD_ROWS(tests, &count, judges, verdict_rows);
    ADD_ROWS(tests, &count, knows_what_may_be_repeated, method_rows);
    return cmocka_run_group_tests_name("gateway verdict", tests, NULL, NULL);
}
