/* SPDX-License-Identifier: MIT */
#include "tests/sandbox/telegram/html.h"

#include "shared/base/mem.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum {
    HTML_MAX_BYTES = 1 << 20,  /* ceiling of the plain text; a request is smaller */
    REFERENCE_MAX_BYTES = 10,  /* "&#1114111" is still a character reference       */
    CODE_POINT_MAX = 0x10ffff, /* Telegram refuses the last one as well            */
    TOKEN_SIZE = 256,          /* longest tag name kept for an error text          */
};

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
    const char *html; /* borrowed, NUL-terminated */
    size_t at;        /* next byte to read        */
    size_t utf16;     /* units in out->text       */
    struct open_tag *open;
    size_t open_count;
    struct html_text *out;
    struct err *err;
};

static bool is_blank(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r' && c != '\f') || c == '\0';
}

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

static void add_code_point(struct buf *out, uint32_t point)
{
    unsigned char bytes[4];
    size_t len = point < 0x80 ? 1 : point < 0x800 ? 2 : point < 0x10000 ? 3 : 4;
    static const unsigned char LEADS[] = {0, 0, 0xc0, 0xe0, 0xf0};

    for (size_t i = len - 1; i > 0; i--) {
        bytes[i] = (unsigned char)(0x80u | (point & 0x3fu));
        point >>= 6;
    }
    bytes[0] = (unsigned char)(LEADS[len] | point);
    buf_add(out, bytes, len);
}

/* "&#65" or "&#x41" at `text`: the code point and its bytes; 0 when it is not one. */
static uint32_t numeric_reference(const char *text, size_t *out_len)
{
    bool hex = text[2] == 'x';
    size_t at = hex ? 3 : 2;
    uint32_t point = 0;

    while (at < REFERENCE_MAX_BYTES) {
        char c = lower(text[at]);
        bool hex_letter = hex && c >= 'a' && c <= 'f';

        if (!is_digit(c) && !hex_letter) {
            break;
        }
        point = point * (hex ? 16 : 10) + (uint32_t)(hex_letter ? c - 'a' + 10 : c - '0');
        at++;
    }
    if (point >= CODE_POINT_MAX || at >= REFERENCE_MAX_BYTES) {
        return 0;
    }
    *out_len = at;
    return point;
}

/* The character that the reference at parser->at stands for, passed over; 0 when it is text. */
static uint32_t take_reference(struct parser *parser)
{
    static const struct {
        const char *name;
        char character;
    } NAMES[] = {{"lt", '<'}, {"gt", '>'}, {"amp", '&'}, {"quot", '"'}};
    const char *text = parser->html + parser->at;
    uint32_t point = 0;
    size_t len = 1;

    if (text[1] == '#') {
        point = numeric_reference(text, &len);
    } else {
        while (is_letter(text[len])) {
            len++;
        }
        for (size_t i = 0; i < sizeof(NAMES) / sizeof(NAMES[0]); i++) {
            if (strlen(NAMES[i].name) == len - 1 && memcmp(NAMES[i].name, text + 1, len - 1) == 0) {
                point = (uint32_t)NAMES[i].character;
            }
        }
    }
    if (point != 0) {
        parser->at += len + (text[len] == ';');
    }
    return point;
}

static bool refuse(struct parser *parser, const char *problem, size_t offset)
{
    return err_set(parser->err, ERR_REJECT, "%s at byte offset %zu", problem, offset);
}

static const struct tag *find_tag(const char *name)
{
    for (size_t i = 0; i < sizeof(TAGS) / sizeof(TAGS[0]); i++) {
        if (strcmp(TAGS[i].name, name) == 0) {
            return &TAGS[i];
        }
    }
    return NULL;
}

/* The lower-case name up to a blank or '>', cut at the size of the array. */
static void take_name(struct parser *parser, char name[TOKEN_SIZE])
{
    size_t len = 0;

    while (!is_blank(parser->html[parser->at]) && parser->html[parser->at] != '>') {
        if (len < TOKEN_SIZE - 1) {
            name[len++] = lower(parser->html[parser->at]);
        }
        parser->at++;
    }
    name[len] = '\0';
}

static void skip_blanks(struct parser *parser)
{
    while (parser->html[parser->at] != '\0' && is_blank(parser->html[parser->at])) {
        parser->at++;
    }
}

/* A value without quotes: letters, digits, dots and hyphens, in lower case. */
static bool take_token(struct parser *parser, struct buf *value)
{
    size_t begin = parser->at;

    for (;;) {
        char c = parser->html[parser->at];

        if (!is_letter(c) && !is_digit(c) && c != '.' && c != '-') {
            break;
        }
        c = lower(c);
        buf_add(value, &c, 1);
        parser->at++;
    }
    if (!is_blank(parser->html[parser->at]) && parser->html[parser->at] != '>') {
        return refuse(parser, "Unexpected end of name token", begin);
    }
    return true;
}

