/* SPDX-License-Identifier: MIT */
#include "shared/base/health.h"

#include "shared/base/clock.h"
#include "shared/base/mem.h"

#include <assert.h>
#include <inttypes.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

struct health {
    size_t count;
    struct health_check rows[HEALTH_CHECKS_MAX];
    pthread_mutex_t lock; /* of the states */
    struct health_state states[HEALTH_CHECKS_MAX];
};

struct health *health_new(const struct health_check rows[], size_t count)
{
    struct health *health = xcalloc(1, sizeof(*health));
    int64_t now_ms = clock_monotonic_ms();

    assert(count <= HEALTH_CHECKS_MAX);
    health->count = count;
    (void)pthread_mutex_init(&health->lock, NULL);
    for (size_t i = 0; i < count; i++) {
        health->rows[i] = rows[i];
        health->states[i] = (struct health_state){.mark = HEALTH_NEW, .ok_ms = now_ms};
    }
    return health;
}

void health_free(struct health *health)
{
    if (health) {
        (void)pthread_mutex_destroy(&health->lock);
        free(health);
    }
}

/* ---- noting ---- */

void health_ok(struct health *health, size_t check)
{
    health_ok_with(health, check, "");
}

void health_ok_with(struct health *health, size_t check, const char *remark)
{
    int64_t now_ms = clock_monotonic_ms();

    if (!health) {
        return;
    }
    assert(check < health->count);
    (void)pthread_mutex_lock(&health->lock);
    health->states[check].mark = HEALTH_OK;
    health->states[check].succeeded = true;
    health->states[check].ok_ms = now_ms;
    (void)snprintf(health->states[check].why, HEALTH_WHY_SIZE, "%s", remark);
    (void)pthread_mutex_unlock(&health->lock);
}

void health_failed(struct health *health, size_t check, const char *why)
{
    int64_t now_ms = clock_monotonic_ms();

    if (!health) {
        return;
    }
    assert(check < health->count);
    (void)pthread_mutex_lock(&health->lock);
    if (health->states[check].mark != HEALTH_FAILED) {
        health->states[check].failed_ms = now_ms;
    }
    health->states[check].mark = HEALTH_FAILED;
    (void)snprintf(health->states[check].why, HEALTH_WHY_SIZE, "%s", why);
    (void)pthread_mutex_unlock(&health->lock);
}

/* ---- reading ---- */

size_t health_count(const struct health *health)
{
    return health->count;
}

const struct health_check *health_row(const struct health *health, size_t check)
{
    assert(check < health->count);
    return &health->rows[check];
}

void health_read(struct health *health, size_t check, struct health_state *out)
{
    assert(check < health->count);
    (void)pthread_mutex_lock(&health->lock);
    *out = health->states[check];
    (void)pthread_mutex_unlock(&health->lock);
}

typedef bool judge_fn(const struct health_check *row, const struct health_state *state,
                      int64_t now_ms);

static bool all(struct health *health, judge_fn *judge, int64_t now_ms)
{
    struct health_state state;

    for (size_t i = 0; i < health->count; i++) {
        health_read(health, i, &state);
        if (!judge(&health->rows[i], &state, now_ms)) {
            return false;
        }
    }
    return true;
}

bool health_all_live(struct health *health, int64_t now_ms)
{
    return all(health, health_is_live, now_ms);
}

bool health_all_ready(struct health *health, int64_t now_ms)
{
    return all(health, health_is_ready, now_ms);
}

/* ---- judging ---- */

/* Nothing has to have been done of what is not awaited: its time runs from its first success on. */
static bool is_timed(const struct health_check *row, const struct health_state *state)
{
    return row->alive_ms > 0 && (row->awaited || state->mark != HEALTH_NEW);
}

bool health_is_live(const struct health_check *row, const struct health_state *state,
                    int64_t now_ms)
{
    return !is_timed(row, state) || now_ms - state->ok_ms <= row->alive_ms;
}

bool health_is_ready(const struct health_check *row, const struct health_state *state,
                     int64_t now_ms)
{
    return state->mark != HEALTH_FAILED && (state->mark == HEALTH_OK || !row->awaited) &&
           health_is_live(row, state, now_ms);
}

void health_reason(const struct health_check *row, const struct health_state *state, int64_t now_ms,
                   char out[HEALTH_WHY_SIZE])
{
    if (state->mark == HEALTH_FAILED || health_is_ready(row, state, now_ms)) {
        (void)snprintf(out, HEALTH_WHY_SIZE, "%s", state->why);
    } else if (state->mark == HEALTH_NEW) {
        (void)snprintf(out, HEALTH_WHY_SIZE, "not yet: %s", row->help);
    } else {
        (void)snprintf(out, HEALTH_WHY_SIZE, "nothing for over %" PRId64 " s: %s",
                       row->alive_ms / 1000, row->help);
    }
}

/* Tenths of a second while they matter. */
static void add_age(struct buf *out, int64_t age_ms)
{
    if (age_ms < 10000) {
        buf_addf(out, "%" PRId64 ".%" PRId64 " s", age_ms / 1000, age_ms % 1000 / 100);
    } else {
        buf_addf(out, "%" PRId64 " s", age_ms / 1000);
    }
}

void health_line(const struct health_check *row, const struct health_state *state, bool good,
                 int64_t now_ms, struct buf *out)
{
    char why[HEALTH_WHY_SIZE];

    buf_addf(out, "%s %s", good ? "ok" : "failed", row->name);
    if (good && state->mark != HEALTH_NEW) {
        buf_addf(out, " ");
        add_age(out, now_ms - state->ok_ms);
        buf_addf(out, " ago");
    } else if (!good) {
        buf_addf(out, " ");
        add_age(out, now_ms - (state->mark == HEALTH_FAILED ? state->failed_ms : state->ok_ms));
    }
    health_reason(row, state, now_ms, why);
    buf_addf(out, "%s%s\n", why[0] != '\0' ? ": " : "", why);
}
