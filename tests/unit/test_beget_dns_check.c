/* SPDX-License-Identifier: MIT */
/* A record as a person types it: what it is read as, and why it is refused. */
#include "worker/beget/dns_check.h"

#include "shared/base/compiler.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* 63 bytes. */
#define LABEL "abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyzabcdefghijk"

struct row {
    const char *name;
    enum dns_type type;
    const char *typed;
    enum dns_fault fault;
    const char *value; /* of a good one; an MX with its preference before it */
};

/* clang-format off */
static struct row new_rows[] = {
    /* what it shows                               type       typed                            fault                        value */
    {"an address stays",                           DNS_A,     "192.0.2.1",                     DNS_FAULT_NONE,              "192.0.2.1"},
    {"blanks around an address are nothing",       DNS_A,     " \t192.0.2.1 \n",               DNS_FAULT_NONE,              "192.0.2.1"},
    {"zeros alone are numbers",                    DNS_A,     "10.0.0.0",                      DNS_FAULT_NONE,              "10.0.0.0"},
    {"a private address is one",                   DNS_A,     "192.168.1.1",                   DNS_FAULT_NONE,              "192.168.1.1"},
    {"the last usable address",                    DNS_A,     "223.255.255.255",               DNS_FAULT_NONE,              "223.255.255.255"},
    {"nothing is no address",                      DNS_A,     "",                              DNS_FAULT_IPV4_BAD,          NULL},
    {"blanks are no address",                      DNS_A,     "  ",                            DNS_FAULT_IPV4_BAD,          NULL},
    {"three numbers are no address",               DNS_A,     "192.0.2",                       DNS_FAULT_IPV4_BAD,          NULL},
    {"five numbers are no address",                DNS_A,     "192.0.2.1.5",                   DNS_FAULT_IPV4_BAD,          NULL},
    {"a dot behind is refused",                    DNS_A,     "192.0.2.1.",                    DNS_FAULT_IPV4_BAD,          NULL},
    {"an empty number is refused",                 DNS_A,     "192..2.1",                      DNS_FAULT_IPV4_BAD,          NULL},
    {"256 is refused",                             DNS_A,     "192.0.2.256",                   DNS_FAULT_IPV4_BAD,          NULL},
    {"four digits are refused",                    DNS_A,     "192.0.2.0001",                  DNS_FAULT_IPV4_BAD,          NULL},
    {"a number that would wrap is refused",        DNS_A,     "192.0.2.4294967297",            DNS_FAULT_IPV4_BAD,          NULL},
    {"a sign is refused",                          DNS_A,     "192.0.2.-1",                    DNS_FAULT_IPV4_BAD,          NULL},
    {"a blank within is refused",                  DNS_A,     "192.0. 2.1",                    DNS_FAULT_IPV4_BAD,          NULL},
    {"two addresses are refused",                  DNS_A,     "192.0.2.1 192.0.2.2",           DNS_FAULT_IPV4_BAD,          NULL},
    {"full-width digits are refused",              DNS_A,     "１９２.0.2.1",                  DNS_FAULT_IPV4_BAD,          NULL},
    {"a raised two is refused",                    DNS_A,     "192.0.².1",                     DNS_FAULT_IPV4_BAD,          NULL},
    {"Arabic digits are refused",                  DNS_A,     "١٩٢.0.2.1",                     DNS_FAULT_IPV4_BAD,          NULL},
    {"hexadecimal is refused",                     DNS_A,     "0xc0.0.2.1",                    DNS_FAULT_IPV4_BAD,          NULL},
    {"a network is refused",                       DNS_A,     "192.0.2.0/24",                  DNS_FAULT_IPV4_BAD,          NULL},
    {"a name is no address",                       DNS_A,     "example.com",                   DNS_FAULT_IPV4_BAD,          NULL},
    {"a leading zero is refused",                  DNS_A,     "192.0.2.010",                   DNS_FAULT_IPV4_LEADING_ZERO, NULL},
    {"two zeros are refused",                      DNS_A,     "192.00.2.1",                    DNS_FAULT_IPV4_LEADING_ZERO, NULL},
    {"0.0.0.0 is refused",                         DNS_A,     "0.0.0.0",                       DNS_FAULT_IPV4_UNUSABLE,     NULL},
    {"multicast is refused",                       DNS_A,     "224.0.0.1",                     DNS_FAULT_IPV4_UNUSABLE,     NULL},
    {"broadcast is refused",                       DNS_A,     "255.255.255.255",               DNS_FAULT_IPV4_UNUSABLE,     NULL},
    {"an IPv6 address is sent to AAAA",            DNS_A,     "2001:db8::1",                   DNS_FAULT_IPV4_IS_IPV6,      NULL},

