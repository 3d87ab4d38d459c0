/* SPDX-License-Identifier: MIT */
#include "shared/ops/next_command.h"

#include "shared/base/buf.h"
#include "shared/base/compiler.h"
#include "shared/ops/run_by.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum { COMMAND_MAX_BYTES = 1024 };

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

/* ---- the table ---- */

/* clang-format off */
#define ANYWHERE(text) {(text), (text), (text)}
#define ON_HOST        "  # on {host}"
#define COMPOSE_UP     "docker-compose up -d {role}"
#define RESTART_UNIT   "systemctl restart beget-manager-{role}" ON_HOST
#define DEPLOY_RUN     "deploy/run" ON_HOST ", or what else starts the {role}"
#define CONFIG_SET     "redis-cli CONFIG SET "

static const char *const COMMANDS[NEXT_COUNT][RUN_BY_COUNT] = {
    [NEXT_START] = {
        [RUN_BY_COMPOSE] = COMPOSE_UP,
        [RUN_BY_SYSTEMD] = "systemctl start beget-manager-{role}" ON_HOST,
        [RUN_BY_HAND]    = DEPLOY_RUN,
    },
    [NEXT_LOG] = {
        [RUN_BY_COMPOSE] = "docker-compose logs --tail=20 {role}",
        [RUN_BY_SYSTEMD] = "journalctl -u beget-manager-{role} -n 20" ON_HOST,
        [RUN_BY_HAND]    = "tail -n 20 data/logs/{role}.log" ON_HOST,
    },
    [NEXT_ONE_MORE] = {
        [RUN_BY_COMPOSE] = "docker-compose up -d --scale {role}={more}",
        [RUN_BY_SYSTEMD] = "raise WORKER_THREADS in {config}/{role}.env, then: " RESTART_UNIT,
        [RUN_BY_HAND]    = "start a second {role}, or raise WORKER_THREADS",
    },
    [NEXT_TOKEN] = {
        [RUN_BY_COMPOSE] = "set TELEGRAM_BOT_TOKEN in .env, then: " COMPOSE_UP,
        [RUN_BY_SYSTEMD] = "write the token into {config}/secrets/telegram-bot-token, then: " RESTART_UNIT,
        [RUN_BY_HAND]    = "set TELEGRAM_BOT_TOKEN in .env, then: " DEPLOY_RUN,
    },
    [NEXT_PASSWORD] = {
        [RUN_BY_COMPOSE] = "set BEGET_LOGIN and BEGET_PASSWORD in .env, then: " COMPOSE_UP,
        [RUN_BY_SYSTEMD] = "set BEGET_LOGIN in {config}/{role}.env, the password in {config}/secrets/beget-password, then: " RESTART_UNIT,
        [RUN_BY_HAND]    = "set BEGET_LOGIN and BEGET_PASSWORD in .env, then: " DEPLOY_RUN,
    },
    [NEXT_STOP_OTHER] = ANYWHERE("stop the other program that has this token, or revoke it at @BotFather"),
    [NEXT_UPGRADE]    = ANYWHERE("install this {role}'s newer version"),
    [NEXT_ROOM] = {
        [RUN_BY_COMPOSE] = "df -h .  # where DATA_DIR is: make room",
        [RUN_BY_SYSTEMD] = "df -h /var/lib/beget-manager-{role}  # on {host}: make room",
        [RUN_BY_HAND]    = "df -h .  # where DATA_DIR is: make room",
    },
    /* In the Redis of docker-compose.yml nobody may CONFIG. */
    [NEXT_MEMORY] = {
        [RUN_BY_COMPOSE] = "raise maxmemory to {mb}mb in docker-compose.override.yml (docs/redis.md), then: docker-compose up -d redis",
        [RUN_BY_SYSTEMD] = CONFIG_SET "maxmemory {mb}mb",
        [RUN_BY_HAND]    = CONFIG_SET "maxmemory {mb}mb",
    },
    [NEXT_SAFE] = {
        [RUN_BY_COMPOSE] = "make room for the volume redis, or let docker-compose.override.yml change nothing of deploy/redis.conf, then: docker-compose up -d redis",
        [RUN_BY_SYSTEMD] = CONFIG_SET "appendonly yes maxmemory-policy noeviction",
        [RUN_BY_HAND]    = CONFIG_SET "appendonly yes maxmemory-policy noeviction",
    },
};
/* clang-format on */

/* ---- filling in ---- */

struct value {
    const char *name; /* with its braces */
    const char *text;
};

static const struct value *value_at(const char *text, const struct value values[], size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (strncmp(text, values[i].name, strlen(values[i].name)) == 0) {
            return &values[i];
        }
    }
    return NULL;
}

void next_command(enum next what, const struct next_of *of, char out[NEXT_COMMAND_SIZE])
{
    const char *host = json_text(of->report, "host");
    char host_word[SHELL_WORD_SIZE];
    char more[24];
    char megabytes[24];
    const struct value values[] = {
        {"{role}", of->role ? of->role : ""},
        {"{host}", shell_word(host ? host : "", host_word)},
        {"{more}", more},
        {"{mb}", megabytes},
        {"{config}", CONFIG_DIR},
    };
    struct buf text;

    (void)snprintf(more, sizeof(more), "%" PRId64, of->alive + 1);
    (void)snprintf(megabytes, sizeof(megabytes), "%" PRId64, of->megabytes);
    buf_init(&text, COMMAND_MAX_BYTES);
    for (const char *c = COMMANDS[what][run_by_report(of->report)]; *c != '\0';) {
        const struct value *value = value_at(c, values, ARRAY_LEN(values));

        buf_add(&text, value ? value->text : c, value ? strlen(value->text) : 1);
        c += value ? strlen(value->name) : 1;
    }
    (void)snprintf(out, NEXT_COMMAND_SIZE, "%s", buf_text(&text));
    buf_free(&text);
}

/* ---- checks ---- */

/* What a check says that asks for more than a look into the log; the first row that fits counts. */
/* clang-format off */
static const struct advice {
    enum stuck_cause cause;
    enum next next;
    const char *said; /* "" fits whatever is said */
} ADVICE[] = {
    {STUCK_TELEGRAM, NEXT_TOKEN,      "Unauthorized"  },
    {STUCK_TELEGRAM, NEXT_STOP_OTHER, "Conflict"      },
    {STUCK_BEGET,    NEXT_PASSWORD,   "BEGET_PASSWORD"},
    {STUCK_JOURNAL,  NEXT_UPGRADE,    "newer program" },
    {STUCK_JOURNAL,  NEXT_LOG,        "redis "        },
    {STUCK_JOURNAL,  NEXT_ROOM,       ""              },
};
/* clang-format on */

enum next next_after_failure(enum stuck_cause cause, const char *why)
{
    for (size_t i = 0; i < ARRAY_LEN(ADVICE); i++) {
        if (ADVICE[i].cause == cause && strstr(why, ADVICE[i].said)) {
            return ADVICE[i].next;
        }
    }
    return NEXT_LOG;
}
