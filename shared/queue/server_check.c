/* SPDX-License-Identifier: MIT */
#include "shared/queue/server_check.h"

#include "shared/base/compiler.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { OLDEST_MAJOR = 7 }; /* the first with FUNCTION */

/* ---- reading ---- */

#define PLACE(member) \
    offsetof(struct server_facts, member), sizeof(((struct server_facts *)NULL)->member)

/* clang-format off */
static const struct fact {
    const char *name; /* as INFO calls it */
    size_t offset;
    size_t size;
} FACTS[] = {
    {"run_id",                 PLACE(run_id)},
    {"redis_version",          PLACE(version)},
    {"maxmemory_policy",       PLACE(policy)},
    {"aof_enabled",            PLACE(aof_enabled)},
    {"aof_last_write_status",  PLACE(write_status)},
    {"loading",                PLACE(loading)},
    {"min_slaves_good_slaves", PLACE(replicas)}, /* only where min-replicas-to-write asks for it */
};
/* clang-format on */

static char *place_of(struct server_facts *facts, const struct fact *fact)
{
    return (char *)facts + fact->offset;
}

/* A value that is too long is cut: none that counts is. */
static void read_line(const char *line, size_t len, struct server_facts *facts)
{
    const char *colon = memchr(line, ':', len);
    size_t name_len = colon ? (size_t)(colon - line) : 0;

    for (size_t i = 0; colon && i < ARRAY_LEN(FACTS); i++) {
        if (strlen(FACTS[i].name) == name_len && memcmp(FACTS[i].name, line, name_len) == 0) {
            (void)snprintf(place_of(facts, &FACTS[i]), FACTS[i].size, "%.*s",
                           (int)(len - name_len - 1), colon + 1);
        }
    }
}

void server_facts_read(const char *answer, struct server_facts *facts)
{
    while (*answer != '\0') {
        size_t len = strcspn(answer, "\r\n");

        read_line(answer, len, facts);
        answer += len;
        answer += strspn(answer, "\r\n");
    }
}

void server_facts_config(const char *name, const char *value, struct server_facts *facts)
{
    if (strcmp(name, "maxmemory-policy") == 0 && facts->policy[0] == '\0') {
        (void)snprintf(facts->policy, sizeof(facts->policy), "%s", value);
    }
    if (strcmp(name, "appendonly") == 0 && facts->aof_enabled[0] == '\0') {
        facts->aof_enabled[0] = strcmp(value, "yes") == 0 ? '1' : '0';
    }
}

bool server_facts_complete(const struct server_facts *facts)
{
    return facts->policy[0] != '\0' && facts->aof_enabled[0] != '\0';
}

/* ---- judging ---- */

static bool is_loading(const struct server_facts *facts)
{
    return strcmp(facts->loading, "1") == 0;
}

static bool is_old(const struct server_facts *facts)
{
    return facts->version[0] != '\0' && strtoimax(facts->version, NULL, 10) < OLDEST_MAJOR;
}

static bool evicts(const struct server_facts *facts)
{
    return facts->policy[0] != '\0' && strcmp(facts->policy, "noeviction") != 0;
}

static bool evicts_all(const struct server_facts *facts)
{
    return evicts(facts) && strncmp(facts->policy, "volatile-", 9) != 0;
}

static bool evicts_volatile(const struct server_facts *facts)
{
    return evicts(facts) && !evicts_all(facts);
}

static bool forgets(const struct server_facts *facts)
{
    /* while the file is read it is not written, and Redis calls that off */
    return facts->aof_enabled[0] != '\0' && strcmp(facts->aof_enabled, "1") != 0 &&
           !is_loading(facts);
}

static bool cannot_write(const struct server_facts *facts)
{
    return strcmp(facts->aof_enabled, "1") == 0 && facts->write_status[0] != '\0' &&
           strcmp(facts->write_status, "ok") != 0;
}

static bool is_unknown(const struct server_facts *facts)
{
    return !server_facts_complete(facts);
}

static const char *policy_of(const struct server_facts *facts)
{
    return facts->policy;
}

static const char *version_of(const struct server_facts *facts)
{
    return facts->version;
}

static const char *nothing_of(const struct server_facts *facts)
{
    (void)facts;
    return "";
}

/* clang-format off */
static const struct fault {
    bool (*is_there)(const struct server_facts *facts);
    enum server_verdict verdict;
    const char *before;                                    /* the sentence is before, ... */
    const char *(*value)(const struct server_facts *facts); /* ... value ...               */
    const char *after;                                     /* ... and after               */
} FAULTS[] = {
    {is_loading,      SERVER_LATER,  "Redis is still loading its files", nothing_of, ""},
    {is_old,          SERVER_UNSAFE, "Redis is ", version_of, ": 7.0 or newer is needed"},
    {evicts_all,      SERVER_UNSAFE, "maxmemory-policy is ", policy_of, ": Redis would throw queued updates away; set noeviction"},
    {evicts_volatile, SERVER_UNSAFE, "maxmemory-policy is ", policy_of, ": Redis would throw live buttons away; set noeviction"},
    {forgets,         SERVER_UNSAFE, "AOF is off: a crash would lose updates that Telegram has forgotten; set appendonly yes", nothing_of, ""},
    {cannot_write,    SERVER_UNSAFE, "the AOF cannot be written: is the disk of Redis full?", nothing_of, ""},
    {is_unknown,      SERVER_UNSAFE, "Redis does not tell whether it keeps updates: let this user run INFO", nothing_of, ""},
};
/* clang-format on */

enum server_verdict server_judge(const struct server_facts *facts, char out_why[SERVER_WHY_SIZE])
{
    enum server_verdict verdict = SERVER_SAFE;
    size_t len = 0;

    out_why[0] = '\0';
    for (size_t i = 0; i < ARRAY_LEN(FAULTS); i++) {
        const struct fault *fault = &FAULTS[i];

        if (!fault->is_there(facts)) {
            continue;
        }
        verdict = fault->verdict > verdict ? fault->verdict : verdict;
        (void)snprintf(out_why + len, SERVER_WHY_SIZE - len, "%s%s%s%s", len > 0 ? "; " : "",
                       fault->before, fault->value(facts), fault->after);
        len = strlen(out_why);
    }
    return verdict;
}
