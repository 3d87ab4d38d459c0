/* SPDX-License-Identifier: MIT */
/* The domain section but for PHP: domains, subdomains, zones. */
#include "tests/sandbox/beget/handlers.h"

#include "shared/io/idn.h"
#include "shared/io/json.h"
#include "tests/sandbox/beget/literal.h"
#include "tests/sandbox/beget/seed.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum { NAME_TEXT_SIZE = 2 * CALL_TEXT_SIZE };

static const double BALANCE = 512.4;

static const char ZONES[] =
    "{\"ru\":{\"id\":1,\"zone\":\"ru\",\"price\":199,\"price_renew\":329,\"price_idn\":null,"
    "\"price_idn_renew\":null,\"is_idn\":false,\"is_national\":true,\"min_period\":1,"
    "\"max_period\":1},"
    "\"com\":{\"id\":2,\"zone\":\"com\",\"price\":1290,\"price_renew\":1490,\"price_idn\":1290,"
    "\"price_idn_renew\":1490,\"is_idn\":true,\"is_national\":false,\"min_period\":1,"
    "\"max_period\":10},"
    "\"рф\":{\"id\":3,\"zone\":\"рф\",\"price\":199,\"price_renew\":329,\"price_idn\":199,"
    "\"price_idn_renew\":329,\"is_idn\":true,\"is_national\":true,\"min_period\":1,"
    "\"max_period\":1},"
    "\"net\":{\"id\":4,\"zone\":\"net\",\"price\":1390,\"price_renew\":1590,\"price_idn\":1390,"
    "\"price_idn_renew\":1590,\"is_idn\":true,\"is_national\":false,\"min_period\":1,"
    "\"max_period\":10},"
    "\"org\":{\"id\":5,\"zone\":\"org\",\"price\":1190,\"price_renew\":1390,\"price_idn\":null,"
    "\"price_idn_renew\":null,\"is_idn\":false,\"is_national\":false,\"min_period\":1,"
    "\"max_period\":10}}";

static void set_text_or_null(struct json *object, const char *name, const char *text)
{
    json_set(object, name, text && text[0] != '\0' ? json_new_text(text) : json_new_null());
}

static struct json *show_domain(const struct name *domain)
{
    bool registered = domain->under_control && domain->date_register[0] != '\0';
    struct json *shown = json_object();

    json_set_int(shown, "id", domain->id);
    json_set_text(shown, "fqdn", domain->fqdn);
    json_set_text(shown, "date_add", domain->date_add);
    json_set_bool(shown, "auto_renew", registered);
    set_text_or_null(shown, "date_register", domain->date_register);
    set_text_or_null(shown, "date_expire", domain->date_expire);
    json_set(shown, "can_renew", json_new_null());
    set_text_or_null(shown, "registrar", registered ? "beget" : NULL);
    set_text_or_null(shown, "registrar_status", registered ? "delegated" : NULL);
    set_text_or_null(shown, "register_order_status", registered ? "FINISH" : NULL);
    json_set(shown, "register_order_comment", json_new_null());
    json_set(shown, "renew_order_status", json_new_null());
    json_set_int(shown, "is_under_control", domain->under_control);
    return shown;
}

void domain_get_list(struct call *call)
{
    call->result = json_list();
    for (size_t i = 0; i < call->account->name_count; i++) {
        if (call->account->names[i]->kind == NAME_DOMAIN) {
            (void)json_add(call->result, show_domain(call->account->names[i]));
        }
    }
}

void domain_get_zone_list(struct call *call)
{
    call->result = literal(ZONES);
}

/* The zone of an id, borrowed from `zones`, or NULL. */
static const struct json *find_zone(const struct json *zones, int64_t id)
{
    for (const struct json *zone = json_first(zones); zone; zone = json_next(zone)) {
        int64_t zone_id = 0;

        if (json_int(zone, "id", &zone_id) && zone_id == id) {
            return zone;
        }
    }
    return NULL;
}

/* Reads hostname and zone_id; gives both forms of the name and the zone's price. */
static bool read_domain(struct call *call, char ascii[IDN_ASCII_SIZE], char fqdn[IDN_UNICODE_SIZE],
                        int64_t *price)
{
    struct json *zones = literal(ZONES);
    const struct json *zone = NULL;
    char host[CALL_TEXT_SIZE];
    char name[NAME_TEXT_SIZE];
    int64_t zone_id = 0;
    struct err err = ERR_INIT;
    bool ok = false;

    if (!call_text(call, "hostname", host) || !call_int(call, "zone_id", &zone_id)) {
        goto out;
    }
    zone = find_zone(zones, zone_id);
    if (!zone || !json_int(zone, "price", price)) {
        (void)call_refuse(call, "INVALID_DATA", "Unknown zone");
        goto out;
    }
    (void)snprintf(name, sizeof(name), "%s.%s", host, json_name(zone));
    if (!idn_to_ascii(name, ascii, &err)) {
        (void)call_refuse(call, "INVALID_DATA", "Incorrect domain name");
        goto out;
    }
    idn_to_unicode(ascii, fqdn);
    ok = true;
out:
    json_free(zones);
    return ok;
}

void domain_add_virtual(struct call *call)
{
    char ascii[IDN_ASCII_SIZE];
    char fqdn[IDN_UNICODE_SIZE];
    int64_t price;
    struct name *name;

    if (!read_domain(call, ascii, fqdn, &price)) {
        return;
    }
    if (account_find(call->account, ascii) || strncmp(ascii, "taken", strlen("taken")) == 0) {
        (void)call_refuse(call, "METHOD_FAILED", "Failed to add virtual domain %s", fqdn);
        return;
    }
    name = seed_domain(call->account, fqdn, ascii, call->now_ms);
    call->result = json_new_int(name->id);
}

