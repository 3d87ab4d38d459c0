/* SPDX-License-Identifier: MIT */
/* What became of an update, as lines in the order of time. */
#include "shared/base/buf.h"
#include "shared/base/compiler.h"
#include "shared/ops/timeline.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <inttypes.h>

enum { FIELDS_MOST = 12, LINES_MAX_BYTES = 1 << 16 };

/* Adds a step; names and values in turn, NULL ends them. */
static void step(struct timeline *timeline, const char *id, const char *const words[])
{
    struct field fields[FIELDS_MOST];
    struct queue_entry entry = {.id = id, .fields = fields};

    for (size_t i = 0; words[i]; i += 2) {
        assert_true(entry.field_count < FIELDS_MOST);
        fields[entry.field_count++] = (struct field){words[i], words[i + 1], strlen(words[i + 1])};
    }
    timeline_add_step(timeline, &entry);
}
#define STEP(timeline, id, ...) step((timeline), (id), (const char *const[]){__VA_ARGS__, NULL})

static void event(struct timeline *timeline, int64_t ms, const char *user, const char *action,
                  const char *target, enum event_result result)
{
    timeline_add_event(timeline, &(struct event){.ref = 10,
                                                 .user = user,
                                                 .action = action,
                                                 .target = target,
                                                 .result = result,
                                                 .before = "",
                                                 .after = "",
                                                 .ms = ms});
}

/* Puts it in order and compares "ms step by | what | took | result"; releases it. */
static void assert_lines(struct timeline *timeline, const char *expected)
{
    size_t count = timeline_finish(timeline);
    struct buf lines;

    buf_init(&lines, LINES_MAX_BYTES);
    for (size_t i = 0; i < count; i++) {
        struct timeline_line line = timeline_at(timeline, i);

        buf_addf(&lines, "%" PRId64 " %s %s | %s | %" PRId64 " | %s\n", line.at_ms, line.step,
                 line.by, line.what, line.took_ms, line.result);
    }
    assert_string_equal(buf_text(&lines), expected);
    buf_free(&lines);
    timeline_free(timeline);
}

static void a_change_whose_worker_died_is_told_in_order(void **state)
{
    struct timeline *timeline = timeline_new();

    (void)state;
    STEP(timeline, "1000-0", "step", "taken", "by", "w1", "chat_id", "7", "kind", "callback",
         "received_ms", "900", "waited_ms", "100", "deliveries", "1");
    STEP(timeline, "1200-0", "step", "progress", "by", "w1", "call",
         "method=domain/getList outcome=ok took_ms=150 http=200 at_ms=1010");
    STEP(timeline, "1210-0", "step", "begun", "by", "w1", "what", "domain/addX shop.ru", "class",
         "N");
    STEP(timeline, "61300-0", "step", "reaped", "by", "w2", "from", "w1", "idle_ms", "60090",
         "deliveries", "2");
    STEP(timeline, "61310-0", "step", "not_begun", "by", "w2", "what", "domain/addX shop.ru", "why",
         "doubt");
    STEP(timeline, "61400-0", "step", "done", "by", "w2", "did", "sub_add", "target", "shop.ru",
         "result", "ok", "replies", "1", "run_ms", "100", "call",
         "method=domain/getSubdomainList outcome=ok took_ms=40 http=200 at_ms=61320");
    STEP(timeline, "61500-0", "step", "delivered", "by", "gateway", "method", "editMessageText",
         "message_id", "77", "tries", "3");
    event(timeline, 61395, "@anna", "sub_add", "shop.ru", EVENT_OK); /* is told */
    assert_lines(timeline,
                 "900 arrived gateway | takes in a callback of chat 7 | -1 | \n"
                 "1000 taken w1 | takes it | 100 | \n"
                 "1010 call w1 | domain/getList | 150 | ok, HTTP 200\n"
                 "1210 begun w1 | begins domain/addX shop.ru | -1 | \n"
                 "61300 reaped w2 | takes it over from w1, silent for 60 s, delivery 2 | -1 | \n"
                 "61310 not_begun w2 | does not begin domain/addX shop.ru | -1 | doubt\n"
                 "61320 call w2 | domain/getSubdomainList | 40 | ok, HTTP 200\n"
                 "61400 done w2 | finishes it: sub_add shop.ru, 1 reply | 100 | ok\n"
                 "61500 delivered gateway | delivers editMessageText, message 77 | 100 | ok, 3 "
                 "tries\n");
}

static void a_call_is_between_its_workers_steps_whatever_the_clocks_say(void **state)
{
    struct timeline *timeline = timeline_new();

    (void)state;
    STEP(timeline, "1000-0", "step", "taken", "by", "w1");
    STEP(timeline, "2000-0", "step", "done", "by", "w1", "call",
         "method=a/early outcome=ok took_ms=1 at_ms=5", "call",
         "method=b/late outcome=no_answer took_ms=31000 waited_ms=30 tries=2 at_ms=99999",
         "more_calls", "3");
    assert_lines(timeline,
                 "1000 taken w1 | takes it | -1 | \n"
                 "1000 call w1 | a/early | 1 | ok\n"
                 "2000 call w1 | b/late | 31000 | no_answer, 2 tries, 30 ms of it for the"
                 " account's limit\n"
                 "2000 call w1 | 3 more calls | -1 | \n"
                 "2000 done w1 | finishes it, 0 replies | -1 | \n");
}

