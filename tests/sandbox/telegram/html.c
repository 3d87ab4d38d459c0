/* SPDX-License-Identifier: MIT */
#include "tests/sandbox/telegram/html.h"

#include "shared/base/mem.h"
#include "tests/sandbox/telegram/html_link.h"
#include "tests/sandbox/telegram/html_scan.h"

#include <stdlib.h>
#include <string.h>

enum { HTML_MAX_BYTES = 1 << 20 }; /* ceiling of the plain text; a request is smaller */

/* What a tag becomes, and which attribute says more about it. */
struct tag {
    const char *name;
    const char *type;      /* MessageEntity.type                         */
    const char *attribute; /* NULL when there is none                    */
    const char *prefix;    /* the value counts only behind this          */
};

/* clang-format off */
static const struct tag TAGS[] = {
    /* name         type            attribute    prefix      */
    {"a",          "text_link",     "href",      ""         },
    {"b",          "bold",          NULL,        ""         },
    {"blockquote", "blockquote",    NULL,        ""         },
    {"code",       "code",          "class",     "language-"},
    {"del",        "strikethrough", NULL,        ""         },
    {"em",         "italic",        NULL,        ""         },
    {"i",          "italic",        NULL,        ""         },
    {"ins",        "underline",     NULL,        ""         },
    {"pre",        "pre",           NULL,        ""         },
    {"s",          "strikethrough", NULL,        ""         },
    {"span",       "spoiler",       "class",     "tg-"      },
    {"strike",     "strikethrough", NULL,        ""         },
    {"strong",     "bold",          NULL,        ""         },
    {"tg-emoji",   "custom_emoji",  "emoji-id",  ""         },
    {"tg-spoiler", "spoiler",       NULL,        ""         },
    {"tg-time",    "date_time",     "unix",      ""         },
    {"u",          "underline",     NULL,        ""         },
};
/* clang-format on */

/* A start tag whose end tag has not come yet. */
struct open_tag {
    const struct tag *tag;
    struct buf argument;
    size_t offset_utf16; /* where its text begins */
    size_t offset_bytes;
};

struct parser {
    struct html_scan scan;
    size_t utf16;          /* units in out->text */
    struct open_tag *open; /* owned              */
    size_t open_count;
    struct html_text *out; /* borrowed           */
};

static const struct tag *find_tag(const char *name)
{
    for (size_t i = 0; i < ARRAY_LEN(TAGS); i++) {
        if (strcmp(TAGS[i].name, name) == 0) {
            return &TAGS[i];
        }
    }
    return NULL;
}

/* Keeps the value when it is the one attribute that counts for this tag. */
static void keep_argument(struct open_tag *open, const char *name, size_t name_len,
                          const struct buf *value)
{
    const struct tag *tag = open->tag;
    size_t prefix_len = strlen(tag->prefix);

    if (tag->attribute && strlen(tag->attribute) == name_len &&
        memcmp(tag->attribute, name, name_len) == 0 &&
        strncmp(buf_text(value), tag->prefix, prefix_len) == 0) {
        buf_free(&open->argument);
        buf_add(&open->argument, buf_text(value) + prefix_len, value->len - prefix_len);
    }
}

static bool unclosed_start(struct parser *parser, const struct open_tag *open, size_t begin)
{
    return err_set(parser->scan.err, ERR_REJECT, "Unclosed start tag \"%s\" at byte offset %zu",
                   open->tag->name, begin);
}

/* An attribute without a value: only one means anything. */
static void keep_flag(struct open_tag *open, const char *name, size_t name_len)
{
    static const char EXPANDABLE[] = "expandable";

    if (strcmp(open->tag->name, "blockquote") == 0 && name_len == strlen(EXPANDABLE) &&
        memcmp(name, EXPANDABLE, name_len) == 0) {
        buf_free(&open->argument);
        buf_add(&open->argument, "1", 1);
    }
}

/* The value behind "name =". */
static bool take_argument(struct parser *parser, struct open_tag *open, const char *name,
                          size_t name_len, size_t begin)
{
    struct buf value;
    bool ok;

    buf_init(&value, HTML_MAX_BYTES);
    ok = html_take_value(&parser->scan, &value);
    if (ok && html_peek(&parser->scan) == '\0') {
        ok = html_refuse(&parser->scan, "Unclosed start tag", begin);
    }
    if (ok) {
        keep_argument(open, name, name_len, &value);
    }
    buf_free(&value);
    return ok;
}

