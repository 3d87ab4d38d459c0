/* SPDX-License-Identifier: MIT */
#include "tests/sandbox/beget/seed.h"

#include "shared/base/compiler.h"
#include "shared/io/idn.h"
#include "shared/io/json.h"
#include "tests/sandbox/beget/generate.h"
#include "tests/sandbox/beget/literal.h"

#include <stdio.h>
#include <string.h>

enum { ROW_MAX_BYTES = 4096 };

#define SERVERS                                                             \
    "\"DNS\":[{\"value\":\"ns1.beget.pro\"},{\"value\":\"ns2.beget.pro\"}," \
    "{\"value\":\"ns1.beget.com\"},{\"value\":\"ns2.beget.com\"}],"         \
    "\"DNS_IP\":[{\"value\":\"\"},{\"value\":\"\"},{\"value\":\"\"},{\"value\":\"\"}]"
#define NO_SERVERS "\"DNS\":[],\"DNS_IP\":[]"
#define MAIL                                                                   \
    "\"MX\":[{\"ttl\":300,\"exchange\":\"mx2.beget.com.\",\"preference\":20}," \
    "{\"ttl\":300,\"exchange\":\"mx1.beget.com.\",\"preference\":10}],"        \
    "\"TXT\":[{\"ttl\":300,\"txtdata\":\"v=spf1 redirect=beget.com\"}]"
#define ADDRESS "\"A\":[{\"ttl\":300,\"address\":\"198.51.100.20\"}]"

static const char DOMAIN_RECORDS[] = "{" MAIL "," ADDRESS "," SERVERS "}";

static const char SUBDOMAIN_RECORDS[] =
    "{\"A\":[{\"ttl\":600,\"address\":\"198.51.100.20\"}],"
    "\"MX\":[{\"ttl\":300,\"exchange\":\"mx1.beget.com.\",\"preference\":10},"
    "{\"ttl\":300,\"exchange\":\"mx2.beget.com.\",\"preference\":20}],"
    "\"TXT\":[{\"ttl\":300,\"txtdata\":\"v=spf1 redirect=beget.com\"}]," NO_SERVERS "}";

struct seed_name {
    enum name_kind kind;
    int64_t id;
    int64_t domain_id;
    const char *ascii; /* NULL: LOGIN.beget.tech */
    int set_type;
    bool beget_dns;
    bool under_control;
    const char *records; /* NULL: the default of its kind */
};

/* clang-format off */
static const struct seed_name NAMES[] = {
    {NAME_DOMAIN, 10234567, 10234567, "example-shop.ru", 1, true, true,
     "{\"MX\":[{\"ttl\":300,\"exchange\":\"mx2.beget.com.\",\"preference\":20},"
     "{\"ttl\":300,\"exchange\":\"mx1.beget.com.\",\"preference\":10}],"
     "\"TXT\":[{\"ttl\":300,\"txtdata\":\"v=spf1 redirect=beget.com\"},"
     "{\"ttl\":300,\"txtdata\":\"google-site-verification=aBc_123-XyZ/+=\"}],"
     "\"A\":[{\"ttl\":300,\"address\":\"198.51.100.20\"}],"
     "\"AAAA\":[{\"ttl\":300,\"address\":\"2001:db8::20\"}],"
     "\"CAA\":[{\"ttl\":300,\"flags\":0,\"tag\":\"issue\",\"value\":\"letsencrypt.org\"}],"
     SERVERS "}"},
    {NAME_DOMAIN, 10234570, 10234570, "xn--e1afmkfd.xn--p1ai", 1, true, true, NULL},
    {NAME_DOMAIN, 10234571, 10234571, "example.com", 1, false, false,
     "{" ADDRESS ",\"DNS\":[{\"value\":\"ada.ns.example\"},{\"value\":\"bob.ns.example\"}],"
     "\"DNS_IP\":[{\"value\":\"\"},{\"value\":\"\"}]}"},
    {NAME_DOMAIN, 9001002, 9001002, NULL, 1, true, false, NULL},
    {NAME_SUBDOMAIN, 3344001, 10234567, "blog.example-shop.ru", 1, true, false, NULL},
    {NAME_TWIN, 3344002, 10234567, "www.blog.example-shop.ru", 1, true, false, NULL},
    {NAME_SUBDOMAIN, 3344003, 10234567, "shop.example-shop.ru", 3, true, false,
     "{\"CNAME\":[{\"cname\":\"target.example.net.\",\"ttl\":600}]," NO_SERVERS "}"},
    {NAME_SUBDOMAIN, 3344004, 10234567, "lab.example-shop.ru", 2, true, false,
     "{\"NS\":[{\"ttl\":600,\"nsdname\":\"ns1.other.net.\"},"
     "{\"ttl\":600,\"nsdname\":\"ns2.other.net.\"}]," NO_SERVERS "}"},
    {NAME_SUBDOMAIN, 3344005, 10234567, "sip.example-shop.ru", 1, true, false,
     "{\"A\":[{\"ttl\":600,\"address\":\"198.51.100.30\"}],"
     "\"SRV\":[{\"ttl\":600,\"priority\":10,\"weight\":5,\"port\":5060,"
     "\"target\":\"sip.example.net.\"}]," NO_SERVERS "}"},
    {NAME_SUBDOMAIN, 3344006, 10234567, "user.forum.example-shop.ru", 1, true, false, NULL},
};

