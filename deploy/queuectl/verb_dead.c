/* SPDX-License-Identifier: MIT */
/* dead ls, dead show, dead retry and dead drop. */
#include "deploy/queuectl/act.h"
#include "deploy/queuectl/dead.h"
#include "deploy/queuectl/entry_name.h"
#include "deploy/queuectl/mask.h"
#include "deploy/queuectl/verb_functions.h"
#include "shared/base/compiler.h"
#include "shared/base/mem.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SHOWN_FIRST = 10, TEXT_MAX_BYTES = 1024 * 1024 };

static const struct column LETTER_COLUMNS[] = {
    {"id", "ID", CELL_TEXT},
    {"died_ms", NULL, CELL_TIME},
    {"age_ms", "AGE", CELL_AGE},
    {"kind", "KIND", CELL_TEXT},
    {"chat_id", "CHAT", CELL_TEXT},
    {"update_id", "UPDATE", CELL_TEXT},
    {"deliveries", "TRIED", CELL_NUMBER},
    {"text", "TEXT", CELL_TEXT},
    {"reason", "REASON", CELL_TEXT},
};

static const struct column FIELD_COLUMNS[] = {
    {"id", NULL, CELL_TEXT},
    {"field", "FIELD", CELL_TEXT},
    {"value", "VALUE", CELL_TEXT},
};

static const struct column SUM_COLUMNS[] = {
    {"meant", NULL, CELL_NUMBER},
    {"shown", NULL, CELL_NUMBER},
    {"text", NULL, CELL_TEXT},
};

/* ---- looking ---- */

struct view {
    struct session *session;
    int64_t now_ms;
    const char *only_id; /* of dead show */
};

/* The text of a reply is the name of a method, which is nobody's secret. */
static void put_text(struct session *session, const struct dead_letter *letter)
{
    bool shown = strcmp(letter->kind, "reply") == 0 || options_has(session->options, OPTION_TEXTS);
    struct buf text;

    buf_init(&text, TEXT_MAX_BYTES);
    mask_text(&text, letter->text, shown);
    listing_text(session->listing, buf_text(&text));
    buf_free(&text);
}

static bool show_letter(void *context, const struct dead_letter *letter)
{
    struct view *view = context;
    struct listing *listing = view->session->listing;

    listing_text(listing, letter->id);
    listing_number(listing, letter->died_ms);
    listing_number(listing, view->now_ms - letter->died_ms);
    listing_text(listing, letter->kind);
    listing_text(listing, letter->chat_id);
    listing_text(listing, letter->update_id);
    listing_number(listing, letter->deliveries);
    put_text(view->session, letter);
    listing_text(listing, letter->reason);
    listing_row(listing);
    return true;
}

enum ending verb_dead_ls(struct session *session, struct err *err)
{
    const struct dead_filter filter = dead_filter_of(session->options);
    struct view view = {.session = session};

    listing_begin(session->listing, session->schema, LETTER_COLUMNS, ARRAY_LEN(LETTER_COLUMNS));
    if (!session_now(session, &view.now_ms, err) ||
        !dead_each(session, &filter, show_letter, &view, err)) {
        return ENDING_FAILED;
    }
    if (listing_rows(session->listing) == 0) {
        listing_note(session->listing, "nothing was given up");
    }
    return ENDING_OK;
}

static bool show_fields(void *context, const struct dead_letter *letter)
{
    struct view *view = context;
    struct listing *listing = view->session->listing;

    if (strcmp(letter->id, view->only_id) != 0) {
        return true;
    }
    for (size_t i = 0; i < letter->field_count; i++) {
        struct buf text;

        buf_init(&text, TEXT_MAX_BYTES);
        mask_text(&text, letter->fields[i].value,
                  !mask_is_private(letter->fields[i].name) ||
                      options_has(view->session->options, OPTION_TEXTS));
        listing_text(listing, letter->id);
        listing_text(listing, letter->fields[i].name);
        listing_text(listing, buf_text(&text));
        listing_row(listing);
        buf_free(&text);
    }
    return false;
}

enum ending verb_dead_show(struct session *session, struct err *err)
{
    const struct dead_filter everything = {.kind = NULL};
    char id[REDIS_ID_SIZE] = "";
    bool found = false;
    struct view view = {.session = session, .only_id = id};

