/* SPDX-License-Identifier: MIT */
/* shared/io/redis_login: what is taken over from a URL that has changed, and what a refusal is. */
#include "shared/io/redis_login.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

struct take_row {
    const char *name;
    const char *before;
    const char *now;
    bool taken;
};

/* clang-format off */
static struct take_row take_rows[] = {
    /* what it shows                             before                       now                            taken */
    {"another password",                         "redis://u:old@h:1/2",       "redis://u:new@h:1/2",         true },
    {"another user with the same password",      "redis://u:old@h",           "redis://v:old@h",             true },
    {"a password where there was none",          "redis://h",                 "redis://:new@h",              true },
    {"no password where there was one",          "redis://:old@h",            "redis://h",                   true },
    {"the same in other words",                  "redis://u:old@h",           "redis://%75:old@h:6379/0",    false},
    {"a socket's password",                      "unix://u:old@/s?db=1",      "unix://u:new@/s?db=1",        true },
    {"a password behind sentinels",              "sentinel://:old@a,b:2/m",   "sentinel://:new@a,b:2/m",     true },
    {"another host",                             "redis://u:old@h",           "redis://u:new@i",             false},
    {"another port",                             "redis://u:old@h:1",         "redis://u:new@h:2",           false},
    {"another database",                         "redis://u:old@h/1",         "redis://u:new@h/2",           false},
    {"another socket",                           "unix://u:old@/s",           "unix://u:new@/t",             false},
    {"with TLS from now on",                     "redis://u:old@h",           "rediss://u:new@h",            false},
    {"another master",                           "sentinel://:old@a/m",       "sentinel://:new@a/n",         false},
    {"another sentinel",                         "sentinel://:old@a,b/m",     "sentinel://:new@a,c/m",       false},
    {"one sentinel more",                        "sentinel://:old@a/m",       "sentinel://:new@a,b/m",       false},
    {"sentinels in the place of a server",       "redis://u:old@h",           "sentinel://u:new@h/m",        false},
    {"half of a file",                           "redis://u:old@h",           "redis://u:ne",                false},
    {"an empty file",                            "redis://u:old@h",           "",                            false},
};
/* clang-format on */

static struct redis_url url_of(const char *text)
{
    struct redis_url url;
    struct err err = ERR_INIT;

    if (!redis_url_parse(text, &url, &err)) {
        fail_msg("%s", err.message);
    }
    return url;
}

static void assert_login(const struct redis_url *url, const char *user, const char *password)
{
    assert_string_equal(url->user, user);
    assert_string_equal(url->password, password);
}

static void takes(void **state)
{
    const struct take_row *row = *state;
    struct redis_url url = url_of(row->before);
    struct redis_url expected = url_of(row->taken ? row->now : row->before);

    assert_int_equal(redis_login_take(row->now, &url), row->taken);
    assert_login(&url, expected.user, expected.password);
}

static void leaves_the_place_to_which_sentinels_have_led(void **state)
{
    struct redis_url url = url_of("sentinel://:old@a/m");

    (void)state;
    url.place = (struct redis_place){"10.0.0.1", 6379};
    assert_true(redis_login_take("sentinel://:new@a/m", &url));
    assert_string_equal(url.place.host, "10.0.0.1");
}

/* ---- with a file ---- */

static char folder[] = "/tmp/test-redis-login-XXXXXX";
static int told;

/* A line says where, and nothing else that a URL has. */
static void count(enum log_level level, const char *event, const struct log_field *fields)
{
    assert_int_equal(level, LOG_LEVEL_INFO);
    assert_string_equal(event, "redis.login_renewed");
    assert_string_equal(fields[0].text, "h:6379/0");
    assert_null(fields[1].name);
    told++;
}

static int enter_folder(void **state)
{
    (void)state;
    return mkdtemp(folder) && chdir(folder) == 0 ? 0 : -1;
}

static int leave_folder(void **state)
{
    (void)state;
    (void)remove(".env");
    return chdir("/") == 0 && rmdir(folder) == 0 ? 0 : -1;
}

static void write_url(const char *url)
{
    FILE *file = fopen(".env", "w");

    assert_non_null(file);
    assert_true(fprintf(file, "A_URL=%s\n", url) > 0);
    assert_int_equal(fclose(file), 0);
}

static void every_handle_takes_it_over_and_it_is_told_once(void **state)
{
    struct redis_login login = REDIS_LOGIN_INIT("A_URL", count);
    struct redis_url one = url_of("redis://u:old@h");
    struct redis_url two = one;

    (void)state;
    told = 0;
    write_url("redis://u:old@h");
    assert_false(redis_login_renew(&login, "h:6379/0", &one));
    assert_int_equal(told, 0);
    write_url("redis://u:new@h");
    assert_true(redis_login_renew(&login, "h:6379/0", &one));
    assert_true(redis_login_renew(&login, "h:6379/0", &two));
    assert_login(&one, "u", "new");
    assert_login(&two, "u", "new");
    assert_int_equal(told, 1);
    write_url("redis://u:newer@h");
    assert_true(redis_login_renew(&login, "h:6379/0", &one));
    assert_int_equal(told, 2);
}