    {"an IPv6 address becomes its short form",     DNS_AAAA,  "2001:0DB8:0:0:0:0:0:0001",      DNS_FAULT_NONE,              "2001:db8::1"},
    {"the short form stays",                       DNS_AAAA,  "2001:db8::1",                   DNS_FAULT_NONE,              "2001:db8::1"},
    {"an IPv6 address may end in IPv4",            DNS_AAAA,  "64:ff9b::192.0.2.33",           DNS_FAULT_NONE,              "64:ff9b::c000:221"},
    {"nothing is no IPv6 address",                 DNS_AAAA,  "",                              DNS_FAULT_IPV6_BAD,          NULL},
    {"brackets are refused",                       DNS_AAAA,  "[2001:db8::1]",                 DNS_FAULT_IPV6_BAD,          NULL},
    {"an interface is refused",                    DNS_AAAA,  "fe80::1%eth0",                  DNS_FAULT_IPV6_BAD,          NULL},
    {"a network of IPv6 is refused",               DNS_AAAA,  "2001:db8::/32",                 DNS_FAULT_IPV6_BAD,          NULL},
    {"two gaps are refused",                       DNS_AAAA,  "2001::db8::1",                  DNS_FAULT_IPV6_BAD,          NULL},
    {":: is refused",                              DNS_AAAA,  "::",                            DNS_FAULT_IPV6_UNUSABLE,     NULL},
    {"multicast of IPv6 is refused",               DNS_AAAA,  "ff02::1",                       DNS_FAULT_IPV6_UNUSABLE,     NULL},
    {"link-local is refused",                      DNS_AAAA,  "fe80::1",                       DNS_FAULT_IPV6_UNUSABLE,     NULL},
    {"IPv4 in disguise is refused",                DNS_AAAA,  "::ffff:192.0.2.1",              DNS_FAULT_IPV6_UNUSABLE,     NULL},
    {"an IPv4 address is sent to A",               DNS_AAAA,  "192.0.2.1",                     DNS_FAULT_IPV6_IS_IPV4,      NULL},

    {"a host becomes small",                       DNS_CNAME, "Target.Example.NET",            DNS_FAULT_NONE,              "target.example.net"},
    {"a host loses its last dot",                  DNS_CNAME, "target.example.net.",           DNS_FAULT_NONE,              "target.example.net"},
    {"a Cyrillic host becomes punycode",           DNS_CNAME, "Магазин.Пример.рф",             DNS_FAULT_NONE,              "xn--80aairftm.xn--e1afmkfd.xn--p1ai"},
    {"a host may hold underscores",                DNS_CNAME, "s1._domainkey.example.net",     DNS_FAULT_NONE,              "s1._domainkey.example.net"},
    {"a label of 63 bytes is good",                DNS_CNAME, LABEL ".ru",                     DNS_FAULT_NONE,              LABEL ".ru"},
    {"a label of 64 bytes is refused",             DNS_CNAME, LABEL "x.ru",                    DNS_FAULT_HOST_BAD,          NULL},
    {"a host over 253 bytes is refused",           DNS_CNAME, LABEL "." LABEL "." LABEL "." LABEL, DNS_FAULT_HOST_BAD,      NULL},
    {"nothing is no host",                         DNS_CNAME, "",                              DNS_FAULT_HOST_BAD,          NULL},
    {"a URL is no host",                           DNS_CNAME, "https://example.com",           DNS_FAULT_HOST_BAD,          NULL},
    {"a path is no host",                          DNS_CNAME, "example.com/shop",              DNS_FAULT_HOST_BAD,          NULL},
    {"a port is no host",                          DNS_CNAME, "example.com:443",               DNS_FAULT_HOST_BAD,          NULL},
    {"two hosts are none",                         DNS_CNAME, "a.example.com b.example.com",   DNS_FAULT_HOST_BAD,          NULL},
    {"a pattern is no host",                       DNS_CNAME, "*.example.com",                 DNS_FAULT_HOST_BAD,          NULL},
    {"the root is no host",                        DNS_CNAME, ".",                             DNS_FAULT_HOST_BAD,          NULL},
    {"bytes that are no text are no host",         DNS_CNAME, "a\xff.example.com",             DNS_FAULT_HOST_BAD,          NULL},
    {"an address is no host",                      DNS_CNAME, "192.0.2.1",                     DNS_FAULT_HOST_IS_ADDRESS,   NULL},
    {"an address with a dot behind is no host",    DNS_CNAME, "192.0.2.1.",                    DNS_FAULT_HOST_IS_ADDRESS,   NULL},
    {"a part of an address is no host",            DNS_CNAME, "192.0.2",                       DNS_FAULT_HOST_IS_ADDRESS,   NULL},
    {"an IPv6 address is no host",                 DNS_CNAME, "2001:db8::1",                   DNS_FAULT_HOST_IS_ADDRESS,   NULL},
    {"a host of one label is refused",             DNS_CNAME, "mail",                          DNS_FAULT_HOST_ONE_LABEL,    NULL},
    {"one label with a dot is refused",            DNS_NS,    "ns1.",                          DNS_FAULT_HOST_ONE_LABEL,    NULL},
    {"a name server is a host",                    DNS_NS,    "NS1.Other.net.",                DNS_FAULT_NONE,              "ns1.other.net"},
    {"an address is no name server",               DNS_NS,    "192.0.2.53",                    DNS_FAULT_HOST_IS_ADDRESS,   NULL},

