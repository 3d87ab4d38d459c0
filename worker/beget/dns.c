/* SPDX-License-Identifier: MIT */
#include "worker/beget/dns.h"

#include "shared/base/buf.h"
#include "shared/base/compiler.h"
#include "shared/base/mem.h"

#include <assert.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum { VALUE_MAX_BYTES = 64 * 1024, FIRST_CAPACITY = 16, NAME_COUNT = 2 };

/*
 * Where a record keeps what. The real name comes first, then the documented
 * one; NULL where a type has no such thing.
 */
/* clang-format off */
static const struct {
    const char *name;
    const char *value[NAME_COUNT];
    const char *preference[NAME_COUNT];
    bool is_host; /* the value loses its trailing dot */
} TYPES[DNS_TYPE_COUNT] = {
    /*                   name      value                   preference                  host */
    [DNS_A]         = {"A",      {"address",  "value"},  {NULL,         NULL      },  false},
    [DNS_AAAA]      = {"AAAA",   {"address",  "value"},  {NULL,         NULL      },  false},
    [DNS_MX]        = {"MX",     {"exchange", "value"},  {"preference", "priority"},  true },
    [DNS_TXT]       = {"TXT",    {"txtdata",  "value"},  {NULL,         NULL      },  false},
    [DNS_CNAME]     = {"CNAME",  {"cname",    "value"},  {NULL,         NULL      },  true },
    [DNS_NS]        = {"NS",     {"nsdname",  "value"},  {NULL,         NULL      },  true },
    [DNS_CAA]       = {"CAA",    {"value",    NULL   },  {NULL,         NULL      },  false},
    [DNS_SRV]       = {"SRV",    {"target",   "value"},  {"priority",   NULL      },  true },
    [DNS_SERVER]    = {"DNS",    {"value",    NULL   },  {NULL,         NULL      },  true },
    [DNS_SERVER_IP] = {"DNS_IP", {"value",    NULL   },  {NULL,         NULL      },  false},
};

/* set_type of the API, by its number. */
static const enum dns_set_type SET_TYPES[] = {
    DNS_SET_UNKNOWN, DNS_SET_RECORDS, DNS_SET_NS, DNS_SET_CNAME,
};
/* clang-format on */

const char *dns_type_name(enum dns_type type)
{
    assert(type < DNS_TYPE_COUNT);
    return TYPES[type].name;
}

/* ---- one record ---- */

/* What became of a member of a record list. */
enum reading { READ_RECORD, READ_EMPTY, READ_UNKNOWN };

static int64_t read_number(const struct json *member, const char *name)
{
    int64_t number;

    return json_int(member, name, &number) && number > 0 ? number : 0;
}

static int64_t read_preference(const struct json *member, enum dns_type type)
{
    for (size_t i = 0; i < NAME_COUNT && TYPES[type].preference[i]; i++) {
        if (json_at(member, TYPES[type].preference[i])) {
            return read_number(member, TYPES[type].preference[i]);
        }
    }
    return 0;
}

/* A text or a number as text, appended to `out`; false for anything else. */
static bool add_value(const struct json *node, struct buf *out)
{
    const char *text = json_text(node, "");

    if (text) {
        buf_add(out, text, strlen(text));
    } else if (json_type(node) == JSON_NUMBER) {
        json_print(node, out);
    } else {
        return false;
    }
    return true;
}

/* The first value of the names that is there and not empty. */
static enum reading read_value(const struct json *member, enum dns_type type, struct buf *out)
{
    for (size_t i = 0; i < NAME_COUNT && TYPES[type].value[i]; i++) {
        const struct json *node = json_at(member, TYPES[type].value[i]);

        if (json_type(node) != JSON_NULL && !add_value(node, out)) {
            return READ_UNKNOWN;
        }
        if (!buf_ok(out)) {
            return READ_UNKNOWN;
        }
        if (out->len > 0) {
            return READ_RECORD;
        }
    }
    return READ_EMPTY;
}

