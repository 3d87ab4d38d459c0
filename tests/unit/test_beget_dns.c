/* SPDX-License-Identifier: MIT */
/* The records of a name, in the real and in the documented shape of the hosting API. */
#include "worker/beget/dns.h"

#include "shared/base/buf.h"
#include "shared/base/compiler.h"

#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* A zone is written down as one line per record: "TYPE ttl data". */
#define DOMAIN_HEAD                                                            \
    "{\"is_under_control\":true,\"is_beget_dns\":true,\"is_subdomain\":false," \
    "\"fqdn\":\"example-shop.ru\",\"records\":"
#define SUBDOMAIN_HEAD                                                        \
    "{\"is_under_control\":true,\"is_beget_dns\":true,\"is_subdomain\":true," \
    "\"fqdn\":\"x.example-shop.ru\",\"records\":"
#define RECORDS(rest) "{\"records\":" rest "}"

struct zone_row {
    const char *name;
    const char *json;
    const char *records;
    enum dns_set_type set_type;
    bool on_beget;
    bool under_control;
    bool subdomain;
    bool missing;
    size_t unknown;
};

/* clang-format off */
static struct zone_row zone_rows[] = {
    /* ---- whole answers ---- */
    {"an ordinary domain, as captured",
     DOMAIN_HEAD "{\"MX\":[{\"ttl\":300,\"exchange\":\"mx2.beget.com.\",\"preference\":20},{\"ttl\":300,\"exchange\":\"mx1.beget.com.\",\"preference\":10}],\"TXT\":[{\"ttl\":300,\"txtdata\":\"v=spf1 redirect=beget.com\"}],\"A\":[{\"ttl\":300,\"address\":\"198.51.100.20\"}],\"DNS\":[{\"value\":\"ns1.beget.pro\"},{\"value\":\"ns2.beget.pro\"},{\"value\":\"ns1.beget.com\"},{\"value\":\"ns2.beget.com\"}],\"DNS_IP\":[{\"value\":\"\"},{\"value\":\"\"},{\"value\":\"\"},{\"value\":\"\"}]},\"set_type\":1}",
     "A 300 198.51.100.20\nMX 300 10 mx1.beget.com\nMX 300 20 mx2.beget.com\nTXT 300 v=spf1 redirect=beget.com\nDNS 0 ns1.beget.pro\nDNS 0 ns2.beget.pro\nDNS 0 ns1.beget.com\nDNS 0 ns2.beget.com\n",
     DNS_SET_RECORDS, true, true, false, false, 0},
    {"a subdomain with a CNAME",
     SUBDOMAIN_HEAD "{\"CNAME\":[{\"cname\":\"target.example.net.\",\"ttl\":600}],\"DNS\":[],\"DNS_IP\":[]},\"set_type\":3}",
     "CNAME 600 target.example.net\n",
     DNS_SET_CNAME, true, true, true, false, 0},
    {"a subdomain with an address",
     SUBDOMAIN_HEAD "{\"A\":[{\"ttl\":600,\"address\":\"198.51.100.20\"}],\"MX\":[{\"ttl\":300,\"exchange\":\"mx1.beget.com.\",\"preference\":10},{\"ttl\":300,\"exchange\":\"mx2.beget.com.\",\"preference\":20}],\"TXT\":[{\"ttl\":300,\"txtdata\":\"v=spf1 redirect=beget.com\"}],\"DNS\":[],\"DNS_IP\":[]},\"set_type\":1}",
     "A 600 198.51.100.20\nMX 300 10 mx1.beget.com\nMX 300 20 mx2.beget.com\nTXT 300 v=spf1 redirect=beget.com\n",
     DNS_SET_RECORDS, true, true, true, false, 0},
    {"a subdomain delegated to other servers",
     SUBDOMAIN_HEAD "{\"NS\":[{\"ttl\":600,\"nsdname\":\"ns1.other.net.\"},{\"ttl\":600,\"nsdname\":\"ns2.other.net.\"}],\"DNS\":[],\"DNS_IP\":[]},\"set_type\":2}",
     "NS 600 ns1.other.net\nNS 600 ns2.other.net\n",
     DNS_SET_NS, true, true, true, false, 0},
    {"a domain delegated elsewhere",
     "{\"is_under_control\":false,\"is_beget_dns\":false,\"is_subdomain\":false,\"fqdn\":\"foreign.com\",\"records\":{\"A\":[{\"ttl\":300,\"address\":\"198.51.100.20\"}],\"DNS\":[{\"value\":\"ada.ns.example\"},{\"value\":\"bob.ns.example\"}],\"DNS_IP\":[{\"value\":\"\"},{\"value\":\"\"}]},\"set_type\":1}",
     "A 300 198.51.100.20\nDNS 0 ada.ns.example\nDNS 0 bob.ns.example\n",
     DNS_SET_RECORDS, false, false, false, false, 0},
    {"the documented shape: values, priorities, 0 and 1",
     "{\"is_under_control\":1,\"is_beget_dns\":1,\"is_subdomain\":0,\"fqdn\":\"site.ru\",\"records\":{\"DNS\":[{\"value\":\"ns1.beget.ru\",\"priority\":10}],\"DNS_IP\":[{\"value\":null,\"priority\":10}],\"A\":[{\"value\":\"198.51.100.20\",\"priority\":10}],\"MX\":[{\"value\":\"mx2.beget.ru\",\"priority\":20},{\"value\":\"mx1.beget.ru\",\"priority\":10}],\"TXT\":[{\"value\":\"\",\"priority\":0}]},\"set_type\":1}",
     "A 0 198.51.100.20\nMX 0 10 mx1.beget.ru\nMX 0 20 mx2.beget.ru\nDNS 0 ns1.beget.ru\n",
     DNS_SET_RECORDS, true, true, false, false, 0},
    {"flags and numbers may be texts",
     "{\"is_under_control\":\"0\",\"is_beget_dns\":\"false\",\"is_subdomain\":\"1\",\"records\":{\"MX\":[{\"ttl\":\"300\",\"exchange\":\"m.ru\",\"preference\":\"5\"}]},\"set_type\":\"1\"}",
     "MX 300 5 m.ru\n",
     DNS_SET_RECORDS, false, false, true, false, 0},
    {"every type, in the order of the types",
     RECORDS("{\"DNS_IP\":[{\"value\":\"192.0.2.9\"}],\"DNS\":[{\"value\":\"ns.a.ru.\"}],\"SRV\":[{\"ttl\":600,\"priority\":1,\"weight\":2,\"port\":5060,\"target\":\"sip.a.ru.\"}],\"CAA\":[{\"ttl\":600,\"flags\":128,\"tag\":\"issue\",\"value\":\"letsencrypt.org\"}],\"TXT\":[{\"txtdata\":\"t\"}],\"AAAA\":[{\"ttl\":600,\"address\":\"2001:db8::1\"}],\"A\":[{\"address\":\"192.0.2.1\"}]}"),
     "A 0 192.0.2.1\nAAAA 600 2001:db8::1\nTXT 0 t\nCAA 600 128 issue letsencrypt.org\nSRV 600 1 2 5060 sip.a.ru\nDNS 0 ns.a.ru\nDNS_IP 0 192.0.2.9\n",
     DNS_SET_UNKNOWN, true, false, false, false, 0},

