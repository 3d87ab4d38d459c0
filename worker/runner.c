/* SPDX-License-Identifier: MIT */
#include "worker/runner.h"

#include "shared/base/backoff.h"
#include "shared/base/clock.h"
#include "shared/base/crash_point.h"
#include "shared/base/log.h"
#include "shared/base/mem.h"
#include "shared/base/stop.h"
#include "shared/io/json.h"
#include "worker/beget/client.h"
#include "worker/chat/step.h"
#include "worker/chat/texts.h"
#include "worker/journal/log_reader.h"
#include "worker/lease.h"
#include "worker/turn.h"
#include "worker/worker_metrics.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    REDIS_TIMEOUT_MS = 5000,
    TAKE_WAIT_MS = 30000, /* at most; an update wakes the runner at once                */
    REAP_PER_LEASE = 4,   /* how often per lease the expired ones of others are sought  */
    PAYLOAD_MAX_BYTES = 16 * 1024,
    NEWER_WAIT_MS = 5000, /* an entry that needs a newer worker is left for so long     */
};

struct runner {
    struct runner_shared *shared;
    char name[RUNNER_NAME_SIZE];
    struct queue *queue;
    struct beget_client *beget;
    struct log_reader *log;
    struct lease *lease;    /* of what is being worked on; borrowed */
    struct turn_seat *seat; /* borrowed */
    struct backoff backoff;
    size_t kind;           /* of what is being worked on: an update's, or JOB_KIND_UNREADABLE */
    bool lost_an_answer;   /* of Redis: it may have handed over an update */
    int64_t next_reap_ms;  /* monotonic */
    bool looked;           /* nothing is there to take, and whoever waits will see what comes */
    struct buf dead_text;  /* owned; in both languages: the person's is not known there */
    struct buf doubt_text; /* the same for an update that may have been carried out      */
};

static void init_text(struct buf *text, enum text_id id)
{
    buf_init(text, 4096);
    text_plain(text, LANGUAGE_RU, id, NULL);
    buf_addf(text, "\n\n");
    text_plain(text, LANGUAGE_EN, id, NULL);
}

struct runner *runner_new(struct runner_shared *shared, const char *name, struct err *err)
{
    const struct worker_settings *settings = shared->settings;
    struct runner *runner = xcalloc(1, sizeof(*runner));

    runner->shared = shared;
    runner->backoff = (struct backoff){.first_ms = 200, .most_ms = 5000};
    init_text(&runner->dead_text, TEXT_DEAD);
    init_text(&runner->doubt_text, TEXT_DEAD_DOUBT);
    (void)snprintf(runner->name, sizeof(runner->name), "%s", name);
    runner->lease = lease_new(shared->leases, runner->name);
    runner->seat = turn_seat(shared->turns);
    runner->log = log_reader_new(settings->data_dir);
    runner->queue = queue_new(
        &(struct queue_options){.redis_url = settings->redis_url,
                                .prefix = settings->queue_prefix,
                                .name = runner->name,
                                .timeout_ms = REDIS_TIMEOUT_MS,
                                .accept_unsafe = settings->redis_unsafe == WORKER_UNSAFE_ON,
                                .recheck_ms = QUEUE_RECHECK_MS,
                                .watch = &shared->watch,
                                .login = &shared->login},
        err);
    if (runner->queue) {
        runner->beget = beget_client_new(
            &(struct beget_options){.api_url = settings->beget_api_url,
                                    .login = settings->beget_login,
                                    .password = settings->beget_password,
                                    .timeout_ms = settings->beget_timeout_s * 1000,
                                    .calls_per_minute = settings->beget_rate_per_minute,
                                    .health = shared->health,
                                    .check = WORKER_BEGET},
            runner->queue, err);
    }
    if (!runner->beget) {
        runner_free(runner);
        return NULL;
    }
    return runner;
}

void runner_free(struct runner *runner)
{
    if (!runner) {
        return;
    }
    log_reader_free(runner->log);
    beget_client_free(runner->beget);
    queue_free(runner->queue);
    buf_free(&runner->dead_text);
    buf_free(&runner->doubt_text);
    free(runner);
}

/* ---- waiting for Redis ---- */

static void note_working(struct runner *runner)
{
    int64_t lasted_ms;

    backoff_reset(&runner->backoff);
    if (outage_over(&runner->shared->redis, clock_monotonic_ms(), &lasted_ms)) {
        log_info("redis.recovered", LOG_TEXT("address", redis_address(queue_redis(runner->queue))),
                 LOG_INT("after_ms", lasted_ms));
    }
}

