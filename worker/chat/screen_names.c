/* SPDX-License-Identifier: MIT */
/* The lists of names: domains, one domain, its subdomains. */
#include "worker/chat/screens.h"

#include "shared/base/mem.h"
#include "shared/base/utf8.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Names that pass a filter and the rights, in the account's order. */
struct picked {
    const struct account_name **items; /* owned array of borrowed names */
    size_t count;
};

/* Decides whether a name belongs into a list. */
typedef bool pick_fn(const struct scene *scene, const struct account_name *name);

static struct picked pick(const struct scene *scene, const struct account_names *names,
                          pick_fn *wanted)
{
    struct picked picked = {.count = 0};

    /* NOLINTNEXTLINE(bugprone-sizeof-expression): pointers are what the array holds */
    picked.items = xcalloc(names->count + 1, sizeof(*picked.items));
    for (size_t i = 0; i < names->count; i++) {
        if (wanted(scene, &names->items[i])) {
            picked.items[picked.count++] = &names->items[i];
        }
    }
    return picked;
}

/* One button per name of the page, leading to `screen` about that name; then the page turns. */
static void draw_list(const struct scene *scene, struct page *page, const struct picked *picked,
                      enum screen_id screen)
{
    struct page_range range = page_range(picked->count, scene->target.page, PAGE_LIST_ITEMS);

    for (size_t i = range.first; i < range.end; i++) {
        struct target target = target_about(screen, picked->items[i]->name);
        char shown[IDN_UNICODE_SIZE];

        idn_to_unicode(picked->items[i]->name, shown);
        page_button_named(page, shown, &target, true);
    }
    page_turns(page, &scene->target, &range);
}

/* ---- domains ---- */

/*
 * The filter is compared with both forms of the name, so it may be typed in
 * either, and in any case: telephones begin messages with a capital letter.
 */
static bool has_filter(const struct scene *scene, const struct account_name *name)
{
    char filter[TARGET_TEXT_SIZE];
    char shown[IDN_UNICODE_SIZE];

    (void)snprintf(filter, sizeof(filter), "%s", scene->target.text);
    utf8_lower(filter);
    idn_to_unicode(name->name, shown);
    return strstr(name->name, filter) || strstr(shown, filter);
}

static bool is_listed_domain(const struct scene *scene, const struct account_name *name)
{
    return rights_may_list(&scene->rights, name->name) && has_filter(scene, name);
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
    struct picked picked = pick(scene, &scene->domains, is_listed_domain);
    bool filtered = scene->target.text[0] != '\0';
    struct target all = target_to(SCREEN_DOMAINS);
    struct text_number count;

    if (picked.count == 0) {
        draw_no_domains(scene, page);
    } else {
        page_line(page, filtered ? TEXT_DOMAINS_FILTERED : TEXT_DOMAINS,
                  TEXT_ARGS({"count", text_number(&count, (int64_t)picked.count)},
                            {"filter", scene->target.text}));
        draw_list(scene, page, &picked, SCREEN_DOMAIN);
    }
    if (filtered) {
        page_button(page, TEXT_BUTTON_ALL, NULL, &all, true);
    }
    draw_way_back(page, NULL);
    free(picked.items);
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
    struct picked picked = pick(scene, &scene->subdomains, is_listed_subdomain);
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
                TEXT_ARGS({"count", text_number(&count, (int64_t)picked.count)}), &subdomains,
                true);
    draw_way_back(page, &back);
    free(picked.items);
}

/* ---- its subdomains ---- */

void draw_subdomains(const struct scene *scene, struct page *page)
{
    struct picked picked = pick(scene, &scene->subdomains, is_listed_subdomain);
    struct target back = target_about(SCREEN_DOMAIN, scene->target.name);
    struct target add = target_of_prompt(PROMPT_SUB_ADD, scene->target.name);
    char shown[IDN_UNICODE_SIZE];
    struct text_number count;

    idn_to_unicode(scene->target.name, shown);
    if (picked.count == 0) {
        page_line(page, TEXT_SUBDOMAINS_NONE, TEXT_ARGS({"name", shown}));
    } else {
        page_line(
            page, TEXT_SUBDOMAINS,
            TEXT_ARGS({"name", shown}, {"count", text_number(&count, (int64_t)picked.count)}));
        draw_list(scene, page, &picked, SCREEN_DNS);
    }
    if (rights_may_create_below(&scene->rights, scene->target.name)) {
        page_button(page, TEXT_BUTTON_SUB_ADD_ASK, NULL, &add, true);
    }
    draw_way_back(page, &back);
    free(picked.items);
}
