/* SPDX-License-Identifier: MIT */
/* gateway/delivery.c: which call a reply becomes, and what each answer does to it. */
#include "gateway/delivery.h"

#include "shared/base/compiler.h"
#include "shared/base/mem.h"
#include "shared/base/utf8.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { PAYLOAD_MAX_BYTES = 64 * 1024 };

#define OK_MESSAGE(id) 200, "{\"ok\":true,\"result\":{\"message_id\":" #id "}}"
#define ERROR(code, text) \
    code, "{\"ok\":false,\"error_code\":" #code ",\"description\":\"" text "\"}"

static struct delivery *prepared(const char *method, const char *slot, const char *payload)
{
    const struct reply reply = {
        .ref = 5, .chat_id = 7, .method = method, .slot = slot, .payload = payload};
    struct delivery *delivery = delivery_new("10-1", &reply);
    struct err err = ERR_INIT;

    if (!delivery_prepare(delivery, &err)) {
        fail_msg("%s", err.message);
    }
    return delivery;
}

/* Asserts the next call. */
static void expect_call(struct delivery *delivery, int64_t slot_message_id, const char *method,
                        const char *params)
{
    struct buf text;

    buf_init(&text, DELIVERY_PARAMS_MAX_BYTES);
    assert_string_equal(delivery_request(delivery, slot_message_id, &text), method);
    if (params) {
        assert_string_equal(buf_text(&text), params);
    }
    buf_free(&text);
}

/* Answers the call under way, which began without looking at it. */
static struct delivery_outcome answer_call(struct delivery *delivery, int status, const char *body)
{
    struct telegram_answer answer;
    struct delivery_outcome outcome;

    telegram_read(status, body, strlen(body), &answer);
    outcome = delivery_apply(delivery, &answer, 0, 0);
    telegram_answer_free(&answer);
    return outcome;
}

struct call_row {
    const char *name;
    const char *method;
    const char *payload;
    int64_t slot_message_id;
    const char *call;
    const char *params;
};

/* clang-format off */
static struct call_row call_rows[] = {
    {"a message is sent as it is",
     "sendMessage", "{\"chat_id\":7,\"parse_mode\":\"HTML\",\"text\":\"<b>x</b>\"}", 0,
     "sendMessage", "{\"chat_id\":7,\"parse_mode\":\"HTML\",\"text\":\"<b>x</b>\"}"},
    {"a message whose slot has one becomes an edit",
     "sendMessage", "{\"chat_id\":7,\"text\":\"x\"}", 55,
     "editMessageText", "{\"chat_id\":7,\"message_id\":55,\"text\":\"x\"}"},
    {"an edit takes only what it knows",
     "sendMessage", "{\"chat_id\":7,\"text\":\"x\",\"disable_notification\":true,\"message_thread_id\":4,\"reply_parameters\":{\"message_id\":1},\"protect_content\":true,\"link_preview_options\":{\"is_disabled\":true},\"reply_markup\":{\"inline_keyboard\":[]}}", 55,
     "editMessageText", "{\"chat_id\":7,\"link_preview_options\":{\"is_disabled\":true},\"reply_markup\":{\"inline_keyboard\":[]},\"message_id\":55,\"text\":\"x\"}"},
    {"a reply keyboard cannot be edited in, so it is sent",
     "sendMessage", "{\"chat_id\":7,\"reply_markup\":{\"force_reply\":true},\"text\":\"x\"}", 55,
     "sendMessage", "{\"chat_id\":7,\"reply_markup\":{\"force_reply\":true},\"text\":\"x\"}"},
    {"an edit names its own message",
     "editMessageText", "{\"chat_id\":7,\"message_id\":9,\"text\":\"x\"}", 55,
     "editMessageText", "{\"chat_id\":7,\"message_id\":9,\"text\":\"x\"}"},
    {"an answer to a press goes as it is",
     "answerCallbackQuery", "{\"callback_query_id\":\"4\",\"text\":\"hm\"}", 0,
     "answerCallbackQuery", "{\"callback_query_id\":\"4\",\"text\":\"hm\"}"},
    {"commands go as they are",
     "setMyCommands", "{\"commands\":[{\"command\":\"start\",\"description\":\"x\"}]}", 0,
     "setMyCommands", "{\"commands\":[{\"command\":\"start\",\"description\":\"x\"}]}"},
    {"buttons go as they are, slot or not",
     "editMessageReplyMarkup", "{\"chat_id\":7,\"message_id\":9}", 55,
     "editMessageReplyMarkup", "{\"chat_id\":7,\"message_id\":9}"},
    {"ids keep all their digits",
     "sendMessage", "{\"chat_id\":-1001234567890123,\"text\":\"x\"}", 0,
     "sendMessage", "{\"chat_id\":-1001234567890123,\"text\":\"x\"}"},
    {"another markup goes as it is",
     "sendMessage", "{\"chat_id\":7,\"text\":\"*x*\",\"parse_mode\":\"MarkdownV2\"}", 0,
     "sendMessage", "{\"chat_id\":7,\"text\":\"*x*\",\"parse_mode\":\"MarkdownV2\"}"},
    {"a file is taken out of the parameters",
     "sendDocument", "{\"chat_id\":7,\"document\":{\"file_name\":\"log.csv\",\"content\":\"a,b\"},\"caption\":\"x\"}", 0,
     "sendDocument", "{\"chat_id\":7,\"caption\":\"x\"}"},
    {"a file is sent, whatever its slot holds",
     "sendDocument", "{\"chat_id\":7,\"document\":{\"file_name\":\"log.csv\",\"content\":\"a,b\"}}", 55,
     "sendDocument", "{\"chat_id\":7}"},
    {"a file that Telegram has is named as it is",
     "sendDocument", "{\"chat_id\":7,\"document\":\"BQACAgIAAxkD\"}", 0,
     "sendDocument", "{\"chat_id\":7,\"document\":\"BQACAgIAAxkD\"}"},
    {"a message without a text goes as it is, and Telegram says what is wrong",
     "sendMessage", "{\"chat_id\":7}", 0,
     "sendMessage", "{\"chat_id\":7}"},
};
/* clang-format on */

