/* SPDX-License-Identifier: MIT */
/* ls and stats: how much there is of everything, what the workers do, what the limits leave. */
#include "deploy/queuectl/durations.h"
#include "deploy/queuectl/figures.h"
#include "deploy/queuectl/look.h"
#include "deploy/queuectl/verb_functions.h"
#include "shared/base/clock.h"
#include "shared/base/compiler.h"
#include "shared/base/mem.h"
#include "shared/base/stop.h"
#include "shared/ops/readings.h"
#include "shared/ops/stuck_service.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- ls ---- */

static const struct column STREAM_COLUMNS[] = {
    {"stream", "STREAM", CELL_TEXT},     {"waiting", "WAITING", CELL_NUMBER},
    {"running", "RUNNING", CELL_NUMBER}, {"parked", "PARKED", CELL_NUMBER},
    {"oldest_ms", "OLDEST", CELL_AGE},   {"what", "WHAT IT HOLDS", CELL_TEXT},
};

struct stream_row {
    const char *name;
    int64_t waiting;
    int64_t running; /* -1: nothing runs in it */
    int64_t parked;  /* -1: nothing is parked */
    int64_t oldest_ms;
    const char *what;
};

static void put_count(struct listing *listing, int64_t count)
{
    if (count < 0) {
        listing_none(listing);
    } else {
        listing_number(listing, count);
    }
}

static void put_stream(struct session *session, const struct stream_row *row)
{
    listing_text(session->listing, row->name);
    listing_number(session->listing, row->waiting);
    put_count(session->listing, row->running);
    put_count(session->listing, row->parked);
    if (row->oldest_ms > 0) {
        listing_number(session->listing, row->oldest_ms);
    } else {
        listing_none(session->listing);
    }
    listing_text(session->listing, row->what);
    listing_row(session->listing);
}

static int64_t age_of(const struct survey *survey, int64_t ms)
{
    return ms > 0 ? survey->now_ms - ms : 0;
}

enum ending verb_ls(struct session *session, struct err *err)
{
    struct look *look = look_new(session, err);
    const struct survey *survey = look ? &look->survey : NULL;

    if (!survey) {
        return ENDING_FAILED;
    }
    listing_begin(session->listing, session->schema, STREAM_COLUMNS, ARRAY_LEN(STREAM_COLUMNS));
    put_stream(session, &(struct stream_row){"updates", reading_waiting(survey),
                                             survey->updates.running, survey->updates.parked,
                                             age_of(survey, reading_unbegun_since_ms(survey)),
                                             "what people did"});
    put_stream(session, &(struct stream_row){
                            "replies", survey->replies.unread, survey->replies.taken, -1,
                            reading_oldest_reply_ms(survey), "what Telegram is to be told"});
    put_stream(session, &(struct stream_row){"events", survey->events.length, -1, -1,
                                             reading_oldest_event_ms(survey),
                                             "what was done, on its way to bot.db"});
    put_stream(session, &(struct stream_row){
                            "dead", survey->dead_count, -1, -1,
                            survey->dead_shown > 0 ? age_of(survey, survey->dead[0].died_ms) : 0,
                            "what was given up: queuectl dead ls"});
    put_stream(session, &(struct stream_row){"unknown", survey->unknown_count, -1, -1, 0,
                                             "outcomes nobody knows: queuectl unknown ls"});
    look_free(look);
    return ENDING_OK;
}

/* ---- stats ---- */

static const struct column LINE_COLUMNS[] = {
    {"label", "", CELL_TEXT},
    {"value", "", CELL_TEXT},
    {"rate", "", CELL_TEXT},
};

static const struct column WORKER_COLUMNS[] = {
    {"process", "PROCESS", CELL_TEXT}, {"role", "ROLE", CELL_TEXT},
    {"alive", "ALIVE", CELL_TRUTH},    {"seen_age_ms", "HEARD", CELL_AGE},
    {"version", "VERSION", CELL_TEXT}, {"busy", "BUSY", CELL_NUMBER},
    {"failing", "FAILING", CELL_TEXT},
};

