/* SPDX-License-Identifier: MIT */
/* Full memory: which functions are refused, and that all others do the same as ever. */
#include "shared/base/buf.h"
#include "shared/base/mem.h"
#include "tests/integration/queue_world.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <ctype.h>
#include <inttypes.h>

/* Of the world that each call starts from. */
enum thing { RUNNING, PARKED, WAITING, BEGUN, DEAD_UPDATE, REPLY, THING_COUNT };

static char ids[THING_COUNT][REDIS_ID_SIZE];

/* The ID of the last entry of a stream. */
static void keep_id(enum thing thing, const char *stream)
{
    struct redis_reply *range = RAW(&world, "XREVRANGE", stream, "+", "-", "COUNT", "1");
    const struct redis_reply *entry = redis_reply_item(range, 0);

    (void)snprintf(ids[thing], sizeof(ids[thing]), "%s",
                   redis_reply_text(redis_reply_item(entry, 0), NULL));
    redis_reply_free(range);
}

/* A little of everything: see enum thing. */
static void lay_out(void)
{
    world_clear(&world);
    RAW_DO(&world, "HSET", "{t}:access", "1", "ann");
    world_push(&world, 9, DAN);
    world_let_die(world_take_id(world.worker, "w1", 9));
    keep_id(DEAD_UPDATE, "{t}:dead");
    keep_id(REPLY, "{t}:replies");
    RAW_DO(&world, "XREADGROUP", "GROUP", GROUP_GATEWAY, "sender", "STREAMS", "{t}:replies", ">");
    world_push(&world, 10, ANN);
    keep_id(RUNNING, "{t}:updates");
    queue_job_free(world_take_id(world.worker, "w1", 10));
    world_push(&world, 11, ANN);
    keep_id(PARKED, "{t}:updates");
    assert_null(world_take(world.worker, "w1"));
    world_push(&world, 12, CID);
    keep_id(BEGUN, "{t}:updates");
    queue_job_free(world_take_id(world.worker, "w1", 12));
    assert_string_equal(
        RAW_TEXT(&world, "EVAL",
                 "return redis.call('HSET', KEYS[1], '12/1', '{\"state\":\"begun\"}') .. ''", "1",
                 "{t}:intents"),
        "1");
    world_push(&world, 20, BOB);
    keep_id(WAITING, "{t}:updates");
    world_age(&world, "w1", ids[RUNNING]);
    RAW_DO(&world, "DEL", "{t}:seen:7"); /* is sorted by the time */
}

struct call_row {
    const char *name;
    const char *words;  /* after FCALL; %R, %P, %W, %B, %D, %O: see enum thing               */
    const char *answer; /* how it begins                                        */
};

/* Adds a word with its letters replaced. */
static void add_word(struct redis_command *command, const char *word, size_t len)
{
    static const char LETTERS[] = "RPWBDO";
    char text[128] = "";

    assert_true(len < sizeof(text));
    if (len == 2 && word[0] == '%') {
        const char *letter = strchr(LETTERS, word[1]);

        assert_non_null(letter);
        redis_add_text(command, ids[letter - LETTERS]);
        return;
    }
    memcpy(text, word, len);
    redis_add_text(command, strcmp(text, "''") == 0 ? "" : text);
}

/* The answer as text; owned by the caller. */
static char *call(const char *words)
{
    struct redis_command *command = redis_command_new("FCALL");
    struct redis_reply *reply = NULL;
    const struct redis_reply *first;
    struct err err = ERR_INIT;
    char number[24];
    int64_t value;
    char *text;
    size_t len = strcspn(words, " ");

    add_word(command, words, len);
    redis_add_text(command, "1");
    redis_add_text(command, "{t}");
    while (words[len] != '\0') {
        words += len + 1;
        len = strcspn(words, " ");
        add_word(command, words, len);
    }
    assert_true(redis_run_pipeline(world.raw, &command, 1, &reply, &err));
    first = redis_reply_count(reply) > 0 ? redis_reply_item(reply, 0) : reply;
    if (redis_reply_int(first, &value)) {
        (void)snprintf(number, sizeof(number), "%" PRId64, value);
        text = xstrdup(number);
    } else {
        text = xstrdup(redis_reply_error(reply) ? redis_reply_error(reply)
                                                : redis_reply_text(first, NULL));
    }
    redis_reply_free(reply);
    return text;
}

