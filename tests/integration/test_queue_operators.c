/* SPDX-License-Identifier: MIT */
/* What a person on call does to the queue with redis-cli. */
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

#define WHO  "ann"
#define WHY  "it hangs"
#define TEXT "We had to put your request aside."

/* Every key, but the two that tell when: only the rest must be as it was. */
static void assert_refused(const char *answer, const char *words, const char *before)
{
    char *after = world_snapshot(&world);

    if (!strstr(answer, words)) {
        fail_msg("\"%s\" does not say \"%s\"", answer, words);
    }
    assert_string_equal(before, after);
    free(after);
}

/* The call is refused with these words, and has written nothing. */
#define REFUSES(words, ...)                               \
    do {                                                  \
        char *before_ = world_snapshot(&world);           \
        assert_refused(ASK(__VA_ARGS__), words, before_); \
        free(before_);                                    \
    } while (false)

/* The call answers with these words. */
#define ANSWERS(words, ...)                                         \
    do {                                                            \
        const char *answer_ = ASK(__VA_ARGS__);                     \
        if (!strstr(answer_, words)) {                              \
            fail_msg("\"%s\" does not say \"%s\"", answer_, words); \
        }                                                           \
    } while (false)

/* The only event: what was done to `target` by WHO, and why. */
static void assert_logged(const char *action, const char *target, const char *ref)
{
    struct queue_batch *batch = NULL;
    struct queue_entry entry;
    struct event event;
    struct err err = ERR_INIT;

    assert_true(queue_events_read(world.other, "0-0", 10, 0, &batch, &err));
    entry = queue_batch_entry(batch, 0);
    if (!event_decode(entry.fields, entry.field_count, &event, &err)) { /* as the journal does */
        fail_msg("%s", err.message);
    }
    queue_batch_free(batch);
    assert_string_equal(world_only_field("{t}:events", "action"), action);
    assert_string_equal(world_only_field("{t}:events", "target"), target);
    assert_string_equal(world_only_field("{t}:events", "ref"), ref);
    assert_string_equal(world_only_field("{t}:events", "user"), WHO);
    assert_string_equal(world_only_field("{t}:events", "user_id"), "0");
    assert_string_equal(world_only_field("{t}:events", "result"), "ok");
    assert_string_equal(world_only_field("{t}:events", "after"), "{\"why\":\"" WHY "\"}");
    RAW_DO(&world, "DEL", "{t}:events");
}

static void assert_chat_told(const char *ref)
{
    char slot[32];

    (void)snprintf(slot, sizeof(slot), "u%s", ref);
    assert_string_equal(world_only_field("{t}:replies", "ref"), ref);
    assert_string_equal(world_only_field("{t}:replies", "slot"), slot);
    assert_string_equal(world_only_field("{t}:replies", "payload"),
                        "{\"chat_id\":1,\"text\":\"" TEXT "\"}");
}

/* The ID of the entry at `index` of a stream; valid until the next call. */
static const char *id_at(const char *stream, size_t index)
{
    static char id[REDIS_ID_SIZE];
    struct redis_reply *range = RAW(&world, "XRANGE", stream, "-", "+");
    const struct redis_reply *entry = redis_reply_item(range, index);

    assert_non_null(redis_reply_text(redis_reply_item(entry, 0), NULL));
    (void)snprintf(id, sizeof(id), "%s", redis_reply_text(redis_reply_item(entry, 0), NULL));
    redis_reply_free(range);
    return id;
}

/* Number of names and values of a stream's only entry. */
static size_t field_texts(const char *stream)
{
    struct redis_reply *range = RAW(&world, "XRANGE", stream, "-", "+");
    size_t count = redis_reply_count(redis_reply_item(redis_reply_item(range, 0), 1));

    redis_reply_free(range);
    return count;
}

static struct queue_job *take_new(int64_t update_id, int64_t chat_id)
{
    world_push(&world, update_id, chat_id);
    return world_take_id(world.worker, "w1", update_id);
}

