/* SPDX-License-Identifier: MIT */
/* gateway/poll_plan.c: how each failed poll is told, how long is waited, and which offset is next.
 */
#include "gateway/poll_plan.h"

#include "shared/base/compiler.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

/* NOLINTNEXTLINE(clang-analyzer-optin.performance.Padding): columns in reading order */
struct plan_row {
    const char *name;
    int status; /* 0: no response arrived */
    const char *body;
    enum poll_action action;
    const char *event;
    enum log_level level;
    int64_t first_ms; /* longest wait after the first failure */
    int64_t last_ms;  /* longest wait after many              */
};

#define ERROR(code, text) "{\"ok\":false,\"error_code\":" #code ",\"description\":\"" text "\"}"

/* clang-format off */
static struct plan_row plan_rows[] = {
    /* what it shows                                  status body                                                        action               event                    level            first   last */
    {"no response backs off up to a minute",           0,   "",                                                          POLL_AGAIN,          "telegram.unreachable",  LOG_LEVEL_WARN,  1000,   60000 },
    {"an empty body backs off up to a minute",         200, "",                                                          POLL_AGAIN,          "telegram.unreadable",   LOG_LEVEL_WARN,  1000,   60000 },
    {"half a body backs off up to a minute",           200, "{\"ok\":true,\"result\":[{\"upd",                           POLL_AGAIN,          "telegram.unreadable",   LOG_LEVEL_WARN,  1000,   60000 },
    {"a result that is no list backs off",             200, "{\"ok\":true,\"result\":{}}",                               POLL_AGAIN,          "telegram.unreadable",   LOG_LEVEL_WARN,  1000,   60000 },
    {"an HTML 502 backs off up to a minute",           502, "<html>Bad Gateway</html>",                                  POLL_AGAIN,          "telegram.failing",      LOG_LEVEL_WARN,  1000,   60000 },
    {"a server that restarts backs off",               500, ERROR(500, "Internal Server Error: restart"),                POLL_AGAIN,          "telegram.failing",      LOG_LEVEL_WARN,  1000,   60000 },
    {"a bad token is asked about every few minutes",   401, ERROR(401, "Unauthorized"),                                  POLL_AGAIN,          "telegram.unauthorized", LOG_LEVEL_ERROR, 60000,  600000},
    {"an unknown bot is asked about as slowly",        404, ERROR(404, "Not Found"),                                     POLL_AGAIN,          "telegram.unauthorized", LOG_LEVEL_ERROR, 60000,  600000},
    {"a server that filters is asked as slowly",       421, ERROR(421, "Misdirected Request"),                           POLL_AGAIN,          "telegram.unauthorized", LOG_LEVEL_ERROR, 60000,  600000},
    {"another poller is given 3 to 30 seconds",        409, ERROR(409, "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running"), POLL_AGAIN, "telegram.conflict", LOG_LEVEL_WARN, 6000, 30000},
    {"a poll ended by setWebhook is a webhook",        409, ERROR(409, "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first"), POLL_REMOVE_WEBHOOK, "telegram.webhook", LOG_LEVEL_WARN, 6000, 30000},
    {"a 400 is an error and asked again",              400, ERROR(400, "Bad Request: something"),                        POLL_AGAIN,          "telegram.refused",      LOG_LEVEL_ERROR, 10000,  60000 },
    {"an empty 413 is an error and asked again",       413, "",                                                          POLL_AGAIN,          "telegram.refused",      LOG_LEVEL_ERROR, 10000,  60000 },
    {"a 403 is an error and asked again",              403, ERROR(403, "Forbidden"),                                     POLL_AGAIN,          "telegram.refused",      LOG_LEVEL_ERROR, 10000,  60000 },
};
/* clang-format on */

static void read_row(const struct plan_row *row, struct telegram_answer *out)
{
    if (row->status == 0) {
        *out = (struct telegram_answer){.sent = true, .description = "connection refused"};
    } else {
        telegram_read(row->status, row->body, strlen(row->body), out);
    }
}

static void plans(void **state)
{
    const struct plan_row *row = *state;
    struct poll_plan plan = {.row = NULL};
    struct telegram_answer answer;
    struct poll_step step;

    read_row(row, &answer);
    step = poll_plan_next(&plan, &answer, JSON_LIST, 0); /* no jitter: the longest wait */
    assert_int_equal(step.action, row->action);
    assert_string_equal(step.event, row->event);
    assert_int_equal(step.level, row->level);
    assert_int_equal(step.wait_ms, row->first_ms);
    for (int i = 0; i < 20; i++) {
        step = poll_plan_next(&plan, &answer, JSON_LIST, 0);
    }
    assert_int_equal(step.wait_ms, row->last_ms);
    for (uint32_t random = 1; random != 0; random <<= 1) { /* jitter: half of it at least */
        step = poll_plan_next(&plan, &answer, JSON_LIST, random);
        assert_in_range(step.wait_ms, (uintmax_t)row->last_ms / 2, (uintmax_t)row->last_ms);
    }
    telegram_answer_free(&answer);
}

