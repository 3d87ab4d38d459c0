/* SPDX-License-Identifier: MIT */
/*
 * Any text as the value of a record of any type: what is read is read again as
 * the same, can be written, and what may be added may be there.
 */
#include "worker/beget/dns_check.h"

#include "shared/base/utf8.h"

#include <assert.h>
#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static bool is_same(const struct dns_wanted *a, const struct dns_wanted *b)
{
    return a->type == b->type && a->preference == b->preference && strcmp(a->value, b->value) == 0;
}

/* The value as a person would type what was read; a text in the quotes that keep its blanks. */
static void type_again(const struct dns_wanted *wanted, char *out, size_t out_size)
{
    size_t len = 0;

    if (wanted->type == DNS_MX && wanted->preference != DNS_PREFERENCE_ANY) {
        (void)snprintf(out, out_size, "%" PRId64 " %s", wanted->preference, wanted->value);
        return;
    }
    if (wanted->type != DNS_TXT) {
        (void)snprintf(out, out_size, "%s", wanted->value);
        return;
    }
    out[len++] = '"';
    for (const char *at = wanted->value; *at != '\0'; at++) {
        if (*at == '"' || *at == '\\') {
            out[len++] = '\\';
        }
        out[len++] = *at;
    }
    out[len++] = '"';
    out[len] = '\0';
}

static void check_new(enum dns_type type, const char *text)
{
    char again[2 * DNS_VALUE_SIZE + 3];
    struct dns_wanted wanted;
    struct dns_wanted same;
    enum dns_fault fault = dns_check_new(type, text, &wanted);

    assert(fault < DNS_FAULT_COUNT);
    if (fault != DNS_FAULT_NONE) {
        return;
    }
    assert(wanted.type == type && wanted.value[0] != '\0');
    assert(utf8_valid(wanted.value, strlen(wanted.value)));
    assert(wanted.preference >= 0 && wanted.preference <= DNS_PREFERENCE_MAX);
    assert(type != DNS_TXT || strlen(wanted.value) <= DNS_TXT_MAX_BYTES);
    assert(dns_check_old(type, text, &same) == DNS_FAULT_NONE && is_same(&wanted, &same));
    type_again(&wanted, again, sizeof(again));
    assert(dns_check_new(type, again, &same) == DNS_FAULT_NONE && is_same(&wanted, &same));
}

static void check_old(enum dns_type type, const char *text)
{
    char again[2 * DNS_VALUE_SIZE + 3];
    struct dns_wanted wanted;
    struct dns_wanted same;

    if (dns_check_old(type, text, &wanted) == DNS_FAULT_NONE) {
        type_again(&wanted, again, sizeof(again));
        assert(dns_check_old(type, again, &same) == DNS_FAULT_NONE && is_same(&wanted, &same));
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    char *text = malloc(size + 1); /* exact: one byte too far is seen */
    enum dns_type type;

    assert(text);
    (void)memcpy(text, bytes, size);
    text[size] = '\0';
    (void)dns_type_parse(text, &type);
    for (type = DNS_A; type <= DNS_NS; type++) {
        check_new(type, text);
        check_old(type, text);
    }
    free(text);
    return 0;
}
