/* SPDX-License-Identifier: MIT */
#include "worker/chat/step_access.h"

#include "worker/chat/change_step.h"
#include "worker/chat/fetch.h"

#include <string.h>

enum { READS_MOST = 6, LANGUAGE_MAX_BYTES = 256 };

int64_t subject_of(const struct incoming *incoming, const struct setting_ids *admins,
                   bool members_act)
{
    const struct update *update = incoming->update;
    bool person = incoming->group && members_act && !rights_is_admin(admins, update->chat_id);

    return person ? update->user_id : update->chat_id;
}

/* Whose rights count in a group is not known yet: both are read. */
static bool read_ahead(const struct step *step, const char *chat, const char *person,
                       unsigned needs, const char *token, struct err *err)
{
    struct state_read more[READS_MOST];
    size_t count = 0;

    more[count++] = (struct state_read){.key = KEY_LANGUAGE, .tail = person};
    if (token) {
        more[count++] = (struct state_read){.key = KEY_BUTTON, .tail = token, .hash = true};
    }
    if (!rights_is_admin(step->tools->admins, step->incoming.update->chat_id)) {
        more[count++] = (struct state_read){.key = KEY_ACCESS, .tail = "", .field = chat};
        more[count++] = (struct state_read){.key = KEY_GRANTS, .tail = chat, .hash = true};
        if (step->incoming.group) {
            more[count++] = (struct state_read){.key = KEY_MEMBERS, .tail = "", .field = chat};
            more[count++] = (struct state_read){.key = KEY_GRANTS, .tail = person, .hash = true};
        }
    }
    return scene_read_ahead(needs, more, count, step->tools->queue, err);
}

/* Whether the chat is a field of a hash. */
static bool is_listed(const struct step *step, const char *key, const char *chat, bool *out,
                      struct err *err)
{
    struct buf value;
    bool ok;

    buf_init(&value, STEP_NOTE_MAX_BYTES);
    ok = state_hget(step->tools->queue, key, "", chat, out, &value, err);
    buf_free(&value);
    return ok;
}

bool step_read_language(const struct step *step, const char *person, enum language *out,
                        struct err *err)
{
    bool found = false;
    struct buf name;
    bool ok;

    buf_init(&name, LANGUAGE_MAX_BYTES);
    ok = state_get(step->tools->queue, KEY_LANGUAGE, person, &found, &name, err);
    if (ok && found) {
        (void)language_find(buf_text(&name), out);
    }
    buf_free(&name);
    return ok;
}

/* Shut out. What a change of theirs has begun is looked at all the same: somebody has to know. */
static bool shut_out(struct step *step, const char *action, bool *out_admitted, struct err *err)
{
    if (!change_is_begun(step, out_admitted, err)) {
        return false;
    }
    if (!*out_admitted) {
        step_end_press(step, NULL, false);
        step_event(step, action, "", EVENT_REFUSED);
    }
    return true;
}

bool step_admit(struct step *step, const char *action, unsigned needs, const char *token,
                bool *out_admitted, struct err *err)
{
    const struct update *update = step->incoming.update;
    bool admin = rights_is_admin(step->tools->admins, update->chat_id);
    bool members_act = false;
    bool allowed = admin;
    struct text_number chat;
    struct text_number person;

    (void)text_number(&chat, update->chat_id);
    (void)text_number(&person, update->user_id);
    if (!read_ahead(step, chat.text, person.text, needs, token, err) ||
        !step_read_language(step, person.text, &step->incoming.language, err) ||
        (!admin && !is_listed(step, KEY_ACCESS, chat.text, &allowed, err)) ||
        (!admin && step->incoming.group &&
         !is_listed(step, KEY_MEMBERS, chat.text, &members_act, err))) {
        return false;
    }
    step->subject = subject_of(&step->incoming, step->tools->admins, members_act);
    *out_admitted = allowed;
    return allowed || shut_out(step, action, out_admitted, err);
}
