/* SPDX-License-Identifier: MIT */
/* What each kind of answer of the hosting API means: its two levels of errors and its oddities. */
#include "worker/beget/answer.h"

#include "shared/base/utf8.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define OUTER(rest)  "{\"status\":\"error\"," rest "}"
#define ANSWER(rest) "{\"status\":\"success\",\"answer\":" rest "}"
#define INNER(rest)  ANSWER("{\"status\":\"error\",\"errors\":" rest "}")
#define RESULT(rest) ANSWER("{\"status\":\"success\",\"result\":" rest "}")

struct answer_row {
    const char *name;
    const char *body;
    enum beget_failure failure;
    const char *text;
    const char *result; /* JSON; NULL when there is none */
};

/* clang-format off */
static struct answer_row answer_rows[] = {
    /* what it shows                              body                                                                        failure           text                         result */
    {"true is the result of a change",            RESULT("true"),                                                             BEGET_OK,         "",                          "true"},
    {"false is a result",                         RESULT("false"),                                                            BEGET_OK,         "",                          "false"},
    {"an empty list is a result",                 RESULT("[]"),                                                               BEGET_OK,         "",                          "[]"},
    {"null is a result",                          RESULT("null"),                                                             BEGET_OK,         "",                          "null"},
    {"a number is a result",                      RESULT("3344003"),                                                          BEGET_OK,         "",                          "3344003"},
    {"a list is a result",                        RESULT("[{\"id\":1,\"fqdn\":\"a.ru\"}]"),                                   BEGET_OK,         "",                          "[{\"id\":1,\"fqdn\":\"a.ru\"}]"},
    {"a missing result is none",                  ANSWER("{\"status\":\"success\"}"),                                         BEGET_OK,         "",                          NULL},
    {"an empty list of errors is no error",       ANSWER("{\"status\":\"success\",\"result\":1,\"errors\":[]}"),              BEGET_OK,         "",                          "1"},
    {"blanks around the document are allowed",    " \r\n" RESULT("true") "\n",                                                BEGET_OK,         "",                          "true"},
    {"unknown members are ignored",               "{\"v\":2,\"status\":\"success\",\"answer\":{\"t\":0,\"status\":\"success\",\"result\":true}}", BEGET_OK, "",                 "true"},

    {"wrong password, as captured",               OUTER("\"error_text\":\"Username\\/password incorrect\",\"error_code\":\"AUTH_ERROR\""), BEGET_DENIED, "Username/password incorrect", NULL},
    {"wrong password without a code",             OUTER("\"error_text\":\"Username\\/password incorrect\""),                  BEGET_DENIED,     "Username/password incorrect", NULL},
    {"AUTH_ERROR without a text",                 OUTER("\"error_code\":\"AUTH_ERROR\""),                                     BEGET_DENIED,     "AUTH_ERROR",                NULL},
    {"AUTH_ERROR on the inner level",             INNER("[{\"error_code\":\"AUTH_ERROR\",\"error_text\":\"No\"}]"),           BEGET_DENIED,     "No",                        NULL},
    {"a section that is not ticked",              OUTER("\"error_text\":\"Cannot access method mysql\",\"error_code\":\"AUTH_ERROR\""), BEGET_SECTION_OFF, "Cannot access method mysql", NULL},
    {"a section that is off, with a code",        OUTER("\"error_text\":\"Method disabled\",\"error_code\":\"AUTH_ERROR\""),  BEGET_SECTION_OFF, "Method disabled",          NULL},
    {"a section that is off, without a code",     OUTER("\"error_text\":\"Method disabled\""),                                BEGET_SECTION_OFF, "Method disabled",          NULL},
    {"a section that is not ticked, no code",     OUTER("\"error_text\":\"Cannot access method dns\",\"error_code\":null"),   BEGET_SECTION_OFF, "Cannot access method dns", NULL},
    {"an unknown method",                         OUTER("\"error_text\":\"No such method\",\"error_code\":\"NO_SUCH_METHOD\""), BEGET_BAD_REQUEST, "No such method",         NULL},
    {"an unknown method without a code",          OUTER("\"error_text\":\"No such method\""),                                 BEGET_BAD_REQUEST, "No such method",           NULL},
    {"a malformed request",                       OUTER("\"error_text\":\"Incorrect request\",\"error_code\":\"INCORRECT_REQUEST\""), BEGET_BAD_REQUEST, "Incorrect request",  NULL},
    {"an outer code that nobody has documented",  OUTER("\"error_text\":\"Moon is full\",\"error_code\":\"MOON\""),           BEGET_FAILED,     "Moon is full",              NULL},
    {"an outer error with nothing in it",         "{\"status\":\"error\"}",                                                   BEGET_FAILED,     "",                          NULL},
    {"an outer error with a list of errors",      OUTER("\"errors\":[{\"error_code\":\"LIMIT_ERROR\",\"error_text\":\"Slow\"}]"), BEGET_LIMIT,  "Slow",                      NULL},
    {"an outer error beside a good answer",       "{\"status\":\"error\",\"error_code\":\"AUTH_ERROR\",\"error_text\":\"No\",\"answer\":{\"status\":\"success\",\"result\":true}}", BEGET_DENIED, "No", NULL},

