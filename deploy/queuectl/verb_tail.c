/* SPDX-License-Identifier: MIT */
/* tail: the last steps of all updates, and with -f those that come. */
#include "deploy/queuectl/session.h"
#include "deploy/queuectl/step_filter.h"
#include "deploy/queuectl/verb_functions.h"
#include "shared/base/compiler.h"
#include "shared/base/mem.h"
#include "shared/base/stop.h"
#include "shared/ops/timeline.h"
#include "shared/queue/trace.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    LINES_USUAL = 20,
    LINES_MOST = 100000,    /* as many as the trace has */
    LOOKED_AT_LEAST = 2000, /* steps back, for those of one chat or kind */
    AT_A_TIME = 1000,
    WAIT_MS = 1000,
};

static const struct column COLUMNS[] = {
    {"at_ms", "AT", CELL_TIME},  {"update_id", "UPDATE", CELL_TEXT}, {"chat_id", "CHAT", CELL_TEXT},
    {"step", "STEP", CELL_TEXT}, {"by", "WHO", CELL_TEXT},           {"took_ms", "TOOK", CELL_AGE},
    {"result", NULL, CELL_TEXT}, {"what", "WHAT", CELL_TEXT},
};

/* The same under a heading that was printed before. */
static const struct column MORE_COLUMNS[] = {
    {"at_ms", "", CELL_TIME},    {"update_id", "", CELL_TEXT}, {"chat_id", "", CELL_TEXT},
    {"step", "", CELL_TEXT},     {"by", "", CELL_TEXT},        {"took_ms", "", CELL_AGE},
    {"result", NULL, CELL_TEXT}, {"what", "", CELL_TEXT},
};

static void show_line(struct session *session, const struct queue_entry *entry,
                      const struct timeline_line *line)
{
    struct listing *listing = session->listing;
    bool table = !listing_is_json(listing);

    listing_number(listing, line->at_ms);
    listing_text(listing, step_field(entry, "ref"));
    listing_text(listing, step_field(entry, "chat_id"));
    listing_text(listing, line->step);
    listing_text(listing, line->by);
    if (line->took_ms >= 0) {
        listing_number(listing, line->took_ms);
    } else {
        listing_none(listing);
    }
    listing_text(listing, line->result);
    listing_textf(listing, "%s%s%s", line->what, table && line->result[0] != '\0' ? ": " : "",
                  table ? line->result : "");
    listing_row(listing);
}

/* A step, with the calls that it told of. When the update arrived is `taken`'s to say. */
static void show_step(struct session *session, const struct queue_entry *entry)
{
    struct timeline *timeline = timeline_new();
    size_t count;

    timeline_add_step(timeline, entry);
    count = timeline_finish(timeline);
    for (size_t i = 0; i < count; i++) {
        struct timeline_line line = timeline_at(timeline, i);

        if (strcmp(line.step, "arrived") != 0) {
            show_line(session, entry, &line);
        }
    }
    timeline_free(timeline);
}

/* ---- what was ---- */

/* The last steps of the trace in batches, the newest first. */
struct past {
    struct queue_batch **batches; /* owned, each one too */
    size_t count;
    size_t steps;
};

static void forget(struct past *past)
{
    for (size_t i = 0; i < past->count; i++) {
        queue_batch_free(past->batches[i]);
    }
    free(past->batches);
}

/* Adds `steps`, or as many as there are. */
static bool read_past(struct session *session, size_t steps, struct past *out, struct err *err)
{
    char before[REDIS_ID_SIZE] = "+";
    size_t got = 1;

    while (out->steps < steps && got > 0) {
        size_t left = steps - out->steps;
        struct queue_batch *batch = NULL;

        if (!queue_trace_last(session->queue, before, left < AT_A_TIME ? left : AT_A_TIME, &batch,
                              err)) {
            return false;
        }
        got = queue_batch_count(batch);
        if (got > 0) {
            (void)snprintf(before, sizeof(before), "%s", queue_batch_entry(batch, got - 1).id);
        }
        out->steps += got;
        /* NOLINTNEXTLINE(bugprone-sizeof-expression): pointers are what the array holds */
        out->batches = xreallocarray(out->batches, out->count + 1, sizeof(*out->batches));
        out->batches[out->count++] = batch;
    }
    return true;
}