    {"an MX is a preference and a host",           DNS_MX,    "10 MX.Example.com.",            DNS_FAULT_NONE,              "10 mx.example.com"},
    {"blanks in between are nothing",              DNS_MX,    "10 \t  mx.example.com",         DNS_FAULT_NONE,              "10 mx.example.com"},
    {"a preference of 0 is one",                   DNS_MX,    "0 mx.example.com",              DNS_FAULT_NONE,              "0 mx.example.com"},
    {"a preference of 1 is one",                   DNS_MX,    "1 mx.example.com",              DNS_FAULT_NONE,              "1 mx.example.com"},
    {"a preference of 65535 is one",               DNS_MX,    "65535 mx.example.com",          DNS_FAULT_NONE,              "65535 mx.example.com"},
    {"a preference of 65536 is refused",           DNS_MX,    "65536 mx.example.com",          DNS_FAULT_MX_PREFERENCE,     NULL},
    {"a preference of many digits is refused",     DNS_MX,    "18446744073709551626 a.ru",     DNS_FAULT_MX_PREFERENCE,     NULL},
    {"a preference below 0 is refused",            DNS_MX,    "-1 mx.example.com",             DNS_FAULT_MX_PREFERENCE,     NULL},
    {"a preference with zeros before is refused",  DNS_MX,    "010 mx.example.com",            DNS_FAULT_MX_PREFERENCE,     NULL},
    {"an MX without a preference is refused",      DNS_MX,    "mx.example.com",                DNS_FAULT_MX_FORM,           NULL},
    {"an MX without a host is refused",            DNS_MX,    "10",                            DNS_FAULT_MX_FORM,           NULL},
    {"an MX the other way round is refused",       DNS_MX,    "mx.example.com 10",             DNS_FAULT_MX_FORM,           NULL},
    {"a third word is refused",                    DNS_MX,    "10 mx.example.com 300",         DNS_FAULT_MX_FORM,           NULL},
    {"a full-width preference is refused",         DNS_MX,    "１０ mx.example.com",           DNS_FAULT_MX_FORM,           NULL},
    {"an empty MX is refused",                     DNS_MX,    "",                              DNS_FAULT_MX_FORM,           NULL},
    {"the MX that takes no mail is refused",       DNS_MX,    "0 .",                           DNS_FAULT_MX_NULL,           NULL},
    {"an address takes no mail",                   DNS_MX,    "10 192.0.2.1",                  DNS_FAULT_HOST_IS_ADDRESS,   NULL},
    {"one label takes no mail",                    DNS_MX,    "10 mail",                       DNS_FAULT_HOST_ONE_LABEL,    NULL},
    {"what is no name takes no mail",              DNS_MX,    "10 me@example.com",             DNS_FAULT_HOST_BAD,          NULL},

