/* SPDX-License-Identifier: MIT */
#include "shared/ops/timeline.h"

#include "shared/base/buf.h"
#include "shared/base/mem.h"
#include "shared/wire/made_call.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { TEXT_MAX_BYTES = 4096 };

struct row {
    int64_t at_ms;
    const char *step; /* static, or `word` */
    char *word;       /* owned, or NULL    */
    char *by;         /* owned             */
    char *what;       /* owned             */
    char *result;     /* owned             */
    char *deed;       /* owned: "sub_add shop.example.com ok", as the log would have it; or NULL */
    int64_t took_ms;
    size_t order; /* of those at the same time */
};

struct timeline {
    struct row *rows; /* owned */
    size_t count;
    int64_t taken_ms; /* when its worker got it */
};

struct timeline *timeline_new(void)
{
    return xcalloc(1, sizeof(struct timeline));
}

void timeline_free(struct timeline *timeline)
{
    if (!timeline) {
        return;
    }
    for (size_t i = 0; i < timeline->count; i++) {
        struct row *row = &timeline->rows[i];

        free(row->word);
        free(row->by);
        free(row->what);
        free(row->result);
        free(row->deed);
    }
    free(timeline->rows);
    free(timeline);
}

static struct row *add_row(struct timeline *timeline, const struct timeline_line *line)
{
    struct row *row;

    timeline->rows = xreallocarray(timeline->rows, timeline->count + 1, sizeof(*timeline->rows));
    row = &timeline->rows[timeline->count];
    *row = (struct row){.at_ms = line->at_ms,
                        .step = line->step,
                        .by = xstrdup(line->by),
                        .what = xstrdup(line->what),
                        .result = xstrdup(line->result),
                        .took_ms = line->took_ms,
                        .order = timeline->count};
    timeline->count++;
    return row;
}

void timeline_add_line(struct timeline *timeline, const struct timeline_line *line)
{
    (void)add_row(timeline, line);
}

/* ---- fields of a step ---- */

static const char *value(const struct queue_entry *entry, const char *name)
{
    for (size_t i = 0; i < entry->field_count; i++) {
        if (strcmp(entry->fields[i].name, name) == 0) {
            return entry->fields[i].value;
        }
    }
    return "";
}

static int64_t number(const struct queue_entry *entry, const char *name, int64_t otherwise)
{
    const char *text = value(entry, name);

    return text[0] != '\0' ? (int64_t)strtoimax(text, NULL, 10) : otherwise;
}

/* ---- what each step tells ---- */

struct telling {
    struct buf what;
    struct buf result;
    int64_t took_ms;
};

static void tell_taken(const struct queue_entry *entry, struct telling *out)
{
    int64_t deliveries = number(entry, "deliveries", 1);

    buf_addf(&out->what, "takes it");
    if (deliveries > 1) {
        buf_addf(&out->what, ", delivery %" PRId64, deliveries);
    }
    out->took_ms = number(entry, "waited_ms", -1);
}

static void tell_reaped(const struct queue_entry *entry, struct telling *out)
{
    buf_addf(&out->what, "takes it over from %s, silent for %" PRId64 " s, delivery %s",
             value(entry, "from"), number(entry, "idle_ms", 0) / 1000, value(entry, "deliveries"));
}

static void tell_begun(const struct queue_entry *entry, struct telling *out)
{
    buf_addf(&out->what, "begins %s", value(entry, "what"));
}

static void tell_not_begun(const struct queue_entry *entry, struct telling *out)
{
    buf_addf(&out->what, "does not begin %s", value(entry, "what"));
    buf_addf(&out->result, "%s", value(entry, "why"));
}

static void tell_recorded(const struct queue_entry *entry, struct telling *out)
{
    buf_addf(&out->what, "keeps what came of %s", value(entry, "what"));
    out->took_ms = number(entry, "took_ms", -1);
}

static void tell_given_back(const struct queue_entry *entry, struct telling *out)
{
    (void)entry;
    buf_addf(&out->what, "gives it back");
}