static struct poll_step step_for(struct poll_plan *plan, int status, const char *body)
{
    struct telegram_answer answer;
    struct poll_step step;

    telegram_read(status, body, strlen(body), &answer);
    step = poll_plan_next(plan, &answer, JSON_LIST, 0);
    telegram_answer_free(&answer);
    return step;
}

static void a_flood_is_obeyed_to_the_second_however_long(void **state)
{
    struct poll_plan plan = {.row = NULL};

    (void)state;
    for (int i = 0; i < 3; i++) {
        struct poll_step step =
            step_for(&plan, 429,
                     "{\"ok\":false,\"error_code\":429,\"description\":\"Too Many Requests\","
                     "\"parameters\":{\"retry_after\":10072}}");

        assert_int_equal(step.wait_ms, 10072000);
        assert_string_equal(step.event, "telegram.flood");
    }
    assert_int_equal(step_for(&plan, 429, "").wait_ms, 3000); /* it does not say how long */
}

static void a_good_answer_forgets_the_failures(void **state)
{
    struct poll_plan plan = {.row = NULL};

    (void)state;
    assert_int_equal(step_for(&plan, 502, "").wait_ms, 1000);
    assert_int_equal(step_for(&plan, 502, "").wait_ms, 2000);
    assert_int_equal(step_for(&plan, 200, "{\"ok\":true,\"result\":[]}").action, POLL_USE);
    assert_int_equal(step_for(&plan, 502, "").wait_ms, 1000);
}

static void another_kind_of_failure_starts_its_own_waiting(void **state)
{
    struct poll_plan plan = {.row = NULL};

    (void)state;
    assert_int_equal(step_for(&plan, 502, "").wait_ms, 1000);
    assert_int_equal(step_for(&plan, 502, "").wait_ms, 2000);
    assert_int_equal(step_for(&plan, 200, "").wait_ms, 1000);
    assert_int_equal(step_for(&plan, 401, "").wait_ms, 60000);
}

struct offset_row {
    const char *name;
    int64_t offset;
    int64_t ids[4];
    size_t count;
    int64_t next;
};

static struct offset_row offset_rows[] = {
    {"an empty batch keeps the offset", 100, {0}, 0, 100},
    {"one past the last is next", 100, {100, 101, 102}, 3, 103},
    {"a lower id is accepted", 727334708, {117314199}, 1, 117314200},
    {"gaps do not matter", 100, {100, 250}, 2, 251},
    {"an unreadable one at the end is passed over", 100, {100, 0}, 2, 101},
    {"unreadable ones alone keep the offset", 100, {0, 0}, 2, 100},
    {"the last counts, not the largest", 100, {900, 5}, 2, 6},
};

static void moves_offset(void **state)
{
    const struct offset_row *row = *state;

    assert_int_equal(poll_next_offset(row->offset, row->ids, row->count), row->next);
}

struct pause_row {
    const char *name;
    bool moved;
    int64_t took_ms;
    int64_t pause_ms;
};

static struct pause_row pause_rows[] = {
    {"after a batch the next poll comes at once", true, 0, 0},
    {"after a full wait the next poll comes at once", false, 50000, 0},
    {"an answer that comes too soon is followed three seconds later", false, 10, 2990},
    {"even the shortest long poll is no reason to pause", false, 1000, 0},
};

static void pauses(void **state)
{
    const struct pause_row *row = *state;

    assert_int_equal(poll_pause_ms(row->moved, row->took_ms), row->pause_ms);
}

#define ADD_ROWS(tests, count, test, rows)                                                         \
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {                                                 \
        (tests)[(*(count))++] = (struct CMUnitTest){(rows)[i].name, test, NULL, NULL, &(rows)[i]}; \
    }

int main(void)
{
    struct CMUnitTest
        tests[ARRAY_LEN(plan_rows) + ARRAY_LEN(offset_rows) + ARRAY_LEN(pause_rows) + 3] = {
            cmocka_unit_test(a_flood_is_obeyed_to_the_second_however_long),
            cmocka_unit_test(a_good_answer_forgets_the_failures),
            cmocka_unit_test(another_kind_of_failure_starts_its_own_waiting),
        };
    size_t count = 3;

    ADD_ROWS(tests, &count, plans, plan_rows);
    ADD_ROWS(tests, &count, moves_offset, offset_rows);
    ADD_ROWS(tests, &count, pauses, pause_rows);
    return cmocka_run_group_tests_name("gateway poll_plan", tests, NULL, NULL);
}
