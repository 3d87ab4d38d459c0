/* SPDX-License-Identifier: MIT */
/* What an event says about rights, row by row: a change, nothing, or something that cannot be read.
 */
#include "worker/journal/right_change.h"

#include "shared/base/compiler.h"
#include "shared/wire/letters.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

enum outcome { CHANGES, NOTHING, ODD };

/* clang-format off */
static const struct event_row {
    const char *action, *target, *result, *after;
    enum outcome outcome;
    enum right_change_kind kind;
    int64_t chat_id;
    const char *name, *value;
} ROWS[] = {
    {"access_allow", "1002",            "ok",      "{\"note\":\"Boris\"}",                  CHANGES, RIGHT_ALLOW, 1002,           "", "Boris"},
    {"access_allow", "-1002000000001",  "ok",      NULL,                                    CHANGES, RIGHT_ALLOW, -1002000000001, "", ""},
    {"access_allow", "1002",            "ok",      "{\"note\":\"B\",\"grants\":{}}",         CHANGES, RIGHT_ADMIT, 1002,           "", "B"},
    {"access_allow", "1002",            "ok",      "{\"note\":\"B\",\"grants\":{\"a.ru\":\"\"}}", CHANGES, RIGHT_ALLOW, 1002,       "", "B"},
    {"access_deny",  "1002",            "ok",      NULL,                                    CHANGES, RIGHT_DENY,  1002,           "", ""},
    {"members_on",   "-7",              "ok",      "{\"members\":true}",                    CHANGES, RIGHT_MEMBERS_ON,  -7,       "", ""},
    {"members_off",  "-7",              "ok",      NULL,                                    CHANGES, RIGHT_MEMBERS_OFF, -7,       "", ""},
    {"members_on",   "a.ru",            "ok",      NULL,                                    ODD,     0, 0, NULL, NULL},
    {"grants_set",   "example.com",     "ok",      "{\"chat_id\":1002,\"rights\":\"XE\"}",  CHANGES, RIGHT_SET,   1002,           "example.com", "EX"},
    {"grants_set",   "example.com",     "ok",      "{\"chat_id\":1002,\"rights\":\"\"}",    CHANGES, RIGHT_SET,   1002,           "example.com", ""},
    {"grants_set",   "xn--e1afmkfd.xn--p1ai", "ok", "{\"chat_id\":-7,\"rights\":\"EDCX\"}", CHANGES, RIGHT_SET,   -7,             "пример.рф", "EDCX"},
    {"grants_unset", "example.com",     "ok",      "{\"chat_id\":1002}",                    CHANGES, RIGHT_UNSET, 1002,           "example.com", ""},
    {"sub_add",      "new.example.com", "ok",      NULL,                                    CHANGES, RIGHT_ADD,   77,             "new.example.com", ""},
    {"sub_add",      "new.example.com", "ok",      "{\"id\":1,\"subject\":7}",              CHANGES, RIGHT_ADD,   7,              "new.example.com", ""},
    {"sub_del",      "new.example.com", "ok",      NULL,                                    CHANGES, RIGHT_DEL,   0,              "new.example.com", ""},
    {"sub_add",      "new.example.com", "error",   NULL,                                    NOTHING, 0, 0, NULL, NULL},
    {"sub_add",      "new.example.com", "unknown", NULL,                                    NOTHING, 0, 0, NULL, NULL},
    {"access_deny",  "1002",            "refused", NULL,                                    NOTHING, 0, 0, NULL, NULL},
    {"dns",          "example.com",     "ok",      NULL,                                    NOTHING, 0, 0, NULL, NULL},
    {"unreadable",   NULL,              NULL,      NULL,                                    NOTHING, 0, 0, NULL, NULL},
    {"access_allow", NULL,              "ok",      NULL,                                    ODD,     0, 0, NULL, NULL},
    {"access_allow", "Boris",           "ok",      NULL,                                    ODD,     0, 0, NULL, NULL},
    {"access_allow", "1002 ",           "ok",      NULL,                                    ODD,     0, 0, NULL, NULL},
    {"access_allow", "99999999999999999999", "ok", NULL,                                    ODD,     0, 0, NULL, NULL},
    {"grants_set",   "example.com",     "ok",      "{\"chat_id\":1002}",                    ODD,     0, 0, NULL, NULL},
    {"grants_set",   "example.com",     "ok",      "{\"rights\":\"E\"}",                    ODD,     0, 0, NULL, NULL},
    {"grants_set",   "no name",         "ok",      "{\"chat_id\":1,\"rights\":\"E\"}",      ODD,     0, 0, NULL, NULL},
    {"grants_unset", "example.com",     "ok",      "not JSON",                              ODD,     0, 0, NULL, NULL},
    {"sub_add",      "..",              "ok",      NULL,                                    ODD,     0, 0, NULL, NULL},
};
/* clang-format on */