static void tell_done(const struct queue_entry *entry, struct telling *out)
{
    const char *target = value(entry, "target");
    int64_t replies = number(entry, "replies", 0);

    buf_addf(&out->what, "finishes it");
    if (value(entry, "did")[0] != '\0') {
        buf_addf(&out->what, ": %s%s%s", value(entry, "did"), target[0] != '\0' ? " " : "", target);
    }
    buf_addf(&out->what, ", %" PRId64 " repl%s", replies, replies == 1 ? "y" : "ies");
    buf_addf(&out->result, "%s", value(entry, "result"));
    out->took_ms = number(entry, "run_ms", -1);
}

static void tell_dead(const struct queue_entry *entry, struct telling *out)
{
    buf_addf(&out->what, "gives it up after %s deliveries, the last to %s",
             value(entry, "deliveries"), value(entry, "from"));
    buf_addf(&out->result, "dead");
}

/* "sendMessage", "part 2 of 3, sendMessage" */
static void add_call(const struct queue_entry *entry, struct buf *out)
{
    if (value(entry, "parts")[0] != '\0') {
        buf_addf(out, "part %s of %s, ", value(entry, "part"), value(entry, "parts"));
    }
    buf_addf(out, "%s", value(entry, "method"));
}

static void tell_delivered(const struct queue_entry *entry, struct telling *out)
{
    int64_t message_id = number(entry, "message_id", 0);
    int64_t tries = number(entry, "tries", 1);

    buf_addf(&out->what, "delivers ");
    add_call(entry, &out->what);
    if (message_id != 0) {
        buf_addf(&out->what, ", message %" PRId64, message_id);
    }
    buf_addf(&out->result, "ok");
    if (tries > 1) {
        buf_addf(&out->result, ", %" PRId64 " tries", tries);
    }
}

static void tell_dropped(const struct queue_entry *entry, struct telling *out)
{
    buf_addf(&out->what, "leaves out ");
    add_call(entry, &out->what);
    buf_addf(&out->result, "%s", value(entry, "why"));
}

static void tell_undeliverable(const struct queue_entry *entry, struct telling *out)
{
    buf_addf(&out->what, "gives up ");
    add_call(entry, &out->what);
    buf_addf(&out->result, "%s", value(entry, "reason"));
}

static void tell_operator(const struct queue_entry *entry, struct telling *out)
{
    buf_addf(&out->what, "%s by hand: %s", value(entry, "verb"), value(entry, "why"));
}

static const struct step_row {
    const char *step;
    void (*tell)(const struct queue_entry *entry, struct telling *out); /* NULL: only its calls */
} STEPS[] = {
    {"taken", tell_taken},
    {"reaped", tell_reaped},
    {"progress", NULL},
    {"begun", tell_begun},
    {"not_begun", tell_not_begun},
    {"recorded", tell_recorded},
    {"given_back", tell_given_back},
    {"done", tell_done},
    {"dead", tell_dead},
    {"delivered", tell_delivered},
    {"dropped", tell_dropped},
    {"undeliverable", tell_undeliverable},
    {"operator", tell_operator},
};

static const struct step_row *find_step(const char *step)
{
    for (size_t i = 0; i < ARRAY_LEN(STEPS); i++) {
        if (strcmp(STEPS[i].step, step) == 0) {
            return &STEPS[i];
        }
    }
    return NULL;
}

/* ---- steps ---- */

/* The arrivals so far; *out_told says that one of them was at `received_ms`. */
static size_t count_arrivals(const struct timeline *timeline, int64_t received_ms, bool *out_told)
{
    size_t count = 0;

    *out_told = false;
    for (size_t i = 0; i < timeline->count; i++) {
        const struct row *row = &timeline->rows[i];

        if (strcmp(row->step, "arrived") == 0) {
            *out_told = *out_told || row->at_ms == received_ms;
            count++;
        }
    }
    return count;
}