    {"refused arguments, the documented example", INNER("[{\"error_code\":\"INVALID_DATA\",\"error_text\":\"Login length cannot be greater than 12 characters\"}]"), BEGET_INVALID, "Login length cannot be greater than 12 characters", NULL},
    {"the limit",                                 INNER("[{\"error_code\":\"LIMIT_ERROR\",\"error_text\":\"Requests limit exceeded\"}]"), BEGET_LIMIT, "Requests limit exceeded", NULL},
    {"an unknown name, as captured",              INNER("[{\"error_code\":\"METHOD_FAILED\",\"error_text\":\"Failed to get DNS records\"}]"), BEGET_NOT_FOUND, "Failed to get DNS records", NULL},
    {"a foreign domain: the text is an object",   INNER("[{\"error_code\":\"METHOD_FAILED\",\"error_text\":{\"type\":\"NOT_FOUND_ERROR\",\"message\":null}}]"), BEGET_NOT_FOUND, "NOT_FOUND_ERROR", NULL},
    {"an object with a message says both",        INNER("[{\"error_code\":\"METHOD_FAILED\",\"error_text\":{\"type\":\"NOT_FOUND_ERROR\",\"message\":\"gone\"}}]"), BEGET_NOT_FOUND, "NOT_FOUND_ERROR: gone", NULL},
    {"the forced record of a shared name",        INNER("[{\"error_code\":\"METHOD_FAILED\",\"error_text\":{\"type\":\"INVALID_DATA_SINGLE\",\"message\":null}}]"), BEGET_INVALID, "INVALID_DATA_SINGLE", NULL},
    {"an object nobody has described is shown",   INNER("[{\"error_code\":\"METHOD_FAILED\",\"error_text\":{\"a\":[1]}}]"),   BEGET_FAILED,     "{\"a\":[1]}",               NULL},
    {"any other failure of a method",             INNER("[{\"error_code\":\"METHOD_FAILED\",\"error_text\":\"Failed to add virtual domain x\"}]"), BEGET_FAILED, "Failed to add virtual domain x", NULL},
    {"a text that is null: the code is shown",    INNER("[{\"error_code\":\"METHOD_FAILED\",\"error_text\":null}]"),          BEGET_FAILED,     "METHOD_FAILED",             NULL},
    {"a text that is a list is joined",           INNER("[{\"error_code\":\"INVALID_DATA\",\"error_text\":[\"a\",{\"type\":\"b\"},3]}]"), BEGET_INVALID, "a; b; 3",           NULL},
    {"a text that is an empty list",              INNER("[{\"error_code\":\"INVALID_DATA\",\"error_text\":[]}]"),             BEGET_INVALID,    "INVALID_DATA",              NULL},
    {"a code that is a number",                   INNER("[{\"error_code\":1208,\"error_text\":\"Password too weak\"}]"),      BEGET_FAILED,     "Password too weak",         NULL},
    {"a numeric code without a text is shown",    INNER("[{\"error_code\":1208}]"),                                           BEGET_FAILED,     "1208",                      NULL},
    {"a code that is a numeric text",             INNER("[{\"error_code\":\"1208\",\"error_text\":\"\"}]"),                   BEGET_FAILED,     "1208",                      NULL},
    {"several errors: joined, the first decides", INNER("[{\"error_code\":\"INVALID_DATA\",\"error_text\":\"one\"},{\"error_code\":\"LIMIT_ERROR\",\"error_text\":\"two\"}]"), BEGET_INVALID, "one; two", NULL},
    {"an error that is a plain text",             INNER("[\"Something broke\"]"),                                             BEGET_FAILED,     "Something broke",           NULL},
    {"a plain text among objects",                INNER("[{\"error_code\":\"INVALID_DATA\",\"error_text\":\"one\"},\"two\"]"), BEGET_INVALID,   "one; two",                  NULL},
    {"errors that are one plain text",            INNER("\"Something broke\""),                                               BEGET_FAILED,     "Something broke",           NULL},
    {"errors that are one object",                INNER("{\"error_code\":\"INVALID_DATA\",\"error_text\":\"one\"}"),          BEGET_INVALID,    "one",                       NULL},
    {"errors in an object, by number",            INNER("{\"0\":{\"error_code\":\"LIMIT_ERROR\",\"error_text\":\"one\"}}"),   BEGET_LIMIT,      "one",                       NULL},
    {"errors that are null",                      INNER("null"),                                                              BEGET_FAILED,     "",                          NULL},
    {"an inner error without errors",             ANSWER("{\"status\":\"error\"}"),                                           BEGET_FAILED,     "",                          NULL},
    {"an inner error in the outer manner",        ANSWER("{\"status\":\"error\",\"error_code\":\"INVALID_DATA\",\"error_text\":\"one\"}"), BEGET_INVALID, "one",            NULL},
    {"errors beside a success are believed",      ANSWER("{\"status\":\"success\",\"result\":true,\"errors\":[{\"error_code\":\"INVALID_DATA\",\"error_text\":\"one\"}]}"), BEGET_INVALID, "one", NULL},
    {"control characters become blanks",          INNER("[{\"error_code\":\"INVALID_DATA\",\"error_text\":\"a\\nb\\u001b[c\\u0085d\\u007f\"}]"), BEGET_INVALID, "a b [c d ", NULL},
    {"a Cyrillic text stays as it is",            INNER("[{\"error_code\":\"INVALID_DATA\",\"error_text\":\"\\u041d\\u0435\\u0442\"}]"), BEGET_INVALID, "Нет",              NULL},

