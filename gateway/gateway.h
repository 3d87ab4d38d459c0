/* SPDX-License-Identifier: MIT */
/*
 * The gateway: one thread that receives from Telegram, one that sends to it,
 * and Redis between them and the workers. Of several gateways one works and
 * the others wait: see gateway/duty.h.
 */
#ifndef GATEWAY_GATEWAY_H
#define GATEWAY_GATEWAY_H

#include "gateway/gateway_settings.h"
#include "shared/base/err.h"

#include <stdbool.h>

/*
 * Starts up, works until shutdown and returns true. The http library must be
 * ready and the stop latch installed.
 * Fails: ERR_FATAL; the first thread that cannot go on ends the other as well
 */
MUST_CHECK bool gateway_run(const struct gateway_settings *settings, struct err *err);

#endif