/* Redis has said what there is to do, or that there is nothing. */
static void note_answer(struct runner *runner)
{
    health_ok(runner->shared->health, WORKER_TAKING);
}

static void wait_for_redis(struct runner *runner, const struct err *err)
{
    int64_t failures;

    health_failed(runner->shared->health, WORKER_TAKING, err->message);
    metrics_add(WORKER_METRIC_REDIS_FAILURES, 0, 0, 1);
    if (outage_failed(&runner->shared->redis, clock_monotonic_ms(), &failures)) {
        log_warn("redis.waiting", LOG_TEXT("address", redis_address(queue_redis(runner->queue))),
                 LOG_TEXT("why", err->message), LOG_INT("failures", failures));
    }
    (void)stop_wait_ms(backoff_next_ms(&runner->backoff, backoff_random()));
}

/* ---- one update ---- */

/* The ID of an entry that the gateway pushed is "<ms>-<update_id>"; for log lines. */
static int64_t update_id_in(const char *entry_id)
{
    const char *dash = strchr(entry_id, '-');

    return dash ? (int64_t)strtoimax(dash + 1, NULL, 10) : 0;
}

static int64_t update_id_of(const struct queue_job *job)
{
    return update_id_in(queue_job_id(job));
}

/* Tells the chat that its request is put aside: nobody waits for an answer that will not come. */
static void tell_unreadable(const struct runner *runner, const struct update *update,
                            struct queue_outcome *outcome)
{
    struct json *payload = json_object();
    char slot[32];
    struct buf text;

    json_set_int(payload, "chat_id", update->chat_id);
    json_set_text(payload, "text", buf_text(&runner->dead_text));
    (void)snprintf(slot, sizeof(slot), "u%" PRId64, update->update_id);
    buf_init(&text, PAYLOAD_MAX_BYTES);
    json_print(payload, &text);
    queue_outcome_reply(outcome, &(struct reply){.ref = update->update_id,
                                                 .chat_id = update->chat_id,
                                                 .method = "sendMessage",
                                                 .slot = slot,
                                                 .payload = buf_text(&text)});
    buf_free(&text);
    json_free(payload);
}

/* Finishes an update that nobody can read: it stays in the log, and out of the way. */
static void note_unreadable(const struct queue_job *job, const struct update *update,
                            const struct err *err, struct queue_outcome *outcome)
{
    log_error("job.unreadable", LOG_INT("update_id", update_id_of(job)),
              LOG_TEXT("id", queue_job_id(job)), LOG_TEXT("why", err->message));
    queue_outcome_event(outcome, &(struct event){.ref = update->update_id,
                                                 .chat_id = update->chat_id,
                                                 .user_id = update->user_id,
                                                 .user = update->user ? update->user : "",
                                                 .action = "unreadable",
                                                 .target = queue_job_id(job),
                                                 .result = EVENT_ERROR,
                                                 .before = update->payload ? update->payload : "",
                                                 .after = err->message,
                                                 .ms = clock_unix_ms()});
}

static void give_back(struct runner *runner, const struct queue_job *job, const struct err *why)
{
    struct err err = ERR_INIT;
    bool given = queue_give_back(runner->queue, runner->name, queue_job_id(job), &err);

    log_info("job.given_back", LOG_INT("update_id", update_id_of(job)),
             LOG_TEXT("why", why->message), LOG_TEXT("result", given ? "ok" : err.message));
}

/* Somebody else works on it, or soon will: there is nothing to finish or to give back. */
static void note_lost(const struct queue_job *job, const char *why)
{
    log_warn("job.lost", LOG_INT("update_id", update_id_of(job)),
             LOG_INT("deliveries", queue_job_deliveries(job)), LOG_TEXT("why", why));
}

/*
 * Works out what `job` brings. False: it could not be; `err` says why. An
 * update that can never be read is finished as unreadable, not left to break
 * one worker after the other.
 */
static bool answer(struct runner *runner, const struct queue_job *job,
                   struct queue_outcome *outcome, struct err *err)
{
    struct update update = {0};
    struct step_tools tools = {.queue = runner->queue,
                               .beget = runner->beget,
                               .log = runner->log,
                               .admins = &runner->shared->settings->admins,
                               .consumer = runner->name,
                               .lost_fd = lease_lost_fd(runner->lease)};