/* name, or name = value. */
static bool take_attribute(struct parser *parser, struct open_tag *open, size_t begin)
{
    struct html_scan *scan = &parser->scan;
    const char *name = scan->html + scan->at;
    size_t name_len = html_pass_attribute_name(scan);

    if (name_len == 0) {
        return err_set(scan->err, ERR_REJECT,
                       "Empty attribute name in the tag \"%s\" at byte offset %zu", open->tag->name,
                       begin);
    }
    html_skip_blanks(scan);
    if (html_peek(scan) != '=') {
        keep_flag(open, name, name_len);
        return html_peek(scan) != '\0' || unclosed_start(parser, open, begin);
    }
    scan->at++;
    html_skip_blanks(scan);
    return html_peek(scan) == '\0' ? unclosed_start(parser, open, begin)
                                   : take_argument(parser, open, name, name_len, begin);
}

static bool check_argument(struct parser *parser, const struct open_tag *open, size_t begin)
{
    const char *argument = buf_text(&open->argument);

    if (strcmp(open->tag->name, "span") == 0 && strcmp(argument, "spoiler") != 0) {
        return html_refuse(&parser->scan, "Tag \"span\" must have class \"tg-spoiler\"", begin);
    }
    if (strcmp(open->tag->name, "tg-emoji") == 0 &&
        (*argument == '\0' || argument[strspn(argument, "0123456789")] != '\0')) {
        return err_set(parser->scan.err, ERR_REJECT, "Invalid custom emoji identifier specified");
    }
    return true;
}

/* parser->scan.at stands behind "<". */
static bool take_start_tag(struct parser *parser)
{
    size_t begin = parser->scan.at - 1;
    struct open_tag open = {.offset_utf16 = parser->utf16, .offset_bytes = parser->out->text.len};
    char name[HTML_NAME_SIZE];
    bool ok = true;

    html_take_name(&parser->scan, name);
    if (html_peek(&parser->scan) == '\0') {
        return html_refuse(&parser->scan, "Unclosed start tag", begin);
    }
    open.tag = find_tag(name);
    if (!open.tag) {
        return err_set(parser->scan.err, ERR_REJECT,
                       "Unsupported start tag \"%.150s\" at byte offset %zu", name, begin);
    }
    buf_init(&open.argument, HTML_MAX_BYTES);
    html_skip_blanks(&parser->scan);
    while (ok && html_peek(&parser->scan) != '>') {
        ok = take_attribute(parser, &open, begin);
        html_skip_blanks(&parser->scan);
    }
    if (!ok || !check_argument(parser, &open, begin)) {
        buf_free(&open.argument);
        return false;
    }
    parser->scan.at++;
    parser->open = xreallocarray(parser->open, parser->open_count + 1, sizeof(*parser->open));
    parser->open[parser->open_count++] = open;
    return true;
}

static void add_entity(struct parser *parser, const struct open_tag *open, const char *type,
                       const char *argument)
{
    struct html_text *out = parser->out;
    struct html_entity *entity;

    out->entities = xreallocarray(out->entities, out->count + 1, sizeof(*out->entities));
    entity = &out->entities[out->count++];
    *entity = (struct html_entity){.type = type,
                                   .offset_utf16 = open->offset_utf16,
                                   .length_utf16 = parser->utf16 - open->offset_utf16,
                                   .argument = xstrdup(argument)};
}

static void add_link(struct parser *parser, const struct open_tag *open)
{
    static const char USER[] = "tg://user?id=";
    const char *url = buf_text(&open->argument);
    struct buf full;

    if (*url == '\0') {
        url = buf_text(&parser->out->text) + open->offset_bytes;
    }
    if (strncmp(url, USER, strlen(USER)) == 0 && url[strlen(USER)] >= '1' &&
        url[strlen(USER)] <= '9') {
        add_entity(parser, open, "text_mention", url + strlen(USER));
        return;
    }
    buf_init(&full, (size_t)2 * HTML_MAX_BYTES);
    if (html_link(url, &full)) { /* any other is dropped without a word */
        add_entity(parser, open, "text_link", buf_text(&full));
    }
    buf_free(&full);
}

/* <pre><code class="language-x"> and its reverse are one entity. */
static bool merge_with_code(struct parser *parser, const struct open_tag *open)
{
    struct html_text *out = parser->out;
    struct html_entity *last = out->count > 0 ? &out->entities[out->count - 1] : NULL;
    bool is_pre = strcmp(open->tag->name, "pre") == 0;

    if (!last || last->offset_utf16 != open->offset_utf16 ||
        last->length_utf16 != parser->utf16 - open->offset_utf16 ||
        strcmp(last->type, is_pre ? "code" : "pre") != 0) {
        return false;
    }
    if (is_pre ? last->argument[0] == '\0' : open->argument.len == 0) {
        return false;
    }
    last->type = "pre";
    if (!is_pre) {
        free(last->argument);
        last->argument = xstrdup(buf_text(&open->argument));
    }
    return true;
}

