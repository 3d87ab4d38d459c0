/* SPDX-License-Identifier: MIT */
#include "worker/worker.h"

#include "shared/base/backoff.h"
#include "shared/base/clock.h"
#include "shared/base/log.h"
#include "shared/base/mem.h"
#include "shared/base/stop.h"
#include "worker/announce.h"
#include "worker/beget/client.h"
#include "worker/chat/texts.h"
#include "worker/journal/journal.h"
#include "worker/lease.h"
#include "worker/notices.h"
#include "worker/runner.h"
#include "worker/turn.h"

#include <inttypes.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum {
    REDIS_TIMEOUT_MS = 5000,
    DAY_MS = 86400000,
    RIGHTS_TAKE_MS = 300000, /* how old rights written to Redis by hand may be in bot.db */
};

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

/* Told once per start of Redis, however many connections find it so. */
static void say_of_redis(const char *event, const char *address, const char *why)
{
    log_warn(event, LOG_TEXT("address", address), LOG_TEXT("why", why));
}

static struct queue_options queue_options_of(struct runner_shared *shared, const char *name)
{
    const struct worker_settings *settings = shared->settings;

    return (struct queue_options){.redis_url = settings->redis_url,
                                  .prefix = settings->queue_prefix,
                                  .name = name,
                                  .timeout_ms = REDIS_TIMEOUT_MS,
                                  .accept_unsafe = settings->redis_unsafe == WORKER_UNSAFE_ON,
                                  .recheck_ms = QUEUE_RECHECK_MS,
                                  .watch = &shared->watch};
}

/* ---- what the threads do ---- */

static bool run_runner(struct task *task)
{
    struct runner *runner = runner_new(task->shared, task->name, &task->err);
    bool ok = runner && runner_run(runner, &task->err);

    runner_free(runner);
    return ok;
}

/*
 * Opens the journal and follows until shutdown. What is wrong with the file
 * when the worker starts is for a person to see at once, so it ends the
 * process; what goes wrong with it later does not: the events wait in Redis.
 */
static bool follow_events(struct task *task, const struct journal_options *options)
{
    struct backoff backoff = {.first_ms = 500, .most_ms = 10000};
    struct outage waiting = OUTAGE_INIT;
    bool opened_before = false;

    while (!stop_requested()) {
        struct journal *journal = journal_open(options, &task->err);
        bool opened = journal != NULL;
        int64_t number;

        if (opened && journal_follow(journal, &task->err)) {
            journal_close(journal);
            return true;
        }
        journal_close(journal);
        if (!opened && !opened_before && task->err.kind == ERR_FATAL) {
            return false;
        }
        opened_before = opened_before || opened;
        if (outage_failed(&waiting, clock_monotonic_ms(), &number)) {
            log_error("journal.waiting", LOG_TEXT("why", task->err.message),
                      LOG_INT("failures", number));
        }
        (void)stop_wait_ms(backoff_next_ms(&backoff, backoff_random()));
    }
    return true;
}

