/* SPDX-License-Identifier: MIT */
#include "tests/sandbox/beget/sim.h"

#include "shared/base/clock.h"
#include "tests/sandbox/beget/seed.h"

#include <stdio.h>
#include <string.h>

static void start(struct sim *sim)
{
    account_init(&sim->account, sim->options.login);
    seed_account(&sim->account, sim->options.domains);
    sim->modes = (struct modes){.rate = sim->options.rate_off ? SWITCH_OFF : SWITCH_ON};
}

void sim_init(struct sim *sim, const struct sim_options *options)
{
    *sim = (struct sim){.options = *options};
    (void)snprintf(sim->password, sizeof(sim->password), "%s", options->password);
    (void)pthread_mutex_init(&sim->lock, NULL);
    start(sim);
}

void sim_free(struct sim *sim)
{
    account_free(&sim->account);
    request_log_clear(&sim->log);
    (void)pthread_mutex_destroy(&sim->lock);
}

void sim_reset(struct sim *sim)
{
    account_free(&sim->account);
    request_log_clear(&sim->log);
    faults_clear(&sim->faults);
    sim->rate = (struct rate){0};
    sim->clock_ahead_ms = 0;
    start(sim);
}

int64_t sim_now_ms(const struct sim *sim)
{
    return clock_unix_ms() + sim->clock_ahead_ms;
}

void sim_handle(void *context, const struct httpd_request *request, struct httpd_response *response)
{
    static const char API[] = "/api/";
    struct sim *sim = context;

    if (strncmp(request->path, API, strlen(API)) == 0) {
        api_handle(sim, request, response);
    } else {
        control_handle(sim, request, response); /* which knows what is not there */
    }
}
