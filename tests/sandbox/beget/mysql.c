/* SPDX-License-Identifier: MIT */
/* The mysql section. Passwords are checked, never kept. */
#include "tests/sandbox/beget/handlers.h"

#include "shared/io/json.h"

#include <stdio.h>
#include <string.h>

enum {
    NAME_SIZE = 2 * CALL_TEXT_SIZE,
    KEY_SIZE = NAME_SIZE + CALL_TEXT_SIZE,
    NAME_MOST_BYTES = 16,
    PASSWORD_LEAST_BYTES = 6,
};

void mysql_get_list(struct call *call)
{
    const struct rows *databases = &call->account->tables[TABLE_DATABASES];

    call->result = json_list();
    for (size_t i = 0; i < databases->count; i++) {
        struct json *shown = json_copy(databases->items[i].json);
        char prefix[NAME_SIZE + 1];

        (void)snprintf(prefix, sizeof(prefix), "%s ", databases->items[i].key);
        json_set(shown, "accesses", rows_list(&call->account->tables[TABLE_ACCESSES], prefix));
        (void)json_add(call->result, shown);
    }
}

/* LOGIN_SUFFIX from the parameter; false after a refusal. */
static bool read_name(struct call *call, char out[NAME_SIZE])
{
    char suffix[CALL_TEXT_SIZE];

    if (!call_text(call, "suffix", suffix)) {
        return false;
    }
    if (suffix[0] == '\0') {
        return call_refuse_input(call);
    }
    (void)snprintf(out, NAME_SIZE, "%s_%s", call->account->login, suffix);
    return true;
}

static bool check_password(struct call *call)
{
    char password[CALL_TEXT_SIZE];

    if (!call_text(call, "password", password)) {
        return false;
    }
    return strlen(password) >= PASSWORD_LEAST_BYTES ||
           call_refuse(call, "INVALID_DATA", "Password is too short");
}

static bool add_access(struct account *account, const char *name, const char *access)
{
    struct json *added = json_object();
    char key[KEY_SIZE];

    (void)snprintf(key, sizeof(key), "%s %s", name, access);
    json_set_text(added, "name", access);
    return rows_add(&account->tables[TABLE_ACCESSES], key, added);
}

void mysql_add_db(struct call *call)
{
    char name[NAME_SIZE];
    struct json *added;

    if (!read_name(call, name) || !check_password(call)) {
        return;
    }
    if (strlen(name) > NAME_MOST_BYTES) {
        (void)call_refuse(call, "INVALID_DATA",
                          "Database name length cannot be greater than %d characters",
                          (int)NAME_MOST_BYTES);
        return;
    }
    added = json_object();
    json_set_text(added, "name", name);
    json_set_int(added, "size", 0);
    if (!rows_add(&call->account->tables[TABLE_DATABASES], name, added)) {
        (void)call_refuse(call, "METHOD_FAILED", "Database already exists");
        return;
    }
    (void)add_access(call->account, name, "localhost");
}

/* The database of the request exists; false after a refusal. */
static bool read_known_name(struct call *call, char out[NAME_SIZE])
{
    if (!read_name(call, out)) {
        return false;
    }
    return rows_find(&call->account->tables[TABLE_DATABASES], out) ||
           call_refuse(call, "METHOD_FAILED", "Database not found");
}

/* The key of an access of a database that exists; false after a refusal. */
static bool read_access(struct call *call, char out[KEY_SIZE])
{
    char name[NAME_SIZE];
    char access[CALL_TEXT_SIZE];

    if (!read_known_name(call, name) || !call_text(call, "access", access)) {
        return false;
    }
    if (access[0] == '\0') {
        return call_refuse_input(call);
    }
    (void)snprintf(out, KEY_SIZE, "%s %s", name, access);
    return true;
}

void mysql_add_access(struct call *call)
{
    char name[NAME_SIZE];
    char access[CALL_TEXT_SIZE];

    if (!read_known_name(call, name) || !call_text(call, "access", access) ||
        !check_password(call)) {
        return;
    }
    if (access[0] == '\0') {
        (void)call_refuse_input(call);
    } else if (!add_access(call->account, name, access)) {
        (void)call_refuse(call, "METHOD_FAILED", "Access already exists");
    }
}

void mysql_drop_db(struct call *call)
{
    char name[NAME_SIZE];
    char prefix[NAME_SIZE + 1];

    if (!read_known_name(call, name)) {
        return;
    }
    (void)snprintf(prefix, sizeof(prefix), "%s ", name);
    (void)rows_remove(&call->account->tables[TABLE_DATABASES], name);
    rows_remove_all(&call->account->tables[TABLE_ACCESSES], prefix);
}

void mysql_drop_access(struct call *call)
{
    char key[KEY_SIZE];

    if (read_access(call, key) && !rows_remove(&call->account->tables[TABLE_ACCESSES], key)) {
        (void)call_refuse(call, "METHOD_FAILED", "Access not found");
    }
}

void mysql_change_access_password(struct call *call)
{
    char key[KEY_SIZE];

    if (read_access(call, key) && check_password(call) &&
        !rows_find(&call->account->tables[TABLE_ACCESSES], key)) {
        (void)call_refuse(call, "METHOD_FAILED", "Access not found");
    }
}
