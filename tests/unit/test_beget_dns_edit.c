/* SPDX-License-Identifier: MIT */
/* What an edit and its way back do to the records of a name, and what of it is written. */
#include "worker/beget/dns_edit.h"

#include "shared/base/compiler.h"
#include "shared/base/mem.h"
#include "worker/beget/dns_state.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define NAME "shop.example-shop.ru"

/* A name of the account, in the JSON of a state. */
struct world {
    const char *records;
    bool domain;    /* is a domain itself               */
    bool elsewhere; /* not on Beget's name servers      */
    bool unknown;   /* has a record that nobody knows   */
    bool missing;   /* the answer held no records       */
    enum dns_set_type set_type;
};

struct row {
    const char *name;
    struct world world;
    const char *
        edit; /* "add A 192.0.2.1", "set MX 10 a.ru > 20 a.ru"; "!" before it allows a conversion */
    enum dns_verdict verdict;
    const char *lines;   /* "=": kept, "-": removed, "+": added                 */
    const char *written; /* of a READY one: what is sent                        */
};

#define TEN_TEXTS "\"1\",\"2\",\"3\",\"4\",\"5\",\"6\",\"7\",\"8\",\"9\",\"10\""
#define ALL_TYPES                                                                           \
    "{\"A\":[\"192.0.2.1\",\"192.0.2.2\"],\"AAAA\":[\"2001:db8::1\"],\"MX\":[\"0 mx0.ru\"," \
    "\"1 mx1.ru\",\"5 mx5.ru\"],\"TXT\":[\"v=spf1 -all\"]}"

/* clang-format off */
static struct row rows[] = {
    /* ---- adding ---- */
    {"an address comes, the rest is sent along",
     {.records = ALL_TYPES}, "add A 192.0.2.3", DNS_VERDICT_READY,
     "=A 192.0.2.1\n=A 192.0.2.2\n+A 192.0.2.3\n=AAAA 2001:db8::1\n=MX 0 mx0.ru\n=MX 1 mx1.ru\n=MX 5 mx5.ru\n=TXT v=spf1 -all\n",
     "{\"A\":[{\"priority\":10,\"value\":\"192.0.2.1\"},{\"priority\":20,\"value\":\"192.0.2.2\"},{\"priority\":30,\"value\":\"192.0.2.3\"}],"
     "\"AAAA\":[{\"priority\":10,\"value\":\"2001:db8::1\"}],"
     "\"MX\":[{\"priority\":0,\"value\":\"mx0.ru\"},{\"priority\":1,\"value\":\"mx1.ru\"},{\"priority\":5,\"value\":\"mx5.ru\"}],"
     "\"TXT\":[{\"priority\":10,\"value\":\"v=spf1 -all\"}]}"},
    {"the first record of a name",
     {.records = "{}"}, "add TXT hello", DNS_VERDICT_READY,
     "+TXT hello\n", "{\"TXT\":[{\"priority\":10,\"value\":\"hello\"}]}"},
    {"an MX comes with its preference",
     {.records = "{\"MX\":[\"10 a.ru\"]}"}, "add MX 0 b.ru", DNS_VERDICT_READY,
     "=MX 10 a.ru\n+MX 0 b.ru\n", "{\"MX\":[{\"priority\":10,\"value\":\"a.ru\"},{\"priority\":0,\"value\":\"b.ru\"}]}"},
    {"a host may take mail with two preferences",
     {.records = "{\"MX\":[\"10 a.ru\"]}"}, "add MX 20 a.ru", DNS_VERDICT_READY,
     "=MX 10 a.ru\n+MX 20 a.ru\n", "{\"MX\":[{\"priority\":10,\"value\":\"a.ru\"},{\"priority\":20,\"value\":\"a.ru\"}]}"},
    {"a second name server",
     {.records = "{\"NS\":[\"ns1.a.ru\"]}"}, "add NS ns2.a.ru", DNS_VERDICT_READY,
     "=NS ns1.a.ru\n+NS ns2.a.ru\n", "{\"NS\":[{\"priority\":10,\"value\":\"ns1.a.ru\"},{\"priority\":20,\"value\":\"ns2.a.ru\"}]}"},
    {"a CNAME of a subdomain without records",
     {.records = "{}"}, "add CNAME a.ru", DNS_VERDICT_READY,
     "+CNAME a.ru\n", "{\"CNAME\":[{\"priority\":10,\"value\":\"a.ru\"}]}"},
    {"copies of another value are sent along",
     {.records = "{\"A\":[\"192.0.2.1\",\"192.0.2.1\"]}"}, "add A 192.0.2.2", DNS_VERDICT_READY,
     "=A 192.0.2.1\n=A 192.0.2.1\n+A 192.0.2.2\n",
     "{\"A\":[{\"priority\":10,\"value\":\"192.0.2.1\"},{\"priority\":20,\"value\":\"192.0.2.1\"},{\"priority\":30,\"value\":\"192.0.2.2\"}]}"},
    {"what is kept is sent in its own spelling",
     {.records = "{\"AAAA\":[\"2001:DB8:0::1\"],\"MX\":[\"10 MX.A.ru\"]}"}, "add TXT t", DNS_VERDICT_READY,
     "=AAAA 2001:DB8:0::1\n=MX 10 MX.A.ru\n+TXT t\n",
     "{\"AAAA\":[{\"priority\":10,\"value\":\"2001:DB8:0::1\"}],\"MX\":[{\"priority\":10,\"value\":\"MX.A.ru\"}],\"TXT\":[{\"priority\":10,\"value\":\"t\"}]}"},
    {"what is there is not added",              {.records = "{\"A\":[\"192.0.2.1\"]}"},              "add A 192.0.2.1",        DNS_VERDICT_THERE_ALREADY, "", NULL},
    {"in another spelling neither: IPv6",       {.records = "{\"AAAA\":[\"2001:DB8:0::1\"]}"},       "add AAAA 2001:db8::1",   DNS_VERDICT_THERE_ALREADY, "", NULL},
    {"in another spelling neither: a host",     {.records = "{\"MX\":[\"10 MX.A.ru\"]}"},            "add MX 10 mx.a.ru.",     DNS_VERDICT_THERE_ALREADY, "", NULL},
    {"in another spelling neither: Cyrillic",   {.records = "{\"CNAME\":[\"xn--e1afmkfd.xn--p1ai\"]}"}, "add CNAME Пример.рф", DNS_VERDICT_THERE_ALREADY, "", NULL},
    {"a text in another case is another one",   {.records = "{\"TXT\":[\"a\"]}"},                    "add TXT A",              DNS_VERDICT_READY, "=TXT a\n+TXT A\n",
     "{\"TXT\":[{\"priority\":10,\"value\":\"a\"},{\"priority\":20,\"value\":\"A\"}]}"},

