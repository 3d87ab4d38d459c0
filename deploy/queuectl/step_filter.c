/* SPDX-License-Identifier: MIT */
#include "deploy/queuectl/step_filter.h"

#include "shared/base/compiler.h"
#include "shared/base/mem.h"

#include <inttypes.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum { UPDATES_REMEMBERED = 4096 };

struct step_filter {
    const char *chat_id;
    const char *kind;
    int64_t refs[UPDATES_REMEMBERED]; /* updates of the kind, the last ones of them */
    size_t count;
};

struct step_filter *step_filter_new(const char *chat_id, const char *kind)
{
    struct step_filter *filter = xcalloc(1, sizeof(*filter));

    filter->chat_id = chat_id;
    filter->kind = kind;
    return filter;
}

void step_filter_free(struct step_filter *filter)
{
    free(filter);
}

bool step_filter_is_open(const struct step_filter *filter)
{
    return !filter->chat_id && !filter->kind;
}

const char *step_field(const struct queue_entry *entry, const char *name)
{
    for (size_t i = 0; i < entry->field_count; i++) {
        if (strcmp(entry->fields[i].name, name) == 0) {
            return entry->fields[i].value;
        }
    }
    return "";
}

static bool is_delivery(const char *step)
{
    static const char *const STEPS[] = {"delivered", "dropped", "undeliverable"};

    for (size_t i = 0; i < ARRAY_LEN(STEPS); i++) {
        if (strcmp(STEPS[i], step) == 0) {
            return true;
        }
    }
    return false;
}

static bool is_known(const struct step_filter *filter, int64_t ref)
{
    size_t count = filter->count < UPDATES_REMEMBERED ? filter->count : UPDATES_REMEMBERED;

    for (size_t i = 0; i < count; i++) {
        if (filter->refs[i] == ref) {
            return true;
        }
    }
    return false;
}

static bool is_of_kind(struct step_filter *filter, const struct queue_entry *entry)
{
    int64_t ref = (int64_t)strtoimax(step_field(entry, "ref"), NULL, 10);

    if (!filter->kind) {
        return true;
    }
    if (strcmp(filter->kind, "reply") == 0) {
        return is_delivery(step_field(entry, "step"));
    }
    if (is_known(filter, ref)) {
        return true;
    }
    if (strcmp(step_field(entry, "kind"), filter->kind) != 0) {
        return false;
    }
    filter->refs[filter->count++ % UPDATES_REMEMBERED] = ref;
    return true;
}

bool step_filter_passes(struct step_filter *filter, const struct queue_entry *entry)
{
    bool of_kind = is_of_kind(filter, entry); /* first: it remembers the update */

    return of_kind &&
           (!filter->chat_id || strcmp(step_field(entry, "chat_id"), filter->chat_id) == 0);
}
