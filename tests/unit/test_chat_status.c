/* SPDX-License-Identifier: MIT */
/* /status: how everything stands, drawn from surveys made by hand, and asked for by a command. */
#include "worker/chat/screens.h"

#include "shared/base/compiler.h"
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

enum { BYTES = 1 << 16 };

#define HEAD "{\"now_ms\":1795701909000,"

/* clang-format off */
#define SERVICE(name, role, rest) \
    "{\"name\":\"" name "\",\"seen_ms\":1795701908000,\"report\":{\"role\":\"" role "\"" rest "}}"
#define CHECK(name, rest) ",\"checks\":{\"" name "\":{" rest "}}"
#define OK         "\"ok\":true"
#define NOT_OK(why) "\"ok\":false,\"age_ms\":5000,\"why\":\"" why "\""
#define SERVICES(list) "\"services\":[" list "],"
#define EVERYBODY \
    SERVICE("web1-5", "worker", CHECK("beget", OK)) "," SERVICE("gateway-web1-4", "gateway", CHECK("telegram", OK))
#define ON_DUTY "\"lease\":{\"holder\":\"web1-4\",\"left_ms\":9000},"
#define REST "\"end\":0}"

static struct status_row {
    const char *name;
    enum language language;
    const char *survey;
    const char *info;
    const char *lines; /* of the text */
} status_rows[] = {
    {"all is well", LANGUAGE_EN, HEAD SERVICES(EVERYBODY) ON_DUTY "\"updates\":{\"running\":1}," REST,
     "used_memory:10485760\r\nmaxmemory:104857600\r\n",
     "Status, 2026-11-26 14:05:09 UTC\n"
     "\n"
     "✉️ Messages: waiting 0, at work 0, behind others of their chat 0\n"
     "📤 Answers: none waits to be sent\n"
     "⚙️ Workers: 1 running, 0 busy\n"
     "🛰 Gateway: on duty; in reserve 0\n"
     "🌐 Beget answers\n"
     "✈️ Telegram answers\n"
     "📜 Log: everything is written\n"
     "🗄 Redis: 10 % of its memory is used\n"
     "\n"
     "✅ Nothing is stuck."},
    {"all is well in Russian, with much to do", LANGUAGE_RU,
     HEAD SERVICES(EVERYBODY "," SERVICE("web2-5", "worker", "") "," SERVICE("gateway-web2-4", "gateway", "")) ON_DUTY
     "\"updates\":{\"unread\":3,\"free\":2,\"running\":4,\"parked\":6,"
     "\"oldest_unread\":{\"id\":\"2-2\",\"ms\":1795701900000},\"oldest_parked\":{\"id\":\"1-1\",\"ms\":1795701874000}},"
     "\"replies\":{\"length\":7,\"oldest\":{\"id\":\"3-3\",\"ms\":1795701906000}},\"events\":{\"length\":8},"
     "\"consumers\":[{\"name\":\"web1-5-1\",\"pending\":1},{\"name\":\"web2-5-1\",\"pending\":1},{\"name\":\"web2-5-2\",\"pending\":1}]," REST,
     "used_memory:10485760\r\nmaxmemory:0\r\n",
     "Состояние, 2026-11-26 14:05:09 UTC\n"
     "\n"
     "✉️ Сообщения: ждут 5, в работе 3, за другими из своего чата 6; старшее пришло 35 с назад\n"
     "📤 Ответы: 7 не отправлено, старший ждёт 3 с\n"
     "⚙️ Worker: работает 2, заняты 1\n"
     "🛰 Gateway: на дежурстве; в запасе 1\n"
     "🌐 Beget отвечает\n"
     "✈️ Telegram отвечает\n"
     "📜 Журнал: не записано 8\n"
     "🗄 Redis: занято 10 МБ, предел не задан\n"
     "\n"
     "✅ Ничего не застряло."},
    {"nobody is there, and much is wrong", LANGUAGE_EN,
     HEAD "\"dead\":{\"length\":2,\"oldest\":[{\"died_ms\":1795701609000},{\"died_ms\":1795701709000}]},\"meta\":{\"paused\":\"1\"}," REST, "",
     "Status, 2026-11-26 14:05:09 UTC\n"
     "\n"
     "✉️ Messages: waiting 0, at work 0, behind others of their chat 0\n"
     "📤 Answers: none waits to be sent\n"
     "⚙️ Workers: 0 running, 0 busy\n"
     "🛰 Gateway: nobody is on duty; in reserve 0\n"
     "🌐 Beget: no worker has reported\n"
     "✈️ Telegram: no gateway has reported\n"
     "📜 Log: everything is written\n"
     "🗄 Redis: 0 MB used, no limit is set\n"
     "\n"
     "🔴 No gateway is on duty: the bot neither reads nor sends messages\n"
     "🔴 No worker is running: messages are taken in and wait\n"
     "🟠 Somebody has paused the work: messages are taken in and wait\n"
     "… and 1 more\n"
     "\n"
     "What to do is said on the server: queuectl stuck"},
    {"Beget and Telegram refuse, in Russian", LANGUAGE_RU,
     HEAD SERVICES(SERVICE("web1-5", "worker", CHECK("beget", NOT_OK("<wrong> password"))) ","
                   SERVICE("web2-5", "worker", CHECK("beget", OK)) ","
                   SERVICE("gateway-web1-4", "gateway", CHECK("telegram", NOT_OK("401 Unauthorized")))) ON_DUTY REST, "",
     "Состояние, 2026-11-26 14:05:09 UTC\n"
     "\n"
     "✉️ Сообщения: ждут 0, в работе 0, за другими из своего чата 0\n"
     "📤 Ответы: все отправлены\n"
     "⚙️ Worker: работает 2, заняты 0\n"
     "🛰 Gateway: на дежурстве; в запасе 0\n"
     "🌐 Beget не отвечает как надо: <wrong> password\n"
     "✈️ Telegram не отвечает как надо: 401 Unauthorized\n"
     "📜 Журнал: всё записано\n"
     "🗄 Redis: занято 0 МБ, предел не задан\n"
     "\n"
     "🔴 Telegram отказывает боту или недоступен (6 с)\n"
     "🔴 Beget отказывает боту или недоступен (6 с)\n"
     "\n"
     "Что делать, подскажет на сервере: queuectl stuck"},
    {"the limit is used up", LANGUAGE_EN,
     HEAD SERVICES(EVERYBODY) ON_DUTY "\"limits\":[{\"account\":\"a\",\"until_ms\":1795702029000}],"
     "\"dead\":{\"length\":70,\"oldest\":[{\"died_ms\":1795701609000}]}," REST, "",
     "Status, 2026-11-26 14:05:09 UTC\n"
     "\n"
     "✉️ Messages: waiting 0, at work 0, behind others of their chat 0\n"
     "📤 Answers: none waits to be sent\n"
     "⚙️ Workers: 1 running, 0 busy\n"
     "🛰 Gateway: on duty; in reserve 0\n"
     "🌐 Beget takes no calls for 2 min: the limit is used up\n"
     "✈️ Telegram answers\n"
     "📜 Log: everything is written\n"
     "🗄 Redis: 0 MB used, no limit is set\n"
     "\n"
     "🟠 Beget's limit of calls is used up: it takes none for a while\n"
     "🟠 Requests and answers that were given up: 70 (5 min)\n"
     "\n"
     "What to do is said on the server: queuectl stuck"},
};
/* clang-format on */