/* The last ones of those that were kept. */
struct ring {
    struct queue_entry *entries; /* owned; each is borrowed from the past */
    size_t size;
    size_t kept;
};

/* Keeps what the filter lets through of a batch, in the order of time. */
static void keep(struct ring *ring, struct step_filter *filter, const struct queue_batch *batch)
{
    for (size_t i = queue_batch_count(batch); i > 0; i--) {
        struct queue_entry entry = queue_batch_entry(batch, i - 1);

        if (step_filter_passes(filter, &entry)) {
            ring->entries[ring->kept++ % ring->size] = entry;
        }
    }
}

static void show_past(struct session *session, struct step_filter *filter, size_t lines,
                      const struct past *past)
{
    struct ring ring = {.entries = xcalloc(lines, sizeof(*ring.entries)), .size = lines};

    for (size_t i = past->count; i > 0; i--) {
        keep(&ring, filter, past->batches[i - 1]);
    }
    for (size_t i = ring.kept > lines ? ring.kept - lines : 0; i < ring.kept; i++) {
        show_step(session, &ring.entries[i % lines]);
    }
    free(ring.entries);
}

/* *out_last is the newest step that there was. */
static bool tail_past(struct session *session, struct step_filter *filter,
                      char out_last[REDIS_ID_SIZE], struct err *err)
{
    size_t lines = (size_t)options_number(session->options, OPTION_LINES, LINES_USUAL);
    struct past past = {.count = 0};
    size_t steps;
    bool ok;

    lines = lines < LINES_MOST ? lines : LINES_MOST;
    steps = step_filter_is_open(filter) || lines > LOOKED_AT_LEAST ? lines : LOOKED_AT_LEAST;
    ok = read_past(session, steps, &past, err);
    if (ok) {
        show_past(session, filter, lines, &past);
    }
    if (past.steps > 0) {
        (void)snprintf(out_last, REDIS_ID_SIZE, "%s", queue_batch_entry(past.batches[0], 0).id);
    }
    forget(&past);
    return ok;
}

/* ---- what comes ---- */

static void show_batch(struct session *session, struct step_filter *filter,
                       const struct queue_batch *batch)
{
    for (size_t i = 0; i < queue_batch_count(batch); i++) {
        struct queue_entry entry = queue_batch_entry(batch, i);

        if (step_filter_passes(filter, &entry)) {
            show_step(session, &entry);
        }
    }
    listing_end(session->listing);
}

/* Until somebody stops it. */
static bool follow(struct session *session, struct step_filter *filter, char last[REDIS_ID_SIZE],
                   struct err *err)
{
    while (!stop_requested()) {
        struct queue_batch *batch = NULL;
        size_t count;

        if (!queue_trace_tail(session->queue, last, AT_A_TIME, WAIT_MS, &batch, err)) {
            return err->kind == ERR_STOPPED;
        }
        count = queue_batch_count(batch);
        if (count > 0) {
            (void)snprintf(last, REDIS_ID_SIZE, "%s", queue_batch_entry(batch, count - 1).id);
        }
        show_batch(session, filter, batch);
        queue_batch_free(batch);
    }
    return true;
}

enum ending verb_tail(struct session *session, struct err *err)
{
    char last[REDIS_ID_SIZE] = "0-0";
    struct step_filter *filter = step_filter_new(options_text(session->options, OPTION_CHAT),
                                                 options_text(session->options, OPTION_KIND));
    bool ok;

    listing_begin(session->listing, session->schema, COLUMNS, ARRAY_LEN(COLUMNS));
    ok = tail_past(session, filter, last, err);
    if (ok && options_has(session->options, OPTION_FOLLOW)) {
        listing_end(session->listing);
        listing_begin(session->listing, session->schema, MORE_COLUMNS, ARRAY_LEN(MORE_COLUMNS));
        ok = follow(session, filter, last, err);
        *err = ok ? ERR_INIT : *err;
    }
    step_filter_free(filter);
    return ok ? ENDING_OK : ENDING_FAILED;
}