static enum queue_may begin(const char *consumer, const struct queue_job *job)
{
    const struct queue_intent intent = {
        .step = 1, .class = 'N', .what = "domain/delete x.ru", .before = "[]"};
    enum queue_may may = QUEUE_MAY_LOST;
    struct err err = ERR_INIT;
    struct buf text;

    buf_init(&text, 100);
    if (!queue_begin(world.worker, consumer, queue_job_id(job), &intent, &may, &text, &err)) {
        fail_msg("%s", err.message);
    }
    buf_free(&text);
    return may;
}

/* ---- pause, resume ---- */

static void a_pause_lasts_until_it_is_lifted(void **state)
{
    struct queue_job *running = take_new(10, ANN);

    (void)state;
    world_push(&world, 11, BOB);
    ANSWERS("paused: 1 updates still run", "bq_pause", WHO, WHY);
    assert_logged("operator.pause", "", "0");
    assert_string_equal(RAW_TEXT(&world, "HGET", "{t}:meta", "paused_by"), WHO);
    assert_string_equal(RAW_TEXT(&world, "HGET", "{t}:meta", "paused_why"), WHY);
    assert_null(world_take(world.other, "w2"));
    assert_null(world_done(world.worker, "w1", running)); /* what runs goes on */
    ANSWERS("resumed", "bq_resume", WHO, WHY);
    assert_logged("operator.resume", "", "0");
    queue_job_free(world_take_id(world.other, "w2", 11));
    REFUSES("REFUSED the queue is not paused", "bq_resume", WHO, WHY);
}

/* ---- consumers ---- */

static void a_consumer_with_updates_is_not_removed(void **state)
{
    struct queue_job *job = take_new(10, ANN);

    (void)state;
    REFUSES("REFUSED w1 has 1 updates", "bq_rm_consumer", "w1", WHO, WHY);
    assert_null(world_done(world.worker, "w1", job));
    ANSWERS("w1 is removed", "bq_rm_consumer", "w1", WHO, WHY);
    assert_logged("operator.rm_consumer", "w1", "0");
    REFUSES("NOT_FOUND there is no consumer w1", "bq_rm_consumer", "w1", WHO, WHY);
}

static void the_queues_own_consumers_are_never_removed(void **state)
{
    struct queue_job *job = take_new(10, ANN);

    (void)state;
    world_push(&world, 11, ANN);
    assert_null(world_take(world.worker, "w1")); /* parks it */
    REFUSES("REFUSED _park belongs to the queue itself", "bq_rm_consumer", "_park", WHO, WHY);
    REFUSES("REFUSED _free belongs to the queue itself", "bq_rm_consumer", "_free", WHO, WHY);
    queue_job_free(job);
}

/* ---- release ---- */

static void a_released_update_goes_to_the_next_worker(void **state)
{
    struct queue_job *job = take_new(10, ANN);
    struct queue_job *again;
    struct err err = ERR_INIT;
    bool owner = true;

    (void)state;
    ANSWERS("w1 had ", "bq_release", queue_job_id(job), WHO, WHY);
    assert_logged("operator.release", queue_job_id(job), "10");
    assert_true(queue_beat(world.worker, "w1", queue_job_id(job), &owner, &err));
    assert_false(owner);
    again = world_take_id(world.other, "w2", 10);
    assert_int_equal(queue_job_deliveries(again), 2); /* so that it does not go on for ever */
    queue_job_free(job);
    queue_job_free(again);
}

static void release_says_what_was_begun(void **state)
{
    struct queue_job *job = take_new(10, ANN);
    struct queue_job *again;

    (void)state;
    assert_int_equal(begin("w1", job), QUEUE_MAY_CALL);
    ANSWERS("settles what was begun", "bq_release", queue_job_id(job), WHO, WHY);
    again = world_take_id(world.worker, "w2", 10);
    assert_int_equal(begin("w2", again), QUEUE_MAY_DOUBT);
    queue_job_free(job);
    queue_job_free(again);
}

