/* SPDX-License-Identifier: MIT */
/* What people type: which command it is, for whom, and where its argument leads. */
#include "worker/chat/commands.h"

#include "shared/base/compiler.h"
#include "shared/base/utf8.h"
#include "worker/chat/screens.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

struct parse_row {
    const char *name;
    const char *text;
    enum command_match match;
    const char *command; /* NULL when no row is expected */
    const char *argument;
};

/* clang-format off */
static struct parse_row parse_rows[] = {
    /* what it shows                           message                   match              command    argument */
    {"plain text is not a command",            "hello",                  COMMAND_NONE,      NULL,      NULL},
    {"empty text is not a command",            "",                       COMMAND_NONE,      NULL,      NULL},
    {"a slash inside a text is no command",    "see /help",              COMMAND_NONE,      NULL,      NULL},
    {"a blank before the slash, neither",      " /help",                 COMMAND_NONE,      NULL,      NULL},
    {"a lone slash is unknown",                "/",                      COMMAND_UNKNOWN,   NULL,      NULL},
    {"two slashes are unknown",                "//help",                 COMMAND_UNKNOWN,   NULL,      NULL},
    {"a slash and an argument are unknown",    "/ help",                 COMMAND_UNKNOWN,   NULL,      NULL},
    {"a path is unknown",                      "/var/www",               COMMAND_UNKNOWN,   NULL,      NULL},
    {"a prefix does not match",                "/domain",                COMMAND_UNKNOWN,   NULL,      NULL},
    {"an extension does not match",            "/dnssec shop.ru",        COMMAND_UNKNOWN,   NULL,      NULL},
    {"Cyrillic is unknown",                    "/домены",                COMMAND_UNKNOWN,   NULL,      NULL},
    {"a command without an argument",          "/help",                  COMMAND_MATCHED,   "help",    ""},
    {"every row is found: start",              "/start",                 COMMAND_MATCHED,   "start",   ""},
    {"every row is found: domains",            "/domains",               COMMAND_MATCHED,   "domains", ""},
    {"every row is found: sub",                "/sub",                   COMMAND_MATCHED,   "sub",     ""},
    {"every row is found: dns",                "/dns",                   COMMAND_MATCHED,   "dns",     ""},
    {"every row is found: language",           "/language",              COMMAND_MATCHED,   "language", ""},
    {"the argument is what follows",           "/dns shop.ru",           COMMAND_MATCHED,   "dns",     "shop.ru"},
    {"blanks before it are dropped",           "/dns \t\n\r shop.ru",    COMMAND_MATCHED,   "dns",     "shop.ru"},
    {"blanks inside it stay",                  "/dns a  b\nc",           COMMAND_MATCHED,   "dns",     "a  b\nc"},
    {"only blanks are no argument",            "/dns  ",                 COMMAND_MATCHED,   "dns",     ""},
    {"a newline may follow the command",       "/domains\nshop",         COMMAND_MATCHED,   "domains", "shop"},
    {"case is ignored",                        "/DNS Shop.ru",           COMMAND_MATCHED,   "dns",     "Shop.ru"},
    {"Cyrillic arguments stay",                "/dns Пример.рф",         COMMAND_MATCHED,   "dns",     "Пример.рф"},
    {"a payload of a link",                    "/start abc_123",         COMMAND_MATCHED,   "start",   "abc_123"},
    {"addressed to us",                        "/help@our_bot",          COMMAND_MATCHED,   "help",    ""},
    {"addressed to us in capitals",            "/HELP@OUR_BOT",          COMMAND_MATCHED,   "help",    ""},
    {"addressed to us, with an argument",      "/dns@our_bot shop.ru",   COMMAND_MATCHED,   "dns",     "shop.ru"},
    {"addressed to another bot",               "/help@other_bot",        COMMAND_OTHER_BOT, NULL,      NULL},
    {"a longer name is another bot",           "/help@our_bot2",         COMMAND_OTHER_BOT, NULL,      NULL},
    {"a shorter name is another bot",          "/help@our_bo",           COMMAND_OTHER_BOT, NULL,      NULL},
    {"an empty address is another bot",        "/help@",                 COMMAND_OTHER_BOT, NULL,      NULL},
    {"two addresses are another bot",          "/help@our_bot@our_bot",  COMMAND_OTHER_BOT, NULL,      NULL},
    {"unknown and addressed to another bot",   "/stats@other_bot",       COMMAND_OTHER_BOT, NULL,      NULL},
    {"unknown and addressed to us",            "/stats@our_bot",         COMMAND_UNKNOWN,   NULL,      NULL},
    {"an @ in the argument is no address",     "/domains a@b",           COMMAND_MATCHED,   "domains", "a@b"},
    {"an address without a command",           "/@our_bot",              COMMAND_UNKNOWN,   NULL,      NULL},
};
/* clang-format on */

