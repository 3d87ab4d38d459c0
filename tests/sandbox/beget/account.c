/* SPDX-License-Identifier: MIT */
#include "tests/sandbox/beget/account.h"

#include "shared/base/compiler.h"
#include "shared/base/mem.h"
#include "shared/io/json.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

enum {
    FIRST_ROOM = 64,
    FIRST_DOMAIN_ID = 10300001,
    FIRST_SUBDOMAIN_ID = 3400001,
    FIRST_ROW_ID = 5012345,
    MOSCOW_OFFSET_S = 3 * 3600,
};

/* clang-format off */
static const char *const TABLE_NAMES[TABLE_COUNT] = {
    [TABLE_SITES] = "sites",               [TABLE_FTP] = "ftp",
    [TABLE_DATABASES] = "databases",       [TABLE_ACCESSES] = "accesses",
    [TABLE_CRON] = "cron",                 [TABLE_MAILBOXES] = "mailboxes",
    [TABLE_FORWARDS] = "forwards",         [TABLE_CATCH_ALL] = "catch_all",
    [TABLE_DIRECTIVES] = "directives",     [TABLE_FILE_BACKUPS] = "file_backups",
    [TABLE_MYSQL_BACKUPS] = "mysql_backups", [TABLE_BACKUP_LOG] = "backup_log",
    [TABLE_FILES] = "files",
};
/* clang-format on */

static const char *const KIND_NAMES[] = {
    [NAME_DOMAIN] = "domain",
    [NAME_SUBDOMAIN] = "subdomain",
    [NAME_TWIN] = "twin",
    [NAME_BLIND] = "blind",
};

void account_init(struct account *account, const char *login)
{
    *account = (struct account){
        .login = login,
        .next_domain_id = FIRST_DOMAIN_ID,
        .next_subdomain_id = FIRST_SUBDOMAIN_ID,
        .next_row_id = FIRST_ROW_ID,
        .ssh = true,
    };
}

static void free_name(struct name *name)
{
    free(name->fqdn);
    free(name->ascii);
    json_free(name->records);
    free(name);
}

void account_free(struct account *account)
{
    for (size_t i = 0; i < account->name_count; i++) {
        free_name(account->names[i]);
    }
    free(account->names);
    for (size_t i = 0; i < TABLE_COUNT; i++) {
        rows_free(&account->tables[i]);
    }
    *account = (struct account){0};
}

struct name *account_add_name(struct account *account, enum name_kind kind, const char *fqdn,
                              const char *ascii)
{
    struct name *name = xcalloc(1, sizeof(*name));

    *name = (struct name){
        .kind = kind,
        .fqdn = xstrdup(fqdn),
        .ascii = xstrdup(ascii),
        .set_type = 1,
        .records = json_object(),
        .php = "8.2",
        .beget_dns = true,
    };
    if (account->name_count == account->name_room) {
        account->name_room = account->name_room ? account->name_room * 2 : FIRST_ROOM;
        account->names = xreallocarray(account->names, account->name_room, sizeof(struct name *));
    }
    account->names[account->name_count] = name;
    account->name_count++;
    return name;
}

struct name *account_find(const struct account *account, const char *ascii)
{
    for (size_t i = 0; i < account->name_count; i++) {
        if (strcasecmp(account->names[i]->ascii, ascii) == 0) {
            return account->names[i];
        }
    }
    return NULL;
}

struct name *account_find_entity(const struct account *account, const char *fqdn)
{
    for (size_t i = 0; i < account->name_count; i++) {
        struct name *name = account->names[i];
        bool entity = name->kind == NAME_DOMAIN || name->kind == NAME_SUBDOMAIN;

        if (entity && (strcasecmp(name->ascii, fqdn) == 0 || strcmp(name->fqdn, fqdn) == 0)) {
            return name;
        }
    }
    return NULL;
}

struct name *account_domain_by_id(const struct account *account, int64_t id)
{
    for (size_t i = 0; i < account->name_count; i++) {
        if (account->names[i]->kind == NAME_DOMAIN && account->names[i]->id == id) {
            return account->names[i];
        }
    }
    return NULL;
}

