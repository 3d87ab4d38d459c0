/* SPDX-License-Identifier: MIT */
#include "worker/chat/commands.h"
#include "worker/chat/screens.h"

void draw_menu(const struct scene *scene, struct page *page)
{
    struct target domains = target_to(SCREEN_DOMAINS);
    struct target admin = target_to(SCREEN_ADMIN);
    struct target help = target_to(SCREEN_HELP);

    page_line(page, TEXT_MENU, NULL);
    page_button(page, TEXT_BUTTON_DOMAINS, NULL, &domains, true);
    if (scene->rights.admin) {
        page_button(page, TEXT_BUTTON_ADMIN, NULL, &admin, true);
    }
    page_button(page, TEXT_BUTTON_HELP, NULL, &help, true);
}

void draw_help(const struct scene *scene, struct page *page)
{
    struct target language = target_to(SCREEN_LANGUAGE);

    page_line(page, TEXT_HELP_HEAD, NULL);
    page_gap(page);
    for (size_t i = 0; i < COMMAND_COUNT; i++) {
        const struct command *row = &COMMANDS[i];

        if (row->admin_only && !scene->rights.admin) {
            continue;
        }
        buf_addf(&page->text, "\n/%s%s", row->name, row->argument[0] != '\0' ? " " : "");
        text_escape(&page->text, row->argument);
        buf_addf(&page->text, " — ");
        text_html(&page->text, page->language, row->help, NULL);
    }
    page_gap(page);
    page_line(page, TEXT_HELP_TAIL, NULL);
    page_button(page, TEXT_BUTTON_LANGUAGE, NULL, &language, true);
    draw_way_back(page, NULL);
}

void draw_cancelled(const struct scene *scene, struct page *page)
{
    (void)scene;
    page_line(page, TEXT_CANCELLED, NULL);
    draw_way_back(page, NULL);
}
