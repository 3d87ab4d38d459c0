/* SPDX-License-Identifier: MIT */
#include "gateway/gateway.h"

#include "gateway/duty.h"
#include "gateway/gateway_health.h"
#include "gateway/gateway_metrics.h"
#include "gateway/poller.h"
#include "gateway/presses.h"
#include "gateway/sender.h"
#include "gateway/startup.h"
#include "gateway/telegram.h"
#include "shared/base/log.h"
#include "shared/base/plain_url.h"
#include "shared/base/process_name.h"
#include "shared/base/stop.h"
#include "shared/io/redis_login.h"
#include "shared/ops/alarm_watch.h"
#include "shared/ops/attendant.h"
#include "shared/ops/metrics_page.h"
#include "shared/queue/queue.h"

#include <pthread.h>
#include <stdio.h>

enum {
    REDIS_TIMEOUT_MS = 5000,
    LEASE_TIMEOUT_MS = 3000, /* leaves time for another attempt before the lease is lost */
};

/* Everything the threads use; each resource belongs to one of them. */
struct gateway {
    const struct gateway_settings *settings;
    struct queue_watch watch; /* what was told of Redis */
    struct redis_login login; /* of all that follows    */
    struct health *health;
    struct metrics_page *metrics;
    struct page_route route; /* to them */
    struct pages *pages;
    struct attendant *attendant;
    char process[PROCESS_NAME_SIZE + 16];
    struct bot bot;
    struct presses *presses;
    struct duty *duty;
    struct queue *lease_queue;
    struct queue *push_queue;
    struct queue *inbox;
    struct queue *ledger;
    struct telegram *receiving;
    struct telegram *sending;
    struct poller *poller;
    struct sender *sender;
    struct alarm_watch *alarms; /* NULL when administrators do not want to be told */
};

/* A thread's work and how it ended. */
struct job {
    struct gateway *gateway;
    bool (*work)(struct gateway *gateway, struct err *err);
    pthread_t thread;
    bool started;
    bool ok;
    struct err err;
};

static struct queue_options queue_options_of(struct gateway *gateway, const char *name,
                                             int64_t timeout_ms)
{
    return (struct queue_options){
        .redis_url = gateway->settings->redis_url,
        .prefix = gateway->settings->queue_prefix,
        .name = name,
        .timeout_ms = timeout_ms,
        .accept_unsafe = gateway->settings->redis_unsafe == GATEWAY_UNSAFE_ON,
        .recheck_ms = QUEUE_RECHECK_MS,
        .watch = &gateway->watch,
        .login = &gateway->login,
    };
}

static struct queue *open_queue(struct gateway *gateway, const char *name, int64_t timeout_ms,
                                struct err *err)
{
    const struct queue_options options = queue_options_of(gateway, name, timeout_ms);

    return queue_new(&options, err);
}

/* ---- what others see of it ---- */

static void add_duty(void *context, struct json *report)
{
    const struct gateway *gateway = context;

    json_set_text(report, "duty", duty_works(gateway->duty) ? "works" : "stands by");
}

static bool show(struct gateway *gateway, struct err *err)
{
    const struct gateway_settings *settings = gateway->settings;
    struct process_name name;

    gateway->metrics = metrics_page_new(NULL, err);
    if (!gateway->metrics) {
        return false;
    }
    gateway->route = (struct page_route){.method = "GET",
                                         .path = "/metrics",
                                         .need = PAGE_READ,
                                         .answer = metrics_page_answer,
                                         .context = gateway->metrics};
    process_name_read(&name);
    (void)snprintf(gateway->process, sizeof(gateway->process), "gateway-%s", name.text);
    gateway->pages = pages_new(&(struct pages_options){.listen = settings->http_listen,
                                                       .token = settings->http_token,
                                                       .change_token = "",
                                                       .health = gateway->health,
                                                       .routes = &gateway->route,
                                                       .route_count = 1});
    gateway->attendant =
        attendant_start(&(struct attendant_options){.queue = queue_options_of(gateway, "", 0),
                                                    .process = gateway->process,
                                                    .role = "gateway",
                                                    .version = PROJECT_VERSION,
                                                    .health = gateway->health,
                                                    .redis_check = GATEWAY_REDIS,
                                                    .pages = gateway->pages,
                                                    .add = add_duty,
                                                    .context = gateway,
                                                    .log = log_event},
                        err);
    return gateway->attendant != NULL;
}

/* ---- its parts ---- */

static struct telegram *open_telegram(const struct gateway *gateway, struct err *err)
{
    return telegram_new(gateway->settings->telegram_api_url, gateway->settings->telegram_bot_token,
                        err);
}

static bool open_all(struct gateway *gateway, struct err *err)
{
    gateway->health = gateway_health_new(gateway->settings->poll_timeout_s);
    gateway->presses = presses_new();
    gateway->push_queue = open_queue(gateway, "gateway-updates", REDIS_TIMEOUT_MS, err);
    gateway->inbox =
        gateway->push_queue ? open_queue(gateway, "gateway-replies", REDIS_TIMEOUT_MS, err) : NULL;
    gateway->ledger =
        gateway->inbox ? open_queue(gateway, "gateway-outcomes", REDIS_TIMEOUT_MS, err) : NULL;
    gateway->lease_queue =
        gateway->ledger ? open_queue(gateway, "gateway-lease", LEASE_TIMEOUT_MS, err) : NULL;
    gateway->duty =
        gateway->lease_queue ? duty_new(gateway->lease_queue, gateway->health, err) : NULL;
    gateway->receiving = gateway->duty ? open_telegram(gateway, err) : NULL;
    gateway->sending = gateway->receiving ? open_telegram(gateway, err) : NULL;
    return gateway->sending != NULL;
}

