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

/* ---- creating and deleting ---- */

struct change_row {
    const char *name;
    const char *grants; /* see fake_hash(); NULL: none were read */
    bool creator;
    const char *about;
    bool create;
    bool delete;
};

/* clang-format off */
static struct change_row change_rows[] = {
    /* what it shows                               grants                     creator  about             create delete */
    {"nothing is granted by nothing",              "",                        false, "a.example.com",    false, false},
    {"grants that were not read grant nothing",    NULL,                      false, "a.example.com",    false, false},
    {"seeing is not changing",                     "example.com=",            false, "a.example.com",    false, false},
    {"editing and deleting records is neither",    "example.com=ED",          false, "a.example.com",    false, false},
    {"C on the domain creates",                    "example.com=C",           false, "a.example.com",    true,  false},
    {"X on the domain deletes",                    "example.com=X",           false, "a.example.com",    false, true },
    {"all letters on the domain do both",          "example.com=EDCX",        false, "a.example.com",    true,  true },
    {"letters count far below",                    "example.com=CX",          false, "a.b.example.com",  true,  true },
    {"C on the name itself does not create it",    "a.example.com=C",         false, "a.example.com",    false, false},
    {"X on the name itself deletes it",            "a.example.com=X",         false, "a.example.com",    false, true },
    {"X on the name deletes no neighbour",         "a.example.com=X",         false, "b.example.com",    false, false},
    {"X on the name does not delete above",        "a.example.com=X",         false, "example.com",      false, false},
    {"a look-alike above grants nothing",          "example.com=CX",          false, "a.evil-example.com", false, false},
    {"small letters grant nothing",                "example.com=cx",          false, "a.example.com",    false, false},
    {"the letters of another grant do not count",  "example.com=|b.com=CX",   false, "a.example.com",    false, false},
    {"the second grant counts, too",               "b.com=|example.com=CX",   false, "a.example.com",    true,  true },
    {"who created it may delete it",               "example.com=C",           true,  "a.example.com",    true,  true },
    {"a creator without C may not any more",       "example.com=E",           true,  "a.example.com",    false, false},
    {"a creator without grants may not, either",   "",                        true,  "a.example.com",    false, false},
};
/* clang-format on */

static void may_change(void **state)
{
    const struct change_row *row = *state;
    struct state_hash *grants = row->grants ? fake_hash(row->grants) : NULL;
    struct rights rights = {.grants = grants, .creator = row->creator};

    assert_int_equal(rights_may_create(&rights, row->about), row->create);
    assert_int_equal(rights_may_delete(&rights, row->about), row->delete);
    rights.admin = true;
    assert_true(rights_may_create(&rights, row->about));
    assert_true(rights_may_delete(&rights, row->about));
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
