/* SPDX-License-Identifier: MIT */
#include "tests/sandbox/beget/generate.h"

#include "shared/io/idn.h"
#include "shared/io/json.h"
#include "tests/sandbox/beget/literal.h"
#include "tests/sandbox/beget/seed.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum {
    LABEL_BYTES = 63,
    LONGEST_BYTES = 253,
    FULL_LIST = 10,
    LONG_TXT_BYTES = 400,
    NAME_SIZE = 512,
};

static const int64_t ADDED_MS = INT64_C(1741673720000); /* 2025-03-11 */

enum records { RECORDS_DEFAULT, RECORDS_ONE_TXT, RECORDS_LONG_TXT, RECORDS_FULL };

/* Number 1 has the shape after the first, number 10 the first again. */
/* clang-format off */
static const struct shape {
    size_t label_bytes;   /* of the first label; 0: as short as it comes  */
    bool longest;         /* the whole name has 253 bytes                 */
    bool cyrillic;        /* the first label begins with a Cyrillic one   */
    bool elsewhere;       /* delegated to other name servers              */
    int subdomains;       /* s01, s02, …                                  */
    enum records records;
    const char *txt;      /* RECORDS_ONE_TXT only                         */
} SHAPES[] = {
    {0,           false, false, false, 0,  RECORDS_DEFAULT,  NULL},
    {0,           false, false, false, 25, RECORDS_ONE_TXT,  "<b>bold</b> & \"quoted\" 'single' \\ /slash/ </code>"},
    {0,           false, false, false, 1,  RECORDS_ONE_TXT,  "emoji 😀👨‍👩‍👧 и кириллица ёЁ"},
    {LABEL_BYTES, false, false, false, 2,  RECORDS_DEFAULT,  NULL},
    {0,           false, false, false, 0,  RECORDS_LONG_TXT, NULL},
    {0,           true,  false, false, 0,  RECORDS_DEFAULT,  NULL},
    {0,           false, false, true,  0,  RECORDS_DEFAULT,  NULL},
    {0,           false, true,  false, 1,  RECORDS_DEFAULT,  NULL},
    {0,           false, false, false, 0,  RECORDS_ONE_TXT,  "&lt;i&gt; %s %n {{x}} `code` *star* _under_ [link](https://example.org/)"},
    {0,           false, false, false, 0,  RECORDS_FULL,     NULL},
};
/* clang-format on */

/* Appends "x" up to `bytes` bytes of text. */
static void fill(char out[NAME_SIZE], size_t bytes)
{
    size_t len = strlen(out);

    while (len < bytes) {
        out[len] = 'x';
        len++;
    }
    out[len] = '\0';
}

static void make_name(const struct shape *shape, int64_t number, char out[NAME_SIZE])
{
    (void)snprintf(out, NAME_SIZE, "%s%04" PRId64, shape->cyrillic ? "домен" : "d", number);
    if (shape->label_bytes > 0) {
        fill(out, shape->label_bytes);
    }
    if (shape->longest) {
        static const char ZONE[] = ".example";

        for (size_t dots = 1; dots <= 3; dots++) { /* three labels of 63 bytes, then the rest */
            fill(out, dots * (LABEL_BYTES + 1) - 1);
            (void)snprintf(out + strlen(out), NAME_SIZE - strlen(out), ".");
        }
        fill(out, LONGEST_BYTES - strlen(ZONE));
    }
    (void)snprintf(out + strlen(out), NAME_SIZE - strlen(out), ".example");
}

static struct json *record(const char *key, const char *value)
{
    struct json *made = json_object();

    json_set_int(made, "ttl", 300);
    json_set_text(made, key, value);
    return made;
}

/* Ten of each, all different, every TXT longer than one character string of the DNS. */
static void set_full(struct json *records)
{
    struct json *lists[] = {json_list(), json_list(), json_list(), json_list()};
    char text[NAME_SIZE];

    for (int i = 0; i < FULL_LIST; i++) {
        struct json *mx;

        (void)snprintf(text, sizeof(text), "198.51.100.%d", 100 + i);
        (void)json_add(lists[0], record("address", text));
        (void)snprintf(text, sizeof(text), "2001:db8::%d", 100 + i);
        (void)json_add(lists[1], record("address", text));
        (void)snprintf(text, sizeof(text), "mx%d.example.net.", i);
        mx = json_add(lists[2], record("exchange", text));
        json_set_int(mx, "preference", (int64_t)(FULL_LIST - i) * 10);
        (void)snprintf(text, sizeof(text), "key%d=", i);
        fill(text, LONG_TXT_BYTES);
        (void)json_add(lists[3], record("txtdata", text));
    }
    json_set(records, "A", lists[0]);
    json_set(records, "AAAA", lists[1]);
    json_set(records, "MX", lists[2]);
    json_set(records, "TXT", lists[3]);
}

static void set_records(struct name *name, const struct shape *shape)
{
    struct json *records = json_copy(name->records);
    struct json *list = NULL;
    char text[NAME_SIZE] = "v=DKIM1; k=rsa; p=";

    if (shape->records == RECORDS_FULL) {
        set_full(records);
    } else if (shape->records == RECORDS_ONE_TXT) {
        list = json_list();
        (void)json_add(list, record("txtdata", shape->txt));
    } else if (shape->records == RECORDS_LONG_TXT) {
        list = json_list();
        fill(text, LONG_TXT_BYTES);
        (void)json_add(list, record("txtdata", text));
    }
    if (list) {
        json_set(records, "TXT", list);
    }
    if (shape->elsewhere) {
        json_set(records, "DNS",
                 literal("[{\"value\":\"ada.ns.example\"},{\"value\":\"bob.ns.example\"}]"));
        json_set(records, "DNS_IP", literal("[{\"value\":\"\"},{\"value\":\"\"}]"));
    }
    name_set_records(name, 1, records);
}

/* Both forms of a name that is known to be one. */
static void both_forms(const char *text, char ascii[IDN_ASCII_SIZE], char fqdn[IDN_UNICODE_SIZE])
{
    struct err err = ERR_INIT;
    bool good = idn_to_ascii(text, ascii, &err);

    assert(good);
    (void)good;
    idn_to_unicode(ascii, fqdn);
}

void generate_domain(struct account *account, int64_t number)
{
    const struct shape *shape = &SHAPES[(size_t)number % ARRAY_LEN(SHAPES)];
    char text[NAME_SIZE];
    char ascii[IDN_ASCII_SIZE];
    char domain_ascii[IDN_ASCII_SIZE];
    char fqdn[IDN_UNICODE_SIZE];
    struct name *domain;

    make_name(shape, number, text);
    both_forms(text, domain_ascii, fqdn);
    domain = seed_domain(account, fqdn, domain_ascii, ADDED_MS);
    domain->beget_dns = !shape->elsewhere;
    set_records(domain, shape);
    for (int i = 1; i <= shape->subdomains; i++) {
        (void)snprintf(text, sizeof(text), "s%02d.%s", i, domain_ascii);
        both_forms(text, ascii, fqdn);
        (void)seed_subdomain(account, NAME_SUBDOMAIN, fqdn, ascii, domain->id);
    }
}
