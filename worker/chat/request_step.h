/* SPDX-License-Identifier: MIT */
/*
 * A chat that may not use the bot has written to it: every admin gets a card.
 *
 * All cards have one token, so that one answer answers them all. The chat
 * itself hears nothing before it is allowed.
 */
#ifndef WORKER_CHAT_REQUEST_STEP_H
#define WORKER_CHAT_REQUEST_STEP_H

#include "shared/base/err.h"
#include "worker/chat/step_parts.h"

#include <stdbool.h>

/*
 * Adds the cards. An admin is spoken to in the language that was chosen there, else in that of
 * whoever asks. Fails as state_get(), button_token_make(), request_read().
 */
MUST_CHECK bool request_pass_on(struct step *step, struct err *err);

#endif
