/* SPDX-License-Identifier: MIT */
/* What a press means, and to whom: whatever a client may send back. */
#include "worker/chat/buttons.h"

#include "shared/base/compiler.h"
#include "tests/unit/chat/fake_state.h"
#include "tests/unit/chat/fake_world.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define TOKEN "AZaz09_-AZaz09_-"

/* ---- the data of a button ---- */

struct data_row {
    const char *name;
    const char *data;
    bool ok;
    size_t number;
};

/* clang-format off */
static struct data_row data_rows[] = {
    {"a token and a number",            TOKEN ".0",               true,  0},
    {"a number of two digits",          TOKEN ".23",              true,  23},
    {"nothing",                         "",                       false, 0},
    {"a dot",                           ".",                      false, 0},
    {"a token alone",                   TOKEN,                    false, 0},
    {"a token and a dot",               TOKEN ".",                false, 0},
    {"a number alone",                  ".5",                     false, 0},
    {"a token that is too short",       "AZaz09_-AZaz09_.5",      false, 0},
    {"a token that is too long",        TOKEN "A.5",              false, 0},
    {"a character no token has",        "AZaz09_-AZaz09+/.5",     false, 0},
    {"a Cyrillic letter in a token",    "AZaz09_-AZaz09\xd0\xb6.5", false, 0},
    {"a blank before the number",       TOKEN ". 5",              false, 0},
    {"a signed number",                 TOKEN ".-5",              false, 0},
    {"a number with something behind",  TOKEN ".5 ",              false, 0},
    {"two numbers",                     TOKEN ".5.6",             false, 0},
    {"a number of three digits",        TOKEN ".100",             false, 0},
    {"a number of many digits",         TOKEN ".99999999999999999999999999", false, 0},
    {"a word instead of a number",      TOKEN ".five",            false, 0},
    {"data of another program",         "confirm_subdomain:42",   false, 0},
};
/* clang-format on */

static void parses(void **state)
{
    const struct data_row *row = *state;
    char token[BUTTON_TOKEN_SIZE] = "untouched";
    struct err err = ERR_INIT;
    size_t number = 77;

    assert_int_equal(button_data_parse(row->data, token, &number, &err), row->ok);
    if (row->ok) {
        assert_string_equal(token, TOKEN);
        assert_int_equal(number, row->number);
    } else {
        assert_int_equal(err.kind, ERR_REJECT);
        assert_string_equal(token, "untouched");
        assert_int_equal(number, 77);
    }
}

/* ---- what Redis holds about it ---- */

struct press_row {
    const char *name;
    const char *hash;
    size_t number;
    enum button_press press;
    const char *target; /* BUTTON_LEADS: where */
};

#define MINE  "chat=-100|user=7|"
#define AMONG "chat=5 -100 -1001|user=anybody|"

