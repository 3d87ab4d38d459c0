/* SPDX-License-Identifier: MIT */
/* States of a name: told from each other, written down, read again. */
#include "worker/beget/dns_state.h"

#include "shared/base/compiler.h"
#include "shared/base/mem.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* An answer of dns/getData. */
static struct dns_zone read_answer(const char *records)
{
    struct err err = ERR_INIT;
    struct dns_zone zone;
    struct json *json;
    struct buf text;

    buf_init(&text, 1 << 20);
    buf_addf(&text, "{\"records\":%s}", records);
    json = json_parse(buf_text(&text), text.len, &err);
    assert_true(dns_zone_read(json, &zone, &err));
    json_free(json);
    buf_free(&text);
    return zone;
}

/* ---- one state or two ---- */

struct pair_row {
    const char *name;
    const char *one; /* `records` of an answer */
    const char *other;
    bool same;
};

#define A(address)     "{\"address\":\"" address "\"}"
#define A_OF(list)     "{\"A\":[" list "]}"
#define TXT(text)      "{\"TXT\":[{\"txtdata\":\"" text "\"}]}"
#define MX(pref, host) "{\"exchange\":\"" host "\",\"preference\":" pref "}"
#define MX_OF(list)    "{\"MX\":[" list "]}"
#define SRV(w, port, h) \
    "{\"SRV\":[{\"priority\":1,\"weight\":" w ",\"port\":" port ",\"target\":\"" h "\"}]}"
#define CAA(flags, tag, value) \
    "{\"CAA\":[{\"flags\":" flags ",\"tag\":\"" tag "\",\"value\":\"" value "\"}]}"

/* clang-format off */
static struct pair_row pair_rows[] = {
    {"no records are no records",         "{}",                                             "{\"A\":[],\"DNS\":[]}",                          true },
    {"order is nothing",                  A_OF(A("192.0.2.1") "," A("192.0.2.2")),          A_OF(A("192.0.2.2") "," A("192.0.2.1")),          true },
    {"the TTL is nothing",                "{\"A\":[{\"address\":\"192.0.2.1\",\"ttl\":300}]}", "{\"A\":[{\"address\":\"192.0.2.1\",\"ttl\":600}]}", true },
    {"the shape of the answer is nothing", "{\"A\":[{\"value\":\"192.0.2.1\",\"priority\":10}]}", A_OF(A("192.0.2.1")),                      true },
    {"name servers are nothing",          "{\"DNS\":[{\"value\":\"a.ru\"}]}",               "{\"DNS\":[{\"value\":\"b.ru\"}]}",               true },
    {"the spelling of IPv6 is nothing",   "{\"AAAA\":[" A("2001:DB8:0::1") "]}",            "{\"AAAA\":[" A("2001:db8::1") "]}",              true },
    {"the spelling of a host is nothing", MX_OF(MX("10", "MX.a.ru.")),                      MX_OF(MX("10", "mx.a.ru")),                       true },
    {"of a target neither",               SRV("2", "3", "A.ru"),                            SRV("2", "3", "a.ru."),                           true },
    {"another address",                   A_OF(A("192.0.2.1")),                             A_OF(A("192.0.2.2")),                             false},
    {"one more",                          A_OF(A("192.0.2.1")),                             A_OF(A("192.0.2.1") "," A("192.0.2.2")),          false},
    {"one copy more",                     A_OF(A("192.0.2.1")),                             A_OF(A("192.0.2.1") "," A("192.0.2.1")),          false},
    {"two copies of another",             A_OF(A("192.0.2.1") "," A("192.0.2.1") "," A("192.0.2.2")), A_OF(A("192.0.2.1") "," A("192.0.2.2") "," A("192.0.2.2")), false},
    {"another type",                      "{\"CNAME\":[{\"cname\":\"a.ru\"}]}",             "{\"NS\":[{\"nsdname\":\"a.ru\"}]}",              false},
    {"another preference",                MX_OF(MX("10", "a.ru")),                          MX_OF(MX("20", "a.ru")),                          false},
    {"preferences that change places",    MX_OF(MX("10", "a.ru") "," MX("20", "b.ru")),     MX_OF(MX("20", "a.ru") "," MX("10", "b.ru")),     false},
    {"a text in another case",            TXT("a"),                                         TXT("A"),                                         false},
    {"a text with a blank more",          TXT("a b"),                                       TXT("a  b"),                                      false},
    {"a text that reads like two",        "{\"TXT\":[{\"txtdata\":\"a\"},{\"txtdata\":\"b\"}]}", TXT("a\\nTXT b"),                            false},
    {"texts parted at another place",     "{\"TXT\":[{\"txtdata\":\"aTXT b\"},{\"txtdata\":\"c\"}]}", "{\"TXT\":[{\"txtdata\":\"a\"},{\"txtdata\":\"bTXT c\"}]}", false},
    {"a CAA",                             "{}",                                             CAA("0", "issue", "a.org"),                       false},
    {"another tag of a CAA",              CAA("0", "issue", "a.org"),                       CAA("0", "issuewild", "a.org"),                   false},
    {"another flag of a CAA",             CAA("0", "issue", "a.org"),                       CAA("128", "issue", "a.org"),                     false},
    {"another port of an SRV",            SRV("2", "3", "a.ru"),                            SRV("2", "4", "a.ru"),                            false},
    {"another weight of an SRV",          SRV("2", "3", "a.ru"),                            SRV("5", "3", "a.ru"),                            false},
};
/* clang-format on */

