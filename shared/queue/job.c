/* SPDX-License-Identifier: MIT */
#include "shared/queue/queue.h"

#include "shared/base/clock.h"
#include "shared/base/mem.h"
#include "shared/base/stop.h"
#include "shared/queue/call.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    HAND_OVERS_MOST = 5,   /* updates of one chat that go to a worker in a row             */
    PAUSED_LOOK_MS = 1000, /* how often a paused queue is asked whether it goes on         */
};

/* What bq_done is to hand over, as functions.lua numbers it. */
enum { HAND_OVER_NONE, HAND_OVER_CHAT, HAND_OVER_OTHERS };

/* A worker holds one update, and a few more after a chain of lost answers. */
enum { HELD_MAX = 100 };

struct queue_job {
    struct redis_reply *reply; /* owned; what the rest points into */
    const char *id;
    struct field *fields; /* owned */
    size_t field_count;
    int64_t deliveries;
};

struct queue_job *queue_job_new(struct redis_reply *reply, size_t first)
{
    struct queue_job *job = xcalloc(1, sizeof(*job));

    job->id = redis_reply_text(redis_reply_item(reply, first), NULL);
    if (!job->id ||
        !queue_read_fields(redis_reply_item(reply, first + 1), &job->fields, &job->field_count) ||
        !redis_reply_int(redis_reply_item(reply, first + 2), &job->deliveries)) {
        queue_job_free(job);
        return NULL;
    }
    job->reply = reply;
    return job;
}

void queue_job_free(struct queue_job *job)
{
    if (!job) {
        return;
    }
    redis_reply_free(job->reply);
    free(job->fields);
    free(job);
}

const char *queue_job_id(const struct queue_job *job)
{
    return job->id;
}

int64_t queue_job_deliveries(const struct queue_job *job)
{
    return job->deliveries;
}

bool queue_job_update(const struct queue_job *job, struct update *out, struct err *err)
{
    return update_decode(job->fields, job->field_count, out, err);
}

/* ---- take ---- */

enum take_outcome { TAKE_RUN, TAKE_EMPTY, TAKE_AGAIN, TAKE_PAUSED };

struct taken {
    enum take_outcome outcome;
    struct queue_job *job;    /* TAKE_RUN; owned by the caller                     */
    char last[REDIS_ID_SIZE]; /* TAKE_EMPTY: whatever comes after this is not seen */
};

static bool copy_id(const struct redis_reply *item, char out[REDIS_ID_SIZE])
{
    size_t len = 0;
    const char *text = redis_reply_text(item, &len);

    if (!text || len >= REDIS_ID_SIZE) {
        return false;
    }
    memcpy(out, text, len + 1);
    return true;
}

/* Reads bq_take's answer. The reply goes into taken->job or is released. */
static bool read_taken(struct redis_reply *reply, struct taken *taken, struct err *err)
{
    static const struct {
        const char *word;
        enum take_outcome outcome;
    } WORDS[] = {
        {"RUN", TAKE_RUN},
        {"EMPTY", TAKE_EMPTY},
        {"AGAIN", TAKE_AGAIN},
        {"PAUSED", TAKE_PAUSED},
    };
    bool known = false;

    for (size_t i = 0; i < ARRAY_LEN(WORDS); i++) {
        if (queue_answer_is(reply, WORDS[i].word)) {
            taken->outcome = WORDS[i].outcome;
            known = true;
        }
    }
    if (known && taken->outcome == TAKE_RUN) {
        taken->job = queue_job_new(reply, 1);
        known = taken->job != NULL;
    }
    if (known && taken->outcome == TAKE_EMPTY) {
        known = copy_id(redis_reply_item(reply, 1), taken->last);
    }
    if (!known) {
        (void)queue_odd_answer("bq_take", reply, err);
    }
    if (!taken->job) {
        redis_reply_free(reply);
    }
    return known;
}

static bool take_once(struct queue *queue, const char *consumer, struct taken *out, struct err *err)
{
    static const char FUNCTION[] = "bq_take";
    struct redis_command *command = queue_command(queue, FUNCTION);
    struct redis_reply *reply = NULL;

    ahead_forget(&queue->ahead);
    redis_add_text(command, consumer);
    redis_add_text(command, queue->yielded ? "new" : "free");
    *out = (struct taken){.outcome = TAKE_EMPTY};
    return queue_call(queue, FUNCTION, command, &reply, err) && read_taken(reply, out, err);
}

/*
 * Blocks until an update comes after `last`, the group's position. One that was
 * pushed since the position was read is after it too, so no wake-up is lost.
 * *out_came false: none within wait_ms.
 */
static bool wait_for_update(struct queue *queue, const char *last, int64_t wait_ms, bool *out_came,
                            struct err *err)
{
    struct redis_command *command = redis_command_new("XREAD");
    struct redis_reply *reply = NULL;

