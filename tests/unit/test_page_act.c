/* SPDX-License-Identifier: MIT */
/* A button of the operators' page: the body of a request in, a call of a function out. */
#include "worker/page/act.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

struct row {
    const char *name;
    const char *body;
    const char *call; /* function and words with "|" between them; "" for nothing to do */
    const char *why;  /* it is refused; NULL when it is not                             */
};

/* clang-format off */
static struct row ROWS[] = {
    {"the token is tried", "{\"verb\":\"check\"}", "", NULL},
    {"a retry", "{\"verb\":\"retry\",\"id\":\"5-0\",\"why\":\"mended\",\"who\":\"ann\"}", "bq_retry|5-0|page ann|mended", NULL},
    {"somebody without a name", "{\"verb\":\"retry\",\"id\":\"5-0\",\"why\":\"mended\"}", "bq_retry|5-0|page|mended", NULL},
    {"an empty name", "{\"verb\":\"retry\",\"id\":\"5-0\",\"why\":\"mended\",\"who\":\"\"}", "bq_retry|5-0|page|mended", NULL},
    {"a drop tells the chat nothing more", "{\"verb\":\"drop\",\"id\":\"5-0\",\"why\":\"spam\"}", "bq_drop|5-0|page|spam|", NULL},
    {"a settlement", "{\"verb\":\"settle\",\"id\":\"1001\",\"outcome\":\"not-done\",\"why\":\"looked\"}", "bq_settle|1001|not-done|page|looked", NULL},
    {"a release", "{\"verb\":\"release\",\"id\":\"5-1001\",\"why\":\"hangs\"}", "bq_release|5-1001|page|hangs", NULL},
    {"a pause", "{\"verb\":\"pause\",\"id\":\"\",\"why\":\"repair\"}", "bq_pause|page|repair", NULL},
    {"a resumption", "{\"verb\":\"resume\",\"why\":\"works\"}", "bq_resume|page|works", NULL},
    {"no reason", "{\"verb\":\"retry\",\"id\":\"5-0\"}", NULL, "\"why\" is missing"},
    {"an empty reason", "{\"verb\":\"retry\",\"id\":\"5-0\",\"why\":\"\"}", NULL, "\"why\" is missing"},
    {"no entry", "{\"verb\":\"drop\",\"why\":\"spam\"}", NULL, "\"id\" is missing"},
    {"an entry that is no text", "{\"verb\":\"drop\",\"id\":5,\"why\":\"spam\"}", NULL, "\"id\" is missing"},
    {"no outcome", "{\"verb\":\"settle\",\"id\":\"1001\",\"outcome\":\"\",\"why\":\"looked\"}", NULL, "\"outcome\" is missing"},
    {"another outcome", "{\"verb\":\"settle\",\"id\":\"1001\",\"outcome\":\"perhaps\",\"why\":\"looked\"}", NULL, "neither \"done\" nor"},
    {"a verb that the page does not have", "{\"verb\":\"fsck\",\"why\":\"x\"}", NULL, "\"verb\" is none"},
    {"no verb", "{}", NULL, "\"verb\" is none"},
    {"a list", "[]", NULL, "\"verb\" is none"},
    {"no JSON", "verb=drop", NULL, ""},
    {"nothing", "", NULL, ""},
};
/* clang-format on */

static void a_row_is_read(void **state)
{
    const struct row *row = *state;
    struct err err = ERR_INIT;
    struct act act;
    struct buf call;

    if (!act_read(row->body, strlen(row->body), &act, &err)) {
        assert_non_null(row->why);
        assert_int_equal(err.kind, ERR_REJECT);
        assert_non_null(strstr(err.message, row->why));
        return;
    }
    assert_null(row->why);
    buf_init(&call, 1024);
    buf_addf(&call, "%s", act.function ? act.function : "");
    for (size_t i = 0; i < act.word_count; i++) {
        buf_addf(&call, "|%s", act.words[i]);
    }
    assert_string_equal(buf_text(&call), row->call);
    buf_free(&call);
    act_free(&act);
}

/* A name of any length is cut between two characters: the log is text. */
static void a_long_name_is_cut_between_characters(void **state)
{
    char body[512] = "{\"verb\":\"pause\",\"why\":\"x\",\"who\":\"";
    struct err err = ERR_INIT;
    struct act act;

    (void)state;
    for (size_t i = 0; i < 100; i++) {
        strcat(body, "я");
    }
    strcat(body, "\"}");
    assert_true(act_read(body, strlen(body), &act, &err));
    assert_true(strlen(act.who) >= ACT_WHO_SIZE - 2);
    assert_int_equal(strlen(act.who) % 2, 1); /* "page " and whole letters */
    act_free(&act);
}

int main(void)
{
    struct CMUnitTest tests[sizeof(ROWS) / sizeof(ROWS[0]) + 1];
    size_t count = sizeof(ROWS) / sizeof(ROWS[0]);

    for (size_t i = 0; i < count; i++) {
        tests[i] = (struct CMUnitTest){
            .name = ROWS[i].name, .test_func = a_row_is_read, .initial_state = &ROWS[i]};
    }
    tests[count] = (struct CMUnitTest)cmocka_unit_test(a_long_name_is_cut_between_characters);
    return cmocka_run_group_tests_name("page_act", tests, NULL, NULL);
}
