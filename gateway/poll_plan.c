/* SPDX-License-Identifier: MIT */
#include "gateway/poll_plan.h"

#include "shared/base/compiler.h"

#include <string.h>

enum {
    SAME_OFFSET_MS = 3000, /* closer polls of one offset get short answers  */
    TOO_SOON_MS = 500,     /* a long poll that ends sooner has not waited   */
};

struct poll_row {
    int code;         /* error_code, first of ...                             */
    int last_code;    /* ... to                                               */
    const char *text; /* part of the description; "": any                     */
    const char *event;
    enum log_level level;
    enum poll_action action;
    int64_t first_ms; /* longest first wait; 0: what retry_after says         */
    int64_t most_ms;  /* longest wait ever                                    */
    const char *advice;
};

/* The first row that fits decides. Waits are spread from half of the value up to it. */
/* clang-format off */
static const struct poll_row ROWS[] = {
    {401, 401, "",        "telegram.unauthorized", LOG_LEVEL_ERROR, POLL_AGAIN,          60000, 600000,
     "Telegram does not know this token: check TELEGRAM_BOT_TOKEN, or get a new one from @BotFather"},
    {404, 404, "",        "telegram.unauthorized", LOG_LEVEL_ERROR, POLL_AGAIN,          60000, 600000,
     "no such bot at this server: check TELEGRAM_BOT_TOKEN and TELEGRAM_API_URL"},
    {421, 421, "",        "telegram.unauthorized", LOG_LEVEL_ERROR, POLL_AGAIN,          60000, 600000,
     "this Bot API server does not serve this bot: check its --filter option"},
    {409, 409, "webhook", "telegram.webhook",      LOG_LEVEL_WARN,  POLL_REMOVE_WEBHOOK, 6000,  30000,
     "a webhook was set for this bot: it is being removed"},
    {409, 409, "",        "telegram.conflict",     LOG_LEVEL_WARN,  POLL_AGAIN,          6000,  30000,
     "another program polls with this token: stop it"},
    {429, 429, "",        "telegram.flood",        LOG_LEVEL_WARN,  POLL_AGAIN,          0,     0,
     ""},
    {400, 499, "",        "telegram.refused",      LOG_LEVEL_ERROR, POLL_AGAIN,          10000, 60000,
     ""},
    {500, 999, "",        "telegram.failing",      LOG_LEVEL_WARN,  POLL_AGAIN,          1000,  60000,
     ""},
};

static const struct poll_row UNREACHABLE =
    {0,   0,   "",        "telegram.unreachable",  LOG_LEVEL_WARN,  POLL_AGAIN,          1000,  60000,
     ""};
static const struct poll_row UNREADABLE =
    {0,   0,   "",        "telegram.unreadable",   LOG_LEVEL_WARN,  POLL_AGAIN,          1000,  60000,
     ""};
/* clang-format on */

static const struct poll_row *find_row(const struct telegram_answer *answer)
{
    if (answer->status == 0) {
        return &UNREACHABLE;
    }
    for (size_t i = 0; i < ARRAY_LEN(ROWS); i++) {
        if (answer->error_code >= ROWS[i].code && answer->error_code <= ROWS[i].last_code &&
            strstr(answer->description, ROWS[i].text)) {
            return &ROWS[i];
        }
    }
    return &UNREADABLE;
}

struct poll_step poll_plan_next(struct poll_plan *plan, const struct telegram_answer *answer,
                                enum json_type expected, uint32_t random)
{
    const struct poll_row *row;
    int64_t wait_ms;

    if (answer->ok && json_type(answer->result) == expected) {
        *plan = (struct poll_plan){.row = NULL};
        return (struct poll_step){.action = POLL_USE, .advice = ""};
    }
    row = find_row(answer);
    if (row != plan->row) {
        *plan = (struct poll_plan){
            .row = row,
            .backoff = {.first_ms = row->first_ms, .most_ms = row->most_ms},
        };
    }
    wait_ms =
        row->first_ms > 0 ? backoff_next_ms(&plan->backoff, random) : answer->retry_after_s * 1000;
    return (struct poll_step){
        .action = row->action,
        .wait_ms = wait_ms > 0 ? wait_ms : SAME_OFFSET_MS,
        .event = row->event,
        .level = row->level,
        .advice = row->advice,
    };
}

int64_t poll_next_offset(int64_t offset, const int64_t update_ids[], size_t count)
{
    for (size_t i = count; i > 0; i--) {
        if (update_ids[i - 1] > 0) {
            return update_ids[i - 1] + 1;
        }
    }
    return offset;
}

int64_t poll_pause_ms(bool offset_moved, int64_t took_ms)
{
    return offset_moved || took_ms >= TOO_SOON_MS ? 0 : SAME_OFFSET_MS - took_ms;
}