/* clang-format off */
static struct press_row press_rows[] = {
    {"the button leads where it was drawn to",  MINE "0=menu 1 -|1=dns 1 a.ru",  1,  BUTTON_LEADS,   "dns 1 a.ru"},
    {"the first button",                        MINE "0=domains 2 - shop",       0,  BUTTON_LEADS,   "domains 2 - shop"},
    {"nothing is left in Redis",                "",                              0,  BUTTON_EXPIRED, NULL},
    {"a button that the page did not have",     MINE "0=menu 1 -",               1,  BUTTON_EXPIRED, NULL},
    {"a target of another version",             MINE "0=attic 1 -",              0,  BUTTON_EXPIRED, NULL},
    {"an empty target",                         MINE "0=",                       0,  BUTTON_EXPIRED, NULL},
    {"another chat",                            "chat=-101|user=7|0=menu 1 -",   0,  BUTTON_FOREIGN, NULL},
    {"the private chat of the same person",     "chat=7|user=7|0=menu 1 -",      0,  BUTTON_FOREIGN, NULL},
    {"another person",                          "chat=-100|user=8|0=menu 1 -",   0,  BUTTON_FOREIGN, NULL},
    {"an id that only begins alike",            "chat=-100|user=77|0=menu 1 -",  0,  BUTTON_FOREIGN, NULL},
    {"no chat is nobody's chat",                "user=7|0=menu 1 -",             0,  BUTTON_FOREIGN, NULL},
    {"no person is nobody",                     "chat=-100|0=menu 1 -",          0,  BUTTON_FOREIGN, NULL},
    {"a question taken by this very press",     MINE "taken=9|0=do sub_del a.ru 5", 0, BUTTON_LEADS, "do sub_del a.ru 5"},
    {"a question taken by another press",       MINE "taken=8|0=do sub_del a.ru 5", 0, BUTTON_USED,  NULL},
    {"a question that is answered",             MINE "taken=8",                  0,  BUTTON_USED,    NULL},
    {"a question that this press has answered", MINE "taken=9",                  0,  BUTTON_EXPIRED, NULL},
    {"an answered question of another person",  "chat=-100|user=8|taken=8",      0,  BUTTON_FOREIGN, NULL},
    {"an id that only begins like the taker's", MINE "taken=99|0=menu 1 -",      0,  BUTTON_USED,    NULL},
    {"a question put to several chats",         AMONG "0=menu 1 -",              0,  BUTTON_LEADS,   "menu 1 -"},
    {"the same in a chat it was not put to",    "chat=5 -1001 -10|user=anybody|0=menu 1 -", 0, BUTTON_FOREIGN, NULL},
    {"the same for no chat at all",             "chat=|user=anybody|0=menu 1 -", 0,  BUTTON_FOREIGN, NULL},
    {"the same, answered in another chat",      AMONG "taken=8",                 0,  BUTTON_USED,    NULL},
    {"an empty person is nobody",               "chat=-100|user=|0=menu 1 -",    0,  BUTTON_FOREIGN, NULL},
};
/* clang-format on */

static struct button_pressed pressed_by_me(size_t number)
{
    struct button_pressed pressed = {
        .token = TOKEN, .number = number, .update_id = 9, .chat_id = -100, .user_id = 7};

    return pressed;
}

static void leads(void **state)
{
    const struct press_row *row = *state;
    struct state_hash *hash = fake_hash(row->hash);
    struct button_pressed pressed = pressed_by_me(row->number);
    struct target target = {.page = 77};
    struct buf text;

    buf_init(&text, 1000);
    assert_int_equal(button_read(hash, &pressed, &target), row->press);
    if (row->target) {
        target_print(&target, &text);
        assert_string_equal(buf_text(&text), row->target);
    } else {
        assert_int_equal(target.page, 77);
    }
    buf_free(&text);
    state_hash_free(hash);
}

/* ---- making them ---- */

static void tokens_are_made_of_harmless_characters_and_differ(void **state)
{
    char tokens[50][BUTTON_TOKEN_SIZE];
    struct err err = ERR_INIT;

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(tokens); i++) {
        char data[64];
        char token[BUTTON_TOKEN_SIZE];
        size_t number;

        assert_true(button_token_make(tokens[i], &err));
        assert_int_equal(strlen(tokens[i]), BUTTON_TOKEN_CHARS);
        (void)snprintf(data, sizeof(data), "%s.7", tokens[i]);
        assert_true(button_data_parse(data, token, &number, &err));
        assert_string_equal(token, tokens[i]);
        for (size_t j = 0; j < i; j++) {
            assert_string_not_equal(tokens[j], tokens[i]);
        }
    }
}

static void draw_buttons(struct page *page)
{
    struct target menu = target_to(SCREEN_MENU);
    struct target dns = target_about(SCREEN_DNS, "shop.ru");

    page_init(page, LANGUAGE_EN);
    page_button_named(page, "not first", &menu, false); /* begins the first row all the same */
    page_button_named(page, "\"beside\"", &dns, false);
    page_button_named(page, "below", &menu, true);
}