    {"no answer at all",                          "{\"status\":\"success\"}",                                                 BEGET_UNREADABLE, "",                          NULL},
    {"an answer that is null",                    ANSWER("null"),                                                             BEGET_UNREADABLE, "",                          NULL},
    {"an answer that is a text says it",          ANSWER("\"Internal error\""),                                               BEGET_UNREADABLE, "Internal error",            NULL},
    {"an answer that is true",                    ANSWER("true"),                                                             BEGET_UNREADABLE, "",                          NULL},
    {"an answer that is a list",                  ANSWER("[]"),                                                               BEGET_UNREADABLE, "",                          NULL},
    {"an answer without a status",                ANSWER("{\"result\":true}"),                                                BEGET_UNREADABLE, "",                          NULL},
    {"an envelope without a status",              "{\"answer\":{\"status\":\"success\",\"result\":true}}",                    BEGET_UNREADABLE, "",                          NULL},
    {"an envelope with a status nobody knows",    "{\"status\":\"queued\",\"answer\":{\"status\":\"success\",\"result\":1}}", BEGET_UNREADABLE, "",                          NULL},
    {"the bare literal true",                     "true",                                                                     BEGET_UNREADABLE, "",                          NULL},
    {"a bare list",                               "[]",                                                                       BEGET_UNREADABLE, "",                          NULL},
    {"a bare text",                               "\"ok\"",                                                                   BEGET_UNREADABLE, "",                          NULL},
    {"an empty body",                             "",                                                                         BEGET_UNREADABLE, "",                          NULL},
    {"a page in HTML",                            "<html><body>Maintenance</body></html>",                                    BEGET_UNREADABLE, "",                          NULL},
    {"half of an answer",                         "{\"status\":\"success\",\"answer\":{\"status\":\"succ",                    BEGET_UNREADABLE, "",                          NULL},
    {"two answers in one body",                   RESULT("true") RESULT("true"),                                              BEGET_UNREADABLE, "",                          NULL},
};

