/* SPDX-License-Identifier: MIT */
/* The handlers that the method table names; see call.h for what each may do. */
#ifndef TESTS_SANDBOX_BEGET_HANDLERS_H
#define TESTS_SANDBOX_BEGET_HANDLERS_H

#include "tests/sandbox/beget/call.h"

void user_get_account_info(struct call *call);
void user_toggle_ssh(struct call *call);

void backup_get_file_backup_list(struct call *call);
void backup_get_mysql_backup_list(struct call *call);
void backup_get_file_list(struct call *call);
void backup_get_mysql_list(struct call *call);
void backup_restore_file(struct call *call);
void backup_restore_mysql(struct call *call);
void backup_download_file(struct call *call);
void backup_download_mysql(struct call *call);
void backup_get_log(struct call *call);

void cron_get_list(struct call *call);
void cron_add(struct call *call);
void cron_edit(struct call *call);
void cron_delete(struct call *call);
void cron_change_hidden_state(struct call *call);
void cron_get_email(struct call *call);
void cron_set_email(struct call *call);

void dns_get_data(struct call *call);
void dns_change_records(struct call *call);

void ftp_get_list(struct call *call);
void ftp_add(struct call *call);
void ftp_change_password(struct call *call);
void ftp_delete(struct call *call);

void mysql_get_list(struct call *call);
void mysql_add_db(struct call *call);
void mysql_add_access(struct call *call);
void mysql_drop_db(struct call *call);
void mysql_drop_access(struct call *call);
void mysql_change_access_password(struct call *call);

void site_get_list(struct call *call);
void site_add(struct call *call);
void site_delete(struct call *call);
void site_link_domain(struct call *call);
void site_unlink_domain(struct call *call);
void site_freeze(struct call *call);
void site_unfreeze(struct call *call);
void site_is_site_frozen(struct call *call);

void domain_get_list(struct call *call);
void domain_get_zone_list(struct call *call);
void domain_add_virtual(struct call *call);
void domain_delete(struct call *call);
void domain_get_subdomain_list(struct call *call);
void domain_add_subdomain_virtual(struct call *call);
void domain_delete_subdomain(struct call *call);
void domain_check_domain_to_register(struct call *call);
void domain_get_php_version(struct call *call);
void domain_change_php_version(struct call *call);
void domain_get_directives(struct call *call);
void domain_add_directives(struct call *call);
void domain_remove_directives(struct call *call);

void mail_get_mailbox_list(struct call *call);
void mail_change_mailbox_password(struct call *call);
void mail_create_mailbox(struct call *call);
void mail_drop_mailbox(struct call *call);
void mail_change_mailbox_settings(struct call *call);
void mail_forward_list_add_mailbox(struct call *call);
void mail_forward_list_delete_mailbox(struct call *call);
void mail_forward_list_show(struct call *call);
void mail_set_domain_mail(struct call *call);
void mail_clear_domain_mail(struct call *call);

void stat_get_sites_list_load(struct call *call);
void stat_get_db_list_load(struct call *call);
void stat_get_site_load(struct call *call);
void stat_get_db_load(struct call *call);

#endif
