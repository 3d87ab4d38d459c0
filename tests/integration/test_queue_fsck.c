/* SPDX-License-Identifier: MIT */
/* What surgery with redis-cli breaks is found, told, and repaired when asked to. */
#include "shared/base/buf.h"
#include "shared/base/mem.h"
#include "shared/queue/intent.h"
#include "tests/integration/queue_world.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { CALLS_MOST = 1000 };

/* All that a whole round finds, a line each; valid until the next call. */
static const char *findings(bool repair, int *out_calls)
{
    static char text[8192];
    char cursor[256] = "0";
    struct buf all;
    int calls = 0;

    buf_init(&all, sizeof(text) - 1);
    do {
        struct redis_reply *reply =
            repair ? RAW(&world, "FCALL", "bq_fsck", "1", "{t}", "repair", cursor, "ann", "why")
                   : RAW(&world, "FCALL", "bq_fsck", "1", "{t}", "check", cursor);

        for (size_t i = 1; i < redis_reply_count(reply); i++) {
            buf_addf(&all, "%s\n", redis_reply_text(redis_reply_item(reply, i), NULL));
        }
        (void)snprintf(cursor, sizeof(cursor), "%s",
                       redis_reply_text(redis_reply_item(reply, 0), NULL));
        redis_reply_free(reply);
        calls++;
        assert_true(calls < CALLS_MOST);
    } while (strcmp(cursor, "0") != 0);
    assert_true(buf_ok(&all));
    (void)snprintf(text, sizeof(text), "%s", buf_text(&all));
    buf_free(&all);
    if (out_calls) {
        *out_calls = calls;
    }
    return text;
}

/* ANN's 10 runs at w1, 11 and 12 are parked; BOB's 20 runs at w2, 21 is parked; 30 was given back.
 */
static struct queue_job *lay_out(void)
{
    struct queue_job *ann;
    struct queue_job *cid;
    struct err err = ERR_INIT;

    for (int64_t id = 10; id < 13; id++) {
        world_push(&world, id, ANN);
    }
    world_push(&world, 20, BOB);
    world_push(&world, 21, BOB);
    ann = world_take_id(world.worker, "w1", 10);
    queue_job_free(world_take_id(world.other, "w2", 20));
    assert_null(world_take(world.worker, "w1"));
    world_push(&world, 30, CID);
    cid = world_take_id(world.worker, "w1", 30);
    assert_true(queue_give_back(world.worker, "w1", queue_job_id(cid), &err));
    queue_job_free(cid);
    return ann;
}

/* Begins something of ANN's update, so that it has an intent. */
static void begin(const struct queue_job *job)
{
    const struct queue_intent intent = {
        .step = 1, .class = 'N', .what = "domain/delete x.ru", .before = "[]"};
    enum queue_may may = QUEUE_MAY_LOST;
    struct err err = ERR_INIT;
    struct buf text;

    buf_init(&text, 100);
    assert_true(queue_begin(world.worker, "w1", queue_job_id(job), &intent, &may, &text, &err));
    assert_int_equal(may, QUEUE_MAY_CALL);
    buf_free(&text);
}

/* Lua with `id(n)`, the ID of update n, and `key(name)`. */
static void surgery(const char *operation)
{
    char script[1024];

    (void)snprintf(script, sizeof(script),
                   "local function key(name) return '{t}:' .. name end"
                   " local function id(n) for _, e in ipairs(redis.call('XRANGE', key('updates'),"
                   " '-', '+')) do if string.match(e[1], '%%-(%%d+)$') == tostring(n) then"
                   " return e[1] end end end"
                   " local function member(chat, n) for _, m in ipairs(redis.call('ZRANGE',"
                   " key('parked'), 0, -1)) do if string.match(m, '^' .. chat .. '|%%d+%%-0*' .. n"
                   " .. '$') then return m end end end"
                   " %s",
                   operation);
    RAW_DO(&world, "EVAL", script, "0");
}

