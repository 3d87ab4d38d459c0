/* SPDX-License-Identifier: MIT */
/*
 * One record as a person typed it: is it a record at all, and which. Pure.
 *
 * Every value has one form: addresses as inet_ntop() writes them, hosts in
 * punycode, lower case and without the last dot, texts without the quotes of a
 * zone file. Two spellings of the same record give the same value.
 */
#ifndef WORKER_BEGET_DNS_CHECK_H
#define WORKER_BEGET_DNS_CHECK_H

#include "worker/beget/dns.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    DNS_TXT_CHUNK_BYTES = 255,  /* a text of the DNS is a row of strings, none longer than this */
    DNS_TXT_MAX_BYTES = 1024,   /* of a text to be added: five strings, room for a DKIM key of  */
                                /* 4096 bits; with more an answer passes the 1232 bytes of UDP  */
    DNS_VALUE_SIZE = 4097,      /* of any value, with the NUL: texts that are there may be long */
    DNS_PREFERENCE_MAX = 65535, /* of an MX                                                     */
    DNS_PREFERENCE_ANY = -1,    /* of an old MX: its host was given alone                       */
};

/* A record that is wanted, or asked to go. A plain value. */
struct dns_wanted {
    enum dns_type type;         /* DNS_A to DNS_NS                            */
    char value[DNS_VALUE_SIZE]; /* UTF-8                                      */
    int64_t preference;         /* MX; DNS_PREFERENCE_ANY only in an old one  */
};

/* Why a typed value is refused: a sentence to the person each. */
enum dns_fault {
    DNS_FAULT_NONE,              /* it is good                                              */
    DNS_FAULT_IPV4_BAD,          /* not four numbers from 0 to 255 with dots between        */
    DNS_FAULT_IPV4_LEADING_ZERO, /* 192.0.2.010: some read such a number as octal           */
    DNS_FAULT_IPV4_UNUSABLE,     /* 0.x.x.x, multicast, broadcast, reserved                 */
    DNS_FAULT_IPV4_IS_IPV6,      /* belongs into AAAA                                       */
    DNS_FAULT_IPV6_BAD,          /* not an IPv6 address                                     */
    DNS_FAULT_IPV6_UNUSABLE,     /* ::, multicast, link-local, ::ffff:192.0.2.1             */
    DNS_FAULT_IPV6_IS_IPV4,      /* belongs into A                                          */
    DNS_FAULT_HOST_BAD,          /* not a name: empty, too long, a character no name holds  */
    DNS_FAULT_HOST_IS_ADDRESS,   /* an address, where only a name is possible               */
    DNS_FAULT_HOST_ONE_LABEL,    /* "mail": the whole name is needed, "mail.example.com"    */
    DNS_FAULT_MX_FORM,           /* not "10 mx.example.com"                                 */
    DNS_FAULT_MX_PREFERENCE,     /* the first word is a number, but not from 0 to 65535     */
    DNS_FAULT_MX_NULL,           /* "0 .": takes no mail at all, and Beget may not store it */
    DNS_FAULT_TXT_EMPTY,         /* nothing but blanks or quotes                            */
    DNS_FAULT_TXT_TOO_LONG,      /* over DNS_TXT_MAX_BYTES; an old one DNS_VALUE_SIZE       */
    DNS_FAULT_TXT_CONTROL,       /* a line break, a tab or another control character        */
    DNS_FAULT_TXT_NOT_UTF8,      /* malformed, or holds U+FFFD: was damaged on its way      */
    DNS_FAULT_COUNT,
};

/* A type that can be edited by the word for it, in any case: "A", "aaaa", "Mx", ... */
bool dns_type_parse(const char *word, enum dns_type *out);

/*
 * Reads the value of a record to be added; blanks around it are nothing.
 * `out` is untouched on a fault.
 */
enum dns_fault dns_check_new(enum dns_type type, const char *text, struct dns_wanted *out);

/*
 * Reads the value of a record that is said to be there. What may be there, although it could not be
 * added, is no fault: 0.0.0.0, a name of one label, a long text, "0 .". An MX may be its host
 * alone.
 */
enum dns_fault dns_check_old(enum dns_type type, const char *text, struct dns_wanted *out);

/* A record of a zone as the one to go, its value as it is. False: of another type, or too long. */
bool dns_wanted_of(const struct dns_record *record, struct dns_wanted *out);

/* In how many strings a text of `bytes` is published; at least 1. */
size_t dns_txt_chunks(size_t bytes);

#endif