    /* ---- deleting ---- */
    {"an address goes, the rest is sent along",
     {.records = "{\"A\":[\"192.0.2.1\",\"192.0.2.2\"],\"MX\":[\"1 a.ru\"]}"}, "del A 192.0.2.1", DNS_VERDICT_READY,
     "-A 192.0.2.1\n=A 192.0.2.2\n=MX 1 a.ru\n",
     "{\"A\":[{\"priority\":10,\"value\":\"192.0.2.2\"}],\"MX\":[{\"priority\":1,\"value\":\"a.ru\"}]}"},
    {"the last record goes",
     {.records = "{\"TXT\":[\"t\"]}"}, "del TXT t", DNS_VERDICT_READY, "-TXT t\n", "{}"},
    {"the last name server goes",
     {.records = "{\"NS\":[\"ns1.a.ru\"]}"}, "del NS NS1.a.ru", DNS_VERDICT_READY, "-NS ns1.a.ru\n", "{}"},
    {"all copies of a value go, each shown",
     {.records = "{\"A\":[\"192.0.2.1\",\"192.0.2.2\",\"192.0.2.1\"]}"}, "del A 192.0.2.1", DNS_VERDICT_READY,
     "-A 192.0.2.1\n=A 192.0.2.2\n-A 192.0.2.1\n", "{\"A\":[{\"priority\":10,\"value\":\"192.0.2.2\"}]}"},
    {"the same value of another type stays",
     {.records = "{\"MX\":[\"10 a.ru\"],\"TXT\":[\"a.ru\"]}"}, "del TXT a.ru", DNS_VERDICT_READY,
     "=MX 10 a.ru\n-TXT a.ru\n", "{\"MX\":[{\"priority\":10,\"value\":\"a.ru\"}]}"},
    {"an MX goes by its host",
     {.records = "{\"MX\":[\"10 a.ru\",\"20 b.ru\"]}"}, "del MX b.ru", DNS_VERDICT_READY,
     "=MX 10 a.ru\n-MX 20 b.ru\n", "{\"MX\":[{\"priority\":10,\"value\":\"a.ru\"}]}"},
    {"of one host with two preferences one goes",
     {.records = "{\"MX\":[\"10 a.ru\",\"20 a.ru\"]}"}, "del MX 20 a.ru", DNS_VERDICT_READY,
     "=MX 10 a.ru\n-MX 20 a.ru\n", "{\"MX\":[{\"priority\":10,\"value\":\"a.ru\"}]}"},
    {"a host with two preferences is not guessed", {.records = "{\"MX\":[\"10 a.ru\",\"20 a.ru\"]}"}, "del MX a.ru",           DNS_VERDICT_AMBIGUOUS, "", NULL},
    {"copies of an MX are not two",
     {.records = "{\"MX\":[\"10 a.ru\",\"10 A.ru\"]}"}, "del MX a.ru", DNS_VERDICT_READY, "-MX 10 a.ru\n-MX 10 A.ru\n", "{}"},
    {"the MX that takes no mail goes",
     {.records = "{\"MX\":[\"0 .\"]}"}, "del MX 0 .", DNS_VERDICT_READY, "-MX 0 .\n", "{}"},
    {"a text stored in quotes goes without them",
     {.records = "{\"TXT\":[\"\\\"t\\\"\",\"u\"]}"}, "del TXT t", DNS_VERDICT_READY, "-TXT \"t\"\n=TXT u\n", "{\"TXT\":[{\"priority\":10,\"value\":\"u\"}]}"},
    {"of a text with and without quotes the latter goes",
     {.records = "{\"TXT\":[\"\\\"t\\\"\",\"t\"]}"}, "del TXT t", DNS_VERDICT_READY, "=TXT \"t\"\n-TXT t\n", "{\"TXT\":[{\"priority\":10,\"value\":\"\\\"t\\\"\"}]}"},
    {"a damaged text would be sent along by a deletion",
     {.records = "{\"TXT\":[\"a\xef\xbf\xbd\",\"u\"]}"}, "del TXT u", DNS_VERDICT_UNKNOWN_RECORDS, "", NULL},
    {"what is not there is not deleted",        {.records = "{\"A\":[\"192.0.2.1\"]}"},              "del A 192.0.2.2",        DNS_VERDICT_NOT_THERE, "", NULL},
    {"another preference is not there",         {.records = "{\"MX\":[\"10 a.ru\"]}"},               "del MX 20 a.ru",         DNS_VERDICT_NOT_THERE, "", NULL},
    {"nothing is there",                        {.records = "{}"},                                   "del TXT t",              DNS_VERDICT_NOT_THERE, "", NULL},

