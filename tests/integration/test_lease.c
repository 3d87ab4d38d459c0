/* SPDX-License-Identifier: MIT */
/*
 * Held leases against a real Redis: they are kept as long as somebody works,
 * given up when they are gone, and cost nothing when nothing is held.
 */
#include "worker/lease.h"

#include "shared/base/clock.h"
#include "shared/base/log.h"
#include "shared/base/stop.h"
#include "shared/io/http.h"
#include "shared/io/httpd.h"
#include "tests/integration/queue_world.h"
#include "worker/beget/client.h"

#include <inttypes.h>
#include <poll.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { LEASE_MS = 2000, SHORT_LEASE_MS = 400, DEADLINE_MS = 30000, LOOK_MS = 10 };

static struct outage redis_outage = OUTAGE_INIT;

/* The beat thread of a worker with two runners, "w1" and "w2". */
static struct {
    struct leases *leases;
    struct lease *first;
    struct lease *second;
    pthread_t thread;
    bool ok;
    struct err err;
} keeper;

static void *run_keeper(void *context)
{
    (void)context;
    keeper.ok = leases_run(keeper.leases, &keeper.err);
    return NULL;
}

static void start_keeper(int64_t lease_ms)
{
    const struct leases_options options = {
        .queue = {.redis_url = redis_server_unix_url(world.server),
                  .prefix = WORLD_PREFIX,
                  .name = "leases",
                  .accept_unsafe = true},
        .lease_ms = lease_ms,
        .most = 2,
        .redis = &redis_outage,
    };
    struct err err = ERR_INIT;

    keeper.leases = leases_new(&options, &err);
    assert_non_null(keeper.leases);
    keeper.first = lease_new(keeper.leases, "w1");
    keeper.second = lease_new(keeper.leases, "w2");
    assert_int_equal(pthread_create(&keeper.thread, NULL, run_keeper, NULL), 0);
}

static void end_keeper(void)
{
    leases_end(keeper.leases);
    assert_int_equal(pthread_join(keeper.thread, NULL), 0);
    leases_free(keeper.leases);
    keeper.leases = NULL;
    assert_true(keeper.ok);
}

static int set_up(void **state)
{
    (void)state;
    world_open(&world, NULL);
    world_clear(&world);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    if (keeper.leases) {
        end_keeper();
    }
    world_close(&world);
    return 0;
}

static struct queue_job *take(struct queue *queue, const char *consumer, int64_t update_id,
                              int64_t chat_id)
{
    world_push(&world, update_id, chat_id);
    return world_take_id(queue, consumer, update_id);
}

/* Since when nobody has renewed a consumer's only entry. */
static int64_t idle_ms(const char *consumer)
{
    return RAW_INT(&world, "EVAL",
                   "return redis.call('XPENDING', KEYS[1], 'workers', '-', '+', 1, ARGV[1])[1][3]",
                   "1", WORLD_KEY("updates"), consumer);
}

/* How often anybody has called a function of the queue. */
static int64_t function_calls(void)
{
    const char *line = strstr(RAW_TEXT(&world, "INFO", "commandstats"), "cmdstat_fcall:calls=");

    return line ? strtoimax(strchr(line, '=') + 1, NULL, 10) : 0;
}

static void look_again_until(int64_t deadline_ms)
{
    assert_true(clock_monotonic_ms() < deadline_ms);
    (void)poll(NULL, 0, LOOK_MS);
}

static void wait_for_calls(int64_t count)
{
    int64_t deadline_ms = clock_monotonic_ms() + DEADLINE_MS;

    while (function_calls() < count) {
        look_again_until(deadline_ms);
    }
}

static void wait_until_idle_for(const char *consumer, int64_t ms)
{
    int64_t deadline_ms = clock_monotonic_ms() + DEADLINE_MS;

    while (idle_ms(consumer) < ms) {
        look_again_until(deadline_ms);
    }
}

static bool is_readable(int fd, int64_t ms)
{
    struct pollfd one = {.fd = fd, .events = POLLIN};

    return poll(&one, 1, (int)ms) > 0;
}

static struct queue_job *reap(void)
{
    const struct queue_reap_options options = {
        .lease_ms = LEASE_MS, .max_deliveries = 3, .dead_text = "sorry", .doubt_text = "perhaps"};
    struct queue_job *job = NULL;
    struct err err = ERR_INIT;
    char dead[REDIS_ID_SIZE] = "x";

