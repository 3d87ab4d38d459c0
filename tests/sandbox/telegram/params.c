/* SPDX-License-Identifier: MIT */
#include "tests/sandbox/telegram/params.h"

#include "shared/base/mem.h"
#include "shared/base/utf8.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

void params_add_owned(struct params *params, struct param param)
{
    params->items = xreallocarray(params->items, params->count + 1, sizeof(*params->items));
    params->items[params->count++] = param;
}

void params_add(struct params *params, const char *name, const char *value, enum param_form form)
{
    params_add_owned(params,
                     (struct param){.name = xstrdup(name), .value = xstrdup(value), .form = form});
}

void params_free(struct params *params)
{
    for (size_t i = 0; i < params->count; i++) {
        free(params->items[i].name);
        free(params->items[i].value);
        buf_free(&params->items[i].content);
    }
    free(params->items);
    *params = (struct params){.count = 0};
}

const struct param *params_find(const struct params *params, const char *name)
{
    for (size_t i = 0; i < params->count; i++) {
        if (strcmp(params->items[i].name, name) == 0) {
            return &params->items[i];
        }
    }
    return NULL;
}

const char *params_text(const struct params *params, const char *name)
{
    const struct param *param = params_find(params, name);

    return param ? param->value : "";
}

int64_t params_to_int(const char *text)
{
    bool negative = *text == '-';
    int64_t number = 0;

    for (const char *c = text + negative; *c >= '0' && *c <= '9'; c++) {
        if (number > (INT64_MAX - 9) / 10) {
            return 0;
        }
        number = number * 10 + (*c - '0');
    }
    return negative ? -number : number;
}

int64_t params_int(const struct params *params, const char *name, int64_t fallback)
{
    const char *text = params_text(params, name);

    return *text == '\0' ? fallback : params_to_int(text);
}

bool params_bool(const struct params *params, const char *name)
{
    const char *text = params_text(params, name);

    return strcasecmp(text, "true") == 0 || strcasecmp(text, "yes") == 0 || strcmp(text, "1") == 0;
}

struct json *params_json(const struct params *params, const char *name)
{
    const char *text = params_text(params, name);
    struct err err = ERR_INIT;

    return *text == '\0' ? NULL : json_parse(text, strlen(text), &err);
}

bool params_are_utf8(const struct params *params)
{
    for (size_t i = 0; i < params->count; i++) {
        const struct param *param = &params->items[i];

        if (!utf8_valid(param->name, strlen(param->name)) ||
            !utf8_valid(param->value, strlen(param->value))) {
            return false;
        }
    }
    return true;
}

struct json *params_to_json(const struct params *params)
{
    struct json *object = json_object();

    for (size_t i = 0; i < params->count; i++) {
        const struct param *param = &params->items[i];
        struct json *value = NULL;

        if (json_at(object, param->name)) {
            continue;
        }
        if (param->form == PARAM_RAW) {
            value = params_json(params, param->name);
        }
        json_set(object, param->name, value ? value : json_new_text(param->value));
    }
    return object;
}
