/* SPDX-License-Identifier: MIT */
/* shared/io/redis_url and redis_error: what is read out of a URL, and what a refusal means. */
#include "shared/io/redis_error.h"
#include "shared/io/redis_url.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>
#include <errno.h>

struct good_row {
    const char *name;
    const char *text;
    struct redis_url url;
};

/* clang-format off */
static struct good_row good_rows[] = {
    /* what it shows                              URL                                      read as */
    {"a host alone has the default port",         "redis://redis",                         {.place = {"redis", 6379}}},
    {"host and port",                             "redis://10.0.0.1:6380",                 {.place = {"10.0.0.1", 6380}}},
    {"the highest port",                          "redis://h:65535",                       {.place = {"h", 65535}}},
    {"a trailing slash selects nothing",          "redis://h/",                            {.place = {"h", 6379}}},
    {"a database",                                "redis://h:1/15",                        {.place = {"h", 1}, .db = 15}},
    {"an IPv6 address in brackets",               "redis://[::1]",                         {.place = {"::1", 6379}}},
    {"an IPv6 address with port and database",    "redis://[fe80::1]:7/2",                 {.place = {"fe80::1", 7}, .db = 2}},
    {"user and password",                         "redis://bot:secret@h",                  {.place = {"h", 6379}, .user = "bot", .password = "secret"}},
    {"a password without a user",                 "redis://:secret@h",                     {.place = {"h", 6379}, .password = "secret"}},
    {"escapes in user and password",              "redis://b%6ft:%40%2F%25%C3%A4@h",       {.place = {"h", 6379}, .user = "bot", .password = "@/%\xc3\xa4"}},
    {"a password with @, : and / as they are",    "redis://:a@b:c/d@h:1/3",                {.place = {"h", 1}, .db = 3, .password = "a@b:c/d"}},
    {"TLS",                                       "rediss://h:6380",                       {.tls = true, .place = {"h", 6380}}},
    {"a socket",                                  "unix:///run/redis/redis.sock",          {.path = "/run/redis/redis.sock"}},
    {"a socket and a database",                   "unix:///s?db=4",                        {.path = "/s", .db = 4}},
    {"a socket with user and password",           "unix://bot:secret@/s",                  {.path = "/s", .user = "bot", .password = "secret"}},
    {"a path with an @ is not a password",        "unix:///a:b@c",                         {.path = "/a:b@c"}},
    {"escapes in a path",                         "unix:///a%20b",                         {.path = "/a b"}},
    {"one sentinel has the default port",         "sentinel://s/main",                     {.master = "main", .sentinels = {{"s", 26379}}, .sentinel_count = 1}},
    {"several sentinels",                         "sentinel://a:1,b,[::1]:3/main/4",       {.master = "main", .db = 4, .sentinels = {{"a", 1}, {"b", 26379}, {"::1", 3}}, .sentinel_count = 3}},
    {"the master's user and password",            "sentinel://bot:a,b/c@s:1/main",         {.master = "main", .user = "bot", .password = "a,b/c", .sentinels = {{"s", 1}}, .sentinel_count = 1}},
    {"a trailing slash behind the master",        "sentinel://s/main/",                    {.master = "main", .sentinels = {{"s", 26379}}, .sentinel_count = 1}},
    {"sentinels over TLS",                        "sentinels://bot:secret@s/main",         {.tls = true, .master = "main", .user = "bot", .password = "secret", .sentinels = {{"s", 26379}}, .sentinel_count = 1}},
    {"escapes in the master's name",              "sentinel://s/a%2fb",                    {.master = "a/b", .sentinels = {{"s", 26379}}, .sentinel_count = 1}},
};

