/* SPDX-License-Identifier: MIT */
/* gateway/pace.c and gateway/outbox.c with a clock made of numbers. */
#include "gateway/outbox.h"
#include "gateway/pace.h"
#include "shared/base/compiler.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

enum { START = 1000000, GROUP = -1001, NEVER = -1 };

static size_t released;

static void count_release(void *load)
{
    (void)load;
    released++;
}

/* Entry `id` of `chat_id`; the load is the id itself. */
static bool add(struct outbox *outbox, const char *id, int64_t chat_id, bool answer)
{
    union {
        const char *text;
        void *load;
    } id_as = {.text = id}; /* never written through */

    return outbox_add(outbox, &(struct outbox_entry){
                                  .id = id,
                                  .chat_id = chat_id,
                                  .answer = answer,
                                  .bytes = 10,
                                  .load = id_as.load,
                              });
}

static void add_message(struct outbox *outbox, const char *id, int64_t chat_id)
{
    assert_true(add(outbox, id, chat_id, false));
}

/* The entry that goes next, as its id; "" for none. *out_item: to end it with. */
static const char *next(struct outbox *outbox, int64_t now_ms, struct outbox_item **out_item)
{
    *out_item = outbox_next(outbox, now_ms);
    return *out_item ? outbox_load(*out_item) : "";
}

/* Sends what is due at `now_ms` and counts it. */
static size_t send_all(struct outbox *outbox, int64_t now_ms)
{
    struct outbox_item *item;
    size_t sent = 0;

    for (item = outbox_next(outbox, now_ms); item; item = outbox_next(outbox, now_ms)) {
        outbox_remove(outbox, item);
        sent++;
    }
    return sent;
}

/* The doomed entry that is buried next, as its id; "" for none. Removes it. */
static const char *bury(struct outbox *outbox, const char *reason)
{
    const char *found = NULL;
    struct outbox_item *item = outbox_next_doomed(outbox, &found);
    const char *id = item ? outbox_load(item) : "";

    if (item) {
        assert_string_equal(found, reason);
        outbox_remove(outbox, item);
    }
    return id;
}

static void what_waits_for_a_chat_out_of_reach_is_buried_at_once(void **state)
{
    struct outbox *outbox = outbox_new(true);
    struct outbox_item *first;
    struct outbox_item *other;

    (void)state;
    add_message(outbox, "1", 7);
    add_message(outbox, "2", 7);
    add_message(outbox, "3", 7);
    add_message(outbox, "4", 8);
    assert_true(add(outbox, "5", 7, true));
    assert_string_equal(next(outbox, 0, &other), "5"); /* an answer to a press is not concerned */
    outbox_remove(outbox, other);
    assert_string_equal(next(outbox, 0, &first), "1");
    assert_int_equal(outbox_doom(first, "blocked"), 2);
    add_message(outbox, "6", 7);                      /* comes later, and is tried */
    assert_string_equal(bury(outbox, "blocked"), ""); /* its turn comes after the first */
    outbox_remove(outbox, first);
    outbox_hold_all(outbox, 1000000);
    assert_string_equal(bury(outbox, "blocked"), "2");
    assert_string_equal(bury(outbox, "blocked"), "3");
    assert_string_equal(bury(outbox, "blocked"), "");
    assert_string_equal(next(outbox, 1000000, &other), "4");
    assert_string_equal(next(outbox, 1000000, &other), "6");
    outbox_free(outbox, count_release);
}

static void a_doomed_entry_is_never_sent(void **state)
{
    struct outbox *outbox = outbox_new(true);
    struct outbox_item *item;

    (void)state;
    add_message(outbox, "1", 7);
    add_message(outbox, "2", 7);
    assert_string_equal(next(outbox, 0, &item), "1");
    assert_int_equal(outbox_doom(item, "blocked"), 1);
    outbox_remove(outbox, item);
    assert_string_equal(next(outbox, 1000000, &item), "");
    assert_int_equal(outbox_wait_ms(outbox, 0), -1);
    outbox_free(outbox, count_release);
}

static void one_chat_is_served_in_order_one_at_a_time(void **state)
{
    struct outbox *outbox = outbox_new(true);
    struct outbox_item *item;
    struct outbox_item *second;

    (void)state;
    add_message(outbox, "1", 7);
    add_message(outbox, "2", 7);
    assert_string_equal(next(outbox, START, &item), "1");
    assert_string_equal(next(outbox, START, &second), "");
    outbox_remove(outbox, item);
    assert_string_equal(next(outbox, START, &item), "2");
    outbox_remove(outbox, item);
    assert_int_equal(outbox_room(outbox), OUTBOX_MAX);
    outbox_free(outbox, count_release);
}

