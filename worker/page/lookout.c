/* SPDX-License-Identifier: MIT */
#include "worker/page/lookout.h"

#include "shared/base/clock.h"
#include "shared/base/mem.h"
#include "shared/base/process_name.h"
#include "shared/base/process_state.h"
#include "shared/ops/state_json.h"
#include "shared/ops/trace_json.h"
#include "shared/queue/trace.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum {
    KEPT_MS = 1000,
    WAIT_MS = 5000, /* longer than one question to Redis takes */
    STATE_MAX_BYTES = 4 << 20,
    STEPS_MOST = 50,
};

#define TRACE_SCHEMA "beget-manager/trace/1"

struct lookout {
    pthread_mutex_t lock; /* of all that follows */
    struct queue *queue;  /* owned               */
    char prefix[64];
    struct process_name here;       /* processes beside this one are looked at */
    struct stuck_findings findings; /* too large for a stack */
    bool kept;                      /* the last answer: its text, or why there is none */
    bool kept_ok;
    int64_t kept_ms; /* monotonic */
    struct buf kept_text;
    struct err kept_err;
};

struct lookout *lookout_new(const struct queue_options *options, struct err *err)
{
    struct queue *queue = queue_new(options, err);
    struct lookout *lookout;

    if (!queue) {
        return NULL;
    }
    lookout = xcalloc(1, sizeof(*lookout));
    lookout->queue = queue;
    (void)snprintf(lookout->prefix, sizeof(lookout->prefix), "%s", options->prefix);
    process_name_read(&lookout->here);
    (void)pthread_mutex_init(&lookout->lock, NULL);
    buf_init(&lookout->kept_text, STATE_MAX_BYTES);
    return lookout;
}

void lookout_free(struct lookout *lookout)
{
    if (lookout) {
        (void)pthread_mutex_destroy(&lookout->lock);
        queue_free(lookout->queue);
        buf_free(&lookout->kept_text);
        free(lookout);
    }
}

/* False: others have asked for too long. */
static bool enter(struct lookout *lookout, struct err *err)
{
    int64_t until_ms = clock_unix_ms() + WAIT_MS;
    const struct timespec until = {.tv_sec = (time_t)(until_ms / 1000),
                                   .tv_nsec = (long)(until_ms % 1000) * 1000000};

    return pthread_mutex_timedlock(&lookout->lock, &until) == 0 ||
           err_set(err, ERR_RETRY, "Redis has not answered others for %d s", WAIT_MS / 1000);
}

static void leave(struct lookout *lookout)
{
    (void)pthread_mutex_unlock(&lookout->lock);
}

static bool print(struct json *json, struct buf *out, struct err *err)
{
    json_print(json, out);
    json_free(json);
    return buf_ok(out) || err_set(err, ERR_FATAL, "the answer is longer than %zu bytes", out->max);
}

/* ---- the state ---- */

static bool read_state(struct lookout *lookout, struct buf *out, struct err *err)
{
    const struct stuck_options options = {.patience_ms = STUCK_PATIENCE_MS,
                                          .prefix = lookout->prefix,
                                          .host = lookout->here.host,
                                          .process_state = process_state};
    struct survey survey = {.tree = NULL};
    bool ok;

    if (!queue_survey(lookout->queue, &survey, err)) {
        return false;
    }
    stuck_find(&survey, &options, &lookout->findings);
    ok = print(state_json(&survey, &lookout->findings), out, err);
    survey_free(&survey);
    return ok;
}

static void renew(struct lookout *lookout)
{
    buf_free(&lookout->kept_text);
    buf_init(&lookout->kept_text, STATE_MAX_BYTES);
    lookout->kept_ok = read_state(lookout, &lookout->kept_text, &lookout->kept_err);
    lookout->kept_ms = clock_monotonic_ms();
    lookout->kept = true;
}

bool lookout_state(struct lookout *lookout, struct buf *out, struct err *err)
{
    bool ok;

    if (!enter(lookout, err)) {
        return false;
    }
    if (!lookout->kept || clock_monotonic_ms() - lookout->kept_ms >= KEPT_MS) {
        renew(lookout);
    }
    ok = lookout->kept_ok;
    if (ok) {
        buf_add(out, lookout->kept_text.data, lookout->kept_text.len);
    } else {
        *err = lookout->kept_err;
    }
    leave(lookout);
    return ok;
}

/* ---- the trace ---- */

static bool is_entry_id(const char *text)
{
    size_t ms = strspn(text, "0123456789");
    size_t sequence = text[ms] == '-' ? strspn(text + ms + 1, "0123456789") : 0;

    return ms > 0 && sequence > 0 && text[ms + 1 + sequence] == '\0' &&
           strlen(text) < REDIS_ID_SIZE;
}

/* The newest first when `backwards`. */
static struct json *steps_of(const struct queue_batch *batch, bool backwards)
{
    size_t count = queue_batch_count(batch);
    struct json *object = json_object();
    struct json *steps = json_list();

    for (size_t i = 0; i < count; i++) {
        const struct queue_entry entry = queue_batch_entry(batch, backwards ? count - 1 - i : i);

        (void)json_add(steps, trace_json(&entry));
    }
    json_set_text(object, "schema", TRACE_SCHEMA);
    json_set(object, "steps", steps);
    return object;
}

static bool read_trace(struct lookout *lookout, const char *after_id, struct buf *out,
                       struct err *err)
{
    bool last = after_id[0] == '\0';
    struct queue_batch *batch = NULL;
    bool ok;

    if (last ? !queue_trace_last(lookout->queue, "+", STEPS_MOST, &batch, err)
             : !queue_trace_tail(lookout->queue, after_id, STEPS_MOST, 0, &batch, err)) {
        return false;
    }
    ok = print(steps_of(batch, last), out, err);
    queue_batch_free(batch);
    return ok;
}

bool lookout_trace(struct lookout *lookout, const char *after_id, struct buf *out, struct err *err)
{
    bool ok;

    if (after_id[0] != '\0' && !is_entry_id(after_id)) {
        return err_set(err, ERR_REJECT, "\"after\" is not the ID of an entry");
    }
    if (!enter(lookout, err)) {
        return false;
    }
    ok = read_trace(lookout, after_id, out, err);
    leave(lookout);
    return ok;
}

/* ---- changing something ---- */

bool lookout_act(struct lookout *lookout, const struct act *act, enum operator_end *out,
                 struct buf *out_sentence, struct err *err)
{
    const struct operator_call call = {
        .function = act->function, .words = act->words, .word_count = act->word_count};
    bool ok;

    if (!enter(lookout, err)) {
        return false;
    }
    ok = queue_operate(lookout->queue, &call, out, out_sentence, err);
    lookout->kept = false;
    leave(lookout);
    return ok;
}
