/* SPDX-License-Identifier: MIT */
/* What the two dns methods share: the record types and their groups. */
#ifndef TESTS_SANDBOX_BEGET_DNS_H
#define TESTS_SANDBOX_BEGET_DNS_H

#include <stdbool.h>
#include <stddef.h>

struct json;

/* Only one of the three after NONE is in force for a name; its number is the set_type. */
enum dns_group { GROUP_NONE, GROUP_SET, GROUP_NS, GROUP_CNAME, GROUP_SERVERS };

enum dns_shape {
    SHAPE_IPV4,
    SHAPE_IPV6,
    SHAPE_HOST, /* stored without, shown with a trailing dot */
    SHAPE_TEXT,
    SHAPE_MX,  /* a host and a preference                   */
    SHAPE_CAA, /* flags, tag, value                         */
    SHAPE_SRV, /* priority, weight, port, target            */
    SHAPE_SERVER,
    SHAPE_SERVER_IP,
};

enum { DNS_TYPE_COUNT = 10, DNS_TTL_WRITTEN = 600 };

struct dns_type {
    const char *name;     /* key in "records"                       */
    enum dns_group group; /* what it may be sent together with      */
    enum dns_shape shape; /* how a record of it is read and written */
    const char *key;      /* of the value when reading              */
    size_t most;          /* records of this type for one name      */
};

/* In the order in which written records are shown. */
extern const struct dns_type DNS_TYPES[DNS_TYPE_COUNT];

/* The row of a type, or NULL. */
const struct dns_type *dns_type(const char *name);

/* True when no list in `records` has a member. */
bool dns_is_empty(const struct json *records);

/* A dotted name of letters, digits, "-", "_" and "*", at most 253 bytes, labels at most 63. */
bool dns_is_host(const char *text);

/* The form that the documentation shows: {"value","priority"} for every type. Caller owns it. */
struct json *dns_in_docs_form(const struct json *records, int set_type);

#endif