    runner->kind = JOB_KIND_UNREADABLE;
    if (queue_job_update(job, &update, err)) {
        runner->kind = update.kind;
        worker_count_job_begun(update.received_ms, queue_job_deliveries(job));
        CRASH_ON_TEXT(update.text);
        if (step_answer(&tools, queue_job_id(job), &update, outcome, err)) {
            return true;
        }
    } else if (err->kind == ERR_RETRY) { /* a newer gateway wrote it: a newer worker will come */
        log_error("job.newer", LOG_INT("update_id", update_id_of(job)),
                  LOG_TEXT("why", err->message));
        (void)stop_wait_ms(NEWER_WAIT_MS);
    }
    if (err->kind != ERR_REJECT) {
        return false;
    }
    note_unreadable(job, &update, err, outcome);
    if (update.chat_id != 0 && (update.kind == UPDATE_MESSAGE || update.kind == UPDATE_CALLBACK)) {
        tell_unreadable(runner, &update, outcome);
    }
    *err = ERR_INIT;
    return true;
}

/* Time to look after the leases of others, which comes before the next update. */
static bool reap_is_due(const struct runner *runner)
{
    return clock_monotonic_ms() >= runner->next_reap_ms;
}

/*
 * Finishes `job`. Repeated until Redis says something: the repeat of a done
 * that had worked answers LOST, which is as good. *out_end: see worker_metrics.h.
 */
static bool finish(struct runner *runner, const struct queue_job *job,
                   const struct queue_outcome *outcome, struct queue_job **out_next,
                   size_t *out_end, struct err *err)
{
    bool wants_next = !stop_requested() && !reap_is_due(runner);
    bool owner = false;

    while (!queue_done(runner->queue, runner->name, queue_job_id(job), outcome, &owner,
                       wants_next ? out_next : NULL, err)) {
        if (err->kind != ERR_RETRY || stop_requested()) {
            return false;
        }
        runner->lost_an_answer = true; /* it may have brought the chat's next update */
        wait_for_redis(runner, err);
    }
    note_answer(runner);
    *out_end = owner ? (size_t)queue_outcome_result(outcome) : JOB_LOST;
    if (!owner) {
        note_lost(job, "it had been taken over when it was finished");
    }
    runner->looked = owner && wants_next && !*out_next && !queue_yielded(runner->queue);
    return true;
}

/* What the trace gets with the end of a step. */
static void trace_run(struct runner *runner, int64_t run_ms, struct queue_outcome *outcome)
{
    char number[24];

    (void)snprintf(number, sizeof(number), "%" PRId64, run_ms);
    queue_outcome_trace(outcome, "run_ms", number);
    call_list_tell(beget_calls(runner->beget), outcome);
}

/* Answers `job` and finishes it. *out_next is what this runner has next, or NULL. */
static bool work_on(struct runner *runner, const struct queue_job *job, struct queue_job **out_next,
                    struct err *err)
{
    struct queue_outcome *outcome = queue_outcome_new();
    int64_t started_ms = clock_monotonic_ms();
    size_t end = JOB_GIVEN_BACK;
    bool ok;

    *out_next = NULL;
    runner->looked = false;
    log_about_update(update_id_of(job));
    metrics_add(WORKER_METRIC_RUNNERS_BUSY, 0, 0, 1);
    lease_hold(runner->lease, queue_job_id(job));
    call_list_clear(beget_calls(runner->beget));
    CRASH_POINT("worker.taken");
    if (answer(runner, job, outcome, err)) {
        CRASH_POINT("worker.answered");
        trace_run(runner, clock_monotonic_ms() - started_ms, outcome);
        ok = finish(runner, job, outcome, out_next, &end, err);
        CRASH_POINT("worker.done");
    } else {
        if (lease_is_lost(runner->lease)) {
            note_lost(job, err->message);
            end = JOB_LOST;
        } else {
            give_back(runner, job, err);
        }
        ok = false;
    }
    lease_release(runner->lease);
    metrics_add(WORKER_METRIC_RUNNERS_BUSY, 0, 0, -1);
    worker_count_job(runner->kind, end, clock_monotonic_ms() - started_ms);
    if (ok) {
        log_info("job.done", LOG_INT("update_id", update_id_of(job)),
                 LOG_INT("deliveries", queue_job_deliveries(job)),
                 LOG_INT("ms", clock_monotonic_ms() - started_ms));
    }
    log_about_update(0);
    queue_outcome_free(outcome);
    return ok;
}

/* ---- the loop ---- */

