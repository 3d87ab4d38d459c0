/* SPDX-License-Identifier: MIT */
/*
 * A stranger's request: the card that admins see, what their answers bring, and
 * that nobody can write on the card what is not theirs to say.
 */
#include "worker/chat/request.h"

#include "shared/base/log.h"
#include "tests/unit/chat/brings.h"
#include "tests/unit/chat/fake_world.h"
#include "tests/unit/chat/page_lines.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

enum { STRANGER = 88, STRANGERS = -200 };

#define VERA                                                                           \
    "\"from\":{\"id\":88,\"username\":\"vera\",\"first_name\":\"Vera\",\"last_name\":" \
    "\"Stranger\",\"language_code\":\"ru\"}"
#define PERSON_ASKS "{\"request\":{\"chat\":{\"id\":88,\"type\":\"private\"}," VERA "}}"
#define GROUP_ASKS                                                                                \
    "{\"request\":{\"chat\":{\"id\":-200,\"type\":\"supergroup\",\"title\":\"Web <team>\"}," VERA \
    "}}"
#define CARDS  "chat=42 -100|user=anybody|"
#define ALLOW  CARDS "0=do request_allow - ru 88 Vera Stranger, @vera"
#define IGNORE CARDS "1=do access_ignore - ru 88 Vera Stranger, @vera"

static int set_world(void **state)
{
    (void)state;
    log_init("test", LOG_LEVEL_ERROR, LOG_FORMAT_LOGFMT);
    fake_world_free();
    return 0;
}

/* ---- the card ---- */

static void a_person_is_shown_to_the_admin_and_hears_nothing(void **state)
{
    const struct act act = {.kind = UPDATE_REQUEST, .chat_id = STRANGER, .payload = PERSON_ASKS};

    (void)state;
    assert_answer(&act,
                  "send u9.42: 🙋 Кто-то новый\n"
                  "Мне пишет Vera Stranger, @vera. Номер чата: 88\n"
                  "Пока вы не разрешите, я там не отвечаю.\n"
                  "[✅ Разрешить] [✖ Игнорировать]\n"
                  "event request 88 ok\n");
}

static void a_group_is_shown_with_its_title(void **state)
{
    const struct act act = {.kind = UPDATE_REQUEST, .chat_id = STRANGERS, .payload = GROUP_ASKS};

    (void)state;
    fake_world.language = "en";
    assert_answer(&act,
                  "send u9.42: 🙋 A new group\n"
                  "Vera Stranger, @vera wants me in the group Web <team>. Chat id: -200\n"
                  "Until you allow it, I do not answer there.\n"
                  "[✅ Allow] [✖ Ignore]\n"
                  "event request -200 ok\n");
}

static void the_buttons_are_for_anybody_in_the_admins_chats(void **state)
{
    const struct act act = {.kind = UPDATE_REQUEST, .chat_id = STRANGER, .payload = PERSON_ASKS};
    struct queue_outcome *outcome = queue_outcome_new();
    struct err err = ERR_INIT;

    (void)state;
    assert_true(act_answer(&act, outcome, &err));
    assert_true(outcome_holds(outcome, " chat 42"));
    assert_true(outcome_holds(outcome, " user anybody"));
    assert_true(outcome_holds(outcome, " 0 do request_allow - ru 88 Vera Stranger, @vera"));
    assert_true(outcome_holds(outcome, " 1 do access_ignore - ru 88 Vera Stranger, @vera"));
    queue_outcome_free(outcome);
}

struct name_row {
    const char *name;
    const char *from;
    const char *who;
};

/* clang-format off */
static struct name_row name_rows[] = {
    {"all names",                          "{\"first_name\":\"Vera\",\"last_name\":\"S\",\"username\":\"vera\"}", "Vera S, @vera"},
    {"a first name alone",                 "{\"first_name\":\"Vera\"}",                                        "Vera"},
    {"a last name alone",                  "{\"first_name\":\"\",\"last_name\":\"S\"}",                        "S"},
    {"a user name alone",                  "{\"username\":\"vera\"}",                                          "@vera"},
    {"no name at all",                     "{}",                                                               ""},
    {"a name that would begin a new line", "{\"first_name\":\"Vera\\nChat id: 42\\t\",\"username\":\"v\"}",    "Vera Chat id: 42 , @v"},
};
/* clang-format on */

static void reads_who(void **state)
{
    const struct name_row *row = *state;
    struct incoming incoming;
    struct request request;
    struct err err = ERR_INIT;
    char payload[512];
    struct update update = {.update_id = 9, .chat_id = STRANGER, .kind = UPDATE_REQUEST};

    (void)snprintf(payload, sizeof(payload), "{\"request\":{\"chat\":{\"id\":88},\"from\":%s}}",
                   row->from);
    update.payload = payload;
    assert_true(incoming_read(&update, &incoming, &err));
    assert_true(request_read(&incoming, &request, &err));
    assert_string_equal(request.who, row->who);
    assert_int_equal(request.chat_id, STRANGER);
    assert_false(request.group);
}