void timeline_add_arrival(struct timeline *timeline, int64_t received_ms, const char *kind,
                          const char *chat_id)
{
    char what[200];
    bool told;
    bool again = count_arrivals(timeline, received_ms, &told) > 0;

    if (told) {
        return;
    }
    (void)snprintf(what, sizeof(what), "%s a %.60s of chat %.60s", again ? "puts back" : "takes in",
                   kind, chat_id);
    timeline_add_line(timeline, &(struct timeline_line){.at_ms = received_ms,
                                                        .step = "arrived",
                                                        .by = again ? "queue" : "gateway",
                                                        .what = what,
                                                        .took_ms = -1,
                                                        .result = ""});
}

/* What came of a call: "ok, HTTP 200", "limit, 30000 ms of it for the account's limit". */
static void add_result(const struct made_call *call, struct buf *out)
{
    buf_addf(out, "%s", call->outcome);
    if (call->cached) {
        buf_addf(out, ", from the cache");
    }
    if (call->http_status != 0) {
        buf_addf(out, ", HTTP %d", call->http_status);
    }
    if (call->tries > 1) {
        buf_addf(out, ", %" PRId64 " tries", call->tries);
    }
    if (call->waited_ms > 0) {
        buf_addf(out, ", %" PRId64 " ms of it for the account's limit", call->waited_ms);
    }
}

static int64_t between(int64_t least, int64_t ms, int64_t most)
{
    return ms < least ? least : ms > most ? most : ms;
}

static void add_made_call(struct timeline *timeline, const char *by, int64_t told_ms,
                          const char *line)
{
    struct made_call_texts texts;
    struct made_call call;
    struct buf what;
    struct buf result;

    if (!made_call_read(line, &texts, &call)) {
        return;
    }
    buf_init(&what, TEXT_MAX_BYTES);
    buf_init(&result, TEXT_MAX_BYTES);
    buf_addf(&what, "%s%s%s", call.method, call.target[0] != '\0' ? " " : "", call.target);
    add_result(&call, &result);
    timeline_add_line(
        timeline, &(struct timeline_line){.at_ms = between(timeline->taken_ms, call.at_ms, told_ms),
                                          .step = "call",
                                          .by = by,
                                          .what = buf_text(&what),
                                          .took_ms = call.took_ms,
                                          .result = buf_text(&result)});
    buf_free(&what);
    buf_free(&result);
}

static void add_calls(struct timeline *timeline, const struct queue_entry *entry, int64_t told_ms)
{
    char what[80];
    int64_t more = number(entry, "more_calls", 0);

    for (size_t i = 0; i < entry->field_count; i++) {
        if (strcmp(entry->fields[i].name, "call") == 0) {
            add_made_call(timeline, value(entry, "by"), told_ms, entry->fields[i].value);
        }
    }
    if (more > 0) {
        (void)snprintf(what, sizeof(what), "%" PRId64 " more calls", more);
        timeline_add_line(timeline, &(struct timeline_line){.at_ms = told_ms,
                                                            .step = "call",
                                                            .by = value(entry, "by"),
                                                            .what = what,
                                                            .took_ms = -1,
                                                            .result = ""});
    }
}

/* How the log has what the step has told; NULL when it has nothing of it. */
static char *deed_of(const struct queue_entry *entry)
{
    char deed[600];

    if (value(entry, "did")[0] != '\0') {
        (void)snprintf(deed, sizeof(deed), "%s %s %s", value(entry, "did"), value(entry, "target"),
                       value(entry, "result"));
        return xstrdup(deed);
    }
    if (value(entry, "verb")[0] != '\0') {
        (void)snprintf(deed, sizeof(deed), "operator.%s", value(entry, "verb"));
        return xstrdup(deed);
    }
    return NULL;
}