    {"a text stays as it is",                      DNS_TXT,   "v=spf1 Include:A.ru  ~all",     DNS_FAULT_NONE,              "v=spf1 Include:A.ru  ~all"},
    {"a text may be Cyrillic",                     DNS_TXT,   "проверка ✅",                   DNS_FAULT_NONE,              "проверка ✅"},
    {"a text may hold signs of HTML and JSON",     DNS_TXT,   "<b>&\\{}",                      DNS_FAULT_NONE,              "<b>&\\{}"},
    {"blanks around a text are nothing",           DNS_TXT,   "  a b \r\n",                    DNS_FAULT_NONE,              "a b"},
    {"quotes around a text are taken off",         DNS_TXT,   "\"v=spf1 -all\"",               DNS_FAULT_NONE,              "v=spf1 -all"},
    {"quotes keep blanks",                         DNS_TXT,   "\" a \"",                       DNS_FAULT_NONE,              " a "},
    {"strings of a zone file are one text",        DNS_TXT,   "\"v=DKIM1; p=AB\"  \"CD\"",     DNS_FAULT_NONE,              "v=DKIM1; p=ABCD"},
    {"a quote that is escaped is one",             DNS_TXT,   "\"a\\\"b\\\\c\\d\"",            DNS_FAULT_NONE,              "a\"b\\c\\d"},
    {"quotes within a text stay",                  DNS_TXT,   "say \"hello\"",                 DNS_FAULT_NONE,              "say \"hello\""},
    {"quotes that do not wrap it stay",            DNS_TXT,   "\"a\" b",                       DNS_FAULT_NONE,              "\"a\" b"},
    {"a quote that is not closed stays",           DNS_TXT,   "\"a",                           DNS_FAULT_NONE,              "\"a"},
    {"strings that touch stay",                    DNS_TXT,   "\"a\"\"b\"",                    DNS_FAULT_NONE,              "\"a\"\"b\""},
    {"a text that ends in an escape stays",        DNS_TXT,   "\"a\\",                         DNS_FAULT_NONE,              "\"a\\"},
    {"nothing is no text",                         DNS_TXT,   "",                              DNS_FAULT_TXT_EMPTY,         NULL},
    {"quotes around nothing are no text",          DNS_TXT,   "\"\"",                          DNS_FAULT_TXT_EMPTY,         NULL},
    {"quotes around blanks are no text",           DNS_TXT,   "\"  \"",                        DNS_FAULT_TXT_EMPTY,         NULL},
    {"a line break is refused",                    DNS_TXT,   "a\nb",                          DNS_FAULT_TXT_CONTROL,       NULL},
    {"a tab is refused",                           DNS_TXT,   "a\tb",                          DNS_FAULT_TXT_CONTROL,       NULL},
    {"DEL is refused",                             DNS_TXT,   "a\x7f" "b",                     DNS_FAULT_TXT_CONTROL,       NULL},
    {"a control character of C1 is refused",       DNS_TXT,   "a\xc2\x85" "b",                 DNS_FAULT_TXT_CONTROL,       NULL},
    {"a space that does not break is good",        DNS_TXT,   "a\xc2\xa0" "b",                 DNS_FAULT_NONE,              "a\xc2\xa0" "b"},
    {"bytes that are no text are refused",         DNS_TXT,   "a\xff" "b",                     DNS_FAULT_TXT_NOT_UTF8,      NULL},
    {"a text damaged on its way is refused",       DNS_TXT,   "a\xef\xbf\xbd" "b",             DNS_FAULT_TXT_NOT_UTF8,      NULL},
};