static void only_what_runs_is_released(void **state)
{
    struct queue_job *job = take_new(10, ANN);
    char *id = xstrdup(queue_job_id(job));

    (void)state;
    world_push(&world, 11, ANN);
    REFUSES("REFUSED no worker has update", "bq_release", id_at("{t}:updates", 1), WHO, WHY);
    assert_null(world_take(world.worker, "w1")); /* parks it */
    REFUSES("REFUSED no worker has update", "bq_release", id_at("{t}:updates", 1), WHO, WHY);
    queue_job_free(world_done(world.worker, "w1", job));
    REFUSES("NOT_FOUND there is no update", "bq_release", id, WHO, WHY);
    free(id);
}

/* ---- drop ---- */

static void a_waiting_update_is_dropped(void **state)
{
    (void)state;
    world_push(&world, 10, ANN);
    world_push(&world, 11, BOB);
    ANSWERS("is dropped and its chat told", "bq_drop", id_at("{t}:updates", 0), WHO, WHY, TEXT);
    assert_chat_told("10");
    assert_string_equal(world_only_field("{t}:events", "chat_id"), "1");
    assert_string_equal(world_only_field("{t}:events", "before"),
                        "{\"kind\":\"message\",\"text\":\"/start\"}");
    assert_null(world_done(world.worker, "w1", world_take_id(world.worker, "w1", 11)));
    world_assert_idle(&world);
}

static void a_parked_update_is_dropped(void **state)
{
    struct queue_job *job = take_new(10, ANN);
    char *id;

    (void)state;
    world_push(&world, 11, ANN);
    world_push(&world, 12, ANN);
    assert_null(world_take(world.worker, "w1")); /* parks both */
    id = xstrdup(id_at("{t}:updates", 1));
    ANSWERS("is dropped and its chat told", "bq_drop", id, WHO, WHY, TEXT);
    assert_int_equal(RAW_INT(&world, "ZCARD", "{t}:parked"), 1);
    assert_chat_told("11");
    assert_logged("operator.drop", id, "11");
    job = world_done(world.worker, "w1", job);
    assert_int_equal(world_update_id(job), 12);
    assert_null(world_done(world.worker, "w1", job));
    world_assert_idle(&world);
    free(id);
}

static void an_update_that_was_given_back_is_dropped(void **state)
{
    struct queue_job *job = take_new(10, ANN);

    (void)state;
    world_push(&world, 11, ANN);
    assert_null(world_take(world.worker, "w1")); /* parks it */
    ANSWERS("w1 had", "bq_release", queue_job_id(job), WHO, WHY);
    ANSWERS("is dropped", "bq_drop", queue_job_id(job), WHO, WHY, TEXT);
    queue_job_free(job);
    job = world_take_id(world.other, "w2", 11); /* and its chat goes on */
    assert_null(world_done(world.other, "w2", job));
    world_assert_idle(&world);
}

static void what_runs_or_was_begun_is_not_dropped(void **state)
{
    struct queue_job *job = take_new(10, ANN);

    (void)state;
    REFUSES("REFUSED w1 works on", "bq_drop", queue_job_id(job), WHO, WHY, TEXT);
    assert_int_equal(begin("w1", job), QUEUE_MAY_CALL);
    ANSWERS("w1 had", "bq_release", queue_job_id(job), WHO, WHY);
    REFUSES("has begun \"domain/delete x.ru\": let a worker settle it", "bq_drop",
            queue_job_id(job), WHO, WHY, TEXT);
    queue_job_free(job);
}

static void nothing_is_dropped_without_a_word(void **state)
{
    (void)state;
    world_push(&world, 10, ANN);
    REFUSES("REFUSED the chat waits for an answer", "bq_drop", id_at("{t}:updates", 0), WHO, WHY,
            "");
    REFUSES("NOT_FOUND there is no 1-1, neither", "bq_drop", "1-1", WHO, WHY, TEXT);
}

static void a_dead_update_is_dropped(void **state)
{
    char *id;

    (void)state;
    world_let_die(take_new(10, ANN));
    RAW_DO(&world, "DEL", "{t}:replies", "{t}:events");
    id = xstrdup(id_at("{t}:dead", 0));
    ANSWERS("is dropped from the dead", "bq_drop", id, WHO, WHY, TEXT);
    assert_int_equal(RAW_INT(&world, "XLEN", "{t}:dead"), 0);
    assert_chat_told("10");
    assert_logged("operator.drop", id, "10");
    free(id);
}