static const struct column DURATION_COLUMNS[] = {
    {"what", "LATELY", CELL_TEXT},
    {"count", "UPDATES", CELL_NUMBER},
    {"p50_ms", "HALF WITHIN", CELL_AGE},
    {"p95_ms", "95 % WITHIN", CELL_AGE},
};

static const struct column LIMIT_COLUMNS[] = {
    {"account", "ACCOUNT", CELL_TEXT},
    {"window", "CALLS/MS", CELL_TEXT},
    {"tokens", "ROOM", CELL_NUMBER},
    {"wait_ms", "WAITS STILL", CELL_AGE},
};

/* What an earlier look had, for the rates of the counters. */
struct earlier {
    bool known;
    int64_t now_ms;
    int64_t *values; /* FIGURE_COUNT of them */
};

static void put_figures_as_json(struct session *session, const struct survey *survey,
                                const struct earlier *earlier)
{
    static struct column columns[LISTING_COLUMNS_MAX];
    static char names[LISTING_COLUMNS_MAX][48];
    size_t count = 0;

    assert(2 * FIGURE_COUNT <= LISTING_COLUMNS_MAX);
    for (size_t i = 0; i < FIGURE_COUNT; i++) {
        columns[count++] = (struct column){FIGURES[i].name, NULL, FIGURES[i].kind};
    }
    for (size_t i = 0; earlier->known && i < FIGURE_COUNT; i++) {
        if (FIGURES[i].counter) {
            (void)snprintf(names[count], sizeof(names[count]), "%s_per_min", FIGURES[i].name);
            columns[count] = (struct column){names[count], NULL, CELL_NUMBER};
            count++;
        }
    }
    listing_begin(session->listing, session->schema, columns, count);
    for (size_t i = 0; i < FIGURE_COUNT; i++) {
        listing_number(session->listing, figure_value(&FIGURES[i], survey));
    }
    for (size_t i = 0; earlier->known && i < FIGURE_COUNT; i++) {
        if (FIGURES[i].counter) {
            listing_number(session->listing,
                           figure_per_minute(figure_value(&FIGURES[i], survey) - earlier->values[i],
                                             survey->now_ms - earlier->now_ms));
        }
    }
    listing_row(session->listing);
}

static void put_figures_as_lines(struct session *session, const struct survey *survey,
                                 const struct earlier *earlier)
{
    /* Without an earlier look there are no rates. */
    listing_begin(session->listing, session->schema, LINE_COLUMNS,
                  ARRAY_LEN(LINE_COLUMNS) - (earlier->known ? 0 : 1));
    for (size_t i = 0; i < FIGURE_COUNT; i++) {
        int64_t value = figure_value(&FIGURES[i], survey);
        struct buf text;

        buf_init(&text, 64);
        if (FIGURES[i].kind == CELL_AGE && value == 0) {
            buf_addf(&text, "-"); /* there is none */
        } else {
            listing_write(session->listing, FIGURES[i].kind, value, &text);
        }
        listing_text(session->listing, FIGURES[i].label);
        listing_text(session->listing, buf_text(&text));
        if (earlier->known && FIGURES[i].counter) {
            listing_textf(
                session->listing, "%" PRId64 " a minute",
                figure_per_minute(value - earlier->values[i], survey->now_ms - earlier->now_ms));
        }
        listing_row(session->listing);
        buf_free(&text);
    }
}

/* Names of the checks that fail. */
static void add_failing(const struct json *report, struct buf *out)
{
    const struct json *checks = json_at(report, "checks");

    for (const struct json *check = json_first(checks); check; check = json_next(check)) {
        bool ok = true;

        if (json_bool(check, "ok", &ok) && !ok) {
            buf_addf(out, "%s%s", out->len > 0 ? " " : "", json_name(check));
        }
    }
}

static void put_duration(struct session *session, const char *what,
                         const struct durations *durations)
{
    listing_text(session->listing, what);
    listing_number(session->listing, (int64_t)durations->count);
    if (durations->count > 0) {
        listing_number(session->listing, durations->half_ms);
        listing_number(session->listing, durations->most_ms);
    }
    listing_row(session->listing);
}