/* Written for the login "sandbox"; with_login() replaces it. */
static const struct {
    enum table table;
    const char *key;
    const char *json;
} TABLES[] = {
    {TABLE_SITES, "125", "{\"id\":125,\"path\":\"example-shop.ru/public_html\",\"frozen\":false}"},
    {TABLE_SITES, "124", "{\"id\":124,\"path\":\"empty.ru/public_html\",\"frozen\":false}"},
    {TABLE_FTP, "sandbox_ftp1", "{\"login\":\"sandbox_ftp1\",\"homedir\":\"/example-shop.ru/public_html\"}"},
    {TABLE_DATABASES, "sandbox_wp", "{\"name\":\"sandbox_wp\",\"size\":44}"},
    {TABLE_DATABASES, "sandbox_shop", "{\"name\":\"sandbox_shop\",\"size\":1}"},
    {TABLE_ACCESSES, "sandbox_wp localhost", "{\"name\":\"localhost\"}"},
    {TABLE_ACCESSES, "sandbox_wp 203.0.113.5", "{\"name\":\"203.0.113.5\"}"},
    {TABLE_ACCESSES, "sandbox_shop localhost", "{\"name\":\"localhost\"}"},
    {TABLE_CRON, "1203344",
     "{\"row_number\":1203344,\"minutes\":\"*/10\",\"hours\":\"*\",\"days\":\"*\",\"months\":\"*\","
     "\"weekdays\":\"*\",\"command\":\"/usr/local/bin/php8.2 ~/example-shop.ru/public_html/cron.php\","
     "\"is_hidden\":0}"},
    {TABLE_MAILBOXES, "example-shop.ru info",
     "{\"mailbox\":\"info\",\"domain\":\"example-shop.ru\",\"spam_filter_status\":1,"
     "\"forward_mail_status\":\"no_forward\"}"},
    {TABLE_MAILBOXES, "example-shop.ru sales.dep",
     "{\"mailbox\":\"sales.dep\",\"domain\":\"example-shop.ru\",\"spam_filter_status\":0,"
     "\"forward_mail_status\":\"forward_and_delete\"}"},
    {TABLE_FORWARDS, "example-shop.ru sales.dep admin@example.org",
     "{\"forward_mailbox\":\"admin@example.org\"}"},
    {TABLE_DIRECTIVES, "example-shop.ru php_admin_value=memory_limit 256M",
     "{\"name\":\"php_admin_value\",\"value\":\"memory_limit 256M\"}"},
    {TABLE_FILE_BACKUPS, "371002210", "{\"backup_id\":371002210,\"date\":\"2025-04-06 05:12:33\"}"},
    {TABLE_FILE_BACKUPS, "370844175", "{\"backup_id\":370844175,\"date\":\"2025-04-04 05:40:09\"}"},
    {TABLE_MYSQL_BACKUPS, "371002305", "{\"backup_id\":371002305,\"date\":\"2025-04-06 05:20:41\"}"},
    {TABLE_BACKUP_LOG, "91455",
     "{\"id\":91455,\"operation\":\"restore\",\"type\":\"restore_file\","
     "\"date_create\":\"2025-03-05 13:55:20\",\"target_list\":[\"/example-shop.ru/public_html\"],"
     "\"status\":\"success\"}"},
    {TABLE_BACKUP_LOG, "91507",
     "{\"id\":91507,\"operation\":\"download\",\"type\":\"download_mysql\","
     "\"date_create\":\"2025-03-06 14:22:13\",\"target_list\":[\"sandbox_shop\"],"
     "\"status\":\"success\"}"},
    {TABLE_FILES, "/ example-shop.ru",
     "{\"name\":\"example-shop.ru\",\"is_dir\":1,\"mtime\":\"2025-02-25 18:35:05\",\"size\":4096}"},
    {TABLE_FILES, "/ empty.ru",
     "{\"name\":\"empty.ru\",\"is_dir\":1,\"mtime\":\"2025-01-14 09:00:41\",\"size\":4096}"},
    {TABLE_FILES, "/example-shop.ru public_html",
     "{\"name\":\"public_html\",\"is_dir\":1,\"mtime\":\"2025-02-25 18:35:05\",\"size\":4096}"},
    {TABLE_FILES, "/example-shop.ru/public_html wp-content",
     "{\"name\":\"wp-content\",\"is_dir\":1,\"mtime\":\"2025-02-25 18:35:05\",\"size\":4096}"},
    {TABLE_FILES, "/example-shop.ru/public_html index.php",
     "{\"name\":\"index.php\",\"is_dir\":0,\"mtime\":\"2024-11-13 11:02:13\",\"size\":405}"},
};
/* clang-format on */