static void chats_take_turns(void **state)
{
    struct outbox *outbox = outbox_new(false);
    struct outbox_item *items[3];

    (void)state;
    add_message(outbox, "a1", 1);
    add_message(outbox, "a2", 1);
    add_message(outbox, "b1", 2);
    add_message(outbox, "c1", 3);
    assert_string_equal(next(outbox, START, &items[0]), "a1");
    outbox_remove(outbox, items[0]);
    assert_string_equal(next(outbox, START, &items[0]), "b1");
    assert_string_equal(next(outbox, START, &items[1]), "c1");
    assert_string_equal(next(outbox, START, &items[2]), "a2");
    outbox_remove(outbox, items[0]);
    outbox_remove(outbox, items[1]);
    outbox_remove(outbox, items[2]);
    outbox_free(outbox, count_release);
}

static void a_chat_gets_a_burst_of_three_and_then_one_a_second(void **state)
{
    struct outbox *outbox = outbox_new(true);
    char ids[6][8];

    (void)state;
    for (size_t i = 0; i < 6; i++) {
        (void)snprintf(ids[i], sizeof(ids[i]), "%zu", i);
        add_message(outbox, ids[i], 7);
    }
    assert_int_equal(send_all(outbox, START), 3);
    assert_int_equal(outbox_wait_ms(outbox, START), 1000);
    assert_int_equal(send_all(outbox, START + 999), 0);
    assert_int_equal(send_all(outbox, START + 1000), 1);
    assert_int_equal(send_all(outbox, START + 1001), 0);
    assert_int_equal(send_all(outbox, START + 3000), 2);
    assert_int_equal(outbox_wait_ms(outbox, START + 3000), NEVER);
    outbox_free(outbox, count_release);
}

static void a_group_gets_twenty_a_minute(void **state)
{
    struct outbox *outbox = outbox_new(true);
    char ids[30][8];
    size_t sent = 0;
    int64_t now_ms = START;

    (void)state;
    for (size_t i = 0; i < 30; i++) {
        (void)snprintf(ids[i], sizeof(ids[i]), "%zu", i);
        add_message(outbox, ids[i], GROUP);
    }
    for (; now_ms < START + 60000; now_ms += 100) {
        sent += send_all(outbox, now_ms);
    }
    assert_int_equal(sent, 20);
    for (; now_ms < START + 120000; now_ms += 100) {
        sent += send_all(outbox, now_ms);
    }
    assert_int_equal(sent, 30);
    outbox_free(outbox, count_release);
}

static void all_chats_together_get_28_a_second(void **state)
{
    struct outbox *outbox = outbox_new(true);
    char ids[60][8];

    (void)state;
    for (size_t i = 0; i < 60; i++) {
        (void)snprintf(ids[i], sizeof(ids[i]), "%zu", i);
        add_message(outbox, ids[i], (int64_t)i + 1);
    }
    assert_int_equal(send_all(outbox, START), 28);
    assert_int_equal(outbox_wait_ms(outbox, START), 1000);
    assert_int_equal(send_all(outbox, START + 999), 0);
    assert_int_equal(send_all(outbox, START + 1000), 28);
    assert_int_equal(send_all(outbox, START + 2000), 4);
    outbox_free(outbox, count_release);
}

static void without_limits_everything_goes_at_once(void **state)
{
    struct outbox *outbox = outbox_new(false);
    char ids[60][8];

    (void)state;
    for (size_t i = 0; i < 60; i++) {
        (void)snprintf(ids[i], sizeof(ids[i]), "%zu", i);
        add_message(outbox, ids[i], i % 2 == 0 ? GROUP : 7);
    }
    assert_int_equal(send_all(outbox, START), 60);
    outbox_free(outbox, count_release);
}

