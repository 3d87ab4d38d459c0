/* SPDX-License-Identifier: MIT */
#include "tests/sandbox/beget/modes.h"

#include "shared/io/json.h"

#include <stddef.h>
#include <string.h>

enum { CHOICES_MAX = 3 };

/* clang-format off */
static const struct {
    const char *name;
    size_t offset;
    const char *choices[CHOICES_MAX]; /* in the order of the enums; NULL fills up */
} ROWS[] = {
    {"types",         offsetof(struct modes, types),         {"real",   "docs",   NULL}},
    {"records_empty", offsetof(struct modes, records_empty), {"absent", "object", "list"}},
    {"www_in_list",   offsetof(struct modes, www_in_list),   {"on",     "off",    NULL}},
    {"site_add",      offsetof(struct modes, site_add),      {"id",     "true",   NULL}},
    {"caa_srv",       offsetof(struct modes, caa_srv),       {"drop",   "keep",   NULL}},
    {"rate",          offsetof(struct modes, rate),          {"on",     "off",    NULL}},
};
/* clang-format on */

/* The place of `choice` in a row, or -1. */
static int find_choice(size_t row, const char *choice)
{
    for (int i = 0; i < CHOICES_MAX; i++) {
        if (choice && ROWS[row].choices[i] && strcmp(ROWS[row].choices[i], choice) == 0) {
            return i;
        }
    }
    return -1;
}

static bool set_one(struct modes *modes, const char *name, const char *choice)
{
    for (size_t row = 0; row < ARRAY_LEN(ROWS); row++) {
        if (strcmp(ROWS[row].name, name) == 0) {
            int value = find_choice(row, choice);

            memcpy((char *)modes + ROWS[row].offset, &value, sizeof(value));
            return value >= 0; /* the caller throws bad modes away */
        }
    }
    return false;
}

bool modes_set(struct modes *modes, const struct json *wanted, struct err *err)
{
    struct modes changed = *modes;

    for (const struct json *member = json_first(wanted); member; member = json_next(member)) {
        const char *name = json_name(member) ? json_name(member) : "";

        if (!set_one(&changed, name, json_text(member, ""))) {
            return err_set(err, ERR_REJECT, "no such mode or choice: %s", name);
        }
    }
    *modes = changed;
    return true;
}

struct json *modes_show(const struct modes *modes)
{
    struct json *shown = json_object();

    for (size_t row = 0; row < ARRAY_LEN(ROWS); row++) {
        int choice;

        memcpy(&choice, (const char *)modes + ROWS[row].offset, sizeof(choice));
        json_set_text(shown, ROWS[row].name, ROWS[row].choices[choice]);
    }
    return shown;
}