static void a_keyboard_is_rows_of_labels_and_data(void **state)
{
    struct page page;
    struct json *keyboard;
    struct buf text;

    (void)state;
    draw_buttons(&page);
    keyboard = buttons_keyboard(&page, TOKEN);
    buf_init(&text, 1000);
    json_print(keyboard, &text);
    assert_string_equal(buf_text(&text),
                        "[[{\"text\":\"not first\",\"callback_data\":\"" TOKEN
                        ".0\"},"
                        "{\"text\":\"\\\"beside\\\"\",\"callback_data\":\"" TOKEN
                        ".1\"}],"
                        "[{\"text\":\"below\",\"callback_data\":\"" TOKEN ".2\"}]]");
    buf_free(&text);
    json_free(keyboard);
    page_free(&page);
}

static void what_buttons_mean_is_remembered_for_two_days(void **state)
{
    struct queue_outcome *outcome = queue_outcome_new();
    struct page page;

    (void)state;
    draw_buttons(&page);
    buttons_remember(&page, TOKEN, -100, 7, outcome);
    assert_string_equal(outcome_write(outcome, "HSET button:" TOKEN " chat"),
                        "HSET button:" TOKEN " chat -100");
    assert_string_equal(outcome_write(outcome, "HSET button:" TOKEN " user"),
                        "HSET button:" TOKEN " user 7");
    assert_string_equal(outcome_write(outcome, "HSET button:" TOKEN " 0"),
                        "HSET button:" TOKEN " 0 menu 1 -");
    assert_string_equal(outcome_write(outcome, "HSET button:" TOKEN " 1"),
                        "HSET button:" TOKEN " 1 dns 1 shop.ru");
    assert_string_equal(outcome_write(outcome, "HSET button:" TOKEN " 2"),
                        "HSET button:" TOKEN " 2 menu 1 -");
    assert_null(outcome_write(outcome, "HSET button:" TOKEN " 3"));
    assert_string_equal(outcome_write(outcome, "EXPIRE"), "EXPIRE button:" TOKEN " 172800");
    page_free(&page);
    queue_outcome_free(outcome);
}

/* The only other life of a button: what changes something is not lying around for two days. */
static void a_question_is_remembered_for_ten_minutes(void **state)
{
    struct queue_outcome *outcome = queue_outcome_new();
    struct page page;

    (void)state;
    draw_buttons(&page);
    page.asks = true;
    buttons_remember(&page, TOKEN, -100, 7, outcome);
    assert_string_equal(outcome_write(outcome, "EXPIRE"), "EXPIRE button:" TOKEN " 600");
    page_free(&page);
    queue_outcome_free(outcome);
}

/* Whole: its ten minutes may have ended since it was read. */
static void a_question_that_is_taken_is_written_anew(void **state)
{
    struct queue_outcome *outcome = queue_outcome_new();
    struct button_pressed pressed = pressed_by_me(0);
    struct target target = target_of_change(TARGET_DO, CHANGE_SUB_DEL, "a.ru", "5");

    (void)state;
    button_take(&pressed, &target, outcome);
    assert_string_equal(outcome_write(outcome, "HSET button:" TOKEN " chat"),
                        "HSET button:" TOKEN " chat -100");
    assert_string_equal(outcome_write(outcome, "HSET button:" TOKEN " user"),
                        "HSET button:" TOKEN " user 7");
    assert_string_equal(outcome_write(outcome, "HSET button:" TOKEN " 0"),
                        "HSET button:" TOKEN " 0 do sub_del a.ru 5");
    assert_string_equal(outcome_write(outcome, "HSET button:" TOKEN " taken"),
                        "HSET button:" TOKEN " taken 9");
    assert_string_equal(outcome_write(outcome, "EXPIRE"), "EXPIRE button:" TOKEN " 172800");
    assert_null(outcome_write(outcome, "DEL"));
    queue_outcome_free(outcome);
}

