/* SPDX-License-Identifier: MIT */
/* The PHP part of the domain section: versions and directives. */
#include "tests/sandbox/beget/handlers.h"

#include "shared/base/buf.h"
#include "shared/io/json.h"

#include <string.h>

enum { KEY_MAX_BYTES = 64 * 1024 };

static const char *const VERSIONS[] = {"5.6", "7.4", "8.0", "8.1", "8.2", "8.3"};

static const char *const DIRECTIVES[] = {"php_admin_flag", "php_admin_value", "php_value",
                                         "php_flag"};

/* The member of `texts` that equals `text`, or NULL. */
static const char *find_text(const char *const texts[], size_t count, const char *text)
{
    for (size_t i = 0; i < count; i++) {
        if (strcmp(texts[i], text) == 0) {
            return texts[i];
        }
    }
    return NULL;
}

/* The name in full_fqdn, or NULL after a refusal. */
static struct name *find_name(struct call *call)
{
    char fqdn[CALL_TEXT_SIZE];
    struct name *name;

    if (!call_text(call, "full_fqdn", fqdn)) {
        return NULL;
    }
    name = account_find_entity(call->account, fqdn);
    if (!name) {
        (void)call_refuse(call, "METHOD_FAILED", "Domain not found");
    }
    return name;
}

void domain_get_php_version(struct call *call)
{
    const struct name *name = find_name(call);
    struct json *versions;

    if (!name) {
        return;
    }
    versions = json_list();
    for (size_t i = 0; i < ARRAY_LEN(VERSIONS); i++) {
        (void)json_add(versions, json_new_text(VERSIONS[i]));
    }
    call->result = json_object();
    json_set_text(call->result, "full_fqdn", name->fqdn);
    json_set_text(call->result, "php_version", name->php);
    json_set_text(call->result, "cgi", name->cgi ? "enabled" : "disabled");
    json_set(call->result, "allowed_versions", versions);
}

void domain_change_php_version(struct call *call)
{
    struct name *name = find_name(call);
    char version[CALL_TEXT_SIZE];
    const char *known;
    bool cgi = false;

    if (!name || !call_text(call, "php_version", version)) {
        return;
    }
    known = find_text(VERSIONS, ARRAY_LEN(VERSIONS), version);
    if (!known) {
        (void)call_refuse(call, "INVALID_DATA", "Unknown PHP version");
        return;
    }
    (void)json_bool(call->input, "is_cgi", &cgi); /* absent switches CGI off */
    name->php = known;
    name->cgi = cgi;
    call->result = json_object();
    json_set_text(call->result, "full_fqdn", name->fqdn);
    json_set_text(call->result, "result", "changes will take effect in some time");
    json_set_text(call->result, "php_version", name->php);
    json_set_text(call->result, "cgi", name->cgi ? "enabled" : "disabled");
}

void domain_get_directives(struct call *call)
{
    const struct name *name = find_name(call);
    struct buf prefix;

    if (!name) {
        return;
    }
    buf_init(&prefix, KEY_MAX_BYTES);
    buf_addf(&prefix, "%s ", name->fqdn);
    call->result = rows_list(&call->account->tables[TABLE_DIRECTIVES], buf_text(&prefix));
    buf_free(&prefix);
}

/* Every member of directives_list is {name, value} with a known name. */
static bool check_directives(struct call *call, const struct json *list)
{
    size_t count = 0;

    for (const struct json *one = json_first(list); one; one = json_next(one)) {
        const char *name = json_text(one, "name");

        if (!name || !find_text(DIRECTIVES, ARRAY_LEN(DIRECTIVES), name) ||
            !json_text(one, "value")) {
            return call_refuse(call, "INVALID_DATA", "Incorrect directive");
        }
        count++;
    }
    return count > 0 || call_refuse_input(call);
}

static void change_directives(struct call *call, bool add)
{
    struct rows *table = &call->account->tables[TABLE_DIRECTIVES];
    const struct json *list = json_at(call->input, "directives_list");
    const struct name *name = find_name(call);

    if (!name || !check_directives(call, list)) {
        return;
    }
    for (const struct json *one = json_first(list); one; one = json_next(one)) {
        struct buf key;

        buf_init(&key, KEY_MAX_BYTES);
        buf_addf(&key, "%s %s=%s", name->fqdn, json_text(one, "name"), json_text(one, "value"));
        if (add) {
            (void)rows_add(table, buf_text(&key), json_copy(one)); /* there already: stays */
        } else {
            (void)rows_remove(table, buf_text(&key));
        }
        buf_free(&key);
    }
}

void domain_add_directives(struct call *call)
{
    change_directives(call, true);
}

void domain_remove_directives(struct call *call)
{
    change_directives(call, false);
}
