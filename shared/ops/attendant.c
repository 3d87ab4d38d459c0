/* SPDX-License-Identifier: MIT */
#include "shared/ops/attendant.h"

#include "shared/base/backoff.h"
#include "shared/base/clock.h"
#include "shared/base/listen_address.h"
#include "shared/base/mem.h"
#include "shared/base/outage.h"
#include "shared/base/process_name.h"
#include "shared/ops/report_text.h"
#include "shared/ops/run_by.h"
#include "shared/queue/report.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

enum {
    REPORT_EVERY_MS = 5000,
    EARLY_REPORTS = 5, /* a second apart: much changes while a process starts */
    EARLY_EVERY_MS = 1000,
    REDIS_TIMEOUT_MS = 2000,
    REPORT_MAX_BYTES = 32768, /* what bq_report takes */
    CONNECTION_SIZE = PROCESS_NAME_SIZE + 32,
};

struct attendant {
    struct attendant_options options;
    struct queue *queue; /* owned */
    struct process_name process;
    char connection[CONNECTION_SIZE]; /* its name */
    enum run_by run_by;
    int64_t started_ms;     /* Unix                          */
    int reports;            /* of the early ones             */
    int64_t next_report_ms; /* monotonic, and so is the next */
    int64_t next_open_ms;
    struct outage outage; /* of the pages */
    struct backoff backoff;
    int end_fd; /* an eventfd */
    pthread_t thread;
};

/* ---- the report ---- */

/* Best effort: the next one comes soon, and who reads sees how old the last one is. */
static void write_report(struct attendant *attendant, const char *ended)
{
    const struct attendant_options *options = &attendant->options;
    const struct report_facts facts = {.role = options->role,
                                       .host = attendant->process.host,
                                       .pid = attendant->process.pid,
                                       .version = options->version,
                                       .started_ms = attendant->started_ms,
                                       .ended = ended,
                                       .run_by = attendant->run_by,
                                       .arrival = options->redis_check};
    struct json *report = report_new(&facts, options->health, clock_monotonic_ms());
    struct err err = ERR_INIT;
    char why[2 * HEALTH_WHY_SIZE];
    struct buf text;

    if (options->add) {
        options->add(options->context, report);
    }
    buf_init(&text, REPORT_MAX_BYTES);
    json_print(report, &text);
    json_free(report);
    if (queue_report(attendant->queue, attendant->options.process, buf_text(&text), &err)) {
        health_ok(options->health, options->redis_check);
    } else {
        (void)snprintf(why, sizeof(why), "Redis at %s: %s",
                       redis_address(queue_redis(attendant->queue)), err.message);
        health_failed(options->health, options->redis_check, why);
    }
    buf_free(&text);
}

static int64_t next_report_wait_ms(struct attendant *attendant)
{
    if (attendant->reports >= EARLY_REPORTS) {
        return REPORT_EVERY_MS;
    }
    attendant->reports++;
    return EARLY_EVERY_MS;
}

/* ---- the pages ---- */

static void say_listening(const struct attendant *attendant, int port)
{
    const char *listen = pages_listen(attendant->options.pages);
    char address[LISTEN_HOST_SIZE + 16];
    const char *colon = strrchr(listen, ':');

    (void)snprintf(address, sizeof(address), "%.*s:%d", colon ? (int)(colon - listen) : 0, listen,
                   port);
    LOG_TO(attendant->options.log, LOG_LEVEL_INFO, "http.listening", LOG_TEXT("address", address));
}

static void open_pages(struct attendant *attendant, int64_t now_ms)
{
    struct err err = ERR_INIT;
    int64_t failures;
    int port;

    if (pages_open(attendant->options.pages, &port, &err)) {
        say_listening(attendant, port);
        return;
    }
    if (outage_failed(&attendant->outage, now_ms, &failures)) {
        LOG_TO(attendant->options.log, LOG_LEVEL_WARN, "http.waiting", LOG_TEXT("why", err.message),
               LOG_INT("failures", failures));
    }
    attendant->next_open_ms = now_ms + backoff_next_ms(&attendant->backoff, backoff_random());
}

/* ---- the thread ---- */

/* Until something is due. True: the end. */
static bool wait_for_end(const struct attendant *attendant)
{
    struct pollfd end = {.fd = attendant->end_fd, .events = POLLIN};
    int64_t due_ms = attendant->next_report_ms;
    int64_t left_ms;

    if (pages_are_due(attendant->options.pages) && attendant->next_open_ms < due_ms) {
        due_ms = attendant->next_open_ms;
    }
    left_ms = due_ms - clock_monotonic_ms();
    return poll(&end, 1, left_ms > 0 ? (int)left_ms : 0) > 0;
}

static void *run(void *context)
{
    struct attendant *attendant = context;

    do {
        int64_t now_ms = clock_monotonic_ms();

        if (pages_are_due(attendant->options.pages) && now_ms >= attendant->next_open_ms) {
            open_pages(attendant, now_ms);
        }
        if (now_ms >= attendant->next_report_ms) {
            attendant->next_report_ms = now_ms + next_report_wait_ms(attendant);
            write_report(attendant, "");
        }
    } while (!wait_for_end(attendant));
    return NULL;
}

static void release(struct attendant *attendant)
{
    if (attendant->end_fd >= 0) {
        (void)close(attendant->end_fd);
    }
    queue_free(attendant->queue);
    free(attendant);
}

struct attendant *attendant_start(const struct attendant_options *options, struct err *err)
{
    struct attendant *attendant = xcalloc(1, sizeof(*attendant));
    struct queue_options queue = options->queue;

    *attendant = (struct attendant){.options = *options,
                                    .outage = OUTAGE_INIT,
                                    .backoff = {.first_ms = 500, .most_ms = 10000},
                                    .run_by = run_by_here(),
                                    .started_ms = clock_unix_ms(),
                                    .end_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)};
    process_name_read(&attendant->process);
    (void)snprintf(attendant->connection, sizeof(attendant->connection), "%s-report",
                   options->process);
    queue.name = attendant->connection;
    queue.timeout_ms = REDIS_TIMEOUT_MS;
    attendant->queue = queue_new(&queue, err);
    if (!attendant->queue) {
        release(attendant);
        return NULL;
    }
    if (attendant->end_fd < 0) {
        (void)err_set(err, ERR_FATAL, "cannot make an eventfd: errno %d", errno);
        release(attendant);
        return NULL;
    }
    if (pthread_create(&attendant->thread, NULL, run, attendant) != 0) {
        (void)err_set(err, ERR_FATAL, "cannot start a thread");
        release(attendant);
        return NULL;
    }
    return attendant;
}

void attendant_end(struct attendant *attendant, const char *ended)
{
    if (!attendant) {
        return;
    }
    (void)eventfd_write(attendant->end_fd, 1);
    (void)pthread_join(attendant->thread, NULL);
    write_report(attendant, ended); /* what the thread had is this one's now */
    release(attendant);
}
