/* SPDX-License-Identifier: MIT */
/*
 * Who may do what. Pure: grants are read from Redis by the caller.
 *
 * A chat may view a name when it is the admin's, or when a grant names it or a
 * domain above it. A grant is a name with letters: E edit DNS, D delete DNS,
 * C create subdomains, X delete subdomains; none of them is view only.
 * Letters count for the granted name and for all below it.
 */
#ifndef WORKER_CHAT_RIGHTS_H
#define WORKER_CHAT_RIGHTS_H

#include "shared/base/settings.h"
#include "shared/queue/state.h"

#include <stdbool.h>
#include <stdint.h>

struct rights {
    bool admin;
    bool creator;                    /* of the name that is asked about, by this bot */
    const struct state_hash *grants; /* borrowed; may be NULL: none */
};

bool rights_is_admin(const struct setting_ids *admins, int64_t chat_id);

/* `name` is `parent` or lies below it. Both in punycode. */
bool name_is_within(const char *name, const char *parent);

/* May see `name` and its records. */
bool rights_may_view(const struct rights *rights, const char *name);

/* May create `name`: C on a name above it. */
bool rights_may_create(const struct rights *rights, const char *name);

/* May create names below `domain`: C on it or above. */
bool rights_may_create_below(const struct rights *rights, const char *domain);

/* May delete `name`: X on it or above; or who created it and may still create there. */
bool rights_may_delete(const struct rights *rights, const char *name);

/* May add and change records of `name`: E on it or above; or who created it and may still create
 * there. */
bool rights_may_edit_dns(const struct rights *rights, const char *name);

/* May delete records of `name`: D on it or above; or who created it and may still create there. */
bool rights_may_delete_dns(const struct rights *rights, const char *name);

/* May see that `domain` exists: may view it, or something below it. */
bool rights_may_list(const struct rights *rights, const char *domain);

#endif