/* Looks for an update whose worker has gone silent, a few times per lease. */
static bool reap(struct runner *runner, struct queue_job **out_job, struct err *err)
{
    const struct worker_settings *settings = runner->shared->settings;
    int64_t lease_ms = settings->job_lease_s * 1000;
    int64_t now_ms = clock_monotonic_ms();
    struct queue_reap_options options = {.lease_ms = lease_ms,
                                         .max_deliveries = settings->job_max_deliveries,
                                         .dead_text = buf_text(&runner->dead_text),
                                         .doubt_text = buf_text(&runner->doubt_text)};
    char dead[REDIS_ID_SIZE] = "";

    *out_job = NULL;
    if (!reap_is_due(runner)) {
        return true;
    }
    if (!queue_reap(runner->queue, runner->name, &options, out_job, dead, err)) {
        return false;
    }
    if (dead[0] != '\0') {
        log_error("job.dead", LOG_INT("update_id", update_id_in(dead)), LOG_TEXT("id", dead),
                  LOG_INT("deliveries", settings->job_max_deliveries));
        metrics_add(WORKER_METRIC_JOBS_DEAD, 0, 0, 1);
    }
    if (dead[0] == '\0' && !*out_job) { /* nothing left: look again later */
        runner->next_reap_ms = now_ms + lease_ms / REAP_PER_LEASE;
    }
    return true;
}

/* How long this runner has nothing to do but to wait for an update. */
static int64_t take_wait_ms(const struct runner *runner)
{
    int64_t left_ms = runner->next_reap_ms - clock_monotonic_ms();

    return left_ms < 0 ? 0 : left_ms < TAKE_WAIT_MS ? left_ms : TAKE_WAIT_MS;
}

/* What is there already: nobody who waits for something new would notice it. */
static bool look(struct runner *runner, struct queue_job **out_job, struct err *err)
{
    if (runner->looked) {
        return true;
    }
    if (!queue_take(runner->queue, runner->name, 0, out_job, err)) {
        return false;
    }
    note_answer(runner);
    runner->looked = *out_job == NULL;
    return true;
}

/* Reads what it holds without knowing it: its turn comes first, as if it had not been handed over.
 */
static bool look_for_unknown(struct runner *runner, struct err *err)
{
    int64_t count = 0;

    if (!runner->lost_an_answer) {
        return true;
    }
    if (!queue_give_back_all(runner->queue, runner->name, &count, err)) {
        return false;
    }
    runner->lost_an_answer = false;
    if (count > 0) {
        runner->looked = false;
        log_info("job.found", LOG_INT("count", count),
                 LOG_TEXT("why", "handed over by an answer of Redis that was lost"));
    }
    return true;
}

/* An update to work on: one left behind by another worker, else the next one. */
static bool next_job(struct runner *runner, struct queue_job **out_job, struct err *err)
{
    bool ok;

    if (!look_for_unknown(runner, err) || !reap(runner, out_job, err)) {
        return false;
    }
    if (!*out_job && !look(runner, out_job, err)) {
        return false;
    }
    if (*out_job || !turn_await(runner->seat, take_wait_ms(runner))) {
        return true;
    }
    ok = queue_take_after(runner->queue, runner->name, turn_position(runner->seat),
                          take_wait_ms(runner), out_job, err);
    turn_pass(runner->seat);
    if (ok) {
        note_answer(runner);
    }
    return ok;
}

/* Works on a job and on those that it is handed afterwards. */
static bool work_through(struct runner *runner, struct queue_job *job, struct err *err)
{
    bool ok = true;

    while (job && ok) {
        struct queue_job *next = NULL;

        ok = work_on(runner, job, &next, err);
        queue_job_free(job);
        if (next && stop_requested()) {
            (void)err_set(err, ERR_STOPPED, "shutdown");
            give_back(runner, next, err);
            queue_job_free(next);
            return false;
        }
        job = next;
    }
    return ok;
}

bool runner_run(struct runner *runner, struct err *err)
{
    while (!stop_requested()) {
        struct queue_job *job = NULL;
        struct err why = ERR_INIT;
        bool ok = next_job(runner, &job, &why);

        if (ok) {
            note_working(runner);
            ok = work_through(runner, job, &why);
        }
        runner->lost_an_answer |= !ok;
        if (!ok && (why.kind == ERR_RETRY || why.kind == ERR_REJECT)) {
            wait_for_redis(runner, &why); /* ERR_REJECT: a key of another type, until repaired */
        }
        if (!ok && why.kind == ERR_FATAL) {
            *err = why;
            return err_prefix(err, "runner %s", runner->name);
        }
    }
    return true;
}