static void what_the_log_has_beside_the_steps_is_told_once(void **state)
{
    struct timeline *timeline = timeline_new();

    (void)state;
    STEP(timeline, "1000-0", "step", "dead", "by", "w2", "from", "w1", "deliveries", "3");
    STEP(timeline, "1500-0", "step", "operator", "by", "ann", "verb", "retry", "why", "repaired");
    event(timeline, 999, "", "dead", "domain/addX shop.ru", EVENT_UNKNOWN);
    event(timeline, 999, "", "dead", "domain/addX shop.ru", EVENT_UNKNOWN); /* of both places */
    event(timeline, 1500, "ann", "operator.retry", "1-10", EVENT_OK);       /* is a step */
    event(timeline, 1600, "boris", "operator.drop", "1-10", EVENT_OK);
    assert_lines(timeline,
                 "999 log bot | the log: dead domain/addX shop.ru | -1 | unknown\n"
                 "1000 dead w2 | gives it up after 3 deliveries, the last to w1 | -1 |"
                 " dead\n"
                 "1500 operator ann | retry by hand: repaired | -1 | \n"
                 "1600 log boris | the log: operator.drop 1-10 | -1 | ok\n");
}

static void an_arrival_is_told_once_and_again_when_it_is_put_back(void **state)
{
    struct timeline *timeline = timeline_new();

    (void)state;
    STEP(timeline, "1000-0", "step", "taken", "by", "w1", "kind", "message", "chat_id", "7",
         "received_ms", "900");
    STEP(timeline, "1100-0", "step", "given_back", "by", "w1");
    STEP(timeline, "1200-0", "step", "taken", "by", "w1", "kind", "message", "chat_id", "7",
         "received_ms", "900", "deliveries", "2");
    timeline_add_arrival(timeline, 1300, "message", "7");
    timeline_add_line(timeline, &(struct timeline_line){1400, "now", "", "waits", -1, ""});
    assert_lines(timeline,
                 "900 arrived gateway | takes in a message of chat 7 | -1 | \n"
                 "1000 taken w1 | takes it | -1 | \n"
                 "1100 given_back w1 | gives it back | -1 | \n"
                 "1200 taken w1 | takes it, delivery 2 | -1 | \n"
                 "1300 arrived queue | puts back a message of chat 7 | -1 | \n"
                 "1400 now  | waits | -1 | \n");
}

static void each_reply_and_part_has_its_line(void **state)
{
    struct timeline *timeline = timeline_new();

    (void)state;
    STEP(timeline, "500-0", "step", "delivered", "by", "gateway", "method", "sendMessage", "tries",
         "1");
    STEP(timeline, "1000-0", "step", "done", "by", "w1", "replies", "3");
    STEP(timeline, "1100-0", "step", "delivered", "by", "gateway", "method", "sendMessage",
         "message_id", "5", "tries", "1", "part", "1", "parts", "2");
    STEP(timeline, "1200-0", "step", "dropped", "by", "gateway", "method", "sendMessage", "part",
         "2", "parts", "2", "why", "no such message");
    STEP(timeline, "1300-0", "step", "undeliverable", "by", "gateway", "method", "sendDocument",
         "reason", "403 blocked");
    assert_lines(timeline,
                 "500 delivered gateway | delivers sendMessage | -1 | ok\n"
                 "1000 done w1 | finishes it, 3 replies | -1 | \n"
                 "1100 delivered gateway | delivers part 1 of 2, sendMessage, message 5"
                 " | 100 | ok\n"
                 "1200 dropped gateway | leaves out part 2 of 2, sendMessage | -1 | no"
                 " such message\n"
                 "1300 undeliverable gateway | gives up sendDocument | -1 | 403"
                 " blocked\n");
}

static void a_step_of_a_newer_program_is_shown_by_its_name(void **state)
{
    struct timeline *timeline = timeline_new();

    (void)state;
    STEP(timeline, "1000-0", "step", "pondered", "by", "w9");
    STEP(timeline, "1001-0", "step", "recorded", "by", "w9", "what", "x", "took_ms", "7");
    assert_lines(timeline,
                 "1000 pondered w9 | pondered | -1 | \n"
                 "1001 recorded w9 | keeps what came of x | 7 | \n");
}

static void nothing_is_no_line(void **state)
{
    (void)state;
    assert_lines(timeline_new(), "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_change_whose_worker_died_is_told_in_order),
        cmocka_unit_test(a_call_is_between_its_workers_steps_whatever_the_clocks_say),
        cmocka_unit_test(what_the_log_has_beside_the_steps_is_told_once),
        cmocka_unit_test(an_arrival_is_told_once_and_again_when_it_is_put_back),
        cmocka_unit_test(each_reply_and_part_has_its_line),
        cmocka_unit_test(a_step_of_a_newer_program_is_shown_by_its_name),
        cmocka_unit_test(nothing_is_no_line),
    };

    return cmocka_run_group_tests_name("timeline", tests, NULL, NULL);
}
