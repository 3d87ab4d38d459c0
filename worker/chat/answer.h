/* SPDX-License-Identifier: MIT */
/*
 * From a drawn page to the Bot API calls that show it.
 *
 * A typed command is answered by a message in the slot "u<update_id>": a
 * repeated delivery edits it instead of sending a second one. A press is
 * answered by editing the message it sits on.
 */
#ifndef WORKER_CHAT_ANSWER_H
#define WORKER_CHAT_ANSWER_H

#include "shared/base/err.h"
#include "shared/queue/queue.h"
#include "worker/chat/incoming.h"
#include "worker/chat/page.h"

#include <stdbool.h>
#include <stdint.h>

/* Adds the message, what its buttons mean, and its file. Fails: ERR_RETRY as button_token_make().
 */
MUST_CHECK bool answer_page(const struct incoming *incoming, const struct page *page,
                            struct queue_outcome *outcome, struct err *err);

/*
 * Adds the page as a message to another chat than the update's, once for each chat and update: a
 * repetition edits it. The page's buttons are of `token`; what they mean is remembered by the
 * caller. `token` may be NULL for a page without buttons.
 */
void answer_elsewhere(int64_t update_id, int64_t chat_id, const struct page *page,
                      const char *token, struct queue_outcome *outcome);

/* Adds a message of one text of the table in the command's slot: "⏳ …". */
void answer_progress(const struct incoming *incoming, enum text_id id,
                     struct queue_outcome *outcome);

/* Adds the call that ends a press: the phone stops waiting. `toast` may be NULL. */
void answer_press(const struct incoming *incoming, const char *toast, bool alert,
                  struct queue_outcome *outcome);

#endif