/* Everything that is left is carried out, each chat's in its order. Returns the ids, as "10 11". */
static const char *carry_out(void)
{
    static char text[256];
    int64_t last[EVE + 1] = {0};
    struct queue_job *job;
    struct buf all;
    bool dead = false;

    buf_init(&all, sizeof(text) - 1);
    surgery(
        "for _, c in ipairs(redis.call('XINFO', 'CONSUMERS', key('updates'), 'workers')) do"
        " if c[2] == 'w1' or c[2] == 'w2' then for _, e in ipairs(redis.call('XPENDING',"
        " key('updates'), 'workers', '-', '+', 100, c[2])) do redis.call('XCLAIM',"
        " key('updates'), 'workers', c[2], 0, e[1], 'IDLE', 3600000, 'JUSTID') end end end");
    while ((job = world_reap(world.other, "w3", &dead)) != NULL ||
           (job = world_take(world.other, "w3")) != NULL) {
        while (job) {
            struct update update;
            struct err err = ERR_INIT;

            assert_true(queue_job_update(job, &update, &err));
            assert_true(update.update_id > last[update.chat_id]);
            last[update.chat_id] = update.update_id;
            buf_addf(&all, "%s%d", all.len > 0 ? " " : "", (int)update.update_id);
            job = world_done(world.other, "w3", job);
        }
    }
    (void)snprintf(text, sizeof(text), "%s", buf_text(&all));
    buf_free(&all);
    world_assert_idle(&world);
    return text;
}

struct damage_row {
    const char *name;
    const char *operation; /* see surgery()                                   */
    const char *found;     /* parts that the findings have, '&' between them  */
    int count;             /* of findings                                     */
    int left;              /* updates that can still be carried out           */
};

/* clang-format off */
static struct damage_row damage_rows[] = {
    /* what it shows                           operation                                                              found                                                count left */
    {"a chat kept busy by nothing",            "redis.call('HSET', key('busy'), 4, '1-1')",                           "busy: chat 4 is kept busy by 1-1, which is not pending", 1, 6},
    {"a chat kept busy by nonsense",           "redis.call('HSET', key('busy'), 4, 'x')",                             "busy: chat 4 is kept busy by x, which is not",        1, 6},
    {"a running update that was removed",      "local i = id(20) redis.call('XACK', key('updates'), 'workers', i) redis.call('XDEL', key('updates'), i)",
                                                                                                                      "busy: chat 2 is kept busy by ",                       1, 5},
    {"a running update that was deleted",      "redis.call('XDEL', key('updates'), id(20))",                          "pending: &-20 of w2 does not exist",                  1, 5},
    {"a parked update that was deleted",       "redis.call('XDEL', key('updates'), id(11))",                          "pending: &-11 of _park does not exist",               1, 5},
    {"one given back that was deleted",        "redis.call('XDEL', key('updates'), id(30))",                          "pending: &-30 of _free does not exist",               1, 5},
    {"a chat forgotten in busy",               "redis.call('HDEL', key('busy'), 1)",                                  "pending: w1 has &-10, and chat 1 is not kept busy&parked: &-11 waits for chat 1, which is not busy", 3, 6},
    {"busy forgotten as a whole",              "redis.call('DEL', key('busy'))",                                      "pending: w1 has &-10&w2 has &-20&_free has &-30",     6, 6},
    {"parked forgotten as a whole",            "redis.call('DEL', key('parked'))",                                    "-11 of chat 1 is held by _park and not parked&-12 of chat 1&-21 of chat 2", 3, 6},
    {"busy and parked forgotten",              "redis.call('DEL', key('busy'), key('parked'))",                       "w1 has &-11 of chat 1 is held by _park",              6, 6},
    {"two parked for a chat that is free",     "local i = id(10) redis.call('XACK', key('updates'), 'workers', i) redis.call('XDEL', key('updates'), i) redis.call('HDEL', key('busy'), 1) redis.call('HDEL', key('intents'), '10/1') redis.call('HSET', key('intents'), '20/1', '{}')",
                                                                                                                      "parked: &-11 waits for chat 1&-12 waits for chat 1", 2, 5},
    {"the same, and forgotten in parked",      "local i = id(10) redis.call('XACK', key('updates'), 'workers', i) redis.call('XDEL', key('updates'), i) redis.call('DEL', key('busy'), key('parked')) redis.call('HDEL', key('intents'), '10/1') redis.call('HSET', key('intents'), '20/1', '{}')",
                                                                                                                      "-11 of chat 1 is held by _park",                      5, 5},
    {"a chat kept busy by a parked update",    "local i = id(20) redis.call('XACK', key('updates'), 'workers', i) redis.call('XDEL', key('updates'), i) redis.call('HSET', key('busy'), 2, id(21))",
                                                                                                                      "busy: chat 2 is kept busy by &-21, which is parked",  1, 5},
    {"a parked one that was acknowledged",     "redis.call('XACK', key('updates'), 'workers', id(11))",               "updates: &-11 of chat 1 was acknowledged and not deleted&parked: &-11 of chat 1 is not held", 2, 6},
    {"one given back that was acknowledged",   "redis.call('XACK', key('updates'), 'workers', id(30))",               "updates: &-30 of chat 3 was acknowledged&busy: chat 3 is kept busy by ", 2, 6},
    {"a running one that was acknowledged",    "redis.call('XACK', key('updates'), 'workers', id(20))",               "updates: &-20 of chat 2 was acknowledged&busy: chat 2 is kept busy by ", 2, 6},
    {"a parked one that is not held",          "redis.call('ZADD', key('parked'), 0, '1|00000000000000000001-00000000000000000001')",
                                                                                                                      "parked: 1-1 of chat 1 is not held by _park",          1, 6},
    {"nonsense that is parked",                "redis.call('ZADD', key('parked'), 0, 'x|y')",                         "parked: \"x|y\" is no chat and entry",                1, 6},
    {"an intent of nobody",                    "redis.call('HSET', key('intents'), '99/1', '{}')",                    "intents: 99/1 is of an update that nobody works on",  1, 6},
    {"a wish to cancel nothing",               "redis.call('HSET', key('intents'), '11/cancel', 'ann')",              "intents: 11/cancel is of an update that nobody",      1, 6},
    {"an intent of nonsense",                  "redis.call('HSET', key('intents'), 'x', '{}')",                       "intents: \"x\" is no update and step",                1, 6},
};
/* clang-format on */