static void an_event_says_what_changes(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(ROWS); i++) {
        const struct event_row *row = &ROWS[i];
        const struct journal_row event = {.chat_id = 77,
                                          .username = "anna",
                                          .action = row->action,
                                          .target = row->target,
                                          .result = row->result,
                                          .after = row->after,
                                          .ms = 1760000000000};
        struct err err = ERR_INIT;
        struct right_change change;
        bool any = false;
        bool ok = right_change_read(&event, &change, &any, &err);

        if (ok != (row->outcome != ODD) || (ok && any != (row->outcome == CHANGES))) {
            fail_msg("row %zu, %s: %s", i, row->action, err.message);
        }
        if (!ok) {
            assert_int_equal(err.kind, ERR_REJECT);
            assert_non_null(strstr(err.message, row->action));
        }
        if (!ok || !any) {
            continue;
        }
        assert_int_equal(change.kind, row->kind);
        assert_int_equal(change.chat_id, row->chat_id);
        assert_string_equal(change.name, row->name);
        assert_string_equal(change.value, row->value);
        assert_string_equal(change.by, "anna");
        assert_int_equal(change.ms, 1760000000000);
        right_change_free(&change);
    }
}

static void chats_are_read_as_redis_has_them(void **state)
{
    static const char *const NONE[] = {
        "", "0", "01", "+1", " 1", "1x", "-", "1e3", "9223372036854775808"};
    int64_t chat = 0;

    (void)state;
    assert_true(right_chat("-9223372036854775807", &chat));
    assert_int_equal(chat, INT64_C(-9223372036854775807));
    for (size_t i = 0; i < ARRAY_LEN(NONE); i++) {
        assert_false(right_chat(NONE[i], &chat));
    }
}

static void names_are_kept_as_people_write_them(void **state)
{
    static const char *const PAIRS[][2] = {
        {"example.com", "example.com"},
        {"Example.COM", "example.com"},
        {"xn--e1afmkfd.xn--p1ai", "пример.рф"},
        {"ПРИМЕР.рф", "пример.рф"},
        {"_dmarc.example.com", "_dmarc.example.com"},
        {"*.example.com", "*.example.com"},
    };
    char name[IDN_UNICODE_SIZE];

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(PAIRS); i++) {
        assert_true(right_name(PAIRS[i][0], name));
        assert_string_equal(name, PAIRS[i][1]);
    }
    assert_false(right_name("", name));
}

static void letters_have_one_order(void **state)
{
    static const char *const PAIRS[][2] = {{"", ""}, {"XCDE", "EDCX"}, {"EE", "E"}, {"e,D?", "D"}};
    char letters[LETTERS_SIZE];

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(PAIRS); i++) {
        letters_read(PAIRS[i][0], letters);
        assert_string_equal(letters, PAIRS[i][1]);
    }
}

int main(void)
{
    static const struct CMUnitTest TESTS[] = {
        cmocka_unit_test(an_event_says_what_changes),
        cmocka_unit_test(chats_are_read_as_redis_has_them),
        cmocka_unit_test(names_are_kept_as_people_write_them),
        cmocka_unit_test(letters_have_one_order),
    };

    return cmocka_run_group_tests_name("journal_right_change", TESTS, NULL, NULL);
}