static void tells(void **state)
{
    const struct pair_row *row = *state;
    struct dns_zone one = read_answer(row->one);
    struct dns_zone other = read_answer(row->other);
    char digest[DNS_DIGEST_SIZE];
    char other_digest[DNS_DIGEST_SIZE];
    struct buf written;

    dns_zone_digest(&one, digest);
    dns_zone_digest(&other, other_digest);
    assert_int_equal(strcmp(digest, other_digest) == 0, row->same);
    assert_null(strpbrk(digest, " \t\n"));
    assert_in_range(strlen(digest), 1, DNS_DIGEST_SIZE - 1);

    buf_init(&written, 4096);
    dns_zone_state(&one, &written);
    assert_true(dns_state_matches(&one, buf_text(&written)));
    assert_int_equal(dns_state_matches(&other, buf_text(&written)), row->same);
    buf_free(&written);
    dns_zone_free(&one);
    dns_zone_free(&other);
}

/* ---- as JSON ---- */

struct written_row {
    const char *name;
    const char *records;
    const char *state;
};

/* clang-format off */
static struct written_row written_rows[] = {
    {"nothing",            "{}", "{}"},
    {"every type",
     "{\"SRV\":[{\"priority\":1,\"weight\":2,\"port\":5060,\"target\":\"sip.a.ru.\"}],\"CAA\":[{\"flags\":128,\"tag\":\"issue\",\"value\":\"a.org; x=1\"}],"
     "\"NS\":[{\"nsdname\":\"ns.a.ru.\"}],\"CNAME\":[{\"cname\":\"c.ru.\"}],\"TXT\":[{\"txtdata\":\"10 \\\"x\\\" <i> я\"}],"
     "\"MX\":[{\"exchange\":\"b.ru.\",\"preference\":20},{\"exchange\":\"a.ru.\",\"preference\":0}],\"AAAA\":[" A("2001:db8::1") "],\"A\":[" A("192.0.2.1") "],"
     "\"DNS\":[{\"value\":\"ns1.beget.com\"}],\"DNS_IP\":[{\"value\":\"192.0.2.9\"}]}",
     "{\"A\":[\"192.0.2.1\"],\"AAAA\":[\"2001:db8::1\"],\"MX\":[\"0 a.ru\",\"20 b.ru\"],\"TXT\":[\"10 \\\"x\\\" <i> я\"],\"CNAME\":[\"c.ru\"],\"NS\":[\"ns.a.ru\"],"
     "\"CAA\":[\"128 issue a.org; x=1\"],\"SRV\":[\"1 2 5060 sip.a.ru\"]}"},
    {"spellings stay",     "{\"AAAA\":[" A("2001:DB8:0::1") "],\"MX\":[{\"exchange\":\"A.ru\",\"preference\":1}]}", "{\"AAAA\":[\"2001:DB8:0::1\"],\"MX\":[\"1 A.ru\"]}"},
    {"a CAA without a tag", "{\"CAA\":[{\"value\":\"0 issue\"}]}", "{\"CAA\":[\"0 issue\"]}"},
    {"a mailer of nobody", "{\"MX\":[{\"exchange\":\".\",\"preference\":0}]}", "{\"MX\":[\"0 .\"]}"},
};
/* clang-format on */

