/* SPDX-License-Identifier: MIT */
/*
 * dns/changeRecords: never an addition. A group that is sent takes the place of
 * everything the name had, but for the name servers, which stand apart.
 */
#include "tests/sandbox/beget/handlers.h"

#include "shared/io/idn.h"
#include "shared/io/json.h"
#include "tests/sandbox/beget/dns.h"
#include "tests/sandbox/beget/dns_record.h"

#include <string.h>
#include <strings.h>

enum { GROUP_END = GROUP_SERVERS + 1 };

/* A request, read and checked. */
struct change {
    const struct name *domain;          /* that the name is or lies in                      */
    const char *fqdn;                   /* as sent                                          */
    bool is_domain;                     /* the name is that domain                          */
    struct json *lists[DNS_TYPE_COUNT]; /* owned, as getData shows them; NULL when not sent */
    bool sent[GROUP_END];               /* some list of the group was sent, if only empty   */
    bool used[GROUP_END];               /* some list of the group has a member              */
};

static size_t row_of(const struct dns_type *type)
{
    return (size_t)(type - DNS_TYPES);
}

static size_t row_named(const char *name)
{
    return row_of(dns_type(name));
}

/* ---- reading the request ---- */

static bool read_list(struct call *call, const struct dns_type *type, const struct json *sent,
                      struct json *list)
{
    int64_t index = 0;

    if (json_type(sent) != JSON_LIST && json_type(sent) != JSON_OBJECT) {
        return call_refuse(call, "INVALID_DATA", "Incorrect list of %s records", type->name);
    }
    if (json_count(sent) > type->most) {
        return call_refuse(call, "INVALID_DATA", "Too many %s records", type->name);
    }
    for (const struct json *record = json_first(sent); record; record = json_next(record)) {
        struct json *shown = NULL;
        enum dns_verdict verdict = dns_record_read(type, record, index, &shown);

        if (verdict == DNS_RECORD_BAD) {
            return call_refuse(call, "INVALID_DATA", "Incorrect value of %s record", type->name);
        }
        if (verdict == DNS_RECORD_GOOD) {
            (void)json_add(list, shown);
        }
        index++;
    }
    return true;
}

static bool is_lost(const struct call *call, const struct dns_type *type)
{
    bool barely_supported = type->shape == SHAPE_CAA || type->shape == SHAPE_SRV;

    return barely_supported && call->modes->caa_srv == CAA_SRV_DROP;
}

static bool read_lists(struct call *call, struct change *change)
{
    const struct json *records = json_at(call->input, "records");

    if (json_type(records) != JSON_OBJECT &&
        (json_type(records) != JSON_LIST || json_count(records) > 0)) {
        return call_refuse_input(call);
    }
    for (const struct json *sent = json_first(records); sent; sent = json_next(sent)) {
        const struct dns_type *type = dns_type(json_name(sent));
        struct json *list;

        if (!type || change->lists[row_of(type)]) {
            continue; /* unknown types are not looked at */
        }
        list = json_list();
        change->lists[row_of(type)] = list;
        change->sent[type->group] = true;
        if (!is_lost(call, type) && !read_list(call, type, sent, list)) {
            return false;
        }
        change->used[type->group] = change->used[type->group] || json_count(list) > 0;
    }
    change->sent[GROUP_SET] = change->sent[GROUP_SET] || json_count(records) == 0;
    return true;
}

/* ---- the rules ---- */

static bool same_values(const struct json *a, const struct json *b)
{
    const struct json *left = json_first(a);
    const struct json *right = json_first(b);

    while (left && right) {
        const char *one = json_text(left, "value");
        const char *other = json_text(right, "value");

        if (!one || !other || strcasecmp(one, other) != 0) {
            return false;
        }
        left = json_next(left);
        right = json_next(right);
    }
    return !left && !right;
}