    /* ---- changing ---- */
    {"an address takes another's place",
     {.records = "{\"A\":[\"192.0.2.1\",\"192.0.2.2\"]}"}, "set A 192.0.2.1 > 192.0.2.9", DNS_VERDICT_READY,
     "-A 192.0.2.1\n+A 192.0.2.9\n=A 192.0.2.2\n",
     "{\"A\":[{\"priority\":10,\"value\":\"192.0.2.9\"},{\"priority\":20,\"value\":\"192.0.2.2\"}]}"},
    {"of copies one is left",
     {.records = "{\"A\":[\"192.0.2.1\",\"192.0.2.1\"]}"}, "set A 192.0.2.1 > 192.0.2.9", DNS_VERDICT_READY,
     "-A 192.0.2.1\n+A 192.0.2.9\n-A 192.0.2.1\n", "{\"A\":[{\"priority\":10,\"value\":\"192.0.2.9\"}]}"},
    {"a preference changes, its host given",
     {.records = "{\"MX\":[\"10 a.ru\",\"15 b.ru\"]}"}, "set MX a.ru > 20 a.ru", DNS_VERDICT_READY,
     "-MX 10 a.ru\n+MX 20 a.ru\n=MX 15 b.ru\n", "{\"MX\":[{\"priority\":20,\"value\":\"a.ru\"},{\"priority\":15,\"value\":\"b.ru\"}]}"},
    {"a CNAME leads elsewhere",
     {.records = "{\"CNAME\":[\"a.ru\"]}"}, "set CNAME a.ru > b.ru", DNS_VERDICT_READY,
     "-CNAME a.ru\n+CNAME b.ru\n", "{\"CNAME\":[{\"priority\":10,\"value\":\"b.ru\"}]}"},
    {"the quotes of a text can be taken off",
     {.records = "{\"TXT\":[\"\\\"t\\\"\"]}"}, "set TXT \"t\" > t", DNS_VERDICT_READY,
     "-TXT \"t\"\n+TXT t\n", "{\"TXT\":[{\"priority\":10,\"value\":\"t\"}]}"},
    {"one of ten changes",
     {.records = "{\"TXT\":[" TEN_TEXTS "]}"}, "set TXT 10 > ten", DNS_VERDICT_READY,
     "=TXT 1\n=TXT 2\n=TXT 3\n=TXT 4\n=TXT 5\n=TXT 6\n=TXT 7\n=TXT 8\n=TXT 9\n-TXT 10\n+TXT ten\n", NULL},
    {"what is not there is not changed",        {.records = "{\"A\":[\"192.0.2.1\"]}"},              "set A 192.0.2.2 > 192.0.2.3", DNS_VERDICT_NOT_THERE, "", NULL},
    {"what it is to be is there",               {.records = "{\"A\":[\"192.0.2.1\",\"192.0.2.2\"]}"}, "set A 192.0.2.1 > 192.0.2.2", DNS_VERDICT_THERE_ALREADY, "", NULL},
    {"a change into itself is none",            {.records = "{\"A\":[\"192.0.2.1\"]}"},              "set A 192.0.2.1 > 192.0.2.1", DNS_VERDICT_THERE_ALREADY, "", NULL},
    {"a change made before is there",           {.records = "{\"A\":[\"192.0.2.2\"]}"},              "set A 192.0.2.1 > 192.0.2.2", DNS_VERDICT_THERE_ALREADY, "", NULL},
    {"which of two to change is not guessed",   {.records = "{\"MX\":[\"10 a.ru\",\"20 a.ru\"]}"},   "set MX a.ru > 30 a.ru",  DNS_VERDICT_AMBIGUOUS, "", NULL},

