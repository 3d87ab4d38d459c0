/* SPDX-License-Identifier: MIT */
#include "shared/wire/reply.h"

#include <string.h>

void reply_encode(const struct reply *reply, struct field_scratch *scratch,
                  struct field out[REPLY_FIELD_COUNT])
{
    out[0] = field_int(scratch, "v", REPLY_VERSION);
    out[1] = field_int(scratch, "ref", reply->ref);
    out[2] = field_int(scratch, "chat_id", reply->chat_id);
    out[3] = field_text("method", reply->method);
    out[4] = field_text("slot", reply->slot);
    out[5] = field_text("payload", reply->payload);
}

/* The method becomes part of a URL, so nothing but a Bot API name passes. */
static bool check_method(const char *method, struct err *err)
{
    static const char LETTERS[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";

    if (method[0] == '\0' || method[strspn(method, LETTERS)] != '\0') {
        return err_set(err, ERR_REJECT, "method: not the name of a Bot API method");
    }
    return true;
}

bool reply_decode(const struct field fields[], size_t count, struct reply *out, struct err *err)
{
    struct reply reply = {0};

    if (!fields_version(fields, count, REPLY_VERSION, err) ||
        !fields_int(fields, count, "ref", &reply.ref, err) ||
        !fields_int(fields, count, "chat_id", &reply.chat_id, err) ||
        !fields_text(fields, count, "method", &reply.method, err) ||
        !check_method(reply.method, err) || !fields_text(fields, count, "slot", &reply.slot, err) ||
        !fields_text(fields, count, "payload", &reply.payload, err)) {
        return false;
    }
    *out = reply;
    return true;
}