    /* ---- no records ---- */
    {"records absent are missing",               "{\"is_beget_dns\":true,\"set_type\":1}",  "", DNS_SET_RECORDS, true, false, false, true, 0},
    {"records that are null are missing",        RECORDS("null"),                           "", DNS_SET_UNKNOWN, true, false, false, true, 0},
    {"records that are a text are missing",      RECORDS("\"none\""),                       "", DNS_SET_UNKNOWN, true, false, false, true, 0},
    {"records {} are none",                      RECORDS("{}"),                             "", DNS_SET_UNKNOWN, true, false, false, false, 0},
    {"records [] are none",                      RECORDS("[]"),                             "", DNS_SET_UNKNOWN, true, false, false, false, 0},
    {"lists that are empty are none",            RECORDS("{\"A\":[],\"MX\":{},\"TXT\":null}"), "", DNS_SET_UNKNOWN, true, false, false, false, 0},
    {"an empty object is a name without records", "{}",                                     "", DNS_SET_UNKNOWN, true, false, false, true, 0},

    /* ---- single records ---- */
    {"a set_type nobody knows",                  "{\"records\":{},\"set_type\":4}",         "", DNS_SET_UNKNOWN, true, false, false, false, 0},
    {"a set_type below 0",                       "{\"records\":{},\"set_type\":-1}",        "", DNS_SET_UNKNOWN, true, false, false, false, 0},
    {"equal preferences keep their order",       RECORDS("{\"MX\":[{\"exchange\":\"c.ru\",\"preference\":10},{\"exchange\":\"a.ru\",\"preference\":10},{\"exchange\":\"b.ru\",\"preference\":0}]}"), "MX 0 0 b.ru\nMX 0 10 c.ru\nMX 0 10 a.ru\n", DNS_SET_UNKNOWN, true, false, false, false, 0},
    {"a preference missing is 0",                RECORDS("{\"MX\":[{\"exchange\":\"a.ru\"}]}"), "MX 0 0 a.ru\n", DNS_SET_UNKNOWN, true, false, false, false, 0},
    {"a preference 0 beats a priority",          RECORDS("{\"MX\":[{\"exchange\":\"a.ru\",\"preference\":0,\"priority\":10}]}"), "MX 0 0 a.ru\n", DNS_SET_UNKNOWN, true, false, false, false, 0},
    {"a priority of another type is nothing",    RECORDS("{\"A\":[{\"value\":\"192.0.2.1\",\"priority\":10}]}"), "A 0 192.0.2.1\n", DNS_SET_UNKNOWN, true, false, false, false, 0},
    {"the null MX keeps its dot",                RECORDS("{\"MX\":[{\"exchange\":\".\",\"preference\":0}]}"), "MX 0 0 .\n", DNS_SET_UNKNOWN, true, false, false, false, 0},
    {"a TXT keeps its dot",                      RECORDS("{\"TXT\":[{\"txtdata\":\"the end.\"}]}"), "TXT 0 the end.\n", DNS_SET_UNKNOWN, true, false, false, false, 0},
    {"duplicates are kept",                      RECORDS("{\"A\":[{\"address\":\"192.0.2.1\"},{\"address\":\"192.0.2.1\"}]}"), "A 0 192.0.2.1\nA 0 192.0.2.1\n", DNS_SET_UNKNOWN, true, false, false, false, 0},
    {"the real name beats the documented one",   RECORDS("{\"A\":[{\"value\":\"192.0.2.2\",\"address\":\"192.0.2.1\"}]}"), "A 0 192.0.2.1\n", DNS_SET_UNKNOWN, true, false, false, false, 0},
    {"an empty real name gives way",             RECORDS("{\"A\":[{\"address\":null,\"value\":\"192.0.2.2\"},{\"address\":\"\",\"value\":\"192.0.2.3\"}]}"), "A 0 192.0.2.2\nA 0 192.0.2.3\n", DNS_SET_UNKNOWN, true, false, false, false, 0},
    {"an empty text in the real shape is none",  RECORDS("{\"TXT\":[{\"ttl\":300,\"txtdata\":\"\"}]}"), "", DNS_SET_UNKNOWN, true, false, false, false, 0},
    {"a text that is a number is its digits",    RECORDS("{\"TXT\":[{\"txtdata\":12345}]}"), "TXT 0 12345\n", DNS_SET_UNKNOWN, true, false, false, false, 0},
    {"quotes, marks and Cyrillic stay",          RECORDS("{\"TXT\":[{\"txtdata\":\"\\\"a\\\\b\\\" <i>&\\u043f\"}]}"), "TXT 0 \"a\\b\" <i>&п\n", DNS_SET_UNKNOWN, true, false, false, false, 0},
    {"the order of TXT is the API's",            RECORDS("{\"TXT\":[{\"txtdata\":\"b\"},{\"txtdata\":\"a\"}]}"), "TXT 0 b\nTXT 0 a\n", DNS_SET_UNKNOWN, true, false, false, false, 0},
    {"NS in the documented shape",               RECORDS("{\"NS\":[{\"value\":\"ns1.other.net.\",\"priority\":10}]}"), "NS 0 ns1.other.net\n", DNS_SET_UNKNOWN, true, false, false, false, 0},
    {"CNAME in the documented shape",            RECORDS("{\"CNAME\":[{\"value\":\"t.net\",\"priority\":10}]}"), "CNAME 0 t.net\n", DNS_SET_UNKNOWN, true, false, false, false, 0},
    {"a CAA without a tag shows its value",      RECORDS("{\"CAA\":[{\"value\":\"0 issue x.org\",\"priority\":10}]}"), "CAA 0 0 issue x.org\n", DNS_SET_UNKNOWN, true, false, false, false, 0},
    {"a list numbered with gaps is a list",      RECORDS("{\"A\":{\"0\":{\"address\":\"192.0.2.1\"},\"2\":{\"address\":\"192.0.2.2\"}}}"), "A 0 192.0.2.1\nA 0 192.0.2.2\n", DNS_SET_UNKNOWN, true, false, false, false, 0},
    {"numbers below 0 are none",                 RECORDS("{\"MX\":[{\"exchange\":\"a.ru\",\"ttl\":-5,\"preference\":-10}]}"), "MX 0 0 a.ru\n", DNS_SET_UNKNOWN, true, false, false, false, 0},