/* ---- retry ---- */

static void a_dead_update_is_carried_out_again(void **state)
{
    struct queue_job *job;
    struct update update;
    struct err err = ERR_INIT;
    size_t texts;
    char *id;

    (void)state;
    world_push(&world, 10, ANN);
    texts = field_texts("{t}:updates");
    world_let_die(world_take_id(world.worker, "w1", 10));
    RAW_DO(&world, "DEL", "{t}:events");
    id = xstrdup(id_at("{t}:dead", 0));
    ANSWERS("update 10 waits again", "bq_retry", id, WHO, WHY);
    assert_int_equal(field_texts("{t}:updates"), texts);
    assert_logged("operator.retry", id, "10");
    assert_int_equal(RAW_INT(&world, "XLEN", "{t}:dead"), 0);
    job = world_take_id(world.worker, "w1", 10);
    assert_int_equal(queue_job_deliveries(job), 1);
    assert_true(queue_job_update(job, &update, &err));
    assert_string_equal(update.text, "/start");
    assert_int_equal(update.deadline_ms, update.received_ms + WORLD_DEADLINE_S * INT64_C(1000));
    assert_int_equal(begin("w1", job), QUEUE_MAY_CALL);
    assert_null(world_done(world.worker, "w1", job));
    world_assert_idle(&world);
    REFUSES("NOT_FOUND there is no", "bq_retry", id, WHO, WHY);
    free(id);
}

static void a_doubtful_update_has_to_be_settled_first(void **state)
{
    struct queue_job *job = take_new(10, ANN);
    char *id;

    (void)state;
    assert_int_equal(begin("w1", job), QUEUE_MAY_CALL);
    world_let_die(job);
    id = xstrdup(id_at("{t}:dead", 0));
    REFUSES("look at the hosting account and settle it as done or not-done first", "bq_retry", id,
            WHO, WHY);
    ANSWERS("update 10 is settled as not-done; retry ", "bq_settle", "10", "not-done", WHO, WHY);
    REFUSES("NOT_FOUND the outcome of update 10 is not unknown", "bq_settle", "10", "done", WHO,
            WHY);
    ANSWERS("update 10 waits again", "bq_retry", id, WHO, WHY);
    job = world_take_id(world.worker, "w1", 10);
    assert_int_equal(begin("w1", job), QUEUE_MAY_CALL);
    queue_job_free(job);
    free(id);
}

static void a_dead_reply_is_sent_again(void **state)
{
    struct queue_outcome *outcome = queue_outcome_new();
    const struct reply reply = {
        .ref = 5, .chat_id = ANN, .method = "sendMessage", .slot = "u5", .payload = "{}"};
    struct err err = ERR_INIT;
    char *id;

    (void)state;
    queue_outcome_reply(outcome, &reply);
    assert_true(queue_announce(world.worker, "a", "b", outcome, &err));
    queue_outcome_free(outcome);
    assert_true(queue_reply_dead(world.gateway, id_at("{t}:replies", 0), "chat not found", &err));
    id = xstrdup(id_at("{t}:dead", 0));
    ANSWERS("the reply waits again", "bq_retry", id, WHO, WHY);
    assert_string_equal(world_only_field("{t}:replies", "slot"), "u5");
    assert_int_equal(RAW_INT(&world, "XLEN", "{t}:dead"), 0);
    assert_logged("operator.retry", id, "5");
    assert_int_equal(field_texts("{t}:replies"), 2 * REPLY_FIELD_COUNT); /* no reason left */
    free(id);
}

static void what_is_neither_is_not_tried_again(void **state)
{
    (void)state;
    RAW_DO(&world, "XADD", "{t}:dead", "1-1", "a", "b");
    RAW_DO(&world, "XADD", "{t}:dead", "2-1", "update_id", "x");
    REFUSES("REFUSED it is neither an update nor a reply", "bq_retry", "1-1", WHO, WHY);
    REFUSES("REFUSED it has no update_id", "bq_retry", "2-1", WHO, WHY);
    REFUSES("NOT_FOUND there is no 3-1 among the dead", "bq_retry", "3-1", WHO, WHY);
    ANSWERS("dropped", "bq_drop", "2-1", WHO, WHY, "");
}

