/* SPDX-License-Identifier: MIT */
/* What is counted, how Prometheus reads it, and the rows that each service has. */
#include "gateway/gateway_metrics.h"
#include "shared/base/metrics.h"
#include "worker/worker_metrics.h"

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { COUNTED, CLIMATE, TOOK, BY_TWO };

static const char *name_of_side(size_t index)
{
    static const char *const SIDES[] = {"in", "out"};

    return SIDES[index];
}

static const char *odd_text(size_t index)
{
    static const char *const TEXTS[] = {"plain", "a \"quote\", a \\ and a\nline"};

    return TEXTS[index];
}

static const int64_t BOUNDS_MS[] = {50, 250, 1500};

static const struct metric_row ROWS[] = {
    [COUNTED] = {.name = "things_total",
                 .type = METRIC_COUNTER,
                 .scale = METRIC_ONE,
                 .help = "Things.",
                 .labels = {{"side", 2, name_of_side}}},
    [CLIMATE] = {.name = "warmth_ratio",
                 .type = METRIC_GAUGE,
                 .scale = METRIC_MS,
                 .help = "Is \"warm\"."},
    [TOOK] = {.name = "took_seconds",
              .type = METRIC_HISTOGRAM,
              .scale = METRIC_MS,
              .help = "Took.",
              .bounds = BOUNDS_MS,
              .bound_count = ARRAY_LEN(BOUNDS_MS)},
    [BY_TWO] = {.name = "pairs_total",
                .type = METRIC_COUNTER,
                .scale = METRIC_ONE,
                .help = "Back\\slash\nand line.",
                .labels = {{"side", 2, name_of_side}, {"text", 2, odd_text}}},
};

/* What is printed, to be freed by the caller. */
static char *printed(void)
{
    struct buf out;
    char *text;

    buf_init(&out, METRICS_MAX_BYTES);
    metrics_print(&out);
    assert_true(buf_ok(&out));
    text = strdup(buf_text(&out));
    buf_free(&out);
    return text;
}

static bool has_line(const char *text, const char *line)
{
    size_t len = strlen(line);

    for (const char *at = text; (at = strstr(at, line)) != NULL; at += len) {
        if ((at == text || at[-1] == '\n') && at[len] == '\n') {
            return true;
        }
    }
    return false;
}

#define assert_printed(line)                                  \
    do {                                                      \
        char *text_ = printed();                              \
        if (!has_line(text_, (line))) {                       \
            fail_msg("no line \"%s\" in\n%s", (line), text_); \
        }                                                     \
        free(text_);                                          \
    } while (0)

#define assert_not_printed(part)            \
    do {                                    \
        char *text_ = printed();            \
        assert_null(strstr(text_, (part))); \
        free(text_);                        \
    } while (0)

static int begin(void **state)
{
    (void)state;
    metrics_init("tester", "1.2.3", ROWS, ARRAY_LEN(ROWS));
    return 0;
}

/* ---- counting ---- */

static void a_counter_is_there_before_anything_was_counted(void **state)
{
    (void)state;
    assert_printed("# TYPE things_total counter");
    assert_printed("things_total{side=\"in\"} 0");
    assert_printed("things_total{side=\"out\"} 0");
}

static void each_series_counts_for_itself(void **state)
{
    (void)state;
    metrics_add(COUNTED, 1, 0, 2);
    metrics_add(COUNTED, 1, 0, 3);
    metrics_add(BY_TWO, 1, 0, 7);
    assert_printed("things_total{side=\"in\"} 0");
    assert_printed("things_total{side=\"out\"} 5");
    assert_printed("pairs_total{side=\"out\",text=\"plain\"} 7");
    assert_printed("pairs_total{side=\"in\",text=\"plain\"} 0");
}

static void a_gauge_is_there_from_when_it_was_set(void **state)
{
    (void)state;
    assert_not_printed("warmth_ratio");
    metrics_set(CLIMATE, 0, 0, -250);
    assert_printed("# TYPE warmth_ratio gauge");
    assert_printed("warmth_ratio -0.25");
    metrics_add(CLIMATE, 0, 0, 1250);
    assert_printed("warmth_ratio 1");
}

static void buckets_hold_what_is_not_above_their_end(void **state)
{
    (void)state;
    metrics_observe(TOOK, 0, 0, 50);
    metrics_observe(TOOK, 0, 0, 51);
    metrics_observe(TOOK, 0, 0, 9000);
    assert_printed("took_seconds_bucket{le=\"0.05\"} 1");
    assert_printed("took_seconds_bucket{le=\"0.25\"} 2");
    assert_printed("took_seconds_bucket{le=\"1.5\"} 2");
    assert_printed("took_seconds_bucket{le=\"+Inf\"} 3");
    assert_printed("took_seconds_sum 9.101");
    assert_printed("took_seconds_count 3");
}

