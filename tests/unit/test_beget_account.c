/* SPDX-License-Identifier: MIT */
/* The account's domains and subdomains, out of the lists the hosting API gives. */
#include "worker/beget/account.h"

#include "shared/base/compiler.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define OTHER_FIELDS                                                               \
    "\"date_add\":\"2025-03-11 09:15:20\",\"auto_renew\":true,\"can_renew\":null," \
    "\"registrar\":\"beget\",\"is_under_control\":1"

struct list_row {
    const char *name;
    const char *json;
    bool subdomains;
    size_t count;
    size_t skipped;
    struct account_name first; /* when count > 0 */
};

/* clang-format off */
static struct list_row list_rows[] = {
    /* what it shows                            list                                                                                  subdomains, count, skipped, the first name */
    {"an empty list has no names",              "[]",                                                                                 false, 0, 0, {0}},
    {"a domain as captured",                    "[{\"id\":10234567,\"fqdn\":\"example-shop.ru\"," OTHER_FIELDS ",\"date_expire\":\"2026-03-11\"}]", false, 1, 0, {10234567, 10234567, "example-shop.ru", "2026-03-11"}},
    {"a domain as documented: texts, 0",        "[{\"id\":\"132456\",\"fqdn\":\"example.com\",\"auto_renew\":\"0\",\"date_expire\":0}]", false, 1, 0, {132456, 132456, "example.com", ""}},
    {"a technical domain never expires",        "[{\"id\":9001002,\"fqdn\":\"mylogin.beget.tech\",\"date_expire\":null}]",            false, 1, 0, {9001002, 9001002, "mylogin.beget.tech", ""}},
    {"a native name becomes punycode",          "[{\"id\":10234570,\"fqdn\":\"пример.рф\"}]",                                         false, 1, 0, {10234570, 10234570, "xn--e1afmkfd.xn--p1ai", ""}},
    {"an escaped native name, too",             "[{\"id\":1,\"fqdn\":\"\\u043f\\u0440\\u0438\\u043c\\u0435\\u0440.\\u0440\\u0444\"}]", false, 1, 0, {1, 1, "xn--e1afmkfd.xn--p1ai", ""}},
    {"capitals become small",                   "[{\"id\":1,\"fqdn\":\"Example.COM\"}]",                                              false, 1, 0, {1, 1, "example.com", ""}},
    {"a date with a time is cut",               "[{\"id\":1,\"fqdn\":\"a.ru\",\"date_expire\":\"2026-03-11 00:00:00\"}]",             false, 1, 0, {1, 1, "a.ru", "2026-03-11"}},
    {"a date of zeros is none",                 "[{\"id\":1,\"fqdn\":\"a.ru\",\"date_expire\":\"0000-00-00\"}]",                      false, 1, 0, {1, 1, "a.ru", ""}},
    {"a date in another order is none",         "[{\"id\":1,\"fqdn\":\"a.ru\",\"date_expire\":\"11.03.2026\"}]",                      false, 1, 0, {1, 1, "a.ru", ""}},
    {"a date that is the text 0 is none",       "[{\"id\":1,\"fqdn\":\"a.ru\",\"date_expire\":\"0\"}]",                               false, 1, 0, {1, 1, "a.ru", ""}},
    {"a subdomain knows its domain",            "[{\"id\":3344001,\"fqdn\":\"blog.example-shop.ru\",\"domain_id\":10234567}]",        true,  1, 0, {3344001, 10234567, "blog.example-shop.ru", ""}},
    {"ids of a subdomain may be texts",         "[{\"id\":\"33\",\"fqdn\":\"a.b.ru\",\"domain_id\":\"7\"}]",                          true,  1, 0, {33, 7, "a.b.ru", ""}},
    {"a subdomain without a domain is kept",    "[{\"id\":33,\"fqdn\":\"a.b.ru\"}]",                                                  true,  1, 0, {33, 0, "a.b.ru", ""}},
    {"www. twins are kept",                     "[{\"id\":1,\"fqdn\":\"x.b.ru\",\"domain_id\":7},{\"id\":2,\"fqdn\":\"www.x.b.ru\",\"domain_id\":7}]", true, 2, 0, {1, 7, "x.b.ru", ""}},
    {"an underscore and an asterisk are names", "[{\"id\":1,\"fqdn\":\"*.b.ru\",\"domain_id\":7},{\"id\":2,\"fqdn\":\"_dmarc.b.ru\",\"domain_id\":7}]", true, 2, 0, {1, 7, "*.b.ru", ""}},
    {"a member without an id is skipped",       "[{\"fqdn\":\"a.ru\"},{\"id\":2,\"fqdn\":\"b.ru\"}]",                                 false, 1, 1, {2, 2, "b.ru", ""}},
    {"an id that is 0 or below is skipped",     "[{\"id\":0,\"fqdn\":\"a.ru\"},{\"id\":-1,\"fqdn\":\"b.ru\"}]",                       false, 0, 2, {0}},
    {"an id that is no number is skipped",      "[{\"id\":\"x\",\"fqdn\":\"a.ru\"},{\"id\":1.5,\"fqdn\":\"b.ru\"},{\"id\":true,\"fqdn\":\"c.ru\"}]", false, 0, 3, {0}},
    {"a member without a name is skipped",      "[{\"id\":1},{\"id\":2,\"fqdn\":null},{\"id\":3,\"fqdn\":\"b.ru\"}]",                 false, 1, 2, {3, 3, "b.ru", ""}},
    {"a name that is none is skipped",          "[{\"id\":1,\"fqdn\":\"\"},{\"id\":2,\"fqdn\":\"a b.ru\"},{\"id\":3,\"fqdn\":\"a..ru\"},{\"id\":4,\"fqdn\":\"b.ru\"}]", false, 1, 3, {4, 4, "b.ru", ""}},
    {"members that are no objects are skipped", "[null,1,\"a.ru\",[],{\"id\":2,\"fqdn\":\"b.ru\"}]",                                  false, 1, 4, {2, 2, "b.ru", ""}},
};