/* Markup, blanks alone, names as long as Telegram lets them be, or none. */
static void any_names_make_a_card_that_can_be_sent(void **state)
{
    static const char *const NAMES[] = {"", " ", "<b>&\"", "🙋", "\\\\", "{chat}"};
    struct request request = {.chat_id = INT64_MIN, .language = LANGUAGE_RU};

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(NAMES) * 4; i++) {
        struct page page;

        request.group = i % 2 == 1;
        request.who[0] = '\0';
        request.title[0] = '\0';
        for (size_t times = 0; times < (i % 4 < 2 ? 1 : 120); times++) {
            (void)snprintf(request.who + strlen(request.who),
                           sizeof(request.who) - strlen(request.who), "%s", NAMES[i / 4]);
            (void)snprintf(request.title + strlen(request.title),
                           sizeof(request.title) - strlen(request.title), "%s", NAMES[i / 4]);
        }
        page_init(&page, LANGUAGE_EN);
        draw_request(&request, &page);
        page_assert_sendable(&page);
        page_free(&page);
    }
}

/* ---- the answers ---- */

static void allowing_tells_both_sides(void **state)
{
    const struct act press = {.kind = UPDATE_CALLBACK, .chat_id = ADMIN, .text = TOKEN ".0"};

    (void)state;
    fake_world.access = "";
    fake_world.button = ALLOW;
    assert_answer(&press,
                  "send u9.88: ✅ Вам открыт доступ. Начните с /start.\n"
                  "answerCallbackQuery cb9\n"
                  "edit 55: ✅ Allowed, and told so: 88 Vera Stranger, @vera\n"
                  "No domain is seen there until you grant one: /grant 88 example.com\n"
                  "[🏠 Menu]\n"
                  "event access_allow 88 ok, {\"grants\":{}} -> {\"note\":\"Vera Stranger, "
                  "@vera\",\"grants\":{}}\n"
                  "DEL grants:88\n"
                  "HDEL members 88\n"
                  "HDEL_VALUE creators 88\n"
                  "HDEL ignored 88\n"
                  "HSET access 88 Vera Stranger, @vera\n");
}

static void ignoring_is_for_ever_and_in_silence(void **state)
{
    const struct act press = {.kind = UPDATE_CALLBACK, .chat_id = ADMIN, .text = TOKEN ".1"};

    (void)state;
    fake_world.access = "";
    fake_world.button = IGNORE;
    assert_answer(
        &press,
        "answerCallbackQuery cb9\n"
        "edit 55: ✅ Ignored from now on: 88 Vera Stranger, @vera\n"
        "I shall not ask about it again; /allow 88 lets the chat in all the same.\n"
        "[🏠 Menu]\n"
        "event access_ignore 88 ok, {\"grants\":{}} -> {\"ignored\":\"Vera Stranger, @vera\"}\n"
        "HSET ignored 88 Vera Stranger, @vera\n");
}

/* Somebody has typed /allow meanwhile, with a note of his own. */
static void who_is_in_already_stays_as_he_is(void **state)
{
    const struct act press = {.kind = UPDATE_CALLBACK, .chat_id = ADMIN, .text = TOKEN ".1"};

    (void)state;
    fake_world.access = "88=our Vera";
    fake_world.button = IGNORE;
    assert_answer(&press,
                  "answerCallbackQuery cb9\n"
                  "edit 55: ⚠️ Not needed: our Vera (88) may use the bot already.\n"
                  "[🏠 Menu]\n"
                  "event access_ignore 88 error, {\"note\":\"our Vera\",\"grants\":{}} -> "
                  "{\"failure\":\"not_needed\"}\n");
}

static void an_answered_card_says_so(void **state)
{
    const struct act press = {.kind = UPDATE_CALLBACK, .chat_id = ADMIN, .text = TOKEN ".0"};

    (void)state;
    fake_world.button = CARDS "taken=8";
    assert_answer(&press, "answerCallbackQuery cb9: This question has been answered already.\n");
}

/* The settings may have changed since the card was sent. */
static void who_is_no_admin_any_more_decides_nothing(void **state)
{
    const struct act press = {.kind = UPDATE_CALLBACK, .chat_id = GROUP, .text = TOKEN ".0"};

    (void)state;
    fake_world.button = ALLOW;
    assert_answer(&press,
                  "answerCallbackQuery cb9\n"
                  "edit 55: ⚠️ Only an administrator can do that.\n"
                  "[🏠 Menu]\n"
                  "event request_allow 88 refused\n");
}

/* ---- all of them ---- */

#define WORLD_TEST(test) cmocka_unit_test_setup_teardown(test, set_world, free_world)

static const struct CMUnitTest PLAIN_TESTS[] = {
    WORLD_TEST(a_person_is_shown_to_the_admin_and_hears_nothing),
    WORLD_TEST(a_group_is_shown_with_its_title),
    WORLD_TEST(the_buttons_are_for_anybody_in_the_admins_chats),
    WORLD_TEST(any_names_make_a_card_that_can_be_sent),
    WORLD_TEST(allowing_tells_both_sides),
    WORLD_TEST(ignoring_is_for_ever_and_in_silence),
    WORLD_TEST(who_is_in_already_stays_as_he_is),
    WORLD_TEST(an_answered_card_says_so),
    WORLD_TEST(who_is_no_admin_any_more_decides_nothing),
};

int main(void)
{
    struct CMUnitTest tests[ARRAY_LEN(PLAIN_TESTS) + ARRAY_LEN(name_rows)];
    size_t count = ARRAY_LEN(PLAIN_TESTS);

    memcpy(tests, PLAIN_TESTS, sizeof(PLAIN_TESTS));
    for (size_t i = 0; i < ARRAY_LEN(name_rows); i++) {
        tests[count++] = (struct CMUnitTest){
            .name = name_rows[i].name, .test_func = reads_who, .initial_state = &name_rows[i]};
    }
    return cmocka_run_group_tests_name("chat_request", tests, NULL, NULL);
}