static struct bad_row {
    const char *name;
    const char *text;
    const char *why; /* the message holds this */
} bad_rows[] = {
    /* what it shows                              URL                                      why */
    {"nothing at all",                            "",                                      "must begin with"},
    {"no scheme",                                 "127.0.0.1:6379",                        "must begin with"},
    {"another scheme",                            "http://s3cret@h",                       "must begin with"},
    {"no host",                                   "redis://",                              "no host"},
    {"a database but no host",                    "redis:///0",                            "no host"},
    {"a port but no host",                        "redis://:6379",                         "no host"},
    {"a password but no host",                    "redis://:s3cret@",                      "no host"},
    {"port 0",                                    "redis://h:0",                           "port"},
    {"a port above 65535",                        "redis://h:65536",                       "port"},
    {"a port that overflows an int",              "redis://h:99999999999999999999",        "port"},
    {"an empty port",                             "redis://h:",                            "port"},
    {"a port that is no number",                  "redis://h:s3cret",                      "port"},
    {"a negative port",                           "redis://h:-1",                          "port"},
    {"IPv6 without brackets",                     "redis://::1:6379",                      "brackets"},
    {"an open bracket",                           "redis://[::1",                          "bracket"},
    {"text after the bracket",                    "redis://[::1]x",                        "port"},
    {"empty brackets",                            "redis://[]",                            "no host"},
    {"a user without a password",                 "redis://s3cret@h",                      "needs a password"},
    {"an empty password",                         "redis://bot:@h",                        "needs a password"},
    {"a bad escape",                              "redis://:s3cret%4g@h",                  "%-escape"},
    {"an escape cut short",                       "redis://:s3cret%4@h",                   "%-escape"},
    {"an escaped NUL",                            "redis://:s3cret%00x@h",                 "%-escape"},
    {"a database that is no number",              "redis://h/one",                         "database"},
    {"a database and more",                       "redis://h/1/2",                         "database"},
    {"a query where there is none",               "redis://h/1?ssl=1",                     "database"},
    {"a socket without a path",                   "unix://",                               "absolute path"},
    {"a socket with a relative path",             "unix://redis.sock",                     "absolute path"},
    {"a socket with another query",               "unix:///s?password=s3cret",             "only db=n"},
    {"a socket with an empty query",              "unix:///s?",                            "only db=n"},
    {"a socket with an empty database",           "unix:///s?db=",                         "database"},
    {"no sentinel",                               "sentinel:///main",                      "no host"},
    {"an empty place among sentinels",            "sentinel://a,,b/main",                  "no host"},
    {"a comma at the end",                        "sentinel://a,/main",                    "no host"},
    {"a sentinel's port that is no number",       "sentinel://a:s3cret/main",              "port"},
    {"ten sentinels",                             "sentinel://a,b,c,d,e,f,g,h,i,j/main",   "nine"},
    {"sentinels without a master",                "sentinel://a,b",                        "no master"},
    {"sentinels with an empty master",            "sentinel://a,b//0",                     "no master"},
    {"sentinels over TLS without a master",       "sentinels://:s3cret@a",                 "no master"},
    {"a master's database that is no number",     "sentinel://a/main/one",                 "database"},
    {"a master's name with a bad escape",         "sentinel://a/%zz",                      "%-escape"},
    {"a blank",                                   "redis://h /0",                          "blanks"},
    {"a newline at the end",                      "redis://:s3cret@h\n",                   "blanks"},
};

static struct refusal_row {
    const char *name;
    const char *text;
    enum err_kind kind;
} refusal_rows[] = {
    {"loading is worth another try",              "LOADING Redis is loading the dataset",  ERR_RETRY},
    {"a running script is worth another try",     "BUSY Redis is busy running a script",   ERR_RETRY},
    {"full memory is worth another try",          "OOM command not allowed",               ERR_RETRY},
    {"a replica is worth another try",            "READONLY You can't write",              ERR_RETRY},
    {"a lost master is worth another try",        "MASTERDOWN Link with MASTER is down",   ERR_RETRY},
    {"a moving slot is worth another try",        "TRYAGAIN Multiple keys",                ERR_RETRY},
    {"missing replicas are worth another try",    "NOREPLICAS Not enough good replicas",   ERR_RETRY},
    {"a cluster down is worth another try",       "CLUSTERDOWN Hash slot not served",      ERR_RETRY},
    {"a full disk is worth another try",          "MISCONF Redis is configured to save",   ERR_RETRY},
    {"a key gone while waiting is another try",   "UNBLOCKED the stream key is gone",      ERR_RETRY},
    {"a missing group is worth another try",      "NOGROUP No such key",                   ERR_RETRY},
    {"too many clients are worth another try",    "ERR max number of clients reached",     ERR_RETRY},
    {"a missing password is a setting",           "NOAUTH Authentication required.",       ERR_FATAL},
    {"a wrong password is a setting",             "WRONGPASS invalid username",            ERR_FATAL},
    {"a missing right is a setting",              "NOPERM this user has no permissions",   ERR_FATAL},
    {"a wrong type can never succeed",            "WRONGTYPE Operation against a key",     ERR_REJECT},
    {"an existing group can never succeed",       "BUSYGROUP Consumer Group name exists",  ERR_REJECT},
    {"any other error can never succeed",         "ERR syntax error",                      ERR_REJECT},
    {"a word that only begins like one",          "OOMPH",                                 ERR_REJECT},
    {"an empty text",                             "",                                      ERR_REJECT},
};
/* clang-format on */

