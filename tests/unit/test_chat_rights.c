/* SPDX-License-Identifier: MIT */
/* Who may see what. A look-alike, a neighbour and an empty grant open nothing. */
#include "worker/chat/rights.h"

#include "shared/base/compiler.h"
#include "tests/unit/chat/fake_state.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

struct right_row {
    const char *name;
    const char *grants; /* see fake_hash(); NULL: none were read */
    const char *about;
    bool view;
    bool list;
};

/* clang-format off */
static struct right_row right_rows[] = {
    /* what it shows                               grants                         about                 view   list */
    {"nothing is granted by nothing",              "",                            "example.com",        false, false},
    {"grants that were not read grant nothing",    NULL,                          "example.com",        false, false},
    {"the granted name itself",                    "example.com=",                "example.com",        true,  true },
    {"letters do not matter for seeing",           "example.com=EDCX",            "example.com",        true,  true },
    {"a name below it",                            "example.com=",                "shop.example.com",   true,  true },
    {"a name far below it",                        "example.com=",                "a.b.c.example.com",  true,  true },
    {"the domain above it is listed only",         "shop.example.com=",           "example.com",        false, true },
    {"a neighbour below the same domain",          "shop.example.com=",           "blog.example.com",   false, false},
    {"a name that only ends alike",                "example.com=",                "evil-example.com",   false, false},
    {"a name that ends alike, other way round",    "evil-example.com=",           "example.com",        false, false},
    {"a name that only begins alike",              "example.com=",                "example.com.evil.ru", false, false},
    {"a longer top level",                         "example.co=",                 "example.com",        false, false},
    {"another top level",                          "example.com=",                "example.org",        false, false},
    {"an empty name grants nothing",               "=EDCX",                       "example.com",        false, false},
    {"an empty name is not the empty name",        "=EDCX",                       "",                   false, false},
    {"a name of a dot grants nothing",             ".=",                          "example.com",        false, false},
    {"a grant with a dot in front grants nothing", ".com=",                       "example.com",        false, false},
    {"a grant in capitals is another name",        "EXAMPLE.com=",                "example.com",        false, false},
    {"no name belongs to no domain",               "example.com=",                "",                   false, false},
    {"punycode is compared as it is",              "xn--e1afmkfd.xn--p1ai=",      "a.xn--e1afmkfd.xn--p1ai", true, true},
    {"the second grant counts, too",               "a.ru=E|example.com=",         "www.example.com",    true,  true },
    {"the domain above the second grant",          "a.ru=E|www.example.com=",     "example.com",        false, true },
    {"a bare top level opens all below it",        "com=",                        "example.com",        true,  true },
};
/* clang-format on */

static void decides(void **state)
{
    const struct right_row *row = *state;
    struct state_hash *grants = row->grants ? fake_hash(row->grants) : NULL;
    struct rights rights = {.grants = grants};

    assert_int_equal(rights_may_view(&rights, row->about), row->view);
    assert_int_equal(rights_may_list(&rights, row->about), row->list);
    rights.admin = true;
    assert_true(rights_may_view(&rights, row->about));
    assert_true(rights_may_list(&rights, row->about));
    state_hash_free(grants);
}

/* ---- changing ---- */

struct change_row {
    const char *name;
    const char *grants; /* see fake_hash(); NULL: none were read */
    bool creator;
    const char *about;
    const char *may; /* of E edit records, D delete records, C create the name, X delete it */
};

/* clang-format off */
static struct change_row change_rows[] = {
    /* what it shows                               grants                     creator  about             may */
    {"nothing is granted by nothing",              "",                        false, "a.example.com",    ""},
    {"grants that were not read grant nothing",    NULL,                      false, "a.example.com",    ""},
    {"seeing is not changing",                     "example.com=",            false, "a.example.com",    ""},
    {"E on the domain edits below it",             "example.com=E",           false, "a.example.com",    "E"},
    {"E on the domain edits the domain",           "example.com=E",           false, "example.com",      "E"},
    {"D on the domain deletes records below it",   "example.com=D",           false, "a.example.com",    "D"},
    {"D on the domain deletes the domain's",       "example.com=D",           false, "example.com",      "D"},
    {"C on the domain creates",                    "example.com=C",           false, "a.example.com",    "C"},
    {"X on the domain deletes",                    "example.com=X",           false, "a.example.com",    "X"},
    {"all letters on the domain do all",           "example.com=EDCX",        false, "a.example.com",    "EDCX"},
    {"letters count far below",                    "example.com=EDCX",        false, "a.b.c.example.com", "EDCX"},
    {"letters count below a granted subdomain",    "b.example.com=EDCX",      false, "a.b.example.com",  "EDCX"},
    {"... and not beside it",                      "b.example.com=EDCX",      false, "a.c.example.com",  ""},
    {"a subdomain alone, all but creating itself", "a.example.com=EDCX",      false, "a.example.com",    "EDX"},
    {"letters do not count above",                 "a.example.com=EDCX",      false, "example.com",      ""},
    {"letters do not count for a neighbour",       "a.example.com=EDCX",      false, "b.example.com",    ""},
    {"a look-alike above grants nothing",          "example.com=EDCX",        false, "a.evil-example.com", ""},
    {"small letters grant nothing",                "example.com=edcx",        false, "a.example.com",    ""},
    {"the letters of another grant do not count",  "example.com=|b.com=EDCX", false, "a.example.com",    ""},
    {"the second grant counts, too",               "b.com=|example.com=EDCX", false, "a.example.com",    "EDCX"},
    {"grants at several heights add up",           "example.com=E|a.example.com=D", false, "a.example.com", "ED"},
    {"who created it may do all with it",          "example.com=C",           true,  "a.example.com",    "EDCX"},
    {"C far above is enough for a creator",        "example.com=C",           true,  "a.b.example.com",  "EDCX"},
    {"C on the name alone makes no creator",       "a.example.com=C",         true,  "a.example.com",    ""},
    {"a creator without C has what letters give",  "example.com=E",           true,  "a.example.com",    "E"},
    {"a creator without grants has nothing",       "",                        true,  "a.example.com",    ""},
};
/* clang-format on */