static void assert_parts(const char *text, const char *parts)
{
    const char *at = text;
    char *copy = xstrdup(parts);
    char *rest = copy;

    for (char *part = strtok_r(copy, "&", &rest); part; part = strtok_r(NULL, "&", &rest)) {
        at = strstr(at, part);
        if (!at) {
            fail_msg("\"%s\" is not in its place in:\n%s", part, text);
        }
        at += strlen(part);
    }
    free(copy);
}

static int lines(const char *text)
{
    int count = 0;

    for (; *text != '\0'; text++) {
        count += *text == '\n' ? 1 : 0;
    }
    return count;
}

static int words(const char *text)
{
    int count = *text != '\0' ? 1 : 0;

    for (; *text != '\0'; text++) {
        count += *text == ' ' ? 1 : 0;
    }
    return count;
}

static void damage_is_found_and_repaired(void **state)
{
    const struct damage_row *row = *state;
    struct queue_job *ann = lay_out();
    char *before;
    char *after;

    begin(ann);
    assert_string_equal(findings(false, NULL), "");
    surgery(row->operation);
    before = world_snapshot(&world);
    assert_parts(findings(false, NULL), row->found);
    assert_int_equal(lines(findings(false, NULL)), row->count);
    after = world_snapshot(&world);
    assert_string_equal(before, after); /* looking changes nothing */
    assert_non_null(strstr(findings(true, NULL), ": repaired\n"));
    assert_string_equal(findings(false, NULL), "");
    assert_int_equal(RAW_INT(&world, "HLEN", "{t}:intents"), 1); /* what runs keeps its intent */
    assert_int_equal(words(carry_out()), row->left);
    free(before);
    free(after);
    queue_job_free(ann);
}

static void a_sound_queue_is_left_alone(void **state)
{
    struct queue_job *ann = lay_out();
    char *before;
    char *after;

    (void)state;
    before = world_snapshot(&world);
    assert_string_equal(findings(true, NULL), "");
    after = world_snapshot(&world);
    assert_string_equal(before, after);
    free(before);
    free(after);
    queue_job_free(ann);
}

static void what_cannot_be_repaired_is_told(void **state)
{
    struct queue_job *ann = lay_out();

    (void)state;
    surgery(
        "redis.call('XCLAIM', key('updates'), 'workers', 'w2', 0, id(11))"
        " redis.call('ZREM', key('parked'), member(1, 11))");
    assert_parts(findings(true, NULL), "pending: w2 has &-11, and chat 1 is not kept busy by it\n");
    assert_string_equal(RAW_TEXT(&world, "HGET", "{t}:busy", "1"), queue_job_id(ann));
    queue_job_free(ann);
}

static void a_repair_is_logged(void **state)
{
    (void)state;
    RAW_DO(&world, "HSET", "{t}:busy", "4", "1-1");
    (void)findings(true, NULL);
    assert_string_equal(world_only_field("{t}:events", "action"), "operator.fsck");
    assert_string_equal(world_only_field("{t}:events", "user"), "ann");
    assert_string_equal(world_only_field("{t}:events", "target"), "busy");
    assert_non_null(strstr(world_only_field("{t}:events", "before"), "chat 4 is kept busy"));
}

static void a_lost_intent_becomes_an_unknown_outcome(void **state)
{
    (void)state;
    RAW_DO(&world, "HSET", "{t}:intents", "99/1",
           "{\"state\":\"begun\",\"what\":\"domain/delete x.ru\",\"before\":\"[]\"}");
    (void)findings(true, NULL);
    assert_non_null(strstr(RAW_TEXT(&world, "HGET", "{t}:unknown", "99"), "domain/delete x.ru"));
    assert_int_equal(RAW_INT(&world, "HLEN", "{t}:intents"), 0);
}

