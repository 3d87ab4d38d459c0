/* SPDX-License-Identifier: MIT */
/* Rights on their way between a file and a real Redis: all of them or none, once, and never an old
 * one. */
#include "shared/queue/seed.h"

#include "tests/integration/queue_world.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* A Redis that nobody has seeded. */
static int clear_world(void **state)
{
    (void)state;
    world_clear(&world);
    RAW_DO(&world, "DEL", WORLD_KEY("meta"));
    return 0;
}

/* Chat 10 with a grant and a name that it has created. */
static struct queue_seed *a_seed(const char *follower, const char *position)
{
    struct queue_seed *seed = queue_seed_new(world.worker, follower, position);

    queue_seed_access(seed, 10, "Boris");
    queue_seed_grant(seed, 10, "example.com", "ED");
    queue_seed_creator(seed, "new.example.com", 10);
    return seed;
}

static enum queue_seeded send_seed(struct queue_seed *seed, char mark[QUEUE_MARK_SIZE])
{
    enum queue_seeded seeded = QUEUE_SEED_BEHIND;
    struct err err = ERR_INIT;

    if (!queue_seed(world.worker, seed, &seeded, mark, &err)) {
        fail_msg("%s", err.message);
    }
    return seeded;
}

static bool push_one(int64_t update_id, int64_t chat_id, struct queue_push_result *out,
                     struct err *err)
{
    const struct queue_push_options options = world_push_options();
    const struct update update = world_update(update_id, chat_id);

    return queue_push(world.gateway, &options, &update, 1, out, err);
}

static void an_empty_redis_gets_everything_and_a_mark(void **state)
{
    char mark[QUEUE_MARK_SIZE] = "";
    char found[QUEUE_MARK_SIZE] = "";
    struct err err = ERR_INIT;

    (void)state;
    assert_true(queue_seed_mark(world.other, found, &err));
    assert_string_equal(found, "");
    assert_int_equal(send_seed(a_seed("journal-1", "0-0"), mark), QUEUE_SEED_DONE);
    assert_int_equal(strncmp(mark, "journal-1 1", strlen("journal-1 1")), 0);
    assert_true(queue_seed_mark(world.other, found, &err));
    assert_string_equal(found, mark);
    assert_string_equal(RAW_TEXT(&world, "HGET", WORLD_KEY("access"), "10"), "Boris");
    assert_string_equal(RAW_TEXT(&world, "HGET", WORLD_KEY("grants:10"), "example.com"), "ED");
    assert_string_equal(RAW_TEXT(&world, "HGET", WORLD_KEY("creators"), "new.example.com"), "10");
}

static void an_empty_file_seeds_nothing(void **state)
{
    char mark[QUEUE_MARK_SIZE] = "";

    (void)state;
    assert_int_equal(send_seed(queue_seed_new(world.worker, "journal-1", "0-0"), mark),
                     QUEUE_SEED_DONE);
    assert_int_equal(RAW_INT(&world, "EXISTS", WORLD_KEY("access")), 0);
    assert_int_not_equal(mark[0], '\0');
}

static void the_first_file_wins(void **state)
{
    char first[QUEUE_MARK_SIZE] = "";
    char second[QUEUE_MARK_SIZE] = "";
    char *before;
    char *after;

    (void)state;
    assert_int_equal(send_seed(queue_seed_new(world.worker, "journal-1", "0-0"), first),
                     QUEUE_SEED_DONE);
    before = world_snapshot(&world);
    assert_int_equal(send_seed(a_seed("journal-2", "0-0"), second), QUEUE_SEED_KEPT);
    after = world_snapshot(&world);
    assert_string_equal(before, after);
    assert_string_equal(first, second);
    free(before);
    free(after);
}

static void what_is_in_redis_is_newer_than_the_file(void **state)
{
    char mark[QUEUE_MARK_SIZE] = "";

    (void)state;
    RAW_DO(&world, "HSET", WORLD_KEY("grants:10"), "example.com", "");
    RAW_DO(&world, "HSET", WORLD_KEY("access"), "11", "by hand");
    assert_int_equal(send_seed(a_seed("journal-1", "0-0"), mark), QUEUE_SEED_DONE);
    assert_string_equal(RAW_TEXT(&world, "HGET", WORLD_KEY("grants:10"), "example.com"), "");
    assert_int_equal(RAW_INT(&world, "HLEN", WORLD_KEY("access")), 2);
}