static void draw(const struct scene *scene, struct page *page)
{
    page_init(page, scene->language);
    SCREENS[scene->target.screen].draw(scene, page);
    page_assert_sendable(page);
}

static void shows(void **state)
{
    const struct status_row *row = *state;
    struct scene scene = {.language = row->language, .target = target_to(SCREEN_STATUS)};
    struct err err = ERR_INIT;
    struct page page;
    struct buf seen;

    if (!survey_read(row->survey, row->info, &scene.status.survey, &err)) {
        fail_msg("%s", err.message);
    }
    scene.status.stuck = stuck_count(&scene.status.survey);
    scene.status.asker = "web1-5-1";
    buf_init(&seen, BYTES);
    draw(&scene, &page);
    html_visible(buf_text(&page.text), &seen);
    assert_string_equal(buf_text(&seen), row->lines);
    survey_free(&scene.status.survey);
    buf_free(&seen);
    page_free(&page);
}

static void what_cannot_be_seen_is_said(void **state)
{
    struct scene scene = {.language = LANGUAGE_EN, .target = target_to(SCREEN_STATUS)};
    struct page page;
    struct buf seen;

    (void)state;
    (void)snprintf(scene.status.trouble, sizeof(scene.status.trouble), "bq_survey: <odd>");
    buf_init(&seen, BYTES);
    draw(&scene, &page);
    page_lines(&page, &seen);
    assert_string_equal(buf_text(&seen),
                        "⚠️ It cannot be seen how everything stands: bq_survey: <odd>\n"
                        "[↻ Refresh]\n"
                        "[‹ Back] [🏠 Menu]");
    buf_free(&seen);
    page_free(&page);
}

