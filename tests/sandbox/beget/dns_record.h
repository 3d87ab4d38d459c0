/* SPDX-License-Identifier: MIT */
/* One record as dns/changeRecords takes it, turned into what dns/getData shows. Pure. */
#ifndef TESTS_SANDBOX_BEGET_DNS_RECORD_H
#define TESTS_SANDBOX_BEGET_DNS_RECORD_H

#include "tests/sandbox/beget/dns.h"

#include <stdbool.h>
#include <stdint.h>

enum dns_verdict { DNS_RECORD_GOOD, DNS_RECORD_EMPTY, DNS_RECORD_BAD };

/*
 * `record` has its value under "value" or under the key it is read with; the
 * former wins. `index` is its place in the list, from which a missing MX
 * priority follows. With DNS_RECORD_GOOD the caller owns *out. EMPTY means the
 * record is to be passed over: TXT and name servers may be sent back empty.
 */
enum dns_verdict dns_record_read(const struct dns_type *type, const struct json *record,
                                 int64_t index, struct json **out);

#endif
