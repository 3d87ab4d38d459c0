/* SPDX-License-Identifier: MIT */
/* The lines that the log has about replies: one when a reply is settled, one when it is not yet. */
#ifndef GATEWAY_REPLY_LOG_H
#define GATEWAY_REPLY_LOG_H

#include "gateway/delivery.h"

#include <stddef.h>

/* It is delivered, dropped or dead, with `reason` for the last two. */
void reply_log_settled(const struct delivery *delivery, enum delivery_state state,
                       const char *reason);

/* It is called again, for what the outcome says. */
void reply_log_again(const struct delivery *delivery, const struct delivery_outcome *outcome);

/* It, and so many in all that were to go to its chat, are dead: the chat is out of reach. */
void reply_log_gone(const struct delivery *delivery, size_t dead, const char *reason);

#endif
