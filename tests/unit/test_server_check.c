/* SPDX-License-Identifier: MIT */
/* Which Redis is fit for the queue, by what it says of itself. */
#include "shared/base/compiler.h"
#include "shared/queue/server_check.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

struct judge_row {
    const char *name;
    const char *info;   /* the answer to INFO           */
    const char *policy; /* CONFIG GET, or NULL: refused */
    const char *append;
    enum server_verdict verdict;
    const char *why; /* is in the sentence; NULL: the sentence is empty */
};

#define V7    "redis_version:7.0.15\r\nrun_id:0123456789abcdef0123456789abcdef01234567\r\n"
#define AOF   "aof_enabled:1\r\n"
#define NOAOF "aof_enabled:0\r\n"
#define KEEP  "maxmemory_policy:noeviction\r\n"

/* clang-format off */
static struct judge_row judge_rows[] = {
    /* what it shows                              INFO                                            policy        append  verdict        why */
    {"one that keeps all is safe",                V7 "loading:0\r\n" KEEP AOF "aof_last_write_status:ok\r\n", NULL, NULL, SERVER_SAFE, NULL},
    {"lines may end without a carriage return",   "redis_version:7.2.4\nmaxmemory_policy:noeviction\naof_enabled:1\n", NULL, NULL, SERVER_SAFE, NULL},
    {"headings and empty lines are passed over",  "# Server\r\n" V7 "\r\n# Memory\r\n" KEEP AOF,  NULL,         NULL,   SERVER_SAFE,   NULL},
    {"the last line may have no end",             V7 KEEP "aof_enabled:1",                        NULL,         NULL,   SERVER_SAFE,   NULL},
    {"a newer server is safe",                    "redis_version:12.0.1\r\n" KEEP AOF,            NULL,         NULL,   SERVER_SAFE,   NULL},
    {"a server without a version may be safe",    KEEP AOF,                                       NULL,         NULL,   SERVER_SAFE,   NULL},
    {"allkeys-lru throws updates away",           V7 "maxmemory_policy:allkeys-lru\r\n" AOF,      NULL,         NULL,   SERVER_UNSAFE, "maxmemory-policy is allkeys-lru: Redis would throw queued updates away; set noeviction"},
    {"allkeys-lfu throws updates away",           V7 "maxmemory_policy:allkeys-lfu\r\n" AOF,      NULL,         NULL,   SERVER_UNSAFE, "maxmemory-policy is allkeys-lfu: Redis would throw queued updates"},
    {"allkeys-random throws updates away",        V7 "maxmemory_policy:allkeys-random\r\n" AOF,   NULL,         NULL,   SERVER_UNSAFE, "allkeys-random"},
    {"volatile-lru throws buttons away",          V7 "maxmemory_policy:volatile-lru\r\n" AOF,     NULL,         NULL,   SERVER_UNSAFE, "maxmemory-policy is volatile-lru: Redis would throw live buttons away; set noeviction"},
    {"volatile-ttl throws buttons away",          V7 "maxmemory_policy:volatile-ttl\r\n" AOF,     NULL,         NULL,   SERVER_UNSAFE, "volatile-ttl: Redis would throw live buttons"},
    {"a policy nobody knows is not trusted",      V7 "maxmemory_policy:whatever\r\n" AOF,         NULL,         NULL,   SERVER_UNSAFE, "maxmemory-policy is whatever: Redis would throw queued"},
    {"without a file a crash loses updates",      V7 KEEP NOAOF,                                  NULL,         NULL,   SERVER_UNSAFE, "AOF is off: a crash would lose updates that Telegram has forgotten; set appendonly yes"},
    {"a file that cannot be written",             V7 KEEP AOF "aof_last_write_status:err\r\n",    NULL,         NULL,   SERVER_UNSAFE, "the AOF cannot be written: is the disk of Redis full?"},
    {"no file has no failed writes",              V7 KEEP NOAOF "aof_last_write_status:err\r\n",  NULL,         NULL,   SERVER_UNSAFE, "set appendonly yes"},
    {"both faults are told",                      V7 "maxmemory_policy:allkeys-lru\r\n" NOAOF,    NULL,         NULL,   SERVER_UNSAFE, "set noeviction; AOF is off"},
    {"6.2 is too old",                            "redis_version:6.2.14\r\n" KEEP AOF,            NULL,         NULL,   SERVER_UNSAFE, "Redis is 6.2.14: 7.0 or newer is needed"},
    {"6.2 without a file has two faults",         "redis_version:6.2.14\r\n" KEEP NOAOF,          NULL,         NULL,   SERVER_UNSAFE, "needed; AOF is off"},
    {"one that loads is asked later",             V7 KEEP AOF "loading:1\r\n",                    NULL,         NULL,   SERVER_LATER,  "still loading"},
    {"one that loads is asked later, safe or not", V7 "maxmemory_policy:allkeys-lru\r\n" AOF "loading:1\r\n", NULL, NULL, SERVER_LATER, "still loading its files; maxmemory-policy is"},
    {"one that loads does not write yet",         V7 KEEP NOAOF "loading:1\r\n",                 NULL,         NULL,   SERVER_LATER,  "Redis is still loading its files"},
    {"one that says nothing is not trusted",      "",                                             NULL,         NULL,   SERVER_UNSAFE, "does not tell whether it keeps updates: let this user run INFO"},
    {"one that hides its policy is not trusted",  V7 AOF,                                         NULL,         NULL,   SERVER_UNSAFE, "does not tell"},
    {"one that hides its file is not trusted",    V7 KEEP,                                        NULL,         NULL,   SERVER_UNSAFE, "does not tell"},
    {"a name that only ends alike is another",    V7 KEEP "xaof_enabled:1\r\n",                   NULL,         NULL,   SERVER_UNSAFE, "does not tell"},
    {"a name that only begins alike is another",  V7 KEEP "aof_enabled_x:1\r\n",                  NULL,         NULL,   SERVER_UNSAFE, "does not tell"},
    {"CONFIG fills in what INFO lacks",           V7,                                             "noeviction", "yes",  SERVER_SAFE,   NULL},
    {"CONFIG alone is enough",                    "",                                             "noeviction", "yes",  SERVER_SAFE,   NULL},
    {"CONFIG tells of eviction",                  "",                                             "allkeys-lru", "yes", SERVER_UNSAFE, "allkeys-lru"},
    {"CONFIG tells of a missing file",            "",                                             "noeviction", "no",   SERVER_UNSAFE, "AOF is off"},
    {"INFO is believed before CONFIG",            V7 KEEP NOAOF,                                  "allkeys-lru", "yes", SERVER_UNSAFE, "AOF is off"},
};
/* clang-format on */

