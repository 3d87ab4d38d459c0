/* SPDX-License-Identifier: MIT */
#include "worker/chat/change_log.h"

#include "shared/base/clock.h"
#include "shared/base/log.h"
#include "shared/queue/hold.h"
#include "worker/beget/cache.h"

#include <stdio.h>

enum { TEXT_MAX_BYTES = 3 * CHANGE_STATE_MAX_BYTES };

void change_print_what(enum change_id id, const char *name, char out[CHANGE_WHAT_SIZE])
{
    const struct beget_method_row *row = &BEGET_METHODS[CHANGES[id].method];

    (void)snprintf(out, CHANGE_WHAT_SIZE, "%s/%s %s", row->section, row->method, name);
}

/* Stays until a person has settled it. */
static void note_unknown(struct step *step, enum change_id id, const struct scene *scene,
                         const struct change_outcome *outcome)
{
    int64_t update_id = step->incoming.update->update_id;
    struct json *row = json_object();
    char what[CHANGE_WHAT_SIZE];
    struct text_number field;
    struct buf text;

    change_print_what(id, scene->target.name, what);
    json_set_int(row, "ms", clock_unix_ms());
    json_set_int(row, "chat_id", scene->chat_id);
    json_set_text(row, "what", what);
    json_set_text(row, "before", buf_text(&outcome->before));
    buf_init(&text, TEXT_MAX_BYTES);
    json_print(row, &text);
    queue_outcome_hset(step->outcome, KEY_UNKNOWN, "", text_number(&field, update_id),
                       buf_text(&text));
    if (CHANGES[id].replaces) {
        queue_outcome_expire(step->outcome, KEY_HOLD, scene->target.name, HOLD_DOUBT_S);
    }
    log_error("change.unknown", LOG_INT("update_id", update_id), LOG_TEXT("what", what));
    buf_free(&text);
    json_free(row);
}

/* {"failure":"invalid","text":"…"}: in place of the state after what was not done. */
static void print_reason(const struct change_outcome *outcome, struct buf *out)
{
    struct json *reason = json_object();

    if (outcome->end == CHANGE_REFUSED) {
        json_set_text(reason, "failure", beget_failure_name(outcome->failure));
        json_set_text(reason, "text", outcome->text);
    } else {
        json_set_text(reason, "failure", change_end_name(outcome->end));
    }
    json_print(reason, out);
    json_free(reason);
}

void change_log(struct step *step, enum change_id id, const struct scene *scene,
                const struct change_outcome *outcome)
{
    const struct change *change = &CHANGES[id];
    enum event_result result = change_event_result(outcome->end);
    char chat[CHAT_ID_SIZE];
    struct buf reason;

    buf_init(&reason, TEXT_MAX_BYTES);
    if (result == EVENT_ERROR) {
        print_reason(outcome, &reason);
    } else if (!change->local) {
        beget_cache_forget(change->forgets, step->outcome);
    }
    if (result == EVENT_OK) {
        change->note(scene, step->outcome);
    }
    if (result == EVENT_OK && change->tell) {
        change->tell(scene, step->incoming.update->update_id, step->outcome);
    }
    if (result == EVENT_UNKNOWN) {
        note_unknown(step, id, scene, outcome);
    }
    step_change_event(step, change->event ? change->event : change->name,
                      change_about(change, &scene->target, chat), result,
                      buf_text(&outcome->before),
                      result == EVENT_ERROR ? buf_text(&reason) : buf_text(&outcome->after));
    buf_free(&reason);
}