/* What may be there already, and is to go. */
static struct row old_rows[] = {
    {"an old 0.0.0.0 can go",                      DNS_A,     "0.0.0.0",                       DNS_FAULT_NONE,              "0.0.0.0"},
    {"an old broadcast address can go",            DNS_A,     "255.255.255.255",               DNS_FAULT_NONE,              "255.255.255.255"},
    {"an old address is still one",                DNS_A,     "old",                           DNS_FAULT_IPV4_BAD,          NULL},
    {"an old :: can go",                           DNS_AAAA,  "0::0",                          DNS_FAULT_NONE,              "::"},
    {"an old host of one label can go",            DNS_CNAME, "Localhost",                     DNS_FAULT_NONE,              "localhost"},
    {"an old pattern can go",                      DNS_CNAME, "*.example.com",                 DNS_FAULT_NONE,              "*.example.com"},
    {"an old host is still a name",                DNS_NS,    "a b",                           DNS_FAULT_HOST_BAD,          NULL},
    {"an old MX is told by both",                  DNS_MX,    "10 MX.example.com",             DNS_FAULT_NONE,              "10 mx.example.com"},
    {"an old MX is told by its host alone",        DNS_MX,    "MX.example.com.",               DNS_FAULT_NONE,              "-1 mx.example.com"},
    {"the old MX that takes no mail can go",       DNS_MX,    "0 .",                           DNS_FAULT_NONE,              "0 ."},
    {"it is told by its dot alone",                DNS_MX,    ".",                             DNS_FAULT_NONE,              "-1 ."},
    {"an old preference is still a number",        DNS_MX,    "70000 mx.example.com",          DNS_FAULT_MX_PREFERENCE,     NULL},
    {"an old MX has two words at most",            DNS_MX,    "mx.example.com 10",             DNS_FAULT_MX_FORM,           NULL},
    {"an old text is unquoted too",                DNS_TXT,   "\"a\" \"b\"",                   DNS_FAULT_NONE,              "ab"},
};

static struct type_row {
    const char *name;
    const char *word;
    int type; /* -1: none */
} type_rows[] = {
    {"A is a type",               "A",      DNS_A    },
    {"a small a is one",          "a",      DNS_A    },
    {"AAAA is a type",            "Aaaa",   DNS_AAAA },
    {"MX is a type",              "mx",     DNS_MX   },
    {"TXT is a type",             "TXT",    DNS_TXT  },
    {"CNAME is a type",           "cname",  DNS_CNAME},
    {"NS is a type",              "Ns",     DNS_NS   },
    {"CAA cannot be edited",      "CAA",    -1       },
    {"SRV cannot be edited",      "SRV",    -1       },
    {"name servers cannot",       "DNS",    -1       },
    {"their addresses cannot",    "DNS_IP", -1       },
    {"a beginning is no type",    "TX",     -1       },
    {"a type with more is none",  "A4",     -1       },
    {"a Cyrillic A is no type",   "А",      -1       },
    {"nothing is no type",        "",       -1       },
};
/* clang-format on */

typedef enum dns_fault check_fn(enum dns_type type, const char *text, struct dns_wanted *out);

static void check(const struct row *row, check_fn *read)
{
    struct dns_wanted wanted = {.value = "untouched", .preference = 7};
    char shown[DNS_VALUE_SIZE + 16];

    assert_int_equal(read(row->type, row->typed, &wanted), row->fault);
    if (row->fault != DNS_FAULT_NONE) {
        assert_string_equal(wanted.value, "untouched");
        assert_int_equal(wanted.preference, 7);
        return;
    }
    (void)snprintf(shown, sizeof(shown), "%s", wanted.value);
    if (row->type == DNS_MX) {
        (void)snprintf(shown, sizeof(shown), "%d %s", (int)wanted.preference, wanted.value);
    }
    assert_string_equal(shown, row->value);
    assert_int_equal(wanted.type, row->type);
}

static void reads_a_new_one(void **state)
{
    check(*state, dns_check_new);
}

static void reads_an_old_one(void **state)
{
    check(*state, dns_check_old);
}

static void finds_the_type(void **state)
{
    const struct type_row *row = *state;
    enum dns_type type = DNS_SERVER;

    assert_int_equal(dns_type_parse(row->word, &type), row->type >= 0);
    assert_int_equal(type, row->type >= 0 ? row->type : DNS_SERVER);
}

/* `len` letters, to be freed. */
static char *letters(size_t len)
{
    char *text = malloc(len + 1);

    assert_non_null(text);
    memset(text, 'x', len);
    text[len] = '\0';
    return text;
}

static enum dns_fault check_length(check_fn *read, size_t len)
{
    struct dns_wanted wanted;
    char *text = letters(len);
    enum dns_fault fault = read(DNS_TXT, text, &wanted);

