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
    DNS_WARN_SPF_SHAPE = 1 << 0,   /* meant as SPF, but not "v=spf1 " and terms SPF knows   */
    DNS_WARN_SPF_TWICE = 1 << 1,   /* several SPF at the name: receivers trust none         */
    DNS_WARN_SPF_NO_END = 1 << 2,  /* neither "all" nor "redirect=": allows what is not     */
                                   /* named, too                                            */
    DNS_WARN_SPF_ANYONE = 1 << 3,  /* "+all": anybody may send in this name                 */
    DNS_WARN_DMARC_SHAPE = 1 << 4, /* not "v=DMARC1;" first, p= none, quarantine or reject  */
    DNS_WARN_DMARC_TWICE = 1 << 5, /* several DMARC at the name: receivers obey none        */
    DNS_WARN_DMARC_PLACE = 1 << 6, /* DMARC is looked for at _dmarc.NAME only               */
    DNS_WARN_DKIM_SHAPE = 1 << 7,  /* no p=, p= is not base64, or v= is not DKIM1 and first */
    DNS_WARN_DKIM_PLACE = 1 << 8,  /* DKIM is looked for at SELECTOR._domainkey.NAME only   */
};

enum { DNS_WARNING_COUNT = 9 };

/* A set of enum dns_warning about the texts that `change` adds to `name`, punycode. */
unsigned dns_warnings(const struct dns_change *change, const char *name);

#endif
