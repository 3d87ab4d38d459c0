/* SPDX-License-Identifier: MIT */
/* The lists of names: domains, one domain, its subdomains. */
#include "worker/chat/name_list.h"
#include "worker/chat/screens.h"

/* ---- domains ---- */

static bool is_listed_domain(const struct scene *scene, const struct account_name *name)
{
    return rights_may_list(&scene->rights, name->name) && name_has_filter(scene, name);
}

static void draw_no_domains(const struct scene *scene, struct page *page)
{
    struct text_number chat;

    if (scene->target.text[0] != '\0') {
        page_line(page, TEXT_DOMAINS_NONE_FOUND, TEXT_ARGS({"filter", scene->target.text}));
    } else if (scene->rights.admin) {
        page_line(page, TEXT_DOMAINS_NONE, NULL);
    } else {
        page_line(page, TEXT_DOMAINS_NO_ACCESS,
                  TEXT_ARGS({"chat", text_number(&chat, scene->subject)}));
    }
}

void draw_domains(const struct scene *scene, struct page *page)
{
    struct name_list list = name_list_make(scene, &scene->domains, is_listed_domain);
    bool filtered = scene->target.text[0] != '\0';
    struct text_number count;
    int64_t pages = 1;

    if (list.count == 0) {
        draw_no_domains(scene, page);
    } else {
        page_line(page, filtered ? TEXT_DOMAINS_FILTERED : TEXT_DOMAINS,
                  TEXT_ARGS({"count", text_number(&count, (int64_t)list.count)},
                            {"filter", scene->target.text}));
        pages = name_list_draw(scene, page, &list, SCREEN_DOMAIN);
    }
    draw_filter(page, &scene->target, pages, PROMPT_DOMAINS_FILTER);
    draw_way_back(page, NULL);
    name_list_free(&list);
}

/* ---- one domain ---- */

static bool is_listed_subdomain(const struct scene *scene, const struct account_name *name)
{
    return name_is_within(name->name, scene->target.name) &&
           rights_may_view(&scene->rights, name->name);
}

void draw_domain(const struct scene *scene, struct page *page)
{
    const struct account_name *domain = account_find(&scene->domains, scene->target.name);
    struct name_list list = name_list_make(scene, &scene->subdomains, is_listed_subdomain);
    struct target dns = target_about(SCREEN_DNS, scene->target.name);
    struct target subdomains = target_about(SCREEN_SUBDOMAINS, scene->target.name);
    struct target back = target_to(SCREEN_DOMAINS);
    char shown[IDN_UNICODE_SIZE];
    struct text_number count;

    idn_to_unicode(scene->target.name, shown);
    page_line(page, TEXT_DOMAIN, TEXT_ARGS({"name", shown}));
    if (rights_may_view(&scene->rights, scene->target.name)) {
        if (domain && domain->expires[0] != '\0') {
            page_line(page, TEXT_DOMAIN_EXPIRES, TEXT_ARGS({"date", domain->expires}));
        }
        page_button(page, TEXT_BUTTON_DNS, NULL, &dns, true);
    }
    page_button(page, TEXT_BUTTON_SUBDOMAINS,
                TEXT_ARGS({"count", text_number(&count, (int64_t)list.count)}), &subdomains, true);
    draw_way_back(page, &back);
    name_list_free(&list);
}

/* ---- its subdomains ---- */

static bool is_found_subdomain(const struct scene *scene, const struct account_name *name)
{
    return is_listed_subdomain(scene, name) && name_has_filter(scene, name);
}

static void draw_subdomains_heading(const struct scene *scene, size_t found, struct page *page)
{
    bool filtered = scene->target.text[0] != '\0';
    enum text_id some = filtered ? TEXT_SUBDOMAINS_FILTERED : TEXT_SUBDOMAINS;
    enum text_id none = filtered ? TEXT_NAME_ITEMS_NONE_FOUND : TEXT_SUBDOMAINS_NONE;
    char shown[IDN_UNICODE_SIZE];
    struct text_number count;

    idn_to_unicode(scene->target.name, shown);
    page_line(page, found == 0 ? none : some,
              TEXT_ARGS({"name", shown}, {"filter", scene->target.text},
                        {"count", text_number(&count, (int64_t)found)}));
}

void draw_subdomains(const struct scene *scene, struct page *page)
{
    struct name_list list = name_list_make(scene, &scene->subdomains, is_found_subdomain);
    struct target back = target_about(SCREEN_DOMAIN, scene->target.name);
    struct target add = target_of_prompt(PROMPT_SUB_ADD, scene->target.name);
    int64_t pages = 1;

    draw_subdomains_heading(scene, list.count, page);
    if (list.count > 0) {
        pages = name_list_draw(scene, page, &list, SCREEN_DNS);
    }
    draw_filter(page, &scene->target, pages, PROMPT_SUBDOMAINS_FILTER);
    if (rights_may_create_below(&scene->rights, scene->target.name)) {
        page_button(page, TEXT_BUTTON_SUB_ADD_ASK, NULL, &add, true);
    }
    draw_way_back(page, &back);
    name_list_free(&list);
}