/* The journal, and beside it word of changes to the administrators. */
static bool run_journal(struct task *task)
{
    const struct worker_settings *settings = task->shared->settings;
    struct notices *notices = notices_new(&settings->admins, settings->notice_every_s * 1000);
    const struct journal_options options = {.data_dir = settings->data_dir,
                                            .queue = queue_options_of(task->shared, task->name),
                                            .take_every_ms = RIGHTS_TAKE_MS,
                                            .keep_looks_ms = settings->log_keep_days * DAY_MS,
                                            .beside = notices_look,
                                            .context = notices};
    bool ok = follow_events(task, &options);

    notices_free(notices);
    return ok;
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

/* "host-pid": tells this process from every other one that has the same Redis. */
static void process_name(char *out, size_t out_size)
{
    char host[64] = "host";

    (void)gethostname(host, sizeof(host));
    host[sizeof(host) - 1] = '\0';
    (void)snprintf(out, out_size, "%s-%ld", host, (long)getpid());
}

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

/* What a person would be told, for the one who reads the log. */
static void warn_of_beget(const struct worker_settings *settings, enum beget_failure failure,
                          const char *said)
{
    struct buf text;

    if (failure == BEGET_STOPPED) {
        return;
    }
    buf_init(&text, 4096);
    text_plain(&text, LANGUAGE_EN, text_of_failure(failure),
               TEXT_ARGS({"name", settings->beget_login}, {"text", said}));
    LOG_AT(beget_failure_needs_person(failure) ? LOG_LEVEL_ERROR : LOG_LEVEL_WARN, "beget.waiting",
           LOG_TEXT("address", settings->beget_api_url),
           LOG_TEXT("outcome", beget_failure_name(failure)), LOG_TEXT("why", buf_text(&text)));
    buf_free(&text);
}

/*
 * Asks the hosting API who we are, until it answers: a wrong password is said
 * here and not at the first request of a person. Requests do not wait for it.
 */
static bool greet_beget(const struct worker_settings *settings, struct queue *queue,
                        struct err *err)
{
    const struct beget_options options = {.api_url = settings->beget_api_url,
                                          .login = settings->beget_login,
                                          .password = settings->beget_password,
                                          .timeout_ms = settings->beget_timeout_s * 1000,
                                          .calls_per_minute = settings->beget_rate_per_minute};
    const struct beget_call_options call = {.fresh = true};
    struct backoff backoff = {.first_ms = 2000, .most_ms = 300000};
    struct beget_client *client = beget_client_new(&options, queue, err);
    enum beget_failure failure = BEGET_NO_ANSWER;

    if (!client) {
        return false;
    }
    while (failure != BEGET_OK && !stop_requested()) {
        struct beget_answer answer = {.failure = BEGET_NO_ANSWER};
        struct err why = ERR_INIT;

        if (!beget_call(client, BEGET_ACCOUNT_INFO, NULL, 0, &call, &answer, &why)) {
            (void)stop_wait_ms(backoff_next_ms(&backoff, backoff_random()));
            continue; /* Redis: the runners say so */
        }
        failure = answer.failure;
        if (failure == BEGET_OK) {
            const char *plan = json_text(answer.result, "plan_name");

            log_info("beget.ready", LOG_TEXT("login", settings->beget_login),
                     LOG_TEXT("plan", plan ? plan : "?"));
        } else {
            warn_of_beget(settings, failure, answer.text);
            (void)stop_wait_ms(backoff_next_ms(&backoff, backoff_random()));
        }
        beget_answer_free(&answer);
    }
    beget_client_free(client);
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
                                               .redis = &shared->redis},
                      err);
}

bool worker_run(const struct worker_settings *settings, struct err *err)
{
    struct runner_shared shared = {
        .settings = settings, .redis = OUTAGE_INIT, .watch = QUEUE_WATCH_INIT(say_of_redis)};
    struct queue_options options;
    struct task *tasks;
    size_t count;
    char process[96];
    struct queue *queue;
    bool ok = false;

    process_name(process, sizeof(process));
    shared.leases = make_leases(&shared, process, err);
    shared.turns = shared.leases ? turns_new((size_t)settings->threads, err) : NULL;
    if (!shared.turns) {
        leases_free(shared.leases);
        return false;
    }
    tasks = make_tasks(&shared, process, &count);
    options = queue_options_of(&shared, process);
    queue = queue_new(&options, err);
    if (queue && start_tasks(tasks, count, err)) {
        ok = announce(&shared, queue, err) && greet_beget(settings, queue, err);
    }
    while (ok && !stop_requested()) {
        (void)stop_wait_ms(INT64_MAX / 2);
    }
    stop_request();
    ok = join_all(shared.leases, tasks, count, err) && ok;
    queue_free(queue);
    turns_free(shared.turns);
    leases_free(shared.leases);
    free(tasks);
    return ok;
}
