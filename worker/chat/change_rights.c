/* SPDX-License-Identifier: MIT */
/* Who may use the bot, and what they may do. All of it is in Redis alone. */
#include "worker/chat/changes.h"

#include "shared/base/utf8.h"
#include "shared/queue/keys.h"
#include "worker/chat/chat_list.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum { STATE_GRANTS_MOST = 200 /* of one chat that the log tells */ };

/* The letters the chat has on the target's name itself; NULL: none were granted. */
static const char *letters_now(const struct scene *scene)
{
    return grantee_letters(&scene->grantee, scene->target.name);
}

/* The letters that the target asks for. */
static const char *letters_asked(const struct scene *scene, char out[LETTERS_SIZE])
{
    letters_read(about_chat_rest(&scene->target), out);
    return out;
}

/* The note that the target asks for: without one it stays as it is, "-" is none. */
static const char *note_asked(const struct scene *scene)
{
    const char *typed = about_chat_rest(&scene->target);

    if (*typed == '\0') {
        return scene->grantee.note ? scene->grantee.note : "";
    }
    return strcmp(typed, "-") == 0 ? "" : typed;
}

/* ---- in words ---- */

static void copy_words(struct buf *words, char out[CHANGE_WORDS_SIZE])
{
    size_t len = utf8_fit_bytes(buf_text(words), words->len, CHANGE_WORDS_SIZE - 1);

    (void)snprintf(out, CHANGE_WORDS_SIZE, "%.*s", (int)len, buf_text(words));
    buf_free(words);
}

static void set_words(const struct scene *scene, enum text_id id, const struct text_arg *args,
                      char out[CHANGE_WORDS_SIZE])
{
    struct buf words;

    buf_init(&words, CHANGE_STATE_MAX_BYTES);
    text_plain(&words, scene->language, id, args);
    copy_words(&words, out);
}

static void set_who(const struct scene *scene, struct change_words *out)
{
    char title[CHAT_TITLE_SIZE];

    about_chat(&scene->target, out->chat);
    (void)chat_title(scene->grantee.note ? scene->grantee.note : "", out->chat, title);
    (void)snprintf(out->who, sizeof(out->who), "%s", title);
}

static void set_access(const struct scene *scene, bool allowed, const char *note,
                       char out[CHANGE_WORDS_SIZE])
{
    char quoted[TEXT_QUOTE_SIZE];
    enum text_id id = *note == '\0' ? TEXT_ACCESS_IN : TEXT_ACCESS_IN_NOTED;

    set_words(scene, allowed ? id : TEXT_ACCESS_NONE,
              TEXT_ARGS({"note", text_quote(note, strlen(note), quoted)}), out);
}

/* `letters` NULL: nothing. */
static void set_letters(const struct scene *scene, const char *letters, char out[CHANGE_WORDS_SIZE])
{
    struct buf words;

    if (!letters) {
        set_words(scene, TEXT_LETTERS_NOTHING, NULL, out);
        return;
    }
    buf_init(&words, CHANGE_STATE_MAX_BYTES);
    letters_describe(&words, scene->language, letters);
    copy_words(&words, out);
}

void access_allow_words(const struct scene *scene, struct change_words *out)
{
    const char *note = scene->grantee.note ? scene->grantee.note : "";

    set_who(scene, out);
    set_access(scene, scene->grantee.allowed, note, out->before);
    set_access(scene, true, note_asked(scene), out->after);
}

void access_deny_words(const struct scene *scene, struct change_words *out)
{
    set_who(scene, out);
    set_access(scene, scene->grantee.allowed, "", out->before);
    set_access(scene, false, "", out->after);
}

void grants_set_words(const struct scene *scene, struct change_words *out)
{
    char letters[LETTERS_SIZE];

    set_who(scene, out);
    set_letters(scene, letters_now(scene), out->before);
    set_letters(scene, letters_asked(scene, letters), out->after);
}

