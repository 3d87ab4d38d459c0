/* SPDX-License-Identifier: MIT */
#include "worker/chat/request_step.h"

#include "worker/chat/answer.h"
#include "worker/chat/request.h"
#include "worker/chat/step_access.h"

static bool add_card(struct step *step, const struct request *request, int64_t admin,
                     const char *token, struct err *err)
{
    enum language language = request->language;
    struct text_number chat;
    struct page page;

    if (!step_read_language(step, text_number(&chat, admin), &language, err)) {
        return false;
    }
    page_init(&page, language);
    draw_request(request, &page);
    answer_elsewhere(step->incoming.update->update_id, admin, &page, token, step->outcome);
    page_free(&page);
    return true;
}

/* What the buttons mean is the same on every card, whatever the language. */
static void remember(struct step *step, const struct request *request, const char *token)
{
    struct page page;

    page_init(&page, request->language);
    draw_request(request, &page);
    buttons_remember_among(&page, token, step->tools->admins, step->outcome);
    page_free(&page);
}

bool request_pass_on(struct step *step, struct err *err)
{
    const struct setting_ids *admins = step->tools->admins;
    char token[BUTTON_TOKEN_SIZE];
    struct text_number chat;
    struct request request;

    if (!request_read(&step->incoming, &request, err) || !button_token_make(token, err)) {
        return false;
    }
    for (size_t i = 0; i < admins->count; i++) {
        if (!add_card(step, &request, admins->ids[i], token, err)) {
            return false;
        }
    }
    remember(step, &request, token);
    step_event(step, "request", text_number(&chat, request.chat_id), EVENT_OK);
    return true;
}
