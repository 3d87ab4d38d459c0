/* SPDX-License-Identifier: MIT */
#include "worker/beget/dns_check.h"

#include "shared/base/buf.h"
#include "shared/base/compiler.h"
#include "shared/base/utf8.h"
#include "shared/io/idn.h"

#include <arpa/inet.h>
#include <assert.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

enum {
    OCTETS = 4,
    OCTET_MAX = 255,
    OCTET_DIGITS = 3,
    PREFERENCE_DIGITS = 5,
    TYPED_MAX_BYTES = 65536, /* of what is looked at */
};

static const char BLANKS[] = " \t\r\n";

/* What json_parse() and others put in place of bytes that are no text. */
static const char DAMAGED[] = "\xef\xbf\xbd";

/* A value being read. */
struct reading {
    const char *text; /* without blanks around it             */
    bool is_new;      /* is to be added, not said to be there */
};

typedef enum dns_fault check_fn(const struct reading *reading, struct dns_wanted *out);

static bool is_digit(char byte)
{
    return byte >= '0' && byte <= '9';
}

static bool is_blank(char byte)
{
    return byte != '\0' && strchr(BLANKS, byte) != NULL;
}

/* ---- addresses ---- */

static bool is_ipv6(const char *text)
{
    struct in6_addr address;

    return inet_pton(AF_INET6, text, &address) == 1;
}

/* Four numbers with dots between, zeros before them allowed, and nothing else. */
static bool read_octets(const char *text, unsigned octets[OCTETS], bool *out_leading_zero)
{
    bool leading_zero = false;

    for (size_t i = 0; i < OCTETS; i++) {
        size_t digits = 0;

        octets[i] = 0;
        while (digits <= OCTET_DIGITS && is_digit(text[digits])) {
            octets[i] = octets[i] * 10 + (unsigned)(text[digits] - '0');
            digits++;
        }
        if (digits == 0 || digits > OCTET_DIGITS || octets[i] > OCTET_MAX) {
            return false;
        }
        leading_zero = leading_zero || (digits > 1 && text[0] == '0');
        text += digits;
        if (*text != (i + 1 < OCTETS ? '.' : '\0')) {
            return false;
        }
        text++;
    }
    *out_leading_zero = leading_zero;
    return true;
}

static bool is_ipv4(const char *text)
{
    unsigned octets[OCTETS];
    bool leading_zero;

    return read_octets(text, octets, &leading_zero);
}

static enum dns_fault check_ipv4(const struct reading *reading, struct dns_wanted *out)
{
    unsigned octets[OCTETS];
    bool leading_zero;

    if (!read_octets(reading->text, octets, &leading_zero)) {
        return is_ipv6(reading->text) ? DNS_FAULT_IPV4_IS_IPV6 : DNS_FAULT_IPV4_BAD;
    }
    if (leading_zero) {
        return DNS_FAULT_IPV4_LEADING_ZERO;
    }
    if (reading->is_new &&
        (octets[0] == 0 || octets[0] >= 224)) { /* from 224 on: multicast, reserved */
        return DNS_FAULT_IPV4_UNUSABLE;
    }
    (void)snprintf(out->value, sizeof(out->value), "%s", reading->text);
    return DNS_FAULT_NONE;
}

static bool is_usable(const struct in6_addr *address)
{
    return !IN6_IS_ADDR_UNSPECIFIED(address) && !IN6_IS_ADDR_MULTICAST(address) &&
           !IN6_IS_ADDR_LINKLOCAL(address) && !IN6_IS_ADDR_V4MAPPED(address);
}

static enum dns_fault check_ipv6(const struct reading *reading, struct dns_wanted *out)
{
    struct in6_addr address;

    if (inet_pton(AF_INET6, reading->text, &address) != 1) {
        return is_ipv4(reading->text) ? DNS_FAULT_IPV6_IS_IPV4 : DNS_FAULT_IPV6_BAD;
    }
    if (reading->is_new && !is_usable(&address)) {
        return DNS_FAULT_IPV6_UNUSABLE;
    }
    (void)inet_ntop(AF_INET6, &address, out->value, sizeof(out->value));
    return DNS_FAULT_NONE;
}

/* ---- hosts ---- */