void grants_unset_words(const struct scene *scene, struct change_words *out)
{
    set_who(scene, out);
    set_letters(scene, letters_now(scene), out->before);
    set_letters(scene, NULL, out->after);
}

void members_words(const struct scene *scene, struct change_words *out)
{
    bool on = scene->target.change == CHANGE_MEMBERS_ON;

    set_who(scene, out);
    set_words(scene, on ? TEXT_MEMBERS_GROUP : TEXT_MEMBERS_OWN, NULL, out->before);
    set_words(scene, on ? TEXT_MEMBERS_OWN : TEXT_MEMBERS_GROUP, NULL, out->after);
}

/* ---- what would be done ---- */

static void not_needed(struct change_plan *out, enum text_id why)
{
    *out = (struct change_plan){.kind = PLAN_NOT_NEEDED, .why = why};
}

/* `seen` tells the state it was planned for. */
static void ready(struct change_plan *out, const char *seen)
{
    *out = (struct change_plan){.kind = PLAN_READY};
    (void)snprintf(out->seen, sizeof(out->seen), "%s", seen);
}

/* Ends the plan for a chat that is none, and for one that no right is needed for. */
static bool is_plain_chat(const struct scene *scene, struct change_plan *out)
{
    if (scene->grantee.chat[0] == '\0' || scene->grantee.admin) {
        not_needed(out, scene->grantee.admin ? TEXT_CHAT_IS_ADMIN : TEXT_CHAT_IS_NONE);
        return false;
    }
    return true;
}

void access_allow_plan(const struct scene *scene, struct change_plan *out)
{
    const struct grantee *grantee = &scene->grantee;

    if (!is_plain_chat(scene, out)) {
        return;
    }
    if (grantee->allowed && strcmp(note_asked(scene), grantee->note) == 0) {
        not_needed(out, TEXT_ACCESS_ALLOW_IS);
    } else {
        ready(out, grantee->allowed ? "in" : "out");
    }
}

void access_deny_plan(const struct scene *scene, struct change_plan *out)
{
    const struct grantee *grantee = &scene->grantee;

    if (!is_plain_chat(scene, out)) {
        return;
    }
    if (grantee->allowed || grantee->members_act || state_hash_count(grantee->grants) > 0) {
        ready(out, grantee->allowed ? "in" : "out");
    } else {
        not_needed(out, TEXT_ACCESS_DENY_IS);
    }
}

/* What the question showed of the letters: "was-EC", "was-" for view only, "none". */
static void ready_with_letters(const struct scene *scene, struct change_plan *out)
{
    const char *now = letters_now(scene);
    char seen[TARGET_SEEN_SIZE];
    char letters[LETTERS_SIZE];

    letters_read(now ? now : "", letters);
    (void)snprintf(seen, sizeof(seen), "was-%s", letters);
    ready(out, now ? seen : "none");
}

void grants_set_plan(const struct scene *scene, struct change_plan *out)
{
    const char *now = letters_now(scene);
    char letters[LETTERS_SIZE];

    if (!is_plain_chat(scene, out)) {
        return;
    }
    if (!account_domain_of(&scene->domains, scene->target.name)) {
        *out = (struct change_plan){.kind = PLAN_NOT_OURS, .why = TEXT_NOT_ON_ACCOUNT};
    } else if (!scene->grantee.allowed) {
        not_needed(out, TEXT_CHAT_IS_STRANGER);
    } else if (now && strcmp(now, letters_asked(scene, letters)) == 0) {
        not_needed(out, TEXT_GRANTS_SET_IS);
    } else {
        ready_with_letters(scene, out);
    }
}

void grants_unset_plan(const struct scene *scene, struct change_plan *out)
{
    if (letters_now(scene)) {
        ready_with_letters(scene, out);
    } else if (is_plain_chat(scene, out)) {
        not_needed(out, TEXT_GRANTS_UNSET_IS);
    }
}

