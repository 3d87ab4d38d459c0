/* SPDX-License-Identifier: MIT */
#include "tests/unit/chat/page_lines.h"

#include "shared/base/utf8.h"
#include "worker/chat/buttons.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

enum {
    TEXT_POINTS = 4096, /* of a message, without its tags (Bot API)  */
    TEXT_BYTES = 32768, /* of a message, with them                   */
    BUTTONS = 100,      /* of a message                              */
    ROW_BUTTONS = 8,    /* that are visible                          */
    DATA_BYTES = 64,    /* of a button                               */
    DEPTH = 8,
};

static const char *const ENTITIES[][2] = {
    {"&lt;", "<"}, {"&gt;", ">"}, {"&amp;", "&"}, {"&quot;", "\""}};

static const char *const TAGS[] = {"b", "code"};

/* Appends the character of the entity at `html`; returns what follows it. */
static const char *read_entity(const char *html, struct buf *out)
{
    for (size_t i = 0; i < ARRAY_LEN(ENTITIES); i++) {
        size_t len = strlen(ENTITIES[i][0]);

        if (strncmp(html, ENTITIES[i][0], len) == 0) {
            buf_addf(out, "%s", ENTITIES[i][1]);
            return html + len;
        }
    }
    fail_msg("an & that is no entity: %.20s", html);
    return html + 1;
}

/* Index of the tag whose name and ">" stand at `text`. */
static size_t find_tag(const char *text)
{
    for (size_t i = 0; i < ARRAY_LEN(TAGS); i++) {
        size_t len = strlen(TAGS[i]);

        if (strncmp(text, TAGS[i], len) == 0 && text[len] == '>') {
            return i;
        }
    }
    fail_msg("a tag that no screen uses: <%.20s", text);
    return 0;
}

void html_visible(const char *html, struct buf *out)
{
    size_t open[DEPTH];
    size_t depth = 0;

    assert_true(utf8_valid(html, strlen(html)));
    while (*html != '\0') {
        if (*html == '&') {
            html = read_entity(html, out);
        } else if (*html == '<' && html[1] == '/') {
            assert_true(depth > 0);
            assert_int_equal(find_tag(html + 2), open[--depth]);
            html = strchr(html, '>') + 1;
        } else if (*html == '<') {
            assert_in_range(depth, 0, DEPTH - 1);
            open[depth++] = find_tag(html + 1);
            html = strchr(html, '>') + 1;
        } else {
            assert_int_not_equal(*html, '>');
            buf_add(out, html++, 1);
        }
    }
    assert_int_equal(depth, 0);
    assert_true(buf_ok(out));
}

void page_lines(const struct page *page, struct buf *out)
{
    html_visible(buf_text(&page->text), out);
    for (size_t i = 0; i < page->button_count; i++) {
        buf_addf(out, "%s[%s]", page->buttons[i].starts_row ? "\n" : " ", page->buttons[i].label);
    }
    assert_true(buf_ok(out));
}

static void assert_text_sendable(const struct page *page)
{
    struct buf seen;

    assert_true(buf_ok(&page->text));
    assert_in_range(page->text.len, 1, TEXT_BYTES);
    buf_init(&seen, TEXT_BYTES);
    html_visible(buf_text(&page->text), &seen);
    assert_in_range(utf8_count(buf_text(&seen), seen.len), 1, TEXT_POINTS);
    buf_free(&seen);
}

static void assert_keyboard_sendable(const struct page *page)
{
    struct json *keyboard = buttons_keyboard(page, "0123456789abcdef");
    size_t count = 0;

    for (const struct json *row = json_first(keyboard); row; row = json_next(row)) {
        assert_in_range(json_count(row), 1, ROW_BUTTONS);
        for (const struct json *one = json_first(row); one; one = json_next(one)) {
            const char *label = json_text(one, "text");

            assert_non_null(label);
            assert_true(label[0] != '\0' && utf8_valid(label, strlen(label)));
            assert_in_range(strlen(json_text(one, "callback_data")), 1, DATA_BYTES);
            count++;
        }
    }
    assert_int_equal(count, page->button_count);
    assert_in_range(count, 0, BUTTONS);
    json_free(keyboard);
}

void page_assert_sendable(const struct page *page)
{
    assert_text_sendable(page);
    assert_keyboard_sendable(page);
}
