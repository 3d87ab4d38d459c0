/* SPDX-License-Identifier: MIT */
#include "tests/sandbox/telegram/sim.h"

#include "shared/base/clock.h"
#include "shared/base/mem.h"
#include "tests/sandbox/telegram/params.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* NOLINTNEXTLINE(readability-identifier-naming): the build names what it embeds */
extern const char bot_api_json[];

static bool check_token(const char *token, struct err *err)
{
    size_t digits = strspn(token, "0123456789");

    if (digits == 0 || token[digits] != ':' || token[digits + 1] == '\0' ||
        strlen(token) >= sizeof(((struct sim *)NULL)->token) || strchr(token, '/')) {
        return err_set(err, ERR_FATAL, "--token takes DIGITS:TEXT");
    }
    return true;
}

/* Everything that sim_reset() begins anew. */
static void fill(struct sim *sim, int64_t last_n)
{
    world_init(&sim->world);
    for (size_t i = 0; i < sim->world.chat_count; i++) {
        sim->world.chats[i]->version = ++sim->version;
    }
    updates_init(&sim->updates, json_at(sim->schema, "updates"));
    request_log_init(&sim->log, last_n);
    sim->commands = json_list();
    sim->faults.count = 0;
    sim->overall = (struct flood_bucket){0};
    sim->webhook_url[0] = '\0';
    sim->poll.offset = 0;
    sim->poll.started_ms = 0;
    sim->poll.conflict_due_ms = 0;
    sim->clock_unix_ms = clock_unix_ms();
    sim->clock_at_ms = clock_monotonic_ms();
    sim->frozen = false;
}

static void empty(struct sim *sim)
{
    world_free(&sim->world);
    updates_free(&sim->updates);
    request_log_free(&sim->log);
    json_free(sim->commands);
    sim->commands = NULL;
}

struct sim *sim_new(const char *token, bool flood, struct err *err)
{
    struct sim *sim = NULL;
    pthread_condattr_t attributes;
    int broken;

    if (!check_token(token, err)) {
        return NULL;
    }
    sim = xcalloc(1, sizeof(*sim));
    broken = pthread_mutex_init(&sim->lock, NULL);
    broken |= pthread_condattr_init(&attributes);
    broken |= pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    broken |= pthread_cond_init(&sim->changed, &attributes);
    (void)pthread_condattr_destroy(&attributes);
    assert(!broken); /* only out of memory */
    (void)snprintf(sim->token, sizeof(sim->token), "%s", token);
    sim->bot_id = params_to_int(token);
    sim->flood = flood;
    /* So that who knew the simulator before a restart sees the version grow. */
    sim->version = clock_unix_ms();
    sim->schema = json_parse(bot_api_json, strlen(bot_api_json), err);
    if (!sim->schema) {
        free(sim);
        return NULL;
    }
    fill(sim, 0);
    return sim;
}

bool sim_set_token(struct sim *sim, const char *token, struct err *err)
{
    if (!check_token(token, err)) {
        err->kind = ERR_REJECT;
        return false;
    }
    if (params_to_int(token) != sim->bot_id) {
        return err_set(err, ERR_REJECT, "token: is of another bot");
    }
    (void)snprintf(sim->token, sizeof(sim->token), "%s", token);
    return true;
}

void sim_free(struct sim *sim)
{
    if (!sim) {
        return;
    }
    empty(sim);
    json_free(sim->schema);
    (void)pthread_cond_destroy(&sim->changed);
    (void)pthread_mutex_destroy(&sim->lock);
    free(sim);
}

void sim_reset(struct sim *sim)
{
    int64_t last_n = sim->log.last; /* who waits for an answer must not find another's entry */

    empty(sim);
    fill(sim, last_n);
    sim_touch(sim, NULL);
}

void sim_stop(struct sim *sim)
{
    (void)pthread_mutex_lock(&sim->lock);
    sim->stopping = true;
    sim_notify(sim);
    (void)pthread_mutex_unlock(&sim->lock);
}

int64_t sim_now_ms(const struct sim *sim)
{
    return sim->clock_unix_ms + (sim->frozen ? 0 : clock_monotonic_ms() - sim->clock_at_ms);
}

void sim_set_clock(struct sim *sim, int64_t advance_ms, bool frozen)
{
    sim->clock_unix_ms = sim_now_ms(sim) + advance_ms;
    sim->clock_at_ms = clock_monotonic_ms();
    sim->frozen = frozen;
    sim_touch(sim, NULL);
}

void sim_notify(struct sim *sim)
{
    (void)pthread_cond_broadcast(&sim->changed);
}

void sim_touch(struct sim *sim, struct chat *chat)
{
    sim->version++;
    if (chat) {
        chat->version = sim->version;
    }
    sim_notify(sim);
}

bool sim_wait(struct sim *sim, int64_t deadline_ms)
{
    struct timespec deadline = {.tv_sec = (time_t)(deadline_ms / 1000),
                                .tv_nsec = (long)(deadline_ms % 1000) * 1000000};

    if (sim->stopping || clock_monotonic_ms() >= deadline_ms) {
        return false;
    }
    (void)pthread_cond_timedwait(&sim->changed, &sim->lock, &deadline);
    return !sim->stopping;
}

void sim_pause(struct sim *sim, int64_t ms)
{
    int64_t deadline_ms = clock_monotonic_ms() + ms;

    while (sim_wait(sim, deadline_ms)) {
    }
}

int64_t sim_push_update(struct sim *sim, const char *kind, struct json *content)
{
    struct json *update = json_object();
    int64_t id;

    json_set(update, kind, content);
    id = updates_push(&sim->updates, update, sim_now_ms(sim));
    json_free(update);
    sim_notify(sim);
    return id;
}
