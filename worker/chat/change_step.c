/* SPDX-License-Identifier: MIT */
#include "worker/chat/change_step.h"

#include "shared/base/clock.h"
#include "shared/base/crash_point.h"
#include "shared/base/log.h"
#include "shared/queue/intent.h"
#include "worker/chat/change_hold.h"
#include "worker/chat/change_log.h"
#include "worker/chat/change_outcome.h"
#include "worker/chat/changes.h"
#include "worker/chat/dns_history.h"
#include "worker/chat/fetch.h"
#include "worker/chat/screens.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum {
    STEP = 1, /* the number of the one call that a change makes */
    RESULT_MAX_BYTES = 3 * CHANGE_STATE_MAX_BYTES,
};

/* A change being worked on. */
struct run {
    struct step *step;
    const struct change *change;
    enum change_id id;
    struct scene scene;
    struct state_hash *grants; /* owned; the scene's rights borrow from it */
    struct change_plan plan;
    struct change_outcome outcome;
    bool confirmed; /* it is to be carried out, as opposed to asked about */
};

static bool run_begin(struct run *run, struct step *step, const struct target *target,
                      struct err *err)
{
    *run = (struct run){.step = step, .change = &CHANGES[target->change], .id = target->change};
    change_outcome_init(&run->outcome);
    return step_scene(step, target, true, &run->scene, &run->grants, err);
}

static void run_end(struct run *run)
{
    scene_free(&run->scene);
    state_hash_free(run->grants);
    change_plan_free(&run->plan);
    change_outcome_free(&run->outcome);
}

static const char *target_name(const struct run *run)
{
    return run->scene.target.name;
}

static int64_t update_id(const struct run *run)
{
    return run->step->incoming.update->update_id;
}

static bool lost(struct err *err)
{
    return err_set(err, ERR_STOPPED, "another worker has the update");
}

/* ---- looking ---- */

/* Fetches `needs`, never from the cache. *out_failure: what the hosting API says instead. */
static bool fetch(struct run *run, unsigned needs, struct fetch_failure *out_failure,
                  struct err *err)
{
    struct beget_call_options options = step_call_options(run->step);

    options.fresh = true;
    if (!scene_fetch(&run->scene, needs, run->step->tools->beget, update_id(run), &options,
                     out_failure, err)) {
        return false;
    }
    return out_failure->failure != BEGET_STOPPED ||
           err_set(err, ERR_STOPPED, "shutdown during a call of the hosting API");
}

/* Fetches all that the change looks at. */
static bool look(struct run *run, struct fetch_failure *out_failure, struct err *err)
{
    scene_free(&run->scene);
    run->scene.log_trouble[0] = '\0';
    if (run->change->needs & NEEDS_HISTORY) {
        dns_history_fetch(run->step->tools->log, &run->scene);
    }
    if (!fetch(run, run->change->needs, out_failure, err)) {
        return false;
    }
    return !(run->change->needs & NEEDS_GRANTEE) ||
           grantee_fetch(&run->scene.grantee, &run->scene.target, run->step->tools->admins,
                         run->step->tools->queue, err);
}

/* ---- may it be, as it is now? ---- */

static void refuse_with(struct run *run, enum beget_failure failure, const char *text)
{
    run->outcome.end = CHANGE_REFUSED;
    run->outcome.failure = failure;
    (void)snprintf(run->outcome.text, sizeof(run->outcome.text), "%s", text);
}

/* What happens to a change as the account is now. */
enum prepared {
    PREPARED, /* run->plan can be carried out         */
    ENDED,    /* run->outcome says why it cannot be   */
    NOT_OURS, /* the name is not on the account       */
    NO_RIGHT, /* this chat may not                    */
};

static void not_needed(struct run *run, enum text_id why)
{
    run->outcome.end = CHANGE_NOT_NEEDED;
    run->outcome.why = why;
}

/* The hosting API said no to the look. What it has no records for is told apart from a failure. */
static enum prepared judge_failure(struct run *run, const struct fetch_failure *failure)
{
    if (failure->failure != BEGET_NOT_FOUND || !(run->change->needs & NEEDS_ZONE)) {
        refuse_with(run, failure->failure, failure->text);
        return ENDED;
    }
    if (!account_domain_of(&run->scene.domains, target_name(run))) {
        return NOT_OURS;
    }
    not_needed(run, TEXT_DNS_NOT_READABLE);
    return ENDED;
}