static void a_file_behind_the_events_seeds_nothing(void **state)
{
    char mark[QUEUE_MARK_SIZE] = "";
    char *before;
    char *after;

    (void)state;
    RAW_DO(&world, "XADD", WORLD_KEY("events"), "50-3", "v", "1");
    before = world_snapshot(&world);
    assert_int_equal(send_seed(a_seed("journal-1", "50-2"), mark), QUEUE_SEED_BEHIND);
    after = world_snapshot(&world);
    assert_string_equal(before, after);
    assert_string_equal(mark, "");
    assert_int_equal(send_seed(a_seed("journal-1", "50-3"), mark), QUEUE_SEED_DONE);
    free(before);
    free(after);
}

/* Else a Redis on a host with a slow clock would give events IDs that the file has passed. */
static void events_go_on_where_the_file_stands(void **state)
{
    char mark[QUEUE_MARK_SIZE] = "";
    struct err err = ERR_INIT;

    (void)state;
    assert_true(queue_events_followed(world.worker, "journal-1", "9999999999999-7", false, &err));
    assert_int_equal(send_seed(a_seed("journal-1", "9999999999999-7"), mark), QUEUE_SEED_DONE);
    assert_string_equal(RAW_TEXT(&world, "XADD", WORLD_KEY("events"), "*", "v", "1"),
                        "9999999999999-8");
}

static void a_key_of_another_type_stops_it_before_it_has_begun(void **state)
{
    enum queue_seeded seeded;
    char mark[QUEUE_MARK_SIZE] = "";
    struct err err = ERR_INIT;
    char *before;
    char *after;

    (void)state;
    RAW_DO(&world, "SET", WORLD_KEY("creators"), "text");
    before = world_snapshot(&world);
    assert_false(queue_seed(world.worker, a_seed("journal-1", "0-0"), &seeded, mark, &err));
    assert_error(&err, ERR_REJECT, "creators: holds a string");
    after = world_snapshot(&world);
    assert_string_equal(before, after);
    free(before);
    free(after);
}

static void nobody_is_a_stranger_before_the_seed(void **state)
{
    struct queue_push_result result;
    char mark[QUEUE_MARK_SIZE] = "";
    struct err err = ERR_INIT;
    char *before;
    char *after;

    (void)state;
    before = world_snapshot(&world);
    assert_false(push_one(1, 10, &result, &err));
    assert_error(&err, ERR_RETRY, "waiting for a worker to seed Redis from its bot.db");
    after = world_snapshot(&world);
    assert_string_equal(before, after);
    assert_true(push_one(2, ANN, &result, &err)); /* an admin needs no right */
    assert_int_equal(result.added, 1);
    assert_int_equal(send_seed(a_seed("journal-1", "0-0"), mark), QUEUE_SEED_DONE);
    assert_true(push_one(1, 10, &result, &err));
    assert_int_equal(result.added, 1);
    assert_true(push_one(3, 12, &result, &err));
    assert_int_equal(result.stranger_count, 1);
    free(before);
    free(after);
}

/* ---- the other way ---- */

/* All rights of a kind as "chat name value" in the order they come. */
static size_t read_all(enum queue_rights_kind kind, const char *mark, bool found[], size_t size)
{
    char cursor[QUEUE_CURSOR_SIZE] = "0";
    size_t pages = 0;

    do {
        struct queue_rights *page = NULL;
        struct err err = ERR_INIT;

        assert_true(queue_rights_read(world.worker, kind, cursor, &page, &err));
        assert_string_equal(queue_rights_mark(page), mark);
        for (size_t i = 0; i < queue_rights_count(page); i++) {
            struct queue_right right = queue_rights_item(page, i);
            unsigned long number = strtoul(right.chat, NULL, 10);
            char expected[32];

            assert_true(number < size);
            (void)snprintf(expected, sizeof(expected), "n%lu.com", number);
            assert_string_equal(right.name, kind == QUEUE_RIGHTS_GRANTS ? expected : "");
            assert_string_equal(right.value, kind == QUEUE_RIGHTS_GRANTS ? "E" : "note");
            found[number] = true;
        }
        queue_rights_free(page);
        pages++;
    } while (strcmp(cursor, "0") != 0);
    return pages;
}