static void what_is_in_no_table_is_not_counted(void **state)
{
    char *before = printed();
    char *after;

    (void)state;
    metrics_add(ARRAY_LEN(ROWS), 0, 0, 1);
    metrics_add(COUNTED, 2, 0, 1);
    metrics_add(COUNTED, 0, 1, 1);
    metrics_add(TOOK, 0, 0, 1);
    metrics_set(COUNTED, 0, 0, 1);
    metrics_observe(CLIMATE, 0, 0, 1);
    after = printed();
    *strstr(before, "process_") = '\0'; /* the rest changes by itself */
    *strstr(after, "process_") = '\0';
    assert_string_equal(after, before);
    free(before);
    free(after);
}

static void texts_cannot_break_a_line(void **state)
{
    (void)state;
    assert_printed("# HELP pairs_total Back\\\\slash\\nand line.");
    assert_printed("pairs_total{side=\"in\",text=\"a \\\"quote\\\", a \\\\ and a\\nline\"} 0");
}

static void a_process_says_which_it_is_and_what_it_uses(void **state)
{
    (void)state;
    assert_printed("beget_manager_build_info{service=\"tester\",version=\"1.2.3\"} 1");
    assert_printed("# TYPE process_cpu_seconds_total counter");
    assert_not_printed("process_resident_memory_bytes 0\n");
    assert_printed("# TYPE process_resident_memory_bytes gauge");
    assert_printed("# TYPE process_open_fds gauge");
    assert_printed("# TYPE process_start_time_seconds gauge");
}

enum { THREADS = 4, ADDITIONS = 20000 };

static void *count_many(void *context)
{
    (void)context;
    for (int i = 0; i < ADDITIONS; i++) {
        metrics_add(COUNTED, 0, 0, 1);
        metrics_observe(TOOK, 0, 0, 1);
    }
    return NULL;
}

static void threads_count_together(void **state)
{
    pthread_t threads[THREADS];

    (void)state;
    for (int i = 0; i < THREADS; i++) {
        assert_int_equal(pthread_create(&threads[i], NULL, count_many, NULL), 0);
    }
    for (int i = 0; i < THREADS; i++) {
        assert_int_equal(pthread_join(threads[i], NULL), 0);
    }
    assert_printed("things_total{side=\"in\"} 80000");
    assert_printed("took_seconds_count 80000");
}

/* ---- the services' tables ---- */

static bool ends_with(const char *text, const char *end)
{
    size_t len = strlen(text);

    return len >= strlen(end) && strcmp(text + len - strlen(end), end) == 0;
}

static void check_label(const struct metric_row *row, const struct metric_label *label)
{
    static const char *const FORBIDDEN[] = {"chat",      "chat_id", "user", "user_id",
                                            "update_id", "domain",  "name", "le"};

    if (!label->name) {
        return;
    }
    for (size_t i = 0; i < ARRAY_LEN(FORBIDDEN); i++) {
        assert_string_not_equal(label->name, FORBIDDEN[i]);
    }
    assert_in_range(label->count, 1, 30);
    for (size_t i = 0; i < label->count; i++) {
        const char *value = label->value(i);

        assert_non_null(value);
        assert_string_not_equal(value, "");
        for (size_t other = 0; other < i; other++) {
            if (strcmp(value, label->value(other)) == 0) {
                fail_msg("%s: %s=%s is there twice", row->name, label->name, value);
            }
        }
    }
}

static void check_row(const struct metric_row *row)
{
    assert_non_null(row->name);
    assert_int_equal(strncmp(row->name, "beget_manager_", 14), 0);
    assert_int_equal(ends_with(row->name, "_total"), row->type == METRIC_COUNTER);
    assert_true(ends_with(row->help, "."));
    assert_int_equal(strstr(row->name, "_seconds") != NULL, row->scale == METRIC_MS);
    assert_int_equal(row->bound_count > 0, row->type == METRIC_HISTOGRAM);
    for (size_t i = 1; i < row->bound_count; i++) {
        assert_true(row->bounds[i] > row->bounds[i - 1]);
    }
    for (size_t i = 0; i < METRIC_LABELS_MAX; i++) {
        check_label(row, &row->labels[i]);
    }
}