    /* ---- refused for what would be lost ---- */
    {"a CAA would be lost",                     {.records = "{\"A\":[\"192.0.2.1\"],\"CAA\":[\"0 issue a.org\"]}"}, "add A 192.0.2.2", DNS_VERDICT_WOULD_LOSE_CAA, "", NULL},
    {"an SRV would be lost",                    {.records = "{\"SRV\":[\"1 2 5060 sip.a.ru\"]}"},    "add A 192.0.2.2",        DNS_VERDICT_WOULD_LOSE_SRV, "", NULL},
    {"by a deletion, too",                      {.records = "{\"A\":[\"192.0.2.1\"],\"SRV\":[\"1 2 5060 sip.a.ru\"]}"}, "del A 192.0.2.1", DNS_VERDICT_WOULD_LOSE_SRV, "", NULL},
    {"by a conversion that is allowed, too",    {.records = "{\"CAA\":[\"0 issue a.org\"]}"},        "!add CNAME a.ru",        DNS_VERDICT_WOULD_LOSE_CAA, "", NULL},
    {"what is there is there beside a CAA",     {.records = "{\"A\":[\"192.0.2.1\"],\"CAA\":[\"0 issue a.org\"]}"}, "add A 192.0.2.1", DNS_VERDICT_THERE_ALREADY, "", NULL},
    {"a record that nobody knows",              {.records = "{}", .unknown = true},                  "add A 192.0.2.1",        DNS_VERDICT_UNKNOWN_RECORDS, "", NULL},
    {"an answer without records",               {.records = "{}", .missing = true},                  "add A 192.0.2.1",        DNS_VERDICT_UNKNOWN_RECORDS, "", NULL},
    {"a domain's answer without records",       {.records = "{}", .missing = true, .domain = true, .set_type = DNS_SET_RECORDS}, "add A 192.0.2.1", DNS_VERDICT_UNKNOWN_RECORDS, "", NULL},
    {"a subdomain that was emptied",
     {.records = "{}", .missing = true, .set_type = DNS_SET_RECORDS}, "add A 192.0.2.1", DNS_VERDICT_READY,
     "+A 192.0.2.1\n", "{\"A\":[{\"priority\":10,\"value\":\"192.0.2.1\"}]}"},
    {"a CNAME beside an address",               {.records = "{\"A\":[\"192.0.2.1\"],\"CNAME\":[\"a.ru\"]}"}, "add A 192.0.2.2", DNS_VERDICT_UNKNOWN_RECORDS, "", NULL},
    {"an address in what is called a CNAME",    {.records = "{\"A\":[\"192.0.2.1\"]}", .set_type = DNS_SET_CNAME}, "add A 192.0.2.2", DNS_VERDICT_UNKNOWN_RECORDS, "", NULL},
    {"a damaged text would be sent along",      {.records = "{\"TXT\":[\"a\xef\xbf\xbd\"]}"},        "add A 192.0.2.1",        DNS_VERDICT_UNKNOWN_RECORDS, "", NULL},
    {"an MX preference no MX has",              {.records = "{\"MX\":[\"65536 a.ru\"]}"},            "add A 192.0.2.1",        DNS_VERDICT_UNKNOWN_RECORDS, "", NULL},
    {"a name served elsewhere",                 {.records = "{}", .elsewhere = true},                "add A 192.0.2.1",        DNS_VERDICT_NOT_HERE, "", NULL},
    {"an empty name of any kind",               {.records = "{}", .set_type = DNS_SET_CNAME},        "add A 192.0.2.1",        DNS_VERDICT_READY, "+A 192.0.2.1\n", NULL},