/*
 * All keys, with T for what depends on the time: numbers of ten digits and more, entry IDs, and how
 * long something took.
 */
static char *timeless_snapshot(void)
{
    char *text = world_snapshot(&world);
    size_t to = 0;

    for (const char *from = text; *from != '\0';) {
        size_t digits = strspn(from, "0123456789");
        bool duration = digits > 0 && to >= 4 && memcmp(text + to - 4, "_ms ", 4) == 0;

        if (digits < 10 && !duration) {
            size_t len = digits > 0 ? digits : 1;

            memmove(text + to, from, len);
            to += len;
            from += len;
            continue;
        }
        text[to++] = 'T';
        from += digits;
        from += *from == '-' ? 1 + strspn(from + 1, "0123456789") : 0;
    }
    text[to] = '\0';
    return text;
}

/* clang-format off */
static struct call_row call_rows[] = {
    /* what it shows                     call                                                                       answer */
    {"version is told",                  "bq_version",                                                              "14"},
    {"how everything stands is told",    "bq_survey",                                                               "{\"now_ms\":"},
    {"the server is prepared",           "bq_prepare",                                                              "OK"},
    {"nothing is let in",                "bq_push 7 1000 300 1 1 1 4 update_id 30 chat_id 1 kind message v 1",      "OOM "},
    {"an update is taken",               "bq_take w2 free",                                                         "RUN"},
    {"a lease is renewed",               "bq_beat w1 %R",                                                           "1"},
    {"a call begins",                    "bq_begin w1 %R 1 N what before",                                          "CALL"},
    {"a call's result is recorded",      "bq_record w1 %B 1 done",                                                  "OK"},
    {"a name is held",                   "bq_hold w1 %R shop.example.com 60000",                                    "OK"},
    {"an update is given back",          "bq_give_back w1 %R",                                                      "OK"},
    {"progress is told",                 "bq_emit w1 %R 1 1 v 1 0 0",                                               "OK"},
    {"an update is finished",            "bq_done w1 %R 1 1 1 v 1 1 1 v 1 1 HSET access 5 eve",                     "OK"},
    {"an expired update is taken over",  "bq_reap w2 60000 3 sorry perhaps",                                        "RUN"},
    {"an update is given up",            "bq_reap w2 60000 1 sorry perhaps",                                        "DEAD"},
    {"the limit is asked",               "bq_limit account 1 60 60000",                                             "0"},
    {"the limit is hit",                 "bq_limit_hit account 1000",                                               "OK"},
    {"an announcement is made",          "bq_announce commands 1 1 1 v 1 0 0",                                      "OK"},
    {"a reply is settled",               "bq_sent %O u9 77",                                                        "1"},
    {"a part of a reply is delivered",   "bq_part u9.1 77 9 4 delivered 1 method sendMessage",                      "1"},
    {"a reply is given up",              "bq_dead %O blocked",                                                      "1"},
    {"the gateway's lease is acquired",  "bq_lease gw 15000 acquire",                                               "1"},
    {"a process reports",                "bq_report web1-5 {}",                                                     "0"},
    {"administrators are told",          "bq_notice 0-0 1-1 0 1 1 v 1 0 0",                                         "0"},
    {"whoever looks for alarms has a turn", "bq_alarm_turn 10000",                                                 ""},
    {"administrators are told of an alarm", "bq_alarm 1 dead '' {} 1 1 v 1 0 0",                                     "1"},
    {"events are let go",                "bq_followed bot.db 9999999999999-0",                                      "1"},
    {"the queue is paused",              "bq_pause ann why",                                                        "paused"},
    {"what runs is released",            "bq_release %R ann why",                                                   "w1 had"},
    {"what waits is dropped",            "bq_drop %W ann why text",                                                 ""},
    {"what is parked is dropped",        "bq_drop %P ann why text",                                                 ""},
    {"what is dead is dropped",          "bq_drop %D ann why ''",                                                   ""},
    {"what waits is cancelled",          "bq_cancel %W ann why text",                                               "update 20 is cancelled"},
    {"what runs is cancelled",           "bq_cancel 10 ann why text",                                               "w1 works on it"},
    {"what is dead is not tried again",  "bq_retry %D ann why",                                                     "OOM "},
    {"a consumer is removed",            "bq_rm_consumer w2 ann why",                                               "w2 is removed"},
    {"limits are set",                   "bq_set_limits account 60/60 ann why",                                     "for account 60/60 holds"},
    {"an outcome is settled",            "bq_settle 77 done ann why",                                               "NOT_FOUND "},
    {"a wait is looked for",             "bq_clear_wait account ann why",                                           "NOT_FOUND "},
    {"the queue is looked at",           "bq_fsck repair 0 ann why",                                                "busy:0"},
    {"rights are not seeded",            "bq_seed journal-1 9999999999999-0 access 10 boris",                       "OOM "},
    {"the steps of an update are read",  "bq_trace 9 ''",                                                           ""},
    {"where an update is is told",       "bq_where 10",                                                             "10"},
    {"rights are read",                  "bq_rights access 0",                                                      ""},
};
/* clang-format on */

