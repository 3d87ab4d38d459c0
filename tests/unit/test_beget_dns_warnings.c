/* SPDX-License-Identifier: MIT */
/* What is said about texts that are meant for mail servers. */
#include "worker/beget/dns_warnings.h"

#include "shared/base/compiler.h"
#include "worker/beget/dns_state.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define HERE  "example-shop.ru"
#define DMARC "_dmarc.example-shop.ru"
#define DKIM  "s1._domainkey.example-shop.ru"

struct row {
    const char *name;
    const char *at;
    const char *there; /* texts of the name, in JSON; NULL for none */
    const char *added;
    unsigned warnings;
};

/* clang-format off */
static struct row rows[] = {
    /* what it shows                          at     there                 added                                          warnings */
    {"a text of any kind is fine",            HERE,  NULL,                 "google-site-verification=AbC-1_2",            0},
    {"a text about SPF is fine",              HERE,  NULL,                 "we use spf here",                             0},

    {"Beget's own SPF is fine",               HERE,  NULL,                 "v=spf1 redirect=beget.com",                   0},
    {"an SPF of many terms is fine",          HERE,  NULL,                 "v=spf1 ip4:192.0.2.0/24 ip6:2001:db8::/32 a mx/24 a:b.ru include:c.ru exists:%{i}.d.ru ptr ?all", 0},
    {"an SPF in capitals is fine",            HERE,  NULL,                 "V=SPF1 MX -ALL",                              0},
    {"a modifier nobody knows is fine",       HERE,  NULL,                 "v=spf1 x=y ~all",                             0},
    {"an SPF without an end",                 HERE,  NULL,                 "v=spf1 include:beget.com",                    DNS_WARN_SPF_NO_END},
    {"an SPF of nothing",                     HERE,  NULL,                 "v=spf1",                                      DNS_WARN_SPF_NO_END},
    {"an SPF for anyone",                     HERE,  NULL,                 "v=spf1 +all",                                 DNS_WARN_SPF_ANYONE},
    {"all alone is for anyone",               HERE,  NULL,                 "v=spf1 mx all",                               DNS_WARN_SPF_ANYONE},
    {"a version run into a term",             HERE,  NULL,                 "v=spf1include:a.ru -all",                     DNS_WARN_SPF_SHAPE},
    {"a version with blanks",                 HERE,  NULL,                 "v = spf1 -all",                               DNS_WARN_SPF_SHAPE},
    {"a version with a colon",                HERE,  NULL,                 "v:spf1 -all",                                 DNS_WARN_SPF_SHAPE},
    {"a version of its own",                  HERE,  NULL,                 "v=spf2 -all",                                 DNS_WARN_SPF_SHAPE},
    {"a version left out",                    HERE,  NULL,                 "spf1 include:a.ru -all",                      DNS_WARN_SPF_SHAPE},
    {"a version with letters that swapped",   HERE,  NULL,                 "v=sfp1 -all",                                 DNS_WARN_SPF_SHAPE},
    {"a blank in a term",                     HERE,  NULL,                 "v=spf1 include: a.ru -all",                   DNS_WARN_SPF_SHAPE},
    {"a host that is no term",                HERE,  NULL,                 "v=spf1 a.ru -all",                            DNS_WARN_SPF_SHAPE},
    {"a term misspelt",                       HERE,  NULL,                 "v=spf1 ipv4:192.0.2.1 -all",                  DNS_WARN_SPF_SHAPE},
    {"a long dash",                           HERE,  NULL,                 "v=spf1 mx –all",                              DNS_WARN_SPF_SHAPE | DNS_WARN_SPF_NO_END},
    {"a qualifier alone",                     HERE,  NULL,                 "v=spf1 - all",                                DNS_WARN_SPF_SHAPE | DNS_WARN_SPF_ANYONE},
    {"a second SPF",                          HERE,  "\"v=spf1 -all\"",    "v=spf1 mx -all",                              DNS_WARN_SPF_TWICE},
    {"a second SPF misspelt",                 HERE,  "\"v=spf1 -all\"",    "v=spf1;mx -all",                              DNS_WARN_SPF_SHAPE | DNS_WARN_SPF_TWICE},
    {"another text beside an SPF is fine",    HERE,  "\"v=spf1 -all\"",    "x",                                           0},
    {"two that were there are not new",       HERE,  "\"v=spf1 -all\",\"v=spf1 ~all\"", "x",                              0},