static void every_right_is_read_page_by_page(void **state)
{
    enum { CHATS = 3000 };
    static bool access[CHATS];
    static bool grants[CHATS];
    struct queue_seed *seed = queue_seed_new(world.worker, "journal-1", "0-0");
    char mark[QUEUE_MARK_SIZE] = "";

    (void)state;
    for (int64_t chat = 1; chat < CHATS; chat++) {
        char name[32];

        (void)snprintf(name, sizeof(name), "n%d.com", (int)chat);
        queue_seed_access(seed, chat, "note");
        queue_seed_grant(seed, chat, name, "E");
    }
    assert_int_equal(send_seed(seed, mark), QUEUE_SEED_DONE);
    RAW_DO(&world, "SET", WORLD_KEY("grants:7000"), "of another type");
    assert_true(read_all(QUEUE_RIGHTS_ACCESS, mark, access, CHATS) > 1);
    assert_true(read_all(QUEUE_RIGHTS_GRANTS, mark, grants, CHATS) > 1);
    for (size_t chat = 1; chat < CHATS; chat++) {
        assert_true(access[chat] && grants[chat]);
    }
}

static void an_emptied_redis_has_rights_of_nobody(void **state)
{
    char cursor[QUEUE_CURSOR_SIZE] = "0";
    struct queue_rights *page = NULL;
    struct err err = ERR_INIT;

    (void)state;
    assert_true(queue_rights_read(world.worker, QUEUE_RIGHTS_ACCESS, cursor, &page, &err));
    assert_string_equal(queue_rights_mark(page), "");
    assert_int_equal(queue_rights_count(page), 0);
    queue_rights_free(page);
}

/* ---- arguments that make no sense ---- */

struct refusal_row {
    const char *words[8];
    const char *says;
};

static const struct refusal_row REFUSALS[] = {
    {{"bq_seed", "1", "{t}"}, "name: missing"},
    {{"bq_seed", "1", "{t}", "journal-1", "now"}, "position: not the ID of an entry"},
    {{"bq_seed", "1", "{t}", "journal-1", "0-0", "access", "10"}, "value: missing"},
    {{"bq_seed", "1", "{t}", "journal-1", "0-0", "meta", "paused", "1"}, "meta: not a key"},
    {{"bq_rights", "1", "{t}", "creators", "0"}, "not access or grants"},
    {{"bq_rights", "1", "{t}", "access", "x"}, "not access or grants, and a cursor"},
    {{"bq_rights", "1", "{t}", "access", "0", "0"}, "1 arguments too many"},
};

static void what_makes_no_sense_is_refused(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(REFUSALS); i++) {
        struct redis_command *command = redis_command_new("FCALL");
        struct redis_reply *reply = NULL;
        struct err err = ERR_INIT;

        for (size_t word = 0; word < ARRAY_LEN(REFUSALS[i].words); word++) {
            if (REFUSALS[i].words[word]) {
                redis_add_text(command, REFUSALS[i].words[word]);
            }
        }
        assert_false(redis_run(world.raw, command, &reply, &err));
        assert_error(&err, ERR_REJECT, REFUSALS[i].says);
    }
    assert_int_equal(RAW_INT(&world, "EXISTS", WORLD_KEY("meta"), WORLD_KEY("access")), 0);
}

int main(void)
{
#define SEED_TEST(function) cmocka_unit_test_setup(function, clear_world)
    static const struct CMUnitTest TESTS[] = {
        SEED_TEST(an_empty_redis_gets_everything_and_a_mark),
        SEED_TEST(an_empty_file_seeds_nothing),
        SEED_TEST(the_first_file_wins),
        SEED_TEST(what_is_in_redis_is_newer_than_the_file),
        SEED_TEST(a_file_behind_the_events_seeds_nothing),
        SEED_TEST(events_go_on_where_the_file_stands),
        SEED_TEST(a_key_of_another_type_stops_it_before_it_has_begun),
        SEED_TEST(nobody_is_a_stranger_before_the_seed),
        SEED_TEST(every_right_is_read_page_by_page),
        SEED_TEST(an_emptied_redis_has_rights_of_nobody),
        SEED_TEST(what_makes_no_sense_is_refused),
    };

    return cmocka_run_group_tests_name("queue, seed", TESTS, world_set_up, world_tear_down);
}
