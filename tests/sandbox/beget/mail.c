/* SPDX-License-Identifier: MIT */
/* The mail section. Passwords are checked, never kept. */
#include "tests/sandbox/beget/handlers.h"

#include "shared/io/json.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

enum {
    KEY_SIZE = 3 * CALL_TEXT_SIZE, /* domain, mailbox, address: each under CALL_TEXT_SIZE */
    PASSWORD_LEAST_BYTES = 6,
    PASSWORD_MOST_BYTES = 64,
};

static const char WEAK_PASSWORD[] = "1208"; /* the API numbers this one */

static const char *const FORWARDING[] = {"no_forward", "forward", "forward_and_delete"};

/* The name of the domain in "domain", or NULL after a refusal. */
static const char *read_domain(struct call *call)
{
    char fqdn[CALL_TEXT_SIZE];
    const struct name *domain;

    if (!call_text(call, "domain", fqdn)) {
        return NULL;
    }
    domain = account_find_entity(call->account, fqdn);
    if (!domain) {
        (void)call_refuse(call, "METHOD_FAILED", "Domain not found");
        return NULL;
    }
    return domain->fqdn;
}

/* The key of the mailbox in the request, there or not; false after a refusal. */
static bool read_key(struct call *call, char out[KEY_SIZE])
{
    const char *domain = read_domain(call);
    char mailbox[CALL_TEXT_SIZE];

    if (!domain || !call_text(call, "mailbox", mailbox)) {
        return false;
    }
    if (mailbox[0] == '\0' || strpbrk(mailbox, " @/")) {
        return call_refuse(call, "INVALID_DATA", "Incorrect mailbox");
    }
    (void)snprintf(out, KEY_SIZE, "%s %s", domain, mailbox);
    return true;
}

/* The mailbox in the request, or NULL after a refusal. */
static struct json *find_mailbox(struct call *call, char key[KEY_SIZE])
{
    struct json *mailbox;

    if (!read_key(call, key)) {
        return NULL;
    }
    mailbox = rows_find(&call->account->tables[TABLE_MAILBOXES], key);
    if (!mailbox) {
        (void)call_refuse(call, "METHOD_FAILED", "Mailbox not found");
    }
    return mailbox;
}

void mail_get_mailbox_list(struct call *call)
{
    const char *domain = read_domain(call);
    char prefix[KEY_SIZE];

    if (domain) {
        (void)snprintf(prefix, sizeof(prefix), "%s ", domain);
        call->result = rows_list(&call->account->tables[TABLE_MAILBOXES], prefix);
    }
}

/* 6 to 64 printable ASCII characters, with a letter, a digit and a symbol among them. */
static bool check_password(struct call *call)
{
    char password[CALL_TEXT_SIZE];
    bool letter = false;
    bool digit = false;
    bool symbol = false;
    bool foreign = false;
    size_t len;

    if (!call_text(call, "mailbox_password", password)) {
        return false;
    }
    len = strlen(password);
    for (size_t i = 0; i < len; i++) {
        unsigned char one = (unsigned char)password[i];

        letter = letter || (one < 0x80 && isalpha(one));
        digit = digit || (one < 0x80 && isdigit(one));
        symbol = symbol || (one < 0x80 && ispunct(one));
        foreign = foreign || one >= 0x7f || one <= ' ' || one == '\\';
    }
    return (len >= PASSWORD_LEAST_BYTES && len <= PASSWORD_MOST_BYTES && letter && digit &&
            symbol && !foreign) ||
           call_refuse(call, WEAK_PASSWORD, "Password too weak");
}

void mail_create_mailbox(struct call *call)
{
    char key[KEY_SIZE];
    struct json *mailbox;
    char *blank;

    if (!read_key(call, key) || !check_password(call)) {
        return;
    }
    mailbox = json_object();
    blank = strchr(key, ' ');
    json_set_text(mailbox, "mailbox", blank + 1);
    *blank = '\0';
    json_set_text(mailbox, "domain", key);
    *blank = ' ';
    json_set_int(mailbox, "spam_filter_status", 1);
    json_set_text(mailbox, "forward_mail_status", FORWARDING[0]);
    if (!rows_add(&call->account->tables[TABLE_MAILBOXES], key, mailbox)) {
        (void)call_refuse(call, "METHOD_FAILED", "Mailbox already exists");
    }
}

void mail_change_mailbox_password(struct call *call)
{
    char key[KEY_SIZE];

    if (find_mailbox(call, key)) {
        (void)check_password(call);
    }
}

