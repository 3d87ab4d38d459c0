/* SPDX-License-Identifier: MIT */
#include "worker/chat/rights.h"

#include <string.h>

bool rights_is_admin(const struct setting_ids *admins, int64_t chat_id)
{
    for (size_t i = 0; i < admins->count; i++) {
        if (admins->ids[i] == chat_id) {
            return true;
        }
    }
    return false;
}

bool name_is_within(const char *name, const char *parent)
{
    size_t name_len = strlen(name);
    size_t parent_len = strlen(parent);

    if (parent_len == 0 || parent_len > name_len ||
        strcmp(name + name_len - parent_len, parent) != 0) {
        return false;
    }
    return name_len == parent_len || name[name_len - parent_len - 1] == '.';
}

static size_t grant_count(const struct rights *rights)
{
    return rights->grants ? state_hash_count(rights->grants) : 0;
}

bool rights_may_view(const struct rights *rights, const char *name)
{
    for (size_t i = 0; i < grant_count(rights); i++) {
        if (name_is_within(name, state_hash_name(rights->grants, i))) {
            return true;
        }
    }
    return rights->admin;
}

/* Some grant on `name` or above it has the letter. */
static bool has_letter(const struct rights *rights, const char *name, char letter, bool itself)
{
    for (size_t i = 0; i < grant_count(rights); i++) {
        const char *granted = state_hash_name(rights->grants, i);

        if (name_is_within(name, granted) && (itself || strcmp(name, granted) != 0) &&
            strchr(state_hash_value(rights->grants, i), letter)) {
            return true;
        }
    }
    return false;
}

bool rights_may_create(const struct rights *rights, const char *name)
{
    return rights->admin || has_letter(rights, name, 'C', false);
}

bool rights_may_create_below(const struct rights *rights, const char *domain)
{
    return rights->admin || has_letter(rights, domain, 'C', true);
}

/* A letter on `name` or above; a creator has all of them while creating there is allowed. */
static bool has_right(const struct rights *rights, const char *name, char letter)
{
    return rights->admin || has_letter(rights, name, letter, true) ||
           (rights->creator && rights_may_create(rights, name));
}

bool rights_may_delete(const struct rights *rights, const char *name)
{
    return has_right(rights, name, 'X');
}

bool rights_may_edit_dns(const struct rights *rights, const char *name)
{
    return has_right(rights, name, 'E');
}

bool rights_may_delete_dns(const struct rights *rights, const char *name)
{
    return has_right(rights, name, 'D');
}

bool rights_may_list(const struct rights *rights, const char *domain)
{
    if (rights_may_view(rights, domain)) {
        return true;
    }
    for (size_t i = 0; i < grant_count(rights); i++) {
        if (name_is_within(state_hash_name(rights->grants, i), domain)) {
            return true;
        }
    }
    return false;
}