static void assert_found(const struct command *command, const char *argument,
                         const struct parse_row *row)
{
    if (!row->command) {
        assert_null(command);
        assert_null(argument);
        return;
    }
    assert_non_null(command);
    assert_string_equal(command->name, row->command);
    assert_string_equal(argument, row->argument);
}

static void parses(void **state)
{
    const struct parse_row *row = *state;
    const struct command *command;
    const char *argument;

    assert_int_equal(command_parse(row->text, "our_bot", &command, &argument), row->match);
    assert_found(command, argument, row);
}

/* Until the gateway has said who we are, any address may be ours. */
static void an_address_is_ours_while_our_name_is_unknown(void **state)
{
    const struct command *command;
    const char *argument;

    (void)state;
    assert_int_equal(command_parse("/dns@some_bot shop.ru", "", &command, &argument),
                     COMMAND_MATCHED);
    assert_string_equal(command->name, "dns");
    assert_string_equal(argument, "shop.ru");
    assert_int_equal(command_parse("/stats@some_bot", "", &command, &argument), COMMAND_UNKNOWN);
}

/* ---- where arguments lead ---- */

struct read_row {
    const char *name;
    const char *command;
    const char *argument;
    enum command_reading reading;
    const char *target; /* as kept in Redis; for COMMAND_BAD_NAME how the error begins */
};

#define SIXTY "abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyzabcdefgh"

