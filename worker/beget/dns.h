/* SPDX-License-Identifier: MIT */
/*
 * The DNS records of one name, decoded from dns/getData. Pure.
 *
 * The API answers in two shapes, the real one (address, txtdata, exchange and
 * preference, ...) and the documented one (value and priority); both are read.
 * Host names lose their trailing dot. Order is: MX by preference, everything
 * else as the API gave it.
 */
#ifndef WORKER_BEGET_DNS_H
#define WORKER_BEGET_DNS_H

#include "shared/base/err.h"
#include "shared/io/json.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum dns_type {
    DNS_A,
    DNS_AAAA,
    DNS_MX,
    DNS_TXT,
    DNS_CNAME,
    DNS_NS,
    DNS_CAA,
    DNS_SRV,
    DNS_SERVER,    /* the name servers the domain is delegated to ("DNS" in the API) */
    DNS_SERVER_IP, /* their glue addresses ("DNS_IP")                                */
    DNS_TYPE_COUNT,
};

/* "A", "AAAA", ..., as the API names them; static. */
const char *dns_type_name(enum dns_type type);

struct dns_record {
    enum dns_type type;
    char *value;        /* owned, UTF-8: address, text, host; CAA: its value; SRV: target       */
    int64_t ttl;        /* seconds; 0 when the API gave none                                    */
    int64_t preference; /* MX preference, SRV priority                                          */
    int64_t weight;     /* SRV                                                                  */
    int64_t port;       /* SRV                                                                  */
    int64_t flags;      /* CAA                                                                  */
    char *tag;          /* CAA, owned; NULL otherwise                                           */
};

/* What the name's set holds. */
enum dns_set_type { DNS_SET_UNKNOWN, DNS_SET_RECORDS, DNS_SET_NS, DNS_SET_CNAME };

struct dns_zone {
    struct dns_record *records; /* owned; grouped by type in the order of enum dns_type           */
    size_t count;
    enum dns_set_type set_type;
    bool on_beget;        /* is_beget_dns: edits take effect; true when the API does not say */
    bool under_control;   /* is_under_control: registered through Beget                     */
    bool subdomain;       /* is_subdomain                                                   */
    size_t unknown_count; /* records left out because nobody knows them: of another type, a   */
                          /* shape this program cannot read, a value over 64 KiB             */
    bool records_missing; /* the answer held no `records` at all, as opposed to none in them */
};

/*
 * Reads the result of dns/getData. Records without a value are left out.
 * Fails: ERR_REJECT the result is null, false or not an object: never an empty zone
 */
MUST_CHECK bool dns_zone_read(const struct json *result, struct dns_zone *out, struct err *err);
void dns_zone_free(struct dns_zone *zone);

/*
 * True when the records are all that the name has: none left out, and `records` was there. A
 * subdomain that has none is answered without `records`, but with everything else, its set_type
 * too; a domain never is, for it has name servers at least.
 */
bool dns_zone_is_known(const struct dns_zone *zone);

/* Puts a record behind those of its type and takes ownership of its texts. */
void dns_zone_add(struct dns_zone *zone, struct dns_record record);

/* A record with texts of its own; dns_record_free() releases them. */
struct dns_record dns_record_copy(const struct dns_record *record);
void dns_record_free(struct dns_record *record);

/* Records of one type. */
size_t dns_zone_count(const struct dns_zone *zone, enum dns_type type);

/* One record as a zone file would put its data: "10 mx1.beget.com", "0 issue letsencrypt.org". */
struct buf;
void dns_record_print(const struct dns_record *record, struct buf *out);

#endif