static void calls(void **state)
{
    const struct call_row *row = *state;
    struct delivery *delivery = prepared(row->method, "", row->payload);

    expect_call(delivery, row->slot_message_id, row->call, row->params);
    delivery_free(delivery);
}

struct refused_row {
    const char *name;
    const char *method;
    const char *payload;
};

static struct refused_row refused_rows[] = {
    {"a payload that is no JSON is refused", "sendMessage", "{\"chat_id\":7"},
    {"a payload that is a list is refused", "sendMessage", "[]"},
    {"an empty payload is refused", "sendMessage", ""},
    {"a method with a path in it is refused", "../../getMe", "{}"},
    {"an empty method is refused", "", "{}"},
    {"a file without a name is refused", "sendDocument", "{\"document\":{\"content\":\"x\"}}"},
    {"a file with an empty name is refused", "sendDocument",
     "{\"document\":{\"file_name\":\"\",\"content\":\"x\"}}"},
    {"a file with a path as its name is refused", "sendDocument",
     "{\"document\":{\"file_name\":\"../x\",\"content\":\"x\"}}"},
    {"a file with a quote in its name is refused", "sendDocument",
     "{\"document\":{\"file_name\":\"a\\\"b\",\"content\":\"x\"}}"},
    {"a file with a line's end in its name is refused", "sendDocument",
     "{\"document\":{\"file_name\":\"a\\r\\nb\",\"content\":\"x\"}}"},
    {"a file without content is refused", "sendDocument",
     "{\"document\":{\"file_name\":\"x.csv\"}}"},
    {"an empty file is refused", "sendDocument",
     "{\"document\":{\"file_name\":\"x.csv\",\"content\":\"\"}}"},
    {"a file that is no text is refused", "sendDocument",
     "{\"document\":{\"file_name\":\"x.csv\",\"content\":[1]}}"},
};

static void refuses(void **state)
{
    const struct refused_row *row = *state;
    const struct reply reply = {
        .chat_id = 7, .method = row->method, .slot = "", .payload = row->payload};
    struct delivery *delivery = delivery_new("10-1", &reply);
    struct err err = ERR_INIT;

    assert_false(delivery_prepare(delivery, &err));
    assert_int_equal(err.kind, ERR_REJECT);
    assert_string_not_equal(err.message, "");
    assert_false(delivery_prepare(delivery, &err)); /* and stays so */
    delivery_free(delivery);
}