    redis_add_text(command, "COUNT");
    redis_add_int(command, 1);
    redis_add_text(command, "BLOCK");
    redis_add_int(command, wait_ms);
    redis_add_text(command, "STREAMS");
    queue_add_key(queue, command, KEY_UPDATES, "");
    redis_add_text(command, last);
    if (!redis_run_blocking(queue_line(queue), command, wait_ms, &reply, err)) {
        queue_note_failure(queue, err);
        return false;
    }
    *out_came = !redis_reply_is_nil(reply);
    redis_reply_free(reply);
    return true;
}

/* Waits for what `taken` lacks. *out_again false: there was nothing within the time. */
static bool wait_for_turn(struct queue *queue, const struct taken *taken, int64_t left_ms,
                          bool *out_again, struct err *err)
{
    *out_again = false;
    switch (taken->outcome) {
    case TAKE_AGAIN:
        *out_again = true; /* more to park; every round moves the group forward */
        return true;
    case TAKE_PAUSED:
        if (stop_wait_ms(left_ms < PAUSED_LOOK_MS ? left_ms : PAUSED_LOOK_MS)) {
            return err_set(err, ERR_STOPPED, "queue: shutdown requested");
        }
        *out_again = left_ms > PAUSED_LOOK_MS;
        return true;
    case TAKE_EMPTY:
        return left_ms <= 0 || wait_for_update(queue, taken->last, left_ms, out_again, err);
    case TAKE_RUN:
        break;
    }
    return true;
}

/* Takes what is there, or waits for it until `deadline_ms`; *out_position as queue_take_after(). */
static bool take_until(struct queue *queue, const char *consumer, int64_t deadline_ms,
                       char out_position[REDIS_ID_SIZE], struct queue_job **out_job,
                       struct err *err)
{
    struct taken taken;
    bool again = true;

    while (again) {
        if (stop_requested()) {
            return err_set(err, ERR_STOPPED, "queue: shutdown requested");
        }
        if (!take_once(queue, consumer, &taken, err)) {
            return false;
        }
        if (taken.outcome != TAKE_AGAIN) {
            queue->yielded = false;
        }
        if (taken.outcome == TAKE_RUN) {
            queue->hand_overs = 0;
            *out_job = taken.job;
            (void)snprintf(out_position, REDIS_ID_SIZE, "%s", taken.job->id);
            return true;
        }
        if (!wait_for_turn(queue, &taken, deadline_ms - clock_monotonic_ms(), &again, err)) {
            return false;
        }
    }
    *out_job = NULL;
    return true;
}

bool queue_take_after(struct queue *queue, const char *consumer, char position[REDIS_ID_SIZE],
                      int64_t wait_ms, struct queue_job **out_job, struct err *err)
{
    int64_t deadline_ms = clock_monotonic_ms() + wait_ms;
    char after[REDIS_ID_SIZE];
    bool came = true;

    memcpy(after, position, sizeof(after));
    position[0] = '\0';
    *out_job = NULL;
    if (after[0] != '\0' &&
        !(queue_ready(queue, err) && wait_for_update(queue, after, wait_ms, &came, err))) {
        return false;
    }
    return !came || take_until(queue, consumer, deadline_ms, position, out_job, err);
}

bool queue_take(struct queue *queue, const char *consumer, int64_t wait_ms,
                struct queue_job **out_job, struct err *err)
{
    char position[REDIS_ID_SIZE] = "";

    return queue_take_after(queue, consumer, position, wait_ms, out_job, err);
}

/* ---- lease ---- */

bool queue_reap(struct queue *queue, const char *consumer, const struct queue_reap_options *options,
                struct queue_job **out_job, char out_dead[REDIS_ID_SIZE], struct err *err)
{
    static const char FUNCTION[] = "bq_reap";
    struct redis_command *command = queue_command(queue, FUNCTION);
    struct redis_reply *reply = NULL;
    struct queue_job *job = NULL;
    const char *dead;

    ahead_forget(&queue->ahead);
    redis_add_text(command, consumer);
    redis_add_int(command, options->lease_ms);
    redis_add_int(command, options->max_deliveries);
    redis_add_text(command, options->dead_text);
    redis_add_text(command, options->doubt_text);
    if (!queue_call(queue, FUNCTION, command, &reply, err)) {
        return false;
    }
    dead =
        queue_answer_is(reply, "DEAD") ? redis_reply_text(redis_reply_item(reply, 1), NULL) : NULL;
    if (queue_answer_is(reply, "RUN")) {
        job = queue_job_new(reply, 1);
    }
    if (!job && !dead && !queue_answer_is(reply, "NONE")) {
        (void)queue_odd_answer(FUNCTION, reply, err);
        redis_reply_free(reply);
        return false;
    }
    (void)snprintf(out_dead, REDIS_ID_SIZE, "%s", dead ? dead : "");
    if (!job) {
        redis_reply_free(reply);
    }
    queue->hand_overs = 0;
    *out_job = job;
    return true;
}

