/* SPDX-License-Identifier: MIT */
/*
 * A message being composed: HTML text and rows of buttons, and a file that goes with it.
 *
 * Drawing functions fill a page; worker/chat/answer.h sends it. The limits of
 * Telegram hold by construction: a list is paged before it is drawn, a label
 * is shortened, and more buttons than fit is a defect of the screen.
 */
#ifndef WORKER_CHAT_PAGE_H
#define WORKER_CHAT_PAGE_H

#include "shared/base/buf.h"
#include "worker/chat/language.h"
#include "worker/chat/target.h"
#include "worker/chat/texts.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    PAGE_TEXT_POINTS = 3600,     /* what a screen may use of Telegram's 4096 code points   */
    PAGE_TEXT_MAX_BYTES = 32000, /* Telegram refuses raw texts over 32768 bytes           */
    PAGE_BUTTONS_MAX = 24,
    PAGE_LABEL_POINTS = 48, /* longer labels are cut in the middle                    */
    PAGE_LABEL_SIZE = PAGE_LABEL_POINTS * 4 + 8,
    PAGE_LIST_ITEMS = 8, /* of a paged list                                        */
    PAGE_FILE_NAME_SIZE = 64,
};

struct page_button {
    char label[PAGE_LABEL_SIZE];
    struct target target;
    bool starts_row;
};

struct page {
    enum language language;
    struct buf text; /* owned; HTML */
    struct page_button buttons[PAGE_BUTTONS_MAX];
    size_t button_count;
    bool asks; /* a question: its buttons change something, once and soon */
    char file_name[PAGE_FILE_NAME_SIZE];
    struct buf file; /* owned; UTF-8, sent behind the message; empty: none */
};

void page_init(struct page *page, enum language language);
void page_free(struct page *page);

/* Appends a text of the table, and "\n" when it is not the first line. */
void page_line(struct page *page, enum text_id id, const struct text_arg *args);

/* The same with the sign of something that was not done before it. */
void page_warning(struct page *page, enum text_id id, const struct text_arg *args);

/* Appends an empty line. */
void page_gap(struct page *page);

/* A button with a label of the table, on a row of its own or beside the one before. */
void page_button(struct page *page, enum text_id label, const struct text_arg *args,
                 const struct target *target, bool starts_row);

/* The same with a label that is not of the table: a name. */
void page_button_named(struct page *page, const char *label, const struct target *target,
                       bool starts_row);

/* Which items of a list a page shows: [first, end). Page numbers past the end give the last one. */
struct page_range {
    size_t first;
    size_t end;
    int64_t page;  /* from 1 */
    int64_t pages; /* at least 1 */
};

struct page_range page_range(size_t count, int64_t page, size_t per_page);

/* The row "‹ 2/7 ›" for `target`, when there is more than one page. */
void page_turns(struct page *page, const struct target *target, const struct page_range *range);

#endif