/* True when a name server lies in the domain itself, so that its address must be sent too. */
static bool needs_glue(const struct call *call, const struct change *change)
{
    const struct json *servers = change->lists[row_named("DNS")];

    for (const struct json *one = json_first(servers); one; one = json_next(one)) {
        if (account_owner(call->account, json_text(one, "value")) == change->domain) {
            return true;
        }
    }
    return false;
}

static bool check_servers(struct call *call, const struct change *change)
{
    const struct json *servers = change->lists[row_named("DNS")];
    size_t addresses = json_count(change->lists[row_named("DNS_IP")]);

    if (!change->is_domain) {
        return call_refuse(call, "INVALID_DATA", "DNS servers cannot be set for a subdomain");
    }
    if (!change->domain->under_control &&
        (addresses > 0 || !same_values(servers, json_at(change->domain->records, "DNS")))) {
        return call_refuse(call, "INVALID_DATA", "The domain is not under control");
    }
    if (addresses > 0 && addresses != json_count(servers)) {
        return call_refuse(call, "INVALID_DATA", "DNS and DNS_IP differ in number");
    }
    if (addresses == 0 && needs_glue(call, change)) {
        return call_refuse(call, "INVALID_DATA", "DNS_IP is required");
    }
    return true;
}

static bool check_rules(struct call *call, const struct change *change)
{
    const bool *used = change->used;

    if (used[GROUP_SET] + used[GROUP_NS] + used[GROUP_CNAME] > 1) {
        return call_refuse(call, "INVALID_DATA", "Records of different groups cannot be mixed");
    }
    if (change->is_domain && (used[GROUP_NS] || used[GROUP_CNAME])) {
        return call_refuse(call, "INVALID_DATA", "NS and CNAME are for subdomains only");
    }
    if (change->is_domain && change->domain->technical &&
        json_count(change->lists[row_named("A")]) > 0) {
        return call_refuse_object(call, "INVALID_DATA_SINGLE");
    }
    return !used[GROUP_SERVERS] || check_servers(call, change);
}

/* ---- the effect ---- */

/* The largest preference under `below`, or -1. */
static int64_t next_preference(const struct json *list, int64_t below)
{
    int64_t next = -1;
    int64_t preference = 0;

    for (const struct json *mx = json_first(list); mx; mx = json_next(mx)) {
        if (json_int(mx, "preference", &preference) && preference < below && preference > next) {
            next = preference;
        }
    }
    return next;
}

static void add_preference(struct json *to, const struct json *list, int64_t wanted)
{
    int64_t preference = 0;

    for (const struct json *mx = json_first(list); mx; mx = json_next(mx)) {
        if (json_int(mx, "preference", &preference) && preference == wanted) {
            (void)json_add(to, json_copy(mx));
        }
    }
}

/* MX is shown from the largest preference to the smallest, as captures have it. */
static struct json *mx_order(const struct json *list)
{
    struct json *ordered = json_list();
    int64_t next = next_preference(list, INT64_MAX);

    while (next >= 0) {
        add_preference(ordered, list, next);
        next = next_preference(list, next);
    }
    return ordered;
}

static void copy_group(struct json *to, const struct json *from, bool servers)
{
    for (const struct json *list = json_first(from); list; list = json_next(list)) {
        const struct dns_type *type = dns_type(json_name(list));

        if (type && (type->group == GROUP_SERVERS) == servers) {
            json_set(to, type->name, json_copy(list));
        }
    }
}

/* The lists of the group in force; the forced A of the technical domain stays. */
static void set_lists(struct json *to, const struct change *change, enum dns_group group,
                      const struct json *before)
{
    for (size_t i = 0; i < DNS_TYPE_COUNT; i++) {
        if (DNS_TYPES[i].group == group && json_count(change->lists[i]) > 0) {
            json_set(to, DNS_TYPES[i].name,
                     DNS_TYPES[i].shape == SHAPE_MX ? mx_order(change->lists[i])
                                                    : json_copy(change->lists[i]));
        }
    }
    if (change->is_domain && change->domain->technical && json_at(before, "A")) {
        json_set(to, "A", json_copy(json_at(before, "A")));
    }
}