    /* ---- limits ---- */
    {"an eleventh text",                        {.records = "{\"TXT\":[" TEN_TEXTS "]}"},            "add TXT 11",             DNS_VERDICT_TOO_MANY, "", NULL},
    {"ten texts are no limit for an address",
     {.records = "{\"TXT\":[" TEN_TEXTS "]}"}, "add A 192.0.2.1", DNS_VERDICT_READY,
     "+A 192.0.2.1\n=TXT 1\n=TXT 2\n=TXT 3\n=TXT 4\n=TXT 5\n=TXT 6\n=TXT 7\n=TXT 8\n=TXT 9\n=TXT 10\n", NULL},
    {"eleven can become ten",
     {.records = "{\"TXT\":[" TEN_TEXTS ",\"11\"]}"}, "del TXT 11", DNS_VERDICT_READY,
     "=TXT 1\n=TXT 2\n=TXT 3\n=TXT 4\n=TXT 5\n=TXT 6\n=TXT 7\n=TXT 8\n=TXT 9\n=TXT 10\n-TXT 11\n", NULL},
    {"eleven texts are no limit for taking an address away",
     {.records = "{\"A\":[\"192.0.2.1\"],\"TXT\":[" TEN_TEXTS ",\"11\"]}"}, "del A 192.0.2.1", DNS_VERDICT_READY,
     "-A 192.0.2.1\n=TXT 1\n=TXT 2\n=TXT 3\n=TXT 4\n=TXT 5\n=TXT 6\n=TXT 7\n=TXT 8\n=TXT 9\n=TXT 10\n=TXT 11\n", NULL},
    {"a second CNAME",                          {.records = "{\"CNAME\":[\"a.ru\"]}"},               "add CNAME b.ru",         DNS_VERDICT_TOO_MANY, "", NULL},
    {"a CNAME on a domain",                     {.records = "{}", .domain = true},                   "add CNAME a.ru",         DNS_VERDICT_ONLY_ON_SUBDOMAIN, "", NULL},
    {"a name server on a domain",               {.records = "{}", .domain = true},                   "!add NS ns.a.ru",        DNS_VERDICT_ONLY_ON_SUBDOMAIN, "", NULL},
    {"a CNAME to itself",                       {.records = "{}"},                                   "add CNAME SHOP.example-shop.ru.", DNS_VERDICT_LOOPS, "", NULL},

    /* ---- conversions ---- */
    {"an address in place of a CNAME, asked",   {.records = "{\"CNAME\":[\"a.ru\"]}"},               "add A 192.0.2.1",        DNS_VERDICT_CONVERTS_CNAME, "+A 192.0.2.1\n-CNAME a.ru\n", NULL},
    {"an address in place of a CNAME, allowed",
     {.records = "{\"CNAME\":[\"a.ru\"]}"}, "!add A 192.0.2.1", DNS_VERDICT_READY,
     "+A 192.0.2.1\n-CNAME a.ru\n", "{\"A\":[{\"priority\":10,\"value\":\"192.0.2.1\"}]}"},
    {"a text in place of a delegation",         {.records = "{\"NS\":[\"ns1.a.ru\",\"ns2.a.ru\"]}"}, "add TXT t",              DNS_VERDICT_CONVERTS_NS, "+TXT t\n-NS ns1.a.ru\n-NS ns2.a.ru\n", NULL},
    {"a CNAME in place of all, asked",          {.records = "{\"A\":[\"192.0.2.1\"],\"TXT\":[\"t\"]}"}, "add CNAME a.ru",      DNS_VERDICT_CONVERTS_RECORDS, "-A 192.0.2.1\n-TXT t\n+CNAME a.ru\n", NULL},
    {"a CNAME in place of all, allowed",
     {.records = "{\"A\":[\"192.0.2.1\"],\"TXT\":[\"t\"]}"}, "!add CNAME a.ru", DNS_VERDICT_READY,
     "-A 192.0.2.1\n-TXT t\n+CNAME a.ru\n", "{\"CNAME\":[{\"priority\":10,\"value\":\"a.ru\"}]}"},
    {"a delegation in place of a CNAME",        {.records = "{\"CNAME\":[\"a.ru\"]}"},               "add NS ns1.a.ru",        DNS_VERDICT_CONVERTS_CNAME, "-CNAME a.ru\n+NS ns1.a.ru\n", NULL},
    {"what is converted away may be damaged",
     {.records = "{\"TXT\":[\"\xef\xbf\xbd\"]}"}, "!add CNAME a.ru", DNS_VERDICT_READY,
     "-TXT \xef\xbf\xbd\n+CNAME a.ru\n", "{\"CNAME\":[{\"priority\":10,\"value\":\"a.ru\"}]}"},
    {"what is allowed need not be one",
     {.records = "{\"A\":[\"192.0.2.1\"]}"}, "!add A 192.0.2.2", DNS_VERDICT_READY, "=A 192.0.2.1\n+A 192.0.2.2\n", NULL},
};
/* clang-format on */

static struct dns_zone make_zone(const struct world *world)
{
    struct err err = ERR_INIT;
    struct dns_zone zone;

