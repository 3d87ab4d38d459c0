/* SPDX-License-Identifier: MIT */
#include "worker/chat/admin_parts.h"

#include <string.h>

bool admin_can_be_name(const char *name)
{
    return strlen(name) < IDN_ASCII_SIZE && !strchr(name, ' ');
}

void admin_grant_line(struct page *page, const char *name, const char *letters)
{
    char shown[IDN_UNICODE_SIZE];
    struct buf line;

    buf_init(&line, IDN_UNICODE_SIZE + LETTERS_WORDS_MAX_BYTES);
    idn_to_unicode(name, shown);
    buf_addf(&line, "%s", shown);
    if (letters) {
        buf_addf(&line, " — ");
        letters_describe(&line, page->language, letters);
    }
    buf_addf(&page->text, "\n");
    text_escape(&page->text, buf_text(&line));
    buf_free(&line);
}

void admin_chat_button(struct page *page, const struct chat_item *item, const struct target *target)
{
    char title[CHAT_TITLE_SIZE];
    struct buf label;

    buf_init(&label, CHAT_TITLE_SIZE + LETTERS_WORDS_MAX_BYTES);
    buf_addf(&label, "%s", chat_title(item->note, item->chat, title));
    if (item->letters) {
        char letters[LETTERS_SIZE];

        letters_read(item->letters, letters);
        buf_addf(&label, " · ");
        if (letters[0] != '\0') {
            buf_addf(&label, "%s", letters);
        } else {
            text_plain(&label, page->language, TEXT_LETTER_NONE, NULL);
        }
    }
    page_button_named(page, buf_text(&label), target, true);
    buf_free(&label);
}

void admin_not_allowed(struct page *page, const struct grantee *grantee)
{
    struct target note = target_with_text(target_of_prompt(PROMPT_ALLOW_NOTE, ""), grantee->chat);

    page_line(page, grantee->admin ? TEXT_CHAT_IS_ADMINS : TEXT_CHAT_NOT_ALLOWED,
              TEXT_ARGS({"chat", grantee->chat}));
    if (!grantee->admin) {
        page_button(page, TEXT_BUTTON_ALLOW_ASK, NULL, &note, true);
    }
}