static struct refused_row {
    const char *name;
    const char *json;
} refused_rows[] = {
    {"null is not a list",       "null"},
    {"false is not a list",      "false"},
    {"an object is not a list",  "{}"},
    {"a text is not a list",     "\"a.ru\""},
    {"a number is not a list",   "12"},
};

static struct owner_row {
    const char *name;
    const char *asked;
    const char *domain; /* NULL for none */
} owner_rows[] = {
    /* the domains are example.com, example-shop.ru, shop.example-shop.ru, ample.com */
    {"a domain lies in itself",                   "example.com",                   "example.com"         },
    {"a subdomain lies in its domain",            "blog.example.com",              "example.com"         },
    {"a deep subdomain lies in its domain",       "user.forum.example-shop.ru",    "example-shop.ru"     },
    {"of two domains the longer one owns a name", "a.shop.example-shop.ru",        "shop.example-shop.ru"},
    {"the end of a label is not a domain",        "notexample.com",                NULL                  },
    {"a shorter domain is found as well",         "x.ample.com",                   "ample.com"           },
    {"a foreign name lies in none",               "example.org",                   NULL                  },
    {"a zone is not a domain",                    "com",                           NULL                  },
    {"an empty name lies in none",                "",                              NULL                  },
};
/* clang-format on */

static struct json *parse(const char *text)
{
    struct err err = ERR_INIT;
    struct json *json = json_parse(text, strlen(text), &err);

    assert_non_null(json);
    return json;
}

static void reads(void **state)
{
    const struct list_row *row = *state;
    struct account_names names;
    struct err err = ERR_INIT;
    struct json *json = parse(row->json);

    assert_true(account_names_read(json, row->subdomains, &names, &err));
    json_free(json); /* the names own their texts */
    assert_int_equal(names.count, row->count);
    assert_int_equal(names.skipped, row->skipped);
    if (row->count > 0) {
        assert_int_equal(names.items[0].id, row->first.id);
        assert_int_equal(names.items[0].domain_id, row->first.domain_id);
        assert_string_equal(names.items[0].name, row->first.name);
        assert_string_equal(names.items[0].expires, row->first.expires);
    }
    account_names_free(&names);
    assert_int_equal(names.count, 0);
}