/* Turns a closed tag with text in it into an entity. */
static void close_tag(struct parser *parser, const struct open_tag *open)
{
    const char *name = open->tag->name;
    const char *argument = buf_text(&open->argument);

    if (parser->utf16 == open->offset_utf16) {
        return;
    }
    if (strcmp(name, "a") == 0) {
        add_link(parser, open);
    } else if (strcmp(name, "pre") == 0 || strcmp(name, "code") == 0) {
        if (!merge_with_code(parser, open)) {
            add_entity(parser, open, open->tag->type, argument);
        }
    } else if (strcmp(name, "blockquote") == 0) {
        add_entity(parser, open, *argument ? "expandable_blockquote" : "blockquote", "");
    } else if (strcmp(name, "tg-time") == 0) {
        if (*argument != '\0' && argument[strspn(argument, "0123456789")] == '\0') {
            add_entity(parser, open, open->tag->type, argument);
        }
    } else {
        add_entity(parser, open, open->tag->type, strcmp(name, "tg-emoji") == 0 ? argument : "");
    }
}

/* parser->scan.at stands on the "/" of "</". */
static bool take_end_tag(struct parser *parser)
{
    size_t begin = parser->scan.at - 1;
    struct open_tag *open;
    char name[HTML_NAME_SIZE];

    if (parser->open_count == 0) {
        return html_refuse(&parser->scan, "Unexpected end tag", begin);
    }
    open = &parser->open[parser->open_count - 1];
    parser->scan.at++;
    html_take_name(&parser->scan, name);
    html_skip_blanks(&parser->scan);
    if (html_peek(&parser->scan) != '>') {
        return html_refuse(&parser->scan, "Unclosed end tag", begin);
    }
    if (*name != '\0' && strcmp(name, open->tag->name) != 0) {
        return err_set(
            parser->scan.err, ERR_REJECT,
            "Unmatched end tag at byte offset %zu, expected \"</%s>\", found \"</%.100s>\"", begin,
            open->tag->name, name);
    }
    parser->scan.at++;
    close_tag(parser, open);
    buf_free(&open->argument);
    parser->open_count--;
    return true;
}

static int by_place(const void *left, const void *right)
{
    const struct html_entity *a = left;
    const struct html_entity *b = right;

    if (a->offset_utf16 != b->offset_utf16) {
        return a->offset_utf16 < b->offset_utf16 ? -1 : 1;
    }
    if (a->length_utf16 != b->length_utf16) {
        return a->length_utf16 > b->length_utf16 ? -1 : 1;
    }
    return strcmp(a->type, b->type);
}

/* Only a block has a language; <code> alone loses it. */
static void drop_inline_languages(struct html_text *text)
{
    for (size_t i = 0; i < text->count; i++) {
        if (strcmp(text->entities[i].type, "code") == 0) {
            text->entities[i].argument[0] = '\0';
        }
    }
}

bool html_parse(const char *html, struct html_text *out, struct err *err)
{
    struct parser parser = {.scan = {.html = html, .err = err}, .out = out};
    struct html_scan *scan = &parser.scan;
    bool ok = true;

    *out = (struct html_text){.count = 0};
    buf_init(&out->text, HTML_MAX_BYTES);
    while (ok && html_peek(scan) != '\0') {
        if (html_peek(scan) != '<') {
            parser.utf16 += html_take_text(scan, &out->text);
        } else {
            scan->at++;
            ok = html_peek(scan) == '/' ? take_end_tag(&parser) : take_start_tag(&parser);
        }
    }
    if (ok && parser.open_count > 0) {
        ok = err_set(err, ERR_REJECT, "Can't find end tag corresponding to start tag \"%s\"",
                     parser.open[parser.open_count - 1].tag->name);
    }
    while (parser.open_count > 0) {
        buf_free(&parser.open[--parser.open_count].argument);
    }
    free(parser.open);
    drop_inline_languages(out);
    if (out->count > 0) {
        qsort(out->entities, out->count, sizeof(*out->entities), by_place);
    }
    return ok;
}

void html_text_free(struct html_text *text)
{
    for (size_t i = 0; i < text->count; i++) {
        free(text->entities[i].argument);
    }
    free(text->entities);
    buf_free(&text->text);
    *text = (struct html_text){.text = text->text};
}

void html_escape(const char *text, struct buf *out)
{
    for (const char *c = text; *c != '\0'; c++) {
        switch (*c) {
        case '&':
            buf_add(out, "&amp;", 5);
            break;
        case '<':
            buf_add(out, "&lt;", 4);
            break;
        case '>':
            buf_add(out, "&gt;", 4);
            break;
        default:
            buf_add(out, c, 1);
            break;
        }
    }
}
