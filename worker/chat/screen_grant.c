/* SPDX-License-Identifier: MIT */
/* For administrators: rights to a name are given, first to whom, then which, in two steps. */
#include "worker/chat/screens.h"

#include "shared/base/compiler.h"
#include "worker/chat/admin_parts.h"

#include <string.h>

/* ---- to whom ---- */

void draw_grant_chats(const struct scene *scene, struct page *page)
{
    const char *name = scene->target.name;
    struct target typed = target_of_prompt(PROMPT_GRANT, name);
    struct target back = target_about(SCREEN_HOLDERS, name);
    char shown[IDN_UNICODE_SIZE];
    struct page_range range;
    struct chat_list list;

    idn_to_unicode(name, shown);
    chat_list_make(scene->permissions.access, NULL, scene->target.text, &list);
    range = page_range(list.count, scene->target.page, PAGE_LIST_ITEMS);
    page_line(page, TEXT_GRANT_CHATS, TEXT_ARGS({"name", shown}));
    if (list.count == 0) {
        page_line(page, scene->target.text[0] != '\0' ? TEXT_CHATS_NONE_FOUND : TEXT_CHATS_NONE,
                  TEXT_ARGS({"filter", scene->target.text}));
    }
    for (size_t i = range.first; i < range.end; i++) {
        struct target next = target_about(SCREEN_GRANT_DNS, name);

        next = target_with_letters(next, list.items[i].chat, "");
        admin_chat_button(page, &list.items[i], &next);
    }
    page_turns(page, &scene->target, &range);
    draw_filter(page, &scene->target, range.pages, PROMPT_GRANT_FILTER);
    page_button(page, TEXT_BUTTON_GRANT_TYPED, NULL, &typed, true);
    draw_way_back(page, &back);
    chat_list_free(&list);
}

/* ---- which ---- */

/* What a button of a step gives. */
struct level {
    enum text_id label;
    const char *letters;
};

/* The letters a step decides on, and how they can be chosen there. */
struct levels {
    const char *of;
    struct level rows[3];
    size_t count;
};

/* clang-format off */
static const struct levels DNS_LEVELS = {
    "ED", {{TEXT_BUTTON_DNS_VIEW, ""}, {TEXT_BUTTON_DNS_EDIT, "E"}, {TEXT_BUTTON_DNS_DELETE, "ED"}}, 3};
static const struct levels DOMAIN_LEVELS = {
    "CX", {{TEXT_BUTTON_SUBS_NONE, ""}, {TEXT_BUTTON_SUBS_CREATE, "C"}, {TEXT_BUTTON_SUBS_DELETE, "CX"}}, 3};
static const struct levels SUBDOMAIN_LEVELS = {
    "CX", {{TEXT_BUTTON_SUB_KEEPS, ""}, {TEXT_BUTTON_SUB_DELETES, "X"}}, 2};
/* clang-format on */

/* A button per level, leading to `next` with the letters that the chat would have then. */
static void draw_levels(struct page *page, const struct levels *levels, const char *chat,
                        const char *letters, struct target next)
{
    for (size_t i = 0; i < levels->count; i++) {
        char chosen[LETTERS_SIZE];

        letters_change(letters, levels->of, levels->rows[i].letters, chosen);
        next = target_with_letters(next, chat, chosen);
        page_button(page, levels->rows[i].label, NULL, &next, true);
    }
}

/* [✖ Cancel], which leads to those who have rights to the name. */
static void draw_cancel(struct page *page, const char *name)
{
    struct target holders = target_about(SCREEN_HOLDERS, name);

    page_button(page, TEXT_BUTTON_DROP, NULL, &holders, true);
}

/* What the target says of the chat and its letters. False: the chat may not use the bot. */
static bool draw_question(const struct scene *scene, struct page *page, enum text_id question,
                          char letters[LETTERS_SIZE])
{
    char title[CHAT_TITLE_SIZE];
    char shown[IDN_UNICODE_SIZE];

    letters_read(about_chat_rest(&scene->target), letters);
    if (!scene->grantee.allowed) {
        admin_not_allowed(page, &scene->grantee);
        draw_cancel(page, scene->target.name);
        return false;
    }
    idn_to_unicode(scene->target.name, shown);
    page_line(page, question,
              TEXT_ARGS({"name", shown}, {"chat", grantee_title(&scene->grantee, title)}));
    return true;
}

/* What the chat may do with the name already. */
static void draw_present(const struct scene *scene, struct page *page)
{
    const char *letters = grantee_letters(&scene->grantee, scene->target.name);
    struct buf words;

    if (!letters) {
        return;
    }
    buf_init(&words, LETTERS_WORDS_MAX_BYTES);
    letters_describe(&words, page->language, letters);
    page_line(page, TEXT_GRANT_NOW, TEXT_ARGS({"rights", buf_text(&words)}));
    buf_free(&words);
}

void draw_grant_dns(const struct scene *scene, struct page *page)
{
    const char *name = scene->target.name;
    const char *chat = scene->grantee.chat;
    char letters[LETTERS_SIZE];
    char shown[IDN_UNICODE_SIZE];

    if (!draw_question(scene, page, TEXT_GRANT_DNS, letters)) {
        return;
    }
    idn_to_unicode(name, shown);
    draw_present(scene, page);
    page_gap(page);
    page_line(page, TEXT_GRANT_OTHER, TEXT_ARGS({"name", shown}, {"chat", chat}));
    draw_levels(page, &DNS_LEVELS, chat, letters, target_about(SCREEN_GRANT_SUB, name));
    draw_cancel(page, name);
}

void draw_grant_sub(const struct scene *scene, struct page *page)
{
    const char *name = scene->target.name;
    bool domain = account_find(&scene->domains, name) != NULL;
    struct target back = target_about(SCREEN_GRANT_DNS, name);
    const char *chat = scene->grantee.chat;
    char letters[LETTERS_SIZE];

    if (!draw_question(scene, page, domain ? TEXT_GRANT_SUBS : TEXT_GRANT_SUB, letters)) {
        return;
    }
    draw_levels(page, domain ? &DOMAIN_LEVELS : &SUBDOMAIN_LEVELS, chat, letters,
                target_of_change(TARGET_ASK, CHANGE_GRANTS_SET, name, ""));
    draw_cancel(page, name);
    back = target_with_letters(back, chat, letters);
    page_button(page, TEXT_BUTTON_BACK, NULL, &back, false);
}
