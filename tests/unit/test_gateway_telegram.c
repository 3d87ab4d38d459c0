/* SPDX-License-Identifier: MIT */
/* gateway/telegram.c: every shape in which an answer can arrive, and what may stand in a URL. */
#include "gateway/telegram.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

struct answer_row {
    const char *name;
    int status;
    const char *body;
    bool readable;
    bool ok;
    int error_code;
    const char *description; /* part of it */
    int64_t retry_after_s;
    int64_t migrate_to_chat_id;
};

#define NO_ANSWER "no Bot API answer"

/* clang-format off */
static struct answer_row answer_rows[] = {
    /* what it shows                                    status  body                                                                                          readable ok     code  description           retry  migrate */
    {"a result is ok",                                    200, "{\"ok\":true,\"result\":[]}",                                                                 true,  true,  0,   "",                       0,     0},
    {"a bare true is a result",                           200, "{\"ok\":true,\"result\":true}",                                                               true,  true,  0,   "",                       0,     0},
    {"unknown members are ignored",                       200, "{\"ok\":true,\"result\":{},\"description\":\"x\",\"new\":[1]}",                               true,  true,  0,   "",                       0,     0},
    {"ok as a text counts",                               200, "{\"ok\":\"true\",\"result\":{}}",                                                             true,  true,  0,   "",                       0,     0},
    {"ok without a result is no answer",                  200, "{\"ok\":true}",                                                                               false, false, 0,   NO_ANSWER,                0,     0},
    {"an empty body is no answer",                        200, "",                                                                                            false, false, 0,   "HTTP 200 and 0 bytes",   0,     0},
    {"half an answer is no answer",                       200, "{\"ok\":true,\"result\":[{\"update_id\":1",                                                   false, false, 0,   NO_ANSWER,                0,     0},
    {"half an error is no answer",                        429, "{\"ok\":false,\"error_code\":429,\"desc",                                                     false, false, 429, NO_ANSWER,                0,     0},
    {"an HTML page is no answer",                         502, "<html><head><title>502 Bad Gateway</title></head></html>",                                    false, false, 502, "HTTP 502",               0,     0},
    {"an HTML page with 200 is no answer",                200, "<html>welcome to the hotel</html>",                                                           false, false, 0,   NO_ANSWER,                0,     0},
    {"an empty 413 has its status as code",               413, "",                                                                                            false, false, 413, NO_ANSWER,                0,     0},
    {"a list is no answer",                               200, "[]",                                                                                          false, false, 0,   NO_ANSWER,                0,     0},
    {"a text is no answer",                               200, "\"ok\"",                                                                                      false, false, 0,   NO_ANSWER,                0,     0},
    {"null is no answer",                                 200, "null",                                                                                        false, false, 0,   NO_ANSWER,                0,     0},
    {"two documents are no answer",                       200, "{\"ok\":true,\"result\":1}{}",                                                                false, false, 0,   NO_ANSWER,                0,     0},
    {"ok that is no truth value is no answer",            200, "{\"ok\":\"yes\",\"result\":1}",                                                               false, false, 0,   NO_ANSWER,                0,     0},
    {"a server in trouble is not believed to be ok",      502, "{\"ok\":true,\"result\":[]}",                                                                 false, false, 502, NO_ANSWER,                0,     0},
    {"a redirect is not followed into ok",                302, "{\"ok\":true,\"result\":[]}",                                                                 false, false, 0,   NO_ANSWER,                0,     0},
    {"a 400 brings its words",                            400, "{\"ok\":false,\"error_code\":400,\"description\":\"Bad Request: chat not found\"}",          true,  false, 400, "chat not found",         0,     0},
    {"a 401 brings its words",                            401, "{\"ok\":false,\"error_code\":401,\"description\":\"Unauthorized\"}",                         true,  false, 401, "Unauthorized",           0,     0},
    {"a 409 brings its words",                            409, "{\"ok\":false,\"error_code\":409,\"description\":\"Conflict: terminated by other getUpdates request; make sure that only one bot instance is running\"}", true, false, 409, "terminated by other", 0, 0},
    {"a 429 brings its delay",                            429, "{\"ok\":false,\"error_code\":429,\"description\":\"Too Many Requests: retry after 7\",\"parameters\":{\"retry_after\":7}}", true, false, 429, "retry after 7", 7, 0},
    {"a delay of hours is kept",                          429, "{\"ok\":false,\"error_code\":429,\"description\":\"\",\"parameters\":{\"retry_after\":86400}}", true, false, 429, "", 86400, 0},
    {"a delay as a text counts",                          429, "{\"ok\":false,\"error_code\":429,\"description\":\"\",\"parameters\":{\"retry_after\":\"5\"}}", true, false, 429, "", 5, 0},
    {"a negative delay is none",                          429, "{\"ok\":false,\"error_code\":429,\"description\":\"\",\"parameters\":{\"retry_after\":-5}}",  true, false, 429, "", 0, 0},
    {"an absurd delay stays in range",                    429, "{\"ok\":false,\"error_code\":429,\"description\":\"\",\"parameters\":{\"retry_after\":\"9223372036854775807\"}}", true, false, 429, "", 316224000, 0},
    {"a migration brings the new chat exactly",           400, "{\"ok\":false,\"error_code\":400,\"description\":\"Bad Request: group chat was upgraded to a supergroup chat\",\"parameters\":{\"migrate_to_chat_id\":-1001234567890}}", true, false, 400, "upgraded", 0, -1001234567890},
    {"the code in the answer counts, not the status",     200, "{\"ok\":false,\"error_code\":403,\"description\":\"Forbidden: bot was blocked by the user\"}", true, false, 403, "blocked",              0,     0},
    {"an error without a code has the status as code",    400, "{\"ok\":false,\"description\":\"x\"}",                                                       true,  false, 400, "x",                      0,     0},
    {"an impossible code is not believed",                400, "{\"ok\":false,\"error_code\":-1,\"description\":\"x\"}",                                     true,  false, 400, "x",                      0,     0},
    {"an error without words says so",                    500, "{\"ok\":false,\"error_code\":500}",                                                          true,  false, 500, "no description",         0,     0},
    {"words of another type say so",                      500, "{\"ok\":false,\"error_code\":500,\"description\":{}}",                                       true,  false, 500, "no description",         0,     0},
};
/* clang-format on */

