/* SPDX-License-Identifier: MIT */
#include "worker/chat/target.h"

#include "shared/base/utf8.h"
#include "worker/chat/changes.h"
#include "worker/chat/prompts.h"
#include "worker/chat/screens.h"

#include <assert.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct target target_to(enum screen_id screen)
{
    return (struct target){.screen = screen, .page = 1};
}

struct target target_about(enum screen_id screen, const char *name)
{
    struct target target = target_to(screen);

    assert(strlen(name) < sizeof(target.name));
    (void)snprintf(target.name, sizeof(target.name), "%s", name);
    return target;
}

/* The first word of the others' targets. Of a screen's it is the screen's name. */
static const char *const ACTS[] = {
    [TARGET_ASK] = "ask", [TARGET_DO] = "do", [TARGET_DROP] = "drop", [TARGET_TYPE] = "type"};

struct target target_of_change(enum target_act act, enum change_id change, const char *name,
                               const char *seen)
{
    struct target target = {.page = 1, .act = act, .change = change};

    assert(act != TARGET_SHOW && act != TARGET_TYPE && strlen(name) < sizeof(target.name));
    assert(strlen(seen) < sizeof(target.seen) && (act == TARGET_DO) == (seen[0] != '\0'));
    (void)snprintf(target.name, sizeof(target.name), "%s", name);
    (void)snprintf(target.seen, sizeof(target.seen), "%s", seen);
    return target;
}

struct target target_of_prompt(enum prompt_id prompt, const char *name)
{
    struct target target = {.page = 1, .act = TARGET_TYPE, .prompt = prompt};

    assert(strlen(name) < sizeof(target.name));
    (void)snprintf(target.name, sizeof(target.name), "%s", name);
    return target;
}

struct target target_with_text(struct target target, const char *text)
{
    size_t len = utf8_fit_bytes(text, strlen(text), sizeof(target.text) - 1);

    memcpy(target.text, text, len);
    target.text[len] = '\0';
    return target;
}

void target_print(const struct target *target, struct buf *out)
{
    const char *name = target->name[0] != '\0' ? target->name : "-";

    switch (target->act) {
    case TARGET_SHOW:
        buf_addf(out, "%s %" PRId64 " %s", SCREENS[target->screen].name, target->page, name);
        break;
    case TARGET_TYPE:
        buf_addf(out, "%s %s %s", ACTS[target->act], PROMPTS[target->prompt].name, name);
        break;
    case TARGET_ASK:
    case TARGET_DO:
    case TARGET_DROP:
        buf_addf(out, "%s %s %s%s%s", ACTS[target->act], CHANGES[target->change].name, name,
                 target->seen[0] != '\0' ? " " : "", target->seen);
        break;
    }
    if (target->text[0] != '\0') {
        buf_addf(out, " %s", target->text);
    }
}

/*
 * Copies the bytes up to the next blank into `out`. Returns what follows: the
 * end of the text, or what stands behind the blank, which is never nothing.
 * NULL when there is no such word.
 */
static const char *cut_word(const char *text, char *out, size_t out_size)
{
    size_t len = strcspn(text, " ");

    if (len == 0 || len >= out_size) {
        return NULL;
    }
    memcpy(out, text, len);
    out[len] = '\0';
    if (text[len] == '\0') {
        return text + len;
    }
    return text[len + 1] == '\0' ? NULL : text + len + 1;
}

static bool find_screen(const char *name, enum screen_id *out)
{
    for (int id = 0; id < SCREEN_COUNT; id++) {
        if (strcmp(SCREENS[id].name, name) == 0) {
            *out = (enum screen_id)id;
            return true;
        }
    }
    return false;
}

static bool read_page(const char *text, int64_t *out)
{
    char *end;
    intmax_t page;

    errno = 0;
    page = strtoimax(text, &end, 10);
    if (errno != 0 || *text < '1' || *text > '9' || *end != '\0' || page > TARGET_PAGE_MAX) {
        return false;
    }
    *out = page;
    return true;
}

static bool find_change(const char *name, enum change_id *out)
{
    for (int id = 0; id < CHANGE_COUNT; id++) {
        if (strcmp(CHANGES[id].name, name) == 0) {
            *out = (enum change_id)id;
            return true;
        }
    }
    return false;
}

static bool find_prompt(const char *name, enum prompt_id *out)
{
    for (int id = 0; id < PROMPT_COUNT; id++) {
        if (strcmp(PROMPTS[id].name, name) == 0) {
            *out = (enum prompt_id)id;
            return true;
        }
    }
    return false;
}

/* The act whose word `text` begins with; TARGET_SHOW for none. */
static enum target_act act_of(const char *text)
{
    size_t len = strcspn(text, " ");

    for (size_t act = TARGET_ASK; act < ARRAY_LEN(ACTS); act++) {
        if (strlen(ACTS[act]) == len && strncmp(text, ACTS[act], len) == 0) {
            return (enum target_act)act;
        }
    }
    return TARGET_SHOW;
}

/* What is left of a target behind its words; `rest` NULL: a word was missing. */
static bool read_text(const char *rest, struct target *target, struct err *err)
{
    if (strlen(rest) >= sizeof(target->text) || !utf8_valid(rest, strlen(rest))) {
        return err_set(err, ERR_REJECT, "target: the text is too long or not UTF-8");
    }
    if (strcmp(target->name, "-") == 0) {
        target->name[0] = '\0';
    }
    (void)snprintf(target->text, sizeof(target->text), "%s", rest);
    return true;
}

/* "change name text", "change name seen text" or "prompt name text", behind the word of `act`. */
static bool parse_act(const char *text, enum target_act act, struct target *out, struct err *err)
{
    struct target target = {.page = 1, .act = act};
    char row[32];
    const char *rest = cut_word(text, row, sizeof(row));

    rest = rest && *rest != '\0' ? cut_word(rest, target.name, sizeof(target.name)) : NULL;
    if (rest && act == TARGET_DO) {
        rest = *rest != '\0' ? cut_word(rest, target.seen, sizeof(target.seen)) : NULL;
    }
    if (!rest || !(act == TARGET_TYPE ? find_prompt(row, &target.prompt)
                                      : find_change(row, &target.change))) {
        return err_set(err, ERR_REJECT, "target: expected \"%s %s name%s text\"", ACTS[act],
                       act == TARGET_TYPE ? "prompt" : "change", act == TARGET_DO ? " seen" : "");
    }
    if (!read_text(rest, &target, err)) {
        return false;
    }
    *out = target;
    return true;
}

/* "screen page name text". */
static bool parse_screen(const char *text, struct target *out, struct err *err)
{
    struct target target = {.page = 1};
    char screen[32];
    char page[16];
    const char *rest = cut_word(text, screen, sizeof(screen));

    rest = rest ? cut_word(rest, page, sizeof(page)) : NULL;
    rest = rest ? cut_word(rest, target.name, sizeof(target.name)) : NULL;
    if (!rest || !find_screen(screen, &target.screen) || !read_page(page, &target.page)) {
        return err_set(err, ERR_REJECT, "target: expected \"screen page name text\"");
    }
    if (!read_text(rest, &target, err)) {
        return false;
    }
    *out = target;
    return true;
}

bool target_parse(const char *text, struct target *out, struct err *err)
{
    enum target_act act = act_of(text);
    const char *behind = text + strcspn(text, " ");

    return act == TARGET_SHOW ? parse_screen(text, out, err)
                              : parse_act(behind + (*behind == ' '), act, out, err);
}