/* No top-level domain is a number; "192.0.2" is an address with a part missing. */
static bool ends_in_number(const char *name)
{
    const char *dot = strrchr(name, '.');
    const char *last = dot ? dot + 1 : name;

    return strspn(last, "0123456789") == strlen(last);
}

static enum dns_fault check_host(const struct reading *reading, struct dns_wanted *out)
{
    char name[IDN_ASCII_SIZE];
    struct err ignored = ERR_INIT;

    if (is_ipv6(reading->text)) {
        return DNS_FAULT_HOST_IS_ADDRESS;
    }
    if (!idn_to_ascii(reading->text, name, &ignored)) {
        return DNS_FAULT_HOST_BAD;
    }
    if (ends_in_number(name)) {
        return DNS_FAULT_HOST_IS_ADDRESS;
    }
    if (reading->is_new && name[0] == '*') { /* a pattern of names, where one name is needed */
        return DNS_FAULT_HOST_BAD;
    }
    if (reading->is_new && !strchr(name, '.')) {
        return DNS_FAULT_HOST_ONE_LABEL;
    }
    (void)snprintf(out->value, sizeof(out->value), "%s", name);
    return DNS_FAULT_NONE;
}

/* ---- mail ---- */

static bool read_preference(const char *text, size_t len, int64_t *out)
{
    int64_t number = 0;

    if (len > PREFERENCE_DIGITS || (len > 1 && text[0] == '0')) {
        return false;
    }
    for (size_t i = 0; i < len; i++) {
        number = number * 10 + (text[i] - '0');
    }
    *out = number;
    return number <= DNS_PREFERENCE_MAX;
}

/* "10 mx.example.com"; of a record that is there "mx.example.com", too. */
static enum dns_fault check_mx(const struct reading *reading, struct dns_wanted *out)
{
    struct reading host = *reading;
    size_t word = strcspn(reading->text, BLANKS);
    size_t digits = strspn(reading->text, "0123456789");

    if (digits > 0 && digits == word) {
        if (!read_preference(reading->text, digits, &out->preference)) {
            return DNS_FAULT_MX_PREFERENCE;
        }
        host.text += word + strspn(reading->text + word, BLANKS);
    } else if (reading->is_new) {
        return reading->text[0] == '-' && is_digit(reading->text[1]) ? DNS_FAULT_MX_PREFERENCE
                                                                     : DNS_FAULT_MX_FORM;
    } else {
        out->preference = DNS_PREFERENCE_ANY;
    }
    if (host.text[strcspn(host.text, BLANKS)] != '\0' || host.text[0] == '\0') {
        return DNS_FAULT_MX_FORM;
    }
    if (strcmp(host.text, ".") == 0) { /* no name for idn_to_ascii(), but what says "no host" */
        (void)snprintf(out->value, sizeof(out->value), ".");
        return reading->is_new ? DNS_FAULT_MX_NULL : DNS_FAULT_NONE;
    }
    return check_host(&host, out);
}

/* ---- texts ---- */

/* C0, DEL, and C1, which UTF-8 writes as 0xc2 0x80 to 0xc2 0x9f. */
static bool has_control(const char *text)
{
    for (const char *at = text; *at != '\0'; at++) {
        unsigned char byte = (unsigned char)at[0];

        if (byte < 0x20 || byte == 0x7f || (byte == 0xc2 && (unsigned char)at[1] < 0xa0)) {
            return true;
        }
    }
    return false;
}

/* Appends what is between the quote at `text` and the next one; returns what follows, or NULL. */
static const char *add_quoted(const char *text, struct buf *out)
{
    for (text++; *text != '"'; text++) {
        if (*text == '\\' && (text[1] == '"' || text[1] == '\\')) {
            text++;
        }
        if (*text == '\0') {
            return NULL;
        }
        buf_add(out, text, 1);
    }
    return text + 1;
}

/* "one" "two", as zone files have it, is onetwo. False for everything else. */
static bool add_unquoted(const char *text, struct buf *out)
{
    const char *at = text;

    while (*at == '"') {
        at = add_quoted(at, out);
        if (!at || (*at != '\0' && !is_blank(*at))) {
            return false;
        }
        at += strspn(at, BLANKS);
    }
    return at > text && *at == '\0';
}

