/* SPDX-License-Identifier: MIT */
#include "worker/worker.h"

#include "shared/base/backoff.h"
#include "shared/base/clock.h"
#include "shared/base/log.h"
#include "shared/base/mem.h"
#include "shared/base/plain_url.h"
#include "shared/base/process_name.h"
#include "shared/base/stop.h"
#include "shared/ops/alarm_watch.h"
#include "shared/ops/attendant.h"
#include "worker/announce.h"
#include "worker/greeting.h"
#include "worker/keeper.h"
#include "worker/lease.h"
#include "worker/runner.h"
#include "worker/turn.h"
#include "worker/worker_health.h"
#include "worker/worker_metrics.h"
#include "worker/worker_pages.h"

#include <inttypes.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

enum { REDIS_TIMEOUT_MS = 5000 };

/* A thread of this process and what became of it. */
struct task {
    pthread_t thread;
    bool (*run)(struct task *task);
    struct runner_shared *shared;
    char name[RUNNER_NAME_SIZE];
    bool started;
    bool ok;        /* read after the thread has ended */
    struct err err; /* set when !ok                    */
};

static struct queue_options queue_options_of(struct runner_shared *shared, const char *name)
{
    const struct worker_settings *settings = shared->settings;

    return (struct queue_options){.redis_url = settings->redis_url,
                                  .prefix = settings->queue_prefix,
                                  .name = name,
                                  .timeout_ms = REDIS_TIMEOUT_MS,
                                  .accept_unsafe = settings->redis_unsafe == WORKER_UNSAFE_ON,
                                  .recheck_ms = QUEUE_RECHECK_MS,
                                  .watch = &shared->watch,
                                  .login = &shared->login};
}

/* ---- what the threads do ---- */

static bool run_runner(struct task *task)
{
    struct runner *runner = runner_new(task->shared, task->name, &task->err);
    bool ok = runner && runner_run(runner, &task->err);

    runner_free(runner);
    return ok;
}

static bool run_journal(struct task *task)
{
    const struct queue_options queue = queue_options_of(task->shared, task->name);

    return keeper_run(task->shared->settings, task->shared->health, &queue, &task->err);
}

static bool run_leases(struct task *task)
{
    return leases_run(task->shared->leases, &task->err);
}

/* Tasks besides the runners. The leases are last: kept until all others have ended. */
static const struct {
    const char *name;
    bool (*run)(struct task *task);
} OTHERS[] = {{"journal", run_journal}, {"leases", run_leases}};

static void *run_task(void *context)
{
    struct task *task = context;

    task->ok = task->run(task);
    if (!task->ok) {
        stop_request(); /* the others end, and the process says why */
    }
    return NULL;
}

/* ---- the start ---- */

/* Sends the command list; waits for Redis as long as it takes. */
static bool announce(struct runner_shared *shared, struct queue *queue, struct err *err)
{
    struct backoff backoff = {.first_ms = 200, .most_ms = 5000};
    int64_t number;

    while (!stop_requested()) {
        if (announce_commands(queue, &shared->settings->admins, err)) {
            return true;
        }
        if (err->kind != ERR_RETRY) {
            return false;
        }
        if (outage_failed(&shared->redis, clock_monotonic_ms(), &number)) {
            log_warn("redis.waiting", LOG_TEXT("address", redis_address(queue_redis(queue))),
                     LOG_TEXT("why", err->message), LOG_INT("failures", number));
        }
        (void)stop_wait_ms(backoff_next_ms(&backoff, backoff_random()));
    }
    return true;
}

static bool start_tasks(struct task tasks[], size_t count, struct err *err)
{
    for (size_t i = 0; i < count; i++) {
        if (pthread_create(&tasks[i].thread, NULL, run_task, &tasks[i]) != 0) {
            return err_set(err, ERR_FATAL, "cannot start thread %zu of %zu", i + 1, count);
        }
        tasks[i].started = true;
    }
    return true;
}

/* Waits for all; the first that failed is what the process says. */
static bool join_tasks(struct task tasks[], size_t count, struct err *err)
{
    bool ok = true;

    for (size_t i = 0; i < count; i++) {
        if (!tasks[i].started) {
            continue;
        }
        (void)pthread_join(tasks[i].thread, NULL);
        if (!tasks[i].ok && ok) {
            *err = tasks[i].err;
            ok = false;
        }
    }
    return ok;
}

/* The runners, the journal and the leases; the caller frees the array. */
static struct task *make_tasks(struct runner_shared *shared, const char *process, size_t *out_count)
{
    size_t runners = (size_t)shared->settings->threads;
    struct task *tasks = xcalloc(runners + ARRAY_LEN(OTHERS), sizeof(*tasks));

    for (size_t i = 0; i < runners; i++) {
        tasks[i] = (struct task){.run = run_runner, .shared = shared};
        (void)snprintf(tasks[i].name, sizeof(tasks[i].name), "%s-%zu", process, i + 1);
    }
    for (size_t i = 0; i < ARRAY_LEN(OTHERS); i++) {
        struct task *task = &tasks[runners + i];

        *task = (struct task){.run = OTHERS[i].run, .shared = shared};
        (void)snprintf(task->name, sizeof(task->name), "%s-%s", process, OTHERS[i].name);
    }
    *out_count = runners + ARRAY_LEN(OTHERS);
    return tasks;
}

