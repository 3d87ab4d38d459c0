/* SPDX-License-Identifier: MIT */
#include "worker/chat/step.h"

#include "worker/chat/buttons.h"
#include "worker/chat/change_step.h"
#include "worker/chat/commands.h"
#include "worker/chat/dns_history.h"
#include "worker/chat/fetch.h"
#include "worker/chat/log_view.h"
#include "worker/chat/prompt_step.h"
#include "worker/chat/request_step.h"
#include "worker/chat/screens.h"
#include "worker/chat/step_access.h"
#include "worker/chat/step_parts.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* ---- showing a screen ---- */

static bool may_see(const struct scene *scene, enum screen_right right)
{
    switch (right) {
    case RIGHT_CHAT:
        return true;
    case RIGHT_LIST:
        return rights_may_list(&scene->rights, scene->target.name);
    case RIGHT_VIEW:
        return rights_may_view(&scene->rights, scene->target.name);
    case RIGHT_EDIT:
        return rights_may_edit_dns(&scene->rights, scene->target.name);
    case RIGHT_ADMIN:
        return scene->rights.admin;
    }
    return false;
}

/* Who may see the name is told which right is missing; who may not learns nothing of it. */
static enum text_id why_not(const struct scene *scene, enum screen_right right)
{
    if (right == RIGHT_ADMIN) {
        return TEXT_ADMIN_ONLY;
    }
    return right == RIGHT_EDIT && rights_may_view(&scene->rights, scene->target.name)
               ? TEXT_DNS_NO_EDIT_RIGHT
               : TEXT_NO_ACCESS;
}

static bool refuse(struct step *step, const struct target *target, enum text_id id, struct err *err)
{
    return step_refuse(step, SCREENS[target->screen].name, target->name, id, err);
}

/* Says why the screen cannot be drawn, and offers to try again. */
static bool say_failure(struct step *step, const struct target *target,
                        const struct fetch_failure *failure, struct err *err)
{
    char shown[IDN_UNICODE_SIZE];
    const char *reason = failure->text;
    struct page page;
    bool ok;

    if (*reason == '\0') {
        reason = text_template(step->incoming.language, TEXT_NO_REASON);
    }
    idn_to_unicode(target->name, shown);
    step_event(step, SCREENS[target->screen].name, target->name, EVENT_ERROR);
    page_init(&page, step->incoming.language);
    page_warning(&page, text_of_failure(failure->failure),
                 TEXT_ARGS({"name", shown}, {"text", reason}));
    page_button(&page, TEXT_BUTTON_RETRY, NULL, target, true);
    draw_way_back(&page, NULL);
    ok = step_show(step, &page, err);
    page_free(&page);
    return ok;
}

/* Draws the fetched scene and answers with it. */
static bool show_drawn(struct step *step, const struct scene *scene, struct err *err)
{
    const struct screen *screen = &SCREENS[scene->target.screen];
    struct page page;
    bool ok;

    page_init(&page, step->incoming.language);
    screen->draw(scene, &page);
    if (step->typed) {
        step_event(step, screen->name, scene->target.name,
                   scene->log_trouble[0] == '\0' ? EVENT_OK : EVENT_ERROR);
    }
    ok = step_show(step, &page, err);
    page_free(&page);
    return ok;
}

/*
 * Fetches what the screen needs: domains first, for they say whether the name is ours at all.
 * Rights may outlive a name: administrators see them all the same.
 */
static bool show_allowed(struct step *step, struct scene *scene, struct err *err)
{
    const struct screen *screen = &SCREENS[scene->target.screen];
    int64_t update_id = step->incoming.update->update_id;
    struct beget_call_options options = step_call_options(step);
    struct fetch_failure failure;

    if (!scene_fetch(scene, screen->needs & NEEDS_DOMAINS, step->tools->beget, update_id, &options,
                     &failure, err)) {
        return false;
    }
    if (failure.failure == BEGET_OK && screen->right != RIGHT_ADMIN &&
        scene->target.name[0] != '\0' && !account_domain_of(&scene->domains, scene->target.name)) {
        return refuse(step, &scene->target, TEXT_NOT_ON_ACCOUNT, err);
    }
    if (failure.failure == BEGET_OK &&
        !scene_fetch(scene, screen->needs & ~(unsigned)NEEDS_DOMAINS, step->tools->beget, update_id,
                     &options, &failure, err)) {
        return false;
    }
    if (failure.failure == BEGET_STOPPED) {
        return err_set(err, ERR_STOPPED, "shutdown during a call of the hosting API");
    }
    if (screen->needs & NEEDS_HISTORY) {
        dns_history_fetch(step->tools->log, scene);
    }
    if (screen->needs & NEEDS_LOG) {
        log_view_fetch(step->tools->log, scene);
    }
    return failure.failure == BEGET_OK ? show_drawn(step, scene, err)
                                       : say_failure(step, &scene->target, &failure, err);
}

