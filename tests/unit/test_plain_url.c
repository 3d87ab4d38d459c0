/* SPDX-License-Identifier: MIT */
/* shared/base/plain_url.c: which addresses send a secret in plain text to another machine. */
#include "shared/base/plain_url.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

struct url_row {
    const char *name;
    const char *url;
    bool plain;
    bool overheard;
};

/* clang-format off */
static struct url_row url_rows[] = {
    {"Telegram's own",                        "https://api.telegram.org",            false, false},
    {"encrypted to this machine",             "https://127.0.0.1:8443",              false, false},
    {"a server beside it",                    "http://127.0.0.1:8081",               true,  false},
    {"the same by name",                      "http://localhost:8081/api",           true,  false},
    {"the same by IPv6",                      "http://[::1]:8081",                   true,  false},
    {"without a port",                        "http://127.0.0.1",                    true,  false},
    {"behind a user's name",                  "http://bot:word@127.0.0.1:8081/api",  true,  false},
    {"another machine",                       "http://192.0.2.1:8081",               true,  true },
    {"a container beside it",                 "http://telegram-sim:8081",            true,  true },
    {"in capitals",                           "HTTP://192.0.2.1",                    true,  true },
    {"another machine by IPv6",               "http://[2001:db8::1]:8081",           true,  true },
    {"a user who is called like this machine", "http://127.0.0.1@192.0.2.1/",        true,  true },
    {"a path with an at sign",                "http://192.0.2.1/@127.0.0.1",         true,  true },
    {"a name that begins like this machine",  "http://127.0.0.1.example.com",        true,  true },
    {"a name longer than any",
     "http://localhost.aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
                                                                                     true,  true },
    {"no host",                               "http://",                             true,  true },
};
/* clang-format on */

static void tells_plain_addresses(void **state)
{
    const struct url_row *row = *state;

    assert_int_equal(url_is_plain(row->url), row->plain);
    assert_int_equal(url_can_be_overheard(row->url), row->overheard);
}

int main(void)
{
    enum { ROWS = sizeof(url_rows) / sizeof(url_rows[0]) };
    struct CMUnitTest tests[ROWS];

    for (size_t i = 0; i < ROWS; i++) {
        tests[i] =
            (struct CMUnitTest){url_rows[i].name, tells_plain_addresses, NULL, NULL, &url_rows[i]};
    }
    return cmocka_run_group_tests_name("plain url", tests, NULL, NULL);
}
