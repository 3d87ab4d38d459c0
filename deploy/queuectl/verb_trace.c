/* SPDX-License-Identifier: MIT */
/* trace: everything that became of one update, from its arrival to the delivery of its replies. */
#include "deploy/queuectl/entry_name.h"
#include "deploy/queuectl/session.h"
#include "deploy/queuectl/verb_functions.h"
#include "shared/base/compiler.h"
#include "shared/io/json.h"
#include "shared/ops/place.h"
#include "shared/ops/timeline.h"
#include "shared/queue/trace.h"
#include "shared/queue/where.h"
#include "worker/journal/log_reader.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    LOG_ROWS_MOST = 100,
    EVENTS_AT_A_TIME = 500,
    EVENT_PARTS_MOST = 40, /* of events that no bot.db has yet */
    PHRASE_MAX_BYTES = 4096,
};

static const struct column COLUMNS[] = {
    {"update_id", NULL, CELL_TEXT}, {"at_ms", "AT", CELL_TIME},  {"after_ms", "AFTER", CELL_AGE},
    {"step", NULL, CELL_TEXT},      {"by", "WHO", CELL_TEXT},    {"took_ms", "TOOK", CELL_AGE},
    {"result", NULL, CELL_TEXT},    {"what", "WHAT", CELL_TEXT},
};

/* What is gathered about one update. */
struct story {
    struct session *session;
    int64_t update_id;
    struct queue_whereabouts now;
    struct timeline *timeline;
    char gap[400]; /* why the log is not in it; "" when it is */
};

/* ---- what was ---- */

static bool add_steps(struct story *story, struct err *err)
{
    char cursor[REDIS_ID_SIZE] = "";

    do {
        struct queue_batch *batch = NULL;

        if (!queue_trace_part(story->session->queue, story->update_id, cursor, &batch, err)) {
            return false;
        }
        for (size_t i = 0; i < queue_batch_count(batch); i++) {
            struct queue_entry entry = queue_batch_entry(batch, i);

            timeline_add_step(story->timeline, &entry);
        }
        queue_batch_free(batch);
    } while (cursor[0] != '\0');
    return true;
}

/* Of an update that no worker has taken yet, or of which the trace has forgotten the beginning. */
static void add_arrivals(struct story *story)
{
    for (size_t i = 0; i < story->now.place_count; i++) {
        const struct queue_place *place = &story->now.places[i];
        int64_t received_ms = (int64_t)strtoimax(queue_place_text(place, "received_ms"), NULL, 10);

        if (received_ms > 0) {
            timeline_add_arrival(story->timeline, received_ms, queue_place_text(place, "kind"),
                                 queue_place_text(place, "chat_id"));
        }
    }
}

static enum event_result result_of(const char *name)
{
    for (int result = EVENT_OK; result < EVENT_UNKNOWN; result++) {
        if (strcmp(event_result_name((enum event_result)result), name) == 0) {
            return (enum event_result)result;
        }
    }
    return EVENT_UNKNOWN;
}

/* What the file has; that it cannot be read is no reason to tell nothing. */
static void add_log(struct story *story)
{
    struct log_reader *reader = log_reader_new(story->session->settings->data_dir);
    struct log_page page = {.count = 0};
    struct err err = ERR_INIT;

    if (!log_of_update(reader, story->update_id, LOG_ROWS_MOST, &page, &err)) {
        (void)snprintf(story->gap, sizeof(story->gap), "%s", err.message);
    }
    for (size_t i = page.count; i > 0; i--) {
        const struct log_row *row = &page.rows[i - 1];

        timeline_add_event(story->timeline, &(struct event){.user = row->user,
                                                            .action = row->action,
                                                            .target = row->target,
                                                            .result = result_of(row->result),
                                                            .ms = row->ms});
    }
    log_page_free(&page);
    log_reader_free(reader);
}

static void add_event(struct story *story, const struct queue_entry *entry)
{
    struct err ignored = ERR_INIT;
    struct event event;

    if (event_decode(entry->fields, entry->field_count, &event, &ignored) &&
        event.ref == story->update_id) {
        timeline_add_event(story->timeline, &event);
    }
}

/* What is on its way into the files. */
static bool add_events(struct story *story, struct err *err)
{
    char after[REDIS_ID_SIZE] = "0-0";
    size_t count = EVENTS_AT_A_TIME;

    for (int part = 0; part < EVENT_PARTS_MOST && count == EVENTS_AT_A_TIME; part++) {
        struct queue_batch *batch = NULL;

        if (!queue_events_read(story->session->queue, after, EVENTS_AT_A_TIME, 0, &batch, err)) {
            return false;
        }
        count = queue_batch_count(batch);
        for (size_t i = 0; i < count; i++) {
            struct queue_entry entry = queue_batch_entry(batch, i);

            add_event(story, &entry);
            (void)snprintf(after, sizeof(after), "%s", entry.id);
        }
        queue_batch_free(batch);
    }
    return true;
}

/* ---- what is ---- */

static void add_now(struct story *story, const char *by, const char *what, const char *result)
{
    timeline_add_line(story->timeline, &(struct timeline_line){.at_ms = story->now.now_ms,
                                                               .step = "now",
                                                               .by = by,
                                                               .what = what,
                                                               .took_ms = -1,
                                                               .result = result});
}

