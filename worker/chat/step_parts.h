/* SPDX-License-Identifier: MIT */
/*
 * One update being answered, and the parts that answers of every kind are made
 * of: the event, the end of a press, the sign that it takes long, a sentence
 * with a way on, the rights of the chat.
 */
#ifndef WORKER_CHAT_STEP_PARTS_H
#define WORKER_CHAT_STEP_PARTS_H

#include "shared/queue/state.h"
#include "worker/chat/buttons.h"
#include "worker/chat/incoming.h"
#include "worker/chat/scene.h"
#include "worker/chat/step.h"
#include "worker/chat/texts.h"

#include <stdbool.h>

enum { STEP_NOTE_MAX_BYTES = 64 * 1024 /* of what an operator may have written to one field */ };

struct step {
    const struct step_tools *tools;
    const char *job_id;
    struct incoming incoming;
    int64_t subject;               /* whose rights count, see step_access.h          */
    struct button_pressed pressed; /* of a press                                     */
    struct queue_outcome *outcome;
    bool typed;          /* a command, as opposed to a press                 */
    bool press_answered; /* answerCallbackQuery has been called already      */
    bool slow_told;      /* "⏳" has been shown                               */
};

/* Adds the event of an action on `target` that changed nothing. */
void step_event(struct step *step, const char *action, const char *target,
                enum event_result result);

/* The same with the state around a change: JSON, or "" for what is not known. */
void step_change_event(struct step *step, const char *action, const char *target,
                       enum event_result result, const char *before, const char *after);

/* Ends the press, when there is one and nothing has ended it yet. `toast` may be NULL. */
void step_end_press(struct step *step, const char *toast, bool alert);

/* The same with a sentence of the table as a toast over the message that was pressed. */
void step_end_press_saying(struct step *step, enum text_id id, bool alert);

/* How the hosting API is called in this step: the chat learns of a slow call, a lost lease ends it.
 */
struct beget_call_options step_call_options(struct step *step);

/* Answers with a drawn page, and ends the press. Fails as answer_page(). */
MUST_CHECK bool step_show(struct step *step, const struct page *page, struct err *err);

/* Answers with a sentence of the table and the way to the menu. Fails as answer_page(). */
MUST_CHECK bool step_say(struct step *step, enum text_id id, const struct text_arg *args,
                         struct err *err);

/* Answers that `action` on `name` is refused, with a sentence that may have {name} and {chat}, the
 * subject's. */
MUST_CHECK bool step_refuse(struct step *step, const char *action, const char *name,
                            enum text_id id, struct err *err);

/* A scene about `target` with the rights of the step's subject, the hash of its grants in
 * *out_grants. */
MUST_CHECK bool step_scene(struct step *step, const struct target *target, bool with_creator,
                           struct scene *out, struct state_hash **out_grants, struct err *err);

#endif
