/* SPDX-License-Identifier: MIT */
/* Administrators change who may use the bot and what they may do: what is asked, said, logged,
 * written. */
#include "shared/base/compiler.h"
#include "shared/base/log.h"
#include "tests/unit/chat/brings.h"
#include "tests/unit/chat/fake_world.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define DOMAINS "[{\"id\":1,\"fqdn\":\"shop.ru\"},{\"id\":2,\"fqdn\":\"пример.рф\"}]"
#define MENU    "[🏠 Menu]\n"
#define BACK    "[‹ Back] [🏠 Menu]\n"
#define ALLOW   "[✅ Allow] [✖ Cancel]\n"
#define DENY    "[✅ Take away] [✖ Cancel]\n"
#define GRANT   "[✅ Grant] [✖ Cancel]\n"
#define REVOKE  "[✅ Revoke] [✖ Cancel]\n"
#define CHANGE  "[✅ Change] [✖ Cancel]\n"
#define STRIP   "DEL grants:1002\nHDEL members 1002\nHDEL_VALUE creators 1002\n"

static int set_world(void **state)
{
    (void)state;
    log_init("test", LOG_LEVEL_ERROR, LOG_FORMAT_LOGFMT);
    fake_world_free();
    fake_world.answers[BEGET_DOMAINS].result = DOMAINS;
    return 0;
}

/* Hashes as fake_hash() reads them. The chat that is spoken of is 1002. */
struct right_row {
    const char *name;
    const char *access; /* NULL: nobody */
    const char *grants; /* of the chat  */
    const char *members;
    const char *typed;   /* by the administrator              */
    const char *pressed; /* or where the button leads         */
    const char *lines;
};

/* clang-format off */
static struct right_row right_rows[] = {
    /* ---- asking ---- */
    {.name = "a person is let in", .typed = "/allow 1002 Boris", .lines =
     "send u9: Let this chat use the bot?\n\n"
     "1002: no access → may use the bot as «Boris»\n\n"
     "It sees no domain until you grant one: /grant 1002 example.com\n" ALLOW},
    {.name = "a group is told whose rights count", .typed = "/allow -1002", .lines =
     "send u9: Let this chat use the bot?\n\n"
     "-1002: no access → may use the bot\n\n"
     "It sees no domain until you grant one: /grant -1002 example.com\n"
     "Everyone in the group will have the group's rights; /members -1002 on lets each act with their own.\n" ALLOW},
    {.name = "another note", .access = "1002=Boris", .typed = "/allow 1002 Boris\nof the shop", .lines =
     "send u9: Let this chat use the bot?\n\n"
     "Boris (1002): may use the bot as «Boris» → may use the bot as «Boris of the shop»\n" ALLOW},
    {.name = "no note any more", .access = "1002=Boris", .typed = "/allow 1002 -", .lines =
     "send u9: Let this chat use the bot?\n\n"
     "Boris (1002): may use the bot as «Boris» → may use the bot\n" ALLOW},
    {.name = "who is in stays in", .access = "1002=Boris", .typed = "/allow 1002", .lines =
     "send u9: ⚠️ Not needed: Boris (1002) may use the bot already.\n" BACK},
    {.name = "with the same note, too", .access = "1002=Boris", .typed = "/allow 1002 Boris", .lines =
     "send u9: ⚠️ Not needed: Boris (1002) may use the bot already.\n" BACK},
    {.name = "an administrator is in anyway", .typed = "/allow 42", .lines =
     "send u9: ⚠️ Not needed: 42 is an administrator, who may do everything.\n" BACK},
    {.name = "nobody is let in without a number", .typed = "/allow", .lines =
     "send u9: Please add the number of a chat, and a note if you like: /allow 1002 Boris\n" MENU},
    {.name = "nor by a name", .typed = "/allow @boris", .lines =
     "send u9: ⚠️ «@boris» is not a chat's number. A number looks like 1002 for a person or -1002000000001 for a group.\n" MENU},
    {.name = "nor by a number that is none", .typed = "/deny 10000000000000000000000000000", .lines =
     "send u9: ⚠️ «10000000000000000000000000000» is not a chat's number. A number looks like 1002 for a person or -1002000000001 for a group.\n" MENU},
    {.name = "nor with a note that is a story", .typed = "/allow 1 abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyzabc", .lines =
     "send u9: ⚠️ A note has at most 80 characters. This one is too long: «1 abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyz…»\n" MENU},

