/* SPDX-License-Identifier: MIT */
/* The site section. A site is a directory; which names are linked to it, the names know. */
#include "tests/sandbox/beget/handlers.h"

#include "shared/io/json.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum { KEY_SIZE = 24, PATH_SIZE = CALL_TEXT_SIZE + 16, SITES_MOST = 25 };

static void site_key(int64_t id, char out[KEY_SIZE])
{
    (void)snprintf(out, KEY_SIZE, "%" PRId64, id);
}

static struct json *show_link(const struct name *name)
{
    struct json *shown = json_object();

    json_set_int(shown, "id", name->id);
    json_set_text(shown, "fqdn", name->fqdn);
    json_set_text(shown, "php_version", name->php);
    json_set_int(shown, "http_version", 2);
    json_set_bool(shown, "ssl", true);
    json_set_text(shown, "ssl_status", "wle_set");
    json_set_text(shown, "nginx_template", "default");
    json_set_bool(shown, "redis_session", false);
    return shown;
}

static struct json *show_links(const struct account *account, int64_t site_id)
{
    struct json *domains = json_list();

    for (size_t i = 0; i < account->name_count; i++) {
        if (account->names[i]->site_id == site_id) {
            (void)json_add(domains, show_link(account->names[i]));
        }
    }
    return domains;
}

void site_get_list(struct call *call)
{
    const struct rows *sites = &call->account->tables[TABLE_SITES];

    call->result = json_list();
    for (size_t i = 0; i < sites->count; i++) {
        struct json *shown = json_add(call->result, json_object());
        int64_t id = 0;

        (void)json_int(sites->items[i].json, "id", &id);
        json_set_int(shown, "id", id);
        json_set_text(shown, "path", json_text(sites->items[i].json, "path"));
        json_set(shown, "domains", show_links(call->account, id));
    }
}

static bool has_path(const struct rows *sites, const char *path)
{
    for (size_t i = 0; i < sites->count; i++) {
        const char *there = json_text(sites->items[i].json, "path");

        if (there && strcmp(there, path) == 0) {
            return true;
        }
    }
    return false;
}

void site_add(struct call *call)
{
    struct rows *sites = &call->account->tables[TABLE_SITES];
    char name[CALL_TEXT_SIZE];
    char path[PATH_SIZE];
    char key[KEY_SIZE];
    struct json *site;
    int64_t id;

    if (!call_text(call, "name", name)) {
        return;
    }
    (void)snprintf(path, sizeof(path), "%s/public_html", name);
    if (name[0] == '\0' || strchr(name, '/') || has_path(sites, path)) {
        (void)call_refuse(call, "INVALID_DATA", "Incorrect site name");
        return;
    }
    if (sites->count >= SITES_MOST) {
        (void)call_refuse(call, "LIMIT_ERROR", "Sites limit exceeded");
        return;
    }
    id = call->account->next_row_id;
    call->account->next_row_id++;
    site_key(id, key);
    site = json_object();
    json_set_int(site, "id", id);
    json_set_text(site, "path", path);
    json_set_bool(site, "frozen", false);
    (void)rows_add(sites, key, site);
    call->result = call->modes->site_add == SITE_ADD_ID ? json_new_int(id) : json_new_bool(true);
}

/* The site whose id is in `parameter`, or NULL after a refusal. */
static struct json *find_site(struct call *call, const char *parameter, int64_t *id)
{
    char key[KEY_SIZE];
    struct json *site;

    if (!call_int(call, parameter, id)) {
        return NULL;
    }
    site_key(*id, key);
    site = rows_find(&call->account->tables[TABLE_SITES], key);
    if (!site) {
        (void)call_refuse(call, "METHOD_FAILED", "Site not found");
    }
    return site;
}

void site_delete(struct call *call)
{
    char key[KEY_SIZE];
    int64_t id;

    if (!find_site(call, "id", &id)) {
        return;
    }
    for (size_t i = 0; i < call->account->name_count; i++) {
        if (call->account->names[i]->site_id == id) {
            call->account->names[i]->site_id = 0;
        }
    }
    site_key(id, key);
    (void)rows_remove(&call->account->tables[TABLE_SITES], key);
}

/* The domain or subdomain whose id is in domain_id, or NULL after a refusal. */
static struct name *find_linked(struct call *call)
{
    struct name *name;
    int64_t id;

    if (!call_int(call, "domain_id", &id)) {
        return NULL;
    }
    name = account_domain_by_id(call->account, id);
    if (!name) {
        name = account_subdomain_by_id(call->account, id);
    }
    if (!name) {
        (void)call_refuse(call, "METHOD_FAILED", "Domain not found");
    }
    return name;
}

void site_link_domain(struct call *call)
{
    struct name *name = find_linked(call);
    int64_t id;

    if (!name || !find_site(call, "site_id", &id)) {
        return;
    }
    if (name->site_id != 0) {
        (void)call_refuse(call, "METHOD_FAILED", "Domain is already linked");
        return;
    }
    name->site_id = id;
}

void site_unlink_domain(struct call *call)
{
    struct name *name = find_linked(call);

    if (name && name->site_id == 0) {
        (void)call_refuse(call, "METHOD_FAILED", "Domain is not linked");
    } else if (name) {
        name->site_id = 0;
    }
}

static void set_frozen(struct call *call, bool frozen)
{
    int64_t id;
    struct json *site = find_site(call, "id", &id);

    if (site) {
        json_set_bool(site, "frozen", frozen);
    }
}

void site_freeze(struct call *call)
{
    set_frozen(call, true);
}

void site_unfreeze(struct call *call)
{
    set_frozen(call, false);
}

void site_is_site_frozen(struct call *call)
{
    int64_t id;
    const struct json *site = find_site(call, "site_id", &id);

    if (site) {
        call->result = json_copy(json_at(site, "frozen"));
    }
}