static enum dns_fault check_text(const char *text, size_t len, bool is_new)
{
    if (has_control(text)) {
        return DNS_FAULT_TXT_CONTROL;
    }
    if (strspn(text, BLANKS) == len) {
        return DNS_FAULT_TXT_EMPTY;
    }
    if (len > (is_new ? (size_t)DNS_TXT_MAX_BYTES : (size_t)DNS_VALUE_SIZE - 1)) {
        return DNS_FAULT_TXT_TOO_LONG;
    }
    return DNS_FAULT_NONE;
}

static enum dns_fault check_txt(const struct reading *reading, struct dns_wanted *out)
{
    enum dns_fault fault;
    struct buf text;

    if (!utf8_valid(reading->text, strlen(reading->text)) || strstr(reading->text, DAMAGED)) {
        return DNS_FAULT_TXT_NOT_UTF8;
    }
    buf_init(&text, TYPED_MAX_BYTES);
    if (!add_unquoted(reading->text, &text)) {
        buf_free(&text);
        buf_init(&text, TYPED_MAX_BYTES);
        buf_add(&text, reading->text, strlen(reading->text));
    }
    fault = check_text(buf_text(&text), text.len, reading->is_new);
    if (fault == DNS_FAULT_NONE) {
        (void)snprintf(out->value, sizeof(out->value), "%s", buf_text(&text));
    }
    buf_free(&text);
    return fault;
}

/* ---- by type ---- */

/* clang-format off */
static const struct {
    check_fn *check;
    enum dns_fault empty; /* what nothing is */
} CHECKS[] = {
    [DNS_A]     = {check_ipv4, DNS_FAULT_IPV4_BAD },
    [DNS_AAAA]  = {check_ipv6, DNS_FAULT_IPV6_BAD },
    [DNS_MX]    = {check_mx,   DNS_FAULT_MX_FORM  },
    [DNS_TXT]   = {check_txt,  DNS_FAULT_TXT_EMPTY},
    [DNS_CNAME] = {check_host, DNS_FAULT_HOST_BAD },
    [DNS_NS]    = {check_host, DNS_FAULT_HOST_BAD },
};
/* clang-format on */

bool dns_type_parse(const char *word, enum dns_type *out)
{
    for (size_t type = 0; type < ARRAY_LEN(CHECKS); type++) {
        if (strcasecmp(dns_type_name((enum dns_type)type), word) == 0) {
            *out = (enum dns_type)type;
            return true;
        }
    }
    return false;
}

static enum dns_fault check(enum dns_type type, const char *text, bool is_new,
                            struct dns_wanted *out)
{
    struct dns_wanted wanted = {.type = type};
    enum dns_fault fault;
    struct buf trimmed;

    assert((size_t)type < ARRAY_LEN(CHECKS));
    text += strspn(text, BLANKS);
    buf_init(&trimmed, TYPED_MAX_BYTES);
    buf_add(&trimmed, text, strlen(text));
    while (trimmed.len > 0 && is_blank(trimmed.data[trimmed.len - 1])) {
        trimmed.data[--trimmed.len] = '\0';
    }
    if (!buf_ok(&trimmed)) {
        fault = type == DNS_TXT ? DNS_FAULT_TXT_TOO_LONG : CHECKS[type].empty;
    } else if (trimmed.len == 0) {
        fault = CHECKS[type].empty;
    } else {
        fault = CHECKS[type].check(&(struct reading){buf_text(&trimmed), is_new}, &wanted);
    }
    if (fault == DNS_FAULT_NONE) {
        *out = wanted;
    }
    buf_free(&trimmed);
    return fault;
}

enum dns_fault dns_check_new(enum dns_type type, const char *text, struct dns_wanted *out)
{
    return check(type, text, true, out);
}

enum dns_fault dns_check_old(enum dns_type type, const char *text, struct dns_wanted *out)
{
    return check(type, text, false, out);
}

bool dns_wanted_of(const struct dns_record *record, struct dns_wanted *out)
{
    if ((size_t)record->type >= ARRAY_LEN(CHECKS) || strlen(record->value) >= DNS_VALUE_SIZE) {
        return false;
    }
    *out = (struct dns_wanted){.type = record->type, .preference = record->preference};
    (void)snprintf(out->value, sizeof(out->value), "%s", record->value);
    return true;
}

size_t dns_txt_chunks(size_t bytes)
{
    return bytes == 0 ? 1 : (bytes + DNS_TXT_CHUNK_BYTES - 1) / DNS_TXT_CHUNK_BYTES;
}