/* The payload of a file with so many bytes of content, to be freed. */
static char *payload_of(size_t bytes)
{
    struct buf payload;
    char *text;

    buf_init(&payload, bytes + 200);
    buf_addf(&payload, "{\"document\":{\"file_name\":\"x\",\"content\":\"");
    for (size_t i = 0; i < bytes; i++) {
        buf_add(&payload, "x", 1);
    }
    buf_addf(&payload, "\"}}");
    text = xstrdup(buf_text(&payload));
    buf_free(&payload);
    return text;
}

static void a_file_may_have_so_many_bytes_and_no_more(void **state)
{
    char *most = payload_of(REPLY_FILE_MAX_BYTES);
    char *over = payload_of(REPLY_FILE_MAX_BYTES + 1);
    struct refused_row row = {"over the limit", "sendDocument", over};
    void *row_state = &row;
    struct delivery *delivery = prepared("sendDocument", "", most);
    struct telegram_file file;

    (void)state;
    assert_true(delivery_file(delivery, &file));
    assert_string_equal(file.field, "document");
    assert_string_equal(file.name, "x");
    assert_int_equal(file.len, REPLY_FILE_MAX_BYTES);
    delivery_free(delivery);
    refuses(&row_state);
    free(over);
    free(most);
}

static void a_message_has_no_file(void **state)
{
    struct delivery *delivery =
        prepared("sendMessage", "", "{\"document\":{\"file_name\":\"x\",\"content\":\"x\"}}");
    struct telegram_file file;

    (void)state;
    assert_false(delivery_file(delivery, &file));
    delivery_free(delivery);
}

static void a_caption_with_bad_markup_is_sent_without(void **state)
{
    struct delivery *delivery =
        prepared("sendDocument", "",
                 "{\"document\":{\"file_name\":\"x\",\"content\":\"<b>\"},"
                 "\"caption\":\"<div>1 &lt; 2</div>\",\"parse_mode\":\"HTML\"}");
    struct telegram_file file;

    (void)state;
    expect_call(delivery, 0, "sendDocument", NULL);
    assert_int_equal(
        answer_call(delivery, ERROR(400, "Bad Request: can't parse entities: x")).state,
        DELIVERY_AGAIN);
    expect_call(delivery, 0, "sendDocument", "{\"caption\":\"1 < 2\"}");
    assert_true(delivery_file(delivery, &file));
    assert_string_equal(file.content, "<b>"); /* a file has no markup */
    delivery_free(delivery);
}

/* NOLINTNEXTLINE(clang-analyzer-optin.performance.Padding): columns in reading order */
struct outcome_row {
    const char *name;
    const char *method;
    const char *payload;
    int status;
    const char *body;
    enum delivery_state state;
    const char *remedy;
};

#define TEXT "{\"chat_id\":7,\"text\":\"x\"}"
#define HTML "{\"chat_id\":7,\"parse_mode\":\"HTML\",\"text\":\"x\"}"
#define EDIT "{\"chat_id\":7,\"message_id\":9,\"text\":\"x\"}"

/* clang-format off */
static struct outcome_row outcome_rows[] = {
    {"a sent message is done",               "sendMessage",     TEXT, OK_MESSAGE(3),                                       DELIVERY_DONE,    NULL},
    {"an unchanged edit is done",            "editMessageText", EDIT, ERROR(400, "Bad Request: message is not modified"),  DELIVERY_DONE,    NULL},
    {"a late answer is dropped",             "answerCallbackQuery", "{}", ERROR(400, "Bad Request: query is too old and response timeout expired or query ID is invalid"), DELIVERY_DROPPED, NULL},
    {"an unknown chat is dead",              "sendMessage",     TEXT, ERROR(400, "Bad Request: chat not found"),           DELIVERY_DEAD,    NULL},
    {"bad markup is tried without",          "sendMessage",     HTML, ERROR(400, "Bad Request: can't parse entities: x"),  DELIVERY_AGAIN,   "without markup"},
    {"bad markup where there is none is dead", "sendMessage",   TEXT, ERROR(400, "Bad Request: can't parse entities: x"),  DELIVERY_DEAD,    NULL},
    {"a lost edit is sent",                  "editMessageText", EDIT, ERROR(400, "Bad Request: message to edit not found"), DELIVERY_AGAIN,  "as a new message"},
    {"a lost topic is left out",             "sendMessage",     TEXT, ERROR(400, "Bad Request: message thread not found"), DELIVERY_AGAIN,   "without message_thread_id"},
    {"a lost quote is left out",             "sendMessage",     TEXT, ERROR(400, "Bad Request: message to be replied not found"), DELIVERY_AGAIN, "without quoting"},
    {"a 502 is tried again",                 "sendMessage",     TEXT, 502, "<html>",                                       DELIVERY_AGAIN,   NULL},
    {"a file that is too large is dead",     "sendDocument",    TEXT, 413, "",                                            DELIVERY_DEAD,    NULL},
    {"a bad token is waited out",            "sendMessage",     TEXT, ERROR(401, "Unauthorized"),                          DELIVERY_AGAIN,   NULL},
};
/* clang-format on */