/* clang-format off */
static struct read_row read_rows[] = {
    /* what it shows                              command    argument                reading           target */
    {"/language leads to the choice",             "language", "",                    COMMAND_LEADS,    "language 1 -"},
    {"/language ru chooses",                      "language", "ru",                  COMMAND_LEADS,    "do language - ru ru"},
    {"/language EN chooses",                      "language", "EN",                  COMMAND_LEADS,    "do language - en en"},
    {"a language nobody here speaks",             "language", "de",                  COMMAND_USAGE,    NULL},
    {"more than a language",                      "language", "ru en",               COMMAND_USAGE,    NULL},
    {"/start leads to the menu",                  "start",   "",                     COMMAND_LEADS,    "menu 1 -"},
    {"a payload of /start means nothing",         "start",   "ref_42",               COMMAND_LEADS,    "menu 1 -"},
    {"/help leads to help",                       "help",    "me",                   COMMAND_LEADS,    "help 1 -"},
    {"/domains leads to all of them",             "domains", "",                     COMMAND_LEADS,    "domains 1 -"},
    {"a filter is kept as typed",                 "domains", "Shop ru",              COMMAND_LEADS,    "domains 1 - Shop ru"},
    {"a long filter is cut at 63 bytes",          "domains", SIXTY "abcdef",         COMMAND_LEADS,    "domains 1 - " SIXTY "abc"},
    {"a filter is cut between characters",        "domains", SIXTY "abж",            COMMAND_LEADS,    "domains 1 - " SIXTY "ab"},
    {"/dns leads to the name",                    "dns",     "shop.ru",              COMMAND_LEADS,    "dns 1 shop.ru"},
    {"a name is made small, its dot dropped",     "dns",     "Shop.RU.",             COMMAND_LEADS,    "dns 1 shop.ru"},
    {"Cyrillic becomes punycode",                 "dns",     "Пример.РФ",            COMMAND_LEADS,    "dns 1 xn--e1afmkfd.xn--p1ai"},
    {"punycode stays",                            "dns",     "xn--e1afmkfd.xn--p1ai", COMMAND_LEADS,   "dns 1 xn--e1afmkfd.xn--p1ai"},
    {"a name may hold an underscore",             "dns",     "_dmarc.shop.ru",       COMMAND_LEADS,    "dns 1 _dmarc.shop.ru"},
    {"/dns without a name asks for one",          "dns",     "",                     COMMAND_USAGE,    NULL},
    {"two names are none",                        "dns",     "a.ru b.ru",            COMMAND_BAD_NAME, "a name cannot hold a space"},
    {"an address is no name",                     "dns",     "https://shop.ru/",     COMMAND_BAD_NAME, "a name cannot hold the character: \":\""},
    {"/sub leads to the subdomains",              "sub",     "Shop.ru",              COMMAND_LEADS,    "subdomains 1 shop.ru"},
    {"/sub add leads to its question",            "sub",     "add New.Shop.ru",      COMMAND_LEADS,    "ask sub_add new.shop.ru"},
    {"/sub del leads to its question",            "sub",     "DEL  Магазин.пример.рф", COMMAND_LEADS,  "ask sub_del xn--80aairftm.xn--e1afmkfd.xn--p1ai"},
    {"a name that begins like a word is a name",  "sub",     "delo.ru",              COMMAND_LEADS,    "subdomains 1 delo.ru"},
    {"a word that is cut is a name",              "sub",     "ad",                   COMMAND_LEADS,    "subdomains 1 ad"},
    {"/sub without a name asks for one",          "sub",     "",                     COMMAND_USAGE,    NULL},
    {"/sub add without a name, too",              "sub",     "add",                  COMMAND_USAGE,    NULL},
    {"/sub del with blanks instead, too",         "sub",     "del  ",                COMMAND_USAGE,    NULL},
    {"two names to create are none",              "sub",     "add a.ru b.ru",        COMMAND_BAD_NAME, "a name cannot hold a space"},
    {"another word is a name that is none",       "sub",     "move a.ru",            COMMAND_BAD_NAME, "a name cannot hold a space"},
    {"/allow leads to its question",              "allow",   "1002 Boris",           COMMAND_LEADS,    "ask access_allow - 1002 Boris"},
    {"a note is one line",                        "allow",   "-1002\tof\nthe  shop", COMMAND_LEADS,    "ask access_allow - -1002 of the  shop"},
    {"a number is written in one way",            "allow",   "01002",                COMMAND_LEADS,    "ask access_allow - 1002"},
    {"/allow without a number asks for one",      "allow",   "",                     COMMAND_USAGE,    NULL},
    {"nobody has the number 0",                   "allow",   "0",                    COMMAND_BAD_CHAT, NULL},
    {"a note of 81 letters is too long",          "allow",   "1 " SIXTY "abcdefghijklmnopqrstu", COMMAND_BAD_NOTE, NULL},
    {"/deny leads to its question",               "deny",    "-1002 whatever",       COMMAND_LEADS,    "ask access_deny - -1002"},
    {"/grant leads to its question",              "grant",   "1002 Shop.ru xE",      COMMAND_LEADS,    "ask grants_set shop.ru 1002 EX"},
    {"letters may stand apart",                   "grant",   "1002 shop.ru e, d c",  COMMAND_LEADS,    "ask grants_set shop.ru 1002 EDC"},
    {"no letter is view only",                    "grant",   "1002 shop.ru",         COMMAND_LEADS,    "ask grants_set shop.ru 1002 -"},
    {"a hyphen is view only",                     "grant",   "1002 shop.ru -",       COMMAND_LEADS,    "ask grants_set shop.ru 1002 -"},
    {"a hyphen among letters is none",            "grant",   "1002 shop.ru E-",      COMMAND_BAD_LETTERS, NULL},
    {"/grant in the other order",                 "grant",   "shop.ru 1002 E",       COMMAND_BAD_CHAT, NULL},
    {"/grant to what is no name",                 "grant",   "1002 shop..ru E",      COMMAND_BAD_NAME, "a name cannot hold an empty label"},
    {"/grant without a name asks for one",        "grant",   "1002 ",                COMMAND_USAGE,    NULL},
    {"/revoke leads to its question",             "revoke",  "1002 Пример.рф",       COMMAND_LEADS,    "ask grants_unset xn--e1afmkfd.xn--p1ai 1002"},
    {"/revoke without a name asks for one",       "revoke",  "1002",                 COMMAND_USAGE,    NULL},
    {"/members leads to its question",            "members", "-1002 On",             COMMAND_LEADS,    "ask members_on - -1002"},
    {"/members off, too",                         "members", "-1002 off",            COMMAND_LEADS,    "ask members_off - -1002"},
    {"/members without a word asks for one",      "members", "-1002",                COMMAND_USAGE,    NULL},
    {"two dots in a row are no name",             "dns",     "shop..ru",             COMMAND_BAD_NAME, "a name cannot hold an empty label"},
};
/* clang-format on */