    {.name = "a chat is shut out with all it had", .access = "1002=Boris", .typed = "/deny 1002", .lines =
     "send u9: Take the bot away from this chat?\n\n"
     "Boris (1002): may use the bot → no access\n\n"
     "It also loses everything that was granted to it and its rights to what it has created, at once and for what it has already asked.\n" DENY},
    {.name = "rights that an operator has left are taken, too", .access = "", .grants = "shop.ru=E", .typed = "/deny 1002", .lines =
     "send u9: Take the bot away from this chat?\n\n"
     "1002: no access → no access\n\n"
     "It also loses everything that was granted to it and its rights to what it has created, at once and for what it has already asked.\n" DENY},
    {.name = "who is out stays out", .access = "", .typed = "/deny 1002", .lines =
     "send u9: ⚠️ Not needed: 1002 has no access anyway.\n" BACK},
    {.name = "an administrator cannot be shut out", .access = "", .typed = "/deny 42", .lines =
     "send u9: ⚠️ Not needed: 42 is an administrator, who may do everything.\n" BACK},

    {.name = "a first right", .access = "1002=Boris", .typed = "/grant 1002 shop.ru", .lines =
     "send u9: Change rights?\n\n"
     "Boris (1002)\n"
     "shop.ru: nothing → view only\n" GRANT},
    {.name = "letters in any order and case", .access = "1002=", .grants = "shop.ru=", .typed = "/grant 1002 Blog.Shop.ru x, dE", .lines =
     "send u9: Change rights?\n\n"
     "1002\n"
     "blog.shop.ru: nothing → edit DNS, delete DNS records, delete subdomains\n" GRANT},
    {.name = "other rights than before", .access = "1002=", .grants = "xn--e1afmkfd.xn--p1ai=EDCX", .typed = "/grant 1002 Пример.рф C", .lines =
     "send u9: Change rights?\n\n"
     "1002\n"
     "пример.рф: edit DNS, delete DNS records, create subdomains, delete subdomains → create subdomains\n" GRANT},
    {.name = "the same rights once more", .access = "1002=Boris", .grants = "shop.ru=EC", .typed = "/grant 1002 shop.ru ce", .lines =
     "send u9: ⚠️ Not needed: Boris (1002) has exactly these rights to shop.ru already.\n" BACK},
    {.name = "to a chat that is not let in", .access = "", .typed = "/grant 1002 shop.ru E", .lines =
     "send u9: ⚠️ Not done: 1002 may not use the bot yet. First let the chat in: /allow 1002\n" BACK},
    {.name = "to an administrator", .access = "", .typed = "/grant 42 shop.ru E", .lines =
     "send u9: ⚠️ Not needed: 42 is an administrator, who may do everything.\n" BACK},
    {.name = "to a name of others", .access = "1002=", .typed = "/grant 1002 example.org E", .lines =
     "send u9: ⚠️ example.org does not belong to a domain of this account.\n" MENU
     "event grants_set example.org refused\n"},
    {.name = "letters that are no rights", .access = "1002=", .typed = "/grant 1002 shop.ru ER", .lines =
     "send u9: ⚠️ «1002 shop.ru ER» are not rights. They are letters, for example EDCX: E edit DNS, D delete DNS records, C create subdomains, X delete subdomains; no letter means view only.\n" MENU},
    {.name = "letters of another alphabet", .access = "1002=", .typed = "/grant 1002 shop.ru Е", .lines =
     "send u9: ⚠️ «1002 shop.ru Е» are not rights. They are letters, for example EDCX: E edit DNS, D delete DNS records, C create subdomains, X delete subdomains; no letter means view only.\n" MENU},
    {.name = "a grant without a name", .typed = "/grant 1002", .lines =
     "send u9: Please add a chat, a name and the rights: /grant 1002 example.com EDCX\n"
     "E edit DNS, D delete DNS records, C create subdomains, X delete subdomains; no letter means view only.\n" MENU},
    {.name = "a grant to what is no name", .typed = "/grant 1002 shop..ru E", .lines =
     "send u9: ⚠️ «1002 shop..ru E» is not a domain name. A name looks like shop.example.com: letters, digits and hyphens, at most 63 between two dots and 253 in all.\n" MENU},

