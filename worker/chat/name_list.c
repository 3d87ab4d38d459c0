/* SPDX-License-Identifier: MIT */
#include "worker/chat/name_list.h"

#include "shared/base/mem.h"
#include "shared/base/utf8.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct name_list name_list_make(const struct scene *scene, const struct account_names *names,
                                name_wanted_fn *wanted)
{
    struct name_list list = {.count = 0};

    /* NOLINTNEXTLINE(bugprone-sizeof-expression): pointers are what the array holds */
    list.items = xcalloc(names->count + 1, sizeof(*list.items));
    for (size_t i = 0; i < names->count; i++) {
        if (wanted(scene, &names->items[i])) {
            list.items[list.count++] = &names->items[i];
        }
    }
    return list;
}

void name_list_free(struct name_list *list)
{
    free(list->items);
    *list = (struct name_list){0};
}

int64_t name_list_draw(const struct scene *scene, struct page *page, const struct name_list *list,
                       enum screen_id screen)
{
    struct page_range range = page_range(list->count, scene->target.page, PAGE_LIST_ITEMS);

    for (size_t i = range.first; i < range.end; i++) {
        struct target target = target_about(screen, list->items[i]->name);
        char shown[IDN_UNICODE_SIZE];

        idn_to_unicode(list->items[i]->name, shown);
        page_button_named(page, shown, &target, true);
    }
    page_turns(page, &scene->target, &range);
    return range.pages;
}

bool name_has_filter(const struct scene *scene, const struct account_name *name)
{
    char filter[TARGET_TEXT_SIZE];
    char shown[IDN_UNICODE_SIZE];

    (void)snprintf(filter, sizeof(filter), "%s", scene->target.text);
    utf8_lower(filter);
    idn_to_unicode(name->name, shown);
    return strstr(name->name, filter) || strstr(shown, filter);
}
