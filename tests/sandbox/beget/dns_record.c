/* SPDX-License-Identifier: MIT */
#include "tests/sandbox/beget/dns_record.h"

#include "shared/io/json.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

enum { HOST_SIZE = 260, TXT_MAX_BYTES = 4096, PRIORITY_STEP = 10, UINT16_MOST = 65535 };

struct reading {
    const struct dns_type *type;
    const struct json *record; /* as sent                     */
    const char *value;         /* "" when there is none       */
    int64_t index;             /* place in the list           */
    struct json *shown;        /* being filled                */
};

typedef bool read_fn(const struct reading *reading);

static const char *value_of(const struct dns_type *type, const struct json *record)
{
    const char *value = json_text(record, "value");

    if (!value || value[0] == '\0') {
        value = json_text(record, type->key);
    }
    return value ? value : "";
}

static bool is_address(int family, const char *text)
{
    unsigned char bytes[sizeof(struct in6_addr)];

    return inet_pton(family, text, bytes) == 1;
}

/* Copies a host name without its trailing dot; false when it is none, or an address. */
static bool read_host_text(const char *text, char out[HOST_SIZE])
{
    size_t len = strlen(text);

    if (len > 0 && text[len - 1] == '.') {
        len--;
    }
    if (len == 0 || len >= HOST_SIZE - 1) {
        return false;
    }
    memcpy(out, text, len);
    out[len] = '\0';
    return dns_is_host(out) && !is_address(AF_INET, out);
}

/* Reads a number from `record` into `shown`; `fallback` < 0 makes it required. */
static bool set_number(const struct reading *reading, const char *from, const char *to,
                       int64_t fallback, int64_t most)
{
    int64_t number = fallback;

    if (json_at(reading->record, from) && !json_int(reading->record, from, &number)) {
        return false;
    }
    json_set_int(reading->shown, to, number);
    return number >= 0 && number <= most;
}

static bool read_address(const struct reading *reading)
{
    int family = reading->type->shape == SHAPE_IPV4 ? AF_INET : AF_INET6;

    json_set_int(reading->shown, "ttl", DNS_TTL_WRITTEN);
    json_set_text(reading->shown, "address", reading->value);
    return is_address(family, reading->value);
}

static bool read_host(const struct reading *reading)
{
    char host[HOST_SIZE];

    if (!read_host_text(reading->value, host)) {
        return false;
    }
    memcpy(host + strlen(host), ".", 2);
    json_set_int(reading->shown, "ttl", DNS_TTL_WRITTEN);
    json_set_text(reading->shown, reading->type->key, host);
    return true;
}

static bool read_mx(const struct reading *reading)
{
    const char *from = json_at(reading->record, "priority") ? "priority" : "preference";

    return read_host(reading) && set_number(reading, from, "preference",
                                            (reading->index + 1) * PRIORITY_STEP, UINT16_MOST);
}

static bool read_txt(const struct reading *reading)
{
    json_set_int(reading->shown, "ttl", DNS_TTL_WRITTEN);
    json_set_text(reading->shown, "txtdata", reading->value);
    return strlen(reading->value) <= TXT_MAX_BYTES;
}

static bool read_caa(const struct reading *reading)
{
    const char *tag = json_text(reading->record, "tag");

    json_set_int(reading->shown, "ttl", DNS_TTL_WRITTEN);
    if (!tag || tag[0] == '\0' || !set_number(reading, "flags", "flags", -1, 255)) {
        return false;
    }
    json_set_text(reading->shown, "tag", tag);
    json_set_text(reading->shown, "value", reading->value);
    return true;
}

static bool read_srv(const struct reading *reading)
{
    static const char *const NUMBERS[] = {"priority", "weight", "port"};
    char host[HOST_SIZE];

    json_set_int(reading->shown, "ttl", DNS_TTL_WRITTEN);
    for (size_t i = 0; i < ARRAY_LEN(NUMBERS); i++) {
        if (!set_number(reading, NUMBERS[i], NUMBERS[i], -1, UINT16_MOST)) {
            return false;
        }
    }
    if (!read_host_text(reading->value, host)) {
        return false;
    }
    memcpy(host + strlen(host), ".", 2);
    json_set_text(reading->shown, "target", host);
    return true;
}

static bool read_server(const struct reading *reading)
{
    char host[HOST_SIZE];

    if (!read_host_text(reading->value, host)) {
        return false;
    }
    json_set_text(reading->shown, "value", host);
    return true;
}

static bool read_server_ip(const struct reading *reading)
{
    json_set_text(reading->shown, "value", reading->value);
    return is_address(AF_INET, reading->value) || is_address(AF_INET6, reading->value);
}

/* clang-format off */
static const struct {
    read_fn *read;
    bool may_be_empty;
} SHAPES[] = {
    [SHAPE_IPV4]      = {read_address,   false},
    [SHAPE_IPV6]      = {read_address,   false},
    [SHAPE_HOST]      = {read_host,      false},
    [SHAPE_TEXT]      = {read_txt,       true},
    [SHAPE_MX]        = {read_mx,        false},
    [SHAPE_CAA]       = {read_caa,       false},
    [SHAPE_SRV]       = {read_srv,       false},
    [SHAPE_SERVER]    = {read_server,    true},
    [SHAPE_SERVER_IP] = {read_server_ip, true},
};
/* clang-format on */

enum dns_verdict dns_record_read(const struct dns_type *type, const struct json *record,
                                 int64_t index, struct json **out)
{
    struct reading reading = {.type = type, .record = record, .index = index};

    reading.value = value_of(type, record);
    if (json_type(record) == JSON_OBJECT && reading.value[0] == '\0' &&
        SHAPES[type->shape].may_be_empty) {
        return DNS_RECORD_EMPTY;
    }
    reading.shown = json_object();
    if (reading.value[0] == '\0' || !SHAPES[type->shape].read(&reading)) {
        json_free(reading.shown);
        return DNS_RECORD_BAD;
    }
    *out = reading.shown;
    return DNS_RECORD_GOOD;
}
