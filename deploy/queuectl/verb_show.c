/* SPDX-License-Identifier: MIT */
/* show: an entry, or all that there is of an update now; what people wrote is masked. */
#include "deploy/queuectl/entry_name.h"
#include "deploy/queuectl/mask.h"
#include "deploy/queuectl/session.h"
#include "deploy/queuectl/verb_functions.h"
#include "shared/base/compiler.h"
#include "shared/ops/place.h"
#include "shared/queue/where.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum { TEXT_MAX_BYTES = 2 * 1024 * 1024 };

static const struct column COLUMNS[] = {
    {"stream", "WHERE", CELL_TEXT},
    {"id", "ID", CELL_TEXT},
    {"field", "FIELD", CELL_TEXT},
    {"value", "VALUE", CELL_TEXT},
};

static void show(struct session *session, const char *stream, const char *id, const char *field,
                 const char *value)
{
    listing_text(session->listing, stream);
    listing_text(session->listing, id);
    listing_text(session->listing, field);
    listing_text(session->listing, value);
    listing_row(session->listing);
}

static void show_number(struct session *session, const struct queue_place *place, const char *field,
                        int64_t number)
{
    listing_text(session->listing, place->stream);
    listing_text(session->listing, place->id);
    listing_text(session->listing, field);
    listing_textf(session->listing, "%" PRId64, number);
    listing_row(session->listing);
}

/* What the entry's own fields do not say. */
static void show_state(struct session *session, const struct queue_whereabouts *now, size_t index)
{
    const struct queue_place *place = &now->places[index];
    const char *deadline = queue_place_text(place, "deadline_ms");
    struct buf phrase;

    buf_init(&phrase, TEXT_MAX_BYTES);
    place_tell(now, index, &phrase);
    show(session, place->stream, place->id, "now", buf_text(&phrase));
    buf_free(&phrase);
    if (place->holder[0] != '\0') {
        show(session, place->stream, place->id, "owner", place->holder);
        show_number(session, place, "idle_ms", place->idle_ms);
        show_number(session, place, "delivered", place->deliveries);
    }
    if (strcmp(place->stream, "updates") == 0 && deadline[0] != '\0') {
        show_number(session, place, "deadline_left_ms",
                    (int64_t)strtoimax(deadline, NULL, 10) - now->now_ms);
    }
}

static void show_fields(struct session *session, const struct queue_place *place)
{
    bool texts = options_has(session->options, OPTION_TEXTS);

    for (size_t i = 0; i < place->field_count; i++) {
        const struct field *field = &place->fields[i];
        struct buf value;

        buf_init(&value, TEXT_MAX_BYTES);
        mask_text(&value, field->value, texts || !mask_is_private(field->name));
        show(session, place->stream, place->id, field->name, buf_text(&value));
        buf_free(&value);
    }
}

static void show_all(struct session *session, const struct queue_whereabouts *now)
{
    listing_begin(session->listing, session->schema, COLUMNS, ARRAY_LEN(COLUMNS));
    for (size_t i = 0; i < now->place_count; i++) {
        show_state(session, now, i);
        show_fields(session, &now->places[i]);
    }
    for (size_t i = 0; i < now->intent_count; i++) {
        show(session, "intents", now->intents[i].name, "intent", now->intents[i].value);
    }
    if (now->unknown[0] != '\0') {
        show(session, "unknown", now->update_id, "unknown", now->unknown);
    }
}

enum ending verb_show(struct session *session, struct err *err)
{
    const char *word = session->arguments[0];
    const char *update_id = entry_update_id(word);
    struct queue_whereabouts now = {.place_count = 0};

    if (!update_id && !entry_is_id(word)) {
        (void)err_set(err, ERR_REJECT,
                      "%.60s: neither an update, u<number>, nor the ID of an entry", word);
        return ENDING_USAGE;
    }
    if (!queue_where(session->queue, update_id ? update_id : word, &now, err)) {
        return ENDING_FAILED;
    }
    show_all(session, &now);
    queue_where_free(&now);
    if (listing_rows(session->listing) == 0) {
        (void)err_set(err, ERR_REJECT,
                      "%.60s is in no stream: it has ended, see queuectl trace, or give the ID of"
                      " its entry",
                      word);
        return ENDING_NOT_FOUND;
    }
    return ENDING_OK;
}
