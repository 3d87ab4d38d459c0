/* SPDX-License-Identifier: MIT */
#include "worker/chat/step.h"

#include "shared/base/clock.h"
#include "shared/base/log.h"
#include "shared/base/utf8.h"
#include "worker/chat/answer.h"
#include "worker/chat/buttons.h"
#include "worker/chat/commands.h"
#include "worker/chat/fetch.h"
#include "worker/chat/screens.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum {
    SLOW_AFTER_MS = 1500, /* an answer later than this is preceded by "⏳"  */
    QUOTE_POINTS = 80,    /* of what was typed, in a sentence about it      */
    QUOTE_SIZE = QUOTE_POINTS * 4 + 8,
};

/* One update being answered. */
struct step {
    const struct step_tools *tools;
    const char *job_id;
    struct incoming incoming;
    struct queue_outcome *outcome;
    bool typed;          /* a command, as opposed to a press                 */
    bool press_answered; /* answerCallbackQuery has been called already       */
    bool slow_told;      /* "⏳" has been shown                               */
};

/* ---- parts of every answer ---- */

static void add_event(struct step *step, const char *action, const char *target,
                      enum event_result result)
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
                                           .before = "",
                                           .after = "",
                                           .ms = clock_unix_ms(),
                                       });
}

/* Ends the press, when there is one and nothing has ended it yet. */
static void end_press(struct step *step, const char *toast, bool alert)
{
    if (step->incoming.callback_id[0] != '\0' && !step->press_answered) {
        answer_press(&step->incoming, toast, alert, step->outcome);
        step->press_answered = true;
    }
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
    if (!queue_emit(step->tools->queue, step->tools->consumer, step->job_id, progress, &owner,
                    &err)) {
        log_warn("job.progress_failed", LOG_INT("update_id", step->incoming.update->update_id),
                 LOG_TEXT("why", err.message));
    }
    step->press_answered = owner && !step->typed;
    queue_outcome_free(progress);
}

/* Answers with a sentence of the table, and a way on. */
static bool say(struct step *step, enum text_id id, const struct text_arg *args,
                const struct target *retry, struct err *err)
{
    struct page page;
    bool ok;

    page_init(&page, step->incoming.language);
    page_line(&page, id, args);
    if (retry) {
        page_button(&page, TEXT_BUTTON_RETRY, NULL, retry, true);
    }
    draw_way_back(&page, NULL);
    end_press(step, NULL, false);
    ok = answer_page(&step->incoming, &page, step->outcome, err);
    page_free(&page);
    return ok;
}

static bool refuse(struct step *step, const struct target *target, enum text_id id, struct err *err)
{
    char shown[IDN_UNICODE_SIZE];
    struct text_number chat;

    idn_to_unicode(target->name, shown);
    add_event(step, SCREENS[target->screen].name, target->name, EVENT_REFUSED);
    return say(
        step, id,
        TEXT_ARGS({"name", shown}, {"chat", text_number(&chat, step->incoming.update->chat_id)}),
        NULL, err);
}

static bool say_failure(struct step *step, const struct target *target,
                        const struct fetch_failure *failure, struct err *err)
{
    char shown[IDN_UNICODE_SIZE];
    const char *reason = failure->text;

    if (*reason == '\0') {
        reason = text_template(step->incoming.language, TEXT_NO_REASON);
    }
    idn_to_unicode(target->name, shown);
    add_event(step, SCREENS[target->screen].name, target->name, EVENT_ERROR);
    return say(step, text_of_failure(failure->failure),
               TEXT_ARGS({"name", shown}, {"text", reason}), target, err);
}

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
    }
    return false;
}

/* Draws the fetched scene and answers with it. */
static bool show_drawn(struct step *step, const struct scene *scene, struct err *err)
{
    const struct screen *screen = &SCREENS[scene->target.screen];
    struct page page;
    bool ok;

    page_init(&page, step->incoming.language);
    screen->draw(scene, &page);
    end_press(step, NULL, false);
    if (step->typed) {
        add_event(step, screen->name, scene->target.name, EVENT_OK);
    }
    ok = answer_page(&step->incoming, &page, step->outcome, err);
    page_free(&page);
    return ok;
}

