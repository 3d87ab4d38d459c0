/* SPDX-License-Identifier: MIT */
/* A message as people see it, and as Telegram judges it. Failures fail the running test. */
#ifndef TESTS_UNIT_CHAT_PAGE_LINES_H
#define TESTS_UNIT_CHAT_PAGE_LINES_H

#include "shared/base/buf.h"
#include "worker/chat/page.h"

/* Appends what a reader sees of `html`; fails on anything Telegram's parser would refuse. */
void html_visible(const char *html, struct buf *out);

/* Appends the page: its text, then a line "[label] [label]" per row of buttons. */
void page_lines(const struct page *page, struct buf *out);

/* Fails when Telegram would refuse the page: too long, a bad label, data over 64 bytes. */
void page_assert_sendable(const struct page *page);

#endif