static void full_memory_changes_nothing_else(void **state)
{
    const struct call_row *row = *state;
    char *answer;
    char *usual;
    char *full;

    lay_out();
    if (strcmp(row->answer, "OOM ") != 0) {
        free(call(row->words));
    }
    usual = timeless_snapshot();
    lay_out();
    RAW_DO(&world, "CONFIG", "SET", "maxmemory", "1");
    answer = call(row->words);
    if (strncmp(answer, row->answer, strlen(row->answer)) != 0 ||
        (strcmp(row->answer, "OOM ") != 0 && strncmp(answer, "OOM ", 4) == 0)) {
        fail_msg("%s", answer);
    }
    RAW_DO(&world, "CONFIG", "SET", "maxmemory", "0");
    full = timeless_snapshot();
    assert_string_equal(full, usual);
    free(answer);
    free(usual);
    free(full);
}

static int free_memory(void **state)
{
    (void)state;
    RAW_DO(&world, "CONFIG", "SET", "maxmemory", "0");
    return 0;
}

/* Every function of the library has its row: a new one has to be thought about. */
static void every_function_is_shown(void **state)
{
    struct redis_reply *list = RAW(&world, "FUNCTION", "LIST");
    const struct redis_reply *library = redis_reply_item(list, 0);
    const struct redis_reply *functions = NULL;

    (void)state;
    for (size_t i = 0; i + 1 < redis_reply_count(library); i += 2) {
        if (strcmp(redis_reply_text(redis_reply_item(library, i), NULL), "functions") == 0) {
            functions = redis_reply_item(library, i + 1);
        }
    }
    assert_true(redis_reply_count(functions) > 0);
    for (size_t i = 0; i < redis_reply_count(functions); i++) {
        const char *name =
            redis_reply_text(redis_reply_item(redis_reply_item(functions, i), 1), NULL);
        size_t len = strlen(name);
        bool shown = strcmp(name, "bq_resume") == 0; /* as bq_pause */

        for (size_t j = 0; j < ARRAY_LEN(call_rows); j++) {
            const char *words = call_rows[j].words;

            shown = shown ||
                    (strncmp(words, name, len) == 0 && !isalpha(words[len]) && words[len] != '_');
        }
        if (!shown) {
            fail_msg("%s has no row", name);
        }
    }
    redis_reply_free(list);
}

int main(void)
{
    struct CMUnitTest tests[ARRAY_LEN(call_rows) + 1];
    size_t count = 0;

    tests[count++] =
        (struct CMUnitTest)BEHAVIOUR("every function has its row", every_function_is_shown);
    for (size_t i = 0; i < ARRAY_LEN(call_rows); i++) {
        tests[count++] = (struct CMUnitTest){call_rows[i].name, full_memory_changes_nothing_else,
                                             world_fresh, free_memory, &call_rows[i]};
    }
    return cmocka_run_group_tests_name("queue, full memory", tests, world_set_up, world_tear_down);
}
