/* SPDX-License-Identifier: MIT */
/* A step of the trace as JSON. */
#include "shared/ops/trace_json.h"

#include "shared/base/compiler.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define FIELD(name_, value_)                                                \
    {                                                                       \
        .name = (name_), .value = (value_), .value_len = sizeof(value_) - 1 \
    }

static void a_step_of_the_trace_has_its_own_members_and_a_list_of_the_others(void **state)
{
    const struct field fields[] = {FIELD("ref", "1001"),  FIELD("chat_id", "42"),
                                   FIELD("step", "done"), FIELD("call", "a"),
                                   FIELD("call", "b"),    FIELD("by", "web1-5-2")};
    const struct queue_entry entry = {
        .id = "1764154000000-3", .fields = fields, .field_count = ARRAY_LEN(fields)};
    struct json *json = trace_json(&entry);
    struct buf text;

    (void)state;
    buf_init(&text, 1024);
    json_print(json, &text);
    assert_string_equal(
        buf_text(&text),
        "{\"id\":\"1764154000000-3\",\"ms\":1764154000000,\"ref\":\"1001\","
        "\"chat_id\":\"42\",\"step\":\"done\",\"by\":\"web1-5-2\",\"fields\":["
        "{\"name\":\"call\",\"value\":\"a\"},{\"name\":\"call\",\"value\":\"b\"}]}");
    buf_free(&text);
    json_free(json);
}

/* The length counts: what is behind a value is somebody else's. */
static void a_value_ends_where_its_length_says(void **state)
{
    const struct field fields[] = {{.name = "step", .value = "donekey", .value_len = 4}};
    const struct queue_entry entry = {.id = "5-0", .fields = fields, .field_count = 1};
    struct json *json = trace_json(&entry);

    (void)state;
    assert_string_equal(json_text(json, "step"), "done");
    assert_string_equal(json_text(json, "ref"), "");
    json_free(json);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_step_of_the_trace_has_its_own_members_and_a_list_of_the_others),
        cmocka_unit_test(a_value_ends_where_its_length_says),
    };

    return cmocka_run_group_tests_name("trace_json", tests, NULL, NULL);
}
