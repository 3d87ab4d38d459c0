/* SPDX-License-Identifier: MIT */
#include "worker/chat/texts.h"

#include "shared/base/utf8.h"

#include <assert.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

/* clang-format off */
static const char *const TEXTS[TEXT_COUNT][LANGUAGE_COUNT] = {
#define TEXT(id, en, ru) [TEXT_##id] = {[LANGUAGE_EN] = (en), [LANGUAGE_RU] = (ru)},
#include "worker/chat/texts/all.def"
#undef TEXT
};

static const enum text_id FAILURE_TEXTS[BEGET_FAILURE_COUNT] = {
    [BEGET_NOT_SENT]    = TEXT_FAIL_NOT_SENT,
    [BEGET_NO_ANSWER]   = TEXT_FAIL_NO_ANSWER,
    [BEGET_UNREADABLE]  = TEXT_FAIL_UNREADABLE,
    [BEGET_DENIED]      = TEXT_FAIL_DENIED,
    [BEGET_SECTION_OFF] = TEXT_FAIL_SECTION_OFF,
    [BEGET_LIMIT]       = TEXT_FAIL_LIMIT,
    [BEGET_INVALID]     = TEXT_FAIL_INVALID,
    [BEGET_NOT_FOUND]   = TEXT_FAIL_NOT_FOUND,
    [BEGET_FAILED]      = TEXT_FAIL_FAILED,
    [BEGET_BAD_REQUEST] = TEXT_FAIL_BAD_REQUEST,
};
/* clang-format on */

static void add_plain(struct buf *out, const char *value)
{
    buf_add(out, value, strlen(value));
}

static const char *entity_of(char c)
{
    switch (c) {
    case '&':
        return "&amp;";
    case '<':
        return "&lt;";
    case '>':
        return "&gt;";
    default:
        return "&quot;";
    }
}

void text_escape(struct buf *out, const char *value)
{
    while (*value != '\0') {
        size_t plain = strcspn(value, "&<>\"");

        buf_add(out, value, plain);
        value += plain;
        if (*value != '\0') {
            add_plain(out, entity_of(*value));
            value++;
        }
    }
}

static const char *find_arg(const struct text_arg *args, const char *name, size_t len)
{
    for (const struct text_arg *arg = args; arg && arg->name; arg++) {
        if (strlen(arg->name) == len && strncmp(arg->name, name, len) == 0) {
            return arg->value;
        }
    }
    return NULL;
}

static void fill(struct buf *out, const char *template, const struct text_arg *args,
                 void (*add_value)(struct buf *out, const char *value))
{
    const char *open;

    while ((open = strchr(template, '{')) != NULL) {
        size_t len = strcspn(open + 1, "}");
        const char *value = find_arg(args, open + 1, len);

        assert(value); /* a text and its caller disagree about a placeholder */
        buf_add(out, template, (size_t)(open - template));
        add_value(out, value);
        template = open + 1 + len + 1;
    }
    add_plain(out, template);
}

const char *text_template(enum language language, enum text_id id)
{
    return TEXTS[id][language];
}

void text_html(struct buf *out, enum language language, enum text_id id,
               const struct text_arg *args)
{
    fill(out, text_template(language, id), args, text_escape);
}

void text_plain(struct buf *out, enum language language, enum text_id id,
                const struct text_arg *args)
{
    fill(out, text_template(language, id), args, add_plain);
}

enum text_id text_of_failure(enum beget_failure failure)
{
    assert(failure != BEGET_OK && failure != BEGET_STOPPED);
    return FAILURE_TEXTS[failure];
}

const char *text_quote(const char *text, size_t len, char out[TEXT_QUOTE_SIZE])
{
    size_t cut = utf8_prefix_bytes(text, len, TEXT_QUOTE_POINTS);

    (void)snprintf(out, TEXT_QUOTE_SIZE, "%.*s%s", (int)cut, text, cut < len ? "…" : "");
    return out;
}

const char *text_number(struct text_number *room, int64_t number)
{
    (void)snprintf(room->text, sizeof(room->text), "%" PRId64, number);
    return room->text;
}
