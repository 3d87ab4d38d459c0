/* SPDX-License-Identifier: MIT */
/* Any JSON as the result of dns/getData. */
#include "shared/base/buf.h"
#include "worker/beget/dns.h"

#include <assert.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static void check_zone(const struct dns_zone *zone)
{
    size_t by_type = 0;
    struct buf text;

    buf_init(&text, 1 << 26);
    for (size_t i = 0; i < zone->count; i++) {
        const struct dns_record *record = &zone->records[i];

        assert(record->value[0] != '\0');
        assert(i == 0 || zone->records[i - 1].type <= record->type);
        assert(i == 0 || record->type != DNS_MX || zone->records[i - 1].type != DNS_MX ||
               zone->records[i - 1].preference <= record->preference);
        dns_record_print(record, &text);
    }
    for (size_t type = 0; type < DNS_TYPE_COUNT; type++) {
        by_type += dns_zone_count(zone, (enum dns_type)type);
    }
    assert(by_type == zone->count);
    assert(buf_ok(&text));
    buf_free(&text);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    char *text = malloc(size > 0 ? size : 1); /* exact: one byte too far is seen */
    struct err err = ERR_INIT;
    struct dns_zone zone;
    struct json *json;

    assert(text);
    (void)memcpy(text, bytes, size);
    json = json_parse(text, size, &err);
    if (dns_zone_read(json, &zone, &err)) {
        check_zone(&zone);
        dns_zone_free(&zone);
    }
    json_free(json);
    free(text);
    return 0;
}