static void forget_domain(struct account *account, const struct name *domain)
{
    static const enum table BY_DOMAIN[] = {TABLE_MAILBOXES, TABLE_FORWARDS, TABLE_CATCH_ALL,
                                           TABLE_DIRECTIVES};
    char prefix[IDN_UNICODE_SIZE + 1];

    (void)snprintf(prefix, sizeof(prefix), "%s ", domain->fqdn);
    for (size_t i = 0; i < ARRAY_LEN(BY_DOMAIN); i++) {
        rows_remove_all(&account->tables[BY_DOMAIN[i]], prefix);
    }
}

void domain_delete(struct call *call)
{
    struct name *domain;
    int64_t id;

    if (!call_int(call, "id", &id)) {
        return;
    }
    domain = account_domain_by_id(call->account, id);
    if (!domain || domain->technical) {
        (void)call_refuse(call, "METHOD_FAILED", "Failed to delete domain");
        return;
    }
    forget_domain(call->account, domain);
    account_remove_domain(call->account, domain);
}

void domain_get_subdomain_list(struct call *call)
{
    bool twins = call->modes->www_in_list == SWITCH_ON;

    call->result = json_list();
    for (size_t i = 0; i < call->account->name_count; i++) {
        const struct name *name = call->account->names[i];

        if (name->kind == NAME_SUBDOMAIN || (name->kind == NAME_TWIN && twins)) {
            struct json *shown = json_add(call->result, json_object());

            json_set_int(shown, "id", name->id);
            json_set_text(shown, "fqdn", name->fqdn);
            json_set_int(shown, "domain_id", name->domain_id);
        }
    }
}

/* Both forms of PREFIX.DOMAIN; false when it is no name. */
static bool join_name(const char *prefix, const char *domain, char ascii[IDN_ASCII_SIZE],
                      char fqdn[IDN_UNICODE_SIZE])
{
    char joined[NAME_TEXT_SIZE];
    struct err err = ERR_INIT;

    (void)snprintf(joined, sizeof(joined), "%s.%s", prefix, domain);
    if (!idn_to_ascii(joined, ascii, &err)) {
        return false;
    }
    idn_to_unicode(ascii, fqdn);
    return true;
}

/* The hosting makes www.NAME along with NAME, with records of its own. */
static void add_twin(struct account *account, const struct name *subdomain)
{
    char ascii[IDN_ASCII_SIZE];
    char fqdn[IDN_UNICODE_SIZE];
    struct name *there;

    if (strncmp(subdomain->ascii, "www.", 4) == 0 ||
        !join_name("www", subdomain->ascii, ascii, fqdn)) {
        return;
    }
    there = account_find(account, ascii);
    if (there && there->kind != NAME_BLIND) {
        return;
    }
    if (there) {
        account_remove(account, there);
    }
    (void)seed_subdomain(account, NAME_TWIN, fqdn, ascii, subdomain->domain_id);
}

void domain_add_subdomain_virtual(struct call *call)
{
    char prefix[CALL_TEXT_SIZE];
    char ascii[IDN_ASCII_SIZE];
    char fqdn[IDN_UNICODE_SIZE];
    const struct name *domain;
    struct name *there;
    const struct name *added;
    int64_t domain_id;

    if (!call_text(call, "subdomain", prefix) || !call_int(call, "domain_id", &domain_id)) {
        return;
    }
    domain = account_domain_by_id(call->account, domain_id);
    if (!domain) {
        (void)call_refuse(call, "METHOD_FAILED", "Domain not found");
        return;
    }
    if (!join_name(prefix, domain->ascii, ascii, fqdn)) {
        (void)call_refuse(call, "INVALID_DATA", "Incorrect subdomain name");
        return;
    }
    there = account_find(call->account, ascii);
    if (there && there->kind != NAME_BLIND) {
        (void)call_refuse(call, "METHOD_FAILED", "Subdomain already exists");
        return;
    }
    if (there) {
        account_remove(call->account, there);
    }
    added = seed_subdomain(call->account, NAME_SUBDOMAIN, fqdn, ascii, domain_id);
    add_twin(call->account, added);
    call->result = json_new_int(added->id);
}

void domain_delete_subdomain(struct call *call)
{
    struct name *name;
    int64_t id;

    if (!call_int(call, "id", &id)) {
        return;
    }
    name = account_subdomain_by_id(call->account, id);
    if (!name) {
        (void)call_refuse(call, "METHOD_FAILED", "Failed to delete subdomain");
        return;
    }
    name->kind = NAME_BLIND; /* its records stay published until they are cleared */
    name->id = 0;
    name->site_id = 0;
}

void domain_check_domain_to_register(struct call *call)
{
    char ascii[IDN_ASCII_SIZE];
    char fqdn[IDN_UNICODE_SIZE];
    int64_t price;
    int64_t period;
    bool in_system;
    bool affordable;
    struct json *shown;

    if (!read_domain(call, ascii, fqdn, &price) || !call_int(call, "period", &period)) {
        return;
    }
    if (period < 1 || period > 10) {
        (void)call_refuse_input(call);
        return;
    }
    price *= period;
    in_system = account_find(call->account, ascii) != NULL;
    affordable = (double)price <= BALANCE;
    shown = literal(
        "{\"may_be_registered\":true,\"bonus_domains\":0,\"balance\":512.4,"
        "\"pay_type\":\"money\",\"price\":0,\"in_system\":false}");
    json_set_bool(shown, "may_be_registered",
                  !in_system && strncmp(ascii, "taken", strlen("taken")) != 0);
    json_set(shown, "pay_type", affordable ? json_new_text("money") : json_new_bool(false));
    json_set_int(shown, "price", price);
    json_set_bool(shown, "in_system", in_system);
    call->result = shown;
}