static void that_no_password_is_needed_any_more_is_told(void **state)
{
    struct redis_login login = REDIS_LOGIN_INIT("A_URL", count);
    struct redis_url url = url_of("redis://:old@h");

    (void)state;
    told = 0;
    write_url("redis://h");
    assert_true(redis_login_renew(&login, "h:6379/0", &url));
    assert_int_equal(told, 1);
}

static void what_cannot_be_read_changes_nothing(void **state)
{
    struct redis_login login = REDIS_LOGIN_INIT("A_URL", count);
    struct redis_url url = url_of("redis://u:old@h");

    (void)state;
    told = 0;
    (void)remove(".env");
    assert_false(redis_login_renew(&login, "h:6379/0", &url));
    assert_false(redis_login_renew(NULL, "h:6379/0", &url));
    assert_login(&url, "u", "old");
    assert_int_equal(told, 0);
}

/* ---- what a refusal is ---- */

enum { NOON_MS = 1000000 };

/* What becomes of a refusal at `now_ms`. */
static enum err_kind refused(struct redis_login *login, int64_t now_ms)
{
    struct err err = ERR_INIT;

    (void)err_set(&err, ERR_FATAL, "AUTH refused");
    redis_login_note(login, &err, now_ms);
    assert_string_equal(err.message, "AUTH refused");
    return err.kind;
}

static void a_refusal_at_the_start_is_a_matter_of_settings(void **state)
{
    struct redis_login login = REDIS_LOGIN_INIT("A_URL", count);

    (void)state;
    assert_int_equal(refused(NULL, NOON_MS), ERR_FATAL);
    assert_int_equal(refused(&login, NOON_MS), ERR_FATAL);
}

static void a_refusal_is_waited_out_once_somebody_was_let_in(void **state)
{
    struct redis_login login = REDIS_LOGIN_INIT("A_URL", count);
    struct err err = ERR_INIT;
    const int64_t late_ms = NOON_MS + REDIS_LOGIN_PATIENCE_MS;

    (void)state;
    redis_login_note(&login, NULL, 1);
    assert_int_equal(refused(&login, NOON_MS), ERR_RETRY);
    assert_int_equal(refused(&login, late_ms - 1), ERR_RETRY);
    assert_int_equal(refused(&login, late_ms), ERR_FATAL);
    redis_login_note(&login, NULL, late_ms);
    assert_int_equal(refused(&login, late_ms + 1), ERR_RETRY);
    (void)err_set(&err, ERR_STOPPED, "shutdown requested");
    redis_login_note(&login, &err, late_ms + 2);
    assert_int_equal(err.kind, ERR_STOPPED);
}

/* A handle that is rarely used came in between the two files, and was not tried again. */
static void a_refusal_of_long_ago_shortens_no_other_wait(void **state)
{
    struct redis_login login = REDIS_LOGIN_INIT("A_URL", count);
    const int64_t month_ms = 2592000000;

    (void)state;
    redis_login_note(&login, NULL, 1);
    assert_int_equal(refused(&login, NOON_MS), ERR_RETRY);
    assert_int_equal(refused(&login, NOON_MS + month_ms), ERR_RETRY);
    assert_int_equal(refused(&login, NOON_MS + month_ms + REDIS_LOGIN_PATIENCE_MS - 1), ERR_RETRY);
    assert_int_equal(refused(&login, NOON_MS + month_ms + REDIS_LOGIN_PATIENCE_MS), ERR_FATAL);
}

int main(void)
{
    struct CMUnitTest tests[ARRAY_LEN(take_rows) + 7] = {
        cmocka_unit_test(leaves_the_place_to_which_sentinels_have_led),
        cmocka_unit_test(every_handle_takes_it_over_and_it_is_told_once),
        cmocka_unit_test(that_no_password_is_needed_any_more_is_told),
        cmocka_unit_test(what_cannot_be_read_changes_nothing),
        cmocka_unit_test(a_refusal_at_the_start_is_a_matter_of_settings),
        cmocka_unit_test(a_refusal_is_waited_out_once_somebody_was_let_in),
        cmocka_unit_test(a_refusal_of_long_ago_shortens_no_other_wait),
    };

    for (size_t i = 0; i < ARRAY_LEN(take_rows); i++) {
        tests[7 + i] = (struct CMUnitTest){take_rows[i].name, takes, NULL, NULL, &take_rows[i]};
    }
    return cmocka_run_group_tests_name("redis_login", tests, enter_folder, leave_folder);
}
