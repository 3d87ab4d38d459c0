/* SPDX-License-Identifier: MIT */
#include "worker/beget/methods.h"

#include <stdio.h>

/*
 * Lists change when somebody creates or deletes a name, mostly in the panel,
 * and every screen needs them: a minute old is fine. What is shown before an
 * edit (records) or tells whether the API works (account) is always asked.
 */
/* clang-format off */
const struct beget_method_row BEGET_METHODS[BEGET_METHOD_COUNT] = {
    /*                         section   method                 label                               class               cost  cache_s  parameters */
    [BEGET_ACCOUNT_INFO]     = {"user",   "getAccountInfo",      "beget user/getAccountInfo",        BEGET_CLASS_READ,   1,    0,       {{NULL,   BEGET_PARAMETER_NONE}}},
    [BEGET_DOMAINS]          = {"domain", "getList",             "beget domain/getList",             BEGET_CLASS_READ,   1,    60,      {{NULL,   BEGET_PARAMETER_NONE}}},
    [BEGET_SUBDOMAINS]       = {"domain", "getSubdomainList",    "beget domain/getSubdomainList",    BEGET_CLASS_READ,   1,    60,      {{NULL,   BEGET_PARAMETER_NONE}}},
    [BEGET_DNS_READ]         = {"dns",    "getData",             "beget dns/getData",                BEGET_CLASS_READ,   1,    0,       {{"fqdn", BEGET_PARAMETER_TEXT}}},
    [BEGET_DNS_WRITE]        = {"dns",    "changeRecords",       "beget dns/changeRecords",          BEGET_CLASS_SET,    1,    0,       {{"fqdn", BEGET_PARAMETER_TEXT}, {"records", BEGET_PARAMETER_JSON}}},
    [BEGET_SUBDOMAIN_ADD]    = {"domain", "addSubdomainVirtual", "beget domain/addSubdomainVirtual", BEGET_CLASS_CHANGE, 1,    0,       {{"subdomain", BEGET_PARAMETER_TEXT}, {"domain_id", BEGET_PARAMETER_INT}}},
    [BEGET_SUBDOMAIN_DELETE] = {"domain", "deleteSubdomain",     "beget domain/deleteSubdomain",     BEGET_CLASS_CHANGE, 1,    0,       {{"id",   BEGET_PARAMETER_INT}}},
};
/* clang-format on */

bool beget_cache_tail(const struct beget_method_row *row, const char *input,
                      char out[BEGET_CACHE_TAIL_SIZE])
{
    int len = snprintf(out, BEGET_CACHE_TAIL_SIZE, "%s/%s:%s", row->section, row->method, input);

    return row->cache_s > 0 && len < BEGET_CACHE_TAIL_SIZE;
}
