/* SPDX-License-Identifier: MIT */
#include "shared/ops/next_command.h"

#include "shared/base/buf.h"
#include "shared/base/compiler.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

/* ---- words ---- */

static const char HARMLESS[] =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.:@%+,/-";

const char *shell_word(const char *text, char out[SHELL_WORD_SIZE])
{
    bool harmless = text[0] != '\0' && text[strspn(text, HARMLESS)] == '\0';
    const char *around = harmless ? "" : "'";
    struct buf word;

    buf_init(&word, SHELL_WORD_SIZE - 1);
    buf_addf(&word, "%s", around);
    for (const char *c = text; *c != '\0'; c++) {
        if (*c == '\'') {
            buf_addf(&word, "'\\''");
        } else {
            buf_addf(&word, "%c", *c);
        }
    }
    buf_addf(&word, "%s", around);
    (void)snprintf(out, SHELL_WORD_SIZE, "%s", buf_ok(&word) ? buf_text(&word) : "''");
    buf_free(&word);
    return out;
}

/* ---- services ---- */

static bool is_contained(const struct json *report)
{
    bool contained = true;

    (void)json_bool(report, "container", &contained);
    return contained;
}

/* Where a process is that no container is around. */
static const char *host_of(const struct json *report, char out[SHELL_WORD_SIZE])
{
    const char *host = json_text(report, "host");

    return shell_word(host ? host : "", out);
}

void next_start(const char *role, const struct json *report, char out[NEXT_COMMAND_SIZE])
{
    char host[SHELL_WORD_SIZE];

    if (is_contained(report)) {
        (void)snprintf(out, NEXT_COMMAND_SIZE, "docker-compose up -d %s", role);
    } else {
        (void)snprintf(out, NEXT_COMMAND_SIZE, "deploy/run  # on %s, or what else starts the %s",
                       host_of(report, host), role);
    }
}

void next_log(const char *role, const struct json *report, char out[NEXT_COMMAND_SIZE])
{
    char host[SHELL_WORD_SIZE];

    if (is_contained(report)) {
        (void)snprintf(out, NEXT_COMMAND_SIZE, "docker-compose logs --tail=20 %s", role);
    } else {
        (void)snprintf(out, NEXT_COMMAND_SIZE, "tail -n 20 data/logs/%s.log  # on %s", role,
                       host_of(report, host));
    }
}

void next_one_more(const char *role, int64_t alive, const struct json *report,
                   char out[NEXT_COMMAND_SIZE])
{
    if (is_contained(report)) {
        (void)snprintf(out, NEXT_COMMAND_SIZE, "docker-compose up -d --scale %s=%" PRId64, role,
                       alive + 1);
    } else {
        (void)snprintf(out, NEXT_COMMAND_SIZE, "start a second %s, or raise WORKER_THREADS", role);
    }
}

/* ---- checks ---- */

typedef void next_fn(const char *role, const struct json *report, char out[NEXT_COMMAND_SIZE]);

/* The first row that fits counts. */
/* clang-format off */
static const struct advice {
    enum stuck_cause cause;
    const char *said; /* "" fits whatever is said */
    const char *role;
    const char *first; /* what has to be done by hand, before `next` */
    next_fn *next;     /* NULL: nothing                              */
} ADVICE[] = {
    {STUCK_TELEGRAM, "Unauthorized",   "gateway", "set TELEGRAM_BOT_TOKEN in .env, then: ",             next_start},
    {STUCK_TELEGRAM, "Conflict",       "gateway", "stop the other program that has this token, or revoke it at @BotFather", NULL},
    {STUCK_TELEGRAM, "",               "gateway", "",                                                   next_log},
    {STUCK_BEGET,    "BEGET_PASSWORD", "worker",  "set BEGET_LOGIN and BEGET_PASSWORD in .env, then: ", next_start},
    {STUCK_BEGET,    "",               "worker",  "",                                                   next_log},
    {STUCK_JOURNAL,  "newer program",  "worker",  "install this worker's newer version",                NULL},
    {STUCK_JOURNAL,  "",               "worker",  "df -h .  # where DATA_DIR is: make room",            NULL},
};
/* clang-format on */

static const struct advice *advice_for(enum stuck_cause cause, const char *why)
{
    for (size_t i = 0; i < ARRAY_LEN(ADVICE); i++) {
        if (ADVICE[i].cause == cause && strstr(why, ADVICE[i].said)) {
            return &ADVICE[i];
        }
    }
    return NULL;
}

void next_after_failure(enum stuck_cause cause, const char *why, const struct json *report,
                        char out[NEXT_COMMAND_SIZE])
{
    const struct advice *advice = advice_for(cause, why);
    char next[NEXT_COMMAND_SIZE] = "";

    if (advice && advice->next) {
        advice->next(advice->role, report, next);
    }
    (void)snprintf(out, NEXT_COMMAND_SIZE, "%s%s", advice ? advice->first : "", next);
}