static void so_many_calls_are_under_way_and_no_more(void **state)
{
    struct outbox *outbox = outbox_new(false);
    struct outbox_item *items[OUTBOX_UNDER_WAY_MAX];
    struct outbox_item *more;
    char ids[OUTBOX_UNDER_WAY_MAX + 1][8];

    (void)state;
    for (size_t i = 0; i <= OUTBOX_UNDER_WAY_MAX; i++) {
        (void)snprintf(ids[i], sizeof(ids[i]), "%zu", i);
        add_message(outbox, ids[i], (int64_t)i + 1);
    }
    for (size_t i = 0; i < OUTBOX_UNDER_WAY_MAX; i++) {
        assert_string_not_equal(next(outbox, START, &items[i]), "");
    }
    assert_string_equal(next(outbox, START, &more), "");
    assert_int_equal(outbox_wait_ms(outbox, START), NEVER); /* until a call ends */
    outbox_remove(outbox, items[5]);
    assert_string_not_equal(next(outbox, START, &more), "");
    outbox_remove(outbox, more);
    for (size_t i = 0; i < OUTBOX_UNDER_WAY_MAX; i++) {
        if (i != 5) {
            outbox_remove(outbox, items[i]);
        }
    }
    outbox_free(outbox, count_release);
}

static void a_retried_entry_stays_first_and_holds_its_chat_only(void **state)
{
    struct outbox *outbox = outbox_new(true);
    struct outbox_item *item;

    (void)state;
    add_message(outbox, "a1", 1);
    add_message(outbox, "a2", 1);
    add_message(outbox, "b1", 2);
    assert_string_equal(next(outbox, START, &item), "a1");
    outbox_retry(outbox, item, START + 5000);
    assert_string_equal(next(outbox, START, &item), "b1");
    outbox_remove(outbox, item);
    assert_string_equal(next(outbox, START + 4999, &item), "");
    assert_int_equal(outbox_wait_ms(outbox, START + 4000), 1000);
    assert_string_equal(next(outbox, START + 5000, &item), "a1");
    outbox_remove(outbox, item);
    assert_string_equal(next(outbox, START + 5000, &item), "a2");
    outbox_remove(outbox, item);
    outbox_free(outbox, count_release);
}

static void a_flood_of_hours_is_obeyed_to_the_millisecond(void **state)
{
    struct outbox *outbox = outbox_new(true);
    struct outbox_item *item;
    int64_t until_ms = START + 10072000;

    (void)state;
    add_message(outbox, "a1", 1);
    add_message(outbox, "b1", 2);
    assert_string_equal(next(outbox, START, &item), "a1");
    outbox_flooded(outbox, item, until_ms, START);
    assert_string_equal(next(outbox, START, &item), "b1"); /* another chat flows */
    outbox_remove(outbox, item);
    assert_int_equal(outbox_wait_ms(outbox, START), 10072000);
    assert_string_equal(next(outbox, until_ms - 1, &item), "");
    assert_string_equal(next(outbox, until_ms, &item), "a1");
    outbox_remove(outbox, item);
    outbox_free(outbox, count_release);
}

static void what_redis_knows_of_a_flood_holds_the_chat(void **state)
{
    struct outbox *outbox = outbox_new(true);
    struct outbox_item *item;

    (void)state;
    assert_false(outbox_knows_chat(outbox, 1));
    outbox_hold_chat(outbox, 1, START + 3000);
    assert_true(outbox_knows_chat(outbox, 1));
    add_message(outbox, "a1", 1);
    assert_string_equal(next(outbox, START, &item), "");
    assert_string_equal(next(outbox, START + 3000, &item), "a1");
    outbox_remove(outbox, item);
    outbox_free(outbox, count_release);
}

static void what_a_person_ends_in_redis_holds_no_longer(void **state)
{
    struct outbox *outbox = outbox_new(true);
    struct outbox_item *item;
    int64_t chats[2] = {0, 0};

    (void)state;
    outbox_hold_chat(outbox, 7, START + 3600000);
    assert_int_equal(outbox_held_chats(outbox, START, chats, 2), 0); /* nothing waits for it */
    add_message(outbox, "1", 7);
    add_message(outbox, "2", 8);
    assert_string_equal(next(outbox, START, &item), "2");
    outbox_retry(outbox, item, START + 3600000); /* its own failure, of which Redis knows nothing */
    assert_int_equal(outbox_held_chats(outbox, START, chats, 2), 1);
    assert_int_equal(chats[0], 7);
    outbox_release_chat(outbox, 7);
    outbox_release_chat(outbox, 8);
    assert_int_equal(outbox_held_chats(outbox, START, chats, 2), 0);
    assert_string_equal(next(outbox, START, &item), "1");
    outbox_remove(outbox, item);
    assert_null(outbox_next(outbox, START));
    outbox_free(outbox, count_release);
}

