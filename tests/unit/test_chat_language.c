/* SPDX-License-Identifier: MIT */
/* The language that a person has chosen: how it is chosen, and that all that is said is said in it.
 */
#include "worker/chat/language.h"

#include "shared/base/log.h"
#include "tests/unit/chat/brings.h"
#include "tests/unit/chat/fake_world.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static int set_world(void **state)
{
    (void)state;
    log_init("test", LOG_LEVEL_ERROR, LOG_FORMAT_LOGFMT);
    fake_world_free();
    return 0;
}

static void a_language_is_chosen_by_a_command(void **state)
{
    const struct act act = {.chat_id = ADMIN, .text = "/language ru"};

    (void)state;
    assert_answer(&act,
                  "send u9: ✅ Теперь я говорю с вами по-русски.\n"
                  "[🏠 Меню]\n"
                  "event language ok,  -> {\"language\":\"ru\"}\n"
                  "SET language:7 ru EX 0\n");
}

static void a_language_is_chosen_by_a_button(void **state)
{
    const struct act press = {
        .kind = UPDATE_CALLBACK, .chat_id = ADMIN, .text = TOKEN ".0", .language = "ru"};

    (void)state;
    fake_world.language = "ru";
    fake_world.button = "chat=42|user=7|0=do language - en en";
    assert_answer(&press,
                  "answerCallbackQuery cb9\n"
                  "edit 55: ✅ I speak English with you now.\n"
                  "[🏠 Menu]\n"
                  "event language ok,  -> {\"language\":\"en\"}\n"
                  "SET language:7 en EX 0\n");
}

static void what_was_chosen_counts_for_all_that_is_said(void **state)
{
    const struct act unknown = {.chat_id = ADMIN, .text = "/nothing"};
    const struct act usage = {.chat_id = ADMIN, .text = "/language de"};
    const struct act press = {.kind = UPDATE_CALLBACK, .chat_id = ADMIN, .text = TOKEN ".0"};

    (void)state;
    fake_world.language = "ru";
    assert_answer(&unknown,
                  "send u9: Я не знаю команды /nothing. Что я умею: /help\n"
                  "[🏠 Меню]\n");
    assert_answer(&usage,
                  "send u9: ⚠️ Я говорю по-русски и по-английски: "
                  "/language ru или /language en.\n"
                  "[🏠 Меню]\n");
    fake_world.button = "chat=42|user=8|0=menu 1 -";
    assert_answer(&press,
                  "answerCallbackQuery cb9: Это меню сделано для другого человека. Своё — "
                  "по команде /start. (alert)\n"
                  "event button refused\n");
}

static void a_choice_that_nobody_understands_is_none(void **state)
{
    const struct act act = {.chat_id = ADMIN, .text = "/cancel", .language = "ru"};

    (void)state;
    fake_world.language = "klingon";
    assert_answer(&act,
                  "send u9: Отменено: я ничего не жду.\n"
                  "[🏠 Меню]\n"
                  "event cancelled ok\n");
}

#define WORLD_TEST(test) cmocka_unit_test_setup_teardown(test, set_world, free_world)

int main(void)
{
    static const struct CMUnitTest TESTS[] = {
        WORLD_TEST(a_language_is_chosen_by_a_command),
        WORLD_TEST(a_language_is_chosen_by_a_button),
        WORLD_TEST(what_was_chosen_counts_for_all_that_is_said),
        WORLD_TEST(a_choice_that_nobody_understands_is_none),
    };

    return cmocka_run_group_tests_name("chat_language", TESTS, NULL, NULL);
}
