/* SPDX-License-Identifier: MIT */
#include "tests/sandbox/telegram/html_scan.h"

#include <stdint.h>
#include <string.h>

enum {
    REFERENCE_MAX_BYTES = 10,  /* "&#1114111" is still a character reference */
    CODE_POINT_MAX = 0x10ffff, /* Telegram refuses the last one as well      */
};

char html_peek(const struct html_scan *scan)
{
    return scan->html[scan->at];
}

bool html_refuse(struct html_scan *scan, const char *problem, size_t offset)
{
    return err_set(scan->err, ERR_REJECT, "%s at byte offset %zu", problem, offset);
}

/* ---- characters ---- */

static bool is_blank(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r' && c != '\f') || c == '\0';
}

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static char lower(char c)
{
    static const char LETTERS[] = "abcdefghijklmnopqrstuvwxyz";

    if (c >= 'A' && c <= 'Z') {
        return LETTERS[c - 'A'];
    }
    return c;
}

/* The value of a digit in base 10 or 16, or -1. */
static int digit_value(char c, bool hex)
{
    static const char DIGITS[] = "0123456789abcdef";
    const char *digit = c == '\0' ? NULL : strchr(DIGITS, lower(c));
    int value = digit ? (int)(digit - DIGITS) : -1;

    return value < 10 || hex ? value : -1;
}

static void add_code_point(struct buf *out, uint32_t point)
{
    static const unsigned char LEADS[] = {0, 0, 0xc0, 0xe0, 0xf0};
    size_t len = point < 0x80 ? 1 : point < 0x800 ? 2 : point < 0x10000 ? 3 : 4;
    unsigned char bytes[4];

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

    while (at < REFERENCE_MAX_BYTES && digit_value(text[at], hex) >= 0) {
        point = point * (hex ? 16 : 10) + (uint32_t)digit_value(text[at], hex);
        at++;
    }
    if (point >= CODE_POINT_MAX || at >= REFERENCE_MAX_BYTES) {
        return 0;
    }
    *out_len = at;
    return point;
}

/* "&lt" at `text`, the same way. */
static uint32_t named_reference(const char *text, size_t *out_len)
{
    static const struct {
        const char *name;
        uint32_t point;
    } NAMES[] = {{"lt", '<'}, {"gt", '>'}, {"amp", '&'}, {"quot", '"'}};
    size_t len = 1;

    while (is_letter(text[len])) {
        len++;
    }
    for (size_t i = 0; i < ARRAY_LEN(NAMES); i++) {
        if (strlen(NAMES[i].name) == len - 1 && memcmp(NAMES[i].name, text + 1, len - 1) == 0) {
            *out_len = len;
            return NAMES[i].point;
        }
    }
    return 0;
}

size_t html_take_text(struct html_scan *scan, struct buf *out)
{
    const char *text = scan->html + scan->at;
    unsigned char byte = (unsigned char)*text;
    uint32_t point = 0;
    size_t len = 0;

    if (*text == '&') {
        point = text[1] == '#' ? numeric_reference(text, &len) : named_reference(text, &len);
    }
    if (point != 0) {
        add_code_point(out, point);
        scan->at += len + (text[len] == ';');
        return point > 0xffff ? 2 : 1;
    }
    buf_add(out, text, 1);
    scan->at++;
    if ((byte & 0xc0u) == 0x80u) {
        return 0;
    }
    return byte >= 0xf0 ? 2 : 1;
}

/* ---- tags ---- */

void html_skip_blanks(struct html_scan *scan)
{
    while (html_peek(scan) != '\0' && is_blank(html_peek(scan))) {
        scan->at++;
    }
}

void html_take_name(struct html_scan *scan, char name[HTML_NAME_SIZE])
{
    size_t len = 0;

    while (!is_blank(html_peek(scan)) && html_peek(scan) != '>') {
        if (len < HTML_NAME_SIZE - 1) {
            name[len++] = lower(html_peek(scan));
        }
        scan->at++;
    }
    name[len] = '\0';
}

size_t html_pass_attribute_name(struct html_scan *scan)
{
    size_t begin = scan->at;

    while (!is_blank(html_peek(scan)) && !strchr("=>/\"'", html_peek(scan))) {
        scan->at++;
    }
    return scan->at - begin;
}

/* A value without quotes: letters, digits, dots and hyphens, in lower case. */
static bool take_token(struct html_scan *scan, struct buf *out)
{
    size_t begin = scan->at;

    for (;;) {
        char c = lower(html_peek(scan));

        if (!is_letter(c) && digit_value(c, false) < 0 && c != '.' && c != '-') {
            break;
        }
        buf_add(out, &c, 1);
        scan->at++;
    }
    if (!is_blank(html_peek(scan)) && html_peek(scan) != '>') {
        return html_refuse(scan, "Unexpected end of name token", begin);
    }
    return true;
}

bool html_take_value(struct html_scan *scan, struct buf *out)
{
    char quote = html_peek(scan);

    if (quote != '"' && quote != '\'') {
        return take_token(scan, out);
    }
    scan->at++;
    while (html_peek(scan) != quote && html_peek(scan) != '\0') {
        (void)html_take_text(scan, out);
    }
    scan->at += html_peek(scan) == quote;
    return true;
}