void members_plan(const struct scene *scene, struct change_plan *out)
{
    const struct grantee *grantee = &scene->grantee;
    bool on = scene->target.change == CHANGE_MEMBERS_ON;

    if (!is_plain_chat(scene, out)) {
        return;
    }
    if (!chat_is_group(grantee->chat)) {
        not_needed(out, TEXT_MEMBERS_NO_GROUP);
    } else if (grantee->members_act == on) {
        not_needed(out, on ? TEXT_MEMBERS_ON_IS : TEXT_MEMBERS_OFF_IS);
    } else if (!grantee->allowed && on) {
        not_needed(out, TEXT_CHAT_IS_STRANGER);
    } else {
        ready(out, on ? "off" : "on");
    }
}

/* ---- the question ---- */

static void add_hint(const struct scene *scene, enum text_id id, struct page *page)
{
    page_gap(page);
    page_line(page, id, TEXT_ARGS({"chat", scene->grantee.chat}));
}

/* Who is let in has to be told what comes next; a new note is no news. */
void access_allow_detail(const struct scene *scene, const struct change_plan *plan,
                         struct page *page)
{
    (void)plan;
    if (scene->grantee.allowed) {
        return;
    }
    add_hint(scene, TEXT_ACCESS_ALLOW_NEXT, page);
    if (chat_is_group(scene->grantee.chat)) {
        page_line(page, TEXT_ACCESS_ALLOW_GROUP, TEXT_ARGS({"chat", scene->grantee.chat}));
    }
}

/* A right that comes from a name above goes on. */
void grants_unset_detail(const struct scene *scene, const struct change_plan *plan,
                         struct page *page)
{
    const struct state_hash *grants = scene->grantee.grants;
    char shown[IDN_UNICODE_SIZE];

    (void)plan;
    for (size_t i = 0; i < state_hash_count(grants); i++) {
        const char *above = state_hash_name(grants, i);

        if (strcmp(above, scene->target.name) != 0 && name_is_within(scene->target.name, above)) {
            idn_to_unicode(above, shown);
            page_gap(page);
            page_line(page, TEXT_GRANTS_UNSET_ABOVE, TEXT_ARGS({"name", shown}));
            return;
        }
    }
}

/* ---- the state around it ---- */

static void print_state(struct json *state, struct buf *out)
{
    json_print(state, out);
    json_free(state);
}

/* {"note":"Boris","grants":{"shop.ru":"E"},"members":"own"}; without "note" it is not let in. */
static void print_access(const struct scene *scene, const char *note, struct buf *out)
{
    const struct state_hash *grants = scene->grantee.grants;
    size_t count = grants ? state_hash_count(grants) : 0;
    struct json *state = json_object();
    struct json *granted = json_object();

    if (note) {
        json_set_text(state, "note", note);
    }
    for (size_t i = 0; i < count && i < STATE_GRANTS_MOST; i++) {
        json_set_text(granted, state_hash_name(grants, i), state_hash_value(grants, i));
    }
    json_set(state, "grants", granted);
    if (scene->grantee.members_act) {
        json_set_text(state, "members", "own");
    }
    print_state(state, out);
}

void access_state(const struct scene *scene, struct buf *out)
{
    print_access(scene, scene->grantee.allowed ? scene->grantee.note : NULL, out);
}

bool access_allow_accept(const struct scene *scene, const struct json *result, struct buf *out)
{
    struct json *state;

    (void)result;
    if (scene->grantee.allowed) {
        print_access(scene, note_asked(scene), out);
        return true;
    }
    state = json_object();
    json_set_text(state, "note", note_asked(scene));
    json_set(state, "grants", json_object());
    print_state(state, out);
    return true;
}

bool access_deny_accept(const struct scene *scene, const struct json *result, struct buf *out)
{
    (void)scene, (void)result;
    print_state(json_object(), out);
    return true;
}