static void three_flooded_chats_within_a_second_rest_all(void **state)
{
    struct outbox *outbox = outbox_new(true);
    struct outbox_item *item;
    static const char *const IDS[] = {"a", "b", "c", "d"};

    (void)state;
    for (int64_t chat = 1; chat <= 4; chat++) {
        add_message(outbox, IDS[chat - 1], chat);
    }
    for (int64_t chat = 1; chat <= 3; chat++) {
        assert_string_equal(next(outbox, START, &item), IDS[chat - 1]);
        outbox_flooded(outbox, item, START + 60000, START);
    }
    assert_string_equal(next(outbox, START, &item), "");
    assert_string_equal(next(outbox, START + 4999, &item), "");
    assert_string_equal(next(outbox, START + 5000, &item), "d");
    outbox_remove(outbox, item);
    outbox_free(outbox, count_release);
}

static void one_chat_flooded_three_times_rests_alone(void **state)
{
    struct outbox *outbox = outbox_new(false);
    struct outbox_item *item;

    (void)state;
    add_message(outbox, "a", 1);
    for (int i = 0; i < 3; i++) {
        assert_string_equal(next(outbox, START + i, &item), "a");
        outbox_flooded(outbox, item, START + i + 1, START + i);
    }
    add_message(outbox, "b", 2);
    assert_string_equal(next(outbox, START + 2, &item), "b");
    outbox_remove(outbox, item);
    outbox_free(outbox, count_release);
}

static void an_answer_overtakes_the_messages_of_its_chat(void **state)
{
    struct outbox *outbox = outbox_new(true);
    struct outbox_item *message;
    struct outbox_item *item;
    char ids[5][8];

    (void)state;
    for (size_t i = 0; i < 5; i++) {
        (void)snprintf(ids[i], sizeof(ids[i]), "%zu", i);
        add_message(outbox, ids[i], 7);
    }
    assert_int_equal(send_all(outbox, START), 3); /* the chat's second is used up */
    assert_string_equal(next(outbox, START + 1000, &message), "3");
    assert_true(add(outbox, "answer", 7, true));
    assert_int_equal(outbox_wait_ms(outbox, START + 1000), 0);
    assert_string_equal(next(outbox, START + 1000, &item), "answer");
    outbox_remove(outbox, item);
    outbox_flooded(outbox, message, START + 60000, START + 1000);
    assert_true(add(outbox, "answer 2", 7, true)); /* nor does it wait for the chat's flood */
    assert_string_equal(next(outbox, START + 1000, &item), "answer 2");
    outbox_remove(outbox, item);
    outbox_free(outbox, count_release);
}

static void answers_leave_the_chats_limits_alone(void **state)
{
    struct outbox *outbox = outbox_new(true);
    struct outbox_item *item;

    (void)state;
    assert_true(add(outbox, "x1", 7, true));
    assert_true(add(outbox, "x2", 7, true));
    assert_int_equal(send_all(outbox, START), 2);
    add_message(outbox, "1", 7);
    add_message(outbox, "2", 7);
    add_message(outbox, "3", 7);
    add_message(outbox, "4", 7);
    assert_int_equal(send_all(outbox, START), 3); /* the whole burst is left */
    assert_string_equal(next(outbox, START, &item), "");
    assert_string_equal(next(outbox, START + 1000, &item), "4");
    outbox_remove(outbox, item);
    outbox_free(outbox, count_release);
}

static void calls_without_a_chat_are_a_lane_of_their_own(void **state)
{
    struct outbox *outbox = outbox_new(true);
    struct outbox_item *item;

    (void)state;
    add_message(outbox, "commands", 0);
    add_message(outbox, "a1", 1);
    assert_string_equal(next(outbox, START, &item), "commands");
    outbox_flooded(outbox, item, START + 1128000, START);
    assert_string_equal(next(outbox, START, &item), "a1");
    outbox_remove(outbox, item);
    outbox_free(outbox, count_release);
}

static void holding_all_holds_answers_too(void **state)
{
    struct outbox *outbox = outbox_new(false);
    struct outbox_item *item;

    (void)state;
    assert_true(add(outbox, "answer", 7, true));
    outbox_hold_all(outbox, START + 60000);
    assert_string_equal(next(outbox, START + 59999, &item), "");
    assert_int_equal(outbox_wait_ms(outbox, START), 60000);
    assert_string_equal(next(outbox, START + 60000, &item), "answer");
    outbox_remove(outbox, item);
    outbox_free(outbox, count_release);
}