    {.name = "a right is taken away", .access = "1002=Boris", .grants = "shop.ru=EC|blog.shop.ru=", .typed = "/revoke 1002 shop.ru", .lines =
     "send u9: Take these rights away?\n\n"
     "Boris (1002)\n"
     "shop.ru: edit DNS, create subdomains → nothing\n" REVOKE},
    {.name = "what comes from above stays", .access = "1002=Boris", .grants = "shop.ru=EC|blog.shop.ru=", .typed = "/revoke 1002 blog.shop.ru", .lines =
     "send u9: Take these rights away?\n\n"
     "Boris (1002)\n"
     "blog.shop.ru: view only → nothing\n\n"
     "Its rights to shop.ru stay, and hold here too.\n" REVOKE},
    {.name = "a right to a name that is gone from the account", .access = "1002=", .grants = "gone.ru=X", .typed = "/revoke 1002 gone.ru", .lines =
     "send u9: Take these rights away?\n\n"
     "1002\n"
     "gone.ru: delete subdomains → nothing\n" REVOKE},
    {.name = "a right that there is not", .access = "1002=", .grants = "shop.ru=X", .typed = "/revoke 1002 blog.shop.ru", .lines =
     "send u9: ⚠️ Not needed: nothing was granted to 1002 for blog.shop.ru itself.\n" BACK},

    {.name = "members get their own rights", .access = "-1002=Team", .typed = "/members -1002 on", .lines =
     "send u9: Change whose rights count in this group?\n\n"
     "Team (-1002): the group's rights → each member's own rights\n" CHANGE},
    {.name = "members get the group's rights again", .access = "-1002=Team", .members = "-1002=1", .typed = "/members -1002 OFF", .lines =
     "send u9: Change whose rights count in this group?\n\n"
     "Team (-1002): each member's own rights → the group's rights\n" CHANGE},
    {.name = "members have their own rights already", .access = "-1002=", .members = "-1002=1", .typed = "/members -1002 on", .lines =
     "send u9: ⚠️ Not needed: in -1002 each member acts with their own rights already.\n" BACK},
    {.name = "members have the group's rights anyway", .access = "-1002=", .typed = "/members -1002 off", .lines =
     "send u9: ⚠️ Not needed: in -1002 the group's rights count already.\n" BACK},
    {.name = "a person has no members", .access = "1002=", .typed = "/members 1002 on", .lines =
     "send u9: ⚠️ Not done: 1002 is a person, not a group.\n" BACK},
    {.name = "members of a group that is not let in", .access = "", .typed = "/members -1002 on", .lines =
     "send u9: ⚠️ Not done: -1002 may not use the bot yet. First let the chat in: /allow -1002\n" BACK},
    {.name = "members neither on nor off", .typed = "/members -1002 maybe", .lines =
     "send u9: Please add a group and on or off: /members -1002000000001 on\n"
     "With on, each member acts with the rights of their own chat, not with the group's.\n" MENU},