    assert_true(dns_state_read(world->records, &zone, &err));
    zone.on_beget = !world->elsewhere;
    zone.subdomain = !world->domain;
    zone.unknown_count = world->unknown ? 1 : 0;
    zone.records_missing = world->missing;
    zone.set_type = world->set_type;
    /* Of the domain, not of the name: no edit may touch or send them. */
    dns_zone_add(&zone, (struct dns_record){.type = DNS_SERVER, .value = xstrdup("ns1.beget.com")});
    return zone;
}

/* Reads "add A 192.0.2.1" and the like. */
static struct dns_edit make_edit(const char *text)
{
    static const char *const KINDS[] = {"add", "del", "set"};
    struct dns_edit edit = {.allow_conversion = text[0] == '!'};
    char words[512];
    char *rest = words;
    char *kind;
    char *type_word;
    char *arrow;
    enum dns_type type;

    (void)snprintf(words, sizeof(words), "%s", text + edit.allow_conversion);
    kind = strtok_r(rest, " ", &rest);
    type_word = strtok_r(rest, " ", &rest);
    assert_true(dns_type_parse(type_word, &type));
    while (strcmp(KINDS[edit.kind], kind) != 0) {
        edit.kind++;
    }
    arrow = edit.kind == DNS_EDIT_SET ? strstr(rest, " > ") : NULL;
    if (arrow) {
        *arrow = '\0';
    }
    if (edit.kind != DNS_EDIT_ADD) {
        assert_int_equal(dns_check_old(type, rest, &edit.old), DNS_FAULT_NONE);
    }
    if (edit.kind != DNS_EDIT_DEL) {
        assert_int_equal(dns_check_new(type, arrow ? arrow + 3 : rest, &edit.wanted),
                         DNS_FAULT_NONE);
    }
    return edit;
}

static void check_lines(const struct dns_change *change, const char *expected)
{
    static const char MARKS[] = {[DNS_KEPT] = '=', [DNS_REMOVED] = '-', [DNS_ADDED] = '+'};
    size_t counts[ARRAY_LEN(MARKS)] = {0};
    struct buf lines;

    buf_init(&lines, 4096);
    for (size_t i = 0; i < change->count; i++) {
        const struct dns_line *line = &change->lines[i];

        counts[line->mark]++;
        buf_addf(&lines, "%c%s ", MARKS[line->mark], dns_type_name(line->record.type));
        dns_record_print(&line->record, &lines);
        buf_addf(&lines, "\n");
    }
    assert_string_equal(buf_text(&lines), expected);
    assert_int_equal(change->kept_count, counts[DNS_KEPT]);
    assert_int_equal(change->removed_count, counts[DNS_REMOVED]);
    assert_int_equal(change->added_count, counts[DNS_ADDED]);
    assert_int_equal(change->empties, change->count > 0 && change->count == counts[DNS_REMOVED]);
    buf_free(&lines);
}

static void check_written(const struct dns_change *change, const char *expected)
{
    struct buf written;

    buf_init(&written, 4096);
    dns_change_print(change, &written);
    assert_string_equal(buf_text(&written), expected);
    buf_free(&written);
}

/* What the change says will be, is, and is then what the edit wanted. */
static void check_after(const struct dns_change *change, const struct dns_edit *edit)
{
    struct dns_edit again = *edit;
    struct dns_change next;
    struct dns_zone zone;
    struct err err = ERR_INIT;
    struct buf state;

    buf_init(&state, 4096);
    dns_change_state(change, &state);
    assert_true(dns_state_read(buf_text(&state), &zone, &err));
    zone.subdomain = true;
    assert_true(dns_state_matches(&zone, buf_text(&state)));
    again.allow_conversion = true;
    dns_edit_plan(&zone, NAME, &again, &next);
    assert_true(next.verdict == (edit->kind == DNS_EDIT_DEL ? DNS_VERDICT_NOT_THERE
                                                            : DNS_VERDICT_THERE_ALREADY) ||
                strstr(buf_text(&state), "\\\"")); /* its quoted form is left */
    dns_change_free(&next);
    dns_zone_free(&zone);
    buf_free(&state);
}

static void plans(void **state)
{
    const struct row *row = *state;
    struct dns_zone zone = make_zone(&row->world);
    struct dns_edit edit = make_edit(row->edit);
    bool converts =
        row->verdict >= DNS_VERDICT_CONVERTS_CNAME && row->verdict <= DNS_VERDICT_CONVERTS_RECORDS;
    struct dns_change change;

    dns_edit_plan(&zone, NAME, &edit, &change);
    assert_int_equal(change.verdict, row->verdict);
    check_lines(&change, row->lines);
    assert_true(!converts || change.converts);
    if (row->written) {
        check_written(&change, row->written);
    }
    dns_zone_free(&zone); /* the change owns its records */
    if (change.count > 0 && !strstr(row->lines, "=TXT \"t\"")) {
        check_after(&change, &edit);
    }
    dns_change_free(&change);
    assert_int_equal(change.count, 0);
}

