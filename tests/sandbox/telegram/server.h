/* SPDX-License-Identifier: MIT */
/* The face of telegram-sim: the chat page, the control API and the Bot API on one port. */
#ifndef TESTS_SANDBOX_TELEGRAM_SERVER_H
#define TESTS_SANDBOX_TELEGRAM_SERVER_H

#include "shared/io/httpd.h"

/* `context` is a struct sim, not locked. */
void server_handle(void *context, const struct httpd_request *request,
                   struct httpd_response *response);

#endif
