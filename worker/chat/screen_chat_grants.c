/* SPDX-License-Identifier: MIT */
/* For administrators: what one chat may do, name by name. */
#include "worker/chat/screens.h"

#include "shared/base/mem.h"
#include "worker/chat/admin_parts.h"
#include "worker/chat/chat_list.h"

#include <stdlib.h>
#include <string.h>

/* In the order they are shown. */
enum section { SECTION_DOMAIN, SECTION_SUBDOMAIN, SECTION_CREATED, SECTION_COUNT };

static const enum text_id HEADINGS[SECTION_COUNT] = {
    [SECTION_DOMAIN] = TEXT_CHAT_GRANTS_DOMAINS,
    [SECTION_SUBDOMAIN] = TEXT_CHAT_GRANTS_SUBDOMAINS,
    [SECTION_CREATED] = TEXT_CHAT_GRANTS_CREATED,
};

struct entry {
    enum section section;
    const char *name;    /* borrowed */
    const char *letters; /* borrowed; NULL: created, and nothing granted on the name itself */
};

struct entries {
    struct entry *items; /* owned */
    size_t count;
};

static int compare(const void *left, const void *right)
{
    const struct entry *one = left;
    const struct entry *other = right;

    return one->section != other->section ? (int)one->section - (int)other->section
                                          : strcmp(one->name, other->name);
}

static void add_entry(struct entries *entries, struct entry entry)
{
    if (admin_can_be_name(entry.name)) {
        entries->items[entries->count++] = entry;
    }
}

static struct entries make_entries(const struct scene *scene)
{
    const struct state_hash *grants = scene->grantee.grants;
    const struct state_hash *creators = scene->permissions.creators;
    size_t granted = grants ? state_hash_count(grants) : 0;
    size_t most = granted + state_hash_count(creators);
    struct entries entries = {.items = xcalloc(most + 1, sizeof(*entries.items))};

    for (size_t i = 0; i < granted; i++) {
        const char *name = state_hash_name(grants, i);
        bool domain = account_find(&scene->domains, name) != NULL;

        add_entry(&entries, (struct entry){domain ? SECTION_DOMAIN : SECTION_SUBDOMAIN, name,
                                           state_hash_value(grants, i)});
    }
    for (size_t i = 0; i < state_hash_count(creators); i++) {
        const char *name = state_hash_name(creators, i);

        if (strcmp(state_hash_value(creators, i), scene->grantee.chat) == 0) {
            add_entry(&entries, (struct entry){SECTION_CREATED, name,
                                               grantee_letters(&scene->grantee, name)});
        }
    }
    qsort(entries.items, entries.count, sizeof(*entries.items), compare);
    return entries;
}

static void draw_entry(const struct entry *entry, bool heading, const char *chat, struct page *page)
{
    struct target target = target_with_text(target_about(SCREEN_CHAT_GRANT, entry->name), chat);
    char shown[IDN_UNICODE_SIZE];

    idn_to_unicode(entry->name, shown);
    if (heading) {
        page_gap(page);
        page_line(page, HEADINGS[entry->section], NULL);
    }
    admin_grant_line(page, entry->name, entry->letters);
    page_button_named(page, shown, &target, true);
}

void draw_chat_grants(const struct scene *scene, struct page *page)
{
    const char *chat = scene->grantee.chat;
    struct target grant = target_with_text(target_of_prompt(PROMPT_CHAT_NAME, ""), chat);
    struct target back = target_with_text(target_to(SCREEN_CHAT), chat);
    struct page_range range;
    struct text_number count;
    struct entries entries;
    char title[CHAT_TITLE_SIZE];

    entries = make_entries(scene);
    range = page_range(entries.count, scene->target.page, PAGE_LIST_ITEMS);
    page_line(page, TEXT_CHAT_GRANTS,
              TEXT_ARGS({"chat", grantee_title(&scene->grantee, title)},
                        {"count", text_number(&count, (int64_t)entries.count)}));
    for (size_t i = range.first; i < range.end; i++) {
        bool heading = i == range.first || entries.items[i].section != entries.items[i - 1].section;

        draw_entry(&entries.items[i], heading, chat, page);
    }
    page_turns(page, &scene->target, &range);
    page_button(page, TEXT_BUTTON_GRANT_ASK, NULL, &grant, true);
    draw_way_back(page, &back);
    free(entries.items);
}
