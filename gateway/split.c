/* SPDX-License-Identifier: MIT */
#include "gateway/split.h"

#include "gateway/html.h"
#include "shared/base/buf.h"
#include "shared/base/mem.h"
#include "shared/base/utf8.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* One below the limit of 32,768: the documents do not say whether it is still allowed. */
const struct split_limits SPLIT_MESSAGE = {.max_points = 4096, .max_bytes = 32767};

enum { OPEN_TAGS_MAX = 32, ENTITY_MAX_BYTES = 10 };

/* Tags that are open at some place of the text, outermost first. Borrows from the text. */
struct open_tags {
    struct html_token tags[OPEN_TAGS_MAX];
    const char *starts[OPEN_TAGS_MAX]; /* the tags' first bytes                     */
    size_t depth;                      /* tags open                                 */
    size_t reopen_bytes;               /* of all opening tags                       */
    size_t close_bytes;                /* of all closing tags                       */
};

/* What is being cut. */
struct source {
    const char *text;
    size_t len;
    bool html;
    const struct split_limits *limits;
};

/* A place where a part may end: `end` is where it stops, `next` where the next one begins. */
struct cut {
    size_t end;
    size_t next;
};

static struct html_token token_at(const struct source *source, size_t at)
{
    const char *text = source->text + at;
    size_t left = source->len - at;

    if (source->html) {
        return html_next(text, left);
    }
    return (struct html_token){.kind = HTML_CHAR, .len = utf8_prefix_bytes(text, left, 1)};
}

static size_t close_tag_bytes(const struct html_token *tag)
{
    return tag->name_len + strlen("</>");
}

/* Follows one token. False: it closes what is not open, or nests too deeply. */
static bool follow(struct open_tags *open, const struct html_token *token, const char *start)
{
    const struct html_token *innermost;

    if (token->kind == HTML_OPEN) {
        if (open->depth == OPEN_TAGS_MAX) {
            return false;
        }
        open->tags[open->depth] = *token;
        open->starts[open->depth++] = start;
        open->reopen_bytes += token->len;
        open->close_bytes += close_tag_bytes(token);
    }
    if (token->kind != HTML_CLOSE) {
        return true;
    }
    if (open->depth == 0) {
        return false;
    }
    innermost = &open->tags[open->depth - 1];
    if (token->name_len != 0 && (token->name_len != innermost->name_len ||
                                 strncasecmp(token->name, innermost->name, token->name_len) != 0)) {
        return false;
    }
    open->depth--;
    open->reopen_bytes -= innermost->len;
    open->close_bytes -= close_tag_bytes(innermost);
    return true;
}

/* True when every tag pairs and reopening the open ones always leaves room for text. */
static bool can_be_cut(const struct source *source)
{
    struct open_tags open = {.depth = 0};

    for (size_t at = 0; at < source->len;) {
        struct html_token token = token_at(source, at);

        if (token.kind == HTML_CLOSE && token.len > source->limits->max_bytes / 4) {
            return false;
        }
        if (token.kind == HTML_CHAR && source->text[at] == '<') {
            return false; /* Telegram refuses it, and a '>' from elsewhere would complete it */
        }
        if (!follow(&open, &token, source->text + at) ||
            open.reopen_bytes + open.close_bytes > source->limits->max_bytes / 4) {
            return false;
        }
        at += token.len;
    }
    return open.depth == 0;
}

/* Keeps the best places seen so far, by kind. */
struct cuts {
    struct cut paragraph;
    struct cut line;
    struct cut word;
};

static void note_blank(struct cuts *cuts, const char *text, size_t at)
{
    if (text[at] == ' ') {
        cuts->word = (struct cut){at, at + 1};
    }
    if (text[at] != '\n') {
        return;
    }
    if (cuts->line.next == at && cuts->line.next > 0) {
        cuts->paragraph = (struct cut){cuts->line.end, at + 1};
    }
    cuts->line = (struct cut){at, at + 1};
}

/* The most readable place in the second half of what fits, else `hard`. */
static struct cut best_cut(const struct cuts *cuts, size_t begin, size_t hard)
{
    const struct cut *by_preference[] = {&cuts->paragraph, &cuts->line, &cuts->word};
    size_t half = begin + (hard - begin) / 2;

    for (size_t i = 0; i < sizeof(by_preference) / sizeof(by_preference[0]); i++) {
        if (by_preference[i]->end > begin && by_preference[i]->end >= half) {
            return *by_preference[i];
        }
    }
    return (struct cut){hard, hard};
}

