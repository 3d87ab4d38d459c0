/* SPDX-License-Identifier: MIT */
#include "worker/chat/page.h"

#include "shared/base/utf8.h"
#include "shared/wire/reply.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

void page_init(struct page *page, enum language language)
{
    *page = (struct page){.language = language};
    buf_init(&page->text, PAGE_TEXT_MAX_BYTES);
    buf_init(&page->file, REPLY_FILE_MAX_BYTES);
}

void page_free(struct page *page)
{
    buf_free(&page->text);
    buf_free(&page->file);
}

void page_line(struct page *page, enum text_id id, const struct text_arg *args)
{
    if (page->text.len > 0) {
        buf_add(&page->text, "\n", 1);
    }
    text_html(&page->text, page->language, id, args);
}

void page_warning(struct page *page, enum text_id id, const struct text_arg *args)
{
    buf_addf(&page->text, "%s⚠️ ", page->text.len > 0 ? "\n" : "");
    text_html(&page->text, page->language, id, args);
}

void page_gap(struct page *page)
{
    buf_add(&page->text, "\n", 1);
}

/* Both ends of a long name tell more than its beginning alone. */
static void shorten(const char *label, char out[PAGE_LABEL_SIZE])
{
    size_t len = strlen(label);
    size_t points = utf8_count(label, len);
    size_t head;
    size_t tail;

    if (points <= PAGE_LABEL_POINTS) {
        (void)snprintf(out, PAGE_LABEL_SIZE, "%s", label);
        return;
    }
    head = utf8_prefix_bytes(label, len, PAGE_LABEL_POINTS / 2);
    tail = utf8_prefix_bytes(label, len, points - (PAGE_LABEL_POINTS / 2 - 1));
    (void)snprintf(out, PAGE_LABEL_SIZE, "%.*s…%s", (int)head, label, label + tail);
}

void page_button_named(struct page *page, const char *label, const struct target *target,
                       bool starts_row)
{
    struct page_button *button;

    assert(page->button_count < PAGE_BUTTONS_MAX);
    button = &page->buttons[page->button_count++];
    shorten(label, button->label);
    button->target = *target;
    button->starts_row = starts_row || page->button_count == 1;
}

void page_button(struct page *page, enum text_id label, const struct text_arg *args,
                 const struct target *target, bool starts_row)
{
    struct buf text;

    buf_init(&text, (size_t)PAGE_LABEL_SIZE * 2);
    text_plain(&text, page->language, label, args);
    page_button_named(page, buf_text(&text), target, starts_row);
    buf_free(&text);
}

struct page_range page_range(size_t count, int64_t page, size_t per_page)
{
    struct page_range range = {.page = page, .pages = 1};

    if (count > 0) {
        range.pages = (int64_t)((count + per_page - 1) / per_page);
    }
    if (range.page > range.pages) {
        range.page = range.pages; /* the list has become shorter meanwhile */
    }
    if (range.page < 1) {
        range.page = 1;
    }
    range.first = (size_t)(range.page - 1) * per_page;
    range.end = range.first + per_page < count ? range.first + per_page : count;
    return range;
}

void page_turns(struct page *page, const struct target *target, const struct page_range *range)
{
    struct target turn = *target;
    char label[64];

    if (range->pages <= 1) {
        return;
    }
    turn.page = range->page > 1 ? range->page - 1 : range->pages;
    page_button_named(page, "‹", &turn, true);
    (void)snprintf(label, sizeof(label), "%" PRId64 " / %" PRId64, range->page, range->pages);
    turn.page = range->page;
    page_button_named(page, label, &turn, false);
    turn.page = range->page < range->pages ? range->page + 1 : 1;
    page_button_named(page, "›", &turn, false);
}