static void concludes(void **state)
{
    const struct outcome_row *row = *state;
    struct delivery *delivery = prepared(row->method, "", row->payload);
    struct delivery_outcome outcome;

    expect_call(delivery, 0, row->method, NULL);
    outcome = answer_call(delivery, row->status, row->body);
    assert_int_equal(outcome.state, row->state);
    if (row->remedy) {
        assert_string_equal(outcome.remedy, row->remedy);
    } else {
        assert_null(outcome.remedy);
    }
    delivery_free(delivery);
}

static void a_remedy_is_tried_once(void **state)
{
    struct delivery *delivery = prepared("sendMessage", "", HTML);

    (void)state;
    expect_call(delivery, 0, "sendMessage", NULL);
    assert_int_equal(answer_call(delivery, ERROR(400, "can't parse entities")).state,
                     DELIVERY_AGAIN);
    expect_call(delivery, 0, "sendMessage", "{\"chat_id\":7,\"text\":\"x\"}");
    assert_int_equal(answer_call(delivery, ERROR(400, "can't parse entities")).state,
                     DELIVERY_DEAD);
    delivery_free(delivery);
}

static void without_markup_a_text_reads_as_it_would_have_looked(void **state)
{
    struct delivery *delivery =
        prepared("sendMessage", "",
                 "{\"chat_id\":7,\"parse_mode\":\"HTML\",\"text\":\"<div>1 &lt; 2</div>\"}");

    (void)state;
    expect_call(delivery, 0, "sendMessage", NULL);
    (void)answer_call(delivery, ERROR(400, "can't parse entities"));
    expect_call(delivery, 0, "sendMessage", "{\"chat_id\":7,\"text\":\"1 < 2\"}");
    delivery_free(delivery);
}

static void other_markup_is_taken_off_and_its_signs_stay(void **state)
{
    struct delivery *delivery = prepared(
        "sendMessage", "", "{\"chat_id\":7,\"text\":\"a_b\",\"parse_mode\":\"MarkdownV2\"}");

    (void)state;
    expect_call(delivery, 0, "sendMessage", NULL);
    assert_int_equal(answer_call(delivery, ERROR(400, "can't parse entities")).state,
                     DELIVERY_AGAIN);
    expect_call(delivery, 0, "sendMessage", "{\"chat_id\":7,\"text\":\"a_b\"}");
    delivery_free(delivery);
}

static void a_slot_whose_message_is_gone_gets_a_new_one(void **state)
{
    struct delivery *delivery = prepared("sendMessage", "job-5", TEXT);

    (void)state;
    expect_call(delivery, 55, "editMessageText", NULL);
    assert_int_equal(answer_call(delivery, ERROR(400, "message to edit not found")).state,
                     DELIVERY_AGAIN);
    expect_call(delivery, 55, "sendMessage", TEXT);
    assert_int_equal(answer_call(delivery, OK_MESSAGE(60)).state, DELIVERY_DONE);
    assert_int_equal(delivery->message_id, 60);
    delivery_free(delivery);
}

static void an_unchanged_edit_keeps_the_slots_message(void **state)
{
    struct delivery *delivery = prepared("sendMessage", "job-5", TEXT);

    (void)state;
    expect_call(delivery, 55, "editMessageText", NULL);
    assert_int_equal(answer_call(delivery, ERROR(400, "message is not modified")).state,
                     DELIVERY_DONE);
    assert_int_equal(delivery->message_id, 55);
    delivery_free(delivery);
}

#define MIGRATED                                                                           \
    400, "{\"ok\":false,\"error_code\":400,\"description\":\"Bad Request: group chat was " \
         "upgraded to a supergroup chat\",\"parameters\":{\"migrate_to_chat_id\":-1007}}"

