/* SPDX-License-Identifier: MIT */
#include "worker/chat/prompt_step.h"

#include "shared/base/blanks.h"
#include "shared/base/mem.h"
#include "worker/chat/prompts.h"
#include "worker/chat/screens.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { DIALOG_SIZE = 48 };

/* What follows "dialog:" in the key of the person's dialog in this chat. */
static const char *dialog_of(const struct step *step, char out[DIALOG_SIZE])
{
    const struct update *update = step->incoming.update;

    (void)snprintf(out, DIALOG_SIZE, "%" PRId64 ":%" PRId64, update->chat_id, update->user_id);
    return out;
}

void prompt_leave(struct step *step)
{
    char dialog[DIALOG_SIZE];

    queue_outcome_del(step->outcome, KEY_DIALOG, dialog_of(step, dialog));
}

bool prompt_read(struct step *step, bool *out_asked, struct target *out, struct err *err)
{
    struct err malformed = ERR_INIT;
    char dialog[DIALOG_SIZE];
    bool found = false;
    struct buf text;
    bool ok;

    buf_init(&text, sizeof(*out));
    ok = state_get(step->tools->queue, KEY_DIALOG, dialog_of(step, dialog), &found, &text, err);
    *out_asked =
        ok && found && target_parse(buf_text(&text), out, &malformed) && out->act == TARGET_TYPE;
    buf_free(&text);
    return ok;
}

/* Draws the prompt; `why` is a line above it, or TEXT_COUNT. */
static bool draw(struct step *step, const struct target *target, enum text_id why,
                 const char *typed, struct err *err)
{
    const struct prompt *prompt = &PROMPTS[target->prompt];
    struct target back = target_with_text(target_about(prompt->back, target->name), target->text);
    char shown[IDN_UNICODE_SIZE];
    struct page page;
    bool ok;

    idn_to_unicode(target->name, shown);
    page_init(&page, step->incoming.language);
    if (why != TEXT_COUNT) {
        page_warning(&page, why, TEXT_ARGS({"name", shown}, {"typed", typed}));
        page_gap(&page);
    }
    page_line(&page, prompt->ask, TEXT_ARGS({"name", shown}, {"text", target->text}));
    if (prompt->hint) {
        page_line(&page, prompt->hint(target), NULL);
    }
    if (step->incoming.group) {
        page_line(&page, TEXT_PROMPT_IN_GROUP, NULL);
    }
    page_button(&page, TEXT_BUTTON_DROP, NULL, &back, true);
    ok = step_show(step, &page, err);
    page_free(&page);
    return ok;
}

static void remember(struct step *step, const struct target *target)
{
    char dialog[DIALOG_SIZE];
    struct buf text;

    buf_init(&text, sizeof(*target));
    target_print(target, &text);
    queue_outcome_set(step->outcome, KEY_DIALOG, dialog_of(step, dialog), buf_text(&text),
                      PROMPT_TTL_S);
    buf_free(&text);
}

/* Whether this person may be asked now. *out_told: no, and it is said. */
static bool check_right(struct step *step, const struct target *target, bool *out_told,
                        struct err *err)
{
    const struct prompt *prompt = &PROMPTS[target->prompt];
    struct state_hash *grants = NULL;
    struct scene scene;
    bool ok;

    *out_told = false;
    ok = step_scene(step, target, true, &scene, &grants, err);
    if (ok && !prompt->may(&scene.rights, target->name)) {
        *out_told = true;
        prompt_leave(step);
        ok = step_refuse(step, prompt->name, target->name,
                         target->name[0] == '\0' || rights_may_view(&scene.rights, target->name)
                             ? prompt->no_right
                             : TEXT_NO_ACCESS,
                         err);
    }
    state_hash_free(grants);
    return ok;
}

bool prompt_show(struct step *step, const struct target *target, struct err *err)
{
    bool told = false;

    if (!check_right(step, target, &told, err) || told) {
        return told;
    }
    remember(step, target);
    return draw(step, target, TEXT_COUNT, "", err);
}

/* Asks once more, saying why the answer was none. */
static bool ask_again(struct step *step, const struct target *asked, enum text_id why,
                      const char *typed, struct err *err)
{
    char quoted[TEXT_QUOTE_SIZE];

    remember(step, asked);
    return draw(step, asked, why, text_quote(typed, strlen(typed), quoted), err);
}

bool prompt_answer(struct step *step, const struct target *asked, bool *out_leads,
                   struct target *out, struct err *err)
{
    enum text_id why = TEXT_PROMPT_ONLY_TEXT;
    bool told = false;
    char *copy;
    char *typed;
    bool ok = true;

    *out_leads = false;
    if (!check_right(step, asked, &told, err) || told) {
        return told;
    }
    copy = xstrdup(step->incoming.update->text);
    blanks_cut_end(copy);
    typed = blanks_skip(copy);
    *out = *asked;
    if (*typed != '\0' && PROMPTS[asked->prompt].read(typed, out, &why)) {
        prompt_leave(step);
        *out_leads = true;
    } else {
        ok = ask_again(step, asked, why, typed, err);
    }
    free(copy);
    return ok;
}