static const struct {
    char letter;
    bool (*may)(const struct rights *rights, const char *name);
} QUESTIONS[] = {
    {'E', rights_may_edit_dns},
    {'D', rights_may_delete_dns},
    {'C', rights_may_create},
    {'X', rights_may_delete},
};

static void may_change(void **state)
{
    const struct change_row *row = *state;
    struct state_hash *grants = row->grants ? fake_hash(row->grants) : NULL;
    struct rights rights = {.grants = grants, .creator = row->creator};
    struct rights admin = {.admin = true};
    char may[ARRAY_LEN(QUESTIONS) + 1] = "";
    size_t count = 0;

    for (size_t i = 0; i < ARRAY_LEN(QUESTIONS); i++) {
        if (QUESTIONS[i].may(&rights, row->about)) {
            may[count++] = QUESTIONS[i].letter;
        }
        assert_true(QUESTIONS[i].may(&admin, row->about));
    }
    assert_string_equal(may, row->may);
    state_hash_free(grants);
}

struct within_row {
    const char *name;
    const char *inner;
    const char *parent;
    bool within;
};

/* clang-format off */
static struct within_row within_rows[] = {
    {"a name is within itself",               "a.ru",        "a.ru",   true },
    {"a subdomain is within its domain",      "x.a.ru",      "a.ru",   true },
    {"a domain is not within its subdomain",  "a.ru",        "x.a.ru", false},
    {"an end without a dot is not within",    "xa.ru",       "a.ru",   false},
    {"nothing is within no name",             "a.ru",        "",       false},
    {"no name is within nothing",             "",            "a.ru",   false},
    {"no name is not within no name",         "",            "",       false},
};
/* clang-format on */

static void lies_within(void **state)
{
    const struct within_row *row = *state;

    assert_int_equal(name_is_within(row->inner, row->parent), row->within);
}

static void admins_are_those_of_the_setting(void **state)
{
    struct setting_ids admins = {.ids = {42, -1001234567890}, .count = 2};
    struct setting_ids nobody = {.count = 0};

    (void)state;
    assert_true(rights_is_admin(&admins, 42));
    assert_true(rights_is_admin(&admins, -1001234567890));
    assert_false(rights_is_admin(&admins, -42));
    assert_false(rights_is_admin(&admins, 0));
    assert_false(rights_is_admin(&nobody, 0));
    assert_false(rights_is_admin(&nobody, 42));
}

int main(void)
{
    struct CMUnitTest
        tests[1 + ARRAY_LEN(right_rows) + ARRAY_LEN(change_rows) + ARRAY_LEN(within_rows)] = {
            cmocka_unit_test(admins_are_those_of_the_setting),
        };
    size_t count = 1;

    for (size_t i = 0; i < ARRAY_LEN(right_rows); i++) {
        tests[count++] = (struct CMUnitTest){
            .name = right_rows[i].name, .test_func = decides, .initial_state = &right_rows[i]};
    }
    for (size_t i = 0; i < ARRAY_LEN(change_rows); i++) {
        tests[count++] = (struct CMUnitTest){
            .name = change_rows[i].name, .test_func = may_change, .initial_state = &change_rows[i]};
    }
    for (size_t i = 0; i < ARRAY_LEN(within_rows); i++) {
        tests[count++] = (struct CMUnitTest){.name = within_rows[i].name,
                                             .test_func = lies_within,
                                             .initial_state = &within_rows[i]};
    }
    return cmocka_run_group_tests_name("chat_rights", tests, NULL, NULL);
}
