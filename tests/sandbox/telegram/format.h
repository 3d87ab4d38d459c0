/* SPDX-License-Identifier: MIT */
/*
 * The text of a message, from what was sent to what is shown: parse_mode,
 * trimming, limits, /commands. Pure.
 */
#ifndef TESTS_SANDBOX_TELEGRAM_FORMAT_H
#define TESTS_SANDBOX_TELEGRAM_FORMAT_H

#include "shared/base/err.h"
#include "shared/io/json.h"

#include <stdbool.h>
#include <stddef.h>

struct formatted {
    char *text;            /* owned: plain, trimmed                                 */
    char *html;            /* owned: what was sent, escaped unless it was HTML      */
    struct json *entities; /* owned list of MessageEntity                           */
};

struct format_limits {
    size_t max_points;    /* code points, after parsing                   */
    bool may_be_empty;    /* captions                                     */
    const char *too_long; /* the description behind "Bad Request: "       */
};

extern const struct format_limits FORMAT_MESSAGE;
extern const struct format_limits FORMAT_CAPTION;

/*
 * Formats `raw`. `entities` (may be NULL) counts when `parse_mode` is "". Free
 * `out` with formatted_free() after success.
 *
 * Fails: ERR_REJECT, the message being what follows "Bad Request: "
 */
MUST_CHECK bool format_text(const char *raw, const char *parse_mode, const struct json *entities,
                            const struct format_limits *limits, struct formatted *out,
                            struct err *err);

void formatted_free(struct formatted *formatted);

/* Appends a bot_command entity for every /command in `text`. */
void format_add_commands(const char *text, struct json *entities);

#endif
