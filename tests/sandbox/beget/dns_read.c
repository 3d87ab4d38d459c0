/* SPDX-License-Identifier: MIT */
/* dns/getData */
#include "tests/sandbox/beget/handlers.h"

#include "shared/io/json.h"
#include "tests/sandbox/beget/dns.h"

/* Sets "records" unless the mode is to leave it out. */
static void set_records(const struct call *call, struct json *shown, const struct name *name)
{
    if (!dns_is_empty(name->records)) {
        json_set(shown, "records",
                 call->modes->types == TYPES_DOCS ? dns_in_docs_form(name->records, name->set_type)
                                                  : json_copy(name->records));
    } else if (call->modes->records_empty == EMPTY_OBJECT) {
        json_set(shown, "records", json_object());
    } else if (call->modes->records_empty == EMPTY_LIST) {
        json_set(shown, "records", json_list());
    }
}

void dns_get_data(struct call *call)
{
    char fqdn[CALL_TEXT_SIZE];
    const struct name *name;
    const struct name *domain;

    if (!call_text(call, "fqdn", fqdn)) {
        return;
    }
    name = account_find(call->account, fqdn);
    if (!name || name->kind == NAME_TWIN || name->kind == NAME_BLIND) {
        (void)call_refuse(call, "METHOD_FAILED", "Failed to get DNS records");
        return;
    }
    domain = account_owner(call->account, name->ascii);
    call->result = json_object();
    json_set_bool(call->result, "is_under_control", domain && domain->under_control);
    json_set_bool(call->result, "is_beget_dns", domain && domain->beget_dns);
    json_set_bool(call->result, "is_subdomain", name->kind == NAME_SUBDOMAIN);
    json_set_text(call->result, "fqdn", name->ascii);
    set_records(call, call->result, name);
    json_set_int(call->result, "set_type", name->set_type);
}