static void writes_and_reads_again(void **state)
{
    const struct written_row *row = *state;
    struct dns_zone zone = read_answer(row->records);
    struct dns_zone again;
    struct err err = ERR_INIT;
    struct buf first;
    struct buf second;

    buf_init(&first, 4096);
    buf_init(&second, 4096);
    dns_zone_state(&zone, &first);
    assert_string_equal(buf_text(&first), row->state);
    assert_true(dns_state_read(buf_text(&first), &again, &err));
    dns_zone_state(&again, &second);
    assert_string_equal(buf_text(&second), row->state);
    assert_true(dns_state_matches(&zone, buf_text(&second)));
    dns_zone_free(&zone);
    dns_zone_free(&again);
    buf_free(&first);
    buf_free(&second);
}

static struct refused_row {
    const char *name;
    const char *json;
} refused_rows[] = {
    {"nothing is no state", ""},
    {"a list is no state", "[]"},
    {"null is no state", "null"},
    {"half a state is none", "{\"A\":[\"192.0.2.1\""},
    {"a type nobody knows is refused", "{\"A\":[\"192.0.2.1\"],\"HINFO\":[]}"},
    {"name servers are of no state", "{\"DNS\":[\"a.ru\"]}"},
    {"a text in place of a list is refused", "{\"A\":\"192.0.2.1\"}"},
    {"a number in place of a record is refused", "{\"A\":[\"192.0.2.1\",7]}"},
    {"an empty record is refused", "{\"A\":[\"192.0.2.1\",\"\"]}"},
    {"an MX without a preference is refused", "{\"MX\":[\"a.ru\"]}"},
    {"an MX without a host is refused", "{\"MX\":[\"10 \"]}"},
    {"an MX of a preference alone is refused", "{\"MX\":[\"10\"]}"},
    {"an MX below 0 is refused", "{\"MX\":[\"-10 a.ru\"]}"},
    {"an MX beyond all numbers is refused", "{\"MX\":[\"99999999999999999999 a.ru\"]}"},
    {"an SRV without a port is refused", "{\"SRV\":[\"1 2 a.ru\"]}"},
};

static void refuses(void **state)
{
    const struct refused_row *row = *state;
    struct dns_zone zone = {.count = 77};
    struct err err = ERR_INIT;

    assert_false(dns_state_read(row->json, &zone, &err));
    assert_int_equal(err.kind, ERR_REJECT);
    assert_int_equal(zone.count, 77); /* untouched */
    zone = (struct dns_zone){0};
    assert_false(dns_state_matches(&zone, row->json));
}

static void what_is_not_known_in_full_matches_nothing(void **state)
{
    struct dns_zone zone = {.on_beget = true};

    (void)state;
    assert_true(dns_state_matches(&zone, "{}"));
    zone.unknown_count = 1;
    assert_false(dns_state_matches(&zone, "{}"));
    zone.unknown_count = 0;
    zone.records_missing = true;
    assert_false(dns_state_matches(&zone, "{}"));
    zone.set_type = DNS_SET_RECORDS;
    assert_false(dns_state_matches(&zone, "{}"));
    zone.subdomain = true;
    assert_true(dns_state_matches(&zone, "{}"));
}