static void reads(void **state)
{
    const struct read_row *row = *state;
    const struct command *command = NULL;
    const char *argument;
    struct target target;
    struct err err = ERR_INIT;
    struct buf text;

    buf_init(&text, 1000);
    buf_addf(&text, "/%s", row->command);
    assert_int_equal(command_parse(buf_text(&text), "", &command, &argument), COMMAND_MATCHED);
    buf_free(&text);
    target = target_to(command->screen);
    assert_int_equal(command->read(row->argument, &target, &err), row->reading);
    if (row->reading == COMMAND_BAD_NAME) {
        assert_memory_equal(err.message, row->target, strlen(row->target));
    }
    if (row->reading == COMMAND_LEADS) {
        target_print(&target, &text);
        assert_string_equal(buf_text(&text), row->target);
    }
    buf_free(&text);
}

/* ---- the table ---- */

static void every_command_is_complete(void **state)
{
    (void)state;
    assert_true(COMMAND_COUNT > 0 && COMMAND_COUNT <= 100);
    for (size_t i = 0; i < COMMAND_COUNT; i++) {
        const struct command *command = &COMMANDS[i];

        assert_in_range(strlen(command->name), 1, 32);
        assert_int_equal(strspn(command->name, "abcdefghijklmnopqrstuvwxyz0123456789_"),
                         strlen(command->name));
        assert_non_null(command->argument);
        assert_non_null(command->read);
        assert_in_range(command->screen, 0, SCREEN_COUNT - 1);
        for (size_t j = 0; j < i; j++) {
            assert_string_not_equal(COMMANDS[j].name, command->name);
        }
    }
}

static void every_screen_is_complete(void **state)
{
    (void)state;
    for (size_t i = 0; i < SCREEN_COUNT; i++) {
        assert_non_null(SCREENS[i].name);
        assert_non_null(SCREENS[i].draw);
        assert_null(strpbrk(SCREENS[i].name, " -"));
        for (size_t j = 0; j < i; j++) {
            assert_string_not_equal(SCREENS[j].name, SCREENS[i].name);
        }
    }
}

int main(void)
{
    static const struct CMUnitTest PLAIN_TESTS[] = {
        cmocka_unit_test(an_address_is_ours_while_our_name_is_unknown),
        cmocka_unit_test(every_command_is_complete),
        cmocka_unit_test(every_screen_is_complete),
    };
    struct CMUnitTest tests[ARRAY_LEN(PLAIN_TESTS) + ARRAY_LEN(parse_rows) + ARRAY_LEN(read_rows)];
    size_t count = ARRAY_LEN(PLAIN_TESTS);

    memcpy(tests, PLAIN_TESTS, sizeof(PLAIN_TESTS));
    for (size_t i = 0; i < ARRAY_LEN(parse_rows); i++) {
        tests[count++] = (struct CMUnitTest){
            .name = parse_rows[i].name, .test_func = parses, .initial_state = &parse_rows[i]};
    }
    for (size_t i = 0; i < ARRAY_LEN(read_rows); i++) {
        tests[count++] = (struct CMUnitTest){
            .name = read_rows[i].name, .test_func = reads, .initial_state = &read_rows[i]};
    }
    return cmocka_run_group_tests_name("chat_commands", tests, NULL, NULL);
}