/* `ended`: why, for the last report. */
static void close_all(struct gateway *gateway, const char *ended)
{
    attendant_end(gateway->attendant, ended);
    pages_free(gateway->pages);
    metrics_page_free(gateway->metrics);
    telegram_free(gateway->sending);
    telegram_free(gateway->receiving);
    duty_free(gateway->duty);
    queue_free(gateway->lease_queue);
    queue_free(gateway->ledger);
    queue_free(gateway->inbox);
    queue_free(gateway->push_queue);
    presses_free(gateway->presses);
    health_free(gateway->health);
}

/* ---- alarms, on duty and off it ---- */

static bool start_alarms(struct gateway *gateway, struct err *err)
{
    const struct gateway_settings *settings = gateway->settings;

    if (settings->alarms == GATEWAY_ALARMS_OFF) {
        return true;
    }
    gateway->alarms = alarm_watch_start(
        &(struct alarm_watch_options){
            .queue = queue_options_of(gateway, "gateway-alarms", REDIS_TIMEOUT_MS),
            .admins = &settings->admins,
            .after_ms = settings->alarm_after_s * 1000,
            .log = log_event,
        },
        err);
    return gateway->alarms != NULL;
}

/* ---- on duty ---- */

static bool receive(struct gateway *gateway, struct err *err)
{
    return poller_run(gateway->poller, err);
}

static bool send_replies(struct gateway *gateway, struct err *err)
{
    return sender_run(gateway->sender, err);
}

static bool keep_lease(struct gateway *gateway, struct err *err)
{
    return duty_keep(gateway->duty, err);
}

static void *run_job(void *context)
{
    struct job *job = context;

    job->ok = job->work(job->gateway, &job->err);
    if (!job->ok) {
        stop_request(); /* the others end in order, and main() reports why */
    }
    return NULL;
}

/* Runs all jobs until each has ended, the lease last. Fails with the first failure. */
static bool run_jobs(struct job jobs[], size_t count, struct err *err)
{
    bool ok = true;

    for (size_t i = 0; i < count; i++) {
        jobs[i].started = pthread_create(&jobs[i].thread, NULL, run_job, &jobs[i]) == 0;
        if (!jobs[i].started) {
            (void)err_set(&jobs[i].err, ERR_FATAL, "cannot start a thread");
            stop_request();
        }
    }
    for (size_t i = 0; i < count; i++) {
        if (jobs[i].work == keep_lease) {
            duty_end(jobs[i].gateway->duty); /* the last: the others have ended */
        }
        if (jobs[i].started) {
            (void)pthread_join(jobs[i].thread, NULL);
        }
        if (ok && !jobs[i].ok) {
            *err = jobs[i].err;
            ok = false;
        }
    }
    return ok;
}

/* Works as long as the lease is ours. */
static bool work(struct gateway *gateway, struct err *err)
{
    struct job jobs[] = {
        {.gateway = gateway, .work = receive},
        {.gateway = gateway, .work = send_replies},
        {.gateway = gateway, .work = keep_lease},
    };
    bool ok;

    gateway->poller = poller_new(&(struct poller_parts){
        .settings = gateway->settings,
        .bot = &gateway->bot,
        .health = gateway->health,
        .duty = gateway->duty,
        .presses = gateway->presses,
        .telegram = gateway->receiving,
        .queue = gateway->push_queue,
    });
    gateway->sender = sender_new(&(struct sender_parts){
        .settings = gateway->settings,
        .health = gateway->health,
        .duty = gateway->duty,
        .presses = gateway->presses,
        .telegram = gateway->sending,
        .inbox = gateway->inbox,
        .ledger = gateway->ledger,
    });
    ok = run_jobs(jobs, sizeof(jobs) / sizeof(jobs[0]), err);
    sender_free(gateway->sender);
    poller_free(gateway->poller);
    return ok;
}

/* On duty and off it, until shutdown. */
static bool serve(struct gateway *gateway, struct err *err)
{
    while (duty_take(gateway->duty, err)) {
        bool ok;

        metrics_set(GATEWAY_METRIC_ON_DUTY, 0, 0, 1);
        ok = work(gateway, err);
        metrics_set(GATEWAY_METRIC_ON_DUTY, 0, 0, 0);
        if (!ok || stop_requested()) {
            duty_release(gateway->duty);
            return ok;
        }
    }
    return err->kind == ERR_STOPPED;
}

static void warn_of_plain_text(const struct gateway_settings *settings)
{
    if (url_can_be_overheard(settings->telegram_api_url)) {
        log_warn("telegram.plaintext",
                 LOG_TEXT("why",
                          "TELEGRAM_API_URL is http:// to another machine: whoever is on the "
                          "way reads the token"));
    }
}

bool gateway_run(const struct gateway_settings *settings, struct err *err)
{
    struct gateway gateway = {.settings = settings,
                              .watch = QUEUE_WATCH_INIT(log_event),
                              .login = REDIS_LOGIN_INIT("REDIS_URL", log_event)};
    bool ok = false;

    warn_of_plain_text(settings);
    metrics_set(GATEWAY_METRIC_ON_DUTY, 0, 0, 0);
    if (!open_all(&gateway, err) || !show(&gateway, err) || !start_alarms(&gateway, err)) {
        goto out;
    }
    if (!startup_run(&(struct startup_parts){.queue = gateway.push_queue,
                                             .telegram = gateway.receiving,
                                             .health = gateway.health},
                     &gateway.bot, err)) {
        ok = err->kind == ERR_STOPPED;
        goto out;
    }
    ok = serve(&gateway, err);
out:
    stop_request();
    alarm_watch_end(gateway.alarms);
    close_all(&gateway, ok ? "stopped" : err->message);
    return ok;
}
