/* SPDX-License-Identifier: MIT */
#include "tests/sandbox/beget/docs_types.h"

#include "shared/base/buf.h"
#include "shared/base/compiler.h"
#include "shared/io/json.h"

#include <string.h>

enum { NUMBER_MAX_BYTES = 64 };

enum as {
    AS_TEXT, /* 12 -> "12", true -> "1", null -> "0"    */
    AS_WORD, /* 12 -> "12", true -> "true", null stays  */
    AS_BIT,  /* true -> 1                               */
    AS_ZERO, /* null -> 0, anything else stays          */
};

/* clang-format off */
static const struct {
    const char *path;
    const char *field;
    enum as as;
} ROWS[] = {
    {"backup/getFileBackupList",  "backup_id",          AS_TEXT},
    {"backup/getFileList",        "is_dir",             AS_TEXT},
    {"backup/getFileList",        "size",               AS_TEXT},
    {"backup/getLog",             "id",                 AS_TEXT},
    {"backup/getMysqlBackupList", "backup_id",          AS_TEXT},
    {"cron/getList",              "is_hidden",          AS_TEXT},
    {"cron/getList",              "row_number",         AS_TEXT},
    {"dns/getData",               "is_beget_dns",       AS_BIT },
    {"dns/getData",               "is_subdomain",       AS_BIT },
    {"dns/getData",               "is_under_control",   AS_BIT },
    {"domain/getList",            "auto_renew",         AS_TEXT},
    {"domain/getList",            "can_renew",          AS_TEXT},
    {"domain/getList",            "date_expire",        AS_ZERO},
    {"domain/getList",            "id",                 AS_TEXT},
    {"domain/getList",            "renew_order_status", AS_TEXT},
    {"domain/getSubdomainList",   "domain_id",          AS_TEXT},
    {"domain/getSubdomainList",   "id",                 AS_TEXT},
    {"domain/getZoneList",        "id",                 AS_WORD},
    {"domain/getZoneList",        "is_idn",             AS_WORD},
    {"domain/getZoneList",        "is_national",        AS_WORD},
    {"domain/getZoneList",        "max_period",         AS_WORD},
    {"domain/getZoneList",        "min_period",         AS_WORD},
    {"domain/getZoneList",        "price",              AS_WORD},
    {"domain/getZoneList",        "price_idn",          AS_WORD},
    {"domain/getZoneList",        "price_idn_renew",    AS_WORD},
    {"domain/getZoneList",        "price_renew",        AS_WORD},
    {"mail/getMailboxList",       "spam_filter_status", AS_TEXT},
    {"mysql/getList",             "size",               AS_TEXT},
    {"site/getList",              "id",                 AS_TEXT},
    {"user/getAccountInfo",       "server_loadaverage", AS_TEXT},
    {"user/getAccountInfo",       "server_memory",      AS_TEXT},
    {"user/getAccountInfo",       "server_uptime",      AS_TEXT},
    {"user/getAccountInfo",       "user_rate_current",  AS_TEXT},
};
/* clang-format on */

static struct json *number_text(const struct json *number)
{
    struct buf text;
    struct json *node;

    buf_init(&text, NUMBER_MAX_BYTES);
    json_print(number, &text);
    node = json_new_text(buf_text(&text));
    buf_free(&text);
    return node;
}

static struct json *convert(const struct json *value, enum as as)
{
    enum json_type type = json_type(value);
    bool truth = false;

    if (type == JSON_NULL && as == AS_TEXT) {
        return json_new_text("0");
    }
    if (type == JSON_NULL && as == AS_ZERO) {
        return json_new_int(0);
    }
    if (type == JSON_NUMBER && (as == AS_TEXT || as == AS_WORD)) {
        return number_text(value);
    }
    if (type != JSON_BOOL || as == AS_ZERO || !json_bool(value, "", &truth)) {
        return json_copy(value);
    }
    if (as == AS_BIT) {
        return json_new_int(truth);
    }
    if (as == AS_TEXT) {
        return json_new_text(truth ? "1" : "0");
    }
    return json_new_text(truth ? "true" : "false");
}

static struct json *rebuild(const char *path, const struct json *node);

static struct json *rebuild_member(const char *path, const struct json *member)
{
    const char *name = json_name(member) ? json_name(member) : "";

    for (size_t i = 0; i < ARRAY_LEN(ROWS); i++) {
        if (strcmp(ROWS[i].path, path) == 0 && strcmp(ROWS[i].field, name) == 0) {
            return convert(member, ROWS[i].as);
        }
    }
    return rebuild(path, member);
}

static struct json *rebuild(const char *path, const struct json *node)
{
    enum json_type type = json_type(node);
    struct json *copy;

    if (type != JSON_LIST && type != JSON_OBJECT) {
        return json_copy(node);
    }
    copy = type == JSON_LIST ? json_list() : json_object();
    for (const struct json *member = json_first(node); member; member = json_next(member)) {
        if (type == JSON_LIST) {
            (void)json_add(copy, rebuild_member(path, member));
        } else {
            json_set(copy, json_name(member), rebuild_member(path, member));
        }
    }
    return copy;
}

struct json *docs_types(const char *path, const struct json *result)
{
    return rebuild(path, result);
}