/* True when cut at `end`, what follows the '&' would be an entity, as in "&gtx" before the x. */
static bool makes_entity(const struct source *source, size_t ampersand, size_t end)
{
    return source->html && end - ampersand <= ENTITY_MAX_BYTES &&
           html_next(source->text + ampersand, end - ampersand).kind == HTML_ENTITY;
}

/* Where the part that begins at `begin`, with the tags `open`, ends. */
static struct cut find_cut(const struct source *source, size_t begin, struct open_tags open)
{
    struct cuts cuts = {.line = {0, 0}};
    size_t bytes = open.reopen_bytes;
    size_t points = 0;
    size_t hard = begin; /* the last place that fits and changes nothing when cut */
    size_t ampersand = begin;
    size_t at = begin;

    while (at < source->len) {
        struct html_token token = token_at(source, at);

        points += token.kind == HTML_CHAR || token.kind == HTML_ENTITY ? 1 : 0;
        bytes += token.len;
        (void)follow(&open, &token, source->text + at); /* can_be_cut() has seen them all */
        if (token.kind == HTML_CHAR) {
            note_blank(&cuts, source->text, at);
        }
        if (points > source->limits->max_points ||
            bytes + open.close_bytes > source->limits->max_bytes) {
            return best_cut(&cuts, begin, hard > begin ? hard : at);
        }
        if (token.kind == HTML_CHAR && source->text[at] == '&') {
            ampersand = at;
        }
        at += token.len;
        if (token.kind == HTML_CLOSE || token.kind == HTML_ENTITY ||
            (token.kind == HTML_CHAR && !makes_entity(source, ampersand, at))) {
            hard = at;
        }
    }
    return (struct cut){at, at};
}

static bool has_visible(const struct source *source, size_t begin, size_t end)
{
    for (size_t at = begin; at < end;) {
        struct html_token token = token_at(source, at);

        if (token.kind == HTML_ENTITY ||
            (token.kind == HTML_CHAR && strchr(" \t\r\n", source->text[at]) == NULL)) {
            return true;
        }
        at += token.len;
    }
    return false;
}

static void add_part(struct split *out, const char *bytes, size_t len)
{
    char *part = xcalloc(len + 1, 1);

    memcpy(part, bytes, len);
    out->parts = xreallocarray(out->parts, out->count + 1, sizeof(*out->parts));
    out->parts[out->count++] = part;
}

/* Adds text[begin..end) with `open` opened before it and what is open at its end closed. */
static void emit(const struct source *source, size_t begin, size_t end, struct open_tags *open,
                 struct split *out)
{
    bool visible = has_visible(source, begin, end);
    struct buf part;

    buf_init(&part, source->limits->max_bytes);
    for (size_t i = 0; i < open->depth; i++) {
        buf_add(&part, open->starts[i], open->tags[i].len);
    }
    buf_add(&part, source->text + begin, end - begin);
    for (size_t at = begin; at < end;) {
        struct html_token token = token_at(source, at);

        (void)follow(open, &token, source->text + at);
        at += token.len;
    }
    for (size_t i = open->depth; i > 0; i--) {
        buf_addf(&part, "</%.*s>", (int)open->tags[i - 1].name_len, open->tags[i - 1].name);
    }
    assert(buf_ok(&part)); /* find_cut() has counted the same bytes */
    if (visible) {
        add_part(out, buf_text(&part), part.len);
    }
    buf_free(&part);
}

static void cut_all(const struct source *source, struct split *out)
{
    struct open_tags open = {.depth = 0};

    for (size_t at = 0; at < source->len;) {
        struct cut cut = find_cut(source, at, open);

        assert(cut.next > at);
        emit(source, at, cut.end, &open, out);
        at = cut.next;
    }
    if (out->count == 0) { /* nothing visible at all: Telegram says so better than silence */
        add_part(out, " ", 1);
    }
}

void split_text(const char *text, bool html, const struct split_limits *limits, struct split *out)
{
    struct source source = {.text = text, .len = strlen(text), .html = html, .limits = limits};
    struct buf stripped;

    assert(limits->max_points > 0 && limits->max_bytes >= 64);
    *out = (struct split){.count = 0};
    buf_init(&stripped, source.len + 1);
    if (source.len <= limits->max_bytes && utf8_count(text, source.len) <= limits->max_points) {
        add_part(out, text, source.len);
        goto out;
    }
    if (html && !can_be_cut(&source)) {
        html_strip(text, source.len, &stripped);
        source.text = buf_text(&stripped);
        source.len = stripped.len;
        source.html = false;
        out->plain = true;
    }
    cut_all(&source, out);
out:
    buf_free(&stripped);
}

void split_free(struct split *split)
{
    for (size_t i = 0; i < split->count; i++) {
        free(split->parts[i]);
    }
    free(split->parts);
    *split = (struct split){.count = 0};
}
