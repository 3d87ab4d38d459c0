/* SPDX-License-Identifier: MIT */
/* What an account has at the start, and what the hosting puts into a name that is made. */
#ifndef TESTS_SANDBOX_BEGET_SEED_H
#define TESTS_SANDBOX_BEGET_SEED_H

#include "tests/sandbox/beget/account.h"

#include <stdint.h>

enum { SEED_DOMAINS_MAX = 10000 };

/* The example account, and `domains` generated domains after it. The account is empty before. */
void seed_account(struct account *account, int64_t domains);

/* A domain with the hosting's default records and the next id. Borrowed, see account.h. */
struct name *seed_domain(struct account *account, const char *fqdn, const char *ascii,
                         int64_t now_ms);

/* A subdomain or twin of the same kind of contents; there is no name of that name. */
struct name *seed_subdomain(struct account *account, enum name_kind kind, const char *fqdn,
                            const char *ascii, int64_t domain_id);

#endif