/* DNS as sent, and DNS_IP as sent or an empty one for each. */
static void set_servers(struct json *to, const struct change *change)
{
    const struct json *servers = change->lists[row_named("DNS")];
    const struct json *addresses = change->lists[row_named("DNS_IP")];
    struct json *shown = json_list();

    for (size_t i = 0; json_count(addresses) == 0 && i < json_count(servers); i++) {
        json_set_text(json_add(shown, json_object()), "value", "");
    }
    json_set(to, "DNS", json_copy(servers));
    if (json_count(addresses) > 0) {
        json_free(shown);
        shown = json_copy(addresses);
    }
    json_set(to, "DNS_IP", shown);
}

static bool is_served_here(const struct json *servers)
{
    for (const struct json *one = json_first(servers); one; one = json_next(one)) {
        const char *host = json_text(one, "value");

        if (host && strstr(host, ".beget.")) {
            return true;
        }
    }
    return false;
}

/* The group that is to be in force, or NONE when the records are not touched. */
static enum dns_group group_in_force(const struct change *change)
{
    if (change->used[GROUP_NS]) {
        return GROUP_NS;
    }
    if (change->used[GROUP_CNAME]) {
        return GROUP_CNAME;
    }
    if (change->sent[GROUP_SET] || change->sent[GROUP_NS] || change->sent[GROUP_CNAME]) {
        return GROUP_SET; /* with empty lists: nothing is left */
    }
    return GROUP_NONE;
}

static void apply(struct name *name, const struct change *change)
{
    enum dns_group group = group_in_force(change);
    struct json *records = json_object();

    if (group != GROUP_NONE) {
        set_lists(records, change, group, name->records);
    } else {
        copy_group(records, name->records, false);
    }
    if (change->used[GROUP_SERVERS]) {
        set_servers(records, change);
        name->beget_dns = is_served_here(json_at(records, "DNS"));
    } else {
        copy_group(records, name->records, true);
    }
    name_set_records(name, group != GROUP_NONE ? (int)group : name->set_type, records);
}

/* The name to write to; one that nobody has made comes into being, unseen by getData. */
static struct name *find_or_add(struct call *call, const struct change *change)
{
    struct name *name = account_find(call->account, change->fqdn);
    char ascii[IDN_ASCII_SIZE];
    char fqdn[IDN_UNICODE_SIZE];
    struct err err = ERR_INIT;

    if (name) {
        return name;
    }
    if (!dns_is_host(change->fqdn) || !idn_to_ascii(change->fqdn, ascii, &err)) {
        (void)call_refuse(call, "INVALID_DATA", "Incorrect name");
        return NULL;
    }
    idn_to_unicode(ascii, fqdn);
    name = account_add_name(call->account, NAME_BLIND, fqdn, ascii);
    name->domain_id = change->domain->id;
    return name;
}

void dns_change_records(struct call *call)
{
    char fqdn[CALL_TEXT_SIZE];
    struct change change = {.fqdn = fqdn};
    struct name *name = NULL;

    if (!call_text(call, "fqdn", fqdn)) {
        return;
    }
    change.domain = account_owner(call->account, fqdn);
    if (!change.domain) {
        (void)call_refuse_object(call, "NOT_FOUND_ERROR");
        return;
    }
    change.is_domain = strcasecmp(fqdn, change.domain->ascii) == 0;
    if (read_lists(call, &change) && check_rules(call, &change)) {
        name = find_or_add(call, &change);
    }
    if (name) {
        apply(name, &change);
        if (name->kind == NAME_BLIND && dns_is_empty(name->records)) {
            account_remove(call->account, name);
        }
    }
    for (size_t i = 0; i < DNS_TYPE_COUNT; i++) {
        json_free(change.lists[i]);
    }
}
