/* SPDX-License-Identifier: MIT */
#include "tests/sandbox/beget/methods.h"

#include "shared/io/json.h"
#include "tests/sandbox/beget/docs_types.h"
#include "tests/sandbox/beget/handlers.h"

#include <string.h>

/* In the order of the API's documentation. */
/* clang-format off */
const struct method METHODS[METHOD_COUNT] = {
    /* path                          changes handler                           required */
    {"user/getAccountInfo",           false, user_get_account_info,            ""},
    {"user/toggleSsh",                true,  user_toggle_ssh,                  "status"},
    {"backup/getFileBackupList",      false, backup_get_file_backup_list,      ""},
    {"backup/getMysqlBackupList",     false, backup_get_mysql_backup_list,     ""},
    {"backup/getFileList",            false, backup_get_file_list,             "path"},
    {"backup/getMysqlList",           false, backup_get_mysql_list,            ""},
    {"backup/restoreFile",            true,  backup_restore_file,              "backup_id paths"},
    {"backup/restoreMysql",           true,  backup_restore_mysql,             "backup_id bases"},
    {"backup/downloadFile",           true,  backup_download_file,             "paths"},
    {"backup/downloadMysql",          true,  backup_download_mysql,            "bases"},
    {"backup/getLog",                 false, backup_get_log,                   ""},
    {"cron/getList",                  false, cron_get_list,                    ""},
    {"cron/add",                      true,  cron_add,                         "minutes hours days months weekdays command"},
    {"cron/edit",                     true,  cron_edit,                        "id minutes hours days months weekdays command"},
    {"cron/delete",                   true,  cron_delete,                      "row_number"},
    {"cron/changeHiddenState",        true,  cron_change_hidden_state,         "row_number is_hidden"},
    {"cron/getEmail",                 false, cron_get_email,                   ""},
    {"cron/setEmail",                 true,  cron_set_email,                   "email"},
    {"dns/getData",                   false, dns_get_data,                     "fqdn"},
    {"dns/changeRecords",             true,  dns_change_records,               "fqdn records"},
    {"ftp/getList",                   false, ftp_get_list,                     ""},
    {"ftp/add",                       true,  ftp_add,                          "suffix homedir password"},
    {"ftp/changePassword",            true,  ftp_change_password,              "suffix password"},
    {"ftp/delete",                    true,  ftp_delete,                       "suffix"},
    {"mysql/getList",                 false, mysql_get_list,                   ""},
    {"mysql/addDb",                   true,  mysql_add_db,                     "suffix password"},
    {"mysql/addAccess",               true,  mysql_add_access,                 "suffix access password"},
    {"mysql/dropDb",                  true,  mysql_drop_db,                    "suffix"},
    {"mysql/dropAccess",              true,  mysql_drop_access,                "suffix access"},
    {"mysql/changeAccessPassword",    true,  mysql_change_access_password,     "suffix access password"},
    {"site/getList",                  false, site_get_list,                    ""},
    {"site/add",                      true,  site_add,                         "name"},
    {"site/delete",                   true,  site_delete,                      "id"},
    {"site/linkDomain",               true,  site_link_domain,                 "domain_id site_id"},
    {"site/unlinkDomain",             true,  site_unlink_domain,               "domain_id"},
    {"site/freeze",                   true,  site_freeze,                      "id"},
    {"site/unfreeze",                 true,  site_unfreeze,                    "id"},
    {"site/isSiteFrozen",             false, site_is_site_frozen,              "site_id"},
    {"domain/getList",                false, domain_get_list,                  ""},
    {"domain/getZoneList",            false, domain_get_zone_list,             ""},
    {"domain/addVirtual",             true,  domain_add_virtual,               "hostname zone_id"},
    {"domain/delete",                 true,  domain_delete,                    "id"},
    {"domain/getSubdomainList",       false, domain_get_subdomain_list,        ""},
    {"domain/addSubdomainVirtual",    true,  domain_add_subdomain_virtual,     "subdomain domain_id"},
    {"domain/deleteSubdomain",        true,  domain_delete_subdomain,          "id"},
    {"domain/checkDomainToRegister",  false, domain_check_domain_to_register,  "hostname zone_id period"},
    {"domain/getPhpVersion",          false, domain_get_php_version,           "full_fqdn"},
    {"domain/changePhpVersion",       true,  domain_change_php_version,        "full_fqdn php_version"},
    {"domain/getDirectives",          false, domain_get_directives,            "full_fqdn"},
    {"domain/addDirectives",          true,  domain_add_directives,            "full_fqdn directives_list"},
    {"domain/removeDirectives",       true,  domain_remove_directives,         "full_fqdn directives_list"},
    {"mail/getMailboxList",           false, mail_get_mailbox_list,            "domain"},
    {"mail/changeMailboxPassword",    true,  mail_change_mailbox_password,     "domain mailbox mailbox_password"},
    {"mail/createMailbox",            true,  mail_create_mailbox,              "domain mailbox mailbox_password"},
    {"mail/dropMailbox",              true,  mail_drop_mailbox,                "domain mailbox"},
    {"mail/changeMailboxSettings",    true,  mail_change_mailbox_settings,     "domain mailbox"},
    {"mail/forwardListAddMailbox",    true,  mail_forward_list_add_mailbox,    "domain mailbox forward_mailbox"},
    {"mail/forwardListDeleteMailbox", true,  mail_forward_list_delete_mailbox, "domain mailbox forward_mailbox"},
    {"mail/forwardListShow",          false, mail_forward_list_show,           "domain mailbox"},
    {"mail/setDomainMail",            true,  mail_set_domain_mail,             "domain domain_mailbox"},
    {"mail/clearDomainMail",          true,  mail_clear_domain_mail,           "domain"},
    {"stat/getSitesListLoad",         false, stat_get_sites_list_load,         ""},
    {"stat/getDbListLoad",            false, stat_get_db_list_load,            ""},
    {"stat/getSiteLoad",              false, stat_get_site_load,               "site_id"},
    {"stat/getDbLoad",                false, stat_get_db_load,                 "db_name"},
};
/* clang-format on */

const struct method *method_find(const char *path)
{
    for (size_t i = 0; i < METHOD_COUNT; i++) {
        if (METHODS[i].path && strcmp(METHODS[i].path, path) == 0) {
            return &METHODS[i];
        }
    }
    return NULL;
}

/* True when every name in the blank separated list is in the input and not null. */
static bool has_required(const struct json *input, const char *required)
{
    const char *at = required;

    while (*at != '\0') {
        size_t len = strcspn(at, " ");
        char name[METHOD_PARAMETER_SIZE] = "";

        if (len < sizeof(name)) {
            memcpy(name, at, len);
        }
        if (json_type(json_at(input, name)) == JSON_NULL) {
            return false;
        }
        at += len;
        at += *at == ' ';
    }
    return true;
}

void method_call(const struct method *method, struct call *call)
{
    if (!method->handler) {
        (void)call_refuse(call, "METHOD_FAILED", "not modelled by the simulator");
        return;
    }
    if (!has_required(call->input, method->required)) {
        (void)call_refuse_input(call);
        return;
    }
    method->handler(call);
    if (call->refusal.code) {
        json_free(call->result);
        call->result = NULL;
        return;
    }
    if (!call->result) {
        call->result = json_new_bool(true);
    }
    if (call->modes->types == TYPES_DOCS) {
        struct json *shown = docs_types(method->path, call->result);

        json_free(call->result);
        call->result = shown;
    }
}