static void add_places(struct story *story)
{
    for (size_t i = 0; i < story->now.place_count; i++) {
        const struct queue_place *place = &story->now.places[i];
        struct buf what;

        buf_init(&what, PHRASE_MAX_BYTES);
        place_tell(&story->now, i, &what);
        add_now(story, place_is_held(place) ? place->holder : "queue", buf_text(&what), "");
        buf_free(&what);
    }
}

/* A call that was begun and has not ended, as far as anybody knows. */
static void add_intents(struct story *story)
{
    for (size_t i = 0; i < story->now.intent_count; i++) {
        const char *text = story->now.intents[i].value;
        struct err ignored = ERR_INIT;
        struct json *intent = json_parse(text, strlen(text), &ignored);
        const char *state = json_text(intent, "state");
        const char *what = json_text(intent, "what");
        char phrase[400];

        if (!intent) {
            (void)snprintf(phrase, sizeof(phrase), "is to be cancelled: %.300s", text);
            add_now(story, "queue", phrase, "");
        } else if (state && strcmp(state, "begun") == 0) {
            (void)snprintf(phrase, sizeof(phrase), "has begun %.300s", what ? what : "a call");
            add_now(story, json_text(intent, "by") ? json_text(intent, "by") : "", phrase,
                    "not known yet");
        }
        json_free(intent);
    }
}

static void add_unknown(struct story *story)
{
    struct err ignored = ERR_INIT;
    const char *text = story->now.unknown;
    struct json *unknown = json_parse(text, strlen(text), &ignored);
    const char *what = json_text(unknown, "what");
    char phrase[400];

    if (text[0] != '\0') {
        (void)snprintf(phrase, sizeof(phrase), "nobody knows what became of %.300s",
                       what ? what : "a call");
        add_now(story, "queue", phrase, "unknown");
    }
    json_free(unknown);
}

/* ---- the verb ---- */

static enum tone tone_of(const struct timeline_line *line)
{
    static const struct {
        const char *step;
        enum tone tone;
    } TONES[] = {{"dead", TONE_BAD},       {"undeliverable", TONE_BAD}, {"reaped", TONE_WARN},
                 {"not_begun", TONE_WARN}, {"dropped", TONE_WARN},      {"now", TONE_GOOD}};

    for (size_t i = 0; i < ARRAY_LEN(TONES); i++) {
        if (strcmp(TONES[i].step, line->step) == 0) {
            return strcmp(line->result, "unknown") == 0 ? TONE_BAD : TONES[i].tone;
        }
    }
    return TONE_PLAIN;
}

static void show_line(struct story *story, const struct timeline_line *line, int64_t begin_ms)
{
    struct listing *listing = story->session->listing;
    bool table = !listing_is_json(listing);

    listing_textf(listing, "%" PRId64, story->update_id);
    listing_number(listing, line->at_ms);
    listing_number(listing, line->at_ms - begin_ms);
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
    listing_tone(listing, tone_of(line));
    listing_row(listing);
}

static void show(struct story *story)
{
    size_t count = timeline_finish(story->timeline);
    struct listing *listing = story->session->listing;

    listing_begin(listing, story->session->schema, COLUMNS, ARRAY_LEN(COLUMNS));
    for (size_t i = 0; i < count; i++) {
        struct timeline_line line = timeline_at(story->timeline, i);

        show_line(story, &line, timeline_at(story->timeline, 0).at_ms);
    }
    if (story->now.unknown[0] != '\0') {
        listing_note(listing,
                     "Look at the hosting account, then: queuectl unknown settle u%" PRId64
                     " done|not-done",
                     story->update_id);
    }
    if (story->gap[0] != '\0') {
        listing_note(listing, "without the log: %s", story->gap);
    }
}

/* Everything about the update, and whether there is anything. */
static bool gather(struct story *story, struct err *err)
{
    story->update_id = (int64_t)strtoimax(story->now.update_id, NULL, 10);
    if (!add_steps(story, err)) {
        return false;
    }
    add_arrivals(story);
    add_log(story);
    if (!add_events(story, err)) {
        return false;
    }
    add_places(story);
    add_intents(story);
    add_unknown(story);
    return true;
}

enum ending verb_trace(struct session *session, struct err *err)
{
    const char *word = session->arguments[0];
    const char *update_id = entry_update_id(word);
    struct story story = {.session = session};
    enum ending ending = ENDING_FAILED;

    if (!update_id && !entry_is_id(word)) {
        (void)err_set(err, ERR_REJECT,
                      "%.60s: neither an update, u<number>, nor the ID of an entry", word);
        return ENDING_USAGE;
    }
    if (!queue_where(session->queue, update_id ? update_id : word, &story.now, err)) {
        return ENDING_FAILED;
    }
    story.timeline = timeline_new();
    if (story.now.update_id[0] == '\0' || gather(&story, err)) {
        ending = ENDING_OK;
    }
    if (ending == ENDING_OK && timeline_count(story.timeline) == 0) {
        (void)err_set(err, ERR_REJECT,
                      "nothing is known of %.60s: it never arrived, or is longer ago than the trace"
                      " and the log reach",
                      word);
        ending = ENDING_NOT_FOUND;
    }
    if (ending == ENDING_OK) {
        show(&story);
    }
    timeline_free(story.timeline);
    queue_where_free(&story.now);
    return ending;
}