static void add_telling(struct timeline *timeline, const struct queue_entry *entry,
                        const struct step_row *known, int64_t at_ms)
{
    struct telling telling = {.took_ms = -1};
    struct row *row;

    buf_init(&telling.what, TEXT_MAX_BYTES);
    buf_init(&telling.result, TEXT_MAX_BYTES);
    if (known) {
        known->tell(entry, &telling);
    } else { /* a newer program's */
        buf_addf(&telling.what, "%s", value(entry, "step"));
    }
    row = add_row(timeline, &(struct timeline_line){.at_ms = at_ms,
                                                    .step = known ? known->step : "",
                                                    .by = value(entry, "by"),
                                                    .what = buf_text(&telling.what),
                                                    .took_ms = telling.took_ms,
                                                    .result = buf_text(&telling.result)});
    row->deed = deed_of(entry);
    if (!known) {
        row->word = xstrdup(value(entry, "step"));
        row->step = row->word;
    }
    buf_free(&telling.what);
    buf_free(&telling.result);
}

void timeline_add_step(struct timeline *timeline, const struct queue_entry *entry)
{
    const struct step_row *known = find_step(value(entry, "step"));
    int64_t at_ms = (int64_t)strtoimax(entry->id, NULL, 10);

    if (known && (known->tell == tell_taken || known->tell == tell_reaped)) {
        timeline->taken_ms = at_ms;
    }
    if (known && known->tell == tell_taken && number(entry, "received_ms", 0) > 0) {
        timeline_add_arrival(timeline, number(entry, "received_ms", 0), value(entry, "kind"),
                             value(entry, "chat_id"));
    }
    add_calls(timeline, entry, at_ms);
    if (!known || known->tell) {
        add_telling(timeline, entry, known, at_ms);
    }
}

/* ---- the log ---- */

void timeline_add_event(struct timeline *timeline, const struct event *event)
{
    char deed[600];
    char what[600];

    (void)snprintf(deed, sizeof(deed), "%s %s %s", event->action, event->target,
                   event_result_name(event->result));
    for (size_t i = 0; i < timeline->count; i++) {
        const char *told = timeline->rows[i].deed;

        if (told && (strcmp(told, deed) == 0 || strcmp(told, event->action) == 0)) {
            return;
        }
    }
    (void)snprintf(what, sizeof(what), "the log: %s%s%s", event->action,
                   event->target[0] != '\0' ? " " : "", event->target);
    add_row(timeline, &(struct timeline_line){.at_ms = event->ms,
                                              .step = "log",
                                              .by = event->user[0] != '\0' ? event->user : "bot",
                                              .what = what,
                                              .took_ms = -1,
                                              .result = event_result_name(event->result)})
        ->deed = xstrdup(deed);
}

/* ---- the order ---- */

static int by_time(const void *a, const void *b)
{
    const struct row *left = a;
    const struct row *right = b;

    if (left->at_ms != right->at_ms) {
        return left->at_ms < right->at_ms ? -1 : 1;
    }
    return left->order < right->order ? -1 : 1;
}

/* How long each reply has been under way: since the step that brought it. */
static void time_deliveries(struct timeline *timeline)
{
    int64_t done_ms = 0;

    for (size_t i = 0; i < timeline->count; i++) {
        struct row *row = &timeline->rows[i];

        if (strcmp(row->step, "done") == 0 || strcmp(row->step, "dead") == 0) {
            done_ms = row->at_ms;
        }
        if (strcmp(row->step, "delivered") == 0 && done_ms > 0) {
            row->took_ms = row->at_ms - done_ms;
        }
    }
}

size_t timeline_count(const struct timeline *timeline)
{
    return timeline->count;
}

size_t timeline_finish(struct timeline *timeline)
{
    if (timeline->count > 0) {
        qsort(timeline->rows, timeline->count, sizeof(*timeline->rows), by_time);
    }
    time_deliveries(timeline);
    return timeline->count;
}

struct timeline_line timeline_at(const struct timeline *timeline, size_t index)
{
    const struct row *row = &timeline->rows[index];

    return (struct timeline_line){.at_ms = row->at_ms,
                                  .step = row->step,
                                  .by = row->by,
                                  .what = row->what,
                                  .took_ms = row->took_ms,
                                  .result = row->result};
}