/* What administrators look at. */
static bool fetch_rights(struct step *step, struct scene *scene, struct err *err)
{
    const struct screen *screen = &SCREENS[scene->target.screen];
    struct queue *queue = step->tools->queue;

    return permissions_fetch(&scene->permissions, screen->needs, scene->target.name, queue, err) &&
           (!(screen->needs & NEEDS_GRANTEE) ||
            grantee_fetch(&scene->grantee, &scene->target, step->tools->admins, queue, err)) &&
           (!(screen->needs & NEEDS_STATUS) ||
            status_fetch(&scene->status, queue, step->tools->consumer, err));
}

static bool show(struct step *step, const struct target *target, struct err *err)
{
    const struct screen *screen = &SCREENS[target->screen];
    struct state_hash *grants = NULL;
    struct scene scene;
    bool ok;

    if (!scene_read_ahead(screen->needs, NULL, 0, step->tools->queue, err)) {
        return false;
    }
    ok = step_scene(step, target, (screen->needs & NEEDS_CREATOR) != 0, &scene, &grants, err);
    if (ok) {
        if (may_see(&scene, screen->right)) {
            ok = fetch_rights(step, &scene, err) && show_allowed(step, &scene, err);
        } else {
            ok = refuse(step, target, why_not(&scene, screen->right), err);
        }
    }
    scene_free(&scene);
    state_hash_free(grants);
    return ok;
}

/* Whoever chooses a language is told so in it. */
static void speak_chosen(struct step *step, const struct target *target)
{
    if (target->act == TARGET_DO && target->change == CHANGE_LANGUAGE) {
        (void)language_find(target->text, &step->incoming.language);
    }
}

static bool follow(struct step *step, const struct target *target, struct err *err)
{
    static bool (*const FOLLOW[])(struct step * step, const struct target *target,
                                  struct err *err) = {
        [TARGET_SHOW] = show,        [TARGET_ASK] = change_ask,   [TARGET_DO] = change_do,
        [TARGET_DROP] = change_drop, [TARGET_TYPE] = prompt_show,
    };

    speak_chosen(step, target);
    return FOLLOW[target->act](step, target, err);
}

/* ---- understanding ---- */

/* Our own user name, when the text addresses a bot by name; "" otherwise. */
static bool read_bot_name(struct step *step, const char *text, struct buf *out, struct err *err)
{
    bool found = false;

    if (text[0] != '/' || text[strcspn(text, "@ \t\r\n")] != '@') {
        return true;
    }
    return state_hget(step->tools->queue, KEY_META, "", "bot_username", &found, out, err);
}

static bool follow_command(struct step *step, const struct command *command, const char *argument,
                           struct err *err)
{
    static const enum text_id SENTENCES[] = {
        [COMMAND_BAD_NAME] = TEXT_NOT_A_NAME,
        [COMMAND_BAD_CHAT] = TEXT_NOT_A_CHAT,
        [COMMAND_BAD_LETTERS] = TEXT_NOT_LETTERS,
        [COMMAND_BAD_NOTE] = TEXT_NOTE_TOO_LONG,
    };
    struct target target = target_to(command->screen);
    enum command_reading reading = COMMAND_USAGE;
    struct err why = ERR_INIT;
    char quoted[TEXT_QUOTE_SIZE];
    size_t len = strlen(argument);

    if (command->admin_only && !rights_is_admin(step->tools->admins, step->subject)) {
        return step_refuse(step, command->name, "", TEXT_ADMIN_ONLY, err);
    }
    reading = command->read(argument, &target, &why);
    switch (reading) {
    case COMMAND_LEADS:
        return follow(step, &target, err);
    case COMMAND_USAGE:
        return step_say(step, command->usage, NULL, err);
    case COMMAND_BAD_CHAT: /* it stands first */
        len = strcspn(argument, " \t\r\n");
        break;
    case COMMAND_BAD_NAME:
    case COMMAND_BAD_LETTERS:
    case COMMAND_BAD_NOTE:
        break;
    }
    return step_say(step, SENTENCES[reading],
                    TEXT_ARGS({"name", text_quote(argument, len, quoted)}), err);
}

/* Text that is no command: the answer to what the person was asked, or nothing that we understand.
 */
static bool answer_typed(struct step *step, bool for_us, struct err *err)
{
    struct target asked;
    struct target target;
    bool admitted = true;
    bool leads = false;
    bool found = false;

    if (!prompt_read(step, &found, &asked, err)) {
        return false;
    }
    if ((found || for_us) && !step_admit(step, "text", NEEDS_NOTHING, NULL, &admitted, err)) {
        return false;
    }
    if (!admitted) {
        return true;
    }
    if (found) {
        return prompt_answer(step, &asked, &leads, &target, err) &&
               (!leads || follow(step, &target, err));
    }
    return !for_us || step_say(step, TEXT_NO_TEXT, NULL, err);
}

static bool say_no_command(struct step *step, const char *text, struct err *err)
{
    char quoted[TEXT_QUOTE_SIZE];

    return step_say(step, TEXT_NO_COMMAND,
                    TEXT_ARGS({"command", text_quote(text, strcspn(text, " \t\r\n"), quoted)}),
                    err);
}