static void a_key_finds_its_record_and_no_other(void **state)
{
    struct dns_zone zone = read_answer("{\"MX\":[" MX("10", "a.ru") "," MX(
        "20", "a.ru") "],\"TXT\":[{\"txtdata\":"
                      "\"10 a.ru\"}]}");
    char key[DNS_KEY_SIZE];

    (void)state;
    assert_int_equal(zone.count, 3);
    for (size_t i = 0; i < zone.count; i++) {
        dns_record_key(&zone.records[i], key);
        assert_int_equal(strlen(key), DNS_KEY_SIZE - 1);
        assert_ptr_equal(dns_zone_find(&zone, key), &zone.records[i]);
    }
    assert_null(dns_zone_find(&zone, "0000000000000000"));
    assert_null(dns_zone_find(&zone, ""));
    dns_zone_free(&zone);
}

static void a_long_value_is_whole_in_a_state(void **state)
{
    struct dns_zone zone = {.on_beget = true};
    char *text = xcalloc(64 * 1024 + 1, 1);
    char digest[DNS_DIGEST_SIZE];
    char other[DNS_DIGEST_SIZE];
    struct buf written;

    (void)state;
    memset(text, 'x', 64 * 1024);
    dns_zone_add(&zone, (struct dns_record){.type = DNS_TXT, .value = text});
    buf_init(&written, 1 << 20);
    dns_zone_state(&zone, &written);
    dns_zone_digest(&zone, digest);
    assert_true(dns_state_matches(&zone, buf_text(&written)));
    text[64 * 1024 - 1] = 'y'; /* the last byte counts */
    dns_zone_digest(&zone, other);
    assert_string_not_equal(digest, other);
    assert_false(dns_state_matches(&zone, buf_text(&written)));
    buf_free(&written);
    dns_zone_free(&zone);
}

static void records_are_put_behind_those_of_their_type(void **state)
{
    struct dns_zone zone =
        read_answer("{\"TXT\":[{\"txtdata\":\"t\"}],\"A\":[" A("192.0.2.1") "]}");
    struct buf written;

    (void)state;
    dns_zone_add(&zone, (struct dns_record){.type = DNS_A, .value = xstrdup("192.0.2.2")});
    dns_zone_add(&zone, (struct dns_record){.type = DNS_MX, .value = xstrdup("a.ru")});
    buf_init(&written, 4096);
    dns_zone_state(&zone, &written);
    assert_string_equal(buf_text(&written),
                        "{\"A\":[\"192.0.2.1\",\"192.0.2.2\"],"
                        "\"MX\":[\"0 a.ru\"],\"TXT\":[\"t\"]}");
    for (size_t i = 1; i < zone.count; i++) {
        assert_true(zone.records[i - 1].type <= zone.records[i].type);
    }
    buf_free(&written);
    dns_zone_free(&zone);
}

int main(void)
{
    struct CMUnitTest
        tests[ARRAY_LEN(pair_rows) + ARRAY_LEN(written_rows) + ARRAY_LEN(refused_rows) + 4] = {
            cmocka_unit_test(what_is_not_known_in_full_matches_nothing),
            cmocka_unit_test(a_key_finds_its_record_and_no_other),
            cmocka_unit_test(a_long_value_is_whole_in_a_state),
            cmocka_unit_test(records_are_put_behind_those_of_their_type),
        };
    size_t count = 4;

    for (size_t i = 0; i < ARRAY_LEN(pair_rows); i++) {
        tests[count++] = (struct CMUnitTest){
            .name = pair_rows[i].name,
            .test_func = tells,
            .initial_state = &pair_rows[i],
        };
    }
    for (size_t i = 0; i < ARRAY_LEN(written_rows); i++) {
        tests[count++] = (struct CMUnitTest){
            .name = written_rows[i].name,
            .test_func = writes_and_reads_again,
            .initial_state = &written_rows[i],
        };
    }
    for (size_t i = 0; i < ARRAY_LEN(refused_rows); i++) {
        tests[count++] = (struct CMUnitTest){
            .name = refused_rows[i].name,
            .test_func = refuses,
            .initial_state = &refused_rows[i],
        };
    }
    return cmocka_run_group_tests_name("beget_dns_state", tests, NULL, NULL);
}