static bool put_durations(struct session *session, struct err *err)
{
    struct durations_lately lately;

    if (!durations_read(session, &lately, err)) {
        return false;
    }
    listing_begin(session->listing, "stats-duration", DURATION_COLUMNS,
                  ARRAY_LEN(DURATION_COLUMNS));
    put_duration(session, "wait", &lately.wait);
    put_duration(session, "run", &lately.run);
    return true;
}

static void put_processes(struct session *session, const struct survey *survey)
{
    listing_begin(session->listing, "stats-process", WORKER_COLUMNS, ARRAY_LEN(WORKER_COLUMNS));
    for (size_t i = 0; i < survey->service_count; i++) {
        const struct survey_service *service = &survey->services[i];
        bool alive = stuck_is_alive(survey, service);
        struct buf failing;

        buf_init(&failing, 1024);
        if (alive) {
            add_failing(service->report, &failing);
        }
        listing_text(session->listing, service->name);
        listing_text(session->listing, stuck_role(service));
        listing_number(session->listing, alive);
        listing_tone(session->listing, alive ? TONE_GOOD : TONE_BAD);
        listing_number(session->listing, survey->now_ms - service->seen_ms);
        listing_text(session->listing, json_text(service->report, "version"));
        listing_number(session->listing, (int64_t)json_count(json_at(service->report, "doing")));
        listing_text(session->listing, failing.len > 0 ? buf_text(&failing) : NULL);
        listing_tone(session->listing, TONE_BAD);
        listing_row(session->listing);
        buf_free(&failing);
    }
}

static void put_bucket(struct session *session, const struct survey_limit *limit,
                       const struct survey_bucket *bucket, int64_t now_ms)
{
    listing_text(session->listing, limit->account);
    listing_text(session->listing, bucket->window);
    listing_number(session->listing, bucket->milli_tokens / 1000);
    if (limit->until_ms > now_ms) {
        listing_number(session->listing, limit->until_ms - now_ms);
        listing_tone(session->listing, TONE_BAD);
    }
    listing_row(session->listing);
}

static void put_limits(struct session *session, const struct survey *survey)
{
    listing_begin(session->listing, "stats-limit", LIMIT_COLUMNS, ARRAY_LEN(LIMIT_COLUMNS));
    for (size_t i = 0; i < survey->limit_count; i++) {
        for (size_t bucket = 0; bucket < survey->limits[i].bucket_count; bucket++) {
            put_bucket(session, &survey->limits[i], &survey->limits[i].buckets[bucket],
                       survey->now_ms);
        }
    }
}

static void remember(struct earlier *earlier, const struct survey *survey)
{
    earlier->known = true;
    earlier->now_ms = survey->now_ms;
    for (size_t i = 0; i < FIGURE_COUNT; i++) {
        earlier->values[i] = figure_value(&FIGURES[i], survey);
    }
}

static bool look_once(struct session *session, struct earlier *earlier, struct err *err)
{
    struct look *look = look_new(session, err);
    bool ok;

    if (!look) {
        return false;
    }
    if (listing_is_json(session->listing)) {
        put_figures_as_json(session, &look->survey, earlier);
    } else {
        put_figures_as_lines(session, &look->survey, earlier);
    }
    put_processes(session, &look->survey);
    put_limits(session, &look->survey);
    ok = put_durations(session, err);
    listing_end(session->listing);
    remember(earlier, &look->survey);
    look_free(look);
    return ok;
}

enum ending verb_stats(struct session *session, struct err *err)
{
    int64_t every_ms = options_ms(session->options, OPTION_WATCH, 0);
    struct earlier earlier = {.values = xcalloc(FIGURE_COUNT, sizeof(*earlier.values))};
    bool ok = look_once(session, &earlier, err);

    while (ok && every_ms > 0 && !stop_wait_ms(every_ms)) {
        listing_note(session->listing, " ");
        ok = look_once(session, &earlier, err);
    }
    free(earlier.values);
    return ok ? ENDING_OK : ENDING_FAILED;
}
