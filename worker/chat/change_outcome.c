/* SPDX-License-Identifier: MIT */
#include "worker/chat/change_outcome.h"

#include "shared/base/compiler.h"
#include "worker/chat/screens.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

enum { MINUTE_MS = 60000 };

/* clang-format off */
static const struct {
    const char *name;
    enum event_result event;
    bool stored; /* in a result: of the others whoever takes over finds out anew */
} ENDS[CHANGE_END_COUNT] = {
    [CHANGE_DONE]       = {"done",       EVENT_OK,      true },
    [CHANGE_CHECKED]    = {"checked",    EVENT_OK,      true },
    [CHANGE_ACCEPTED]   = {"accepted",   EVENT_OK,      true },
    [CHANGE_DIFFERS]    = {"differs",    EVENT_UNKNOWN, false},
    [CHANGE_UNKNOWN]    = {"unknown",    EVENT_UNKNOWN, false},
    [CHANGE_REFUSED]    = {"refused",    EVENT_ERROR,   true },
    [CHANGE_NOT_NEEDED] = {"not_needed", EVENT_ERROR,   false},
    [CHANGE_BUSY]       = {"busy",       EVENT_ERROR,   false},
    [CHANGE_LATE]       = {"late",       EVENT_ERROR,   false},
    [CHANGE_CANCELLED]  = {"cancelled",  EVENT_ERROR,   false},
    [CHANGE_DROPPED]    = {"dropped",    EVENT_ERROR,   false},
    [CHANGE_DOUBT]      = {"doubt",      EVENT_UNKNOWN, false},
};

/* Whether a call that failed so may have been carried out all the same. */
static const enum change_end CALL_ENDS[BEGET_FAILURE_COUNT] = {
    [BEGET_OK]          = CHANGE_DONE,
    [BEGET_NOT_SENT]    = CHANGE_REFUSED,
    [BEGET_NO_ANSWER]   = CHANGE_DOUBT,
    [BEGET_UNREADABLE]  = CHANGE_DOUBT,
    [BEGET_DENIED]      = CHANGE_REFUSED,
    [BEGET_SECTION_OFF] = CHANGE_REFUSED,
    [BEGET_LIMIT]       = CHANGE_REFUSED,
    [BEGET_INVALID]     = CHANGE_REFUSED,
    [BEGET_NOT_FOUND]   = CHANGE_REFUSED,
    [BEGET_FAILED]      = CHANGE_REFUSED,
    [BEGET_BAD_REQUEST] = CHANGE_REFUSED,
    [BEGET_STOPPED]     = CHANGE_DOUBT,
};
/* clang-format on */

void change_plan_free(struct change_plan *plan)
{
    buf_free(&plan->json);
    *plan = (struct change_plan){0};
}

void change_outcome_init(struct change_outcome *outcome)
{
    *outcome = (struct change_outcome){.end = CHANGE_DOUBT};
    buf_init(&outcome->before, CHANGE_STATE_MAX_BYTES);
    buf_init(&outcome->after, CHANGE_STATE_MAX_BYTES);
}

void change_outcome_free(struct change_outcome *outcome)
{
    buf_free(&outcome->before);
    buf_free(&outcome->after);
}

enum change_end change_end_of_call(enum beget_failure failure, bool accepted)
{
    assert(failure < BEGET_FAILURE_COUNT);
    return failure == BEGET_OK && !accepted ? CHANGE_DOUBT : CALL_ENDS[failure];
}

enum change_end change_end_of_look(enum beget_failure failure, bool is_done)
{
    return failure == BEGET_OK && is_done ? CHANGE_CHECKED : CHANGE_UNKNOWN;
}

enum event_result change_event_result(enum change_end end)
{
    assert(end < CHANGE_END_COUNT);
    return ENDS[end].event;
}

const char *change_end_name(enum change_end end)
{
    assert(end < CHANGE_END_COUNT);
    return ENDS[end].name;
}

/* ---- a stored result ---- */

bool change_is_stored(enum change_end end)
{
    assert(end < CHANGE_END_COUNT);
    return ENDS[end].stored;
}

void change_outcome_print(const struct change_outcome *outcome, struct buf *out)
{
    struct json *result = json_object();

    assert(change_is_stored(outcome->end));
    json_set_text(result, "end", ENDS[outcome->end].name);
    json_set_text(result, "failure", beget_failure_name(outcome->failure));
    json_set_text(result, "text", outcome->text);
    json_set_text(result, "before", buf_text(&outcome->before));
    json_set_text(result, "after", buf_text(&outcome->after));
    json_print(result, out);
    json_free(result);
}

