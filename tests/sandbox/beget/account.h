/* SPDX-License-Identifier: MIT */
/*
 * What a hosting account holds: names with their DNS records, and one table
 * for each of the other things. No locking: the caller serialises.
 *
 * Every domain and subdomain is a name. Besides there are the "www." twins
 * that the hosting makes with a subdomain, and blind names: written by
 * dns/changeRecords, published, but not to be read back.
 */
#ifndef TESTS_SANDBOX_BEGET_ACCOUNT_H
#define TESTS_SANDBOX_BEGET_ACCOUNT_H

#include "tests/sandbox/beget/rows.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct json;

enum name_kind { NAME_DOMAIN, NAME_SUBDOMAIN, NAME_TWIN, NAME_BLIND };

enum { ACCOUNT_DATE_SIZE = 20 }; /* "2025-03-11 09:15:20" and the NUL */

struct name {
    enum name_kind kind;
    int64_t id;           /* of the domain or subdomain; 0 for a blind name               */
    int64_t domain_id;    /* of the domain it lies in, its own id for a domain            */
    char *fqdn;           /* owned, native script, as lists show it                       */
    char *ascii;          /* owned, punycode, as the DNS has it                           */
    int set_type;         /* 1 A MX TXT.., 2 NS, 3 CNAME                                  */
    struct json *records; /* owned, as dns/getData shows them                             */
    int64_t site_id;      /* the site it is linked to, or 0                               */
    const char *php;      /* PHP version, static                                              */
    bool cgi;             /* PHP runs as CGI                                              */
    bool beget_dns;       /* domains: served by the hosting's name servers                */
    bool under_control;   /* domains: registered through the hosting                      */
    bool technical;       /* domains: LOGIN.beget.tech, its A record cannot be changed    */
    char date_add[ACCOUNT_DATE_SIZE];
    char date_register[ACCOUNT_DATE_SIZE]; /* "" when not registered through the hosting  */
    char date_expire[ACCOUNT_DATE_SIZE];   /* "" when not registered through the hosting  */
};

enum table {
    TABLE_SITES,         /* key: id                                  */
    TABLE_FTP,           /* key: login                               */
    TABLE_DATABASES,     /* key: name                                */
    TABLE_ACCESSES,      /* key: database, blank, access             */
    TABLE_CRON,          /* key: row_number                          */
    TABLE_MAILBOXES,     /* key: domain, blank, mailbox              */
    TABLE_FORWARDS,      /* key: the mailbox's, blank, address       */
    TABLE_CATCH_ALL,     /* key: domain                              */
    TABLE_DIRECTIVES,    /* key: name, blank, directive, "=", value  */
    TABLE_FILE_BACKUPS,  /* key: backup_id                           */
    TABLE_MYSQL_BACKUPS, /* key: backup_id                           */
    TABLE_BACKUP_LOG,    /* key: id                                  */
    TABLE_FILES,         /* key: directory, blank, name              */
    TABLE_COUNT,
};

struct account {
    const char *login;               /* borrowed                                */
    struct name **names;             /* owned, in order of addition             */
    size_t name_count;               /* in use                                  */
    size_t name_room;                /* allocated                               */
    struct rows tables[TABLE_COUNT]; /* everything else                         */
    int64_t next_domain_id;          /* each the id that the next addition gets */
    int64_t next_subdomain_id;
    int64_t next_row_id;  /* of sites, cron jobs and backup jobs     */
    char cron_email[256]; /* "" when unset                           */
    bool ssh;             /* the main account's shell                */
};

/* An account with nothing in it; see seed.h. */
void account_init(struct account *account, const char *login);
void account_free(struct account *account);

/*
 * Adds a name with the fields that are the same for all: set_type 1, no
 * records, no site. `ascii` is lower case. Borrowed; valid until it is removed.
 */
struct name *account_add_name(struct account *account, enum name_kind kind, const char *fqdn,
                              const char *ascii);

/* Whole-name search by the punycode form, any case; NULL when there is none. */
struct name *account_find(const struct account *account, const char *ascii);

/* The domain or subdomain of this name in either form; NULL when there is none. */
struct name *account_find_entity(const struct account *account, const char *fqdn);

/* The domain, or the subdomain or twin, of this id; NULL when there is none. */
struct name *account_domain_by_id(const struct account *account, int64_t id);
struct name *account_subdomain_by_id(const struct account *account, int64_t id);

/* The domain that `ascii` is or lies in, NULL when it is not on the account. */
struct name *account_owner(const struct account *account, const char *ascii);

void account_remove(struct account *account, struct name *name);

/* A domain and everything below it. */
void account_remove_domain(struct account *account, struct name *domain);

/* Replaces the records; takes them over. */
void name_set_records(struct name *name, int set_type, struct json *records);

/* "2025-03-11 09:15:20" in Moscow, where the hosting's clock is. */
void account_date(int64_t unix_ms, char out[ACCOUNT_DATE_SIZE]);

/* The whole account, for the control API; the caller owns it. */
struct json *account_show(const struct account *account);

#endif
