/* SPDX-License-Identifier: MIT */
#include "tests/sandbox/beget/dns.h"

#include "shared/io/json.h"

#include <string.h>

enum { NAME_MAX_BYTES = 253, LABEL_MAX_BYTES = 63, PRIORITY_STEP = 10 };

/* clang-format off */
const struct dns_type DNS_TYPES[DNS_TYPE_COUNT] = {
    /* name      group          shape            key         most */
    {"A",      GROUP_SET,     SHAPE_IPV4,      "address",  10},
    {"AAAA",   GROUP_SET,     SHAPE_IPV6,      "address",  10},
    {"MX",     GROUP_SET,     SHAPE_MX,        "exchange", 10},
    {"TXT",    GROUP_SET,     SHAPE_TEXT,      "txtdata",  10},
    {"CAA",    GROUP_SET,     SHAPE_CAA,       "value",    10},
    {"SRV",    GROUP_SET,     SHAPE_SRV,       "target",   10},
    {"NS",     GROUP_NS,      SHAPE_HOST,      "nsdname",  10},
    {"CNAME",  GROUP_CNAME,   SHAPE_HOST,      "cname",    1},
    {"DNS",    GROUP_SERVERS, SHAPE_SERVER,    "value",    4},
    {"DNS_IP", GROUP_SERVERS, SHAPE_SERVER_IP, "value",    4},
};
/* clang-format on */

const struct dns_type *dns_type(const char *name)
{
    for (size_t i = 0; name && i < DNS_TYPE_COUNT; i++) {
        if (strcmp(DNS_TYPES[i].name, name) == 0) {
            return &DNS_TYPES[i];
        }
    }
    return NULL;
}

bool dns_is_empty(const struct json *records)
{
    for (const struct json *list = json_first(records); list; list = json_next(list)) {
        if (json_count(list) > 0) {
            return false;
        }
    }
    return true;
}

bool dns_is_host(const char *text)
{
    static const char ALLOWED[] =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
        "0123456789-_*.";
    size_t len = strlen(text);

    if (len == 0 || len > NAME_MAX_BYTES || strspn(text, ALLOWED) != len) {
        return false;
    }
    for (const char *at = text;; at++) {
        size_t label = strcspn(at, ".");

        if (label == 0 || label > LABEL_MAX_BYTES) {
            return false;
        }
        at += label;
        if (*at == '\0') {
            return true;
        }
    }
}

/* ---- the documented form ---- */

static struct json *docs_record(const struct dns_type *type, const struct json *record,
                                int64_t index)
{
    const char *value = json_text(record, type->key);
    int64_t priority = (index + 1) * PRIORITY_STEP;
    struct json *shown = json_object();

    (void)json_int(record, "preference", &priority);
    if (type->shape == SHAPE_SERVER_IP && value && value[0] == '\0') {
        value = NULL;
    }
    json_set(shown, "value", value ? json_new_text(value) : json_new_null());
    json_set_int(shown, "priority", priority);
    return shown;
}

static struct json *docs_list(const struct dns_type *type, const struct json *list)
{
    struct json *shown = json_list();
    int64_t index = 0;

    for (const struct json *record = json_first(list); record; record = json_next(record)) {
        (void)json_add(shown, docs_record(type, record, index));
        index++;
    }
    return shown;
}

struct json *dns_in_docs_form(const struct json *records, int set_type)
{
    struct json *shown = json_object();

    for (const struct json *list = json_first(records); list; list = json_next(list)) {
        const char *name = json_name(list);
        const struct dns_type *type = dns_type(name);
        bool as_it_is = !type || type->shape == SHAPE_CAA || type->shape == SHAPE_SRV;

        if (name) {
            json_set(shown, name, as_it_is ? json_copy(list) : docs_list(type, list));
        }
    }
    if (set_type == GROUP_SET && !json_at(shown, "TXT")) {
        struct json *nothing = json_list();
        struct json *record = json_add(nothing, json_object());

        json_set_text(record, "value", "");
        json_set_int(record, "priority", 0);
        json_set(shown, "TXT", nothing);
    }
    return shown;
}
