/* SPDX-License-Identifier: MIT */
#include "worker/beget/dns_state.h"

#include "shared/base/mem.h"
#include "shared/io/idn.h"

#include <arpa/inet.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    VALUE_MAX_BYTES = 64 * 1024,             /* as dns_zone_read() has it             */
    TEXT_MAX_BYTES = VALUE_MAX_BYTES + 1024, /* of a record with its type and numbers */
};

static bool is_of_state(enum dns_type type)
{
    return type <= DNS_SRV;
}

/* ---- one record ---- */

/* The address as inet_ntop() writes it; false when it is none. */
static bool spell_address(int family, const char *value, char out[IDN_ASCII_SIZE])
{
    struct in6_addr address;

    return inet_pton(family, value, &address) == 1 &&
           inet_ntop(family, &address, out, IDN_ASCII_SIZE) != NULL;
}

/* The value as dns_check.h spells it; false when it has no other spelling. */
static bool spell(const struct dns_record *record, char out[IDN_ASCII_SIZE])
{
    struct err ignored = ERR_INIT;

    switch (record->type) {
    case DNS_A:
        return spell_address(AF_INET, record->value, out);
    case DNS_AAAA:
        return spell_address(AF_INET6, record->value, out);
    case DNS_MX:
    case DNS_CNAME:
    case DNS_NS:
    case DNS_SRV:
        return idn_to_ascii(record->value, out, &ignored);
    case DNS_TXT:
    case DNS_CAA:
    case DNS_SERVER:
    case DNS_SERVER_IP:
    case DNS_TYPE_COUNT:
        break;
    }
    return false;
}

/* "MX 10 mx1.beget.com", the same for all spellings of a record. Freed by the caller. */
static char *print_identity(const struct dns_record *record)
{
    char spelled[IDN_ASCII_SIZE];
    struct dns_record one = *record;
    struct buf text;
    char *identity;

    one.value = xstrdup(spell(record, spelled) ? spelled : record->value);
    buf_init(&text, TEXT_MAX_BYTES);
    buf_addf(&text, "%s ", dns_type_name(record->type));
    dns_record_print(&one, &text);
    identity = xstrdup(buf_text(&text));
    buf_free(&text);
    free(one.value);
    return identity;
}

bool dns_record_same(const struct dns_record *a, const struct dns_record *b)
{
    char *one;
    char *other;
    bool same;

    if (a->type != b->type) {
        return false;
    }
    one = print_identity(a);
    other = print_identity(b);
    same = strcmp(one, other) == 0;
    free(one);
    free(other);
    return same;
}

/* ---- digests ---- */

/* FNV-1a; the NUL parts one text from the next. */
static uint64_t hash(uint64_t so_far, const char *text)
{
    const char *at = text;

    do {
        so_far = (so_far ^ (unsigned char)*at) * UINT64_C(0x100000001b3);
    } while (*at++ != '\0');
    return so_far;
}

static const uint64_t HASH_OF_NOTHING = UINT64_C(0xcbf29ce484222325);

static int by_text(const void *left, const void *right)
{
    const char *const *a = left;
    const char *const *b = right;

    return strcmp(*a, *b);
}

/* The identities of the state's records, sorted; the caller frees each and the list. */
static char **list_identities(const struct dns_zone *zone, size_t *out_count)
{
    char **identities = xcalloc(zone->count + 1, sizeof(*identities));
    size_t count = 0;

    for (size_t i = 0; i < zone->count; i++) {
        if (is_of_state(zone->records[i].type)) {
            identities[count++] = print_identity(&zone->records[i]);
        }
    }
    qsort(identities, count, sizeof(*identities), by_text);
    *out_count = count;
    return identities;
}

static void free_identities(char **identities, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        free(identities[i]);
    }
    free(identities);
}

void dns_zone_digest(const struct dns_zone *zone, char out[DNS_DIGEST_SIZE])
{
    size_t count;
    char **identities = list_identities(zone, &count);
    uint64_t digest = HASH_OF_NOTHING;

    for (size_t i = 0; i < count; i++) {
        digest = hash(digest, identities[i]);
    }
    (void)snprintf(out, DNS_DIGEST_SIZE, "%zu-%016" PRIx64, count, digest);
    free_identities(identities, count);
}

void dns_record_key(const struct dns_record *record, char out[DNS_KEY_SIZE])
{
    char *identity = print_identity(record);

    (void)snprintf(out, DNS_KEY_SIZE, "%016" PRIx64, hash(HASH_OF_NOTHING, identity));
    free(identity);
}

const struct dns_record *dns_zone_find(const struct dns_zone *zone, const char *key)
{
    char one[DNS_KEY_SIZE];

    for (size_t i = 0; i < zone->count; i++) {
        dns_record_key(&zone->records[i], one);
        if (strcmp(one, key) == 0) {
            return &zone->records[i];
        }
    }
    return NULL;
}

/* ---- states as JSON ---- */