/* ---- the way back ---- */

struct undo_row {
    const char *name;
    struct world world;
    const char *before;
    const char *after;
    bool allow_conversion;
    enum dns_verdict verdict;
    const char *lines;
    const char *written;
};

#define ONE     "{\"A\":[\"192.0.2.1\"]}"
#define TWO     "{\"A\":[\"192.0.2.1\",\"192.0.2.2\"]}"
#define TWO_TOO "{\"A\":[\"192.0.2.2\",\"192.0.2.1\"]}"
#define ALIAS   "{\"CNAME\":[\"a.ru\"]}"

/* clang-format off */
static struct undo_row undo_rows[] = {
    {"what was added goes",                 {.records = TWO},     ONE,   TWO, false, DNS_VERDICT_READY, "=A 192.0.2.1\n-A 192.0.2.2\n", "{\"A\":[{\"priority\":10,\"value\":\"192.0.2.1\"}]}"},
    {"in whatever order it is read",        {.records = TWO_TOO}, ONE,   TWO, false, DNS_VERDICT_READY, "-A 192.0.2.2\n=A 192.0.2.1\n", "{\"A\":[{\"priority\":10,\"value\":\"192.0.2.1\"}]}"},
    {"what was deleted comes back",         {.records = ONE},     TWO,   ONE, false, DNS_VERDICT_READY, "=A 192.0.2.1\n+A 192.0.2.2\n", "{\"A\":[{\"priority\":10,\"value\":\"192.0.2.1\"},{\"priority\":20,\"value\":\"192.0.2.2\"}]}"},
    {"what was changed is as before",       {.records = "{\"MX\":[\"20 a.ru\"],\"TXT\":[\"t\"]}"}, "{\"MX\":[\"1 a.ru\"],\"TXT\":[\"t\"]}", "{\"MX\":[\"20 a.ru\"],\"TXT\":[\"t\"]}", false, DNS_VERDICT_READY,
     "-MX 20 a.ru\n+MX 1 a.ru\n=TXT t\n", "{\"MX\":[{\"priority\":1,\"value\":\"a.ru\"}],\"TXT\":[{\"priority\":10,\"value\":\"t\"}]}"},
    {"copies come back",                    {.records = "{}"}, "{\"A\":[\"192.0.2.1\",\"192.0.2.1\"]}", "{}", false, DNS_VERDICT_READY, "+A 192.0.2.1\n+A 192.0.2.1\n", NULL},
    {"one of two copies goes",              {.records = "{\"A\":[\"192.0.2.1\",\"192.0.2.1\"]}"}, ONE, "{\"A\":[\"192.0.2.1\",\"192.0.2.1\"]}", false, DNS_VERDICT_READY, "=A 192.0.2.1\n-A 192.0.2.1\n", NULL},
    {"what emptied a subdomain comes back", {.records = "{}", .missing = true, .set_type = DNS_SET_RECORDS}, ONE, "{}", false, DNS_VERDICT_READY, "+A 192.0.2.1\n", "{\"A\":[{\"priority\":10,\"value\":\"192.0.2.1\"}]}"},
    {"the first record goes",               {.records = ONE},     "{}",  ONE, false, DNS_VERDICT_READY, "-A 192.0.2.1\n", "{}"},
    {"a conversion is asked about",         {.records = ONE},     ALIAS, ONE, false, DNS_VERDICT_CONVERTS_RECORDS, "-A 192.0.2.1\n+CNAME a.ru\n", NULL},
    {"a conversion is allowed",             {.records = ONE},     ALIAS, ONE, true,  DNS_VERDICT_READY, "-A 192.0.2.1\n+CNAME a.ru\n", "{\"CNAME\":[{\"priority\":10,\"value\":\"a.ru\"}]}"},
    {"a CNAME becomes an address again",    {.records = ALIAS},   ONE, ALIAS, false, DNS_VERDICT_CONVERTS_CNAME, "+A 192.0.2.1\n-CNAME a.ru\n", NULL},
    {"it is as before already",             {.records = ONE},     ONE,   TWO, false, DNS_VERDICT_THERE_ALREADY, "", NULL},
    {"somebody has changed it since",       {.records = "{\"A\":[\"192.0.2.2\"]}"}, ONE, TWO, false, DNS_VERDICT_CHANGED_SINCE, "", NULL},
    {"somebody has added to it since",      {.records = "{\"A\":[\"192.0.2.1\",\"192.0.2.2\"],\"TXT\":[\"t\"]}"}, ONE, TWO, false, DNS_VERDICT_CHANGED_SINCE, "", NULL},
    {"somebody has added a CAA since",      {.records = "{\"A\":[\"192.0.2.1\",\"192.0.2.2\"],\"CAA\":[\"0 issue a.org\"]}"}, ONE, TWO, false, DNS_VERDICT_CHANGED_SINCE, "", NULL},
    {"a CAA would be lost",                 {.records = "{\"A\":[\"192.0.2.1\"],\"CAA\":[\"0 issue a.org\"]}"}, "{\"CAA\":[\"0 issue a.org\"]}", "{\"A\":[\"192.0.2.1\"],\"CAA\":[\"0 issue a.org\"]}", false, DNS_VERDICT_WOULD_LOSE_CAA, "", NULL},
    {"a CAA cannot come back",              {.records = ONE}, "{\"A\":[\"192.0.2.1\"],\"CAA\":[\"0 issue a.org\"]}", ONE, false, DNS_VERDICT_WOULD_LOSE_CAA, "", NULL},
    {"an SRV cannot come back",             {.records = ONE}, "{\"SRV\":[\"1 2 3 a.ru\"]}", ONE, false, DNS_VERDICT_WOULD_LOSE_SRV, "", NULL},
    {"a damaged text cannot come back",     {.records = ONE}, "{\"TXT\":[\"\xef\xbf\xbd\"]}", ONE, false, DNS_VERDICT_UNKNOWN_RECORDS, "", NULL},
    {"a CNAME on a domain",                 {.records = ONE, .domain = true}, ALIAS, ONE, true, DNS_VERDICT_ONLY_ON_SUBDOMAIN, "", NULL},
    {"a name served elsewhere",             {.records = TWO, .elsewhere = true}, ONE, TWO, false, DNS_VERDICT_NOT_HERE, "", NULL},
    {"a record that nobody knows",          {.records = TWO, .unknown = true}, ONE, TWO, false, DNS_VERDICT_UNKNOWN_RECORDS, "", NULL},
    {"an answer without records",           {.records = "{}", .missing = true}, ONE, "{}", false, DNS_VERDICT_UNKNOWN_RECORDS, "", NULL},
    {"no state before",                     {.records = TWO}, "", TWO, false, DNS_VERDICT_STATE_UNREADABLE, "", NULL},
    {"no state after",                      {.records = TWO}, ONE, "", false, DNS_VERDICT_STATE_UNREADABLE, "", NULL},
    {"the state of something else",         {.records = TWO}, "{\"id\":1,\"domain_id\":2}", TWO, false, DNS_VERDICT_STATE_UNREADABLE, "", NULL},
    {"a reason in place of a state",        {.records = TWO}, ONE, "{\"failure\":\"invalid\",\"text\":\"x\"}", false, DNS_VERDICT_STATE_UNREADABLE, "", NULL},
    {"a state that contradicts itself",     {.records = TWO}, "{\"A\":[\"192.0.2.1\"],\"CNAME\":[\"a.ru\"]}", TWO, true, DNS_VERDICT_STATE_UNREADABLE, "", NULL},
};
/* clang-format on */