static enum prepared judge_plan(struct run *run)
{
    change_plan_free(&run->plan);
    run->change->plan(&run->scene, &run->plan);
    if (run->plan.kind == PLAN_NOT_NEEDED) {
        not_needed(run, run->plan.why);
        run->change->state(&run->scene, &run->outcome.before);
        return ENDED;
    }
    return run->plan.kind == PLAN_READY ? PREPARED : NOT_OURS;
}

/* A confirmed change that replaces what is there has the name to itself before it looks. */
static bool hold_name(struct run *run, bool *out_held, struct err *err)
{
    *out_held = true;
    if (!run->confirmed || !run->change->replaces) {
        return true;
    }
    return change_hold(run->step, target_name(run), out_held, err);
}

/* Rights first: who has none learns nothing of what exists. */
static bool prepare(struct run *run, enum prepared *out, struct err *err)
{
    enum text_id why = TEXT_COUNT;
    struct fetch_failure failure;
    bool held = false;

    *out = ENDED;
    if (!change_may(run->change, &run->scene.rights, target_name(run))) {
        *out = NO_RIGHT;
        return true;
    }
    if (run->change->check && !run->change->check(&run->scene.target, &why)) {
        not_needed(run, why);
        return true;
    }
    if (!hold_name(run, &held, err)) {
        return false;
    }
    if (!held) {
        run->outcome.end = CHANGE_BUSY;
        return true;
    }
    if (!look(run, &failure, err)) {
        return false;
    }
    *out = failure.failure == BEGET_OK ? judge_plan(run) : judge_failure(run, &failure);
    return true;
}

/* ---- telling ---- */

static bool show_outcome(struct run *run, struct err *err)
{
    struct page page;
    bool ok;

    page_init(&page, run->scene.language);
    draw_change_outcome(run->id, &run->scene, &run->outcome, &page);
    ok = step_show(run->step, &page, err);
    page_free(&page);
    return ok;
}

/* Draws the question; `note` is a line above it, or TEXT_COUNT. */
static bool show_question(struct run *run, enum text_id note, struct err *err)
{
    char shown[IDN_UNICODE_SIZE];
    char chat[CHAT_ID_SIZE];
    struct page page;
    bool ok;

    page_init(&page, run->scene.language);
    if (note != TEXT_COUNT) {
        idn_to_unicode(change_about(run->change, &run->scene.target, chat), shown);
        page_warning(&page, note, TEXT_ARGS({"name", shown}));
        page_gap(&page);
    }
    draw_change_question(run->id, &run->scene, &run->plan, &page);
    ok = step_show(run->step, &page, err);
    page_free(&page);
    return ok;
}

static bool refuse(struct run *run, enum prepared why, struct err *err)
{
    enum text_id id = TEXT_NOT_ON_ACCOUNT;
    char chat[CHAT_ID_SIZE];

    if (why == NO_RIGHT) {
        id = run->change->admin_only || rights_may_view(&run->scene.rights, target_name(run))
                 ? run->change->no_right
                 : TEXT_NO_ACCESS;
    }
    return step_refuse(run->step, run->change->name,
                       change_about(run->change, &run->scene.target, chat), id, err);
}

/* ---- carrying out ---- */

/* The question is this press's from now on: a repetition of the step finds it, however late. */
static bool take_question(struct run *run, struct err *err)
{
    struct queue_outcome *taken = queue_outcome_new();
    bool owner = false;
    bool ok;

    button_take(&run->step->pressed, &run->scene.target, taken);
    call_list_tell(beget_calls(run->step->tools->beget), taken);
    ok = queue_emit(run->step->tools->queue, run->step->tools->consumer, run->step->job_id, taken,
                    &owner, err);
    queue_outcome_free(taken);
    return ok && (owner || lost(err));
}

/* Asks whether the call may be made; what an earlier attempt left is added to `told`. */
static bool begin(struct run *run, enum queue_may *out, struct buf *told, struct err *err)
{
    enum beget_class class = BEGET_METHODS[run->change->method].class;
    char what[CHANGE_WHAT_SIZE];

    change_print_what(run->id, target_name(run), what);
    return queue_begin(run->step->tools->queue, run->step->tools->consumer, run->step->job_id,
                       &(struct queue_intent){.step = STEP,
                                              .class = class == BEGET_CLASS_SET ? 'I' : 'N',
                                              .what = what,
                                              .before = buf_text(&run->outcome.before)},
                       out, told, err);
}

/* The plan's arguments: each parameter takes the one of its type. */
static void fill_arguments(const struct run *run, struct beget_argument out[BEGET_PARAMETERS_MAX])
{
    const struct beget_parameter *parameters = BEGET_METHODS[run->change->method].parameters;

    for (size_t i = 0; i < BEGET_PARAMETERS_MAX; i++) {
        bool json = parameters[i].type == BEGET_PARAMETER_JSON;

        out[i] = (struct beget_argument){.text = json ? buf_text(&run->plan.json) : run->plan.text,
                                         .number = run->plan.number};
    }
}