static void take_quoted(struct parser *parser, struct buf *value)
{
    char quote = parser->html[parser->at++];

    while (parser->html[parser->at] != quote && parser->html[parser->at] != '\0') {
        uint32_t point = parser->html[parser->at] == '&' ? take_reference(parser) : 0;

        if (point != 0) {
            add_code_point(value, point);
        } else {
            buf_add(value, parser->html + parser->at, 1);
            parser->at++;
        }
    }
    parser->at += parser->html[parser->at] == quote;
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
    return err_set(parser->err, ERR_REJECT, "Unclosed start tag \"%s\" at byte offset %zu",
                   open->tag->name, begin);
}

/* name, or name = value, behind which parser->at then stands. */
static bool take_attribute(struct parser *parser, struct open_tag *open, size_t begin)
{
    const char *name = parser->html + parser->at;
    size_t name_len = 0;
    struct buf value;
    bool ok = true;

    while (!is_blank(name[name_len]) && !strchr("=>/\"'", name[name_len])) {
        name_len++;
    }
    if (name_len == 0) {
        return err_set(parser->err, ERR_REJECT,
                       "Empty attribute name in the tag \"%s\" at byte offset %zu", open->tag->name,
                       begin);
    }
    parser->at += name_len;
    skip_blanks(parser);
    if (parser->html[parser->at] != '=') {
        if (strcmp(open->tag->name, "blockquote") == 0 && name_len == strlen("expandable") &&
            memcmp(name, "expandable", name_len) == 0) {
            buf_free(&open->argument);
            buf_add(&open->argument, "1", 1);
        }
        return parser->html[parser->at] != '\0' || unclosed_start(parser, open, begin);
    }
    parser->at++;
    skip_blanks(parser);
    if (parser->html[parser->at] == '\0') {
        return unclosed_start(parser, open, begin);
    }
    buf_init(&value, HTML_MAX_BYTES);
    if (parser->html[parser->at] == '"' || parser->html[parser->at] == '\'') {
        take_quoted(parser, &value);
    } else {
        ok = take_token(parser, &value);
    }
    if (ok && parser->html[parser->at] == '\0') {
        ok = refuse(parser, "Unclosed start tag", begin);
    }
    if (ok) {
        keep_argument(open, name, name_len, &value);
    }
    buf_free(&value);
    return ok;
}

static bool check_argument(struct parser *parser, const struct open_tag *open, size_t begin)
{
    const char *argument = buf_text(&open->argument);

    if (strcmp(open->tag->name, "span") == 0 && strcmp(argument, "spoiler") != 0) {
        return refuse(parser, "Tag \"span\" must have class \"tg-spoiler\"", begin);
    }
    if (strcmp(open->tag->name, "tg-emoji") == 0 &&
        (*argument == '\0' || argument[strspn(argument, "0123456789")] != '\0')) {
        return err_set(parser->err, ERR_REJECT, "Invalid custom emoji identifier specified");
    }
    return true;
}

/* parser->at stands behind "<". */
static bool take_start_tag(struct parser *parser)
{
    size_t begin = parser->at - 1;
    struct open_tag open = {.offset_utf16 = parser->utf16, .offset_bytes = parser->out->text.len};
    char name[TOKEN_SIZE];
    bool ok = true;

    take_name(parser, name);
    if (parser->html[parser->at] == '\0') {
        return refuse(parser, "Unclosed start tag", begin);
    }
    open.tag = find_tag(name);
    if (!open.tag) {
        return err_set(parser->err, ERR_REJECT,
                       "Unsupported start tag \"%.150s\" at byte offset %zu", name, begin);
    }
    buf_init(&open.argument, HTML_MAX_BYTES);
    skip_blanks(parser);
    while (ok && parser->html[parser->at] != '>') {
        ok = take_attribute(parser, &open, begin);
        skip_blanks(parser);
    }
    if (!ok || !check_argument(parser, &open, begin)) {
        buf_free(&open.argument);
        return false;
    }
    parser->at++;
    parser->open = xreallocarray(parser->open, parser->open_count + 1, sizeof(*parser->open));
    parser->open[parser->open_count++] = open;
    return true;
}

static struct html_entity *add_entity(struct parser *parser, const struct open_tag *open,
                                      const char *type, const char *argument)
{
    struct html_text *out = parser->out;
    struct html_entity *entity;

    out->entities = xreallocarray(out->entities, out->count + 1, sizeof(*out->entities));
    entity = &out->entities[out->count++];
    *entity = (struct html_entity){.type = type,
                                   .offset_utf16 = open->offset_utf16,
                                   .length_utf16 = parser->utf16 - open->offset_utf16,
                                   .argument = xstrdup(argument)};
    return entity;
}