/* {"chat_id":1002,"rights":"EC"}; without "rights" nothing is granted. */
static void print_grant(const struct scene *scene, const char *letters, struct buf *out)
{
    struct json *state = json_object();

    json_set_int(state, "chat_id", strtoimax(scene->grantee.chat, NULL, 10));
    if (letters) {
        json_set_text(state, "rights", letters);
    }
    print_state(state, out);
}

void grants_state(const struct scene *scene, struct buf *out)
{
    print_grant(scene, letters_now(scene), out);
}

bool grants_set_accept(const struct scene *scene, const struct json *result, struct buf *out)
{
    char letters[LETTERS_SIZE];

    (void)result;
    print_grant(scene, letters_asked(scene, letters), out);
    return true;
}

bool grants_unset_accept(const struct scene *scene, const struct json *result, struct buf *out)
{
    (void)result;
    print_grant(scene, NULL, out);
    return true;
}

static void print_members(bool own, struct buf *out)
{
    struct json *state = json_object();

    json_set_text(state, "members", own ? "own" : "group");
    print_state(state, out);
}

void members_state(const struct scene *scene, struct buf *out)
{
    print_members(scene->grantee.members_act, out);
}

bool members_accept(const struct scene *scene, const struct json *result, struct buf *out)
{
    (void)result;
    print_members(scene->target.change == CHANGE_MEMBERS_ON, out);
    return true;
}

/* ---- what is written ---- */

/* Nothing of what the chat had is left. */
static void strip(const struct scene *scene, struct queue_outcome *outcome)
{
    queue_outcome_del(outcome, KEY_GRANTS, scene->grantee.chat);
    queue_outcome_hdel(outcome, KEY_MEMBERS, "", scene->grantee.chat);
    queue_outcome_hdel_value(outcome, KEY_CREATORS, "", scene->grantee.chat);
}

/* Who is let in begins without rights, whatever an older program or a race has left behind. */
void access_allow_note(const struct scene *scene, struct queue_outcome *outcome)
{
    if (!scene->grantee.allowed) {
        strip(scene, outcome);
        queue_outcome_hdel(outcome, KEY_IGNORED, "", scene->grantee.chat);
    }
    queue_outcome_hset(outcome, KEY_ACCESS, "", scene->grantee.chat, note_asked(scene));
}

void access_deny_note(const struct scene *scene, struct queue_outcome *outcome)
{
    queue_outcome_hdel(outcome, KEY_ACCESS, "", scene->grantee.chat);
    strip(scene, outcome);
}

void grants_set_note(const struct scene *scene, struct queue_outcome *outcome)
{
    char letters[LETTERS_SIZE];

    queue_outcome_hset(outcome, KEY_GRANTS, scene->grantee.chat, scene->target.name,
                       letters_asked(scene, letters));
}

void grants_unset_note(const struct scene *scene, struct queue_outcome *outcome)
{
    queue_outcome_hdel(outcome, KEY_GRANTS, scene->grantee.chat, scene->target.name);
}

void members_note(const struct scene *scene, struct queue_outcome *outcome)
{
    if (scene->target.change == CHANGE_MEMBERS_ON) {
        queue_outcome_hset(outcome, KEY_MEMBERS, "", scene->grantee.chat, "1");
    } else {
        queue_outcome_hdel(outcome, KEY_MEMBERS, "", scene->grantee.chat);
    }
}

/* ---- the way back ---- */

/* Administrators are not among the chats. */
struct target chat_back(const struct scene *scene)
{
    char word[CHAT_ID_SIZE];
    char chat[CHAT_ID_SIZE];

    about_chat(&scene->target, word);
    if (scene->grantee.admin || !chat_id_read(word, chat)) {
        return target_to(SCREEN_CHATS);
    }
    return target_with_text(target_to(SCREEN_CHAT), chat);
}

struct target chats_back(const struct scene *scene)
{
    (void)scene;
    return target_to(SCREEN_CHATS);
}

struct target grants_back(const struct scene *scene)
{
    return target_about(SCREEN_HOLDERS, scene->target.name);
}
