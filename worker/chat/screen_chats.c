/* SPDX-License-Identifier: MIT */
/* For administrators: the panel, the chats that may use the bot, one of them. */
#include "worker/chat/screens.h"

#include "worker/chat/admin_parts.h"
#include "worker/chat/chat_list.h"

#include <string.h>

enum { SUMMARY_NAMES = 5 };

void draw_admin(const struct scene *scene, struct page *page)
{
    struct target chats = target_to(SCREEN_CHATS);
    struct target names = target_to(SCREEN_NAMES);
    struct target logs = target_to(SCREEN_LOGS);
    struct target status = target_to(SCREEN_STATUS);

    (void)scene;
    page_line(page, TEXT_ADMIN, NULL);
    page_button(page, TEXT_BUTTON_CHATS, NULL, &chats, true);
    page_button(page, TEXT_BUTTON_NAMES, NULL, &names, true);
    page_button(page, TEXT_BUTTON_LOGS, NULL, &logs, true);
    page_button(page, TEXT_BUTTON_STATUS, NULL, &status, true);
    draw_way_back(page, NULL);
}

/* ---- the chats ---- */

static void draw_chats_heading(const struct scene *scene, size_t count, struct page *page)
{
    bool filtered = scene->target.text[0] != '\0';
    enum text_id none = filtered ? TEXT_CHATS_NONE_FOUND : TEXT_CHATS_NONE;
    enum text_id some = filtered ? TEXT_CHATS_FILTERED : TEXT_CHATS;
    struct text_number number;

    page_line(
        page, count == 0 ? none : some,
        TEXT_ARGS({"count", text_number(&number, (int64_t)count)}, {"filter", scene->target.text}));
}

void draw_chats(const struct scene *scene, struct page *page)
{
    struct target allow = target_of_prompt(PROMPT_ALLOW, "");
    struct target back = target_to(SCREEN_ADMIN);
    struct page_range range;
    struct chat_list list;

    chat_list_make(scene->permissions.access, NULL, scene->target.text, &list);
    range = page_range(list.count, scene->target.page, PAGE_LIST_ITEMS);
    draw_chats_heading(scene, list.count, page);
    for (size_t i = range.first; i < range.end; i++) {
        struct target chat = target_with_text(target_to(SCREEN_CHAT), list.items[i].chat);

        admin_chat_button(page, &list.items[i], &chat);
    }
    page_turns(page, &scene->target, &range);
    draw_filter(page, &scene->target, range.pages, PROMPT_CHATS_FILTER);
    page_button(page, TEXT_BUTTON_ALLOW_ASK, NULL, &allow, true);
    draw_way_back(page, &back);
    chat_list_free(&list);
}

/* ---- one chat ---- */

/* The first of what it may do: "shop.ru — edit DNS, delete DNS records". */
static void draw_summary(const struct scene *scene, struct page *page)
{
    const struct state_hash *grants = scene->grantee.grants;
    size_t count = state_hash_count(grants);
    struct text_number more;

    page_gap(page);
    if (count == 0) {
        page_line(page, TEXT_CHAT_MAY_NOTHING, NULL);
    }
    for (size_t i = 0; i < count && i < SUMMARY_NAMES; i++) {
        admin_grant_line(page, state_hash_name(grants, i), state_hash_value(grants, i));
    }
    if (count > SUMMARY_NAMES) {
        page_line(page, TEXT_CHAT_MAY_MORE,
                  TEXT_ARGS({"count", text_number(&more, (int64_t)(count - SUMMARY_NAMES))}));
    }
}

static void draw_members(const struct grantee *grantee, struct page *page)
{
    const char *chat = grantee->chat;
    bool on = grantee->members_act;
    enum change_id change = on ? CHANGE_MEMBERS_OFF : CHANGE_MEMBERS_ON;
    struct target other = target_with_text(target_of_change(TARGET_ASK, change, "", ""), chat);

    if (chat_is_group(chat)) {
        page_gap(page);
        page_line(page, on ? TEXT_CHAT_MEMBERS_SELF : TEXT_CHAT_MEMBERS_GROUP, NULL);
        page_button(page, on ? TEXT_BUTTON_MEMBERS_OFF : TEXT_BUTTON_MEMBERS_ON, NULL, &other,
                    true);
    }
}

static void draw_allowed(const struct scene *scene, struct page *page)
{
    const char *chat = scene->grantee.chat;
    const char *note = scene->grantee.note;
    struct target grants = target_with_text(target_to(SCREEN_CHAT_GRANTS), chat);
    struct target change = target_with_text(target_of_prompt(PROMPT_ALLOW_NOTE, ""), chat);
    struct target deny =
        target_with_text(target_of_change(TARGET_ASK, CHANGE_ACCESS_DENY, "", ""), chat);
    struct text_number count;
    char quoted[TEXT_QUOTE_SIZE];

    page_line(page, note[0] != '\0' ? TEXT_CHAT : TEXT_CHAT_NO_NOTE,
              TEXT_ARGS({"note", text_quote(note, strlen(note), quoted)}, {"chat", chat}));
    draw_summary(scene, page);
    page_button(
        page, TEXT_BUTTON_CHAT_GRANTS,
        TEXT_ARGS({"count", text_number(&count, (int64_t)state_hash_count(scene->grantee.grants))}),
        &grants, true);
    page_button(page, TEXT_BUTTON_NOTE, NULL, &change, true);
    draw_members(&scene->grantee, page);
    page_button(page, TEXT_BUTTON_DENY_ASK, NULL, &deny, true);
}

void draw_chat(const struct scene *scene, struct page *page)
{
    struct target back = target_to(SCREEN_CHATS);

    if (scene->grantee.allowed) {
        draw_allowed(scene, page);
    } else {
        admin_not_allowed(page, &scene->grantee);
    }
    draw_way_back(page, &back);
}