static enum reading read_record(const struct json *member, enum dns_type type,
                                struct dns_record *out)
{
    const char *tag = json_text(member, "tag");
    enum reading reading = READ_EMPTY;
    struct buf value;
    size_t len;

    buf_init(&value, VALUE_MAX_BYTES);
    if (json_type(member) == JSON_OBJECT) {
        reading = read_value(member, type, &value);
    } else if (json_type(member) != JSON_NULL) {
        reading = READ_UNKNOWN;
    }
    if (reading == READ_RECORD) {
        *out = (struct dns_record){.type = type, .value = xstrdup(buf_text(&value))};
        len = strlen(out->value);
        if (TYPES[type].is_host && len > 1 && out->value[len - 1] == '.') {
            out->value[len - 1] = '\0'; /* but "." alone says "no host" and stays */
        }
        out->ttl = read_number(member, "ttl");
        out->preference = read_preference(member, type);
        out->weight = type == DNS_SRV ? read_number(member, "weight") : 0;
        out->port = type == DNS_SRV ? read_number(member, "port") : 0;
        out->flags = type == DNS_CAA ? read_number(member, "flags") : 0;
        out->tag = type == DNS_CAA ? xstrdup(tag ? tag : "") : NULL;
    }
    buf_free(&value);
    return reading;
}

/* ---- the zone ---- */

static void add_record(struct dns_zone *zone, size_t *capacity, struct dns_record record)
{
    if (zone->count == *capacity) {
        *capacity = *capacity ? 2 * *capacity : FIRST_CAPACITY;
        zone->records = xreallocarray(zone->records, *capacity, sizeof(*zone->records));
    }
    zone->records[zone->count++] = record;
}

/* PHP writes a list as an object as soon as its numbering has a gap. */
static bool is_collection(const struct json *node)
{
    return json_type(node) == JSON_LIST || json_type(node) == JSON_OBJECT;
}

static void read_list(const struct json *list, enum dns_type type, struct dns_zone *zone,
                      size_t *capacity)
{
    if (!is_collection(list)) {
        zone->unknown_count += json_type(list) == JSON_NULL ? 0 : 1;
        return;
    }
    for (const struct json *member = json_first(list); member; member = json_next(member)) {
        struct dns_record record;
        enum reading reading = read_record(member, type, &record);

        if (reading == READ_RECORD) {
            add_record(zone, capacity, record);
        } else if (reading == READ_UNKNOWN) {
            zone->unknown_count++;
        }
    }
}

static bool is_of_type(const struct json *list, enum dns_type type)
{
    const char *name = json_name(list);

    return name && strcmp(name, TYPES[type].name) == 0;
}

static bool is_known(const struct json *list)
{
    for (size_t i = 0; i < DNS_TYPE_COUNT; i++) {
        if (is_of_type(list, (enum dns_type)i)) {
            return true;
        }
    }
    return false;
}

static void count_unknown(const struct json *records, struct dns_zone *zone)
{
    for (const struct json *list = json_first(records); list; list = json_next(list)) {
        if (is_known(list) || json_type(list) == JSON_NULL) {
            continue;
        }
        zone->unknown_count += is_collection(list) ? json_count(list) : 1;
    }
}

/* qsort() may swap equal members, so they remember where they stood. */
struct placed_record {
    struct dns_record record;
    size_t place;
};

static int by_preference(const void *left, const void *right)
{
    const struct placed_record *a = left;
    const struct placed_record *b = right;

    if (a->record.preference != b->record.preference) {
        return a->record.preference < b->record.preference ? -1 : 1;
    }
    return a->place < b->place ? -1 : a->place > b->place;
}

static void sort_by_preference(struct dns_record records[], size_t count)
{
    struct placed_record *placed;

    if (count < 2) {
        return;
    }
    placed = xcalloc(count, sizeof(*placed));
    for (size_t i = 0; i < count; i++) {
        placed[i] = (struct placed_record){.record = records[i], .place = i};
    }
    qsort(placed, count, sizeof(*placed), by_preference);
    for (size_t i = 0; i < count; i++) {
        records[i] = placed[i].record;
    }
    free(placed);
}

