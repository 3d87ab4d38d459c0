/* SPDX-License-Identifier: MIT */
#include "tests/sandbox/beget/literal.h"

#include "shared/io/json.h"

#include <assert.h>
#include <string.h>

struct json *literal(const char *text)
{
    struct err err = ERR_INIT;
    struct json *json = json_parse(text, strlen(text), &err);

    assert(json);
    return json;
}