    if (fault == DNS_FAULT_NONE) {
        assert_int_equal(strlen(wanted.value), len);
    }
    free(text);
    return fault;
}

static void a_text_has_a_longest_length(void **state)
{
    (void)state;
    assert_int_equal(check_length(dns_check_new, 1024), DNS_FAULT_NONE);
    assert_int_equal(check_length(dns_check_new, 1025), DNS_FAULT_TXT_TOO_LONG);
    assert_int_equal(check_length(dns_check_new, 200000), DNS_FAULT_TXT_TOO_LONG);
    assert_int_equal(check_length(dns_check_old, 4096), DNS_FAULT_NONE);
    assert_int_equal(check_length(dns_check_old, 4097), DNS_FAULT_TXT_TOO_LONG);
}

static void any_length_of_another_value_is_refused(void **state)
{
    char *text = letters(200000);
    struct dns_wanted wanted;

    (void)state;
    assert_int_equal(dns_check_new(DNS_A, text, &wanted), DNS_FAULT_IPV4_BAD);
    assert_int_equal(dns_check_new(DNS_AAAA, text, &wanted), DNS_FAULT_IPV6_BAD);
    assert_int_equal(dns_check_new(DNS_CNAME, text, &wanted), DNS_FAULT_HOST_BAD);
    assert_int_equal(dns_check_new(DNS_MX, text, &wanted), DNS_FAULT_MX_FORM);
    text[60000] = '\0';
    assert_int_equal(dns_check_new(DNS_CNAME, text, &wanted), DNS_FAULT_HOST_BAD);
    free(text);
}

static void counts_the_strings_of_a_text(void **state)
{
    (void)state;
    assert_int_equal(dns_txt_chunks(0), 1);
    assert_int_equal(dns_txt_chunks(1), 1);
    assert_int_equal(dns_txt_chunks(255), 1);
    assert_int_equal(dns_txt_chunks(256), 2);
    assert_int_equal(dns_txt_chunks(510), 2);
    assert_int_equal(dns_txt_chunks(1024), 5);
}

static void a_record_of_the_zone_is_wanted_as_it_is(void **state)
{
    struct dns_record record = {.type = DNS_MX, .value = letters(4096), .preference = 5};
    struct dns_wanted wanted = {.preference = 7};

    (void)state;
    assert_true(dns_wanted_of(&record, &wanted));
    assert_int_equal(wanted.type, DNS_MX);
    assert_int_equal(wanted.preference, 5);
    assert_string_equal(wanted.value, record.value);
    record.type = DNS_CAA;
    assert_false(dns_wanted_of(&record, &wanted));
    free(record.value);
    record = (struct dns_record){.type = DNS_TXT, .value = letters(4097)};
    assert_false(dns_wanted_of(&record, &wanted));
    assert_int_equal(wanted.preference, 5); /* untouched */
    free(record.value);
}

int main(void)
{
    struct CMUnitTest tests[ARRAY_LEN(new_rows) + ARRAY_LEN(old_rows) + ARRAY_LEN(type_rows) + 4] =
        {
            cmocka_unit_test(a_text_has_a_longest_length),
            cmocka_unit_test(any_length_of_another_value_is_refused),
            cmocka_unit_test(counts_the_strings_of_a_text),
            cmocka_unit_test(a_record_of_the_zone_is_wanted_as_it_is),
        };
    size_t count = 4;

    for (size_t i = 0; i < ARRAY_LEN(new_rows); i++) {
        tests[count++] = (struct CMUnitTest){
            .name = new_rows[i].name,
            .test_func = reads_a_new_one,
            .initial_state = &new_rows[i],
        };
    }
    for (size_t i = 0; i < ARRAY_LEN(old_rows); i++) {
        tests[count++] = (struct CMUnitTest){
            .name = old_rows[i].name,
            .test_func = reads_an_old_one,
            .initial_state = &old_rows[i],
        };
    }
    for (size_t i = 0; i < ARRAY_LEN(type_rows); i++) {
        tests[count++] = (struct CMUnitTest){
            .name = type_rows[i].name,
            .test_func = finds_the_type,
            .initial_state = &type_rows[i],
        };
    }
    return cmocka_run_group_tests_name("beget_dns_check", tests, NULL, NULL);
}