static void refuses(void **state)
{
    const struct refused_row *row = *state;
    struct account_names names = {.count = 77};
    struct err err = ERR_INIT;
    struct json *json = parse(row->json);

    assert_false(account_names_read(json, false, &names, &err));
    assert_int_equal(err.kind, ERR_REJECT);
    assert_int_equal(names.count, 77); /* untouched */
    json_free(json);
}

static void an_absent_result_is_not_a_list(void **state)
{
    struct account_names names;
    struct err err = ERR_INIT;

    (void)state;
    assert_false(account_names_read(NULL, false, &names, &err));
    assert_int_equal(err.kind, ERR_REJECT);
}

static const struct account_names DOMAINS = {
    .items =
        (struct account_name[]){
            {1, 1, "example.com", ""},
            {2, 2, "example-shop.ru", ""},
            {3, 3, "shop.example-shop.ru", ""},
            {4, 4, "ample.com", ""},
        },
    .count = 4,
};

static void finds_the_domain_of(void **state)
{
    const struct owner_row *row = *state;
    const struct account_name *domain = account_domain_of(&DOMAINS, row->asked);

    if (row->domain) {
        assert_non_null(domain);
        assert_string_equal(domain->name, row->domain);
    } else {
        assert_null(domain);
    }
}

static void only_an_exact_name_is_found(void **state)
{
    (void)state;
    assert_int_equal(account_find(&DOMAINS, "example-shop.ru")->id, 2);
    assert_null(account_find(&DOMAINS, "a.example-shop.ru"));
    assert_null(account_find(&DOMAINS, "example-shop.r"));
    assert_null(account_find(&DOMAINS, ""));
}

static void a_long_list_keeps_its_order(void **state)
{
    struct account_names names;
    struct err err = ERR_INIT;
    struct buf text;
    struct json *json;

    (void)state;
    buf_init(&text, 1 << 20);
    buf_addf(&text, "[");
    for (int i = 1; i <= 5000; i++) {
        buf_addf(&text, "%s{\"id\":%d,\"fqdn\":\"d%04d.example\"}", i > 1 ? "," : "", i, i);
    }
    buf_addf(&text, "]");
    json = parse(buf_text(&text));
    assert_true(account_names_read(json, false, &names, &err));
    assert_int_equal(names.count, 5000);
    for (size_t i = 0; i < names.count; i++) {
        assert_int_equal(names.items[i].id, i + 1);
    }
    account_names_free(&names);
    json_free(json);
    buf_free(&text);
}

int main(void)
{
    struct CMUnitTest
        tests[ARRAY_LEN(list_rows) + ARRAY_LEN(refused_rows) + ARRAY_LEN(owner_rows) + 3] = {
            cmocka_unit_test(an_absent_result_is_not_a_list),
            cmocka_unit_test(only_an_exact_name_is_found),
            cmocka_unit_test(a_long_list_keeps_its_order),
        };
    size_t count = 3;

    for (size_t i = 0; i < ARRAY_LEN(list_rows); i++) {
        tests[count++] = (struct CMUnitTest){
            .name = list_rows[i].name,
            .test_func = reads,
            .initial_state = &list_rows[i],
        };
    }
    for (size_t i = 0; i < ARRAY_LEN(refused_rows); i++) {
        tests[count++] = (struct CMUnitTest){
            .name = refused_rows[i].name,
            .test_func = refuses,
            .initial_state = &refused_rows[i],
        };
    }
    for (size_t i = 0; i < ARRAY_LEN(owner_rows); i++) {
        tests[count++] = (struct CMUnitTest){
            .name = owner_rows[i].name,
            .test_func = finds_the_domain_of,
            .initial_state = &owner_rows[i],
        };
    }
    return cmocka_run_group_tests_name("beget_account", tests, NULL, NULL);
}