static struct status_row {
    const char *name;
    int64_t status;
    const char *body;
    enum beget_failure failure;
    const char *text;
} status_rows[] = {
    /* what it shows                                        HTTP  body                                   failure            text */
    {"HTTP 500 with its complaint about our JSON",          500,  "Cannot parse the JSON input params",  BEGET_BAD_REQUEST, "Cannot parse the JSON input params"},
    {"HTTP 500 with plain text is no answer",               500,  "oops login=x&passwd=y",               BEGET_NO_ANSWER,   "HTTP 500"},
    {"HTTP 500 with a page is no answer",                   500,  "<html></html>",                       BEGET_NO_ANSWER,   "HTTP 500"},
    {"HTTP 502 with a page is no answer",                   502,  "<html>502 Bad Gateway</html>",        BEGET_NO_ANSWER,   "HTTP 502"},
    {"HTTP 504 without a body is no answer",                504,  "",                                    BEGET_NO_ANSWER,   "HTTP 504"},
    {"HTTP 500 with an error of the API is that error",     500,  INNER("[{\"error_code\":\"INVALID_DATA\",\"error_text\":\"Incorrect input data\"}]"), BEGET_INVALID, "Incorrect input data"},
    {"HTTP 500 with a success is not believed",             500,  RESULT("true"),                        BEGET_NO_ANSWER,   "HTTP 500"},
    {"HTTP 403 with an error of the API is that error",     403,  OUTER("\"error_code\":\"AUTH_ERROR\",\"error_text\":\"No\""), BEGET_DENIED, "No"},
    {"HTTP 403 with a page is unreadable",                  403,  "<html></html>",                       BEGET_UNREADABLE,  "HTTP 403"},
    {"HTTP 404 is unreadable",                              404,  "",                                    BEGET_UNREADABLE,  "HTTP 404"},
    {"HTTP 302 is unreadable",                              302,  "",                                    BEGET_UNREADABLE,  "HTTP 302"},
    {"HTTP 408 is no answer",                               408,  "",                                    BEGET_NO_ANSWER,   "HTTP 408"},
    {"HTTP 429 is the limit",                               429,  "<html></html>",                       BEGET_LIMIT,       "HTTP 429"},
};
/* clang-format on */

static void check(int status, const char *body, enum beget_failure failure, const char *text,
                  const char *result)
{
    struct beget_answer answer;
    struct buf printed;

    buf_init(&printed, 4096);
    beget_answer_read(status, body, strlen(body), &answer);
    assert_string_equal(beget_failure_name(answer.failure), beget_failure_name(failure));
    assert_string_equal(answer.text, text);
    if (result) {
        assert_non_null(answer.result);
        json_print(answer.result, &printed);
        assert_string_equal(buf_text(&printed), result);
    } else {
        assert_null(answer.result);
    }
    buf_free(&printed);
    beget_answer_free(&answer);
    assert_null(answer.document);
}

static void reads(void **state)
{
    const struct answer_row *row = *state;

    check(200, row->body, row->failure, row->text, row->result);
}

static void reads_with_status(void **state)
{
    const struct status_row *row = *state;

    check((int)row->status, row->body, row->failure, row->text, NULL);
}

static void a_long_text_is_cut_between_characters(void **state)
{
    struct beget_answer answer;
    struct buf body;

    (void)state;
    buf_init(&body, 1 << 20);
    buf_addf(&body, "{\"status\":\"error\",\"error_code\":\"AUTH_ERROR\",\"error_text\":\"");
    for (int i = 0; i < 10000; i++) {
        buf_addf(&body, "я");
    }
    buf_addf(&body, "\"}");
    beget_answer_read(200, buf_text(&body), body.len, &answer);
    assert_int_equal(answer.failure, BEGET_DENIED);
    assert_int_equal(strlen(answer.text), BEGET_TEXT_SIZE - 2); /* whole letters of two bytes */
    assert_true(utf8_valid(answer.text, strlen(answer.text)));
    beget_answer_free(&answer);
    buf_free(&body);
}