/* ---- cancel ---- */

static void what_waits_is_cancelled_at_once(void **state)
{
    struct queue_job *job = take_new(10, ANN);

    (void)state;
    RAW_DO(&world, "HSET", "{t}:meta", "bot_id", "7");
    world_push(&world, 11, ANN);
    world_push(&world, 12, ANN);
    assert_null(world_take(world.worker, "w1")); /* parks both */
    ANSWERS("update 11 is cancelled and its chat told", "bq_cancel", "11", WHO, WHY, TEXT);
    assert_chat_told("11");
    assert_string_equal(world_only_field("{t}:events", "action"), "operator.cancel");
    world_push(&world, 13, ANN);
    ANSWERS("update 13 is cancelled", "bq_cancel", "13", WHO, WHY, TEXT); /* not read yet */
    job = world_done(world.worker, "w1", job);
    assert_int_equal(world_update_id(job), 12);
    assert_null(world_done(world.worker, "w1", job));
    world_assert_idle(&world);
}

static void what_runs_is_cancelled_before_it_begins(void **state)
{
    struct queue_job *job = take_new(10, ANN);

    (void)state;
    ANSWERS("w1 works on it: it will not begin to change anything", "bq_cancel", "10", WHO, WHY,
            TEXT);
    assert_logged("operator.cancel", queue_job_id(job), "10");
    assert_string_equal(RAW_TEXT(&world, "HGET", "{t}:intents", "10/cancel"), "ann: it hangs");
    assert_int_equal(RAW_INT(&world, "XLEN", "{t}:replies"), 0); /* the worker tells the chat */
    assert_int_equal(begin("w1", job), QUEUE_MAY_CANCELLED);
    assert_null(world_done(world.worker, "w1", job));
    world_assert_idle(&world);
}

static void a_wish_to_cancel_goes_with_its_update(void **state)
{
    struct queue_job *job = take_new(10, ANN);

    (void)state;
    ANSWERS("w1 works on it", "bq_cancel", "10", WHO, WHY, TEXT);
    ANSWERS("w1 had", "bq_release", queue_job_id(job), WHO, WHY);
    ANSWERS("update 10 is cancelled and its chat told", "bq_cancel", "10", WHO, WHY, TEXT);
    assert_chat_told("10");
    world_assert_idle(&world);
    queue_job_free(job);
}

static void it_is_too_late_to_cancel_what_has_begun(void **state)
{
    struct queue_job *job = take_new(10, ANN);

    (void)state;
    assert_int_equal(begin("w1", job), QUEUE_MAY_CALL);
    REFUSES("TOO_LATE update 10 has begun \"domain/delete x.ru\"", "bq_cancel", "10", WHO, WHY,
            TEXT);
    queue_job_free(job);
}

static void what_is_not_there_is_not_cancelled(void **state)
{
    (void)state;
    REFUSES("NOT_FOUND update 10 was not found", "bq_cancel", "10", WHO, WHY, TEXT);
    REFUSES("NOT_FOUND update 1-10 was not found", "bq_cancel", "1-10", WHO, WHY, TEXT);
}

/* Fills the stream with as many updates as a call must not look through. */
static void push_many(const char *first, const char *count)
{
    static const char SCRIPT[] =
        "for i = 0, ARGV[2] - 1 do redis.call('XADD', KEYS[1], '1000-' .. (ARGV[1] + i), 'v', 1,"
        " 'update_id', ARGV[1] + i, 'chat_id', 1, 'user_id', 1, 'user', '', 'kind', 'message',"
        " 'text', 'x', 'payload', '{}', 'received_ms', 1, 'deadline_ms', 1) end";

    RAW_DO(&world, "EVAL", SCRIPT, "1", "{t}:updates", first, count);
}