    /* ---- doing ---- */
    {.name = "let in: without what was left from before", .grants = "shop.ru=E", .pressed = "do access_allow - out 1002 Boris of <b>", .lines =
     "answerCallbackQuery cb9\n"
     "edit 55: ✅ Done. 1002: no access → may use the bot as «Boris of <b>»\n" BACK
     "event access_allow 1002 ok, {\"grants\":{\"shop.ru\":\"E\"}} -> {\"note\":\"Boris of <b>\",\"grants\":{}}\n"
     STRIP "HDEL ignored 1002\nHSET access 1002 Boris of <b>\n"},
    {.name = "a note: rights stay", .access = "1002=B", .grants = "shop.ru=E", .pressed = "do access_allow - in 1002 Boris", .lines =
     "answerCallbackQuery cb9\n"
     "edit 55: ✅ Done. B (1002): may use the bot as «B» → may use the bot as «Boris»\n" BACK
     "event access_allow 1002 ok, {\"note\":\"B\",\"grants\":{\"shop.ru\":\"E\"}} -> {\"note\":\"Boris\",\"grants\":{\"shop.ru\":\"E\"}}\n"
     "HSET access 1002 Boris\n"},
    {.name = "shut out", .access = "1002=B", .grants = "shop.ru=E|a.ru=", .members = "1002=1", .pressed = "do access_deny - in 1002", .lines =
     "answerCallbackQuery cb9\n"
     "edit 55: ✅ Done. B (1002): may use the bot → no access\n" BACK
     "event access_deny 1002 ok, {\"note\":\"B\",\"grants\":{\"shop.ru\":\"E\",\"a.ru\":\"\"},\"members\":\"own\"} -> {}\n"
     "HDEL access 1002\n" STRIP},
    {.name = "granted", .access = "1002=B", .grants = "shop.ru=E", .pressed = "do grants_set shop.ru was-E 1002 EX", .lines =
     "answerCallbackQuery cb9\n"
     "edit 55: ✅ Done. B (1002), shop.ru: edit DNS → edit DNS, delete subdomains\n" BACK
     "event grants_set shop.ru ok, {\"chat_id\":1002,\"rights\":\"E\"} -> {\"chat_id\":1002,\"rights\":\"EX\"}\n"
     "HSET grants:1002 shop.ru EX\n"},
    {.name = "view only granted", .access = "1002=B", .pressed = "do grants_set shop.ru none 1002 -", .lines =
     "answerCallbackQuery cb9\n"
     "edit 55: ✅ Done. B (1002), shop.ru: nothing → view only\n" BACK
     "event grants_set shop.ru ok, {\"chat_id\":1002} -> {\"chat_id\":1002,\"rights\":\"\"}\n"
     "HSET grants:1002 shop.ru \n"},
    {.name = "revoked", .access = "1002=B", .grants = "shop.ru=E", .pressed = "do grants_unset shop.ru was-E 1002", .lines =
     "answerCallbackQuery cb9\n"
     "edit 55: ✅ Done. B (1002), shop.ru: edit DNS → nothing\n" BACK
     "event grants_unset shop.ru ok, {\"chat_id\":1002,\"rights\":\"E\"} -> {\"chat_id\":1002}\n"
     "HDEL grants:1002 shop.ru\n"},
    {.name = "members switched on", .access = "-1002=T", .pressed = "do members_on - off -1002", .lines =
     "answerCallbackQuery cb9\n"
     "edit 55: ✅ Done. T (-1002): the group's rights → each member's own rights\n" BACK
     "event members_on -1002 ok, {\"members\":\"group\"} -> {\"members\":\"own\"}\n"
     "HSET members -1002 1\n"},
    {.name = "members switched off", .access = "-1002=T", .members = "-1002=1", .pressed = "do members_off - on -1002", .lines =
     "answerCallbackQuery cb9\n"
     "edit 55: ✅ Done. T (-1002): each member's own rights → the group's rights\n" BACK
     "event members_off -1002 ok, {\"members\":\"own\"} -> {\"members\":\"group\"}\n"
     "HDEL members -1002\n"},
    {.name = "somebody else has granted meanwhile: asked once more", .access = "1002=B", .grants = "shop.ru=D", .pressed = "do grants_set shop.ru was-E 1002 EX", .lines =
     "answerCallbackQuery cb9\n"
     "edit 55: ⚠️ Not done: shop.ru is no longer what the question was about. Once more:\n\n"
     "Change rights?\n\n"
     "B (1002)\n"
     "shop.ru: delete DNS records → edit DNS, delete subdomains\n" GRANT},
    {.name = "somebody else has let it in meanwhile: asked once more", .access = "1002=A", .pressed = "do access_allow - out 1002 B", .lines =
     "answerCallbackQuery cb9\n"
     "edit 55: ⚠️ Not done: 1002 is no longer what the question was about. Once more:\n\n"
     "Let this chat use the bot?\n\n"
     "A (1002): may use the bot as «A» → may use the bot as «B»\n" ALLOW},
    {.name = "somebody else has shut the chat out meanwhile", .access = "", .pressed = "do grants_set shop.ru was-E 1002 EX", .lines =
     "answerCallbackQuery cb9\n"
     "edit 55: ⚠️ Not done: 1002 may not use the bot yet. First let the chat in: /allow 1002\n" BACK
     "event grants_set shop.ru error, {\"chat_id\":1002} -> {\"failure\":\"not_needed\"}\n"},
    {.name = "cancelled", .access = "1002=B", .grants = "shop.ru=E", .pressed = "drop grants_set shop.ru 1002 EX", .lines =
     "answerCallbackQuery cb9\n"
     "edit 55: ⚠️ The rights of 1002 to shop.ru were not changed.\n"
     "You have cancelled it.\n" BACK},
    {.name = "a target without a chat", .access = "1002=B", .pressed = "do grants_set shop.ru was-E", .lines =
     "answerCallbackQuery cb9\n"
     "edit 55: ⚠️ Not done: there is no chat with this number.\n" BACK
     "event grants_set shop.ru error, {\"chat_id\":0} -> {\"failure\":\"not_needed\"}\n"},
};