static void thousands_of_errors_are_cut(void **state)
{
    struct beget_answer answer;
    struct buf body;

    (void)state;
    buf_init(&body, 1 << 20);
    buf_addf(&body, "{\"status\":\"success\",\"answer\":{\"status\":\"error\",\"errors\":[\"0\"");
    for (int i = 1; i < 5000; i++) {
        buf_addf(&body, ",\"error %d\"", i);
    }
    buf_addf(&body, "]}}");
    beget_answer_read(200, buf_text(&body), body.len, &answer);
    assert_int_equal(answer.failure, BEGET_FAILED);
    assert_int_equal(strlen(answer.text), BEGET_TEXT_SIZE - 1);
    assert_memory_equal(answer.text, "0; error 1; error 2;", 20);
    beget_answer_free(&answer);
    buf_free(&body);
}

static void a_body_cut_anywhere_is_never_a_success(void **state)
{
    static const char WHOLE[] = RESULT("[{\"id\":1,\"fqdn\":\"example.com\"}]");

    (void)state;
    for (size_t len = 0; len < sizeof(WHOLE) - 1; len++) {
        struct beget_answer answer;

        beget_answer_read(200, WHOLE, len, &answer);
        assert_int_equal(answer.failure, BEGET_UNREADABLE);
        beget_answer_free(&answer);
    }
}

static void no_body_is_unreadable(void **state)
{
    struct beget_answer answer;

    (void)state;
    beget_answer_read(200, NULL, 0, &answer);
    assert_int_equal(answer.failure, BEGET_UNREADABLE);
    beget_answer_free(&answer);
}

static void a_change_that_says_false_has_failed(void **state)
{
    static const struct {
        const char *body;
        enum beget_failure failure;
    } ROWS[] = {
        {RESULT("false"), BEGET_FAILED}, {RESULT("0"), BEGET_FAILED}, {RESULT("true"), BEGET_OK},
        {RESULT("3344003"), BEGET_OK},   {RESULT("[]"), BEGET_OK},
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(ROWS); i++) {
        struct beget_answer answer;

        beget_answer_read(200, ROWS[i].body, strlen(ROWS[i].body), &answer);
        beget_answer_refuse_false(&answer);
        assert_int_equal(answer.failure, ROWS[i].failure);
        beget_answer_free(&answer);
    }
}

static void every_failure_has_a_name_and_what_needs_a_person_is_trouble(void **state)
{
    (void)state;
    for (size_t i = 0; i < BEGET_FAILURE_COUNT; i++) {
        enum beget_failure failure = (enum beget_failure)i;

        assert_non_null(beget_failure_name(failure));
        assert_true(!beget_failure_needs_person(failure) || beget_failure_is_trouble(failure));
    }
}

int main(void)
{
    struct CMUnitTest tests[ARRAY_LEN(answer_rows) + ARRAY_LEN(status_rows) + 6] = {
        cmocka_unit_test(a_long_text_is_cut_between_characters),
        cmocka_unit_test(thousands_of_errors_are_cut),
        cmocka_unit_test(a_body_cut_anywhere_is_never_a_success),
        cmocka_unit_test(no_body_is_unreadable),
        cmocka_unit_test(a_change_that_says_false_has_failed),
        cmocka_unit_test(every_failure_has_a_name_and_what_needs_a_person_is_trouble),
    };
    size_t count = 6;

    for (size_t i = 0; i < ARRAY_LEN(answer_rows); i++) {
        tests[count++] = (struct CMUnitTest){
            .name = answer_rows[i].name,
            .test_func = reads,
            .initial_state = &answer_rows[i],
        };
    }
    for (size_t i = 0; i < ARRAY_LEN(status_rows); i++) {
        tests[count++] = (struct CMUnitTest){
            .name = status_rows[i].name,
            .test_func = reads_with_status,
            .initial_state = &status_rows[i],
        };
    }
    return cmocka_run_group_tests_name("beget_answer", tests, NULL, NULL);
}