    /* ---- what nobody knows is counted ---- */
    {"a type nobody knows is counted",           RECORDS("{\"HINFO\":[{\"value\":\"x\"},{\"value\":\"y\"}],\"A\":[{\"address\":\"192.0.2.1\"}]}"), "A 0 192.0.2.1\n", DNS_SET_UNKNOWN, true, false, false, false, 2},
    {"an empty type nobody knows is none",       RECORDS("{\"HINFO\":[],\"TLSA\":null}"),   "", DNS_SET_UNKNOWN, true, false, false, false, 0},
    {"a small letter is another type",           RECORDS("{\"a\":[{\"address\":\"192.0.2.1\"}]}"), "", DNS_SET_UNKNOWN, true, false, false, false, 1},
    {"a list where types should be is counted",  RECORDS("[{\"address\":\"192.0.2.1\"}]"),  "", DNS_SET_UNKNOWN, true, false, false, false, 1},
    {"a record that is a text is counted",       RECORDS("{\"A\":[\"192.0.2.1\"]}"),        "", DNS_SET_UNKNOWN, true, false, false, false, 1},
    {"a type that is a text is counted",         RECORDS("{\"A\":\"192.0.2.1\"}"),          "", DNS_SET_UNKNOWN, true, false, false, false, 1},
    {"a value that is a list is counted",        RECORDS("{\"TXT\":[{\"txtdata\":[\"a\",\"b\"]}]}"), "", DNS_SET_UNKNOWN, true, false, false, false, 1},
    {"a type given twice is read twice",         RECORDS("{\"A\":[{\"address\":\"192.0.2.1\"}],\"A\":[{\"address\":\"192.0.2.2\"}]}"), "A 0 192.0.2.1\nA 0 192.0.2.2\n", DNS_SET_UNKNOWN, true, false, false, false, 0},
};