    assert_true(queue_reap(world.other, "w3", &options, &job, dead, &err));
    assert_string_equal(dead, "");
    return job;
}

static void claim_by_hand(const char *job_id)
{
    RAW_DO(&world, "XCLAIM", WORLD_KEY("updates"), "workers", "w3", "0", job_id, "JUSTID");
}

/* ---- kept ---- */

static void what_is_held_for_three_leases_is_nobody_elses(void **state)
{
    struct queue_job *job = take(world.worker, "w1", 10, ANN);
    int64_t began_ms = clock_monotonic_ms();

    (void)state;
    start_keeper(LEASE_MS);
    lease_hold(keeper.first, queue_job_id(job));
    while (clock_monotonic_ms() - began_ms <= INT64_C(3) * LEASE_MS) {
        assert_null(reap());
        assert_false(lease_is_lost(keeper.first));
        (void)poll(NULL, 0, LOOK_MS);
    }
    lease_release(keeper.first);
    assert_null(world_done(world.worker, "w1", job));
    world_assert_idle(&world);
}

static void after_the_release_it_is_renewed_no_more(void **state)
{
    struct queue_job *ann = take(world.worker, "w1", 10, ANN);
    struct queue_job *bob = take(world.worker, "w2", 11, BOB);

    (void)state;
    start_keeper(LEASE_MS);
    lease_hold(keeper.first, queue_job_id(ann));
    lease_hold(keeper.second, queue_job_id(bob));
    wait_for_calls(function_calls() + 2);
    lease_release(keeper.first);
    wait_until_idle_for("w1", LEASE_MS);
    assert_true(idle_ms("w2") < LEASE_MS);
    assert_false(lease_is_lost(keeper.second));
    lease_release(keeper.second);
    queue_job_free(ann);
    queue_job_free(bob);
}

static void with_nothing_held_redis_is_left_alone(void **state)
{
    struct queue_job *job = take(world.worker, "w1", 10, ANN);
    int64_t before;

    (void)state;
    start_keeper(SHORT_LEASE_MS);
    before = function_calls();
    wait_until_idle_for("w1", INT64_C(2) * SHORT_LEASE_MS);
    assert_int_equal(function_calls(), before);
    lease_hold(keeper.first, queue_job_id(job)); /* it wakes all the same */
    wait_for_calls(before + 1);
    lease_release(keeper.first);
    queue_job_free(job);
}

/* ---- lost ---- */

static void what_another_worker_claims_is_lost(void **state)
{
    struct queue_job *job = take(world.worker, "w1", 10, ANN);

    (void)state;
    start_keeper(LEASE_MS);
    lease_hold(keeper.first, queue_job_id(job));
    assert_false(is_readable(lease_lost_fd(keeper.first), 0));
    claim_by_hand(queue_job_id(job));
    assert_true(is_readable(lease_lost_fd(keeper.first), DEADLINE_MS));
    assert_true(lease_is_lost(keeper.first));
    assert_false(lease_is_lost(keeper.second));
    lease_release(keeper.first);
    queue_job_free(job);
}

static void the_next_one_held_is_not_lost(void **state)
{
    struct queue_job *ann = take(world.worker, "w1", 10, ANN);
    struct queue_job *bob = take(world.worker, "w1", 11, BOB);

    (void)state;
    start_keeper(LEASE_MS);
    lease_hold(keeper.first, queue_job_id(ann));
    claim_by_hand(queue_job_id(ann));
    assert_true(is_readable(lease_lost_fd(keeper.first), DEADLINE_MS));
    lease_release(keeper.first);
    lease_hold(keeper.first, queue_job_id(bob));
    assert_false(lease_is_lost(keeper.first));
    assert_false(is_readable(lease_lost_fd(keeper.first), 0));
    lease_release(keeper.first);
    queue_job_free(ann);
    queue_job_free(bob);
}

static void a_redis_that_hangs_for_half_a_lease_loses_it(void **state)
{
    struct queue_job *job = take(world.worker, "w1", 10, ANN);

    (void)state;
    start_keeper(LEASE_MS);
    lease_hold(keeper.first, queue_job_id(job));
    wait_for_calls(function_calls() + 1);
    redis_server_freeze(world.server);
    assert_true(is_readable(lease_lost_fd(keeper.first), DEADLINE_MS));
    redis_server_thaw(world.server);
    lease_release(keeper.first);
    queue_job_free(job);
}

