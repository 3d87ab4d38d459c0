/* SPDX-License-Identifier: MIT */
/*
 * One request to /bot<token>/<method>: token, parameters, checks, faults, the
 * method itself, the log. Called without the lock.
 */
#ifndef TESTS_SANDBOX_TELEGRAM_BOT_H
#define TESTS_SANDBOX_TELEGRAM_BOT_H

#include "shared/io/httpd.h"
#include "tests/sandbox/telegram/sim.h"

/* `request->path` begins with "/bot". */
void bot_handle(struct sim *sim, const struct httpd_request *request,
                struct httpd_response *response);

#endif
