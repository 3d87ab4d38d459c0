/* SPDX-License-Identifier: MIT */
/* For administrators: the names that rights are granted on, who has rights to one, one of these. */
#include "worker/chat/screens.h"

#include "worker/chat/admin_parts.h"
#include "worker/chat/name_list.h"

#include <string.h>

/* ---- the domains ---- */

void draw_admin_names(const struct scene *scene, struct page *page)
{
    struct name_list list = name_list_make(scene, &scene->domains, name_has_filter);
    bool filtered = scene->target.text[0] != '\0';
    struct target chats = target_to(SCREEN_CHATS);
    struct target back = target_to(SCREEN_ADMIN);
    enum text_id none = filtered ? TEXT_DOMAINS_NONE_FOUND : TEXT_DOMAINS_NONE;
    enum text_id some = filtered ? TEXT_NAMES_FILTERED : TEXT_NAMES;
    int64_t pages;

    page_line(page, list.count == 0 ? none : some, TEXT_ARGS({"filter", scene->target.text}));
    pages = name_list_draw(scene, page, &list, SCREEN_NAME_ITEMS);
    draw_filter(page, &scene->target, pages, PROMPT_NAMES_FILTER);
    page_button(page, TEXT_BUTTON_CHATS, NULL, &chats, true);
    draw_way_back(page, &back);
    name_list_free(&list);
}

/* ---- a domain and its subdomains ---- */

static bool is_item(const struct scene *scene, const struct account_name *name)
{
    return name_is_within(name->name, scene->target.name) && name_has_filter(scene, name);
}

static void draw_items_heading(const struct scene *scene, size_t count, struct page *page)
{
    bool filtered = scene->target.text[0] != '\0';
    char shown[IDN_UNICODE_SIZE];
    enum text_id id = TEXT_NAME_ITEMS;

    if (filtered) {
        id = count == 0 ? TEXT_NAME_ITEMS_NONE_FOUND : TEXT_NAME_ITEMS_FILTERED;
    }
    idn_to_unicode(scene->target.name, shown);
    page_line(page, id, TEXT_ARGS({"name", shown}, {"filter", scene->target.text}));
}

void draw_name_items(const struct scene *scene, struct page *page)
{
    struct name_list list = name_list_make(scene, &scene->subdomains, is_item);
    struct target itself = target_about(SCREEN_HOLDERS, scene->target.name);
    struct target back = target_to(SCREEN_NAMES);
    char shown[IDN_UNICODE_SIZE];
    int64_t pages;

    draw_items_heading(scene, list.count, page);
    if (scene->target.text[0] == '\0') {
        idn_to_unicode(scene->target.name, shown);
        page_button(page, TEXT_NAME_ITSELF, TEXT_ARGS({"name", shown}), &itself, true);
    }
    pages = name_list_draw(scene, page, &list, SCREEN_HOLDERS);
    draw_filter(page, &scene->target, pages, PROMPT_ITEMS_FILTER);
    draw_way_back(page, &back);
    name_list_free(&list);
}

/* ---- who has rights to a name ---- */

/* The list that the name stands in. */
static struct target items_of(const struct scene *scene)
{
    const struct account_name *domain = account_domain_of(&scene->domains, scene->target.name);

    return domain ? target_about(SCREEN_NAME_ITEMS, domain->name) : target_to(SCREEN_NAMES);
}

static void draw_holders_heading(const struct scene *scene, size_t count, struct page *page)
{
    const struct account_name *domain = account_domain_of(&scene->domains, scene->target.name);
    char shown_domain[IDN_UNICODE_SIZE];
    char shown[IDN_UNICODE_SIZE];
    struct text_number number;

    idn_to_unicode(scene->target.name, shown);
    page_line(page, count == 0 ? TEXT_HOLDERS_NONE : TEXT_HOLDERS,
              TEXT_ARGS({"name", shown}, {"count", text_number(&number, (int64_t)count)}));
    if (domain && strcmp(domain->name, scene->target.name) != 0) {
        idn_to_unicode(domain->name, shown_domain);
        page_line(page, TEXT_HOLDERS_ABOVE, TEXT_ARGS({"domain", shown_domain}));
    }
    if (count > 0) {
        page_gap(page);
        page_line(page, TEXT_LETTERS_LEGEND, NULL);
    }
}

void draw_holders(const struct scene *scene, struct page *page)
{
    struct target grant = target_about(SCREEN_GRANT_CHATS, scene->target.name);
    struct target back = items_of(scene);
    struct page_range range;
    struct chat_list list;

    chat_list_make(scene->permissions.access, scene->permissions.holders, "", &list);
    range = page_range(list.count, scene->target.page, PAGE_LIST_ITEMS);
    draw_holders_heading(scene, list.count, page);
    for (size_t i = range.first; i < range.end; i++) {
        struct target holder = target_about(SCREEN_HOLDER, scene->target.name);

        holder = target_with_text(holder, list.items[i].chat);
        admin_chat_button(page, &list.items[i], &holder);
    }
    page_turns(page, &scene->target, &range);
    page_button(page, TEXT_BUTTON_GRANT_ASK, NULL, &grant, true);
    draw_way_back(page, &back);
    chat_list_free(&list);
}

/* ---- one chat and one name ---- */

/* Two ways lead here, and back: SCREEN_HOLDER from the name, SCREEN_CHAT_GRANT from the chat. */
static struct target way_back(const struct scene *scene)
{
    return scene->target.screen == SCREEN_CHAT_GRANT
               ? target_with_text(target_to(SCREEN_CHAT_GRANTS), scene->grantee.chat)
               : target_about(SCREEN_HOLDERS, scene->target.name);
}

static void draw_rights(const struct scene *scene, const char *letters, struct page *page)
{
    char title[CHAT_TITLE_SIZE];
    char shown[IDN_UNICODE_SIZE];
    struct buf words;

    buf_init(&words, LETTERS_WORDS_MAX_BYTES);
    letters_describe(&words, page->language, letters ? letters : "");
    idn_to_unicode(scene->target.name, shown);
    page_line(page, letters ? TEXT_HOLDER : TEXT_HOLDER_NONE,
              TEXT_ARGS({"name", shown}, {"chat", grantee_title(&scene->grantee, title)},
                        {"rights", buf_text(&words)}));
    buf_free(&words);
}

void draw_holder(const struct scene *scene, struct page *page)
{
    const char *name = scene->target.name;
    struct target change = target_about(SCREEN_GRANT_DNS, name);
    struct target revoke = target_of_change(TARGET_ASK, CHANGE_GRANTS_UNSET, name, "");
    const char *letters = grantee_letters(&scene->grantee, name);
    const char *chat = scene->grantee.chat;
    struct target back = way_back(scene);

    draw_rights(scene, letters, page);
    change = target_with_letters(change, chat, letters ? letters : "");
    page_button(page, letters ? TEXT_BUTTON_GRANT_CHANGE : TEXT_BUTTON_GRANT_ASK, NULL, &change,
                true);
    if (letters) {
        revoke = target_with_text(revoke, chat);
        page_button(page, TEXT_BUTTON_REVOKE_ASK, NULL, &revoke, true);
    }
    draw_way_back(page, &back);
}