    if (!entry_find(session, session->arguments[0], id, &found, err)) {
        return ENDING_FAILED;
    }
    listing_begin(session->listing, session->schema, FIELD_COLUMNS, ARRAY_LEN(FIELD_COLUMNS));
    if (!dead_each(session, &everything, show_fields, &view, err)) {
        return ENDING_FAILED;
    }
    if (listing_rows(session->listing) == 0) {
        (void)err_set(err, ERR_REJECT, "%.60s is not among the dead: queuectl dead ls",
                      session->arguments[0]);
        return ENDING_NOT_FOUND;
    }
    return ENDING_OK;
}

/* ---- retrying and dropping ---- */

struct heap {
    char (*ids)[REDIS_ID_SIZE];
    size_t count;
};

static bool gather(void *context, const struct dead_letter *letter)
{
    struct heap *heap = context;

    heap->ids = xreallocarray(heap->ids, heap->count + 1, sizeof(*heap->ids));
    (void)snprintf(heap->ids[heap->count++], REDIS_ID_SIZE, "%s", letter->id);
    return true;
}

/* The letters that the options mean; without any there has to be --all. */
static bool gather_meant(struct session *session, struct heap *out, enum ending *ending,
                         struct err *err)
{
    const struct dead_filter filter = dead_filter_of(session->options);
    bool narrowed = filter.older_ms > 0 || filter.kind || filter.match;

    *ending = ENDING_USAGE;
    if (!narrowed && !options_has(session->options, OPTION_ALL)) {
        return err_set(err, ERR_REJECT, "which? IDs, --older, --kind, --match, or --all of them");
    }
    *ending = ENDING_FAILED;
    return dead_each(session, &filter, gather, out, err);
}

static bool gather_named(struct session *session, struct heap *out, enum ending *ending,
                         struct err *err)
{
    out->ids = xcalloc(session->argument_count, sizeof(*out->ids));
    for (size_t i = 0; i < session->argument_count; i++) {
        bool found = false;

        *ending = ENDING_FAILED;
        if (!entry_find(session, session->arguments[i], out->ids[i], &found, err)) {
            return false;
        }
        if (!found) {
            *ending = ENDING_NOT_FOUND;
            return err_set(err, ERR_REJECT, "%.60s is not among the dead: queuectl dead ls",
                           session->arguments[i]);
        }
        out->count++;
    }
    return true;
}

static void sum_up(struct session *session, size_t meant, size_t shown)
{
    listing_begin(session->listing, "dead-sum", SUM_COLUMNS, ARRAY_LEN(SUM_COLUMNS));
    listing_number(session->listing, (int64_t)meant);
    listing_number(session->listing, (int64_t)shown);
    listing_textf(session->listing, "%zu in all%s", meant,
                  shown < meant ? ", the oldest are shown" : "");
    listing_row(session->listing);
}

/* A dry run looks at the first ones only: it is to show what is meant, not to ask a thousand times.
 */
static enum ending do_to_letters(struct session *session, const char *name, const char *function,
                                 const char *text, struct err *err)
{
    struct heap heap = {.count = 0};
    enum ending ending = ENDING_FAILED;
    bool dry_run = options_has(session->options, OPTION_DRY_RUN);
    struct act *acts = NULL;
    char question[128];
    size_t count;

    if (session->argument_count > 0 ? !gather_named(session, &heap, &ending, err)
                                    : !gather_meant(session, &heap, &ending, err)) {
        free(heap.ids);
        return ending;
    }
    count = dry_run && heap.count > SHOWN_FIRST ? SHOWN_FIRST : heap.count;
    acts = xcalloc(count + 1, sizeof(*acts));
    for (size_t i = 0; i < count; i++) {
        acts[i] = (struct act){
            .function = function, .subject = heap.ids[i], .words = {heap.ids[i]}, .text = text};
    }
    (void)snprintf(question, sizeof(question), "%s %zu dead letters", name, heap.count);
    ending = count > 0 ? act_run(session, question, acts, count, err) : ENDING_OK;
    if (err->kind == ERR_NONE && (dry_run || count == 0)) {
        sum_up(session, heap.count, count);
    }
    free(acts);
    free(heap.ids);
    return ending;
}

enum ending verb_dead_retry(struct session *session, struct err *err)
{
    return do_to_letters(session, "Retry", "bq_retry", NULL, err);
}

enum ending verb_dead_drop(struct session *session, struct err *err)
{
    const char *reason = options_text(session->options, OPTION_REASON);

    return do_to_letters(session, "Drop", "bq_drop", reason ? reason : "", err);
}