static void a_chat_that_became_a_supergroup_is_followed(void **state)
{
    struct delivery *delivery =
        prepared("sendMessage", "",
                 "{\"chat_id\":-7,\"reply_parameters\":{\"message_id\":3},\"text\":\"x\"}");

    (void)state;
    expect_call(delivery, 0, "sendMessage", NULL);
    assert_int_equal(answer_call(delivery, MIGRATED).state, DELIVERY_AGAIN);
    expect_call(delivery, 0, "sendMessage", "{\"chat_id\":-1007,\"text\":\"x\"}");
    assert_int_equal(answer_call(delivery, MIGRATED).state, DELIVERY_DEAD);
    delivery_free(delivery);
}

static void an_edit_does_not_follow_its_message_into_the_supergroup(void **state)
{
    struct delivery *delivery = prepared("editMessageText", "", EDIT);

    (void)state;
    expect_call(delivery, 0, "editMessageText", NULL);
    assert_int_equal(answer_call(delivery, MIGRATED).state, DELIVERY_AGAIN);
    expect_call(delivery, 0, "sendMessage", "{\"chat_id\":-1007,\"text\":\"x\"}");
    delivery_free(delivery);
}

static void buttons_of_a_migrated_message_are_dead(void **state)
{
    struct delivery *delivery =
        prepared("editMessageReplyMarkup", "", "{\"chat_id\":7,\"message_id\":9}");

    (void)state;
    expect_call(delivery, 0, "editMessageReplyMarkup", NULL);
    assert_int_equal(answer_call(delivery, MIGRATED).state, DELIVERY_DEAD);
    delivery_free(delivery);
}

static void a_flood_is_waited_out_exactly(void **state)
{
    struct delivery *delivery = prepared("sendMessage", "", TEXT);
    struct delivery_outcome outcome;

    (void)state;
    expect_call(delivery, 0, "sendMessage", NULL);
    outcome = answer_call(delivery, 429,
                          "{\"ok\":false,\"error_code\":429,\"description\":\"Too Many "
                          "Requests\",\"parameters\":{\"retry_after\":6775}}");
    assert_int_equal(outcome.state, DELIVERY_AGAIN);
    assert_int_equal(outcome.wait_ms, 6775000);
    assert_false(outcome.maybe_repeated);
    delivery_free(delivery);
}

static void doubt_about_a_message_is_told(void **state)
{
    struct delivery *delivery = prepared("sendMessage", "job-5", TEXT);

    (void)state;
    expect_call(delivery, 0, "sendMessage", NULL);
    assert_true(answer_call(delivery, 502, "").maybe_repeated);
    expect_call(delivery, 55, "editMessageText", NULL);
    assert_false(answer_call(delivery, 502, "").maybe_repeated); /* an edit may be repeated */
    delivery_free(delivery);
}

static void doubt_backs_off_up_to_half_a_minute(void **state)
{
    struct delivery *delivery = prepared("sendMessage", "", TEXT);
    static const int64_t WAITS[] = {1000, 2000, 4000, 8000, 16000, 30000, 30000};

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(WAITS); i++) {
        expect_call(delivery, 0, "sendMessage", NULL);
        assert_int_equal(answer_call(delivery, 502, "").wait_ms, WAITS[i]);
    }
    delivery_free(delivery);
}

static void a_reply_that_fails_while_others_go_through_is_dead_in_the_end(void **state)
{
    struct delivery *delivery = prepared("sendMessage", "", TEXT);
    struct telegram_answer answer = {.sent = true, .status = 500, .error_code = 500};
    int attempts = 1;

    (void)state;
    while (delivery_apply(delivery, &answer, (int64_t)attempts * 5, 0).state == DELIVERY_AGAIN) {
        attempts++;
        assert_true(attempts < 100);
    }
    assert_int_equal(attempts, 10);
    delivery_free(delivery);
}

static void an_outage_kills_no_reply(void **state)
{
    struct delivery *delivery = prepared("sendMessage", "", TEXT);
    struct telegram_answer answer = {.sent = true, .status = 502, .error_code = 502};

    (void)state;
    for (int i = 0; i < 1000; i++) {
        assert_int_equal(delivery_apply(delivery, &answer, 42, 0).state, DELIVERY_AGAIN);
    }
    delivery_free(delivery);
}