/* What is typed, and where a forged or old button would lead. */
static const char *const OTHERS[][3] = {
    {"/allow 1002",           "allow refused",        "do access_allow - out 1002"},
    {"/deny 1002",            "deny refused",         "do access_deny - in 1002"},
    {"/grant 77 shop.ru EDCX", "grant refused",       "do grants_set shop.ru none 77 EDCX"},
    {"/revoke 1002 shop.ru",  "revoke refused",       "do grants_unset shop.ru was-E 1002"},
    {"/members -100 on",      "members refused",      "do members_on - off -100"},
    {"/members -100 off",     "members refused",      "do members_off - on -100"},
};
/* clang-format on */

static void brings(void **state)
{
    const struct right_row *row = *state;
    struct act act = {.chat_id = ADMIN, .text = row->typed};
    char button[256];
    struct buf lines;

    fake_world.access = row->access ? row->access : "";
    fake_world.grants = row->grants;
    fake_world.members = row->members;
    if (row->pressed) {
        (void)snprintf(button, sizeof(button), "chat=42|user=7|0=%s", row->pressed);
        fake_world.button = button;
        act = (struct act){.kind = UPDATE_CALLBACK, .chat_id = ADMIN, .text = TOKEN ".0"};
    }
    buf_init(&lines, 1 << 20);
    add_answer(&act, &lines);
    assert_string_equal(buf_text(&lines), row->lines);
    assert_int_equal(fake_world.change_calls, 0);
    buf_free(&lines);
}

/* With every right there is to every name, and whatever is asked. */
static void others_change_nothing(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(OTHERS); i++) {
        const struct act typed = {.chat_id = COLLEAGUE, .text = OTHERS[i][0]};
        const struct act pressed = {
            .kind = UPDATE_CALLBACK, .chat_id = COLLEAGUE, .text = TOKEN ".0"};
        char button[256];
        char expected[256];
        struct buf lines;

        fake_world.grants = "shop.ru=EDCX";
        (void)snprintf(button, sizeof(button), "chat=77|user=7|0=%s", OTHERS[i][2]);
        fake_world.button = button;
        buf_init(&lines, 1 << 20);
        add_answer(&typed, &lines);
        (void)snprintf(expected, sizeof(expected),
                       "send u9: ⚠️ Only an administrator can do that.\n" MENU "event %s\n",
                       OTHERS[i][1]);
        assert_string_equal(buf_text(&lines), expected);
        buf_free(&lines);
        add_answer(&pressed, &lines);
        assert_non_null(strstr(buf_text(&lines), "Only an administrator can do that."));
        assert_non_null(strstr(buf_text(&lines), " refused\n"));
        assert_null(strstr(buf_text(&lines), "HSET"));
        assert_null(strstr(buf_text(&lines), "HDEL"));
        buf_free(&lines);
        assert_int_equal(fake_world.beget_calls, 0);
    }
}

/* What is taken away is taken away at once: the hosting API need not be there for it. */
static void revoking_does_not_wait_for_the_hosting_api(void **state)
{
    const struct act act = {.chat_id = ADMIN, .text = "/revoke 1002 shop.ru"};
    struct buf lines;

    (void)state;
    fake_world.answers[BEGET_DOMAINS].failure = BEGET_NO_ANSWER;
    fake_world.grants = "shop.ru=E";
    buf_init(&lines, 1 << 20);
    add_answer(&act, &lines);
    assert_non_null(strstr(buf_text(&lines), "edit DNS → nothing"));
    assert_int_equal(fake_world.beget_calls, 0);
    buf_free(&lines);
}

#define WORLD_TEST(test) cmocka_unit_test_setup_teardown(test, set_world, free_world)

int main(void)
{
    struct CMUnitTest tests[2 + ARRAY_LEN(right_rows)] = {
        WORLD_TEST(others_change_nothing),
        WORLD_TEST(revoking_does_not_wait_for_the_hosting_api),
    };

    for (size_t i = 0; i < ARRAY_LEN(right_rows); i++) {
        tests[2 + i] = (struct CMUnitTest){.name = right_rows[i].name,
                                           .test_func = brings,
                                           .setup_func = set_world,
                                           .teardown_func = free_world,
                                           .initial_state = &right_rows[i]};
    }
    return cmocka_run_group_tests_name("chat_change_rights", tests, NULL, NULL);
}