/* A reason of any length, in the report of a service, fits into the message. */
static void a_long_reason_is_cut(void **state)
{
    struct scene scene = {.language = LANGUAGE_RU, .target = target_to(SCREEN_STATUS)};
    struct err err = ERR_INIT;
    struct page page;
    struct buf survey;

    (void)state;
    buf_init(&survey, BYTES);
    buf_addf(&survey, "%s",
             HEAD
             "\"services\":[{\"name\":\"w\",\"seen_ms\":1795701908000,\"report\":"
             "{\"role\":\"worker\",\"checks\":{\"beget\":{\"ok\":false,\"why\":\"");
    for (int i = 0; i < 5000; i++) {
        buf_addf(&survey, "&ж");
    }
    buf_addf(&survey, "\"}}}}]}");
    assert_true(survey_read(buf_text(&survey), "", &scene.status.survey, &err));
    scene.status.stuck = stuck_count(&scene.status.survey);
    scene.status.asker = "";
    draw(&scene, &page);
    survey_free(&scene.status.survey);
    buf_free(&survey);
    page_free(&page);
}

/* ---- asked for ---- */

static int set_world(void **state)
{
    (void)state;
    fake_world_free();
    return 0;
}

static void assert_brings(const struct act *act, const char *part)
{
    struct queue_outcome *outcome = queue_outcome_new();
    struct err err = ERR_INIT;
    struct buf lines;

    buf_init(&lines, BYTES);
    assert_true(act_answer(act, outcome, &err));
    outcome_lines(outcome, &lines);
    if (!strstr(buf_text(&lines), part)) {
        fail_msg("\"%s\" is not in:\n%s", part, buf_text(&lines));
    }
    buf_free(&lines);
    queue_outcome_free(outcome);
}

static void an_administrator_is_answered_while_beget_is_down(void **state)
{
    const struct act act = {.chat_id = ADMIN, .text = "/status"};

    (void)state;
    for (size_t i = 0; i < BEGET_METHOD_COUNT; i++) {
        fake_world.answers[i].failure = BEGET_NO_ANSWER;
    }
    fake_world.survey = "{\"now_ms\":1795701909000,\"meta\":{\"paused\":\"1\"}}";
    assert_brings(&act, "Somebody has paused the work");
    assert_int_equal(fake_world.beget_calls, 0);
}

static void others_learn_nothing(void **state)
{
    const struct act act = {.chat_id = COLLEAGUE, .text = "/status"};

    (void)state;
    assert_brings(&act, "Only an administrator can do that.");
    assert_null(strstr(buf_text(&fake_world.log), "survey"));
}

static void without_redis_it_is_tried_again(void **state)
{
    const struct act act = {.chat_id = ADMIN, .text = "/status"};
    struct queue_outcome *outcome = queue_outcome_new();
    struct err err = ERR_INIT;

    (void)state;
    assert_brings(&act, "Status");
    fake_world.fail_at = fake_world.calls; /* the look is the last */
    fake_world.kind = ERR_RETRY;
    assert_false(act_answer(&act, outcome, &err));
    assert_int_equal(err.kind, ERR_RETRY);
    queue_outcome_free(outcome);
}

static const struct CMUnitTest TESTS[] = {
    cmocka_unit_test(what_cannot_be_seen_is_said),
    cmocka_unit_test(a_long_reason_is_cut),
    cmocka_unit_test_setup(an_administrator_is_answered_while_beget_is_down, set_world),
    cmocka_unit_test_setup(others_learn_nothing, set_world),
    cmocka_unit_test_setup(without_redis_it_is_tried_again, set_world),
};

int main(void)
{
    struct CMUnitTest tests[ARRAY_LEN(TESTS) + ARRAY_LEN(status_rows)];
    size_t count = ARRAY_LEN(TESTS);

    memcpy(tests, TESTS, sizeof(TESTS));
    for (size_t i = 0; i < ARRAY_LEN(status_rows); i++) {
        tests[count++] = (struct CMUnitTest){
            .name = status_rows[i].name, .test_func = shows, .initial_state = &status_rows[i]};
    }
    return cmocka_run_group_tests_name("chat_status", tests, NULL, NULL);
}