    {"a DMARC is fine",                       DMARC, NULL,                 "v=DMARC1; p=reject; rua=mailto:a@b.ru",       0},
    {"a DMARC without blanks is fine",        DMARC, NULL,                 "v=DMARC1;p=none",                             0},
    {"a DMARC with blanks everywhere is fine", DMARC, NULL,                "v = DMARC1 ; p = Quarantine ;",               0},
    {"a DMARC without a policy",              DMARC, NULL,                 "v=DMARC1; rua=mailto:a@b.ru",                 DNS_WARN_DMARC_SHAPE},
    {"a DMARC of another policy",             DMARC, NULL,                 "v=DMARC1; p=rejected",                        DNS_WARN_DMARC_SHAPE},
    {"a DMARC in small letters",              DMARC, NULL,                 "v=dmarc1; p=none",                            DNS_WARN_DMARC_SHAPE},
    {"a DMARC whose version comes later",     DMARC, NULL,                 "p=none; v=DMARC1",                            DNS_WARN_DMARC_SHAPE},
    {"a DMARC of another version",            DMARC, NULL,                 "v=DMARC2; p=none",                            DNS_WARN_DMARC_SHAPE},
    {"a DMARC with commas",                   DMARC, NULL,                 "v=DMARC1, p=none",                            DNS_WARN_DMARC_SHAPE},
    {"something else where DMARC is",         DMARC, NULL,                 "hello",                                       DNS_WARN_DMARC_SHAPE},
    {"a DMARC at the wrong name",             HERE,  NULL,                 "v=DMARC1; p=none",                            DNS_WARN_DMARC_PLACE},
    {"a bad one at the wrong name",           HERE,  NULL,                 "v=DMARC1",                                    DNS_WARN_DMARC_SHAPE | DNS_WARN_DMARC_PLACE},
    {"a second DMARC",                        DMARC, "\"v=DMARC1; p=none\"", "v=DMARC1; p=reject",                        DNS_WARN_DMARC_TWICE},

    {"a DKIM is fine",                        DKIM,  NULL,                 "v=DKIM1; k=rsa; p=MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQ==", 0},
    {"a DKIM of a key alone is fine",         DKIM,  NULL,                 "p=AAAA",                                      0},
    {"a key withdrawn is fine",               DKIM,  NULL,                 "v=DKIM1; p=",                                 0},
    {"a key with blanks is fine",             DKIM,  NULL,                 "v=DKIM1; p=AAAA BBBB+/8=",                    0},
    {"a DKIM without a key",                  DKIM,  NULL,                 "v=DKIM1; k=rsa",                              DNS_WARN_DKIM_SHAPE},
    {"a key cut short",                       DKIM,  NULL,                 "v=DKIM1; p=AAAAA",                            DNS_WARN_DKIM_SHAPE},
    {"a key with a quote left in",            DKIM,  NULL,                 "v=DKIM1; p=AAAA\"BBB",                        DNS_WARN_DKIM_SHAPE},
    {"a key with its end in the middle",      DKIM,  NULL,                 "v=DKIM1; p=AA==BBBB",                         DNS_WARN_DKIM_SHAPE},
    {"a key with too long an end",            DKIM,  NULL,                 "v=DKIM1; p=A===",                             DNS_WARN_DKIM_SHAPE},
    {"a DKIM of another version",             DKIM,  NULL,                 "v=DKIM2; p=AAAA",                             DNS_WARN_DKIM_SHAPE},
    {"a DKIM whose version comes later",      DKIM,  NULL,                 "p=AAAA; v=DKIM1",                             DNS_WARN_DKIM_SHAPE},
    {"something else where DKIM is",          DKIM,  NULL,                 "hello",                                       DNS_WARN_DKIM_SHAPE},
    {"a DKIM at the wrong name",              HERE,  NULL,                 "v=DKIM1; p=AAAA",                             DNS_WARN_DKIM_PLACE},
    {"a second key is a second selector's",   DKIM,  "\"p=BBBB\"",         "p=AAAA",                                      0},
};
/* clang-format on */

