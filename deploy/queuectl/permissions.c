/* SPDX-License-Identifier: MIT */
#include "deploy/queuectl/permissions.h"

#include "shared/base/compiler.h"

#include <stdio.h>
#include <string.h>

enum { WORDS_MAX = 8 };

/* clang-format off */
static const struct need {
    const char *words[WORDS_MAX]; /* %s is a key of the queue */
    const char *what_for;
} NEEDS[] = {
    {{"INFO"},                                          "to see whether it keeps updates"},
    {{"FUNCTION", "LOAD", "x"},                         "to bring the functions"},
    {{"FCALL", "bq_take", "1", "{%s}", "w", "free"},    "to work"},
    {{"FCALL_RO", "bq_survey", "1", "{%s}"},            "to look at the queue"},
    {{"XRANGE", "{%s}:updates", "-", "+"},              "to look at entries"},
    {{"XREADGROUP", "GROUP", "gateway", "sender", "STREAMS", "{%s}:replies", ">"}, "to send replies"},
    {{"HGETALL", "{%s}:meta"},                          "to look at state"},
    {{"SET", "{%s}:flood:1", "1"},                      "to keep a wait of Telegram"},
    {{"BGREWRITEAOF"},                                  "to make a torn file whole"},
    {{"CONFIG", "GET", "appendonly"},                   "where INFO says less"},
    {{"SCAN", "0"},                                     "to find waits"},
};
/* clang-format on */

static struct redis_command *dry_run(const struct session *session, const char *user,
                                     const struct need *need)
{
    struct redis_command *command = redis_command_new("ACL");

    redis_add_text(command, "DRYRUN");
    redis_add_text(command, user);
    for (size_t i = 0; i < WORDS_MAX && need->words[i]; i++) {
        const char *mark = strstr(need->words[i], "%s");
        char word[QUEUE_KEY_SIZE];

        if (mark) {
            (void)snprintf(word, sizeof(word), "%.*s%s%s", (int)(mark - need->words[i]),
                           need->words[i], session->settings->queue_prefix, mark + 2);
        } else {
            (void)snprintf(word, sizeof(word), "%s", need->words[i]);
        }
        redis_add_text(command, word);
    }
    return command;
}

/* The name of this user; "" when the server does not tell. */
static bool who_am_i(struct session *session, char out[], size_t out_size, struct err *err)
{
    struct redis_command *command = redis_command_new("ACL");
    struct redis_reply *reply = NULL;
    const char *name;

    redis_add_text(command, "WHOAMI");
    if (!redis_run_pipeline(queue_redis(session->queue), &command, 1, &reply, err)) {
        return false;
    }
    name = redis_reply_error(reply) ? NULL : redis_reply_text(reply, NULL);
    (void)snprintf(out, out_size, "%s", name ? name : "");
    redis_reply_free(reply);
    return true;
}

bool permissions_ask(struct session *session, enum permissions_answer *out, struct buf *out_refused,
                     struct err *err)
{
    struct redis_command *commands[ARRAY_LEN(NEEDS)];
    struct redis_reply *replies[ARRAY_LEN(NEEDS)] = {NULL};
    char user[128];

    if (!who_am_i(session, user, sizeof(user), err)) {
        return false;
    }
    *out = user[0] != '\0' ? PERMISSIONS_ALL : PERMISSIONS_NOT_KNOWN;
    if (*out == PERMISSIONS_NOT_KNOWN) {
        return true;
    }
    for (size_t i = 0; i < ARRAY_LEN(NEEDS); i++) {
        commands[i] = dry_run(session, user, &NEEDS[i]);
    }
    if (!redis_run_pipeline(queue_redis(session->queue), commands, ARRAY_LEN(NEEDS), replies,
                            err)) {
        return false;
    }
    for (size_t i = 0; i < ARRAY_LEN(NEEDS); i++) {
        const char *text = redis_reply_text(replies[i], NULL);

        if (redis_reply_error(replies[i])) { /* ACL itself, or DRYRUN, is not there for us */
            *out = PERMISSIONS_NOT_KNOWN;
        } else if (text && strcmp(text, "OK") != 0) {
            *out = *out == PERMISSIONS_ALL ? PERMISSIONS_SOME : *out;
            buf_addf(out_refused, "%s%s %s", out_refused->len > 0 ? ", " : "", NEEDS[i].words[0],
                     NEEDS[i].what_for);
        }
        redis_reply_free(replies[i]);
    }
    return true;
}
