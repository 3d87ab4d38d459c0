/* SPDX-License-Identifier: MIT */
/* The address of <a href>, as Telegram spells it. Pure. */
#ifndef TESTS_SANDBOX_TELEGRAM_HTML_LINK_H
#define TESTS_SANDBOX_TELEGRAM_HTML_LINK_H

#include "shared/base/buf.h"

#include <stdbool.h>

/*
 * Appends the full form of `url`: "example.com" is "http://example.com/". False
 * when Telegram would not make a link of it: it then keeps the text alone.
 */
bool html_link(const char *url, struct buf *out);

#endif
