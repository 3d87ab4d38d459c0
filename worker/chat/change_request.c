/* SPDX-License-Identifier: MIT */
/*
 * The answers to a chat that asks to be let in. The target's text is "CHAT WHO". The card has said
 * everything, so an answer asks nothing more, and what it was drawn from is not a state but the
 * language of whoever asked.
 */
#include "worker/chat/changes.h"

#include "shared/queue/keys.h"
#include "worker/chat/answer.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

/* Nothing is left to answer when the chat may use the bot, whatever its note is by now. */
void request_plan(const struct scene *scene, struct change_plan *out)
{
    const char *seen = scene->target.seen;

    access_allow_plan(scene, out);
    if (out->kind == PLAN_READY && scene->grantee.allowed) {
        *out = (struct change_plan){.kind = PLAN_NOT_NEEDED, .why = TEXT_ACCESS_ALLOW_IS};
    }
    if (out->kind == PLAN_READY) {
        (void)snprintf(out->seen, sizeof(out->seen), "%s",
                       seen[0] != '\0' ? seen : language_name(scene->language));
    }
}

void request_allow_tell(const struct scene *scene, int64_t update_id, struct queue_outcome *outcome)
{
    enum language language = scene->language;
    struct page page;

    (void)language_find(scene->target.seen, &language);
    page_init(&page, language);
    page_line(&page, TEXT_REQUEST_WELCOME, NULL);
    answer_elsewhere(update_id, (int64_t)strtoimax(scene->grantee.chat, NULL, 10), &page, NULL,
                     outcome);
    page_free(&page);
}

/* {"ignored":"Vera Stranger, @vera"} */
bool access_ignore_accept(const struct scene *scene, const struct json *result, struct buf *out)
{
    struct json *state = json_object();

    (void)result;
    json_set_text(state, "ignored", about_chat_rest(&scene->target));
    json_print(state, out);
    json_free(state);
    return true;
}

void access_ignore_note(const struct scene *scene, struct queue_outcome *outcome)
{
    queue_outcome_hset(outcome, KEY_IGNORED, "", scene->grantee.chat,
                       about_chat_rest(&scene->target));
}