static bool starts_with(const char *text, const char *prefix)
{
    return strncmp(text, prefix, strlen(prefix)) == 0;
}

/* An address Telegram makes a link of: a known scheme or none, and a host with a dot. */
static bool is_link(const char *url)
{
    static const char *const APP_SCHEMES[] = {"tg://", "ton://", "tonsite://"};
    size_t host_len;

    for (size_t i = 0; i < sizeof(APP_SCHEMES) / sizeof(APP_SCHEMES[0]); i++) {
        if (starts_with(url, APP_SCHEMES[i])) {
            return true;
        }
    }
    if (starts_with(url, "http://") || starts_with(url, "https://")) {
        url = strchr(url, ':') + strlen("://");
    } else if (strstr(url, "://")) {
        return false;
    }
    host_len = strcspn(url, "/?#");
    return memchr(url, '.', host_len) && strcspn(url, " \t\r\n()") >= host_len;
}

static void add_link(struct parser *parser, const struct open_tag *open)
{
    static const char USER[] = "tg://user?id=";
    const char *url = buf_text(&open->argument);
    struct buf full;

    if (*url == '\0') {
        url = buf_text(&parser->out->text) + open->offset_bytes;
    }
    if (starts_with(url, USER) && url[strlen(USER)] >= '1' && url[strlen(USER)] <= '9') {
        (void)add_entity(parser, open, "text_mention", url + strlen(USER));
        return;
    }
    if (!is_link(url)) {
        return; /* Telegram drops such a link without a word */
    }
    buf_init(&full, (size_t)2 * HTML_MAX_BYTES);
    buf_addf(&full, "%s%s", strstr(url, "://") ? "" : "http://", url);
    if (full.data[strcspn(strstr(full.data, "://") + 3, "/?#") +
                  (size_t)(strstr(full.data, "://") + 3 - full.data)] == '\0') {
        buf_add(&full, "/", 1);
    }
    (void)add_entity(parser, open, "text_link", buf_text(&full));
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
            (void)add_entity(parser, open, open->tag->type, argument);
        }
    } else if (strcmp(name, "blockquote") == 0) {
        (void)add_entity(parser, open, *argument ? "expandable_blockquote" : "blockquote", "");
    } else if (strcmp(name, "tg-time") == 0) {
        if (*argument != '\0' && argument[strspn(argument, "0123456789")] == '\0') {
            (void)add_entity(parser, open, open->tag->type, argument);
        }
    } else {
        (void)add_entity(parser, open, open->tag->type,
                         strcmp(name, "tg-emoji") == 0 ? argument : "");
    }
}

/* parser->at stands on the "/" of "</". */
static bool take_end_tag(struct parser *parser)
{
    size_t begin = parser->at - 1;
    struct open_tag *open;
    char name[TOKEN_SIZE];

    if (parser->open_count == 0) {
        return refuse(parser, "Unexpected end tag", begin);
    }
    open = &parser->open[parser->open_count - 1];
    parser->at++;
    take_name(parser, name);
    skip_blanks(parser);
    if (parser->html[parser->at] != '>') {
        return refuse(parser, "Unclosed end tag", begin);
    }
    if (*name != '\0' && strcmp(name, open->tag->name) != 0) {
        return err_set(
            parser->err, ERR_REJECT,
            "Unmatched end tag at byte offset %zu, expected \"</%s>\", found \"</%.100s>\"", begin,
            open->tag->name, name);
    }
    parser->at++;
    close_tag(parser, open);
    buf_free(&open->argument);
    parser->open_count--;
    return true;
}

/* One byte of text, or the character a reference stands for. */
static void take_text(struct parser *parser)
{
    unsigned char byte = (unsigned char)parser->html[parser->at];
    uint32_t point = byte == '&' ? take_reference(parser) : 0;

    if (point != 0) {
        add_code_point(&parser->out->text, point);
        parser->utf16 += point > 0xffff ? 2 : 1;
        return;
    }
    if ((byte & 0xc0u) != 0x80u) { /* the first byte of a character */
        parser->utf16 += byte >= 0xf0 ? 2 : 1;
    }
    buf_add(&parser->out->text, parser->html + parser->at, 1);
    parser->at++;
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
    struct parser parser = {.html = html, .out = out, .err = err};
    bool ok = true;

    *out = (struct html_text){.count = 0};
    buf_init(&out->text, HTML_MAX_BYTES);
    while (ok && html[parser.at] != '\0') {
        if (html[parser.at] != '<') {
            take_text(&parser);
        } else {
            parser.at++;
            ok = html[parser.at] == '/' ? take_end_tag(&parser) : take_start_tag(&parser);
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