static void of_an_answered_question_only_its_taker_is_left(void **state)
{
    struct queue_outcome *outcome = queue_outcome_new();
    struct button_pressed pressed = pressed_by_me(1);

    (void)state;
    button_use(&pressed, outcome);
    assert_string_equal(outcome_write(outcome, ""), "DEL button:" TOKEN);
    assert_string_equal(outcome_write(outcome, "HSET button:" TOKEN " taken"),
                        "HSET button:" TOKEN " taken 9");
    assert_null(outcome_write(outcome, "HSET button:" TOKEN " 0"));
    assert_null(outcome_write(outcome, "HSET button:" TOKEN " 1"));
    assert_string_equal(outcome_write(outcome, "EXPIRE"), "EXPIRE button:" TOKEN " 172800");
    queue_outcome_free(outcome);
}

/* Whoever answers it, the others are told so: it stays theirs. */
static void a_question_put_to_several_chats_stays_theirs(void **state)
{
    const struct setting_ids chats = {.ids = {5, -100, -1001}, .count = 3};
    struct queue_outcome *outcome = queue_outcome_new();
    struct queue_outcome *used = queue_outcome_new();
    struct button_pressed pressed = pressed_by_me(0);
    struct state_hash *hash = fake_hash(AMONG "0=menu 1 -");
    struct target target;
    struct page page;

    (void)state;
    draw_buttons(&page);
    buttons_remember_among(&page, TOKEN, &chats, outcome);
    assert_string_equal(outcome_write(outcome, "HSET button:" TOKEN " chat"),
                        "HSET button:" TOKEN " chat 5 -100 -1001");
    assert_string_equal(outcome_write(outcome, "HSET button:" TOKEN " user"),
                        "HSET button:" TOKEN " user anybody");
    assert_string_equal(outcome_write(outcome, "HSET button:" TOKEN " 1"),
                        "HSET button:" TOKEN " 1 dns 1 shop.ru");
    assert_string_equal(outcome_write(outcome, "EXPIRE"), "EXPIRE button:" TOKEN " 172800");
    assert_int_equal(button_read(hash, &pressed, &target), BUTTON_LEADS);
    button_use(&pressed, used);
    assert_string_equal(outcome_write(used, "HSET button:" TOKEN " chat"),
                        "HSET button:" TOKEN " chat 5 -100 -1001");
    assert_string_equal(outcome_write(used, "HSET button:" TOKEN " user"),
                        "HSET button:" TOKEN " user anybody");
    assert_string_equal(outcome_write(used, "HSET button:" TOKEN " taken"),
                        "HSET button:" TOKEN " taken 9");
    state_hash_free(hash);
    queue_outcome_free(outcome);
    queue_outcome_free(used);
    page_free(&page);
}

int main(void)
{
    static const struct CMUnitTest PLAIN_TESTS[] = {
        cmocka_unit_test(tokens_are_made_of_harmless_characters_and_differ),
        cmocka_unit_test(a_keyboard_is_rows_of_labels_and_data),
        cmocka_unit_test(what_buttons_mean_is_remembered_for_two_days),
        cmocka_unit_test(a_question_is_remembered_for_ten_minutes),
        cmocka_unit_test(a_question_that_is_taken_is_written_anew),
        cmocka_unit_test(of_an_answered_question_only_its_taker_is_left),
        cmocka_unit_test(a_question_put_to_several_chats_stays_theirs),
    };
    struct CMUnitTest tests[ARRAY_LEN(PLAIN_TESTS) + ARRAY_LEN(data_rows) + ARRAY_LEN(press_rows)];
    size_t count = ARRAY_LEN(PLAIN_TESTS);

    memcpy(tests, PLAIN_TESTS, sizeof(PLAIN_TESTS));
    for (size_t i = 0; i < ARRAY_LEN(data_rows); i++) {
        tests[count++] = (struct CMUnitTest){
            .name = data_rows[i].name, .test_func = parses, .initial_state = &data_rows[i]};
    }
    for (size_t i = 0; i < ARRAY_LEN(press_rows); i++) {
        tests[count++] = (struct CMUnitTest){
            .name = press_rows[i].name, .test_func = leads, .initial_state = &press_rows[i]};
    }
    return cmocka_run_group_tests_name("chat_buttons", tests, NULL, NULL);
}
