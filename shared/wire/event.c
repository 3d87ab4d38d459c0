/* SPDX-License-Identifier: MIT */
#include "shared/wire/event.h"

#include <string.h>

/* By enum event_result. */
static const char *const RESULT_NAMES[] = {"ok", "error", "refused", "unknown"};

const char *event_result_name(enum event_result result)
{
    return RESULT_NAMES[result];
}

void event_encode(const struct event *event, struct field_scratch *scratch,
                  struct field out[EVENT_FIELD_COUNT])
{
    out[0] = field_int(scratch, "v", EVENT_VERSION);
    out[1] = field_int(scratch, "ref", event->ref);
    out[2] = field_int(scratch, "chat_id", event->chat_id);
    out[3] = field_int(scratch, "user_id", event->user_id);
    out[4] = field_text("user", event->user);
    out[5] = field_text("action", event->action);
    out[6] = field_text("target", event->target);
    out[7] = field_text("result", event_result_name(event->result));
    out[8] = field_text("before", event->before);
    out[9] = field_text("after", event->after);
    out[10] = field_int(scratch, "ms", event->ms);
}

static bool decode_result(const struct field fields[], size_t count, enum event_result *out,
                          struct err *err)
{
    const char *name;

    if (!fields_text(fields, count, "result", &name, err)) {
        return false;
    }
    for (size_t i = 0; i < ARRAY_LEN(RESULT_NAMES); i++) {
        if (strcmp(name, RESULT_NAMES[i]) == 0) {
            *out = (enum event_result)i;
            return true;
        }
    }
    return err_set(err, ERR_REJECT, "result: not ok, error, refused or unknown");
}

bool event_decode(const struct field fields[], size_t count, struct event *out, struct err *err)
{
    struct event event = {0};

    if (!fields_version(fields, count, EVENT_VERSION, err) ||
        !fields_int(fields, count, "ref", &event.ref, err) ||
        !fields_int(fields, count, "chat_id", &event.chat_id, err) ||
        !fields_int(fields, count, "user_id", &event.user_id, err) ||
        !fields_text(fields, count, "user", &event.user, err) ||
        !fields_text(fields, count, "action", &event.action, err) ||
        !fields_text(fields, count, "target", &event.target, err) ||
        !decode_result(fields, count, &event.result, err) ||
        !fields_text(fields, count, "before", &event.before, err) ||
        !fields_text(fields, count, "after", &event.after, err) ||
        !fields_int(fields, count, "ms", &event.ms, err)) {
        return false;
    }
    *out = event;
    return true;
}
