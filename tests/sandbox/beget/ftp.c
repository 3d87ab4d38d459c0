/* SPDX-License-Identifier: MIT */
/* The ftp section. Passwords are checked, never kept. */
#include "tests/sandbox/beget/handlers.h"

#include "shared/io/json.h"

#include <stdio.h>
#include <string.h>

enum { LOGIN_SIZE = 2 * CALL_TEXT_SIZE, LOGIN_MOST_BYTES = 17, FTP_MOST = 10 };

void ftp_get_list(struct call *call)
{
    call->result = rows_list(&call->account->tables[TABLE_FTP], "");
}

/* LOGIN_SUFFIX from the parameter; false after a refusal. */
static bool read_login(struct call *call, char out[LOGIN_SIZE])
{
    char suffix[CALL_TEXT_SIZE];

    if (!call_text(call, "suffix", suffix)) {
        return false;
    }
    if (suffix[0] == '\0') {
        return call_refuse_input(call);
    }
    (void)snprintf(out, LOGIN_SIZE, "%s_%s", call->account->login, suffix);
    return true;
}

void ftp_add(struct call *call)
{
    struct rows *table = &call->account->tables[TABLE_FTP];
    char login[LOGIN_SIZE];
    char homedir[CALL_TEXT_SIZE];
    struct json *added;

    if (!read_login(call, login) || !call_text(call, "homedir", homedir)) {
        return;
    }
    if (strlen(login) > LOGIN_MOST_BYTES) {
        (void)call_refuse(call, "INVALID_DATA", "Login length cannot be greater than %d characters",
                          (int)LOGIN_MOST_BYTES);
        return;
    }
    if (homedir[0] != '/') {
        (void)call_refuse_input(call);
        return;
    }
    if (table->count >= FTP_MOST) {
        (void)call_refuse(call, "LIMIT_ERROR", "FTP accounts limit exceeded");
        return;
    }
    added = json_object();
    json_set_text(added, "login", login);
    json_set_text(added, "homedir", homedir);
    if (!rows_add(table, login, added)) {
        (void)call_refuse(call, "METHOD_FAILED", "FTP account already exists");
    }
}

void ftp_change_password(struct call *call)
{
    char login[LOGIN_SIZE];

    if (read_login(call, login) && !rows_find(&call->account->tables[TABLE_FTP], login)) {
        (void)call_refuse(call, "METHOD_FAILED", "FTP account not found");
    }
}

void ftp_delete(struct call *call)
{
    char login[LOGIN_SIZE];

    if (read_login(call, login) && !rows_remove(&call->account->tables[TABLE_FTP], login)) {
        (void)call_refuse(call, "METHOD_FAILED", "FTP account not found");
    }
}