static struct refused_row {
    const char *name;
    const char *json;
} refused_rows[] = {
    {"null is not an empty zone",         "null"},
    {"false is not an empty zone",        "false"},
    {"true is not an empty zone",         "true"},
    {"an empty list is not an empty zone", "[]"},
    {"a text is not an empty zone",       "\"\""},
    {"a number is not an empty zone",     "0"},
};
/* clang-format on */

static struct json *parse(const char *text)
{
    struct err err = ERR_INIT;
    struct json *json = json_parse(text, strlen(text), &err);

    assert_non_null(json);
    return json;
}

static void write_down(const struct dns_zone *zone, struct buf *out)
{
    for (size_t i = 0; i < zone->count; i++) {
        const struct dns_record *record = &zone->records[i];

        buf_addf(out, "%s %" PRId64 " ", dns_type_name(record->type), record->ttl);
        dns_record_print(record, out);
        buf_addf(out, "\n");
    }
}

static void reads(void **state)
{
    const struct zone_row *row = *state;
    struct err err = ERR_INIT;
    struct json *json = parse(row->json);
    struct dns_zone zone;
    struct buf written;

    buf_init(&written, 1 << 16);
    assert_true(dns_zone_read(json, &zone, &err));
    json_free(json); /* the zone owns its texts */
    write_down(&zone, &written);
    assert_string_equal(buf_text(&written), row->records);
    assert_int_equal(zone.set_type, row->set_type);
    assert_int_equal(zone.on_beget, row->on_beget);
    assert_int_equal(zone.under_control, row->under_control);
    assert_int_equal(zone.subdomain, row->subdomain);
    assert_int_equal(zone.unknown_count, row->unknown);
    assert_int_equal(zone.records_missing, row->missing);
    buf_free(&written);
    dns_zone_free(&zone);
    assert_int_equal(zone.count, 0);
}

