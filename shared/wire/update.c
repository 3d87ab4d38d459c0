/* SPDX-License-Identifier: MIT */
#include "shared/wire/update.h"

#include <string.h>

/* By enum update_kind. */
static const char *const KIND_NAMES[] = {"message", "callback", "member", "request"};

const char *update_kind_name(enum update_kind kind)
{
    return KIND_NAMES[kind];
}

void update_encode(const struct update *update, struct field_scratch *scratch,
                   struct field out[UPDATE_FIELD_COUNT])
{
    out[0] = field_int(scratch, "v", UPDATE_VERSION);
    out[1] = field_int(scratch, "update_id", update->update_id);
    out[2] = field_int(scratch, "chat_id", update->chat_id);
    out[3] = field_int(scratch, "user_id", update->user_id);
    out[4] = field_text("user", update->user);
    out[5] = field_text("kind", update_kind_name(update->kind));
    out[6] = field_text("text", update->text);
    out[7] = field_text("payload", update->payload);
}

static bool decode_kind(const struct field fields[], size_t count, enum update_kind *out,
                        struct err *err)
{
    const char *name;

    if (!fields_text(fields, count, "kind", &name, err)) {
        return false;
    }
    for (size_t i = 0; i < ARRAY_LEN(KIND_NAMES); i++) {
        if (strcmp(name, KIND_NAMES[i]) == 0) {
            *out = (enum update_kind)i;
            return true;
        }
    }
    return err_set(err, ERR_REJECT, "kind: not message, callback, member or request");
}

/* Absent before push has set it, and then 0: a deadline long past, which forbids changes. */
static bool decode_ms(const struct field fields[], size_t count, const char *name, int64_t *out,
                      struct err *err)
{
    if (!fields_find(fields, count, name)) {
        *out = 0;
        return true;
    }
    return fields_int(fields, count, name, out, err);
}

bool update_decode(const struct field fields[], size_t count, struct update *out, struct err *err)
{
    struct update update = {0};

    if (!fields_version(fields, count, UPDATE_VERSION, err) ||
        !fields_int(fields, count, "update_id", &update.update_id, err) ||
        !fields_int(fields, count, "chat_id", &update.chat_id, err) ||
        !fields_int(fields, count, "user_id", &update.user_id, err) ||
        !fields_text(fields, count, "user", &update.user, err) ||
        !decode_kind(fields, count, &update.kind, err) ||
        !fields_text(fields, count, "text", &update.text, err) ||
        !decode_ms(fields, count, "received_ms", &update.received_ms, err) ||
        !decode_ms(fields, count, "deadline_ms", &update.deadline_ms, err) ||
        !fields_text(fields, count, "payload", &update.payload, err)) {
        return false;
    }
    if (update.update_id <= 0) {
        return err_set(err, ERR_REJECT, "update_id: not above 0");
    }
    *out = update;
    return true;
}