/* Waits for all. What the others have taken stays theirs until they have let go of it. */
static bool join_all(struct leases *leases, struct task tasks[], size_t count, struct err *err)
{
    struct err why = ERR_INIT;
    bool ok = join_tasks(tasks, count - 1, err);

    leases_end(leases);
    if (!join_tasks(&tasks[count - 1], 1, &why) && ok) {
        *err = why;
        ok = false;
    }
    return ok;
}

static struct leases *make_leases(struct runner_shared *shared, const char *process,
                                  struct err *err)
{
    char name[RUNNER_NAME_SIZE];

    (void)snprintf(name, sizeof(name), "%s-leases", process);
    return leases_new(&(struct leases_options){.queue = queue_options_of(shared, name),
                                               .lease_ms = shared->settings->job_lease_s * 1000,
                                               .most = (size_t)shared->settings->threads,
                                               .redis = &shared->redis,
                                               .health = shared->health},
                      err);
}

/* ---- alarms ---- */

/* *out NULL when administrators do not want to be told. */
static bool start_alarms(struct runner_shared *shared, const char *process,
                         struct alarm_watch **out, struct err *err)
{
    const struct worker_settings *settings = shared->settings;
    char name[RUNNER_NAME_SIZE];

    if (settings->alarms == WORKER_ALARMS_OFF) {
        return true;
    }
    (void)snprintf(name, sizeof(name), "%s-alarms", process);
    *out =
        alarm_watch_start(&(struct alarm_watch_options){.queue = queue_options_of(shared, name),
                                                        .admins = &settings->admins,
                                                        .after_ms = settings->alarm_after_s * 1000,
                                                        .log = log_event},
                          err);
    return *out != NULL;
}

/* ---- what others see of it ---- */

static void add_held(void *context, const char *consumer, const char *job_id, int64_t held_ms)
{
    struct json *held = json_add(context, json_object());

    json_set_text(held, "thread", consumer);
    json_set_text(held, "entry", job_id);
    json_set_int(held, "since_ms", clock_unix_ms() - held_ms);
}

static void add_doing(void *context, struct json *report)
{
    struct runner_shared *shared = context;
    struct json *doing = json_list();

    json_set_text(report, "account", shared->settings->beget_login);
    leases_each_held(shared->leases, add_held, doing);
    json_set(report, "doing", doing);
}

/* Begins at once: what is missing at the start is to be seen as well. Fails: ERR_FATAL. */
static struct attendant *show(struct runner_shared *shared, const char *process,
                              struct pages *pages, struct err *err)
{
    return attendant_start(&(struct attendant_options){.queue = queue_options_of(shared, ""),
                                                       .process = process,
                                                       .role = "worker",
                                                       .version = PROJECT_VERSION,
                                                       .health = shared->health,
                                                       .redis_check = WORKER_REDIS,
                                                       .pages = pages,
                                                       .add = add_doing,
                                                       .context = shared,
                                                       .log = log_event},
                           err);
}

/* ---- all of it ---- */

/* From the first thread to the last. */
static bool work(struct runner_shared *shared, const char *process, struct err *err)
{
    const struct queue_options options = queue_options_of(shared, process);
    struct queue *queue = queue_new(&options, err);
    struct alarm_watch *alarms = NULL;
    struct task *tasks;
    size_t count;
    bool ok;

    tasks = make_tasks(shared, process, &count);
    ok = queue && start_alarms(shared, process, &alarms, err) && start_tasks(tasks, count, err) &&
         announce(shared, queue, err) &&
         greeting_say(shared->settings, shared->health, queue, err) &&
         greeting_repeat(shared->settings, shared->health, queue, err);
    stop_request();
    ok = join_all(shared->leases, tasks, count, err) && ok;
    alarm_watch_end(alarms);
    queue_free(queue);
    free(tasks);
    return ok;
}

/* The same, with what others see from before the first thread until after the last. */
static bool work_in_sight(struct runner_shared *shared, const char *process, struct err *err)
{
    const struct queue_options queue = queue_options_of(shared, "");
    struct worker_pages *pages =
        worker_pages_new(shared->settings, shared->health, &queue, process, err);
    struct attendant *attendant =
        pages ? show(shared, process, worker_pages_listener(pages), err) : NULL;
    bool ok = attendant && work(shared, process, err);

    attendant_end(attendant, ok ? "stopped" : err->message);
    worker_pages_free(pages);
    return ok;
}

static void warn_of_plain_text(const struct worker_settings *settings)
{
    if (url_can_be_overheard(settings->beget_api_url)) {
        log_warn("beget.plaintext",
                 LOG_TEXT("why",
                          "BEGET_API_URL is http:// to another machine: whoever is on the way "
                          "reads the password"));
    }
}

bool worker_run(const struct worker_settings *settings, struct err *err)
{
    struct runner_shared shared = {.settings = settings,
                                   .redis = OUTAGE_INIT,
                                   .health = worker_health_new(settings->job_lease_s * 1000),
                                   .watch = QUEUE_WATCH_INIT(log_event),
                                   .login = REDIS_LOGIN_INIT("REDIS_URL", log_event)};
    struct process_name process;
    bool ok;

    warn_of_plain_text(settings);
    metrics_set(WORKER_METRIC_RUNNERS, 0, 0, settings->threads);
    metrics_set(WORKER_METRIC_RUNNERS_BUSY, 0, 0, 0);
    process_name_read(&process);
    shared.leases = make_leases(&shared, process.text, err);
    shared.turns = shared.leases ? turns_new((size_t)settings->threads, err) : NULL;
    ok = shared.turns && work_in_sight(&shared, process.text, err);
    turns_free(shared.turns);
    leases_free(shared.leases);
    health_free(shared.health);
    return ok;
}
