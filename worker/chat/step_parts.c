/* SPDX-License-Identifier: MIT */
#include "worker/chat/step_parts.h"

#include "shared/base/clock.h"
#include "shared/base/log.h"
#include "worker/chat/answer.h"
#include "worker/chat/screens.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum { SLOW_AFTER_MS = 1500 /* an answer later than this is preceded by "⏳" */ };

void step_change_event(struct step *step, const char *action, const char *target,
                       enum event_result result, const char *before, const char *after)
{
    const struct update *update = step->incoming.update;

    queue_outcome_event(step->outcome, &(struct event){
                                           .ref = update->update_id,
                                           .chat_id = update->chat_id,
                                           .user_id = update->user_id,
                                           .user = update->user,
                                           .action = action,
                                           .target = target,
                                           .result = result,
                                           .before = before,
                                           .after = after,
                                           .ms = clock_unix_ms(),
                                       });
}

void step_event(struct step *step, const char *action, const char *target, enum event_result result)
{
    step_change_event(step, action, target, result, "", "");
}

void step_end_press(struct step *step, const char *toast, bool alert)
{
    if (step->incoming.callback_id[0] != '\0' && !step->press_answered) {
        answer_press(&step->incoming, toast, alert, step->outcome);
        step->press_answered = true;
    }
}

void step_end_press_saying(struct step *step, enum text_id id, bool alert)
{
    struct buf toast;

    buf_init(&toast, 4096);
    text_plain(&toast, step->incoming.language, id, NULL);
    step_end_press(step, buf_text(&toast), alert);
    buf_free(&toast);
}

/* Tells the chat that work is under way: in the middle of the first call that is slow. */
static void on_slow(void *context)
{
    struct step *step = context;
    struct queue_outcome *progress;
    struct err err = ERR_INIT;
    bool owner = false;

    if (step->slow_told || step->press_answered) {
        return;
    }
    step->slow_told = true;
    progress = queue_outcome_new();
    if (step->typed) {
        answer_progress(&step->incoming, TEXT_WORKING, progress);
    } else {
        answer_press(&step->incoming, text_template(step->incoming.language, TEXT_WORKING), false,
                     progress);
    }
    call_list_tell(beget_calls(step->tools->beget), progress);
    if (!queue_emit(step->tools->queue, step->tools->consumer, step->job_id, progress, &owner,
                    &err)) {
        log_warn("job.progress_failed", LOG_INT("update_id", step->incoming.update->update_id),
                 LOG_TEXT("why", err.message));
    }
    step->press_answered = owner && !step->typed;
    queue_outcome_free(progress);
}

struct beget_call_options step_call_options(struct step *step)
{
    return (struct beget_call_options){.slow = on_slow,
                                       .context = step,
                                       .slow_after_ms = SLOW_AFTER_MS,
                                       .abandon_fd = step->tools->lost_fd};
}

bool step_show(struct step *step, const struct page *page, struct err *err)
{
    step_end_press(step, NULL, false);
    return answer_page(&step->incoming, page, step->outcome, err);
}

bool step_say(struct step *step, enum text_id id, const struct text_arg *args, struct err *err)
{
    struct page page;
    bool ok;

    page_init(&page, step->incoming.language);
    page_line(&page, id, args);
    draw_way_back(&page, NULL);
    ok = step_show(step, &page, err);
    page_free(&page);
    return ok;
}

bool step_refuse(struct step *step, const char *action, const char *name, enum text_id id,
                 struct err *err)
{
    char shown[IDN_UNICODE_SIZE];
    struct text_number chat;

    idn_to_unicode(name, shown);
    step_event(step, action, name, EVENT_REFUSED);
    return step_say(step, id,
                    TEXT_ARGS({"name", shown}, {"chat", text_number(&chat, step->subject)}), err);
}

/* Whether this bot created `name` for the subject. */
static bool read_creator(struct step *step, const char *name, bool *out, struct err *err)
{
    struct text_number chat;
    bool found = false;
    struct buf creator;
    bool ok;

    buf_init(&creator, 256);
    ok = state_hget(step->tools->queue, KEY_CREATORS, "", name, &found, &creator, err);
    *out = ok && found && strcmp(buf_text(&creator), text_number(&chat, step->subject)) == 0;
    buf_free(&creator);
    return ok;
}

bool step_scene(struct step *step, const struct target *target, bool with_creator,
                struct scene *out, struct state_hash **out_grants, struct err *err)
{
    struct text_number chat;

    *out_grants = NULL;
    *out = (struct scene){.language = step->incoming.language,
                          .chat_id = step->incoming.update->chat_id,
                          .subject = step->subject,
                          .user_id = step->incoming.update->user_id,
                          .target = *target};
    out->rights.admin = rights_is_admin(step->tools->admins, step->subject);
    if (out->rights.admin) {
        return true;
    }
    if (!state_hgetall(step->tools->queue, KEY_GRANTS, text_number(&chat, step->subject),
                       out_grants, err)) {
        return false;
    }
    out->rights.grants = *out_grants;
    if (!with_creator || !rights_may_create(&out->rights, target->name)) {
        return true; /* creating there is what a creator's right depends on */
    }
    return read_creator(step, target->name, &out->rights.creator, err);
}
