/* SPDX-License-Identifier: MIT */
/* worker/chat/notice.c: what an administrator is told of, and the message that it becomes. */
#include "worker/chat/notice.h"

#include "shared/base/compiler.h"
#include "shared/base/utf8.h"
#include "shared/io/json.h"
#include "tests/unit/chat/page_lines.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

enum { ADMIN = 42, BORIS = 77, GROUP = -100, PAYLOAD_MAX_BYTES = 1 << 20 };

static struct event change(void)
{
    return (struct event){.chat_id = BORIS,
                          .user_id = BORIS,
                          .user = "@boris",
                          .action = "sub_add",
                          .target = "shop.example.com",
                          .result = EVENT_OK,
                          .before = "{}",
                          .after = "{\"id\":7}",
                          .ms = INT64_C(1795701909000)};
}

static void expect_text(const struct notice *notice, const char *text)
{
    struct err err = ERR_INIT;
    struct json *json;
    struct buf payload;
    struct buf shown;

    buf_init(&payload, PAYLOAD_MAX_BYTES);
    buf_init(&shown, PAYLOAD_MAX_BYTES);
    notice_print(notice, &payload);
    assert_true(buf_ok(&payload));
    json = json_parse(buf_text(&payload), payload.len, &err);
    assert_string_equal(json_text(json, "parse_mode"), "HTML");
    html_visible(json_text(json, "text"), &shown);
    assert_in_range(utf8_count(buf_text(&shown), shown.len), 1, 4096);
    if (text) {
        assert_string_equal(buf_text(&shown), text);
    }
    json_free(json);
    buf_free(&shown);
    buf_free(&payload);
}

/* ---- of what ---- */

static void of_changes_and_of_what_nobody_knows(void **state)
{
    struct event event = change();

    (void)state;
    assert_true(notice_wants(ADMIN, &event));
    event.result = EVENT_UNKNOWN;
    event.after = "";
    assert_true(notice_wants(ADMIN, &event));
    event.chat_id = GROUP;
    assert_true(notice_wants(ADMIN, &event));
}

static void not_of_refusals_and_not_of_what_came_to_nothing(void **state)
{
    struct event event = change();

    (void)state;
    event.result = EVENT_REFUSED;
    assert_false(notice_wants(ADMIN, &event));
    event.result = EVENT_ERROR;
    assert_false(notice_wants(ADMIN, &event));
}

static void not_of_who_looked(void **state)
{
    struct event event = change();

    (void)state;
    event.before = "";
    event.after = "";
    assert_false(notice_wants(ADMIN, &event));
}

static void not_of_what_operators_do_by_hand(void **state)
{
    struct event event = change();

    (void)state;
    event.action = "operator.drop";
    assert_false(notice_wants(ADMIN, &event));
}

static void not_of_what_concerns_the_person_alone(void **state)
{
    struct event event = change();

    (void)state;
    event.action = "language";
    assert_false(notice_wants(ADMIN, &event));
}

static void not_of_what_the_administrator_did(void **state)
{
    struct event event = change();

    (void)state;
    event.user_id = ADMIN;
    event.chat_id = ADMIN;
    assert_false(notice_wants(ADMIN, &event));
    event.chat_id = GROUP;
    assert_false(notice_wants(ADMIN, &event));
    event.user_id = BORIS; /* in a group of administrators everybody has seen it */
    event.chat_id = ADMIN;
    assert_false(notice_wants(ADMIN, &event));
}

/* ---- the message ---- */

static void one_message_lists_what_has_gathered(void **state)
{
    struct event event = change();
    struct notice notice;

    (void)state;
    notice_init(&notice, ADMIN, LANGUAGE_EN);
    notice_add(&notice, &event);
    event.user = "Vera <b>";
    event.result = EVENT_UNKNOWN;
    event.target = "xn--e1afmkfd.xn--p1ai";
    notice_add(&notice, &event);
    expect_text(&notice,
                "🔔 Changed by others\n\n"
                "• ✅ 2026-11-26 14:05 UTC\nboris: create subdomain shop.example.com\n"
                "• ❓ 2026-11-26 14:05 UTC\nVera <b>: create subdomain пример.рф");
    notice_free(&notice);
}

static void very_many_are_counted(void **state)
{
    struct event event = change();
    struct notice notice;
    struct buf payload;

    (void)state;
    notice_init(&notice, ADMIN, LANGUAGE_RU);
    for (int i = 0; i < 100000; i++) {
        notice_add(&notice, &event);
    }
    buf_init(&payload, PAYLOAD_MAX_BYTES);
    notice_print(&notice, &payload);
    assert_non_null(strstr(buf_text(&payload), "И ещё 99992: /logs"));
    buf_free(&payload);
    notice_free(&notice);
}

static void whatever_people_are_called_fits(void **state)
{
    static const char *const UNITS[] = {"ж", "😀", "<&\"", "\n"};

    (void)state;
    for (size_t unit = 0; unit < ARRAY_LEN(UNITS); unit++) {
        struct event event = change();
        struct notice notice;
        struct buf text;

        buf_init(&text, PAYLOAD_MAX_BYTES);
        for (int i = 0; i < 4096; i++) {
            buf_addf(&text, "%s", UNITS[unit]);
        }
        event.user = buf_text(&text);
        event.action = buf_text(&text);
        event.target = buf_text(&text);
        notice_init(&notice, ADMIN, LANGUAGE_EN);
        for (int i = 0; i < NOTICE_ITEMS + 1; i++) {
            notice_add(&notice, &event);
        }
        expect_text(&notice, NULL);
        notice_free(&notice);
        buf_free(&text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(of_changes_and_of_what_nobody_knows),
        cmocka_unit_test(not_of_refusals_and_not_of_what_came_to_nothing),
        cmocka_unit_test(not_of_who_looked),
        cmocka_unit_test(not_of_what_operators_do_by_hand),
        cmocka_unit_test(not_of_what_concerns_the_person_alone),
        cmocka_unit_test(not_of_what_the_administrator_did),
        cmocka_unit_test(one_message_lists_what_has_gathered),
        cmocka_unit_test(very_many_are_counted),
        cmocka_unit_test(whatever_people_are_called_fits),
    };

    return cmocka_run_group_tests_name("word of changes", tests, NULL, NULL);
}
