/* SPDX-License-Identifier: MIT */
/*
 * What other mail servers would stumble over in a TXT record: SPF, DMARC, DKIM.
 * Pure. A warning is shown with the question and never refuses anything:
 * a record that looks wrong may be meant.
 */
#ifndef WORKER_BEGET_DNS_WARNINGS_H
#define WORKER_BEGET_DNS_WARNINGS_H

#include "worker/beget/dns_edit.h"

/* A sentence to the person each. */
enum dns_warning {
    DNS_WARN_SPF_SHAPE = 1 << 0, /* meant as SPF, but not "v=spf1 " and terms that SPF knows      */
    DNS_WARN_SPF_TWICE = 1 << 1, /* several SPF records at the name: receivers then trust none    */
    DNS_WARN_SPF_NO_END = 1 << 2, /* neither "all" nor "redirect=": says nothing of other senders */
    DNS_WARN_SPF_ANYONE = 1 << 3, /* "+all": anybody may send in this name */
    DNS_WARN_DMARC_SHAPE =
        1 << 4, /* not "v=DMARC1;" first and p= one of none, quarantine, reject  */
    DNS_WARN_DMARC_TWICE = 1 << 5, /* several DMARC records at the name: receivers then obey none */
    DNS_WARN_DMARC_PLACE = 1 << 6, /* DMARC is looked for at _dmarc.NAME only */
    DNS_WARN_DKIM_SHAPE =
        1 << 7, /* no p=, a p= that is not base64, or v= that is not DKIM1 first */
    DNS_WARN_DKIM_PLACE = 1 << 8, /* DKIM is looked for at SELECTOR._domainkey.NAME only */
};

enum { DNS_WARNING_COUNT = 9 };

/* A set of enum dns_warning about the texts that `change` adds to `name`, punycode. */
unsigned dns_warnings(const struct dns_change *change, const char *name);

#endif