static void an_entry_is_known_while_it_is_inside(void **state)
{
    struct outbox *outbox = outbox_new(true);
    struct outbox_item *item;

    (void)state;
    add_message(outbox, "1-1", 7);
    assert_true(add(outbox, "1-2", 7, true));
    assert_true(outbox_has(outbox, "1-1"));
    assert_true(outbox_has(outbox, "1-2"));
    assert_false(outbox_has(outbox, "1-3"));
    assert_string_equal(next(outbox, START, &item), "1-2");
    assert_true(outbox_has(outbox, "1-2")); /* also while under way */
    outbox_remove(outbox, item);
    assert_false(outbox_has(outbox, "1-2"));
    outbox_free(outbox, count_release);
}

/* Fills the lane of messages of `chat_id`. */
static void fill_lane(struct outbox *outbox, int64_t chat_id)
{
    for (size_t i = 0; i < OUTBOX_LANE_MAX; i++) {
        add_message(outbox, "x", chat_id);
    }
}

static void a_chat_with_too_many_leaves_the_rest_in_redis(void **state)
{
    struct outbox *outbox = outbox_new(false);

    (void)state;
    fill_lane(outbox, 7);
    assert_false(add(outbox, "left", 7, false));
    assert_false(outbox_wants_rereading(outbox));
    add_message(outbox, "other", 8);
    assert_true(add(outbox, "answer", 7, true)); /* a lane of its own */
    assert_true(outbox_room(outbox) > 0);
    outbox_free(outbox, count_release);
}

static void what_was_left_is_read_again_when_the_lane_has_drained(void **state)
{
    struct outbox *outbox = outbox_new(false);
    struct outbox_item *item;

    (void)state;
    fill_lane(outbox, 7);
    assert_false(add(outbox, "left", 7, false));
    for (size_t i = 0; i < 10; i++) {
        (void)next(outbox, START, &item);
        outbox_remove(outbox, item);
    }
    assert_false(add(outbox, "later", 7, false)); /* room, but it would overtake */
    assert_false(outbox_wants_rereading(outbox));
    for (size_t i = 0; i < OUTBOX_LANE_MAX * 3 / 4; i++) {
        (void)next(outbox, START, &item);
        outbox_remove(outbox, item);
    }
    assert_true(outbox_wants_rereading(outbox));
    outbox_reread(outbox);
    assert_false(outbox_wants_rereading(outbox));
    add_message(outbox, "left", 7);
    add_message(outbox, "later", 7);
    outbox_free(outbox, count_release);
}

static void reading_again_ends_when_every_lane_is_full_again(void **state)
{
    struct outbox *outbox = outbox_new(false);
    struct outbox_item *item;

    (void)state;
    fill_lane(outbox, 7);
    fill_lane(outbox, 8);
    assert_false(add(outbox, "left 7", 7, false));
    assert_false(add(outbox, "left 8", 8, false));
    outbox_hold_chat(outbox, 8, START + 1);
    (void)next(outbox, START, &item);
    outbox_remove(outbox, item);
    outbox_reread(outbox);
    assert_true(outbox_seeks(outbox));
    assert_false(add(outbox, "left 8", 8, false));
    assert_true(outbox_seeks(outbox)); /* the other one still has room */
    add_message(outbox, "left 7", 7);
    assert_true(outbox_seeks(outbox));
    assert_false(add(outbox, "more", 7, false));
    assert_false(outbox_seeks(outbox));
    outbox_free(outbox, count_release);
}

static void the_whole_is_bounded_in_entries(void **state)
{
    struct outbox *outbox = outbox_new(false);

    (void)state;
    for (int64_t chat = 1; chat <= OUTBOX_MAX / OUTBOX_LANE_MAX; chat++) {
        fill_lane(outbox, chat);
    }
    assert_int_equal(outbox_room(outbox), 0);
    assert_false(add(outbox, "one more", 99, false));
    released = 0;
    outbox_free(outbox, count_release);
    assert_int_equal(released, OUTBOX_MAX);
}

static void the_whole_is_bounded_in_bytes(void **state)
{
    struct outbox *outbox = outbox_new(false);
    struct outbox_entry entry = {.id = "1", .chat_id = 1, .bytes = OUTBOX_MAX_BYTES};
    struct outbox_item *item;

    (void)state;
    assert_true(outbox_add(outbox, &entry));
    assert_int_equal(outbox_room(outbox), 0);
    item = outbox_next(outbox, START);
    assert_non_null(item);
    outbox_remove(outbox, item);
    assert_int_equal(outbox_room(outbox), OUTBOX_MAX);
    outbox_free(outbox, count_release);
}