/* What the command will need from the lists of the account, as far as they may be kept ones. */
static unsigned needs_of(const struct command *command, const char *argument)
{
    struct target target = target_to(command->screen);
    struct err ignored = ERR_INIT;

    if (command->read(argument, &target, &ignored) != COMMAND_LEADS || target.act != TARGET_SHOW) {
        return NEEDS_NOTHING;
    }
    return SCREENS[target.screen].needs;
}

/* Answers a command for us, `command` NULL for one that there is not. */
static bool answer_command(struct step *step, const struct command *command, const char *argument,
                           struct err *err)
{
    unsigned needs = command ? needs_of(command, argument) : NEEDS_NOTHING;
    bool admitted = false;

    if (!step_admit(step, command ? command->name : "text", needs, NULL, &admitted, err)) {
        return false;
    }
    if (!admitted) {
        return true;
    }
    prompt_leave(step);
    return command ? follow_command(step, command, argument, err)
                   : say_no_command(step, step->incoming.update->text, err);
}

/* People in a group talk to each other, and to other bots: there we answer what is for us alone. */
static bool answer_text(struct step *step, struct err *err)
{
    const char *text = step->incoming.update->text;
    const struct command *command = NULL;
    const char *argument = NULL;
    enum command_match match;
    bool by_name; /* the text is a command for us and nobody else */
    struct buf bot;

    step->typed = true;
    buf_init(&bot, 256);
    if (!read_bot_name(step, text, &bot, err)) {
        buf_free(&bot);
        return false;
    }
    match = command_parse(text, buf_text(&bot), &command, &argument);
    by_name = bot.len > 0 && match != COMMAND_OTHER_BOT;
    buf_free(&bot);
    switch (match) {
    case COMMAND_MATCHED:
        return answer_command(step, command, argument, err);
    case COMMAND_OTHER_BOT:
        return true;
    case COMMAND_UNKNOWN:
        return (step->incoming.group && !by_name) || answer_command(step, NULL, "", err);
    case COMMAND_NONE:
        return answer_typed(step, !step->incoming.group, err);
    }
    return true;
}

/* Whose data a press brings, when it can be ours at all. */
static bool read_pressed(struct step *step)
{
    const struct update *update = step->incoming.update;
    struct err malformed = ERR_INIT;

    step->pressed.update_id = update->update_id;
    step->pressed.chat_id = update->chat_id;
    step->pressed.user_id = update->user_id;
    return button_data_parse(update->text, step->pressed.token, &step->pressed.number, &malformed);
}

static bool answer_button(struct step *step, struct err *err)
{
    enum button_press press = BUTTON_EXPIRED;
    struct state_hash *hash = NULL;
    struct target target = target_to(SCREEN_MENU);
    bool ours = read_pressed(step);
    bool admitted = false;

    /* Most buttons lead to a screen that needs the domains; which does is not known yet. */
    if (!step_admit(step, "button", ours ? NEEDS_DOMAINS : NEEDS_NOTHING,
                    ours ? step->pressed.token : NULL, &admitted, err)) {
        return false;
    }
    if (!admitted) {
        return true;
    }
    if (ours) {
        if (!state_hgetall(step->tools->queue, KEY_BUTTON, step->pressed.token, &hash, err)) {
            return false;
        }
        press = button_read(hash, &step->pressed, &target);
        state_hash_free(hash);
    }
    switch (press) {
    case BUTTON_FOREIGN:
        step_event(step, "button", "", EVENT_REFUSED);
        step_end_press_saying(step, TEXT_BUTTON_FOREIGN, true);
        return true;
    case BUTTON_USED: /* its message shows what came of it */
        step_end_press_saying(step, TEXT_BUTTON_USED, false);
        return true;
    case BUTTON_EXPIRED:
        step_end_press_saying(step, TEXT_BUTTON_EXPIRED, false);
        break;
    case BUTTON_LEADS:
        prompt_leave(step);
        break;
    }
    return follow(step, &target, err);
}

static bool note_member(struct step *step, struct err *err)
{
    (void)err;
    step_event(step, "member", step->incoming.member_status, EVENT_OK);
    return true;
}

/* Adds the answer to one kind of update to the step's outcome. */
typedef bool answer_fn(struct step *step, struct err *err);

bool step_answer(const struct step_tools *tools, const char *job_id, const struct update *update,
                 struct queue_outcome *outcome, struct err *err)
{
    static answer_fn *const ANSWER[] = {
        [UPDATE_MESSAGE] = answer_text,
        [UPDATE_CALLBACK] = answer_button,
        [UPDATE_MEMBER] = note_member,
        [UPDATE_REQUEST] = request_pass_on,
    };
    struct step step = {.tools = tools, .job_id = job_id, .outcome = outcome};

    if (!incoming_read(update, &step.incoming, err)) {
        return false;
    }
    return ANSWER[update->kind](&step, err);
}
