/* SPDX-License-Identifier: MIT */
/* The language that a person is spoken to in: the target's text names it. */
#include "worker/chat/changes.h"

#include "shared/queue/keys.h"

#include <stdio.h>

static enum language chosen(const struct scene *scene)
{
    enum language language = scene->language;

    (void)language_find(scene->target.text, &language);
    return language;
}

bool language_may(const struct rights *rights, const char *name)
{
    (void)rights, (void)name;
    return true;
}

/* There is nothing that could have changed since it was asked about. */
void language_plan(const struct scene *scene, struct change_plan *out)
{
    *out = (struct change_plan){.kind = PLAN_READY};
    (void)snprintf(out->seen, sizeof(out->seen), "%s", language_name(chosen(scene)));
}

/* What it was before is of no use to anybody. */
void language_state(const struct scene *scene, struct buf *out)
{
    (void)scene, (void)out;
}

/* {"language":"ru"} */
bool language_accept(const struct scene *scene, const struct json *result, struct buf *out)
{
    struct json *state = json_object();

    (void)result;
    json_set_text(state, "language", language_name(chosen(scene)));
    json_print(state, out);
    json_free(state);
    return true;
}

void language_note(const struct scene *scene, struct queue_outcome *outcome)
{
    struct text_number user;

    queue_outcome_set(outcome, KEY_LANGUAGE, text_number(&user, scene->user_id),
                      language_name(chosen(scene)), 0);
}
