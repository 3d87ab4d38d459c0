/* SPDX-License-Identifier: MIT */
/* The backup section. Jobs are logged as done at once; files and databases stay as they are. */
#include "tests/sandbox/beget/handlers.h"

#include "shared/io/json.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum { KEY_SIZE = 24, PREFIX_SIZE = CALL_TEXT_SIZE + 1 };

void backup_get_file_backup_list(struct call *call)
{
    call->result = rows_list(&call->account->tables[TABLE_FILE_BACKUPS], "");
}

void backup_get_mysql_backup_list(struct call *call)
{
    call->result = rows_list(&call->account->tables[TABLE_MYSQL_BACKUPS], "");
}

/* The backup named in the request exists, or none is named and none is needed. */
static bool check_backup(struct call *call, enum table table, bool needed)
{
    char id[CALL_TEXT_SIZE];

    if (!call_text(call, "backup_id", id)) {
        return false;
    }
    if (id[0] == '\0' && !needed) {
        return true;
    }
    return rows_find(&call->account->tables[table], id) ||
           call_refuse(call, "METHOD_FAILED", "Backup not found");
}

void backup_get_file_list(struct call *call)
{
    char path[CALL_TEXT_SIZE];
    char prefix[PREFIX_SIZE];
    size_t len;

    if (!check_backup(call, TABLE_FILE_BACKUPS, false) || !call_text(call, "path", path)) {
        return;
    }
    len = strlen(path);
    if (len > 1 && path[len - 1] == '/') {
        path[len - 1] = '\0';
    }
    (void)snprintf(prefix, sizeof(prefix), "%s ", path);
    call->result = rows_list(&call->account->tables[TABLE_FILES], prefix);
    if (json_count(call->result) == 0) {
        json_free(call->result);
        call->result = NULL;
        (void)call_refuse(call, "METHOD_FAILED", "Path not found");
    }
}

void backup_get_mysql_list(struct call *call)
{
    const struct rows *databases = &call->account->tables[TABLE_DATABASES];

    if (!check_backup(call, TABLE_MYSQL_BACKUPS, false)) {
        return;
    }
    call->result = json_list();
    for (size_t i = 0; i < databases->count; i++) {
        (void)json_add(call->result, json_new_text(databases->items[i].key));
    }
}

/* At least one text, and nothing else. */
static bool check_targets(struct call *call, const struct json *targets)
{
    if (json_type(targets) != JSON_LIST || json_count(targets) == 0) {
        return call_refuse_input(call);
    }
    for (const struct json *one = json_first(targets); one; one = json_next(one)) {
        if (!json_text(one, "")) {
            return call_refuse_input(call);
        }
    }
    return true;
}

static void log_job(struct call *call, const char *operation, const char *type,
                    const struct json *targets)
{
    struct json *job = json_object();
    char date[ACCOUNT_DATE_SIZE];
    char key[KEY_SIZE];

    account_date(call->now_ms, date);
    (void)snprintf(key, sizeof(key), "%" PRId64, call->account->next_row_id);
    json_set_int(job, "id", call->account->next_row_id);
    json_set_text(job, "operation", operation);
    json_set_text(job, "type", type);
    json_set_text(job, "date_create", date);
    json_set(job, "target_list", json_copy(targets));
    json_set_text(job, "status", "success");
    (void)rows_add(&call->account->tables[TABLE_BACKUP_LOG], key, job);
    call->account->next_row_id++;
}

void backup_restore_file(struct call *call)
{
    const struct json *paths = json_at(call->input, "paths");

    if (check_backup(call, TABLE_FILE_BACKUPS, true) && check_targets(call, paths)) {
        log_job(call, "restore", "restore_file", paths);
    }
}

void backup_restore_mysql(struct call *call)
{
    const struct json *bases = json_at(call->input, "bases");

    if (check_backup(call, TABLE_MYSQL_BACKUPS, true) && check_targets(call, bases)) {
        log_job(call, "restore", "restore_mysql", bases);
    }
}

void backup_download_file(struct call *call)
{
    const struct json *paths = json_at(call->input, "paths");

    if (check_backup(call, TABLE_FILE_BACKUPS, false) && check_targets(call, paths)) {
        log_job(call, "download", "download_file", paths);
    }
}

void backup_download_mysql(struct call *call)
{
    const struct json *bases = json_at(call->input, "bases");

    if (check_backup(call, TABLE_MYSQL_BACKUPS, false) && check_targets(call, bases)) {
        log_job(call, "download", "download_mysql", bases);
    }
}

void backup_get_log(struct call *call)
{
    call->result = rows_list_latest_first(&call->account->tables[TABLE_BACKUP_LOG]);
}
