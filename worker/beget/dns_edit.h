/* SPDX-License-Identifier: MIT */
/*
 * What one edit does to the records of a name: which go, which come, which are
 * sent along, and whether it may be done at all. Pure.
 *
 * The hosting API replaces all records of a name at once: what is not sent is
 * gone. So an edit is planned on the records as they were just read, shown, and
 * planned again on a fresh reading before it is written. Records are matched by
 * content, never by their place.
 *
 * Equal records: the DNS publishes them as one. Taking a value away takes all
 * its copies, each of them a line of its own in the change; changing it leaves
 * one. Copies of other values are sent along as they are.
 */
#ifndef WORKER_BEGET_DNS_EDIT_H
#define WORKER_BEGET_DNS_EDIT_H

#include "shared/base/buf.h"
#include "worker/beget/dns.h"
#include "worker/beget/dns_check.h"

#include <stdbool.h>
#include <stddef.h>

enum dns_edit_kind {
    DNS_EDIT_ADD, /* `wanted` comes                                 */
    DNS_EDIT_DEL, /* `old` goes                                     */
    DNS_EDIT_SET, /* `wanted` takes `old`'s place; both of one type */
};

/* A plain value. */
struct dns_edit {
    enum dns_edit_kind kind;
    struct dns_wanted old;    /* DEL, SET: from dns_check_old() or dns_wanted_of() */
    struct dns_wanted wanted; /* ADD, SET: from dns_check_new()                    */
    bool allow_conversion;    /* the person was shown that the name becomes something else, */
                              /* and said yes: DNS_VERDICT_CONVERTS_* become READY          */
};

/* May it be done? A sentence to the person each. */
enum dns_verdict {
    DNS_VERDICT_READY,
    DNS_VERDICT_THERE_ALREADY,     /* ADD, SET: `wanted` is there; undo: it is as before       */
    DNS_VERDICT_NOT_THERE,         /* DEL, SET: no such record                                 */
    DNS_VERDICT_AMBIGUOUS,         /* DEL, SET: an MX host alone, there with several           */
                                   /* preferences                                              */
    DNS_VERDICT_WOULD_LOSE_CAA,    /* the write format has no CAA: they would be gone          */
    DNS_VERDICT_WOULD_LOSE_SRV,    /* the same for SRV                                         */
    DNS_VERDICT_UNKNOWN_RECORDS,   /* not all there is is known, or can be sent along unharmed */
    DNS_VERDICT_TOO_MANY,          /* over dns_type_limit() records of the type                */
    DNS_VERDICT_CONVERTS_CNAME,    /* the name is a CNAME and would no longer be               */
    DNS_VERDICT_CONVERTS_NS,       /* the name is delegated and would no longer be             */
    DNS_VERDICT_CONVERTS_RECORDS,  /* the name has A, MX, TXT... and would lose them all       */
    DNS_VERDICT_ONLY_ON_SUBDOMAIN, /* CNAME or NS on a domain itself                           */
    DNS_VERDICT_LOOPS,             /* a CNAME that leads to its own name                       */
    DNS_VERDICT_NOT_HERE,          /* not on Beget's name servers: an edit has no effect       */
    DNS_VERDICT_CHANGED_SINCE,     /* undo: the name was changed again after that change       */
    DNS_VERDICT_STATE_UNREADABLE,  /* undo: the log does not hold the states of that change    */
    DNS_VERDICT_COUNT,
};

enum dns_mark { DNS_KEPT, DNS_REMOVED, DNS_ADDED };

struct dns_line {
    enum dns_mark mark;
    struct dns_record record; /* owned; ttl 0 when added */
};

/*
 * What an edit does. Lines are there when it is READY and when it CONVERTS, for these are shown as
 * well; else there are none. The kept and the added ones are the name's records afterwards.
 */
struct dns_change {
    enum dns_verdict verdict;
    struct dns_line *lines; /* owned; by type, a changed record's new form behind its old one */
    size_t count;
    size_t kept_count; /* sent along unchanged */
    size_t removed_count;
    size_t added_count;
    bool empties;  /* nothing is left: the name will have no records              */
    bool converts; /* the name becomes something else, see DNS_VERDICT_CONVERTS_* */
};

/* How many records of an editable type a name may have: 10, of CNAME 1. */
size_t dns_type_limit(enum dns_type type);

/* `name` is the zone's, punycode. `out` is filled always; free it with dns_change_free(). */
void dns_edit_plan(const struct dns_zone *zone, const char *name, const struct dns_edit *edit,
                   struct dns_change *out);

/*
 * The way back from `after` to `before`, both JSON as dns_zone_state() wrote it into the log: to
 * the records before, if they are still what that change left. Otherwise as dns_edit_plan().
 */
void dns_undo_plan(const struct dns_zone *zone, const char *before, const char *after,
                   bool allow_conversion, struct dns_change *out);

void dns_change_free(struct dns_change *change);

/*
 * Appends the JSON of `records` for dns/changeRecords: all records of the name as they are to be,
 * in the format for writing. The MX preference is the priority, untouched; others get 10, 20, 30 in
 * order. Nothing left: {}. The change must be READY.
 */
void dns_change_print(const struct dns_change *change, struct buf *out);

/* Appends the state after the change, as dns_zone_state() will write it. READY or CONVERTS. */
void dns_change_state(const struct dns_change *change, struct buf *out);

#endif
