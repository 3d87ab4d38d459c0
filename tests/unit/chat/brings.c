/* SPDX-License-Identifier: MIT */
#include "tests/unit/chat/brings.h"

#include "tests/unit/chat/fake_world.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void hide_time(struct buf *text)
{
    char *ms = text->len > 0 ? strstr(text->data, "\"ms\":") : NULL;

    for (char *at = ms ? ms + 5 : NULL; at && *at >= '0' && *at <= '9'; at++) {
        *at = '0';
    }
}

void add_answer(const struct act *act, struct buf *out)
{
    struct queue_outcome *outcome = queue_outcome_new();
    struct err err = ERR_INIT;

    assert_true(act_answer(act, outcome, &err));
    outcome_lines(outcome, out);
    outcome_state_lines(outcome, out);
    hide_time(out);
    queue_outcome_free(outcome);
}

void assert_answer(const struct act *act, const char *expected)
{
    struct buf lines;

    buf_init(&lines, 1 << 20);
    add_answer(act, &lines);
    assert_string_equal(buf_text(&lines), expected);
    buf_free(&lines);
}

int free_world(void **state)
{
    (void)state;
    fake_world_free();
    return 0;
}