static void refuses(void **state)
{
    const struct refused_row *row = *state;
    struct err err = ERR_INIT;
    struct json *json = parse(row->json);
    struct dns_zone zone = {.count = 77};

    assert_false(dns_zone_read(json, &zone, &err));
    assert_int_equal(err.kind, ERR_REJECT);
    assert_int_equal(zone.count, 77); /* untouched */
    json_free(json);
}

static void an_absent_result_is_not_an_empty_zone(void **state)
{
    struct err err = ERR_INIT;
    struct dns_zone zone;

    (void)state;
    assert_false(dns_zone_read(NULL, &zone, &err));
    assert_int_equal(err.kind, ERR_REJECT);
}

/* A TXT record whose value has `len` bytes. */
static struct dns_zone read_long(size_t len)
{
    struct err err = ERR_INIT;
    struct dns_zone zone;
    struct json *json;
    struct buf text;

    buf_init(&text, len + 100);
    buf_addf(&text, "{\"records\":{\"TXT\":[{\"txtdata\":\"");
    for (size_t i = 0; i < len; i++) {
        buf_add(&text, "x", 1);
    }
    buf_addf(&text, "\"}]}}");
    json = parse(buf_text(&text));
    assert_true(dns_zone_read(json, &zone, &err));
    json_free(json);
    buf_free(&text);
    return zone;
}

static void a_value_of_64_kib_is_whole_and_a_longer_one_is_counted(void **state)
{
    struct dns_zone zone = read_long(65536);

    (void)state;
    assert_int_equal(zone.count, 1);
    assert_int_equal(strlen(zone.records[0].value), 65536);
    dns_zone_free(&zone);
    zone = read_long(65537);
    assert_int_equal(zone.count, 0);
    assert_int_equal(zone.unknown_count, 1);
    dns_zone_free(&zone);
}

static void counts_the_records_of_a_type(void **state)
{
    struct json *json = parse(zone_rows[0].json);
    struct err err = ERR_INIT;
    struct dns_zone zone;

    (void)state;
    assert_true(dns_zone_read(json, &zone, &err));
    assert_int_equal(dns_zone_count(&zone, DNS_A), 1);
    assert_int_equal(dns_zone_count(&zone, DNS_MX), 2);
    assert_int_equal(dns_zone_count(&zone, DNS_AAAA), 0);
    assert_int_equal(dns_zone_count(&zone, DNS_SERVER), 4);
    assert_int_equal(dns_zone_count(&zone, DNS_SERVER_IP), 0);
    dns_zone_free(&zone);
    json_free(json);
}

int main(void)
{
    struct CMUnitTest tests[ARRAY_LEN(zone_rows) + ARRAY_LEN(refused_rows) + 3] = {
        cmocka_unit_test(an_absent_result_is_not_an_empty_zone),
        cmocka_unit_test(a_value_of_64_kib_is_whole_and_a_longer_one_is_counted),
        cmocka_unit_test(counts_the_records_of_a_type),
    };
    size_t count = 3;

    for (size_t i = 0; i < ARRAY_LEN(zone_rows); i++) {
        tests[count++] = (struct CMUnitTest){
            .name = zone_rows[i].name,
            .test_func = reads,
            .initial_state = &zone_rows[i],
        };
    }
    for (size_t i = 0; i < ARRAY_LEN(refused_rows); i++) {
        tests[count++] = (struct CMUnitTest){
            .name = refused_rows[i].name,
            .test_func = refuses,
            .initial_state = &refused_rows[i],
        };
    }
    return cmocka_run_group_tests_name("beget_dns", tests, NULL, NULL);
}
