/* SPDX-License-Identifier: MIT */
/* shared/base/listen_address.c: what HTTP_LISTEN may be, and who could reach it. */
#include "shared/base/listen_address.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

struct address_row {
    const char *name;
    const char *text;
    bool good;
    const char *host;
    int port;
    bool loopback;
};

/* clang-format off */
static struct address_row address_rows[] = {
    {"this machine",                    "127.0.0.1:9101",     true,  "127.0.0.1", 9101,  true },
    {"this machine by IPv6",            "[::1]:9101",         true,  "::1",       9101,  true },
    {"any free port",                   "127.0.0.1:0",        true,  "127.0.0.1", 0,     true },
    {"another address of this machine", "127.3.2.1:65535",    true,  "127.3.2.1", 65535, true },
    {"all addresses",                   "0.0.0.0:9101",       true,  "0.0.0.0",   9101,  false},
    {"all addresses by IPv6",           "[::]:9101",          true,  "::",        9101,  false},
    {"an address of a network",         "192.0.2.1:80",       true,  "192.0.2.1", 80,    false},
    {"no port",                         "127.0.0.1",          false, NULL,        0,     false},
    {"an empty port",                   "127.0.0.1:",         false, NULL,        0,     false},
    {"a port that is none",             "127.0.0.1:http",     false, NULL,        0,     false},
    {"a port beyond TCP's",             "127.0.0.1:65536",    false, NULL,        0,     false},
    {"IPv6 without brackets",           "::1:9101",           false, NULL,        0,     false},
    {"a port alone",                    ":9101",              false, NULL,        0,     false},
    {"a name, which is not looked up",  "localhost:9101",     false, NULL,        0,     false},
    {"a name that begins like loopback", "127.example.com:80", false, NULL,       0,     false},
};
/* clang-format on */

static void reads_address(void **state)
{
    const struct address_row *row = *state;
    struct listen_address address;

    assert_int_equal(listen_address_check(row->text) == NULL, row->good);
    if (row->good) {
        assert_true(listen_address_read(row->text, &address));
        assert_string_equal(address.host, row->host);
        assert_int_equal(address.port, row->port);
        assert_int_equal(listen_host_is_loopback(address.host), row->loopback);
    }
}

static void an_empty_address_is_off(void **state)
{
    (void)state;
    assert_null(listen_address_check(""));
}

static void a_host_that_only_looks_like_this_machine_is_not(void **state)
{
    (void)state;
    assert_false(listen_host_is_loopback("127.evil.example"));
    assert_false(listen_host_is_loopback("1270.0.0.1"));
}

static void all_addresses_are_asked_at_loopback(void **state)
{
    (void)state;
    assert_string_equal(listen_host_to_ask("0.0.0.0"), "127.0.0.1");
    assert_string_equal(listen_host_to_ask("::"), "::1");
    assert_string_equal(listen_host_to_ask("192.0.2.1"), "192.0.2.1");
}

static void a_token_is_long_and_without_blanks(void **state)
{
    (void)state;
    assert_null(listen_token_check(""));
    assert_null(listen_token_check("0123456789abcdef"));
    assert_non_null(listen_token_check("0123456789abcde"));
    assert_non_null(listen_token_check("0123456789abcdef 1"));
    assert_non_null(listen_token_check("0123456789abcdef\xd0\xb0"));
}

static void what_others_reach_needs_a_token(void **state)
{
    struct buf problems;

    (void)state;
    buf_init(&problems, 1024);
    assert_true(listen_check_together("", "", &problems));
    assert_true(listen_check_together("127.0.0.1:9101", "", &problems));
    assert_true(listen_check_together("0.0.0.0:9101", "0123456789abcdef", &problems));
    assert_string_equal(buf_text(&problems), "");
    assert_false(listen_check_together("0.0.0.0:9101", "", &problems));
    assert_non_null(strstr(buf_text(&problems), "HTTP_TOKEN"));
    assert_non_null(strstr(buf_text(&problems), "127.0.0.1"));
    buf_free(&problems);
}

int main(void)
{
    enum { ROWS = sizeof(address_rows) / sizeof(address_rows[0]), OTHERS = 5 };
    struct CMUnitTest tests[ROWS + OTHERS] = {
        cmocka_unit_test(an_empty_address_is_off),
        cmocka_unit_test(a_host_that_only_looks_like_this_machine_is_not),
        cmocka_unit_test(all_addresses_are_asked_at_loopback),
        cmocka_unit_test(a_token_is_long_and_without_blanks),
        cmocka_unit_test(what_others_reach_needs_a_token),
    };

    for (size_t i = 0; i < ROWS; i++) {
        tests[i + OTHERS] =
            (struct CMUnitTest){address_rows[i].name, reads_address, NULL, NULL, &address_rows[i]};
    }
    return cmocka_run_group_tests_name("listen address", tests, NULL, NULL);
}