/* Makes the call and judges its answer. */
static bool call(struct run *run, struct err *err)
{
    struct beget_call_options options = step_call_options(run->step);
    struct beget_argument arguments[BEGET_PARAMETERS_MAX];
    struct beget_answer answer;
    bool accepted;

    fill_arguments(run, arguments);
    options.turn_taken = true;
    if (!beget_call(run->step->tools->beget, run->change->method, arguments, update_id(run),
                    &options, &answer, err)) {
        return false;
    }
    CRASH_POINT("worker.called");
    accepted = answer.failure == BEGET_OK &&
               run->change->accept(&run->scene, answer.result, &run->outcome.after);
    refuse_with(run, answer.failure, answer.text);
    run->outcome.end = change_end_of_call(answer.failure, accepted);
    beget_answer_free(&answer);
    return true;
}

static void set_after(struct run *run)
{
    buf_free(&run->outcome.after);
    run->change->state(&run->scene, &run->outcome.after);
}

/* The API says that it is done: does what is there say so too? */
static bool read_back(struct run *run, struct err *err)
{
    struct fetch_failure failure;

    if (run->outcome.end != CHANGE_DONE || !run->change->replaces) {
        return true;
    }
    dns_zone_free(&run->scene.zone);
    if (!fetch(run, NEEDS_ZONE, &failure, err)) {
        return false;
    }
    if (failure.failure != BEGET_OK) {
        run->outcome.end = CHANGE_ACCEPTED;
        return true;
    }
    if (!run->change->is_done(&run->scene, buf_text(&run->outcome.before))) {
        run->outcome.end = CHANGE_DIFFERS;
    }
    set_after(run);
    return true;
}

/* Nobody saw the call end: what does the account look like now? */
static bool settle_doubt(struct run *run, struct err *err)
{
    struct fetch_failure failure;
    bool is_done;

    if (!look(run, &failure, err)) {
        return false;
    }
    is_done = failure.failure == BEGET_OK &&
              run->change->is_done(&run->scene, buf_text(&run->outcome.before));
    run->outcome.end = change_end_of_look(failure.failure, is_done);
    if (is_done) {
        set_after(run);
    }
    return true;
}

/*
 * Stores what is known of the call, for whoever takes the update over before it is done. That it
 * could not be stored is no reason to forget it: queue_done() is tried until Redis is back.
 */
static bool record(struct run *run, struct err *err)
{
    struct err why = ERR_INIT;
    bool owner = true;
    struct buf result;

    if (!change_is_stored(run->outcome.end)) {
        return true;
    }
    buf_init(&result, RESULT_MAX_BYTES);
    change_outcome_print(&run->outcome, &result);
    if (!queue_record(run->step->tools->queue, run->step->tools->consumer, run->step->job_id, STEP,
                      buf_text(&result), &owner, &why)) {
        log_warn("change.not_recorded", LOG_INT("update_id", update_id(run)),
                 LOG_TEXT("why", why.message));
    }
    CRASH_POINT("worker.recorded");
    buf_free(&result);
    return owner || lost(err);
}

/* What follows from the answer of queue_begin(), up to an outcome. */
static bool follow(struct run *run, enum queue_may may, const char *told, struct err *err)
{
    const struct update *update = run->step->incoming.update;

    switch (may) {
    case QUEUE_MAY_CALL:
        CRASH_POINT("worker.begun");
        return call(run, err) && read_back(run, err) &&
               (run->outcome.end != CHANGE_DOUBT || settle_doubt(run, err)) && record(run, err);
    case QUEUE_MAY_DOUBT:
        buf_free(&run->outcome.before);
        buf_addf(&run->outcome.before, "%s", told);
        return settle_doubt(run, err);
    case QUEUE_MAY_ENDED:
        if (change_outcome_parse(told, &run->outcome, err)) {
            return true;
        }
        *err = ERR_INIT; /* another version's words: as good as none */
        return settle_doubt(run, err);
    case QUEUE_MAY_LATE:
        run->outcome.end = CHANGE_LATE;
        run->outcome.waited_ms = clock_unix_ms() - update->received_ms;
        return true;
    case QUEUE_MAY_CANCELLED:
        run->outcome.end = CHANGE_CANCELLED;
        return true;
    case QUEUE_MAY_LOST:
        return lost(err);
    }
    return err_set(err, ERR_FATAL, "queue_begin: unknown answer %d", (int)may);
}