static void reads_answer(void **state)
{
    const struct answer_row *row = *state;
    struct telegram_answer answer;

    telegram_read(row->status, row->body, strlen(row->body), &answer);
    assert_true(answer.sent);
    assert_int_equal(answer.status, row->status);
    assert_int_equal(answer.readable, row->readable);
    assert_int_equal(answer.ok, row->ok);
    assert_int_equal(answer.error_code, row->error_code);
    assert_int_equal(answer.retry_after_s, row->retry_after_s);
    assert_int_equal(answer.migrate_to_chat_id, row->migrate_to_chat_id);
    if (!strstr(answer.description, row->description)) {
        fail_msg("\"%s\" is not in \"%s\"", row->description, answer.description);
    }
    assert_int_equal(answer.result != NULL, row->ok);
    telegram_answer_free(&answer);
}

static void a_long_description_is_cut_between_characters(void **state)
{
    char body[2048] = "{\"ok\":false,\"error_code\":400,\"description\":\"";
    struct telegram_answer answer;

    (void)state;
    for (int i = 0; i < 200; i++) { /* 400 bytes of two each, after one of one byte */
        (void)strncat(body, i == 0 ? "xя" : "я", sizeof(body) - strlen(body) - 1);
    }
    (void)strncat(body, "\"}", sizeof(body) - strlen(body) - 1);
    telegram_read(400, body, strlen(body), &answer);
    assert_int_equal(strlen(answer.description), 255);
    telegram_answer_free(&answer);
}

struct method_row {
    const char *name;
    const char *method;
    bool valid;
};

static struct method_row method_rows[] = {
    {"letters make a method", "sendMessage", true},
    {"nothing is no method", "", false},
    {"a path is no method", "../getMe", false},
    {"a query is no method", "getMe?x=1", false},
    {"a digit is no method", "sendMessage2", false},
    {"64 letters make a method", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
     true},
    {"65 letters are too many", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
     false},
};

static void checks_method(void **state)
{
    const struct method_row *row = *state;

    assert_int_equal(telegram_method_valid(row->method), row->valid);
}

#define ADD_ROWS(tests, count, test, rows)                                                         \
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {                                                 \
        (tests)[(*(count))++] = (struct CMUnitTest){(rows)[i].name, test, NULL, NULL, &(rows)[i]}; \
    }

int main(void)
{
    struct CMUnitTest tests[ARRAY_LEN(answer_rows) + ARRAY_LEN(method_rows) + 1] = {
        cmocka_unit_test(a_long_description_is_cut_between_characters),
    };
    size_t count = 1;

    ADD_ROWS(tests, &count, reads_answer, answer_rows);
    ADD_ROWS(tests, &count, checks_method, method_rows);
    return cmocka_run_group_tests_name("gateway telegram", tests, NULL, NULL);
}