static void is_judged(void **state)
{
    const struct judge_row *row = *state;
    struct server_facts facts = {.run_id = ""};
    char why[SERVER_WHY_SIZE];

    server_facts_read(row->info, &facts);
    if (row->policy) {
        server_facts_config("maxmemory-policy", row->policy, &facts);
        server_facts_config("appendonly", row->append, &facts);
        server_facts_config("appendfsync", "no", &facts);
    }
    assert_int_equal(server_judge(&facts, why), row->verdict);
    if (!row->why) {
        assert_string_equal(why, "");
    } else if (!strstr(why, row->why)) {
        fail_msg("\"%s\" does not say \"%s\"", why, row->why);
    }
}

static void knows_what_is_missing(void **state)
{
    struct server_facts facts = {.run_id = ""};

    (void)state;
    assert_false(server_facts_complete(&facts));
    server_facts_read(V7 KEEP, &facts);
    assert_false(server_facts_complete(&facts));
    server_facts_read(AOF, &facts);
    assert_true(server_facts_complete(&facts));
    assert_string_equal(facts.run_id, "0123456789abcdef0123456789abcdef01234567");
    assert_string_equal(facts.version, "7.0.15");
}

static void the_longest_complaint_fits(void **state)
{
    struct server_facts facts = {.run_id = ""};
    char why[SERVER_WHY_SIZE];

    (void)state;
    server_facts_read("redis_version:6.2.14\r\nmaxmemory_policy:allkeys-random\r\n" NOAOF, &facts);
    assert_int_equal(server_judge(&facts, why), SERVER_UNSAFE);
    assert_string_equal(why + strlen(why) - strlen("set appendonly yes"), "set appendonly yes");
}

static void an_endless_value_is_cut(void **state)
{
    static const char LONG[] =
        "run_id:0123456789012345678901234567890123456789012345678901234567890\n"
        "loading:00000000000000000000\n" KEEP AOF;
    struct server_facts facts = {.run_id = ""};

    (void)state;
    server_facts_read(LONG, &facts);
    assert_int_equal(strlen(facts.run_id), sizeof(facts.run_id) - 1);
    assert_true(server_facts_complete(&facts));
}

int main(void)
{
    struct CMUnitTest tests[ARRAY_LEN(judge_rows) + 3] = {
        {.name = "what INFO left open is known", .test_func = knows_what_is_missing},
        {.name = "the longest complaint fits", .test_func = the_longest_complaint_fits},
        {.name = "an endless value is cut", .test_func = an_endless_value_is_cut},
    };
    size_t count = 3;

    for (size_t i = 0; i < ARRAY_LEN(judge_rows); i++) {
        tests[count++] =
            (struct CMUnitTest){judge_rows[i].name, is_judged, NULL, NULL, &judge_rows[i]};
    }
    return cmocka_run_group_tests_name("server_check", tests, NULL, NULL);
}
