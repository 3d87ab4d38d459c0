/* SPDX-License-Identifier: MIT */
/* A call of the hosting API as text: each argument in the form of its parameter. */
#include "worker/beget/request.h"

#include "shared/base/compiler.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

struct row {
    const char *name;
    enum beget_method method;
    struct beget_argument arguments[BEGET_PARAMETERS_MAX];
    const char *input;
};

/* clang-format off */
static struct row rows[] = {
    {"a method without parameters",        BEGET_ACCOUNT_INFO,     {{NULL, 0}},                    "{}"},
    {"a text",                             BEGET_DNS_READ,         {{"a.ru", 0}},                  "{\"fqdn\":\"a.ru\"}"},
    {"a text stays a text",                BEGET_DNS_READ,         {{"{\"a\":1}\"\\", 0}},         "{\"fqdn\":\"{\\\"a\\\":1}\\\"\\\\\"}"},
    {"a number",                           BEGET_SUBDOMAIN_DELETE, {{"x", 3344001}},               "{\"id\":3344001}"},
    {"a text and a number",                BEGET_SUBDOMAIN_ADD,    {{"shop", 0}, {NULL, 7}},       "{\"subdomain\":\"shop\",\"domain_id\":7}"},
    {"JSON is within, not a text",         BEGET_DNS_WRITE,        {{"a.ru", 0}, {"{\"MX\":[{\"priority\":0,\"value\":\"mx.a.ru\"}]}", 0}},
     "{\"fqdn\":\"a.ru\",\"records\":{\"MX\":[{\"priority\":0,\"value\":\"mx.a.ru\"}]}}"},
    {"an empty object stays one",          BEGET_DNS_WRITE,        {{"a.ru", 0}, {"{}", 0}},       "{\"fqdn\":\"a.ru\",\"records\":{}}"},
    {"signs and letters survive in JSON",  BEGET_DNS_WRITE,        {{"a.ru", 0}, {"{\"TXT\":[{\"priority\":10,\"value\":\"\\\"я\\\\ &+%\"}]}", 0}},
     "{\"fqdn\":\"a.ru\",\"records\":{\"TXT\":[{\"priority\":10,\"value\":\"\\\"я\\\\ &+%\"}]}}"},
};
/* clang-format on */

static void prints_the_input(void **state)
{
    const struct row *row = *state;
    struct buf input;

    buf_init(&input, 4096);
    beget_request_input(&BEGET_METHODS[row->method], row->arguments, &input);
    assert_string_equal(buf_text(&input), row->input);
    buf_free(&input);
}

static void no_answer_of_a_write_is_kept(void **state)
{
    char tail[BEGET_CACHE_TAIL_SIZE];

    (void)state;
    assert_false(beget_cache_tail(&BEGET_METHODS[BEGET_DNS_WRITE], "{}", tail));
    assert_int_equal(BEGET_METHODS[BEGET_DNS_WRITE].class, BEGET_CLASS_SET);
}

int main(void)
{
    struct CMUnitTest tests[ARRAY_LEN(rows) + 1] = {
        cmocka_unit_test(no_answer_of_a_write_is_kept),
    };
    size_t count = 1;

    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        tests[count++] = (struct CMUnitTest){
            .name = rows[i].name,
            .test_func = prints_the_input,
            .initial_state = &rows[i],
        };
    }
    return cmocka_run_group_tests_name("beget_request", tests, NULL, NULL);
}
