/* SPDX-License-Identifier: MIT */
/*
 * The records of a name as a state: told from another one, written down in the
 * log, read again, compared. Pure.
 *
 * Of a state are the records that an edit can touch and those that it could
 * lose, CAA and SRV. Order and TTL are not, nor the spelling of a host or an
 * address. Name servers (DNS, DNS_IP) belong to the domain, not to the state.
 */
#ifndef WORKER_BEGET_DNS_STATE_H
#define WORKER_BEGET_DNS_STATE_H

#include "shared/base/buf.h"
#include "shared/base/err.h"
#include "worker/beget/dns.h"

#include <stdbool.h>

enum {
    DNS_DIGEST_SIZE = 40, /* with the NUL */
    DNS_KEY_SIZE = 17,    /* with the NUL */
};

/* True when the two are one record of the DNS: type, value, preference; not the TTL. */
bool dns_record_same(const struct dns_record *a, const struct dns_record *b);

/*
 * "7-1f2e3d4c5b6a7988": equal for equal states, without blanks. States that differ have different
 * ones but for chance; it is no proof against somebody who looks for two that have the same.
 */
void dns_zone_digest(const struct dns_zone *zone, char out[DNS_DIGEST_SIZE]);

/* The same for one record, sixteen hex digits: for a button that is about it. */
void dns_record_key(const struct dns_record *record, char out[DNS_KEY_SIZE]);

/* The first record of that key, or NULL. Borrowed from the zone. */
const struct dns_record *dns_zone_find(const struct dns_zone *zone, const char *key);

/*
 * Appends the state as JSON, lists of what dns_record_print() writes:
 * {"A":["192.0.2.1"],"MX":["10 mx1.beget.com","20 mx2.beget.com"],"TXT":["v=spf1
 * redirect=beget.com"]} No records: {}.
 */
void dns_zone_state(const struct dns_zone *zone, struct buf *out);

/*
 * The reverse. Of `out` only the records mean something; free it with dns_zone_free().
 * Fails: ERR_REJECT not what dns_zone_state() writes
 */
MUST_CHECK bool dns_state_read(const char *json, struct dns_zone *out, struct err *err);

/* True when dns_zone_is_known() and the zone holds the records of the JSON, no more, no fewer. */
bool dns_state_matches(const struct dns_zone *zone, const char *json);

#endif