struct name *account_subdomain_by_id(const struct account *account, int64_t id)
{
    for (size_t i = 0; i < account->name_count; i++) {
        const struct name *name = account->names[i];

        if ((name->kind == NAME_SUBDOMAIN || name->kind == NAME_TWIN) && name->id == id) {
            return account->names[i];
        }
    }
    return NULL;
}

static bool lies_in(const char *ascii, const char *domain)
{
    size_t len = strlen(ascii);
    size_t domain_len = strlen(domain);

    if (len <= domain_len) {
        return strcasecmp(ascii, domain) == 0;
    }
    return ascii[len - domain_len - 1] == '.' && strcasecmp(ascii + len - domain_len, domain) == 0;
}

struct name *account_owner(const struct account *account, const char *ascii)
{
    struct name *owner = NULL;

    for (size_t i = 0; i < account->name_count; i++) {
        struct name *name = account->names[i];

        if (name->kind == NAME_DOMAIN && lies_in(ascii, name->ascii) &&
            (!owner || strlen(name->ascii) > strlen(owner->ascii))) {
            owner = name;
        }
    }
    return owner;
}

static void remove_at(struct account *account, size_t at)
{
    free_name(account->names[at]);
    memmove(&account->names[at], &account->names[at + 1],
            (account->name_count - at - 1) * sizeof(struct name *));
    account->name_count--;
}

void account_remove(struct account *account, struct name *name)
{
    for (size_t i = 0; i < account->name_count; i++) {
        if (account->names[i] == name) {
            remove_at(account, i);
            return;
        }
    }
}

void account_remove_domain(struct account *account, struct name *domain)
{
    int64_t id = domain->id;

    for (size_t i = account->name_count; i > 0; i--) {
        if (account->names[i - 1]->domain_id == id) {
            remove_at(account, i - 1);
        }
    }
}

void name_set_records(struct name *name, int set_type, struct json *records)
{
    json_free(name->records);
    name->records = records;
    name->set_type = set_type;
}

void account_date(int64_t unix_ms, char out[ACCOUNT_DATE_SIZE])
{
    time_t seconds = (time_t)(unix_ms / 1000) + MOSCOW_OFFSET_S;
    struct tm parts = {0};

    (void)gmtime_r(&seconds, &parts);
    if (strftime(out, ACCOUNT_DATE_SIZE, "%Y-%m-%d %H:%M:%S", &parts) == 0) {
        out[0] = '\0';
    }
}

static struct json *show_name(const struct name *name)
{
    struct json *shown = json_object();

    json_set_text(shown, "kind", KIND_NAMES[name->kind]);
    json_set_int(shown, "id", name->id);
    json_set_int(shown, "domain_id", name->domain_id);
    json_set_text(shown, "fqdn", name->fqdn);
    json_set_text(shown, "ascii", name->ascii);
    json_set_int(shown, "set_type", name->set_type);
    json_set(shown, "records", json_copy(name->records));
    json_set_int(shown, "site_id", name->site_id);
    json_set_text(shown, "php_version", name->php);
    json_set_bool(shown, "cgi", name->cgi);
    if (name->kind == NAME_DOMAIN) {
        json_set_bool(shown, "beget_dns", name->beget_dns);
        json_set_bool(shown, "under_control", name->under_control);
        json_set_bool(shown, "technical", name->technical);
    }
    return shown;
}

struct json *account_show(const struct account *account)
{
    struct json *shown = json_object();
    struct json *names = json_list();

    json_set_text(shown, "login", account->login);
    json_set_bool(shown, "ssh", account->ssh);
    json_set_text(shown, "cron_email", account->cron_email);
    for (size_t i = 0; i < account->name_count; i++) {
        (void)json_add(names, show_name(account->names[i]));
    }
    json_set(shown, "names", names);
    for (size_t i = 0; i < TABLE_COUNT; i++) {
        json_set(shown, TABLE_NAMES[i], rows_list(&account->tables[i], ""));
    }
    return shown;
}