static struct json *print_type(const struct dns_zone *zone, enum dns_type type)
{
    struct json *list = json_list();
    struct buf text;

    for (size_t i = 0; i < zone->count; i++) {
        if (zone->records[i].type == type) {
            buf_init(&text, TEXT_MAX_BYTES);
            dns_record_print(&zone->records[i], &text);
            (void)json_add(list, json_new_text(buf_text(&text)));
            buf_free(&text);
        }
    }
    return list;
}

void dns_zone_state(const struct dns_zone *zone, struct buf *out)
{
    struct json *state = json_object();

    for (size_t i = 0; is_of_state((enum dns_type)i); i++) {
        enum dns_type type = (enum dns_type)i;

        if (dns_zone_count(zone, type) > 0) {
            json_set(state, dns_type_name(type), print_type(zone, type));
        }
    }
    json_print(state, out);
    json_free(state);
}

/* Cuts "10 " off `text`. */
static bool cut_number(const char **text, int64_t *out)
{
    char *end;
    intmax_t number;

    if (**text < '0' || **text > '9') {
        return false;
    }
    errno = 0;
    number = strtoimax(*text, &end, 10);
    if (errno != 0 || *end != ' ' || number > INT64_MAX) {
        return false;
    }
    *out = number;
    *text = end + 1;
    return true;
}

/* "0 issue letsencrypt.org"; one without a tag is its value alone. */
static void read_caa(const char *text, struct dns_record *out)
{
    const char *rest = text;
    size_t tag = 0;

    if (cut_number(&rest, &out->flags)) {
        tag = strcspn(rest, " ");
    }
    if (tag > 0 && rest[tag] == ' ') {
        out->tag = xstrdup(rest);
        out->tag[tag] = '\0';
        out->value = xstrdup(rest + tag + 1);
    } else {
        out->flags = 0;
        out->tag = xstrdup("");
        out->value = xstrdup(text);
    }
}

/* The reverse of dns_record_print(). */
static bool read_record(enum dns_type type, const char *text, struct dns_record *out)
{
    struct dns_record record = {.type = type};

    if (!text || *text == '\0' || strlen(text) > TEXT_MAX_BYTES) {
        return false;
    }
    if (type == DNS_CAA) {
        read_caa(text, &record);
        *out = record;
        return true;
    }
    if ((type == DNS_MX || type == DNS_SRV) && !cut_number(&text, &record.preference)) {
        return false;
    }
    if (type == DNS_SRV &&
        (!cut_number(&text, &record.weight) || !cut_number(&text, &record.port))) {
        return false;
    }
    if (*text == '\0') {
        return false;
    }
    record.value = xstrdup(text);
    *out = record;
    return true;
}

static bool find_type(const char *name, enum dns_type *out)
{
    for (size_t i = 0; is_of_state((enum dns_type)i); i++) {
        if (strcmp(dns_type_name((enum dns_type)i), name) == 0) {
            *out = (enum dns_type)i;
            return true;
        }
    }
    return false;
}

static bool read_list(const struct json *list, struct dns_zone *zone)
{
    enum dns_type type;

    if (json_type(list) != JSON_LIST || !find_type(json_name(list), &type)) {
        return false;
    }
    for (const struct json *one = json_first(list); one; one = json_next(one)) {
        struct dns_record record;

        if (!read_record(type, json_text(one, ""), &record)) {
            return false;
        }
        dns_zone_add(zone, record);
    }
    return true;
}

bool dns_state_read(const char *json, struct dns_zone *out, struct err *err)
{
    struct dns_zone zone = {.on_beget = true};
    struct json *state = json_parse(json, strlen(json), err);
    bool ok = json_type(state) == JSON_OBJECT;

    if (!state) {
        return err_prefix(err, "state of a name");
    }
    for (const struct json *list = json_first(state); ok && list; list = json_next(list)) {
        ok = read_list(list, &zone);
    }
    json_free(state);
    if (!ok) {
        dns_zone_free(&zone);
        return err_set(err, ERR_REJECT, "state of a name: expected lists of records by type");
    }
    *out = zone;
    return true;
}

static bool same_state(const struct dns_zone *a, const struct dns_zone *b)
{
    size_t count;
    size_t other_count;
    char **one = list_identities(a, &count);
    char **other = list_identities(b, &other_count);
    bool same = count == other_count;

    for (size_t i = 0; same && i < count; i++) {
        same = strcmp(one[i], other[i]) == 0;
    }
    free_identities(one, count);
    free_identities(other, other_count);
    return same;
}

bool dns_state_matches(const struct dns_zone *zone, const char *json)
{
    struct err ignored = ERR_INIT;
    struct dns_zone state = {0};
    bool same;

    if (!dns_zone_is_known(zone) || !dns_state_read(json, &state, &ignored)) {
        return false;
    }
    same = same_state(zone, &state);
    dns_zone_free(&state);
    return same;
}
