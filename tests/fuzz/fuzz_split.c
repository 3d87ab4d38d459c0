/* SPDX-License-Identifier: MIT */
/* Any text under any limits: the parts keep the limits and the markup, and nothing visible is lost.
 */
#include "gateway/html.h"
#include "gateway/split.h"
#include "shared/base/buf.h"
#include "shared/base/mem.h"
#include "shared/base/utf8.h"

#include <assert.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

enum { TEXT_MAX = 8192, SEEN_MAX = 4 * TEXT_MAX, DEPTH_MAX = 64 };

/* What is visible of `text`, blanks left out: those at a cut are dropped on purpose. */
static void add_visible(struct buf *out, const char *text, bool html)
{
    struct buf seen;

    buf_init(&seen, strlen(text) + 1);
    if (html) {
        html_strip(text, strlen(text), &seen);
    } else {
        buf_add(&seen, text, strlen(text));
    }
    for (const char *c = buf_text(&seen); *c != '\0'; c++) {
        if (!strchr(" \t\r\n", *c)) {
            buf_add(out, c, 1);
        }
    }
    buf_free(&seen);
}

static size_t count_points(const char *part, bool html)
{
    size_t points = 0;

    for (size_t at = 0, len = strlen(part); at < len;) {
        struct html_token token = {.kind = HTML_CHAR};

        if (html) {
            token = html_next(part + at, len - at);
        } else {
            token.len = utf8_prefix_bytes(part + at, len - at, 1);
        }
        assert(token.len > 0 && token.len <= len - at);
        points += token.kind == HTML_CHAR || token.kind == HTML_ENTITY ? 1 : 0;
        at += token.len;
    }
    return points;
}

/* Every tag of a part that was cut is closed in it. */
static void check_nesting(const char *part)
{
    int depth = 0;

    for (size_t at = 0, len = strlen(part); at < len;) {
        struct html_token token = html_next(part + at, len - at);

        depth += token.kind == HTML_OPEN ? 1 : 0;
        depth -= token.kind == HTML_CLOSE ? 1 : 0;
        assert(depth >= 0 && depth <= DEPTH_MAX);
        at += token.len;
    }
    assert(depth == 0);
}

static void check_split(const char *text, bool html, const struct split_limits *limits)
{
    struct buf before;
    struct buf after;
    struct split split;

    split_text(text, html, limits, &split);
    buf_init(&before, SEEN_MAX);
    buf_init(&after, SEEN_MAX);
    assert(split.count > 0);
    add_visible(&before, text, html);
    for (size_t i = 0; i < split.count; i++) {
        bool markup = html && !split.plain;

        assert(strlen(split.parts[i]) <= limits->max_bytes);
        assert(count_points(split.parts[i], markup) <= limits->max_points);
        if (markup && split.count > 1) {
            check_nesting(split.parts[i]);
        }
        add_visible(&after, split.parts[i], markup);
    }
    assert(strcmp(buf_text(&before), buf_text(&after)) == 0);
    buf_free(&after);
    buf_free(&before);
    split_free(&split);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    struct split_limits limits;
    char *text;

    if (len < 3 || len > TEXT_MAX) {
        return 0;
    }
    limits.max_points = (size_t)bytes[0] + 1;
    limits.max_bytes = ((size_t)bytes[1] + 1) * 64;
    text = xcalloc(len - 2, 1); /* all but the three first, and the NUL */
    memcpy(text, bytes + 3, len - 3);
    text[len - 3] = '\0';
    check_split(text, bytes[2] % 2 == 0, &limits);
    free(text);
    return 0;
}