/* Fetches what the screen needs: domains first, for they say whether the name is ours at all. */
static bool show_allowed(struct step *step, struct scene *scene, struct err *err)
{
    const struct screen *screen = &SCREENS[scene->target.screen];
    int64_t update_id = step->incoming.update->update_id;
    struct beget_call_options options = {.slow = on_slow,
                                         .context = step,
                                         .slow_after_ms = SLOW_AFTER_MS,
                                         .abandon_fd = step->tools->lost_fd};
    struct fetch_failure failure;

    if (!scene_fetch(scene, screen->needs & NEEDS_DOMAINS, step->tools->beget, update_id, &options,
                     &failure, err)) {
        return false;
    }
    if (failure.failure == BEGET_OK && scene->target.name[0] != '\0' &&
        !account_domain_of(&scene->domains, scene->target.name)) {
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
    return failure.failure == BEGET_OK ? show_drawn(step, scene, err)
                                       : say_failure(step, &scene->target, &failure, err);
}

static bool show(struct step *step, const struct target *target, struct err *err)
{
    int64_t chat_id = step->incoming.update->chat_id;
    struct scene scene = {
        .language = step->incoming.language, .chat_id = chat_id, .target = *target};
    struct state_hash *grants = NULL;
    char chat[24];
    bool ok;

    (void)snprintf(chat, sizeof(chat), "%" PRId64, chat_id);
    scene.rights.admin = rights_is_admin(step->tools->admins, chat_id);
    if (!scene.rights.admin && !state_hgetall(step->tools->queue, KEY_GRANTS, chat, &grants, err)) {
        return false;
    }
    scene.rights.grants = grants;
    ok = may_see(&scene, SCREENS[target->screen].right) ? show_allowed(step, &scene, err)
                                                        : refuse(step, target, TEXT_NO_ACCESS, err);
    scene_free(&scene);
    state_hash_free(grants);
    return ok;
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

/* The beginning of what was typed, for a sentence about it: all of it might fill a message. */
static const char *quote(const char *text, size_t len, char out[QUOTE_SIZE])
{
    size_t cut = utf8_prefix_bytes(text, len, QUOTE_POINTS);

    (void)snprintf(out, QUOTE_SIZE, "%.*s%s", (int)cut, text, cut < len ? "…" : "");
    return out;
}

static bool follow_command(struct step *step, const struct command *command, const char *argument,
                           struct err *err)
{
    struct target target = target_to(command->screen);
    struct err why = ERR_INIT;
    char quoted[QUOTE_SIZE];

    if (command->admin_only &&
        !rights_is_admin(step->tools->admins, step->incoming.update->chat_id)) {
        return refuse(step, &target, TEXT_NO_ACCESS, err);
    }
    switch (command->read(argument, &target, &why)) {
    case COMMAND_LEADS:
        return show(step, &target, err);
    case COMMAND_USAGE:
        return say(step, command->usage, NULL, NULL, err);
    case COMMAND_BAD_NAME:
        return say(step, TEXT_NOT_A_NAME,
                   TEXT_ARGS({"name", quote(argument, strlen(argument), quoted)}), NULL, err);
    }
    return err_set(err, ERR_REJECT, "command %s: unknown reading", command->name);
}

static bool answer_text(struct step *step, struct err *err)
{
    const char *text = step->incoming.update->text;
    const struct command *command = NULL;
    const char *argument = NULL;
    enum command_match match;
    char quoted[QUOTE_SIZE];
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
    if (match == COMMAND_MATCHED) {
        return follow_command(step, command, argument, err);
    }
    if (match == COMMAND_OTHER_BOT || (step->incoming.group && !by_name)) {
        return true; /* people in a group talk to each other, and to other bots */
    }
    return match == COMMAND_UNKNOWN
               ? say(step, TEXT_NO_COMMAND,
                     TEXT_ARGS({"command", quote(text, strcspn(text, " \t\r\n"), quoted)}), NULL,
                     err)
               : say(step, TEXT_NO_TEXT, NULL, NULL, err);
}

/* A sentence as a toast over the message that was pressed. */
static void end_press_saying(struct step *step, enum text_id id, bool alert)
{
    struct buf toast;

    buf_init(&toast, 4096);
    text_plain(&toast, step->incoming.language, id, NULL);
    end_press(step, buf_text(&toast), alert);
    buf_free(&toast);
}

static bool answer_button(struct step *step, struct err *err)
{
    const struct update *update = step->incoming.update;
    enum button_press press = BUTTON_EXPIRED;
    struct state_hash *hash = NULL;
    struct target target = target_to(SCREEN_MENU);
    char token[BUTTON_TOKEN_SIZE];
    size_t number;
    struct err malformed = ERR_INIT;

    if (button_data_parse(update->text, token, &number, &malformed)) {
        if (!state_hgetall(step->tools->queue, KEY_BUTTON, token, &hash, err)) {
            return false;
        }
        press = button_read(hash, number, update->chat_id, update->user_id, &target);
        state_hash_free(hash);
    }
    if (press == BUTTON_FOREIGN) {
        add_event(step, "button", "", EVENT_REFUSED);
        end_press_saying(step, TEXT_BUTTON_FOREIGN, true);
        return true;
    }
    if (press == BUTTON_EXPIRED) {
        end_press_saying(step, TEXT_BUTTON_EXPIRED, false);
    }
    return show(step, &target, err);
}

static bool note_member(struct step *step, struct err *err)
{
    (void)err;
    add_event(step, "member", step->incoming.member_status, EVENT_OK);
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
    };
    struct step step = {.tools = tools, .job_id = job_id, .outcome = outcome};

    if (!incoming_read(update, &step.incoming, err)) {
        return false;
    }
    return ANSWER[update->kind](&step, err);
}