static void a_message_that_never_left_is_not_counted(void **state)
{
    struct delivery *delivery = prepared("sendMessage", "", TEXT);
    struct telegram_answer answer = {.sent = false};

    (void)state;
    for (int i = 0; i < 100; i++) {
        struct delivery_outcome outcome = delivery_apply(delivery, &answer, i, 0);

        assert_int_equal(outcome.state, DELIVERY_AGAIN);
        assert_false(outcome.maybe_repeated);
    }
    delivery_free(delivery);
}

/* ---- parts ---- */

/* A reply of 9,000 characters: three parts. */
static struct delivery *long_reply(const char *method, const char *slot)
{
    struct delivery *delivery;
    struct buf payload;

    buf_init(&payload, PAYLOAD_MAX_BYTES);
    buf_addf(&payload,
             "{\"chat_id\":7,\"message_id\":9,\"parse_mode\":\"HTML\","
             "\"reply_parameters\":{\"message_id\":1},"
             "\"reply_markup\":{\"inline_keyboard\":[]},\"text\":\"<i>");
    for (int i = 0; i < 9000; i++) {
        buf_add(&payload, "x", 1);
    }
    buf_addf(&payload, "</i>\"}");
    delivery = prepared(method, slot, buf_text(&payload));
    buf_free(&payload);
    return delivery;
}

static const char *part_slot(const struct delivery *delivery)
{
    static char text[DELIVERY_SLOT_MAX_BYTES];
    struct buf slot;

    buf_init(&slot, sizeof(text) - 1);
    delivery_part_slot(delivery, &slot);
    (void)snprintf(text, sizeof(text), "%s", buf_text(&slot));
    buf_free(&slot);
    return text;
}

/* Parses the parameters of the next call and returns whether `name` is among them. */
static bool call_has(struct delivery *delivery, int64_t slot_message_id, const char *name)
{
    struct err err = ERR_INIT;
    struct json *params;
    struct buf text;
    bool has;

    buf_init(&text, DELIVERY_PARAMS_MAX_BYTES);
    (void)delivery_request(delivery, slot_message_id, &text);
    params = json_parse(buf_text(&text), text.len, &err);
    assert_non_null(params);
    has = json_at(params, name) != NULL;
    json_free(params);
    buf_free(&text);
    return has;
}

static void a_long_text_goes_in_parts_with_the_keyboard_on_the_last(void **state)
{
    struct delivery *delivery = long_reply("sendMessage", "job-5");

    (void)state;
    assert_int_equal(delivery->text.count, 3);
    for (size_t part = 0; part < 3; part++) {
        expect_call(delivery, 0, "sendMessage", NULL);
        assert_int_equal(call_has(delivery, 0, "reply_markup"), part == 2);
        assert_int_equal(call_has(delivery, 0, "reply_parameters"), part == 0);
        assert_int_equal(answer_call(delivery, OK_MESSAGE(70)).state, DELIVERY_PART);
        assert_int_equal(delivery->part_message_id, 70);
        if (part < 2) {
            delivery_next_part(delivery);
        }
    }
    assert_int_equal(delivery->message_id, 70);
    delivery_free(delivery);
}

static void each_part_has_a_slot_of_its_own(void **state)
{
    struct delivery *delivery = long_reply("sendMessage", "job-5");

    (void)state;
    assert_string_equal(part_slot(delivery), "job-5");
    delivery_next_part(delivery);
    assert_string_equal(part_slot(delivery), "job-5.2");
    delivery_next_part(delivery);
    assert_string_equal(part_slot(delivery), "job-5.3");
    delivery_free(delivery);
}

static void parts_without_a_slot_are_named_after_the_entry(void **state)
{
    struct delivery *delivery = long_reply("sendMessage", "");
    struct delivery *whole = prepared("sendMessage", "", TEXT);

    (void)state;
    assert_string_equal(part_slot(delivery), "10-1.1");
    delivery_next_part(delivery);
    assert_string_equal(part_slot(delivery), "10-1.2");
    assert_string_equal(part_slot(whole), "");
    delivery_free(whole);
    delivery_free(delivery);
}

static void a_part_that_was_sent_before_is_edited(void **state)
{
    struct delivery *delivery = long_reply("sendMessage", "job-5");

    (void)state;
    delivery_next_part(delivery);
    expect_call(delivery, 71, "editMessageText", NULL);
    delivery_free(delivery);
}

