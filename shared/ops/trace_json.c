/* SPDX-License-Identifier: MIT */
#include "shared/ops/trace_json.h"

#include "shared/base/compiler.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* What every step has. */
static const char *const OWN[] = {"ref", "chat_id", "step", "by"};

static bool is_own(const char *name)
{
    for (size_t i = 0; i < ARRAY_LEN(OWN); i++) {
        if (strcmp(OWN[i], name) == 0) {
            return true;
        }
    }
    return false;
}

/* A value as a text of its own. */
static void set_value(struct json *object, const char *name, const struct field *field)
{
    struct buf text;

    buf_init(&text, field->value_len + 1);
    buf_add(&text, field->value, field->value_len);
    json_set_text(object, name, buf_text(&text));
    buf_free(&text);
}

static void add_field(struct json *list, const struct field *field)
{
    struct json *row = json_add(list, json_object());

    json_set_text(row, "name", field->name);
    set_value(row, "value", field);
}

struct json *trace_json(const struct queue_entry *entry)
{
    struct json *object = json_object();
    struct json *fields = json_list();

    json_set_text(object, "id", entry->id);
    json_set_int(object, "ms", (int64_t)strtoimax(entry->id, NULL, 10));
    for (size_t i = 0; i < ARRAY_LEN(OWN); i++) {
        json_set_text(object, OWN[i], "");
    }
    for (size_t i = 0; i < entry->field_count; i++) {
        const struct field *field = &entry->fields[i];

        if (is_own(field->name)) {
            set_value(object, field->name, field);
        } else {
            add_field(fields, field);
        }
    }
    json_set(object, "fields", fields);
    return object;
}