static struct dns_zone make_zone(const char *texts)
{
    struct err err = ERR_INIT;
    struct dns_zone zone;
    char state[512];

    (void)snprintf(state, sizeof(state), "{\"TXT\":[%s]}", texts ? texts : "");
    assert_true(dns_state_read(state, &zone, &err));
    return zone;
}

static void warns(void **state)
{
    const struct row *row = *state;
    struct dns_zone zone = make_zone(row->there);
    struct dns_edit edit = {.kind = DNS_EDIT_ADD};
    struct dns_change change;

    assert_int_equal(dns_check_new(DNS_TXT, row->added, &edit.wanted), DNS_FAULT_NONE);
    dns_edit_plan(&zone, row->at, &edit, &change);
    assert_int_equal(change.verdict, DNS_VERDICT_READY);
    assert_int_equal(dns_warnings(&change, row->at), row->warnings);
    dns_change_free(&change);
    dns_zone_free(&zone);
}

static unsigned warnings_of(enum dns_edit_kind kind, const char *there, const char *old,
                            const char *wanted, enum dns_type type)
{
    struct dns_zone zone = make_zone(there);
    struct dns_edit edit = {.kind = kind};
    struct dns_change change;
    unsigned warnings;

    if (kind != DNS_EDIT_ADD) {
        assert_int_equal(dns_check_old(type, old, &edit.old), DNS_FAULT_NONE);
    }
    if (kind != DNS_EDIT_DEL) {
        assert_int_equal(dns_check_new(type, wanted, &edit.wanted), DNS_FAULT_NONE);
    }
    dns_edit_plan(&zone, HERE, &edit, &change);
    assert_int_equal(change.verdict, DNS_VERDICT_READY);
    warnings = dns_warnings(&change, HERE);
    dns_change_free(&change);
    dns_zone_free(&zone);
    return warnings;
}

static void an_spf_that_takes_the_place_of_one_is_not_a_second(void **state)
{
    (void)state;
    assert_int_equal(
        warnings_of(DNS_EDIT_SET, "\"v=spf1 -all\"", "v=spf1 -all", "v=spf1 mx -all", DNS_TXT), 0);
}

static void what_is_taken_away_or_left_is_not_warned_of(void **state)
{
    (void)state;
    assert_int_equal(
        warnings_of(DNS_EDIT_DEL, "\"v=spf1\",\"v=spf1 bad\"", "v=spf1", NULL, DNS_TXT), 0);
    assert_int_equal(
        warnings_of(DNS_EDIT_ADD, "\"v=spf1\",\"v=spf1 bad\"", NULL, "192.0.2.1", DNS_A), 0);
}

int main(void)
{
    struct CMUnitTest tests[ARRAY_LEN(rows) + 2] = {
        cmocka_unit_test(an_spf_that_takes_the_place_of_one_is_not_a_second),
        cmocka_unit_test(what_is_taken_away_or_left_is_not_warned_of),
    };
    size_t count = 2;

    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        tests[count++] = (struct CMUnitTest){
            .name = rows[i].name,
            .test_func = warns,
            .initial_state = &rows[i],
        };
    }
    return cmocka_run_group_tests_name("beget_dns_warnings", tests, NULL, NULL);
}