static bool find_end(const char *name, enum change_end *out)
{
    for (int end = 0; name && end < CHANGE_END_COUNT; end++) {
        if (ENDS[end].stored && strcmp(ENDS[end].name, name) == 0) {
            *out = (enum change_end)end;
            return true;
        }
    }
    return false;
}

static bool find_failure(const char *name, enum beget_failure *out)
{
    for (int failure = 0; name && failure < BEGET_FAILURE_COUNT; failure++) {
        if (strcmp(beget_failure_name((enum beget_failure)failure), name) == 0) {
            *out = (enum beget_failure)failure;
            return true;
        }
    }
    return false;
}

static void set_state(struct buf *out, const char *text)
{
    buf_free(out);
    buf_addf(out, "%s", text ? text : "");
}

bool change_outcome_parse(const char *text, struct change_outcome *outcome, struct err *err)
{
    struct json *result = json_parse(text, strlen(text), err);
    const char *said = json_text(result, "text");
    enum beget_failure failure = BEGET_OK;
    enum change_end end = CHANGE_DOUBT;
    bool ok = find_end(json_text(result, "end"), &end) &&
              find_failure(json_text(result, "failure"), &failure);

    if (ok) {
        outcome->end = end;
        outcome->failure = failure;
        (void)snprintf(outcome->text, sizeof(outcome->text), "%s", said ? said : "");
        set_state(&outcome->before, json_text(result, "before"));
        set_state(&outcome->after, json_text(result, "after"));
    } else {
        (void)err_set(err, ERR_REJECT, "result of a change: not one that this program stores");
    }
    json_free(result);
    return ok;
}

/* ---- drawing ---- */

enum { SAID_MAX_BYTES = 4096 };

/* {text} of the change's sentences; *out is initialized here. */
static void say(const struct change *change, const struct scene *scene, struct buf *out)
{
    buf_init(out, SAID_MAX_BYTES);
    if (change->say) {
        change->say(scene, out);
    } else {
        buf_addf(out, "%s", scene->target.text);
    }
}

/* Values for the texts of one change. A plain value that points into itself: not copied. */
struct words_args {
    char shown[IDN_UNICODE_SIZE];
    char domain[IDN_UNICODE_SIZE];
    struct change_words words;
    struct buf said; /* owned */
    struct text_arg args[8];
};

static const struct text_arg *make_args(enum change_id id, const struct scene *scene,
                                        struct words_args *out)
{
    const struct account_name *domain = account_domain_of(&scene->domains, scene->target.name);

    idn_to_unicode(scene->target.name, out->shown);
    idn_to_unicode(domain ? domain->name : scene->target.name, out->domain);
    out->words = (struct change_words){0};
    if (CHANGES[id].words) {
        CHANGES[id].words(scene, &out->words);
    }
    say(&CHANGES[id], scene, &out->said);
    memcpy(out->args,
           TEXT_ARGS({"name", out->shown}, {"domain", out->domain}, {"text", buf_text(&out->said)},
                     {"chat", out->words.chat}, {"who", out->words.who},
                     {"before", out->words.before}, {"after", out->words.after}),
           sizeof(out->args));
    return out->args;
}

void draw_change_question(enum change_id id, const struct scene *scene,
                          const struct change_plan *plan, struct page *page)
{
    const struct change *change = &CHANGES[id];
    const char *name = scene->target.name;
    const char *text = scene->target.text;
    struct target yes = target_with_text(target_of_change(TARGET_DO, id, name, plan->seen), text);
    struct target no = target_with_text(target_of_change(TARGET_DROP, id, name, ""), text);
    struct words_args args;

    page_line(page, change->question, make_args(id, scene, &args));
    buf_free(&args.said);
    if (change->detail) {
        change->detail(scene, plan, page);
    }
    page_button(page, change->label ? change->label(scene) : change->confirm, NULL, &yes, true);
    page_button(page, TEXT_BUTTON_DROP, NULL, &no, false);
    page->asks = true;
}

/* The sentence for a failed call. What met a limit is told apart by people: the API does not. */
static enum text_id text_of_refusal(enum beget_failure failure)
{
    if (failure == BEGET_LIMIT) {
        return TEXT_CHANGE_LIMIT;
    }
    return failure == BEGET_NOT_FOUND ? TEXT_FAIL_FAILED : text_of_failure(failure);
}

