/* SPDX-License-Identifier: MIT */
/* What Telegram accepts as reply_markup. Pure. */
#ifndef TESTS_SANDBOX_TELEGRAM_MARKUP_H
#define TESTS_SANDBOX_TELEGRAM_MARKUP_H

#include "shared/base/err.h"
#include "shared/io/json.h"

#include <stdbool.h>

struct markup {
    struct json *keyboard; /* owned InlineKeyboardMarkup, or NULL                */
    bool other;            /* a reply keyboard, its removal, or a forced reply   */
};

/*
 * Reads the parameter's text; "" is no markup. The keyboard in `out` is the
 * caller's after success.
 *
 * Fails: ERR_REJECT, the message being what follows "Bad Request: "
 */
MUST_CHECK bool markup_read(const char *text, struct markup *out, struct err *err);

#endif