static void an_edit_that_is_too_long_edits_first_and_sends_the_rest(void **state)
{
    struct delivery *delivery = long_reply("editMessageText", "");

    (void)state;
    expect_call(delivery, 0, "editMessageText", NULL);
    assert_int_equal(delivery->edits_message_id, 9);
    (void)answer_call(delivery, OK_MESSAGE(9));
    delivery_next_part(delivery);
    expect_call(delivery, 0, "sendMessage", NULL);
    assert_false(call_has(delivery, 0, "message_id"));
    delivery_free(delivery);
}

static void the_remedy_of_one_slot_is_not_that_of_the_next(void **state)
{
    struct delivery *delivery = long_reply("sendMessage", "job-5");

    (void)state;
    expect_call(delivery, 70, "editMessageText", NULL);
    (void)answer_call(delivery, ERROR(400, "message to edit not found"));
    expect_call(delivery, 70, "sendMessage", NULL);
    (void)answer_call(delivery, OK_MESSAGE(80));
    delivery_next_part(delivery);
    expect_call(delivery, 71, "editMessageText", NULL);
    delivery_free(delivery);
}

static void an_answer_names_its_press(void **state)
{
    struct delivery *answer =
        prepared("answerCallbackQuery", "", "{\"callback_query_id\":\"4382\"}");
    struct delivery *message = prepared("sendMessage", "", TEXT);
    const char *id = NULL;

    (void)state;
    assert_true(delivery_answers_press(answer, &id));
    assert_string_equal(id, "4382");
    assert_false(delivery_answers_press(message, &id));
    delivery_free(message);
    delivery_free(answer);
}

#define ADD_ROWS(tests, count, test, rows)                                                         \
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {                                                 \
        (tests)[(*(count))++] = (struct CMUnitTest){(rows)[i].name, test, NULL, NULL, &(rows)[i]}; \
    }

int main(void)
{
    struct CMUnitTest
        tests[ARRAY_LEN(call_rows) + ARRAY_LEN(refused_rows) + ARRAY_LEN(outcome_rows) + 24] = {
            cmocka_unit_test(a_remedy_is_tried_once),
            cmocka_unit_test(without_markup_a_text_reads_as_it_would_have_looked),
            cmocka_unit_test(other_markup_is_taken_off_and_its_signs_stay),
            cmocka_unit_test(a_slot_whose_message_is_gone_gets_a_new_one),
            cmocka_unit_test(an_unchanged_edit_keeps_the_slots_message),
            cmocka_unit_test(a_chat_that_became_a_supergroup_is_followed),
            cmocka_unit_test(an_edit_does_not_follow_its_message_into_the_supergroup),
            cmocka_unit_test(buttons_of_a_migrated_message_are_dead),
            cmocka_unit_test(a_flood_is_waited_out_exactly),
            cmocka_unit_test(doubt_about_a_message_is_told),
            cmocka_unit_test(doubt_backs_off_up_to_half_a_minute),
            cmocka_unit_test(a_reply_that_fails_while_others_go_through_is_dead_in_the_end),
            cmocka_unit_test(an_outage_kills_no_reply),
            cmocka_unit_test(a_message_that_never_left_is_not_counted),
            cmocka_unit_test(a_long_text_goes_in_parts_with_the_keyboard_on_the_last),
            cmocka_unit_test(each_part_has_a_slot_of_its_own),
            cmocka_unit_test(parts_without_a_slot_are_named_after_the_entry),
            cmocka_unit_test(a_part_that_was_sent_before_is_edited),
            cmocka_unit_test(an_edit_that_is_too_long_edits_first_and_sends_the_rest),
            cmocka_unit_test(the_remedy_of_one_slot_is_not_that_of_the_next),
            cmocka_unit_test(an_answer_names_its_press),
            cmocka_unit_test(a_file_may_have_so_many_bytes_and_no_more),
            cmocka_unit_test(a_message_has_no_file),
            cmocka_unit_test(a_caption_with_bad_markup_is_sent_without),
        };
    size_t count = 24;

    ADD_ROWS(tests, &count, calls, call_rows);
    ADD_ROWS(tests, &count, refuses, refused_rows);
    ADD_ROWS(tests, &count, concludes, outcome_rows);
    return cmocka_run_group_tests_name("gateway delivery", tests, NULL, NULL);
}
