/* SPDX-License-Identifier: MIT */
/* gateway/gateway_settings.c: defaults, what a token looks like, and that no message repeats one.
 */
#include "gateway/gateway_settings.h"

#include "shared/base/compiler.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define GOOD_TOKEN "7000000001:SANDBOX-token-that-is-not-secret-0001"

/* What the lookup answers with; NULL: not set. */
struct given {
    const char *token;
    const char *admins;
    const char *name;
    const char *value;
};

static const char *look_up(void *context, const char *name)
{
    const struct given *given = context;

    if (strcmp(name, "TELEGRAM_BOT_TOKEN") == 0) {
        return given->token;
    }
    if (strcmp(name, "ADMIN_CHAT_ID") == 0) {
        return given->admins;
    }
    return given->name && strcmp(name, given->name) == 0 ? given->value : NULL;
}

static bool load(struct given given, struct gateway_settings *out, struct buf *problems)
{
    buf_init(problems, 4096);
    return settings_load(GATEWAY_SETTINGS, GATEWAY_SETTING_COUNT, look_up, &given, out, problems);
}

static void token_and_admins_are_enough(void **state)
{
    struct gateway_settings settings;
    struct buf problems;

    (void)state;
    assert_true(load((struct given){.token = GOOD_TOKEN, .admins = "1001,-1002000000001"},
                     &settings, &problems));
    assert_string_equal(settings.telegram_bot_token, GOOD_TOKEN);
    assert_int_equal(settings.admins.count, 2);
    assert_int_equal(settings.admins.ids[1], -1002000000001);
    assert_string_equal(settings.telegram_api_url, "https://api.telegram.org");
    assert_string_equal(settings.redis_url, "redis://127.0.0.1:6379/0");
    assert_string_equal(settings.queue_prefix, "beget");
    assert_int_equal(settings.telegram_rate, GATEWAY_RATE_ON);
    assert_int_equal(settings.poll_timeout_s, 50);
    assert_int_equal(settings.job_deadline_s, 300);
    assert_int_equal(settings.access_requests, GATEWAY_REQUESTS_ON);
    buf_free(&problems);
}

static void everything_that_is_missing_is_named_at_once(void **state)
{
    struct gateway_settings settings;
    struct buf problems;

    (void)state;
    assert_false(
        load((struct given){.name = "POLL_TIMEOUT_S", .value = "51"}, &settings, &problems));
    assert_non_null(strstr(buf_text(&problems), "TELEGRAM_BOT_TOKEN"));
    assert_non_null(strstr(buf_text(&problems), "ADMIN_CHAT_ID"));
    assert_non_null(strstr(buf_text(&problems), "POLL_TIMEOUT_S"));
    buf_free(&problems);
}

static void whoever_reads_elsewhere_needs_a_token(void **state)
{
    struct gateway_settings settings;
    struct buf problems;

    (void)state;
    assert_true(load(
        (struct given){
            .token = GOOD_TOKEN, .admins = "1", .name = "HTTP_LISTEN", .value = "0.0.0.0:9101"},
        &settings, &problems));
    assert_false(gateway_settings_check(&settings, &problems));
    assert_non_null(strstr(buf_text(&problems), "HTTP_TOKEN: "));
    buf_free(&problems);
}

struct value_row {
    const char *name;
    const char *setting;
    const char *value;
    bool good;
};

/* clang-format off */
static struct value_row value_rows[] = {
    {"a token as @BotFather gives it is taken", "TELEGRAM_BOT_TOKEN", GOOD_TOKEN,                                      true },
    {"a token without digits is refused",       "TELEGRAM_BOT_TOKEN", ":SANDBOX-token-that-is-not-secret-0001",        false},
    {"a token without a colon is refused",      "TELEGRAM_BOT_TOKEN", "7000000001SANDBOX-token-that-is-not-secret",    false},
    {"a token that is only digits is refused",  "TELEGRAM_BOT_TOKEN", "7000000001",                                    false},
    {"a token cut short is refused",            "TELEGRAM_BOT_TOKEN", "7000000001:SANDBOX-token",                      false},
    {"a token with a slash is refused",         "TELEGRAM_BOT_TOKEN", "7000000001:SANDBOX/token/that-is-not-secret-1", false},
    {"a token with a blank after it is refused", "TELEGRAM_BOT_TOKEN", GOOD_TOKEN " ",                                 false},
    {"an API URL must be one",                  "TELEGRAM_API_URL",   "api.telegram.org",                              false},
    {"an API URL of this machine is taken",     "TELEGRAM_API_URL",   "http://127.0.0.1:8081",                         true },
    {"the limits can be switched off",          "TELEGRAM_RATE",      "off",                                           true },
    {"the limits cannot be a number",           "TELEGRAM_RATE",      "30",                                            false},
    {"a poll of no time is refused",            "POLL_TIMEOUT_S",     "0",                                             false},
    {"a poll of a second is taken",             "POLL_TIMEOUT_S",     "1",                                             true },
    {"a poll beyond the server's is refused",   "POLL_TIMEOUT_S",     "51",                                            false},
    {"a deadline of no time is refused",        "JOB_DEADLINE_S",     "0",                                             false},
    {"requests of strangers can be left out",   "ACCESS_REQUESTS",    "off",                                           true },
    {"requests are on or off",                  "ACCESS_REQUESTS",    "maybe",                                         false},
    {"a Redis socket is taken",                 "REDIS_URL",          "unix:///run/redis.sock",                        true },
    {"the pages can be switched off",           "HTTP_LISTEN",        "",                                              true },
    {"the pages are at an address with a port", "HTTP_LISTEN",        "127.0.0.2",                                     false},
    {"a short token is refused",                "HTTP_TOKEN",         "tooshortbyfar",                                 false},
    {"an odd prefix is refused",                "QUEUE_PREFIX",       "a b",                                           false},
};
/* clang-format on */

static void checks_value(void **state)
{
    const struct value_row *row = *state;
    struct given given = {.token = GOOD_TOKEN, .admins = "1", .name = row->setting};
    struct gateway_settings settings;
    struct buf problems;

    given.value = row->value;
    if (strcmp(row->setting, "TELEGRAM_BOT_TOKEN") == 0) {
        given.token = row->value;
    }
    assert_int_equal(load(given, &settings, &problems), row->good);
    if (!row->good) {
        assert_non_null(strstr(buf_text(&problems), row->setting));
        assert_true(strlen(row->value) < 8 || !strstr(buf_text(&problems), row->value));
    }
    buf_free(&problems);
}

int main(void)
{
    struct CMUnitTest tests[ARRAY_LEN(value_rows) + 3] = {
        cmocka_unit_test(token_and_admins_are_enough),
        cmocka_unit_test(everything_that_is_missing_is_named_at_once),
        cmocka_unit_test(whoever_reads_elsewhere_needs_a_token),
    };

    for (size_t i = 0; i < ARRAY_LEN(value_rows); i++) {
        tests[i + 3] =
            (struct CMUnitTest){value_rows[i].name, checks_value, NULL, NULL, &value_rows[i]};
    }
    return cmocka_run_group_tests_name("gateway settings", tests, NULL, NULL);
}
