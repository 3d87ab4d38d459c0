/* SPDX-License-Identifier: MIT */
#include "gateway/waiting.h"

#include "gateway/gateway_metrics.h"
#include "shared/base/clock.h"
#include "shared/base/log.h"

#include <stdio.h>
#include <string.h>

/* Counts a failure. True when a line is due; *out_failures is what it should tell. */
static bool begin(struct waiting *waiting, const char *event, int64_t *out_failures)
{
    int64_t now_ms = clock_monotonic_ms();
    int64_t lasted_ms;

    if (waiting->event && strcmp(waiting->event, event) != 0) {
        (void)outage_over(&waiting->outage, now_ms, &lasted_ms); /* another kind: tell it at once */
    }
    waiting->event = event;
    return outage_failed(&waiting->outage, now_ms, out_failures);
}

static bool end(struct waiting *waiting, int64_t *out_lasted_ms)
{
    waiting->event = NULL;
    return outage_over(&waiting->outage, clock_monotonic_ms(), out_lasted_ms);
}

void waiting_for_redis(struct waiting *waiting, struct queue *queue, const struct err *err)
{
    char why[512];
    int64_t failures;

    (void)snprintf(why, sizeof(why), "waiting for redis at %s: %s",
                   redis_address(queue_redis(queue)), err->message);
    health_failed(waiting->health, waiting->check, why);
    metrics_add(GATEWAY_METRIC_REDIS_FAILURES, 0, 0, 1);
    if (begin(waiting, "redis.waiting", &failures)) {
        log_warn("redis.waiting", LOG_TEXT("part", waiting->part), LOG_TEXT("why", why),
                 LOG_INT("failures", failures));
    }
}

void waiting_redis_came(struct waiting *waiting)
{
    int64_t lasted_ms;

    health_ok(waiting->health, waiting->check);
    if (end(waiting, &lasted_ms)) {
        log_info("redis.recovered", LOG_TEXT("part", waiting->part),
                 LOG_INT("after_ms", lasted_ms));
    }
}

/* "getUpdates: 401 Unauthorized: <what to do>"; without a status Telegram was not reached. */
static void note_trouble(const struct waiting *waiting, const char *method,
                         const struct poll_step *step, const struct telegram_answer *answer)
{
    char why[3 * HEALTH_WHY_SIZE];
    char status[16] = "";

    if (answer->status != 0) {
        (void)snprintf(status, sizeof(status), "%d ", answer->status);
    }
    (void)snprintf(why, sizeof(why), "%s: %s%s%s%s", method, status, answer->description,
                   step->advice[0] != '\0' ? ": " : "", step->advice);
    health_failed(waiting->health, waiting->check, why);
}

void waiting_for_telegram(struct waiting *waiting, const char *method, const struct poll_step *step,
                          const struct telegram_answer *answer)
{
    int64_t failures;

    note_trouble(waiting, method, step, answer);
    if (!begin(waiting, step->event, &failures)) {
        return;
    }
    log_event(step->level, step->event,
              (const struct log_field[]){
                  LOG_TEXT("part", waiting->part),
                  LOG_TEXT("method", method),
                  LOG_INT("status", answer->status),
                  LOG_TEXT("why", answer->description),
                  LOG_TEXT("do", step->advice),
                  LOG_INT("wait_ms", step->wait_ms),
                  LOG_INT("failures", failures),
                  LOG_END,
              });
}

void waiting_telegram_came(struct waiting *waiting)
{
    int64_t lasted_ms;

    health_ok(waiting->health, waiting->check);
    if (end(waiting, &lasted_ms)) {
        log_info("telegram.recovered", LOG_TEXT("part", waiting->part),
                 LOG_INT("after_ms", lasted_ms));
    }
}