bool queue_beat(struct queue *queue, const char *consumer, const char *job_id, bool *out_owner,
                struct err *err)
{
    static const char FUNCTION[] = "bq_beat";
    struct redis_command *command = queue_command(queue, FUNCTION);
    int64_t owner;

    redis_add_text(command, consumer);
    redis_add_text(command, job_id);
    if (!queue_call_int(queue, FUNCTION, command, &owner, err)) {
        return false;
    }
    *out_owner = owner == 1;
    return true;
}

bool queue_give_back(struct queue *queue, const char *consumer, const char *job_id, struct err *err)
{
    static const char FUNCTION[] = "bq_give_back";
    struct redis_command *command = queue_command(queue, FUNCTION);
    bool was_owner; /* as good when it was not */

    ahead_forget(&queue->ahead);
    redis_add_text(command, consumer);
    redis_add_text(command, job_id);
    return queue_call_ok(queue, FUNCTION, command, "LOST", &was_owner, err);
}

bool queue_give_back_all(struct queue *queue, const char *consumer, int64_t *out_count,
                         struct err *err)
{
    static const char PENDING[] = "XPENDING";
    struct redis_command *command = redis_command_new(PENDING);
    struct redis_reply *reply = NULL;
    int64_t count = 0;
    bool ok = true;

    queue_add_key(queue, command, KEY_UPDATES, "");
    redis_add_text(command, GROUP_WORKERS);
    redis_add_text(command, "-");
    redis_add_text(command, "+");
    redis_add_int(command, HELD_MAX);
    redis_add_text(command, consumer);
    if (!queue_call(queue, PENDING, command, &reply, err)) {
        return false;
    }
    for (size_t i = 0; ok && i < redis_reply_count(reply); i++) {
        const char *id = redis_reply_text(redis_reply_item(redis_reply_item(reply, i), 0), NULL);

        ok = id && queue_give_back(queue, consumer, id, err);
        count += ok ? 1 : 0;
    }
    redis_reply_free(reply);
    *out_count = count;
    return ok;
}

/* ---- progress and end ---- */

bool queue_emit(struct queue *queue, const char *consumer, const char *job_id,
                const struct queue_outcome *outcome, bool *out_owner, struct err *err)
{
    static const char FUNCTION[] = "bq_emit";
    struct redis_command *command = queue_command(queue, FUNCTION);

    redis_add_text(command, consumer);
    redis_add_text(command, job_id);
    queue_add_outcome(command, outcome);
    return queue_call_ok(queue, FUNCTION, command, "LOST", out_owner, err);
}

/* Reads bq_done's answer. The reply goes into *out_next or is released. */
static bool read_done(struct queue *queue, struct redis_reply *reply, bool *out_owner,
                      struct queue_job **out_next, struct err *err)
{
    bool ended = queue_answer_is(reply, "OK");
    bool yielded = queue_answer_is(reply, "YIELD");
    struct queue_job *next = NULL;
    int64_t same_chat = 1;

    if (ended && redis_reply_count(reply) > 1) {
        (void)redis_reply_int(redis_reply_item(reply, 4), &same_chat);
        next = out_next ? queue_job_new(reply, 1) : NULL;
        ended = next != NULL;
    }
    if (!ended && !yielded && !queue_answer_is(reply, "LOST")) {
        (void)queue_odd_answer("bq_done", reply, err);
        redis_reply_free(reply);
        return false;
    }
    if (!next) {
        redis_reply_free(reply);
    }
    queue->hand_overs = next && same_chat == 1 ? queue->hand_overs + 1 : 0;
    queue->yielded = yielded;
    *out_owner = ended || yielded;
    if (out_next) {
        *out_next = next;
    }
    return true;
}

bool queue_done(struct queue *queue, const char *consumer, const char *job_id,
                const struct queue_outcome *outcome, bool *out_owner, struct queue_job **out_next,
                struct err *err)
{
    static const char FUNCTION[] = "bq_done";
    struct redis_command *command = queue_command(queue, FUNCTION);
    struct redis_reply *reply = NULL;

    ahead_forget(&queue->ahead);
    redis_add_text(command, consumer);
    redis_add_text(command, job_id);
    redis_add_int(command, !out_next                             ? HAND_OVER_NONE
                           : queue->hand_overs < HAND_OVERS_MOST ? HAND_OVER_CHAT
                                                                 : HAND_OVER_OTHERS);
    queue_add_outcome(command, outcome);
    return queue_call(queue, FUNCTION, command, &reply, err) &&
           read_done(queue, reply, out_owner, out_next, err);
}

bool queue_yielded(const struct queue *queue)
{
    return queue->yielded;
}