static void an_update_deep_in_the_queue_is_cancelled_by_its_entry(void **state)
{
    (void)state;
    push_many("1", "2000");
    REFUSES("give its ID, <ms>-<update_id>", "bq_cancel", "1500", WHO, WHY, TEXT);
    ANSWERS("update 1500 is cancelled", "bq_cancel", "1000-1500", WHO, WHY, TEXT);
    ANSWERS("update 2 is cancelled", "bq_cancel", "2", WHO, WHY, TEXT); /* near the front */
    assert_int_equal(RAW_INT(&world, "XLEN", "{t}:updates"), 1998);
    world_push(&world, 5000, BOB);
    RAW_DO(&world, "HSET", "{t}:meta", "bot_id", "7");
    ANSWERS("update 5000 is cancelled", "bq_cancel", "5000", WHO, WHY, TEXT); /* by its time */
}

/* ---- looking first ---- */

/* As REFUSES: a dry run says what would be done, and writes nothing. */
#define WOULD(words, ...) REFUSES(words, __VA_ARGS__, "dry-run")

static void a_dry_run_says_what_would_be_done_and_does_nothing(void **state)
{
    struct queue_job *job = take_new(10, ANN);

    (void)state;
    world_push(&world, 11, ANN);
    WOULD("would pause: 1 updates run", "bq_pause", WHO, WHY);
    WOULD("would take ", "bq_release", queue_job_id(job), WHO, WHY);
    WOULD("would drop ", "bq_drop", id_at("{t}:updates", 1), WHO, WHY, TEXT);
    WOULD("would cancel update 11", "bq_cancel", "11", WHO, WHY, TEXT);
    WOULD("would keep update 10 from changing anything", "bq_cancel", "10", WHO, WHY, TEXT);
    WOULD("REFUSED w1 works on", "bq_drop", queue_job_id(job), WHO, WHY, TEXT);
    assert_int_equal(begin("w1", job), QUEUE_MAY_CALL);
    WOULD("what was begun of it would be settled", "bq_release", queue_job_id(job), WHO, WHY);
    world_let_die(job);
    WOULD("REFUSED nobody knows", "bq_retry", id_at("{t}:dead", 0), WHO, WHY);
    WOULD("would settle update 10 as done; it is still among the dead: drop ", "bq_settle", "10",
          "done", WHO, WHY);
    RAW_DO(&world, "DEL", "{t}:unknown");
    WOULD("would let update 10 wait again", "bq_retry", id_at("{t}:dead", 0), WHO, WHY);
    WOULD("from the dead", "bq_drop", id_at("{t}:dead", 0), WHO, WHY, "");
    WOULD("would be set: for joe 60/60 holds", "bq_set_limits", "joe", "60/60", WHO, WHY);
    RAW_DO(&world, "HSET", "{t}:limit:joe", "until_ms", "99999999999999");
    WOULD("would end the wait of joe", "bq_clear_wait", "joe", WHO, WHY);
    RAW_DO(&world, "HSET", "{t}:meta", "paused", "1");
    WOULD("would resume", "bq_resume", WHO, WHY);
}

/* ---- outcomes that nobody knows ---- */

static void what_a_person_has_seen_settles_an_unknown_outcome(void **state)
{
    (void)state;
    RAW_DO(&world, "HSET", "{t}:unknown", "10",
           "{\"ms\":1,\"chat_id\":-1005,\"what\":\"domain/delete x.ru\",\"before\":\"[]\"}");
    ANSWERS("update 10 is settled as done", "bq_settle", "10", "done", WHO, WHY);
    assert_int_equal(RAW_INT(&world, "HLEN", "{t}:unknown"), 0);
    assert_string_equal(world_only_field("{t}:events", "chat_id"), "-1005");
    assert_non_null(strstr(world_only_field("{t}:events", "before"), "domain/delete x.ru"));
    assert_logged("operator.settle", "10 done", "10");
}

/* ---- limits and waits ---- */

static int64_t ask_for_a_turn(const char *account)
{
    const struct queue_window window = {.calls = 60, .window_ms = 60000};
    struct queue_turn turn;
    struct err err = ERR_INIT;

    assert_true(queue_limit(world.worker, account, &window, 1, &turn, &err));
    return turn.wait_ms;
}

