/* SPDX-License-Identifier: MIT */
/* shared/ops: who may read a service's pages and change something there, and which page it is. */
#include "shared/ops/page_access.h"

#include "shared/ops/health_ask.h"
#include "shared/ops/pages.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define TOKEN  "reading-0123456789"
#define CHANGE "changes-0123456789"

/* ":" and the token, as browsers send it; with "ops" as the name. */
#define BASIC_TOKEN  "Basic b3BzOnJlYWRpbmctMDEyMzQ1Njc4OQ=="
#define BASIC_CHANGE "Basic b3BzOmNoYW5nZXMtMDEyMzQ1Njc4OQ=="

static const struct page_rules LOCAL = {.loopback = true, .token = "", .change_token = ""};
static const struct page_rules LOCAL_BOTH = {
    .loopback = true, .token = TOKEN, .change_token = CHANGE};
static const struct page_rules OPEN = {.token = TOKEN, .change_token = ""};
static const struct page_rules BOTH = {.token = TOKEN, .change_token = CHANGE};
static const struct page_rules CHANGES_ONLY = {
    .loopback = true, .token = "", .change_token = CHANGE};

struct access_row {
    const char *name;
    const struct page_rules *rules;
    enum page_need need;
    const char *host;
    const char *authorization;
    enum page_access access;
};

/* clang-format off */
static struct access_row access_rows[] = {
    {"on this machine everybody reads",                &LOCAL,        PAGE_READ,   "127.0.0.1:9101",    NULL,                       PAGE_ALLOWED},
    {"by its name, too",                               &LOCAL,        PAGE_READ,   "localhost:9101",    NULL,                       PAGE_ALLOWED},
    {"however that is written",                        &LOCAL,        PAGE_READ,   "LocalHost",         NULL,                       PAGE_ALLOWED},
    {"by IPv6, too",                                   &LOCAL,        PAGE_READ,   "[::1]:9101",        NULL,                       PAGE_ALLOWED},
    {"a stranger's name that leads here is refused",   &LOCAL,        PAGE_READ,   "evil.example:9101", NULL,                       PAGE_WRONG_HOST},
    {"also when it begins like an address",            &LOCAL,        PAGE_READ,   "127.0.0.1.evil.example", NULL,                  PAGE_WRONG_HOST},
    {"also when it has this machine's as a user",      &LOCAL,        PAGE_READ,   "127.0.0.1:80@evil.example", NULL,               PAGE_WRONG_HOST},
    {"also for what is open",                          &LOCAL,        PAGE_OPEN,   "evil.example",      NULL,                       PAGE_WRONG_HOST},
    {"a request without a host is refused",            &LOCAL,        PAGE_READ,   NULL,                NULL,                       PAGE_WRONG_HOST},
    {"brackets that do not close are no host",         &LOCAL,        PAGE_READ,   "[::1",              NULL,                       PAGE_WRONG_HOST},
    {"the right token does not help a wrong host",     &LOCAL_BOTH,   PAGE_READ,   "evil.example",      "Bearer " TOKEN,            PAGE_WRONG_HOST},
    {"a token that is set is asked for here as well",  &LOCAL_BOTH,   PAGE_READ,   "127.0.0.1",         NULL,                       PAGE_NO_TOKEN},
    {"elsewhere any host will do",                     &OPEN,         PAGE_READ,   "bot.example",       "Bearer " TOKEN,            PAGE_ALLOWED},
    {"without a token nobody reads there",             &OPEN,         PAGE_READ,   "bot.example",       NULL,                       PAGE_NO_TOKEN},
    {"whether it lives is told to everybody",          &OPEN,         PAGE_OPEN,   "bot.example",       NULL,                       PAGE_ALLOWED},
    {"a wrong token is none",                          &OPEN,         PAGE_READ,   "bot.example",       "Bearer reading-0123456788", PAGE_NO_TOKEN},
    {"nor is the beginning of the right one",          &OPEN,         PAGE_READ,   "bot.example",       "Bearer reading",           PAGE_NO_TOKEN},
    {"nor more than it",                               &OPEN,         PAGE_READ,   "bot.example",       "Bearer " TOKEN TOKEN,      PAGE_NO_TOKEN},
    {"nor nothing",                                    &OPEN,         PAGE_READ,   "bot.example",       "Bearer ",                  PAGE_NO_TOKEN},
    {"nor the token without a scheme",                 &OPEN,         PAGE_READ,   "bot.example",       TOKEN,                      PAGE_NO_TOKEN},
    {"the scheme may be written small",                &OPEN,         PAGE_READ,   "bot.example",       "bearer " TOKEN,            PAGE_ALLOWED},
    {"a browser brings it as a password",              &OPEN,         PAGE_READ,   "bot.example",       BASIC_TOKEN,                PAGE_ALLOWED},
    {"what is no base64 is no password",               &OPEN,         PAGE_READ,   "bot.example",       "Basic b3Bz*",              PAGE_NO_TOKEN},
    {"a name without a password is none",              &OPEN,         PAGE_READ,   "bot.example",       "Basic b3Bz",               PAGE_NO_TOKEN},
    {"who may change may read",                        &BOTH,         PAGE_READ,   "bot.example",       "Bearer " CHANGE,           PAGE_ALLOWED},
    {"who may change changes",                         &BOTH,         PAGE_CHANGE, "bot.example",       "Bearer " CHANGE,           PAGE_ALLOWED},
    {"who may read does not",                          &BOTH,         PAGE_CHANGE, "bot.example",       "Bearer " TOKEN,            PAGE_NO_TOKEN},
    {"a browser does not change by itself",            &BOTH,         PAGE_CHANGE, "bot.example",       BASIC_CHANGE,               PAGE_NO_TOKEN},
    {"without a token for it nobody changes anything", &OPEN,         PAGE_CHANGE, "bot.example",       "Bearer " TOKEN,            PAGE_READ_ONLY},
    {"an empty one opens nothing",                     &OPEN,         PAGE_CHANGE, "bot.example",       "Bearer ",                  PAGE_READ_ONLY},
    {"here as well",                                   &LOCAL,        PAGE_CHANGE, "127.0.0.1",         NULL,                       PAGE_READ_ONLY},
    {"here a change takes its token",                  &CHANGES_ONLY, PAGE_CHANGE, "127.0.0.1",         NULL,                       PAGE_NO_TOKEN},
    {"and reading does not",                           &CHANGES_ONLY, PAGE_READ,   "127.0.0.1",         NULL,                       PAGE_ALLOWED},
};
/* clang-format on */

