/* SPDX-License-Identifier: MIT */
#include "tests/sandbox/beget/call.h"

#include "shared/io/json.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

bool call_text(struct call *call, const char *name, char out[CALL_TEXT_SIZE])
{
    const struct json *node = json_at(call->input, name);
    const char *text = json_text(node, "");
    int64_t number;

    out[0] = '\0';
    if (!node) {
        return true;
    }
    if (!text && json_int(node, "", &number)) {
        (void)snprintf(out, CALL_TEXT_SIZE, "%" PRId64, number);
        return true;
    }
    if (!text || strlen(text) >= CALL_TEXT_SIZE) {
        return call_refuse_input(call);
    }
    memcpy(out, text, strlen(text) + 1);
    return true;
}

bool call_int(struct call *call, const char *name, int64_t *out)
{
    return json_int(call->input, name, out) || call_refuse_input(call);
}

bool call_refuse(struct call *call, const char *code, const char *format, ...)
{
    va_list args;

    call->refusal = (struct refusal){.code = code, .form = REFUSAL_TEXT};
    va_start(args, format);
    (void)vsnprintf(call->refusal.text, sizeof(call->refusal.text), format, args);
    va_end(args);
    return false;
}

bool call_refuse_object(struct call *call, const char *type)
{
    (void)call_refuse(call, "METHOD_FAILED", "%s", type);
    call->refusal.form = REFUSAL_OBJECT;
    return false;
}

bool call_refuse_input(struct call *call)
{
    return call_refuse(call, "INVALID_DATA", "Incorrect input data");
}
