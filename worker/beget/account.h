/* SPDX-License-Identifier: MIT */
/*
 * The account's names: domains and subdomains, decoded from the lists of the
 * hosting API. Pure. A value owns its texts; account_*_free() releases them.
 *
 * Names are kept in the form the DNS uses (punycode, lower case) and shown
 * through idn_to_unicode(): the API itself lists domains in native script and
 * wants punycode everywhere else.
 */
#ifndef WORKER_BEGET_ACCOUNT_H
#define WORKER_BEGET_ACCOUNT_H

#include "shared/base/err.h"
#include "shared/io/idn.h"
#include "shared/io/json.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct account_name {
    int64_t id;                /* of the API                                                   */
    int64_t domain_id;         /* of the domain a subdomain belongs to; its own id for a domain */
    char name[IDN_ASCII_SIZE]; /* "xn--e1afmkfd.xn--p1ai"                                      */
    char expires[16];          /* domains: "2026-03-11", or "" for never or unknown            */
};

struct account_names {
    struct account_name *items; /* owned; in the API's order */
    size_t count;
    size_t skipped; /* members that had no usable id or name */
};

/*
 * Reads the result of domain/getList (subdomains false) or
 * domain/getSubdomainList (true). Ids may be numbers or texts; a name that is
 * no name is skipped and counted, it does not hide the others.
 * Fails: ERR_REJECT the result is not a list
 */
MUST_CHECK bool account_names_read(const struct json *result, bool subdomains,
                                   struct account_names *out, struct err *err);
void account_names_free(struct account_names *names);

/* By exact name, or NULL. */
const struct account_name *account_find(const struct account_names *names, const char *name);

/* The domain that `name` is or lies below: the longest match at a dot; NULL for none. */
const struct account_name *account_domain_of(const struct account_names *domains, const char *name);

#endif