static void the_tables_keep_the_conventions(void **state)
{
    (void)state;
    for (size_t i = 0; i < GATEWAY_METRIC_COUNT; i++) {
        check_row(&GATEWAY_METRICS[i]);
    }
    for (size_t i = 0; i < WORKER_METRIC_COUNT; i++) {
        check_row(&WORKER_METRICS[i]);
    }
}

/* ---- what the gateway counts ---- */

static int begin_gateway(void **state)
{
    (void)state;
    metrics_init("gateway", "1", GATEWAY_METRICS, GATEWAY_METRIC_COUNT);
    return 0;
}

static void a_poll_counts_by_what_came_of_it(void **state)
{
    (void)state;
    gateway_count_poll("telegram.unauthorized");
    gateway_count_poll("telegram.flood");
    assert_not_printed("beget_manager_telegram_last_poll_timestamp_seconds");
    gateway_count_poll(NULL);
    assert_printed("beget_manager_telegram_polls_total{outcome=\"unauthorized\"} 1");
    assert_printed("beget_manager_telegram_polls_total{outcome=\"flood\"} 1");
    assert_printed("beget_manager_telegram_polls_total{outcome=\"ok\"} 1");
    assert_printed("# TYPE beget_manager_telegram_last_poll_timestamp_seconds gauge");
}

static void a_send_counts_by_method_and_outcome(void **state)
{
    const struct verdict delivered = {.kind = VERDICT_DELIVERED};
    const struct verdict flood = {.kind = VERDICT_FLOOD, .wait_ms = 3500};

    (void)state;
    gateway_count_send("sendMessage", &delivered, 120);
    gateway_count_send("sendMessage", &flood, 20);
    gateway_count_send("sendSomethingNew", &delivered, 1);
    assert_printed("beget_manager_sends_total{method=\"sendMessage\",outcome=\"delivered\"} 1");
    assert_printed("beget_manager_sends_total{method=\"sendMessage\",outcome=\"flood\"} 1");
    assert_printed("beget_manager_sends_total{method=\"other\",outcome=\"delivered\"} 1");
    assert_printed("beget_manager_send_duration_seconds_sum{method=\"sendMessage\"} 0.14");
    assert_printed("beget_manager_flood_waits_total 1");
    assert_printed("beget_manager_flood_wait_seconds_total 3.5");
}

/* ---- what a worker counts ---- */

static int begin_worker(void **state)
{
    (void)state;
    metrics_init("worker", "1", WORKER_METRICS, WORKER_METRIC_COUNT);
    return 0;
}

static void a_job_counts_by_kind_and_end(void **state)
{
    (void)state;
    worker_count_job_begun(1, 1);
    worker_count_job_begun(INT64_MAX, 3); /* a clock that is behind that of Redis */
    worker_count_job(UPDATE_CALLBACK, EVENT_REFUSED, 30);
    worker_count_job(UPDATE_MESSAGE, JOB_LOST, 30);
    worker_count_job(JOB_KIND_UNREADABLE, JOB_GIVEN_BACK, 30);
    assert_printed("beget_manager_jobs_redelivered_total 1");
    assert_printed("beget_manager_job_wait_seconds_bucket{le=\"0.01\"} 1");
    assert_printed("beget_manager_job_wait_seconds_count 2");
    assert_printed("beget_manager_jobs_total{kind=\"callback\",result=\"refused\"} 1");
    assert_printed("beget_manager_jobs_total{kind=\"message\",result=\"lost\"} 1");
    assert_printed("beget_manager_jobs_total{kind=\"unreadable\",result=\"given_back\"} 1");
    assert_printed("beget_manager_job_run_seconds_count{kind=\"callback\"} 1");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(a_counter_is_there_before_anything_was_counted, begin),
        cmocka_unit_test_setup(each_series_counts_for_itself, begin),
        cmocka_unit_test_setup(a_gauge_is_there_from_when_it_was_set, begin),
        cmocka_unit_test_setup(buckets_hold_what_is_not_above_their_end, begin),
        cmocka_unit_test_setup(what_is_in_no_table_is_not_counted, begin),
        cmocka_unit_test_setup(texts_cannot_break_a_line, begin),
        cmocka_unit_test_setup(a_process_says_which_it_is_and_what_it_uses, begin),
        cmocka_unit_test_setup(threads_count_together, begin),
        cmocka_unit_test(the_tables_keep_the_conventions),
        cmocka_unit_test_setup(a_poll_counts_by_what_came_of_it, begin_gateway),
        cmocka_unit_test_setup(a_send_counts_by_method_and_outcome, begin_gateway),
        cmocka_unit_test_setup(a_job_counts_by_kind_and_end, begin_worker),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
