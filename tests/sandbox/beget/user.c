/* SPDX-License-Identifier: MIT */
#include "tests/sandbox/beget/handlers.h"

#include "shared/io/json.h"
#include "tests/sandbox/beget/literal.h"

static const char INFO[] =
    "{\"plan_name\":\"Start\",\"user_sites\":0,\"plan_site\":25,\"user_domains\":0,"
    "\"plan_domain\":2147483647,\"user_mysqlsize\":0,\"plan_mysql\":2147483647,\"user_quota\":840,"
    "\"plan_quota\":15000,\"user_ftp\":0,\"plan_ftp\":10,\"user_mail\":0,\"plan_mail\":2147483647,"
    "\"user_bash\":\"/bin/bash\",\"plan_cp\":80,\"user_rate_current\":9.15,"
    "\"user_is_year_plan\":\"0\",\"user_rate_year\":3340,\"user_rate_month\":278,"
    "\"user_balance\":512.4,\"user_days_to_block\":56,\"server_apache_version\":\"2.4.55\","
    "\"server_mysql_version\":\"8.0.33-25\",\"server_nginx_version\":\"1.25.1\","
    "\"server_perl_version\":\"5.34.0\",\"server_php_version\":\"8.2.13\","
    "\"server_python_version\":\"3.10.12\",\"server_name\":\"sirius.beget.com\","
    "\"server_cpu_name\":\"64 *  AMD EPYC 7763 64-Core Processor\",\"server_memory\":515903,"
    "\"server_memorycurrent\":120460,\"server_loadaverage\":11.270000457764,"
    "\"server_uptime\":133}";

static int64_t count_domains(const struct account *account)
{
    int64_t count = 0;

    for (size_t i = 0; i < account->name_count; i++) {
        count += account->names[i]->kind == NAME_DOMAIN;
    }
    return count;
}

static int64_t megabytes_of_databases(const struct account *account)
{
    const struct rows *databases = &account->tables[TABLE_DATABASES];
    int64_t sum = 0;

    for (size_t i = 0; i < databases->count; i++) {
        int64_t size = 0;

        (void)json_int(databases->items[i].json, "size", &size);
        sum += size;
    }
    return sum;
}

void user_get_account_info(struct call *call)
{
    const struct account *account = call->account;
    struct json *shown = literal(INFO);

    json_set_int(shown, "user_sites", (int64_t)account->tables[TABLE_SITES].count);
    json_set_int(shown, "user_domains", count_domains(account));
    json_set_int(shown, "user_mysqlsize", megabytes_of_databases(account));
    json_set_int(shown, "user_ftp", (int64_t)account->tables[TABLE_FTP].count);
    json_set_int(shown, "user_mail", (int64_t)account->tables[TABLE_MAILBOXES].count);
    json_set_text(shown, "user_bash", account->ssh ? "/bin/bash" : "/bin/false");
    call->result = shown;
}

void user_toggle_ssh(struct call *call)
{
    char login[CALL_TEXT_SIZE];
    bool on = false;

    if (!call_text(call, "ftplogin", login)) {
        return;
    }
    if (!json_bool(call->input, "status", &on)) {
        (void)call_refuse_input(call);
        return;
    }
    if (login[0] == '\0') {
        call->account->ssh = on;
    } else if (!rows_find(&call->account->tables[TABLE_FTP], login)) {
        (void)call_refuse(call, "METHOD_FAILED", "FTP account not found");
        return;
    }
    call->result = json_list(); /* an empty list, whatever the outcome */
}