/* ---- and the call under way ---- */

static struct {
    pthread_mutex_t lock;
    pthread_cond_t changed;
    bool asked;
    bool released;
} api = {.lock = PTHREAD_MUTEX_INITIALIZER, .changed = PTHREAD_COND_INITIALIZER};

/* Hangs until released. */
static void serve(void *context, const struct httpd_request *request,
                  struct httpd_response *response)
{
    (void)context;
    (void)request;
    (void)pthread_mutex_lock(&api.lock);
    api.asked = true;
    (void)pthread_cond_broadcast(&api.changed);
    while (!api.released) {
        (void)pthread_cond_wait(&api.changed, &api.lock);
    }
    (void)pthread_mutex_unlock(&api.lock);
    response->status = 200;
}

static void *claim_once_asked(void *job_id)
{
    (void)pthread_mutex_lock(&api.lock);
    while (!api.asked) {
        (void)pthread_cond_wait(&api.changed, &api.lock);
    }
    (void)pthread_mutex_unlock(&api.lock);
    claim_by_hand(job_id);
    return NULL;
}

static void a_call_under_way_ends_when_its_lease_is_lost(void **state)
{
    struct queue_job *job = take(world.worker, "w1", 10, ANN);
    static const struct beget_argument EXAMPLE[] = {{.text = "example.com"}};
    struct err err = ERR_INIT;
    struct httpd *httpd = httpd_start("127.0.0.1:0", 1 << 20, serve, NULL, &err);
    struct beget_options options = {
        .login = "sandbox", .password = "secret", .timeout_ms = INT64_C(4) * DEADLINE_MS};
    struct beget_call_options how = {0};
    int64_t began_ms = clock_monotonic_ms();
    struct beget_client *client;
    struct beget_answer answer;
    char job_id[REDIS_ID_SIZE];
    char url[64];
    pthread_t other;

    (void)state;
    assert_non_null(httpd);
    (void)snprintf(url, sizeof(url), "http://127.0.0.1:%d/api", httpd_port(httpd));
    (void)snprintf(job_id, sizeof(job_id), "%s", queue_job_id(job));
    options.api_url = url;
    client = beget_client_new(&options, world.worker, &err);
    assert_non_null(client);
    start_keeper(LEASE_MS);
    lease_hold(keeper.first, job_id);
    how.abandon_fd = lease_lost_fd(keeper.first);
    assert_int_equal(pthread_create(&other, NULL, claim_once_asked, job_id), 0);
    assert_false(beget_call(client, BEGET_DNS_READ, EXAMPLE, 10, &how, &answer, &err));
    assert_error(&err, ERR_STOPPED, "abandoned");
    assert_true(lease_is_lost(keeper.first));
    assert_true(clock_monotonic_ms() - began_ms < DEADLINE_MS);
    assert_int_equal(pthread_join(other, NULL), 0);
    lease_release(keeper.first);
    beget_client_free(client);
    (void)pthread_mutex_lock(&api.lock);
    api.released = true;
    (void)pthread_cond_broadcast(&api.changed);
    (void)pthread_mutex_unlock(&api.lock);
    httpd_stop(httpd);
    queue_job_free(job);
}

#define WORLD_TEST(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)

int main(void)
{
    static const struct CMUnitTest TESTS[] = {
        WORLD_TEST(what_is_held_for_three_leases_is_nobody_elses),
        WORLD_TEST(after_the_release_it_is_renewed_no_more),
        WORLD_TEST(with_nothing_held_redis_is_left_alone),
        WORLD_TEST(what_another_worker_claims_is_lost),
        WORLD_TEST(the_next_one_held_is_not_lost),
        WORLD_TEST(a_redis_that_hangs_for_half_a_lease_loses_it),
        WORLD_TEST(a_call_under_way_ends_when_its_lease_is_lost),
    };
    struct err err = ERR_INIT;
    int failed;

    log_init("test", LOG_LEVEL_WARN, LOG_FORMAT_LOGFMT);
    if (!stop_install(&err) || !http_library_init(&err)) {
        return 1;
    }
    failed = cmocka_run_group_tests_name("lease", TESTS, NULL, NULL);
    http_library_free();
    return failed;
}