/* The second line of what was not done. */
static void draw_reason(const struct change_outcome *outcome, const char *shown, struct page *page)
{
    const char *said =
        outcome->text[0] != '\0' ? outcome->text : text_template(page->language, TEXT_NO_REASON);
    struct text_number minutes;

    switch (outcome->end) {
    case CHANGE_REFUSED:
        page_line(page, text_of_refusal(outcome->failure),
                  TEXT_ARGS({"name", shown}, {"text", said}));
        break;
    case CHANGE_LATE:
        page_line(page, TEXT_CHANGE_LATE,
                  TEXT_ARGS({"minutes", text_number(&minutes, outcome->waited_ms / MINUTE_MS)}));
        break;
    case CHANGE_BUSY:
        page_line(page, TEXT_CHANGE_BUSY, TEXT_ARGS({"name", shown}));
        break;
    case CHANGE_CANCELLED:
        page_line(page, TEXT_CHANGE_CANCELLED, NULL);
        break;
    case CHANGE_DROPPED:
        page_line(page, TEXT_CHANGE_DROPPED, NULL);
        break;
    case CHANGE_DONE:
    case CHANGE_CHECKED:
    case CHANGE_ACCEPTED:
    case CHANGE_DIFFERS:
    case CHANGE_UNKNOWN:
    case CHANGE_NOT_NEEDED:
    case CHANGE_DOUBT:
    case CHANGE_END_COUNT:
        break;
    }
}

static void draw_sentence(const struct change *change, const struct change_outcome *outcome,
                          const struct text_arg *args, const char *shown, struct page *page)
{
    switch (outcome->end) {
    case CHANGE_DONE:
        page_line(page, change->done, args);
        break;
    case CHANGE_CHECKED:
        page_line(page, change->checked, args);
        break;
    case CHANGE_ACCEPTED:
        page_line(page, change->replaces ? change->accepted : change->done, args);
        break;
    case CHANGE_DIFFERS:
        page_line(page, change->replaces ? change->differs : change->unknown, args);
        break;
    case CHANGE_UNKNOWN:
        page_line(page, change->unknown, args);
        break;
    case CHANGE_NOT_NEEDED:
        page_warning(page, outcome->why, args);
        break;
    case CHANGE_REFUSED:
    case CHANGE_BUSY:
    case CHANGE_LATE:
    case CHANGE_CANCELLED:
    case CHANGE_DROPPED:
        page_warning(page, change->not_done, args);
        draw_reason(outcome, shown, page);
        break;
    case CHANGE_DOUBT:
    case CHANGE_END_COUNT:
        assert(false); /* it has no end */
    }
}

/* The right to look at the name may have been taken away since the question was asked. */
static bool may_go(const struct scene *scene, const struct target *back)
{
    return back->name[0] == '\0' || rights_may_view(&scene->rights, back->name) ||
           (SCREENS[back->screen].right == RIGHT_LIST &&
            rights_may_list(&scene->rights, back->name));
}

/* What may be done next: look at what is there now, or ask again for what certainly was not done.
 */
static void draw_ways_on(enum change_id id, const struct scene *scene, enum change_end end,
                         struct page *page)
{
    const struct change *change = &CHANGES[id];
    struct target again = target_with_text(target_of_change(TARGET_ASK, id, scene->target.name, ""),
                                           scene->target.text);
    struct target then = target_about(change->then, scene->target.name);
    struct target back = target_to(SCREEN_MENU);
    bool done = end == CHANGE_DONE || end == CHANGE_CHECKED || end == CHANGE_ACCEPTED;

    if ((done || end == CHANGE_DIFFERS) && change->then != SCREEN_MENU && may_go(scene, &then)) {
        page_button(page, TEXT_BUTTON_DNS, NULL, &then, true);
    }
    if (done && change->ways) {
        change->ways(scene, page);
    }
    if (end == CHANGE_REFUSED || end == CHANGE_BUSY || end == CHANGE_LATE ||
        end == CHANGE_CANCELLED) {
        page_button(page, TEXT_BUTTON_RETRY, NULL, &again, true);
    }
    if (change->back) {
        back = change->back(scene);
    }
    draw_way_back(page, change->back && may_go(scene, &back) ? &back : NULL);
}

void draw_change_outcome(enum change_id id, const struct scene *scene,
                         const struct change_outcome *outcome, struct page *page)
{
    struct words_args args;

    (void)make_args(id, scene, &args);
    draw_sentence(&CHANGES[id], outcome, args.args, args.shown, page);
    buf_free(&args.said);
    draw_ways_on(id, scene, outcome->end, page);
}
