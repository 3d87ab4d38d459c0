/* SPDX-License-Identifier: MIT */
#include "gateway/html.h"

#include "shared/base/compiler.h"
#include "shared/base/utf8.h"

#include <stdint.h>
#include <string.h>

enum {
    REFERENCE_MAX_BYTES = 9, /* "&#" and digits: longer ones stay literal */
    CODE_POINT_END = 0x110000,
    REPLACEMENT = 0xfffd,
};

/* The only names that Telegram decodes. */
static const struct {
    const char *name;
    unsigned char code;
} NAMED[] = {
    {"amp", '&'},
    {"gt", '>'},
    {"lt", '<'},
    {"quot", '"'},
};

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* The value of a digit, or `base` for anything else. */
static uint32_t digit_value(char c, uint32_t base)
{
    if (c >= '0' && c <= '9') {
        return (uint32_t)(c - '0');
    }
    if (base == 16 && c >= 'a' && c <= 'f') {
        return (uint32_t)(c - 'a' + 10);
    }
    if (base == 16 && c >= 'A' && c <= 'F') {
        return (uint32_t)(c - 'A' + 10);
    }
    return base;
}

/* Bytes of the numeric reference at `text` without its ';', or 0. */
static size_t numeric_bytes(const char *text, size_t len, uint32_t *out_code)
{
    uint32_t base = len > 2 && text[2] == 'x' ? 16 : 10;
    uint32_t code = 0;
    size_t at = base == 16 ? 3 : 2;

    while (at < len && at <= REFERENCE_MAX_BYTES && digit_value(text[at], base) < base) {
        code = code * base + digit_value(text[at], base);
        at++;
    }
    if (code == 0 || code >= CODE_POINT_END || at > REFERENCE_MAX_BYTES) {
        return 0;
    }
    *out_code = code;
    return at;
}

static size_t named_bytes(const char *text, size_t len, uint32_t *out_code)
{
    size_t end = 1;

    while (end < len && is_letter(text[end])) {
        end++;
    }
    for (size_t i = 0; i < ARRAY_LEN(NAMED); i++) {
        if (strlen(NAMED[i].name) == end - 1 && memcmp(NAMED[i].name, text + 1, end - 1) == 0) {
            *out_code = NAMED[i].code;
            return end;
        }
    }
    return 0;
}

/* Bytes of the entity at `text`, which begins with '&', or 0. The ';' may be missing. */
static size_t entity_bytes(const char *text, size_t len, uint32_t *out_code)
{
    size_t bytes = len > 1 && text[1] == '#' ? numeric_bytes(text, len, out_code)
                                             : named_bytes(text, len, out_code);

    return bytes > 0 && bytes < len && text[bytes] == ';' ? bytes + 1 : bytes;
}

/* Where the quoted value that begins at `at` ends: its closing quote, or `most`. */
static size_t skip_quoted(const char *text, size_t at, size_t most)
{
    const char *end = memchr(text + at + 1, text[at], most - at - 1);

    return end ? (size_t)(end - text) : most;
}

/* Bytes up to and including the '>' that ends the tag at `text`, or 0 when there is none. */
static size_t tag_bytes(const char *text, size_t len)
{
    size_t most = len < HTML_TAG_MAX_BYTES ? len : HTML_TAG_MAX_BYTES;

    for (size_t at = 1; at < most; at++) {
        if (text[at] == '>') {
            return at + 1;
        }
        if ((text[at] == '"' || text[at] == '\'') && text[at - 1] == '=') {
            at = skip_quoted(text, at, most);
        }
    }
    return 0;
}

static bool read_tag(const char *text, size_t len, struct html_token *out)
{
    bool closing = len > 1 && text[1] == '/';
    size_t name_at = closing ? 2 : 1;
    size_t name_end = name_at;
    size_t bytes;

    if (name_at >= len || !(is_letter(text[name_at]) || (closing && text[name_at] == '>'))) {
        return false;
    }
    bytes = tag_bytes(text, len);
    if (bytes == 0) {
        return false;
    }
    while (text[name_end] != '>' && !is_blank(text[name_end])) {
        name_end++;
    }
    *out = (struct html_token){
        .kind = closing ? HTML_CLOSE : HTML_OPEN,
        .len = bytes,
        .name = text + name_at,
        .name_len = name_end - name_at,
    };
    return true;
}

struct html_token html_next(const char *text, size_t len)
{
    struct html_token token = {.kind = HTML_CHAR};
    uint32_t code;

    if (text[0] == '<' && read_tag(text, len, &token)) {
        return token;
    }
    if (text[0] == '&') {
        token.len = entity_bytes(text, len, &code);
        if (token.len > 0) {
            token.kind = HTML_ENTITY;
            return token;
        }
    }
    token.len = utf8_prefix_bytes(text, len, 1);
    return token;
}

static void add_code_point(struct buf *out, uint32_t code)
{
    unsigned char bytes[4];
    size_t len;

    if (code >= 0xd800 && code <= 0xdfff) {
        code = REPLACEMENT; /* a surrogate is no character */
    }
    if (code < 0x80) {
        bytes[0] = (unsigned char)code;
        len = 1;
    } else if (code < 0x800) {
        bytes[0] = (unsigned char)(0xc0 | (code >> 6));
        bytes[1] = (unsigned char)(0x80 | (code & 0x3f));
        len = 2;
    } else if (code < 0x10000) {
        bytes[0] = (unsigned char)(0xe0 | (code >> 12));
        bytes[1] = (unsigned char)(0x80 | ((code >> 6) & 0x3f));
        bytes[2] = (unsigned char)(0x80 | (code & 0x3f));
        len = 3;
    } else {
        bytes[0] = (unsigned char)(0xf0 | (code >> 18));
        bytes[1] = (unsigned char)(0x80 | ((code >> 12) & 0x3f));
        bytes[2] = (unsigned char)(0x80 | ((code >> 6) & 0x3f));
        bytes[3] = (unsigned char)(0x80 | (code & 0x3f));
        len = 4;
    }
    buf_add(out, bytes, len);
}

void html_strip(const char *text, size_t len, struct buf *out)
{
    for (size_t at = 0; at < len;) {
        struct html_token token = html_next(text + at, len - at);
        uint32_t code = REPLACEMENT;

        if (token.kind == HTML_CHAR) {
            buf_add(out, text + at, token.len);
        } else if (token.kind == HTML_ENTITY) {
            (void)entity_bytes(text + at, token.len, &code);
            add_code_point(out, code);
        }
        at += token.len;
    }
}