static void reads(void **state)
{
    const struct good_row *row = *state;
    struct redis_url url;
    struct err err = ERR_INIT;

    if (!redis_url_parse(row->text, &url, &err)) {
        fail_msg("%s", err.message);
    }
    assert_int_equal(url.tls, row->url.tls);
    assert_string_equal(url.path, row->url.path);
    assert_string_equal(url.place.host, row->url.place.host);
    assert_int_equal(url.place.port, row->url.place.port);
    assert_int_equal(url.db, row->url.db);
    assert_string_equal(url.master, row->url.master);
    assert_int_equal(url.sentinel_count, row->url.sentinel_count);
    for (size_t i = 0; i < url.sentinel_count; i++) {
        assert_string_equal(url.sentinels[i].host, row->url.sentinels[i].host);
        assert_int_equal(url.sentinels[i].port, row->url.sentinels[i].port);
    }
    assert_string_equal(url.user, row->url.user);
    assert_string_equal(url.password, row->url.password);
}

static void refuses(void **state)
{
    const struct bad_row *row = *state;
    struct redis_url url = {.db = 42};
    struct err err = ERR_INIT;

    assert_false(redis_url_parse(row->text, &url, &err));
    assert_int_equal(err.kind, ERR_FATAL);
    if (!strstr(err.message, row->why)) {
        fail_msg("\"%s\" does not say \"%s\"", err.message, row->why);
    }
    assert_null(strstr(err.message, "s3cret"));
    assert_int_equal(url.db, 42); /* the output is left alone */
}

static void refuses_what_does_not_fit(void **state)
{
    static const struct {
        const char *before;
        int len;
        const char *after;
    } ROWS[] = {
        {"redis://:", 600, "@h"}, {"redis://", 200, ":x@h"},       {"redis://", 300, ""},
        {"unix:///", 110, ""},    {"sentinel://a,", 300, "/main"}, {"sentinel://a/", 200, ""},
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(ROWS); i++) {
        char text[1024];
        struct redis_url url;
        struct err err = ERR_INIT;

        (void)snprintf(text, sizeof(text), "%s%0*d%s", ROWS[i].before, ROWS[i].len, 0,
                       ROWS[i].after);
        assert_false(redis_url_parse(text, &url, &err));
        assert_non_null(strstr(err.message, "too long"));
    }
}

static void classifies(void **state)
{
    const struct refusal_row *row = *state;

    assert_int_equal(redis_refusal_of(row->text).kind, row->kind);
}

static void explains_why_it_cannot_connect(void **state)
{
    (void)state;
    assert_non_null(strstr(redis_connect_cause(ECONNREFUSED), "is redis-server running?"));
    assert_non_null(strstr(redis_connect_cause(ENOENT), "unixsocket"));
    assert_null(redis_connect_cause(EINTR));
}

int main(void)
{
    struct CMUnitTest tests[ARRAY_LEN(good_rows) + ARRAY_LEN(bad_rows) + ARRAY_LEN(refusal_rows) +
                            2] = {
        {.name = "what does not fit is refused", .test_func = refuses_what_does_not_fit},
        {.name = "a failed connection is explained", .test_func = explains_why_it_cannot_connect},
    };
    size_t count = 2;

    for (size_t i = 0; i < ARRAY_LEN(good_rows); i++) {
        tests[count++] = (struct CMUnitTest){good_rows[i].name, reads, NULL, NULL, &good_rows[i]};
    }
    for (size_t i = 0; i < ARRAY_LEN(bad_rows); i++) {
        tests[count++] = (struct CMUnitTest){bad_rows[i].name, refuses, NULL, NULL, &bad_rows[i]};
    }
    for (size_t i = 0; i < ARRAY_LEN(refusal_rows); i++) {
        tests[count++] =
            (struct CMUnitTest){refusal_rows[i].name, classifies, NULL, NULL, &refusal_rows[i]};
    }
    return cmocka_run_group_tests_name("redis_url", tests, NULL, NULL);
}