static void limits_are_set_and_given_back(void **state)
{
    (void)state;
    ANSWERS("for joe 1/86400 holds from the next call on", "bq_set_limits", "joe", "1/86400", WHO,
            WHY);
    assert_logged("operator.limits", "joe", "0");
    assert_int_equal(ask_for_a_turn("joe"), 0);
    assert_true(ask_for_a_turn("joe") > 60000);
    ANSWERS("for joe the worker's own limits hold", "bq_set_limits", "joe", "", WHO, WHY);
    assert_string_equal(world_only_field("{t}:events", "before"), "{\"limits\":\"1/86400\"}");
    assert_true(ask_for_a_turn("joe") < 60000);
    REFUSES("NOT_FOUND no limits are set for joe", "bq_set_limits", "joe", "", WHO, WHY);
    ANSWERS("for joe 60/60 5000/86400 holds", "bq_set_limits", "joe", "60/60,5000/86400", WHO, WHY);
    assert_string_equal(RAW_TEXT(&world, "HGET", "{t}:limits", "joe"), "60/60 5000/86400");
}

static void a_wait_of_the_hosting_is_ended(void **state)
{
    struct err err = ERR_INIT;

    (void)state;
    assert_int_equal(ask_for_a_turn("joe"), 0);
    assert_true(queue_limit_hit(world.worker, "joe", 3600000, &err));
    assert_true(ask_for_a_turn("joe") > 3000000);
    ANSWERS("joe waited for 3", "bq_clear_wait", "joe", WHO, WHY);
    assert_logged("operator.clear_wait", "joe", "0");
    assert_true(ask_for_a_turn("joe") < 5000);
    REFUSES("NOT_FOUND nothing makes joe wait", "bq_clear_wait", "joe", WHO, WHY);
}

static void a_wait_of_telegram_is_ended(void **state)
{
    (void)state;
    RAW_DO(&world, "SET", "{t}:flood:-1005", "99999999999999");
    ANSWERS("chat:-1005 waited for", "bq_clear_wait", "chat:-1005", WHO, WHY);
    assert_int_equal(RAW_INT(&world, "EXISTS", "{t}:flood:-1005"), 0);
    assert_logged("operator.clear_wait", "chat:-1005", "0");
    REFUSES("NOT_FOUND nothing makes chat:-1005 wait", "bq_clear_wait", "chat:-1005", WHO, WHY);
}

/* ---- main ---- */

/* clang-format off */
static struct world_argument_row argument_rows[] = {
    /* what it shows                  call                                    answer */
    {"pause: nobody",                 "bq_pause 1 {t}",                       "ERR bq_pause: who: missing"},
    {"pause: an empty name",          "bq_pause 1 {t} '' why",                "ERR bq_pause: who: empty or too long"},
    {"pause: no reason",              "bq_pause 1 {t} ann",                   "ERR bq_pause: why: missing"},
    {"pause: an empty reason",        "bq_pause 1 {t} ann ''",                "ERR bq_pause: why: empty or too long"},
    {"resume: too many",              "bq_resume 1 {t} ann why x",            "ERR bq_resume: word: not dry-run"},
    {"resume: more than a dry run",   "bq_resume 1 {t} ann why dry-run x",    "ERR bq_resume: 1 arguments too many"},
    {"settle: another word",          "bq_settle 1 {t} 10 yes ann why",       "ERR bq_settle: verdict: not done or not-done"},
    {"settle: no reason",             "bq_settle 1 {t} 10 done ann",          "ERR bq_settle: why: missing"},
    {"set_limits: nonsense",          "bq_set_limits 1 {t} joe many ann why", "ERR bq_set_limits: limits: not calls/seconds up to 5 times, as in 60/60 5000/86400"},
    {"clear_wait: nobody",            "bq_clear_wait 1 {t} '' ann why",       "ERR bq_clear_wait: account: empty or too long"},
    {"rm_consumer: no name",          "bq_rm_consumer 1 {t}",                 "ERR bq_rm_consumer: consumer: missing"},
    {"release: an update_id",         "bq_release 1 {t} 10 ann why",          "ERR bq_release: id: not the ID of an entry"},
    {"drop: no text",                 "bq_drop 1 {t} 1-1 ann why",            "ERR bq_drop: text: missing"},
    {"drop: an update_id",            "bq_drop 1 {t} 10 ann why text",        "ERR bq_drop: id: not the ID of an entry"},
    {"retry: no reason",              "bq_retry 1 {t} 1-1 ann",               "ERR bq_retry: why: missing"},
    {"cancel: no text",               "bq_cancel 1 {t} 10 ann why",           "ERR bq_cancel: text: missing"},
    {"cancel: an empty text",         "bq_cancel 1 {t} 10 ann why ''",        "ERR bq_cancel: text: empty or too long"},
    {"cancel: not a number",          "bq_cancel 1 {t} ten ann why text",     "ERR bq_cancel: update_id: neither an update_id nor the ID of an entry"},
};