static void goes_back(void **state)
{
    const struct undo_row *row = *state;
    struct dns_zone zone = make_zone(&row->world);
    struct dns_change change;
    struct buf after;

    dns_undo_plan(&zone, row->before, row->after, row->allow_conversion, &change);
    dns_zone_free(&zone);
    assert_int_equal(change.verdict, row->verdict);
    check_lines(&change, row->lines);
    if (row->written) {
        check_written(&change, row->written);
    }
    if (change.count > 0) {
        buf_init(&after, 4096);
        dns_change_state(&change, &after);
        zone = make_zone(&(struct world){.records = buf_text(&after)});
        assert_true(dns_state_matches(&zone, row->before));
        dns_zone_free(&zone);
        buf_free(&after);
    }
    dns_change_free(&change);
}

static void says_how_many_records_a_type_may_have(void **state)
{
    (void)state;
    assert_int_equal(dns_type_limit(DNS_A), 10);
    assert_int_equal(dns_type_limit(DNS_NS), 10);
    assert_int_equal(dns_type_limit(DNS_CNAME), 1);
}

int main(void)
{
    struct CMUnitTest tests[ARRAY_LEN(rows) + ARRAY_LEN(undo_rows) + 1] = {
        cmocka_unit_test(says_how_many_records_a_type_may_have),
    };
    size_t count = 1;

    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        tests[count++] = (struct CMUnitTest){
            .name = rows[i].name,
            .test_func = plans,
            .initial_state = &rows[i],
        };
    }
    for (size_t i = 0; i < ARRAY_LEN(undo_rows); i++) {
        tests[count++] = (struct CMUnitTest){
            .name = undo_rows[i].name,
            .test_func = goes_back,
            .initial_state = &undo_rows[i],
        };
    }
    return cmocka_run_group_tests_name("beget_dns_edit", tests, NULL, NULL);
}
