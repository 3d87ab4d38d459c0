/* SPDX-License-Identifier: MIT */
/* Which steps `queuectl tail` shows. */
#include "deploy/queuectl/step_filter.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static bool passes(struct step_filter *filter, const char *ref, const char *chat_id,
                   const char *step, const char *kind)
{
    const struct field fields[] = {{"ref", ref, strlen(ref)},
                                   {"chat_id", chat_id, strlen(chat_id)},
                                   {"step", step, strlen(step)},
                                   {"kind", kind, strlen(kind)}};
    const struct queue_entry entry = {
        .id = "1-1", .fields = fields, .field_count = kind[0] != '\0' ? 4 : 3};

    return step_filter_passes(filter, &entry);
}

static void everything_passes_an_open_filter(void **state)
{
    struct step_filter *filter = step_filter_new(NULL, NULL);

    (void)state;
    assert_true(step_filter_is_open(filter));
    assert_true(passes(filter, "10", "7", "done", ""));
    step_filter_free(filter);
}

static void a_chat_has_its_own_steps(void **state)
{
    struct step_filter *filter = step_filter_new("7", NULL);

    (void)state;
    assert_false(step_filter_is_open(filter));
    assert_true(passes(filter, "10", "7", "done", ""));
    assert_false(passes(filter, "10", "77", "done", ""));
    step_filter_free(filter);
}

static void the_steps_of_a_kind_follow_its_first(void **state)
{
    struct step_filter *filter = step_filter_new(NULL, "callback");

    (void)state;
    assert_false(passes(filter, "10", "7", "done", "")); /* what it was is not known */
    assert_true(passes(filter, "10", "7", "taken", "callback"));
    assert_false(passes(filter, "11", "7", "taken", "message"));
    assert_true(passes(filter, "10", "7", "done", ""));
    assert_false(passes(filter, "11", "7", "done", ""));
    for (int i = 0; i < 10000; i++) { /* of very many, the last ones are remembered */
        (void)passes(filter, "12", "7", "done", "");
        assert_true(passes(filter, "10", "7", "done", ""));
    }
    step_filter_free(filter);
}

static void a_filter_of_both_wants_both(void **state)
{
    struct step_filter *filter = step_filter_new("7", "message");

    (void)state;
    assert_false(passes(filter, "10", "8", "taken", "message"));
    assert_true(passes(filter, "11", "7", "taken", "message"));
    assert_true(passes(filter, "11", "7", "delivered", ""));
    step_filter_free(filter);
}

static void replies_are_their_deliveries(void **state)
{
    struct step_filter *filter = step_filter_new(NULL, "reply");

    (void)state;
    assert_true(passes(filter, "10", "7", "delivered", ""));
    assert_true(passes(filter, "10", "7", "dropped", ""));
    assert_true(passes(filter, "10", "7", "undeliverable", ""));
    assert_false(passes(filter, "10", "7", "done", ""));
    step_filter_free(filter);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(everything_passes_an_open_filter),
        cmocka_unit_test(a_chat_has_its_own_steps),
        cmocka_unit_test(the_steps_of_a_kind_follow_its_first),
        cmocka_unit_test(a_filter_of_both_wants_both),
        cmocka_unit_test(replies_are_their_deliveries),
    };

    return cmocka_run_group_tests_name("step filter", tests, NULL, NULL);
}