/* What was in it is lost; nobody has missed the group yet. */
static void a_deleted_stream_keeps_no_chat_busy(void **state)
{
    (void)state;
    queue_job_free(lay_out());
    RAW_DO(&world, "DEL", "{t}:updates");
    assert_true(strstr(findings(false, NULL), "which is not pending") != NULL);
    assert_true(strstr(findings(true, NULL), "repaired") != NULL);
    assert_string_equal(findings(false, NULL), "");
    assert_int_equal(RAW_INT(&world, "HLEN", "{t}:busy"), 0);
    assert_int_equal(RAW_INT(&world, "ZCARD", "{t}:parked"), 0);
}

/* Each call looks at a part: a long queue takes many. */
static void no_call_looks_at_everything(void **state)
{
    struct redis_reply *reply;
    int calls = 0;

    (void)state;
    surgery(
        "for i = 1, 3000 do redis.call('XADD', key('updates'), '1000-' .. i, 'v', 1,"
        " 'update_id', i, 'chat_id', i % 2 + 1, 'user_id', 1, 'user', '', 'kind', 'message',"
        " 'text', 'x', 'payload', '{}', 'received_ms', 1, 'deadline_ms', 1) end");
    for (int i = 0; i < 60; i++) {
        queue_job_free(world_take(world.worker, "w1"));
    }
    assert_int_equal(RAW_INT(&world, "ZCARD", "{t}:parked"), 2998);
    assert_string_equal(findings(false, &calls), "");
    assert_in_range(calls, 3 * 2998 / 250, 3 * 2998 / 250 + 8);
    RAW_DO(&world, "DEL", "{t}:parked");
    reply = RAW(&world, "FCALL", "bq_fsck", "1", "{t}", "repair", "pending:0", "ann", "why");
    assert_int_equal(redis_reply_count(reply), 1 + 250 - 2); /* two run */
    redis_reply_free(reply);
    assert_int_equal(RAW_INT(&world, "ZCARD", "{t}:parked"), 250 - 2);
}

/* ---- main ---- */

/* clang-format off */
static struct world_argument_row argument_rows[] = {
    /* what it shows                  call                                    answer */
    {"fsck: another mode",            "bq_fsck 1 {t} look 0",                 "ERR bq_fsck: mode: not check or repair"},
    {"fsck: no cursor",               "bq_fsck 1 {t} check",                  "ERR bq_fsck: cursor: missing"},
    {"fsck: another cursor",          "bq_fsck 1 {t} check dead:0",           "ERR bq_fsck: cursor: neither 0 nor what an earlier call answered"},
    {"fsck: nobody repairs",          "bq_fsck 1 {t} repair 0",               "ERR bq_fsck: who: missing"},
    {"fsck: a repair for no reason",  "bq_fsck 1 {t} repair 0 ann",           "ERR bq_fsck: why: missing"},
    {"fsck: too many",                "bq_fsck 1 {t} check 0 ann",            "ERR bq_fsck: 1 arguments too many"},
};

static const struct CMUnitTest TESTS[] = {
    BEHAVIOUR("a sound queue is left alone",                a_sound_queue_is_left_alone),
    BEHAVIOUR("what cannot be repaired is told",            what_cannot_be_repaired_is_told),
    BEHAVIOUR("a repair is logged",                         a_repair_is_logged),
    BEHAVIOUR("a lost intent becomes an unknown outcome",   a_lost_intent_becomes_an_unknown_outcome),
    BEHAVIOUR("a deleted stream keeps no chat busy",        a_deleted_stream_keeps_no_chat_busy),
    BEHAVIOUR("no call looks at everything",                no_call_looks_at_everything),
};
/* clang-format on */

int main(void)
{
    struct CMUnitTest tests[ARRAY_LEN(TESTS) + ARRAY_LEN(argument_rows) + ARRAY_LEN(damage_rows)];
    size_t count = ARRAY_LEN(TESTS);

    memcpy(tests, TESTS, sizeof(TESTS));
    count = world_add_arguments(tests, count, argument_rows, ARRAY_LEN(argument_rows));
    for (size_t i = 0; i < ARRAY_LEN(damage_rows); i++) {
        tests[count++] = (struct CMUnitTest){damage_rows[i].name, damage_is_found_and_repaired,
                                             world_fresh, NULL, &damage_rows[i]};
    }
    return cmocka_run_group_tests_name("queue, fsck", tests, world_set_up, world_tear_down);
}