void mail_drop_mailbox(struct call *call)
{
    char key[KEY_SIZE];
    char prefix[KEY_SIZE + 1];

    if (find_mailbox(call, key)) {
        (void)snprintf(prefix, sizeof(prefix), "%s ", key);
        (void)rows_remove(&call->account->tables[TABLE_MAILBOXES], key);
        rows_remove_all(&call->account->tables[TABLE_FORWARDS], prefix);
    }
}

static bool is_forwarding(const char *text)
{
    for (size_t i = 0; i < ARRAY_LEN(FORWARDING); i++) {
        if (strcmp(FORWARDING[i], text) == 0) {
            return true;
        }
    }
    return false;
}

/* What is not sent stays as it is. */
void mail_change_mailbox_settings(struct call *call)
{
    char key[KEY_SIZE];
    char forwarding[CALL_TEXT_SIZE];
    struct json *mailbox = find_mailbox(call, key);
    bool filter = true;
    bool sent = json_at(call->input, "spam_filter_status") != NULL;

    if (!mailbox || !call_text(call, "forward_mail_status", forwarding)) {
        return;
    }
    if ((sent && !json_bool(call->input, "spam_filter_status", &filter)) ||
        (forwarding[0] != '\0' && !is_forwarding(forwarding))) {
        (void)call_refuse_input(call);
        return;
    }
    if (sent) {
        json_set_int(mailbox, "spam_filter_status", filter);
    }
    if (forwarding[0] != '\0') {
        json_set_text(mailbox, "forward_mail_status", forwarding);
    }
}

/* The key and the address of the forwarding in the request; false after a refusal. */
static bool read_forward(struct call *call, char key[KEY_SIZE], char address[CALL_TEXT_SIZE])
{
    size_t len;

    if (!find_mailbox(call, key) || !call_text(call, "forward_mailbox", address)) {
        return false;
    }
    if (!strchr(address, '@')) {
        return call_refuse(call, "INVALID_DATA", "Incorrect forward_mailbox");
    }
    len = strlen(key);
    (void)snprintf(key + len, KEY_SIZE - len, " %s", address);
    return true;
}

void mail_forward_list_add_mailbox(struct call *call)
{
    char key[KEY_SIZE];
    char address[CALL_TEXT_SIZE];
    struct json *forward;

    if (!read_forward(call, key, address)) {
        return;
    }
    forward = json_object();
    json_set_text(forward, "forward_mailbox", address);
    if (!rows_add(&call->account->tables[TABLE_FORWARDS], key, forward)) {
        (void)call_refuse(call, "METHOD_FAILED", "Address is already in the list");
    }
}

void mail_forward_list_delete_mailbox(struct call *call)
{
    char key[KEY_SIZE];
    char address[CALL_TEXT_SIZE];

    if (read_forward(call, key, address) &&
        !rows_remove(&call->account->tables[TABLE_FORWARDS], key)) {
        (void)call_refuse(call, "METHOD_FAILED", "Address is not in the list");
    }
}

void mail_forward_list_show(struct call *call)
{
    char key[KEY_SIZE];
    char prefix[KEY_SIZE + 1];

    if (find_mailbox(call, key)) {
        (void)snprintf(prefix, sizeof(prefix), "%s ", key);
        call->result = rows_list(&call->account->tables[TABLE_FORWARDS], prefix);
    }
}

void mail_set_domain_mail(struct call *call)
{
    const char *domain = read_domain(call);
    struct rows *table = &call->account->tables[TABLE_CATCH_ALL];
    char address[CALL_TEXT_SIZE];
    char key[KEY_SIZE];
    struct json *set;

    if (!domain || !call_text(call, "domain_mailbox", address)) {
        return;
    }
    if (!strchr(address, '@')) {
        (void)call_refuse(call, "INVALID_DATA", "Incorrect domain_mailbox");
        return;
    }
    (void)snprintf(key, sizeof(key), "%s ", domain);
    (void)rows_remove(table, key);
    set = json_object();
    json_set_text(set, "domain", domain);
    json_set_text(set, "domain_mailbox", address);
    (void)rows_add(table, key, set);
}

void mail_clear_domain_mail(struct call *call)
{
    const char *domain = read_domain(call);
    char key[KEY_SIZE];

    if (domain) {
        (void)snprintf(key, sizeof(key), "%s ", domain);
        (void)rows_remove(&call->account->tables[TABLE_CATCH_ALL], key);
    }
}