static const struct CMUnitTest TESTS[] = {
    BEHAVIOUR("a pause lasts until it is lifted",                    a_pause_lasts_until_it_is_lifted),
    BEHAVIOUR("a consumer with updates is not removed",              a_consumer_with_updates_is_not_removed),
    BEHAVIOUR("the queue's own consumers are never removed",         the_queues_own_consumers_are_never_removed),
    BEHAVIOUR("a released update goes to the next worker",           a_released_update_goes_to_the_next_worker),
    BEHAVIOUR("release says what was begun",                         release_says_what_was_begun),
    BEHAVIOUR("only what runs is released",                          only_what_runs_is_released),
    BEHAVIOUR("a waiting update is dropped",                         a_waiting_update_is_dropped),
    BEHAVIOUR("a parked update is dropped",                          a_parked_update_is_dropped),
    BEHAVIOUR("an update that was given back is dropped",            an_update_that_was_given_back_is_dropped),
    BEHAVIOUR("what runs or was begun is not dropped",               what_runs_or_was_begun_is_not_dropped),
    BEHAVIOUR("nothing is dropped without a word",                   nothing_is_dropped_without_a_word),
    BEHAVIOUR("a dead update is dropped",                            a_dead_update_is_dropped),
    BEHAVIOUR("a dead update is carried out again",                  a_dead_update_is_carried_out_again),
    BEHAVIOUR("a doubtful update has to be settled first",           a_doubtful_update_has_to_be_settled_first),
    BEHAVIOUR("a dead reply is sent again",                          a_dead_reply_is_sent_again),
    BEHAVIOUR("what is neither is not tried again",                  what_is_neither_is_not_tried_again),
    BEHAVIOUR("what waits is cancelled at once",                     what_waits_is_cancelled_at_once),
    BEHAVIOUR("what runs is cancelled before it begins",             what_runs_is_cancelled_before_it_begins),
    BEHAVIOUR("a wish to cancel goes with its update",               a_wish_to_cancel_goes_with_its_update),
    BEHAVIOUR("it is too late to cancel what has begun",             it_is_too_late_to_cancel_what_has_begun),
    BEHAVIOUR("what is not there is not cancelled",                  what_is_not_there_is_not_cancelled),
    BEHAVIOUR("deep in the queue, an entry's ID cancels",            an_update_deep_in_the_queue_is_cancelled_by_its_entry),
    BEHAVIOUR("a dry run says what would be done and does nothing",  a_dry_run_says_what_would_be_done_and_does_nothing),
    BEHAVIOUR("a person settles an unknown outcome",                 what_a_person_has_seen_settles_an_unknown_outcome),
    BEHAVIOUR("limits are set and given back",                       limits_are_set_and_given_back),
    BEHAVIOUR("a wait of the hosting is ended",                      a_wait_of_the_hosting_is_ended),
    BEHAVIOUR("a wait of Telegram is ended",                         a_wait_of_telegram_is_ended),
};
/* clang-format on */

int main(void)
{
    struct CMUnitTest tests[ARRAY_LEN(TESTS) + ARRAY_LEN(argument_rows)];
    size_t count = ARRAY_LEN(TESTS);

    memcpy(tests, TESTS, sizeof(TESTS));
    count = world_add_arguments(tests, count, argument_rows, ARRAY_LEN(argument_rows));
    return cmocka_run_group_tests_name("queue, operators", tests, world_set_up, world_tear_down);
}
