/* SPDX-License-Identifier: MIT */
/* The simulator: one account, how it is to behave, and what it was asked. */
#ifndef TESTS_SANDBOX_BEGET_SIM_H
#define TESTS_SANDBOX_BEGET_SIM_H

#include "shared/io/httpd.h"
#include "tests/sandbox/beget/account.h"
#include "tests/sandbox/beget/faults.h"
#include "tests/sandbox/beget/modes.h"
#include "tests/sandbox/beget/rate.h"
#include "tests/sandbox/beget/request_log.h"

#include <pthread.h>
#include <stdint.h>

enum { SIM_PASSWORD_SIZE = 512 };

/* What the command line says; strings are borrowed from it. */
struct sim_options {
    const char *login;
    const char *password; /* to begin with; never empty      */
    int64_t domains;      /* generated ones                  */
    bool rate_off;        /* how the mode "rate" starts      */
};

struct sim {
    struct sim_options options;       /* never changes                                       */
    pthread_mutex_t lock;             /* held while any of the rest is read or changed       */
    char password[SIM_PASSWORD_SIZE]; /* of the API */
    struct account account;
    struct modes modes;
    struct faults faults;
    struct rate rate;
    struct request_log log;
    int64_t clock_ahead_ms; /* the simulator's clock against the real one */
};

void sim_init(struct sim *sim, const struct sim_options *options);
void sim_free(struct sim *sim);

/* Back to the start: account, modes, faults, log, clock. The lock is held. */
void sim_reset(struct sim *sim);

/* Unix time by the simulator's clock. The lock is held. */
int64_t sim_now_ms(const struct sim *sim);

/* An httpd_handler; the context is the simulator. */
void sim_handle(void *context, const struct httpd_request *request,
                struct httpd_response *response);

/* The two halves of it: /api/ and /control/. */
void api_handle(struct sim *sim, const struct httpd_request *request,
                struct httpd_response *response);
void control_handle(struct sim *sim, const struct httpd_request *request,
                    struct httpd_response *response);

#endif