static void decides_access(void **state)
{
    const struct access_row *row = *state;

    assert_int_equal(page_access_of(row->rules, row->need, row->host, row->authorization),
                     row->access);
}

static void a_token_as_long_as_a_header_can_be_is_only_wrong(void **state)
{
    char header[60000];

    (void)state;
    memset(header, 'A', sizeof(header));
    header[sizeof(header) - 1] = '\0';
    memcpy(header, "Bearer ", 7);
    assert_int_equal(page_access_of(&OPEN, PAGE_READ, "bot.example", header), PAGE_NO_TOKEN);
    memcpy(header, "Basic  ", 7);
    assert_int_equal(page_access_of(&OPEN, PAGE_READ, "bot.example", header), PAGE_NO_TOKEN);
}

static void a_page_is_found_by_method_and_path(void **state)
{
    const struct page_route routes[] = {{.method = "GET", .path = "/"},
                                        {.method = "GET", .path = "/api/state"},
                                        {.method = "POST", .path = "/api/retry"}};
    int status = 0;

    (void)state;
    assert_ptr_equal(page_find(routes, 3, "GET", "/", &status), &routes[0]);
    assert_ptr_equal(page_find(routes, 3, "HEAD", "/api/state", &status), &routes[1]);
    assert_ptr_equal(page_find(routes, 3, "POST", "/api/retry", &status), &routes[2]);
    assert_null(page_find(routes, 3, "POST", "/api/state", &status));
    assert_int_equal(status, 405);
    assert_null(page_find(routes, 3, "DELETE", "/api/retry", &status));
    assert_int_equal(status, 405);
    assert_null(page_find(routes, 3, "HEAD", "/api/retry", &status));
    assert_int_equal(status, 405);
    assert_null(page_find(routes, 3, "GET", "/api", &status));
    assert_int_equal(status, 404);
}

struct url_row {
    const char *listen;
    const char *url; /* NULL: there is nothing to ask */
};

static void asks_where_it_listens(void **state)
{
    static const struct url_row ROWS[] = {
        {"127.0.0.1:9101", "http://127.0.0.1:9101/readyz"},
        {"[::1]:9101", "http://[::1]:9101/readyz"},
        {"0.0.0.0:9101", "http://127.0.0.1:9101/readyz"},
        {"[::]:9101", "http://[::1]:9101/readyz"},
        {"", NULL},
        {"127.0.0.1:0", NULL},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(ROWS) / sizeof(ROWS[0]); i++) {
        struct buf url;

        buf_init(&url, 256);
        assert_int_equal(health_ask_url(ROWS[i].listen, &url), ROWS[i].url != NULL);
        assert_string_equal(buf_text(&url), ROWS[i].url ? ROWS[i].url : "");
        buf_free(&url);
    }
}

int main(void)
{
    enum { ROWS = sizeof(access_rows) / sizeof(access_rows[0]), OTHERS = 3 };
    struct CMUnitTest tests[ROWS + OTHERS] = {
        cmocka_unit_test(a_token_as_long_as_a_header_can_be_is_only_wrong),
        cmocka_unit_test(a_page_is_found_by_method_and_path),
        cmocka_unit_test(asks_where_it_listens),
    };

    for (size_t i = 0; i < ROWS; i++) {
        tests[i + OTHERS] =
            (struct CMUnitTest){access_rows[i].name, decides_access, NULL, NULL, &access_rows[i]};
    }
    return cmocka_run_group_tests_name("page access", tests, NULL, NULL);
}
