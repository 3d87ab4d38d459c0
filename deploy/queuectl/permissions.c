/* SPDX-License-Identifier: MIT */
#include "deploy/queuectl/permissions.h"

#include "shared/base/compiler.h"

#include <stdio.h>
#include <string.h>

enum { WORDS_MAX = 8 };

/* clang-format off */
static const struct need {
    enum permissions_duty duty;
    const char *words[WORDS_MAX]; /* %s is a key of the queue */
    const char *what_for;
} NEEDS[] = {
    {PERMISSIONS_LOOK,    {"INFO"},                                         "to see whether it keeps updates"},
    {PERMISSIONS_LOOK,    {"FCALL_RO", "bq_survey", "1", "{%s}"},           "to look at the queue"},
    {PERMISSIONS_LOOK,    {"XRANGE", "{%s}:updates", "-", "+"},             "to look at entries"},
    {PERMISSIONS_LOOK,    {"HGETALL", "{%s}:meta"},                         "to look at state"},
    {PERMISSIONS_LOOK,    {"SCAN", "0"},                                    "to find waits"},
    {PERMISSIONS_OPERATE, {"FCALL", "bq_pause", "1", "{%s}", "who", "why"}, "to change the queue"},
    {PERMISSIONS_OPERATE, {"HSET", "{%s}:meta", "paused", "1"},             "to pause it"},
    {PERMISSIONS_OPERATE, {"XDEL", "{%s}:dead", "1-1"},                     "to drop what is dead"},
    {PERMISSIONS_SERVE,   {"FUNCTION", "LOAD", "x"},                        "to bring the functions"},
    {PERMISSIONS_SERVE,   {"XREADGROUP", "GROUP", "workers", "w", "STREAMS", "{%s}:updates", ">"}, "to take updates"},
    {PERMISSIONS_SERVE,   {"BGREWRITEAOF"},                                 "to make a torn file whole"},
};
/* clang-format on */

enum permissions_answer permissions_judge(const struct permissions_tally *tally)
{
    static const enum permissions_answer ANSWERS[] = {
        [PERMISSIONS_LOOK] = PERMISSIONS_OF_READERS,
        [PERMISSIONS_OPERATE] = PERMISSIONS_OF_OPERATORS,
        [PERMISSIONS_SERVE] = PERMISSIONS_ALL,
    };
    enum permissions_answer answer = PERMISSIONS_SOME;
    bool ended = false;

    for (size_t i = 0; i < PERMISSIONS_DUTIES; i++) {
        bool whole = tally->granted[i] == tally->needs[i];

        if ((ended || !whole) && tally->granted[i] > 0) {
            return PERMISSIONS_SOME;
        }
        ended = ended || !whole;
        answer = ended ? answer : ANSWERS[i];
    }
    return answer;
}

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

/* Counts what is granted. False when ACL, or its DRYRUN, is not there for this user. */
static bool read_answer(const struct need *need, const struct redis_reply *reply,
                        struct permissions_tally *tally, struct buf *out_refused)
{
    const char *text = redis_reply_text(reply, NULL);

    tally->needs[need->duty]++;
    if (redis_reply_error(reply) || !text) {
        return false;
    }
    if (strcmp(text, "OK") == 0) {
        tally->granted[need->duty]++;
    } else {
        buf_addf(out_refused, "%s%s %s", out_refused->len > 0 ? ", " : "", need->words[0],
                 need->what_for);
    }
    return true;
}

bool permissions_ask(struct session *session, struct permissions *out, struct buf *out_refused,
                     struct err *err)
{
    struct redis_command *commands[ARRAY_LEN(NEEDS)];
    struct redis_reply *replies[ARRAY_LEN(NEEDS)] = {NULL};
    struct permissions_tally tally = {.needs = {0}};
    bool known = true;

    if (!who_am_i(session, out->user, sizeof(out->user), err)) {
        return false;
    }
    out->answer = PERMISSIONS_NOT_KNOWN;
    if (out->user[0] == '\0') {
        return true;
    }
    for (size_t i = 0; i < ARRAY_LEN(NEEDS); i++) {
        commands[i] = dry_run(session, out->user, &NEEDS[i]);
    }
    if (!redis_run_pipeline(queue_redis(session->queue), commands, ARRAY_LEN(NEEDS), replies,
                            err)) {
        return false;
    }
    for (size_t i = 0; i < ARRAY_LEN(NEEDS); i++) {
        known = read_answer(&NEEDS[i], replies[i], &tally, out_refused) && known;
        redis_reply_free(replies[i]);
    }
    out->answer = known ? permissions_judge(&tally) : PERMISSIONS_NOT_KNOWN;
    return true;
}