static const char *default_records(enum name_kind kind)
{
    return kind == NAME_DOMAIN ? DOMAIN_RECORDS : SUBDOMAIN_RECORDS;
}

static void set_date(char out[ACCOUNT_DATE_SIZE], const char *date)
{
    (void)snprintf(out, ACCOUNT_DATE_SIZE, "%s", date);
}

static void seed_name(struct account *account, const struct seed_name *seed)
{
    char technical[IDN_ASCII_SIZE];
    const char *ascii = seed->ascii;
    char fqdn[IDN_UNICODE_SIZE];
    struct name *name;

    if (!ascii) {
        (void)snprintf(technical, sizeof(technical), "%s.beget.tech", account->login);
        ascii = technical;
    }
    idn_to_unicode(ascii, fqdn);
    name = account_add_name(account, seed->kind, fqdn, ascii);
    name->id = seed->id;
    name->domain_id = seed->domain_id;
    name->beget_dns = seed->beget_dns;
    name->under_control = seed->under_control;
    name->technical = !seed->ascii;
    set_date(name->date_add, seed->ascii ? "2025-03-11 09:15:20" : "2021-03-02 12:00:00");
    set_date(name->date_register, seed->under_control ? "2025-03-11" : "");
    set_date(name->date_expire, seed->under_control ? "2026-03-11" : "");
    name_set_records(name, seed->set_type,
                     literal(seed->records ? seed->records : default_records(seed->kind)));
}

/* Replaces the login that TABLES is written with. */
static void with_login(const char *text, const char *login, struct buf *out)
{
    static const char WRITTEN[] = "sandbox_";
    const char *found = strstr(text, WRITTEN);

    while (found) {
        buf_add(out, text, (size_t)(found - text));
        buf_addf(out, "%s_", login);
        text = found + strlen(WRITTEN);
        found = strstr(text, WRITTEN);
    }
    buf_add(out, text, strlen(text));
}

static void seed_tables(struct account *account)
{
    for (size_t i = 0; i < ARRAY_LEN(TABLES); i++) {
        struct buf key;
        struct buf json;

        buf_init(&key, ROW_MAX_BYTES);
        buf_init(&json, ROW_MAX_BYTES);
        with_login(TABLES[i].key, account->login, &key);
        with_login(TABLES[i].json, account->login, &json);
        (void)rows_add(&account->tables[TABLES[i].table], buf_text(&key), literal(buf_text(&json)));
        buf_free(&key);
        buf_free(&json);
    }
}

void seed_account(struct account *account, int64_t domains)
{
    for (size_t i = 0; i < ARRAY_LEN(NAMES); i++) {
        seed_name(account, &NAMES[i]);
    }
    account_find(account, "example-shop.ru")->site_id = 125;
    seed_tables(account);
    for (int64_t i = 1; i <= domains; i++) {
        generate_domain(account, i);
    }
}

struct name *seed_domain(struct account *account, const char *fqdn, const char *ascii,
                         int64_t now_ms)
{
    struct name *name = account_add_name(account, NAME_DOMAIN, fqdn, ascii);

    name->id = account->next_domain_id;
    name->domain_id = name->id;
    account->next_domain_id++;
    account_date(now_ms, name->date_add);
    name_set_records(name, 1, literal(DOMAIN_RECORDS));
    return name;
}

struct name *seed_subdomain(struct account *account, enum name_kind kind, const char *fqdn,
                            const char *ascii, int64_t domain_id)
{
    struct name *name = account_add_name(account, kind, fqdn, ascii);

    name->id = account->next_subdomain_id;
    name->domain_id = domain_id;
    account->next_subdomain_id++;
    name_set_records(name, 1, literal(SUBDOMAIN_RECORDS));
    return name;
}
