/* SPDX-License-Identifier: MIT */
#include "worker/chat/language.h"
#include "worker/chat/screens.h"

struct target target_of_language(enum language language)
{
    const char *name = language_name(language);

    return target_with_text(target_of_change(TARGET_DO, CHANGE_LANGUAGE, "", name), name);
}

void draw_language(const struct scene *scene, struct page *page)
{
    (void)scene;
    page_line(page, TEXT_LANGUAGE, NULL);
    for (int language = 0; language < LANGUAGE_COUNT; language++) {
        struct target target = target_of_language((enum language)language);

        page_button_named(page, language_own_name((enum language)language), &target, language == 0);
    }
    draw_way_back(page, NULL);
}
