/* SPDX-License-Identifier: MIT */
#include "shared/io/redis_error.h"

#include "shared/base/compiler.h"

#include <errno.h>
#include <stddef.h>
#include <string.h>

/* clang-format off */
/* Error replies by their beginning; what is not listed can never succeed. */
static const struct error_row {
    const char *prefix;
    struct redis_refusal refusal;
} ERROR_ROWS[] = {
    {"BUSY ",                     {ERR_RETRY, ""}},
    {"CLUSTERDOWN ",              {ERR_RETRY, ""}},
    {"ERR max number of clients", {ERR_RETRY, " (raise maxclients)"}},
    {"LOADING ",                  {ERR_RETRY, ""}},
    {"MASTERDOWN ",               {ERR_RETRY, ""}},
    {"MISCONF ",                  {ERR_RETRY, " (is its disk full?)"}},
    {"NOAUTH ",                   {ERR_FATAL, " (give user and password in the URL)"}},
    {"NOGROUP ",                  {ERR_RETRY, ""}},
    {"NOPERM ",                   {ERR_FATAL, " (this user of Redis may not: its ACL lacks this right)"}},
    {"NOREPLICAS ",               {ERR_RETRY, ""}},
    {"OOM ",                      {ERR_RETRY, " (raise maxmemory, or let the queue drain)"}},
    {"READONLY ",                 {ERR_RETRY, " (this is a replica)"}},
    {"TRYAGAIN ",                 {ERR_RETRY, ""}},
    {"UNBLOCKED ",                {ERR_RETRY, ""}},
    {"WRONGPASS ",                {ERR_FATAL, " (user or password in the URL is wrong)"}},
};

static const struct connect_cause {
    int number;
    const char *text;
} CONNECT_CAUSES[] = {
    {EACCES,       "permission denied: may this user open the socket?"},
    {ECONNREFUSED, "connection refused: is redis-server running?"},
    {EHOSTUNREACH, "no route to the host"},
    {ENETUNREACH,  "the network is unreachable"},
    {ENOENT,       "no such socket: is redis-server running, and its unixsocket set?"},
    {ETIMEDOUT,    "connecting timed out"},
};
/* clang-format on */

struct redis_refusal redis_refusal_of(const char *text)
{
    for (size_t i = 0; i < ARRAY_LEN(ERROR_ROWS); i++) {
        if (strncmp(text, ERROR_ROWS[i].prefix, strlen(ERROR_ROWS[i].prefix)) == 0) {
            return ERROR_ROWS[i].refusal;
        }
    }
    return (struct redis_refusal){ERR_REJECT, ""};
}

const char *redis_connect_cause(int number)
{
    for (size_t i = 0; i < ARRAY_LEN(CONNECT_CAUSES); i++) {
        if (CONNECT_CAUSES[i].number == number) {
            return CONNECT_CAUSES[i].text;
        }
    }
    return NULL;
}
