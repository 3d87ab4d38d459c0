/* SPDX-License-Identifier: MIT */
#include "worker/beget/account.h"

#include "shared/base/compiler.h"
#include "shared/base/mem.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { DATE_LEN = 10, FIRST_CAPACITY = 16 };

/* "2026-03-11", perhaps with a time behind it; "0000-00-00", 0 and null are no date. */
static void read_date(const char *text, char out[16])
{
    static const char PATTERN[] = "dddd-dd-dd";

    out[0] = '\0';
    if (!text || strlen(text) < DATE_LEN || strncmp(text, "0000", 4) == 0) {
        return;
    }
    for (size_t i = 0; i < DATE_LEN; i++) {
        bool digit = text[i] >= '0' && text[i] <= '9';

        if (PATTERN[i] == 'd' ? !digit : text[i] != PATTERN[i]) {
            return;
        }
    }
    (void)snprintf(out, 16, "%.*s", DATE_LEN, text);
}

static bool read_name(const struct json *member, bool subdomain, struct account_name *out)
{
    const char *fqdn = json_text(member, "fqdn");
    struct err ignored = ERR_INIT;
    int64_t domain_id = 0;
    int64_t id;

    if (!fqdn || !json_int(member, "id", &id) || id <= 0 ||
        !idn_to_ascii(fqdn, out->name, &ignored)) {
        return false;
    }
    if (subdomain) {
        (void)json_int(member, "domain_id", &domain_id); /* the name says it, too */
    }
    out->id = id;
    out->domain_id = subdomain ? domain_id : id;
    read_date(subdomain ? NULL : json_text(member, "date_expire"), out->expires);
    return true;
}

bool account_names_read(const struct json *result, bool subdomains, struct account_names *out,
                        struct err *err)
{
    struct account_names names = {0};
    size_t capacity = 0;

    if (json_type(result) != JSON_LIST) {
        return err_set(err, ERR_REJECT, "list of %s: not a list",
                       subdomains ? "subdomains" : "domains");
    }
    for (const struct json *member = json_first(result); member; member = json_next(member)) {
        struct account_name name;

        if (!read_name(member, subdomains, &name)) {
            names.skipped++;
            continue;
        }
        if (names.count == capacity) {
            capacity = capacity ? 2 * capacity : FIRST_CAPACITY;
            names.items = xreallocarray(names.items, capacity, sizeof(*names.items));
        }
        names.items[names.count++] = name;
    }
    *out = names;
    return true;
}

void account_names_free(struct account_names *names)
{
    free(names->items);
    *names = (struct account_names){0};
}

const struct account_name *account_find(const struct account_names *names, const char *name)
{
    for (size_t i = 0; i < names->count; i++) {
        if (strcmp(names->items[i].name, name) == 0) {
            return &names->items[i];
        }
    }
    return NULL;
}

/* The name itself, or the end of it that begins behind a dot. */
static bool lies_in(const char *name, size_t name_len, const char *domain, size_t domain_len)
{
    size_t begin = name_len - domain_len;

    return domain_len <= name_len && strcmp(name + begin, domain) == 0 &&
           (begin == 0 || name[begin - 1] == '.');
}

const struct account_name *account_domain_of(const struct account_names *domains, const char *name)
{
    const struct account_name *best = NULL;
    size_t best_len = 0;
    size_t name_len = strlen(name);

    for (size_t i = 0; i < domains->count; i++) {
        size_t len = strlen(domains->items[i].name);

        if (len > best_len && lies_in(name, name_len, domains->items[i].name, len)) {
            best = &domains->items[i];
            best_len = len;
        }
    }
    return best;
}