static void chats_at_rest_are_forgotten_and_held_ones_are_not(void **state)
{
    struct outbox *outbox = outbox_new(true);
    struct outbox_item *item;
    char ids[200][8];

    (void)state;
    outbox_hold_chat(outbox, 5000, START + 3600000);
    for (size_t i = 0; i < 200; i++) {
        (void)snprintf(ids[i], sizeof(ids[i]), "%zu", i);
        add_message(outbox, ids[i], (int64_t)i + 1);
    }
    for (int64_t now_ms = START; now_ms < START + 20000; now_ms += 1000) {
        (void)send_all(outbox, now_ms);
    }
    assert_string_equal(next(outbox, START + 60000, &item), "");
    assert_false(outbox_knows_chat(outbox, 1));
    assert_true(outbox_knows_chat(outbox, 5000));
    outbox_free(outbox, count_release);
}

/* ---- pace ---- */

static void a_window_slides(void **state)
{
    const struct pace_span span = {.most = 3, .span_ms = 100};
    struct pace_window window = {.count = 0};

    (void)state;
    assert_true(pace_window_is_empty(&window, span, 5));
    pace_window_take(&window, span, 5);
    pace_window_take(&window, span, 50);
    assert_int_equal(pace_window_ready_ms(&window, span, 60), 60);
    pace_window_take(&window, span, 60);
    assert_int_equal(pace_window_ready_ms(&window, span, 60), 105);
    pace_window_take(&window, span, 105);
    assert_int_equal(pace_window_ready_ms(&window, span, 110), 150);
    assert_false(pace_window_is_empty(&window, span, 204));
    assert_true(pace_window_is_empty(&window, span, 205));
}

static void a_bucket_fills_up_and_no_further(void **state)
{
    const struct pace_rate rate = {.interval_ms = 100, .burst = 2};
    struct pace_bucket bucket = {.full_ms = 0};

    (void)state;
    pace_bucket_take(&bucket, rate, 10000); /* after a long rest */
    assert_int_equal(pace_bucket_ready_ms(&bucket, rate, 10000), 10000);
    pace_bucket_take(&bucket, rate, 10000);
    assert_int_equal(pace_bucket_ready_ms(&bucket, rate, 10000), 10100);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_waits_for_a_chat_out_of_reach_is_buried_at_once),
        cmocka_unit_test(a_doomed_entry_is_never_sent),
        cmocka_unit_test(one_chat_is_served_in_order_one_at_a_time),
        cmocka_unit_test(chats_take_turns),
        cmocka_unit_test(a_chat_gets_a_burst_of_three_and_then_one_a_second),
        cmocka_unit_test(a_group_gets_twenty_a_minute),
        cmocka_unit_test(all_chats_together_get_28_a_second),
        cmocka_unit_test(without_limits_everything_goes_at_once),
        cmocka_unit_test(so_many_calls_are_under_way_and_no_more),
        cmocka_unit_test(a_retried_entry_stays_first_and_holds_its_chat_only),
        cmocka_unit_test(a_flood_of_hours_is_obeyed_to_the_millisecond),
        cmocka_unit_test(what_redis_knows_of_a_flood_holds_the_chat),
        cmocka_unit_test(what_a_person_ends_in_redis_holds_no_longer),
        cmocka_unit_test(three_flooded_chats_within_a_second_rest_all),
        cmocka_unit_test(one_chat_flooded_three_times_rests_alone),
        cmocka_unit_test(an_answer_overtakes_the_messages_of_its_chat),
        cmocka_unit_test(answers_leave_the_chats_limits_alone),
        cmocka_unit_test(calls_without_a_chat_are_a_lane_of_their_own),
        cmocka_unit_test(holding_all_holds_answers_too),
        cmocka_unit_test(an_entry_is_known_while_it_is_inside),
        cmocka_unit_test(a_chat_with_too_many_leaves_the_rest_in_redis),
        cmocka_unit_test(what_was_left_is_read_again_when_the_lane_has_drained),
        cmocka_unit_test(reading_again_ends_when_every_lane_is_full_again),
        cmocka_unit_test(the_whole_is_bounded_in_entries),
        cmocka_unit_test(the_whole_is_bounded_in_bytes),
        cmocka_unit_test(chats_at_rest_are_forgotten_and_held_ones_are_not),
        cmocka_unit_test(a_window_slides),
        cmocka_unit_test(a_bucket_fills_up_and_no_further),
    };

    return cmocka_run_group_tests_name("gateway outbox", tests, NULL, NULL);
}