static void read_type(const struct json *records, enum dns_type type, struct dns_zone *zone,
                      size_t *capacity)
{
    for (const struct json *list = json_first(records); list; list = json_next(list)) {
        if (is_of_type(list, type)) {
            read_list(list, type, zone, capacity);
        }
    }
}

static void read_records(const struct json *records, struct dns_zone *zone)
{
    size_t capacity = 0;

    for (size_t i = 0; i < DNS_TYPE_COUNT; i++) {
        enum dns_type type = (enum dns_type)i;
        size_t begin = zone->count;

        read_type(records, type, zone, &capacity);
        if (type == DNS_MX && zone->count > begin) {
            sort_by_preference(zone->records + begin, zone->count - begin);
        }
    }
    count_unknown(records, zone);
}

bool dns_zone_read(const struct json *result, struct dns_zone *out, struct err *err)
{
    struct dns_zone zone = {.on_beget = true};
    const struct json *records = json_at(result, "records");
    int64_t set_type = 0;

    if (json_type(result) != JSON_OBJECT) {
        return err_set(err, ERR_REJECT, "DNS records: the answer is not an object");
    }
    (void)json_bool(result, "is_beget_dns", &zone.on_beget);
    (void)json_bool(result, "is_under_control", &zone.under_control);
    (void)json_bool(result, "is_subdomain", &zone.subdomain);
    if (json_int(result, "set_type", &set_type) && set_type > 0 &&
        set_type < (int64_t)ARRAY_LEN(SET_TYPES)) {
        zone.set_type = SET_TYPES[set_type];
    }
    if (is_collection(records)) {
        read_records(records, &zone);
    } else {
        zone.records_missing = true;
    }
    *out = zone;
    return true;
}

bool dns_zone_is_known(const struct dns_zone *zone)
{
    bool may_be_missing = zone->subdomain && zone->set_type != DNS_SET_UNKNOWN;

    return zone->unknown_count == 0 && (!zone->records_missing || may_be_missing);
}

struct dns_record dns_record_copy(const struct dns_record *record)
{
    struct dns_record copy = *record;

    copy.value = xstrdup(record->value);
    copy.tag = record->tag ? xstrdup(record->tag) : NULL;
    return copy;
}

void dns_record_free(struct dns_record *record)
{
    free(record->value);
    free(record->tag);
    *record = (struct dns_record){0};
}

void dns_zone_add(struct dns_zone *zone, struct dns_record record)
{
    size_t at = zone->count;

    zone->records = xreallocarray(zone->records, zone->count + 1, sizeof(*zone->records));
    for (; at > 0 && zone->records[at - 1].type > record.type; at--) {
        zone->records[at] = zone->records[at - 1];
    }
    zone->records[at] = record;
    zone->count++;
}

void dns_zone_free(struct dns_zone *zone)
{
    for (size_t i = 0; i < zone->count; i++) {
        dns_record_free(&zone->records[i]);
    }
    free(zone->records);
    *zone = (struct dns_zone){0};
}

size_t dns_zone_count(const struct dns_zone *zone, enum dns_type type)
{
    size_t count = 0;

    for (size_t i = 0; i < zone->count; i++) {
        count += zone->records[i].type == type ? 1 : 0;
    }
    return count;
}

void dns_record_print(const struct dns_record *record, struct buf *out)
{
    if (record->type == DNS_MX) {
        buf_addf(out, "%" PRId64 " ", record->preference);
    } else if (record->type == DNS_SRV) {
        buf_addf(out, "%" PRId64 " %" PRId64 " %" PRId64 " ", record->preference, record->weight,
                 record->port);
    } else if (record->type == DNS_CAA && record->tag && record->tag[0] != '\0') {
        buf_addf(out, "%" PRId64 " %s ", record->flags, record->tag);
    }
    buf_add(out, record->value, strlen(record->value));
}