static bool begin_and_follow(struct run *run, bool planned, struct err *err)
{
    enum queue_may may = QUEUE_MAY_LOST;
    struct buf told;
    bool ok;

    buf_init(&told, RESULT_MAX_BYTES);
    ok = begin(run, &may, &told, err);
    if (ok && may == QUEUE_MAY_CALL && !planned) { /* the intent was there a moment ago */
        ok = err_set(err, ERR_RETRY, "intent of update %" PRId64 ": gone", update_id(run));
    }
    ok = ok && follow(run, may, buf_text(&told), err);
    buf_free(&told);
    return ok;
}

/* Redis is changed by the step's own outcome: there is no call, and so no doubt. */
static bool carry_out_here(struct run *run, struct err *err)
{
    if (!run->change->accept(&run->scene, NULL, &run->outcome.after)) {
        return err_set(err, ERR_FATAL, "change %s: not carried out", run->change->name);
    }
    run->outcome.end = CHANGE_DONE;
    return true;
}

/* Waits for the turn before the intent is there: a wait is no doubt. */
static bool carry_out(struct run *run, struct err *err)
{
    struct beget_call_options options = step_call_options(run->step);
    bool go = false;

    run->change->state(&run->scene, &run->outcome.before);
    if (run->change->local) {
        return carry_out_here(run, err);
    }
    if (!take_question(run, err) ||
        !beget_take_turn(run->step->tools->beget, run->change->method, &options, &go, err)) {
        return false;
    }
    if (!go) {
        refuse_with(run, BEGET_LIMIT, "");
        return true;
    }
    if (run->change->replaces && !change_hold_on(run->step, target_name(run), err)) {
        return false;
    }
    return begin_and_follow(run, true, err);
}

bool change_is_begun(struct step *step, bool *out, struct err *err)
{
    char field[48];
    struct buf intent;
    bool ok;

    *out = false;
    (void)snprintf(field, sizeof(field), "%" PRId64 "/%d", step->incoming.update->update_id, STEP);
    buf_init(&intent, RESULT_MAX_BYTES);
    ok = state_hget(step->tools->queue, KEY_INTENTS, "", field, out, &intent, err);
    buf_free(&intent);
    return ok;
}

/* Answers a press that nothing was begun for. *out_told: all is said. */
static bool start_over(struct run *run, bool *out_told, struct err *err)
{
    enum prepared prepared = NO_RIGHT;

    *out_told = true;
    if (!prepare(run, &prepared, err)) {
        return false;
    }
    if (prepared == NO_RIGHT || prepared == NOT_OURS) {
        return refuse(run, prepared, err);
    }
    if (prepared == PREPARED && strcmp(run->plan.seen, run->scene.target.seen) != 0) {
        return show_question(run, TEXT_CHANGE_OTHER, err);
    }
    *out_told = false;
    return prepared == ENDED || carry_out(run, err);
}

bool change_do(struct step *step, const struct target *target, struct err *err)
{
    bool begun = false;
    bool told = false;
    struct run run;
    bool ok = run_begin(&run, step, target, err) &&
              (run.change->local || change_is_begun(step, &begun, err));

    run.confirmed = true;
    if (ok) {
        ok = begun ? begin_and_follow(&run, false, err) : start_over(&run, &told, err);
    }
    if (ok && step->pressed.token[0] != '\0') {
        button_use(&step->pressed, step->outcome);
    }
    if (ok && !told) {
        change_log(step, run.id, &run.scene, &run.outcome);
        ok = show_outcome(&run, err);
    }
    run_end(&run);
    return ok;
}

/* ---- the question and its other answer ---- */

bool change_ask(struct step *step, const struct target *target, struct err *err)
{
    enum prepared prepared = NO_RIGHT;
    struct run run;
    bool ok = run_begin(&run, step, target, err) && prepare(&run, &prepared, err);

    if (ok) {
        switch (prepared) {
        case PREPARED:
            ok = show_question(&run, TEXT_COUNT, err);
            break;
        case ENDED:
            ok = show_outcome(&run, err);
            break;
        case NOT_OURS:
        case NO_RIGHT:
            ok = refuse(&run, prepared, err);
            break;
        }
    }
    run_end(&run);
    return ok;
}

bool change_drop(struct step *step, const struct target *target, struct err *err)
{
    struct run run;
    bool ok = run_begin(&run, step, target, err);

    if (ok) {
        button_use(&step->pressed, step->outcome);
        run.outcome.end = CHANGE_DROPPED;
        ok = show_outcome(&run, err);
    }
    run_end(&run);
    return ok;
}
