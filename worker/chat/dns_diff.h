/* SPDX-License-Identifier: MIT */
/* What a change of a name's records does, as lines of the question about it. Pure. */
#ifndef WORKER_CHAT_DNS_DIFF_H
#define WORKER_CHAT_DNS_DIFF_H

#include "worker/beget/dns_edit.h"
#include "worker/chat/page.h"

/*
 * Adds what goes and what comes, what is sent along, and what to think of before saying yes.
 * `change` is READY; `name` is punycode. Fits into a message whatever the records are.
 */
void draw_dns_diff(const struct dns_change *change, const char *name, struct page *page);

/* Appends "<code>− A 192.0.2.1</code>", the value cut to `points`; `sign` may be "". */
void dns_diff_line(struct buf *out, const char *sign, const struct dns_record *record,
                   size_t points);

/*
 * Appends what makes of one state the other, both JSON of dns_zone_state(), as plain lines:
 * "− A 192.0.2.1", "+ A 192.0.2.2". Long values are cut, and so are many lines.
 */
void dns_diff_states(const char *from, const char *to, struct buf *out);

#endif
